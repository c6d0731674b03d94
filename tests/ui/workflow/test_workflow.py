"""The panel follows every run, remembers it in the project, and opens each tool with the results of the step before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from drawn import label, write_picture
from qgis.core import NULL, QgsApplication, QgsProject, QgsRasterLayer, QgsVectorFileWriter, QgsVectorLayer
from qgis.gui import QgsGui
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QFileDialog, QMainWindow

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("kestrel", "qgis_new_project")
TRUTH = {"Classname": "house", "Classvalue": 3}


class Window:
    """Stands in for QgisInterface."""

    def __init__(self) -> None:
        self.window, self.active, self.zoomed = QMainWindow(), None, 0

    def mainWindow(self) -> QMainWindow:
        return self.window

    def setActiveLayer(self, layer: Any) -> None:
        self.active = layer

    def zoomToActiveLayer(self) -> None:
        self.zoomed += 1


@pytest.fixture
def runs() -> Any:
    from kestrel.processing_provider.runs import Runs

    return Runs()


@pytest.fixture
def panel(runs: Any) -> Iterator[Any]:
    from kestrel.ui.workflow.panel import WorkflowPanel
    from kestrel.ui.workflow.record import Record

    record, iface = Record(runs), Window()
    made = WorkflowPanel(iface, record)
    made.iface = iface
    iface.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, made)
    iface.window.show()
    yield made
    made.unload()
    record.unload()
    sip.delete(made)
    sip.delete(iface.window)


@pytest.fixture
def labels(tmp_path: Path) -> QgsVectorLayer:
    """Imagery and two labels, as the Label Objects dock leaves them in a project."""
    from kestrel.ui.labeling.label_layer import create_label_layer

    picture = QgsRasterLayer(str(write_picture(tmp_path / "picture.tif")), "picture")
    layer = create_label_layer(tmp_path / "roofs.gpkg", picture.crs())
    layer.dataProvider().addFeatures([label(layer, (10, 10, 30, 20), TRUTH), label(layer, (50, 10, 30, 20), TRUTH)])
    project = QgsProject.instance()
    project.addMapLayers([picture, layer])
    for name, value in (("imagery", picture.id()), ("labels", layer.id()), ("field", "Classvalue")):
        project.writeEntry("kestrel", f"labeling/{name}", value)
    return layer


def ran(runs: Any, tool: str, parameters: dict[str, Any] | None = None, results: dict[str, Any] | None = None,
        error: str = "", cancelled: bool = False) -> None:  # fmt: skip
    """Let a tool have run."""
    from kestrel.processing_provider.runs import Outcome, Run

    run = Run(f"kestrel:{tool}", tool, None, parameters or {})
    runs.begun.emit(run)
    runs.ended.emit(run, Outcome(results or {}, error, cancelled))


def whole_story(runs: Any, folder: Path) -> None:
    for name in ("chips", "model"):
        (folder / name).mkdir(exist_ok=True)
    for name in ("chips/contact_sheet.html", "model/model.dlpk", "model/report.html", "accuracy.html"):
        (folder / name).write_text("something")
    found = QgsVectorLayer("Polygon?crs=EPSG:32633&field=Class:string&field=Confidence:double", "found", "memory")
    found.dataProvider().addFeature(label(found, (10, 10, 30, 20), {"Class": "house", "Confidence": 90}))
    options = QgsVectorFileWriter.SaveVectorOptions()
    for name in ("found.gpkg", "left.gpkg"):
        context = QgsProject.instance().transformContext()
        QgsVectorFileWriter.writeAsVectorFormatV3(found, str(folder / name), context, options)
    ran(
        runs,
        "exporttrainingdata",
        {"TILE_SIZE_X": 64, "OUTPUT": str(folder / "chips")},
        {"OUTPUT": str(folder / "chips"), "CHIPS": 40, "OBJECTS": 90, "PREVIEW": str(folder / "chips" / "contact_sheet.html")},
    )
    ran(
        runs,
        "trainmodel",
        {},
        {
            "OUTPUT": str(folder / "model"),
            "MODEL": str(folder / "model" / "model.dlpk"),
            "REPORT": str(folder / "model" / "report.html"),
            "AP50": 0.71,
            "F1": 0.8,
            "BEST_EPOCH": 12,
        },
    )
    ran(runs, "detectobjects", {}, {"OUTPUT": str(folder / "found.gpkg"), "COUNT": 1234})
    ran(runs, "nonmaximumsuppression", {}, {"OUTPUT": str(folder / "left.gpkg"), "REMOVED": 30})
    ran(runs, "computeaccuracy", {}, {"OUTPUT_REPORT": str(folder / "accuracy.html"), "PRECISION": 0.9, "RECALL": 0.75,
                                      "F1": 0.818, "AP50": 0.8})  # fmt: skip


def wanted(panel: Any, step: str, button: str = "go") -> tuple[str, dict[str, Any]]:
    """What the button of a step asks for."""
    asked: list[Any] = []
    panel.tool_wanted.connect(lambda name, values: asked.append((name, values)))
    getattr(panel.cards[step], button).click()
    panel.tool_wanted.disconnect()
    return asked[0]


def test_it_begins_with_nothing_done(panel: Any) -> None:
    panel.refresh()
    assert [card.state.text().split(":")[0].rstrip(".") for card in panel.cards.values()] == ["Not yet"] * 6
    assert not any(card.again.isVisible() or card.made.isVisible() or card.bar.isVisible() for card in panel.cards.values())
    assert wanted(panel, "train") == ("kestrel:trainmodel", {})
    asked: list[bool] = []
    panel.labeling_wanted.connect(lambda: asked.append(True))
    panel.cards["label"].go.click()
    assert asked == [True]


def test_a_run_is_followed_from_begin_to_end(panel: Any, runs: Any) -> None:
    from kestrel.core.events import Progress
    from kestrel.processing_provider.runs import Outcome, Run

    stopped: list[bool] = []
    run, card = Run("kestrel:trainmodel", "Train", None, {}), panel.cards["train"]
    run._stop.append(lambda: stopped.append(True))
    runs.begun.emit(run)
    panel.refresh()
    assert card.bar.isVisible() and card.stop.isVisible() and not card.go.isVisible()
    runs.told.emit(run, Progress(0.45, "Training, epoch 3 of 20", "41 chips/s", 190))
    assert card.state.text() == "Training, epoch 3 of 20 · 45 % · about 3 min left" and card.bar.value() == 450
    card.stop.click()
    assert stopped == [True]
    runs.ended.emit(run, Outcome({}, "The folder is full. Choose another."))
    panel.refresh()
    assert card.state.text().startswith("Failed (today, ") and card.state.text().endswith("The folder is full. Choose another.")
    assert card.go.isVisible() and card.again.isVisible() and not card.bar.isVisible()
    ran(runs, "trainmodel", cancelled=True)
    panel.refresh()
    assert card.state.text().startswith("Stopped (today, ")
    ran(runs, "modelinformation", {}, {"MODEL_TYPE": "x"})  # none of the steps


def test_each_step_shows_its_numbers_and_what_it_made(
    panel: Any, runs: Any, labels: QgsVectorLayer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_story(runs, tmp_path)
    panel.refresh()
    figures = {key: card.figures.text() for key, card in panel.cards.items()}
    assert figures == {
        "label": "", "export": "40 chips · 90 objects in them", "train": "AP50 71\u00a0% · F1 80\u00a0% · epoch 12 kept",
        "detect": "1234 objects found", "suppress": "30 duplicates removed",
        "accuracy": "precision 90\u00a0% · recall 75\u00a0% · F1 82\u00a0% · AP50 80\u00a0%",
    }  # fmt: skip
    assert panel.cards["label"].state.text() == "2 objects are labelled."
    assert all(card.state.text().startswith("Done (today, ") for key, card in panel.cards.items() if key != "label")
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(Path(url.toLocalFile()).name))
    panel.model_wanted.connect(lambda path: shown.append(f"inspect {Path(path).name}"))
    panel.page_wanted.connect(lambda path: shown.append(f"read {Path(path).name}"))
    for key in ("export", "train", "accuracy"):
        for number in range(len(panel.cards[key]._products)):
            panel.cards[key].made.linkActivated.emit(str(number))
    assert shown == [
        "chips", "read contact_sheet.html", "model", "inspect model.dlpk", "read report.html", "read accuracy.html",
    ]  # fmt: skip
    panel.cards["detect"].made.linkActivated.emit("0")
    assert panel.iface.active.source().startswith(str(tmp_path / "found.gpkg")) and panel.iface.zoomed == 1
    assert panel.iface.active.renderer().classAttribute() == "Class", "styled as the tool styles it"
    count = len(QgsProject.instance().mapLayers())
    panel.cards["detect"].made.linkActivated.emit("0")
    assert len(QgsProject.instance().mapLayers()) == count, "the layer is in the project already"
    shutil.rmtree(tmp_path / "chips")
    panel.refresh()
    assert "<s>chips</s>" in panel.cards["export"].made.text() and "is gone" in panel.cards["export"].made.text()


def test_tools_begin_with_the_results_of_the_steps_before(
    panel: Any, runs: Any, labels: QgsVectorLayer, tmp_path: Path
) -> None:
    from kestrel.ui.labeling.areas import create_areas

    picture = next(layer for layer in QgsProject.instance().mapLayers().values() if layer.name() == "picture")
    areas = create_areas(labels)
    areas.dataProvider().addFeature(label(areas, (0, 0, 200, 200), {}))
    whole_story(runs, tmp_path)
    assert wanted(panel, "export")[1] == {
        "INPUT_RASTER": picture.id(), "INPUT_LABELS": labels.id(), "CLASS_FIELD": "Classvalue",
        "CLASS_NAME_FIELD": "Classname", "MASK": areas.source(), "OUTPUT": str(tmp_path / "roofs_chips"),
    }  # fmt: skip
    assert wanted(panel, "train")[1] == {"INPUT": str(tmp_path / "chips"), "OUTPUT": str(tmp_path / "chips_model")}
    assert wanted(panel, "detect")[1] == {"INPUT": picture.id(), "MODEL": str(tmp_path / "model" / "model.dlpk")}
    assert wanted(panel, "suppress")[1]["INPUT"] == str(tmp_path / "found.gpkg")
    truth = {"TRUTH": labels.id(), "MASK": areas.source(), "TRUTH_CLASS_FIELD": "Classname", "DETECTION_CLASS_FIELD": "Class"}
    assert wanted(panel, "accuracy")[1] == {"DETECTIONS": str(tmp_path / "left.gpkg"), **truth}
    labels.dataProvider().changeAttributeValues({item.id(): {1: "roof"} for item in labels.getFeatures()})
    other = {"DETECTIONS": str(tmp_path / "left.gpkg"), "TRUTH": labels.id(), "MASK": areas.source()}
    assert wanted(panel, "accuracy")[1] == other, "a house is no roof: by class nothing would be found"
    found = QgsVectorLayer(str(tmp_path / "found.gpkg"), "found", "ogr")
    QgsProject.instance().addMapLayer(found)
    ran(runs, "detectobjects", {}, {"OUTPUT": found.id(), "COUNT": 3})  # after the suppression: its result is an old one
    assert wanted(panel, "accuracy")[1]["DETECTIONS"] == found.id() == wanted(panel, "suppress")[1]["INPUT"]
    again = wanted(panel, "export", "again")[1]
    assert again == {"TILE_SIZE_X": 64, "OUTPUT": str(tmp_path / "chips_2")}


def test_a_pretrained_package_instead_of_training_and_to_train_further(
    panel: Any, runs: Any, labels: QgsVectorLayer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ROOT.parent / "shared" / "data" / "esri-models" / "maskrcnn.dlpk"
    if not package.is_file():
        pytest.skip("the shared data are not here")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(package), ""))
    panel.choose.click()
    panel.refresh()
    assert panel.cards["train"].note.text() == "Trains maskrcnn.dlpk further." and panel.choose.text() == "Without package"
    assert wanted(panel, "detect")[1]["MODEL"] == str(package) == wanted(panel, "export")[1]["MODEL"]
    assert wanted(panel, "train")[1] == {"PRETRAINED_MODEL": str(package), "MODEL_TYPE": "MaskRCNN"}
    whole_story(runs, tmp_path)
    assert wanted(panel, "detect")[1]["MODEL"] == str(tmp_path / "model" / "model.dlpk"), "what was trained since"
    panel.choose.click()
    assert panel.record.package is None


def test_the_project_remembers(panel: Any, runs: Any, labels: QgsVectorLayer, tmp_path: Path) -> None:
    project = QgsProject.instance()
    whole_story(runs, tmp_path)
    ran(runs, "trainmodel", {"INPUT": str(tmp_path / "chips"), "MASK": NULL}, error="Out of memory.")
    panel.record.choose_package(str(tmp_path / "model" / "model.dlpk"))
    assert project.isDirty()
    (tmp_path / "desk").mkdir()
    assert project.write(str(tmp_path / "desk" / "story.qgz"))
    kept = project.readEntry("kestrel", "workflow/record")[0]
    assert "path:../chips" in kept and str(tmp_path) not in kept
    project.clear()
    assert panel.record.good == {} and panel.record.package is None
    shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}_moved"))
    moved = tmp_path.with_name(f"{tmp_path.name}_moved")
    assert project.read(str(moved / "desk" / "story.qgz"))
    record = panel.record
    assert record.good["export"].results["OUTPUT"] == str(moved / "chips") and record.good["export"].results["CHIPS"] == 40
    assert record.last["train"].error == "Out of memory." and record.last["train"].parameters["INPUT"] == str(moved / "chips")
    assert record.package.path == str(moved / "model" / "model.dlpk")
    panel.refresh()
    card = panel.cards["train"]
    assert (
        card.state.text().endswith("Out of memory.") and "AP50 71\u00a0%" in card.figures.text() and "model" in card.made.text()
    )
    project.clear()
    panel.refresh()
    assert panel.cards["train"].state.text() == "Not yet."
    project.writeEntry("kestrel", "workflow/record", '{"version": 1, "good": 3}')
    assert project.write(str(tmp_path / "broken.qgz")) and project.read(str(tmp_path / "broken.qgz"))
    assert panel.record.good == {}


def test_a_run_of_another_project_is_not_recorded(panel: Any, runs: Any) -> None:
    from kestrel.processing_provider.runs import Outcome, Run

    run = Run("kestrel:trainmodel", "Train", None, {})
    runs.begun.emit(run)
    QgsProject.instance().clear()
    runs.ended.emit(run, Outcome({"MODEL": "/x"}))
    assert panel.record.good == {} and panel.record.last == {}


@pytest.mark.parametrize("step", ["export", "train", "detect", "suppress", "accuracy"])
def test_the_dialogs_show_what_they_begin_with(
    panel: Any, runs: Any, labels: QgsVectorLayer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The real dialogs of Processing, their fields read back."""
    from processing.gui import AlgorithmDialog, ParametersPanel

    for module in (AlgorithmDialog, ParametersPanel):
        monkeypatch.setattr(module, "iface", None)
    whole_story(runs, tmp_path)
    name, values = wanted(panel, step)
    assert values
    dialog = AlgorithmDialog.AlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById(name), False, None)
    try:
        dialog.setParameters(values)
        shown = {key: wrapper.parameterValue() for key, wrapper in dialog.mainWidget().wrappers.items()}
        for key, value in values.items():
            seen = shown[key]
            seen = seen.sink.staticValue() if hasattr(seen, "sink") else seen
            assert (seen[0] if isinstance(seen, list) else seen) == value, key
    finally:
        sip.delete(dialog)


