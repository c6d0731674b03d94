"""The dock, fed by events: what it says while a training runs, when it ends, and how it comes and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from qgis.core import QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtWidgets import QApplication, QMainWindow

GB = 2**30


@pytest.fixture
def monitor(kestrel: Any, runs: Any, options: Any) -> Iterator[Any]:
    """The monitor in a window."""
    from kestrel.ui.monitor.entry import Monitor

    window, iface = QMainWindow(), MagicMock()
    window.resize(1000, 900)
    iface.mainWindow.return_value = window
    iface.addTabifiedDockWidget.side_effect = lambda area, dock, _others, _raised: window.addDockWidget(area, dock)
    iface.removeDockWidget.side_effect = window.removeDockWidget
    window.show()
    made = Monitor(iface, runs, MagicMock())
    yield made
    made.unload()
    sip.delete(window)


def train(runs: Any, run: Any, epochs: int = 3, steps: int = 20) -> None:
    """Tell what a training tells."""
    from kestrel.core.events import Message, Metric, Progress

    for epoch in range(1, epochs + 1):
        for step in range(1, steps + 1):
            done = (epoch - 1 + step / steps) / epochs
            stage = f"Training, epoch {epoch} of {epochs}"
            runs.told.emit(run, Progress(done, stage, "9 chips/s", 75.0, "NVIDIA H100", 34 * GB, 80 * GB, 0.97))
            runs.told.emit(run, Metric("step_loss", 2 / (epoch + step / steps), epoch, step / steps))
        for name, value in {"training_loss": 1.5, "validation_loss": 1.7, "ap": 0.1, "ap50": 0.3, "f1": 0.4}.items():
            runs.told.emit(run, Metric(name, value / epoch, epoch))
    runs.told.emit(run, Message("Few chips.", "warning"))


def test_it_opens_by_itself_when_a_training_begins(monitor: Any, begin: Callable[..., Any], options: Any) -> None:
    begin("nonmaximumsuppression")
    assert not monitor.dock.isVisible()
    begin("trainmodel")
    assert monitor.dock.isVisible() and monitor.action.isChecked()
    monitor.show(False)
    opens, _live = monitor.dock.options.menu().actions()
    opens.trigger()
    begin("trainmodel")
    assert not monitor.dock.isVisible() and monitor.dock.chooser.count() == 3


def test_a_training_as_it_goes(monitor: Any, runs: Any, begin: Callable[..., Any], wait: Callable[..., None]) -> None:
    run = begin("trainmodel")
    train(runs, run)
    view = monitor.dock.view
    wait(lambda: view.warnings.isVisible())
    assert view.stage.text() == "Training, epoch 3 of 3" and view.bar.value() == 1000
    assert view.speed.text() == "9 chips/s\n75 s left"
    assert view.memory.accessibleName() == "Memory: 34.0 of 80.0 GB"
    assert view.load.accessibleName() == "Load: 97 %" and view.device.text() == "NVIDIA H100"
    assert view.warnings.text() == "⚠ Few chips."
    across, upright = view.loss.scales()
    assert (across.low, across.high) == (0, 3) and 1.6 < upright.high < 2.2
    assert view.loss.isVisible() and view.quality.isVisible() and not view.report.isVisible()
    view.logarithmic.click()
    assert view.loss.scales()[1].logarithmic


def test_the_pixels_of_a_curve_and_the_values_under_the_mouse(
    monitor: Any, runs: Any, begin: Callable[..., Any], wait: Callable[..., None]
) -> None:
    train(runs, begin("trainmodel"))
    chart = monitor.dock.view.quality
    wait(chart.isVisible)
    picture = chart.grab().toImage()
    colour = chart.colour("green")
    pixels = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 1) for y in range(picture.height())}
    assert colour.name() in pixels
    before = chart.grab().toImage()
    at = QPointF(chart.width() / 2, chart.height() / 2)
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, move)
    assert chart.grab().toImage() != before
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert chart.grab().toImage() == before


def test_what_is_said_of_a_point(kestrel: Any) -> None:
    from kestrel.ui.monitor.chart import readout

    assert readout(3.0, [("AP", 0.41234), ("F1", 1.0)]) == ["Epoch 3", "AP: 0.4123", "F1: 1"]
    assert readout(2.53, []) == ["Epoch 2.5"]


def test_a_flood_of_events_is_looked_at_a_few_times_a_second(
    monitor: Any, runs: Any, begin: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kestrel.core.events import Metric

    run = begin("trainmodel")
    looks = []
    monkeypatch.setattr(monitor.dock.view, "_refresh_charts", looks.append)
    for step in range(5000):
        runs.told.emit(run, Metric("step_loss", 1.0, 1, step / 5000))
    QApplication.processEvents()
    assert len(looks) <= 2


def test_the_end_of_a_training(
    monitor: Any, runs: Any, begin: Callable[..., Any], end: Callable[..., None], tmp_path: Path
) -> None:
    from kestrel.core import page

    run = begin("trainmodel")
    train(runs, run, epochs=1)
    report, model = tmp_path / "model_metrics.html", tmp_path / "m.dlpk"
    page.write(report, page.page("Faster R-CNN", "A report.", page.tiles([("0.5", "AP50")])))
    model.write_text("")
    end(run, {"AP50": 0.5, "BEST_EPOCH": 3, "REPORT": str(report), "MODEL": str(model)})
    view = monitor.dock.view
    assert view.stage.text().startswith("Done in") and not view.bar.isVisible() and not view.cancel.isVisible()
    assert ("Average precision at IoU 0.5 on the validation chips", "0.500") in view._shown
    assert ("Epoch that was kept", "3") in view._shown and view.loss.isVisible()
    assert _mark(monitor).endswith("done")
    view.model.click()
    monitor._show_model.assert_called_once_with(str(model))
    view.report.click()
    (window,) = monitor.dock._reports
    assert "AP50" in window.page.toPlainText()
    window.close()


def test_what_failed_says_why_and_what_was_stopped_says_so(
    monitor: Any, begin: Callable[..., Any], end: Callable[..., None]
) -> None:
    run = begin("trainmodel")
    view = monitor.dock.view
    view.cancel.click()
    assert run.parameters["cancelled"] and view.stage.text() == "Stopping …" and not view.cancel.isEnabled()
    end(run, cancelled=True)
    assert view.stage.text().startswith("Cancelled after")
    other = begin("trainmodel")
    assert view.cancel.isEnabled()
    end(other, error="The disk is full.")
    assert view.stage.text().endswith("The disk is full.") and _mark(monitor).endswith("failed")
    monitor.dock.chooser.setCurrentIndex(1)
    assert view.stage.text().startswith("Cancelled after")


def _mark(monitor: Any) -> str:
    return str(monitor.dock.chooser.itemData(monitor.dock.chooser.currentIndex(), Qt.ItemDataRole.ToolTipRole))


def test_what_a_cancelled_search_had_found_comes_to_the_map(
    monitor: Any, begin: Callable[..., Any], end: Callable[..., None], tmp_path: Path
) -> None:
    path = tmp_path / "found.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"Class": "car", "Confidence": 50},'
        ' "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}'
    )
    done, run = begin("detectobjects"), begin("detectobjects")
    end(run, {"OUTPUT": str(path)}, cancelled=True)
    monitor.show()
    monitor.dock.view.part.click()
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == 1 and layer.renderer().type() == "categorizedSymbol"
    end(done, {"OUTPUT": str(path)})  # QGIS loads that by itself
    monitor.dock.chooser.setCurrentIndex(1)
    assert not monitor.dock.view.part.isVisible()


def test_old_runs_are_forgotten(monitor: Any, begin: Callable[..., Any], end: Callable[..., None]) -> None:
    from kestrel.ui.monitor.dock import MOST_RUNS

    running = begin("trainmodel")
    for _ in range(MOST_RUNS + 3):
        end(begin("nonmaximumsuppression"))
    assert len(monitor.dock.records) == monitor.dock.chooser.count() == MOST_RUNS
    assert running in monitor.dock.records


def test_nothing_listens_when_it_is_gone(kestrel: Any, runs: Any, options: Any, begin: Callable[..., Any]) -> None:
    from kestrel.ui.monitor.entry import Monitor

    before = [runs.receivers(signal) for signal in (runs.begun, runs.told, runs.ended)]
    iface = MagicMock()
    iface.mainWindow.return_value = QMainWindow()
    monitor = Monitor(iface, runs, MagicMock())
    assert runs.live
    begin("nonmaximumsuppression")
    monitor.unload()
    assert not runs.live
    assert [runs.receivers(signal) for signal in (runs.begun, runs.told, runs.ended)] == before