def test_runs_of_the_real_tools_are_recorded(
    environment: Path, labels: QgsVectorLayer, wait: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kestrel.ui.tool_run import ToolRun
    from kestrel.ui.workflow.labels import labeled
    from kestrel.ui.workflow.prefill import export
    from kestrel.ui.workflow.record import Record

    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    record = Record(QgsApplication.processingRegistry().providerById("kestrel").runs)
    parameters = {**export(record, labeled()), "TILE_SIZE_X": 64}
    tool = ToolRun(QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata"), parameters)
    tool.start()
    wait(lambda: "export" in record.last)
    attempt = record.good["export"]
    assert attempt.results["CHIPS"] > 1 and attempt.parameters["TILE_SIZE_X"] == 64
    assert Path(attempt.results["OUTPUT"]) == tmp_path / "roofs_chips"
    record.unload()


def test_the_button_in_qgis_shows_the_panel_and_nothing_stays() -> None:
    from unittest.mock import MagicMock

    from kestrel.processing_provider.runs import Runs
    from kestrel.ui.workflow.entry import Workflow

    iface, runs = MagicMock(), Runs()
    window = QMainWindow()
    iface.mainWindow.side_effect = lambda: window
    iface.registerMainWindowAction.side_effect = QgsGui.shortcutsManager().registerAction
    iface.unregisterMainWindowAction.side_effect = QgsGui.shortcutsManager().unregisterAction
    workflow = Workflow(iface, MagicMock(), MagicMock(), runs, MagicMock())
    workflow.action.trigger()
    assert workflow.panel is not None and iface.addTabifiedDockWidget.call_count == 1
    assert "kestrel_workflow" in [action.objectName() for action in QgsGui.shortcutsManager().listActions()]
    ran(runs, "detectobjects", {}, {"COUNT": 1})
    workflow.unload()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert "kestrel_workflow" not in [action.objectName() for action in QgsGui.shortcutsManager().listActions()]
    assert runs.receivers(runs.begun) == 0
    sip.delete(window)
