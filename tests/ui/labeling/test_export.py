"""The Export tab: its tiles are those that the tool cuts, its fields are the tool's, and it runs in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from drawn import LEFT, PIXEL, TOP, label, show, write_picture
from kestrel.core.errors import Cancelled, InvalidParameter
from kestrel.core.jobs import ExportTrainingData
from kestrel.core.reporting import Reporter, silent
from kestrel.ui.labeling.export import ExportTab
from kestrel.ui.labeling.export.plan import Shapes, Tiling, count_chips
from kestrel.ui.labeling.grid import Grid
from kestrel.ui.labeling.label_layer import create_label_layer
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.session import Session
from kestrel.ui.tool_run import ToolRun
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QApplication, QPushButton

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
HOUSE = LabelClass(3, "house", "#ff0010")
TURNED = (LEFT, 0.4, -0.3, TOP, -0.3, -0.4)
HEAD_DOWN = (LEFT, PIXEL, 0, TOP - 150, 0, PIXEL)


def job(**given: Any) -> ExportTrainingData:
    return ExportTrainingData.from_values({"INPUT_RASTER": "-", "INPUT_LABELS": "-", "OUTPUT": "-", **given})


def box(left: float, top: float, width: float, height: float) -> QgsGeometry:
    return QgsGeometry.fromRect(QgsRectangle(left, top, left + width, top + height))


def opened(path: Path, tmp_path: Path) -> Session:
    """A session on a picture with labels in degrees: small and large, at the edge, off it, an odd one, and a marked area."""
    layer = QgsRasterLayer(str(path), "picture")
    QgsProject.instance().addMapLayer(layer)
    session = Session()
    session.open(layer, create_label_layer(tmp_path / "labels.gpkg", DEGREES), "Classvalue")
    session.schema.add(HOUSE)
    session.choose(HOUSE)
    for shape in (
        box(10, 10, 30, 20), box(100, 90, 5, 4), box(395, 290, 30, 30), box(200, 150, 90, 70), box(-60, 40, 20, 20),
        QgsGeometry.fromWkt("Polygon((60 200, 160 210, 70 215, 60 200))"),
    ):  # fmt: skip
        session.take(shape)
    session.take_area(box(0, 0, 330, 250))
    session.take_area(QgsGeometry.fromWkt("Polygon((250 150, 400 170, 400 300, 240 300, 250 150))"))
    return session


def run(parameters: dict[str, Any], wait: Callable[..., None]) -> tuple[dict[str, Any], str]:
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata")
    assert ToolRun.check(algorithm, parameters) == ""
    tool, answers = ToolRun(algorithm, parameters), []
    tool.ended.connect(lambda results, error: answers.append((results, error)))
    tool.start()
    wait(lambda: bool(answers))
    return answers[0]


@pytest.mark.parametrize(
    ("transform", "given"),
    [
        ((LEFT, PIXEL, 0, TOP, 0, -PIXEL), {"TILE_SIZE_X": 64, "STRIDE_X": 40, "STRIDE_Y": 0, "EDGE": "PAD"}),
        (TURNED, {"TILE_SIZE_X": 48, "TILE_SIZE_Y": 40, "NO_FEATURE_TILES": True, "mask": True}),
        (HEAD_DOWN, {"TILE_SIZE_X": 32, "CELL_SIZE": 0.83, "MIN_OVERLAP": 0.6, "mask": True}),
        (HEAD_DOWN, {"TILE_SIZE_X": 64, "METADATA_FORMAT": "Labeled_Tiles"}),
    ],
)
def test_the_tiles_shown_are_the_chips_written(
    environment: Path, qgis_new_project: None, tmp_path: Path, wait: Callable[..., None], transform: Any, given: dict[str, Any]
) -> None:
    session = opened(write_picture(tmp_path / "picture.tif", transform), tmp_path)
    masked = given.pop("mask", False)
    tiling = Tiling.of(Grid.of(session.imagery), job(**given))
    areas = Shapes(session.areas.layer, tiling.grid) if masked else None
    chips = count_chips(tiling, Shapes(session.labels.layer, tiling.grid), areas, silent())
    expected = chips.boxes if tiling.one_object else [tiling.box(number) for number in chips.numbers]
    results, error = run(
        {**given, "INPUT_RASTER": session.imagery.id(), "INPUT_LABELS": session.labels.layer.id(), "CLASS_FIELD": "Classvalue",
         "OUTPUT": str(tmp_path / "chips"), **({"MASK": session.areas.layer.id()} if masked else {})},
        wait,
    )  # fmt: skip
    assert results, error
    assert results["CHIPS"] == chips.count == len(expected) > 4
    written = []
    for path in (tmp_path / "chips" / "images").glob("*.tif"):
        dataset = gdal.Open(str(path))
        left, across, skew_x, top, skew_y, down = dataset.GetGeoTransform()
        corners = [(0, 0), (dataset.RasterXSize, dataset.RasterYSize)]
        places = [(left + across * x + skew_x * y, top + skew_y * x + down * y) for x, y in corners]
        pixels = [tiling.grid.to_pixels(QgsGeometry.fromWkt(f"Point({x!r} {y!r})"), session.imagery.crs()) for x, y in places]
        written.append(tuple(round(value, 2) for each in pixels for value in (each.asPoint().x(), each.asPoint().y())))
    assert sorted(written) == sorted(tuple(map(float, each)) for each in expected)
    session.close()


def test_what_does_not_fit_is_said_and_a_count_can_be_stopped(qgis_new_project: None, tmp_path: Path) -> None:
    session = opened(write_picture(tmp_path / "picture.tif"), tmp_path)
    grid = Grid.of(session.imagery)
    with pytest.raises(InvalidParameter, match="STRIDE_X is 300"):
        Tiling.of(grid, job(STRIDE_X=300))
    assert len(Tiling.of(grid, job(NO_FEATURE_TILES=True))) == 6  # 256 with a stride of 128, the last ones moved inwards
    report = Reporter(lambda event: None)
    report.cancel.set()
    tiling = Tiling.of(grid, job(TILE_SIZE_X=32))
    with pytest.raises(Cancelled):
        count_chips(tiling, Shapes(session.labels.layer, grid), None, report)
    everything = count_chips(Tiling.of(grid, job(NO_FEATURE_TILES=True, ROTATION_ANGLE=90)), Shapes(session.labels.layer, grid),
                             None, silent())  # fmt: skip
    assert everything.numbers is None and everything.count == 4 * 6
    session.close()


@pytest.fixture
def desk(canvas: QgsMapCanvas, picture: QgsRasterLayer) -> Any:
    made = Desk(canvas)
    yield made
    canvas.setParent(None)
    made.bar.clearWidgets()
    made.window.deleteLater()
    QApplication.sendPostedEvents(made.window, QEvent.Type.DeferredDelete)


@pytest.fixture
def tab(kestrel: Any, desk: Desk, picture: QgsRasterLayer, tmp_path: Path) -> Any:
    """The tab in front, over a map in Web Mercator, with two labels and an area."""
    session = Session()
    made = ExportTab(session, desk.mapCanvas(), desk.bar)
    session.open(picture, create_label_layer(tmp_path / "labels.gpkg", DEGREES), "Classvalue")
    session.schema.add(HOUSE)
    session.choose(HOUSE)
    session.take(box(10, 10, 30, 20))
    session.take(box(180, 100, 30, 20))
    show(desk.mapCanvas(), picture)
    made.resize(300, 600)
    made.show()
    yield made
    made.unload()
    session.close()
    made.deleteLater()
    QApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


def test_fields_are_those_of_the_tool(tab: ExportTab, tmp_path: Path) -> None:
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata")
    for name, wrapper in tab.form.wrappers.items():
        definition = algorithm.parameterDefinition(name)
        assert wrapper.wrappedWidget().toolTip() == definition.help()
        assert name == "NO_FEATURE_TILES" or tab.form.labels[name].text() == definition.description()
    assert tab.parameters() == {
        "INPUT_RASTER": tab._session.imagery.id(), "INPUT_LABELS": tab._session.labels.layer.id(),
        "CLASS_FIELD": "Classvalue", "CLASS_NAME_FIELD": "Classname", "OUTPUT": str(tmp_path / "labels_chips"),
    }  # fmt: skip
    wanted: list[Any] = []
    tab.tool_wanted.connect(lambda *what: wanted.append(what))
    tab.form.set_values({"TILE_SIZE_X": 64, "METADATA_FORMAT": "COCO"})
    tab.more.click()
    assert wanted[0][0] == algorithm.id() and (wanted[0][1]["TILE_SIZE_X"], wanted[0][1]["METADATA_FORMAT"]) == (64, "COCO")


def test_the_preview_follows_fields_labels_and_view(tab: ExportTab, desk: Desk, wait: Callable[..., None]) -> None:
    def counted() -> bool:
        return tab.preview.chips is not None

    tab.form.set_values({"TILE_SIZE_X": 64, "STRIDE_X": 64, "STRIDE_Y": 64})
    wait(counted)
    assert tab.told.text() == "35 tiles of 64 × 64 pixels. 3 chips would be written."  # the second label lies on an edge
    assert tab.preview.overlay.drawn == 3 and not tab.preview.overlay.too_small
    assert not desk.mapCanvas().grab().isNull()  # paints
    tab._session.take(box(300, 200, 10, 10))
    wait(lambda: tab.preview.chips is None)
    assert tab.preview.overlay.drawn == 3, "what was counted is shown until it is counted again"
    wait(counted)
    assert tab.preview.chips.count == 4
    tab._session.take_area(box(0, 0, 200, 200))
    assert tab.parameters()["MASK"] == tab._session.areas.layer.id()
    wait(counted)
    assert tab.preview.chips.count == 2 and tab.preview.overlay.drawn == 2
    tab.form.set_values({"ROTATION_ANGLE": 90})
    wait(counted)
    assert "At most 8 chips" in tab.told.text()
    desk.mapCanvas().zoomByFactor(40)
    assert tab.preview.overlay.too_small and "Zoom in to see the tiles." in tab.told.text()
    tab.form.set_values({"STRIDE_X": 65})
    assert "STRIDE_X is 65 but TILE_SIZE_X is 64" in tab.told.text()
    tab.form.set_values({"STRIDE_X": None})
    assert tab.preview.overlay is not None
    tab.hide()
    assert tab.preview.overlay is None and tab.preview.tiling is None
    tab.show()
    tab._session.clear_areas(box(0, 0, 400, 300))
    assert "MASK" not in tab.parameters()
    tab.shown.setChecked(False)
    assert tab.preview.overlay is None and tab.told.text() == ""


def test_a_mask_that_the_user_chose_stays(tab: ExportTab) -> None:
    other = QgsVectorLayer("Polygon?crs=EPSG:32633", "plots", "memory")
    QgsProject.instance().addMapLayer(other)
    other.dataProvider().addFeature(label(other, (0, 0, 300, 300), {}))
    QApplication.processEvents()
    tab.form.set_values({"MASK": other.id()})
    tab._session.take_area(box(0, 0, 200, 200))
    assert tab.parameters()["MASK"] == other.id()


def test_an_export_of_unsaved_labels(
    environment: Path, tab: ExportTab, desk: Desk, tmp_path: Path, wait: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    tab._session.set_autosave(False)
    tab._session.take(box(300, 200, 10, 10))
    assert tab._session.unsaved() == 1
    tab.form.set_values({"TILE_SIZE_X": 64, "STRIDE_X": 64, "STRIDE_Y": 64})
    tab.export.click()
    assert tab._session.unsaved() == 0 and tab.stop.isEnabled() and not tab.export.isEnabled()
    wait(lambda: tab.export.isEnabled())
    assert not tab.stop.isEnabled()
    assert "4 chips with 4 objects are in labels_chips." in desk.messages()[0]
    for button in desk.bar.currentItem().findChildren(QPushButton):
        button.click()
    assert shown[:2] == [str(tmp_path / "labels_chips"), str(tmp_path / "labels_chips" / "contact_sheet.html")]
    assert tab.parameters()["OUTPUT"] == str(tmp_path / "labels_chips_2"), "the next one needs a folder of its own"
    tab.form.set_values({"OUTPUT": str(tmp_path / "labels_chips")})
    tab.export.click()
    assert "labels_chips" in desk.messages()[-1] or "labels_chips" in desk.messages()[0]
    assert tab.export.isEnabled(), "what the tool refuses is said, and nothing runs"


def test_an_export_is_cancelled_and_when_the_dock_goes(
    environment: Path, tab: ExportTab, desk: Desk, tmp_path: Path, wait: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kestrel.ui import tool_run

    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    place = tab.export.geometry()
    tab.export.click()
    assert tab.export.geometry() == place, "a second click must not meet the button that cancels"
    tab.stop.click()
    wait(lambda: tab.export.isEnabled())
    assert "Cancelled; nothing was written." in desk.messages() and not (tmp_path / "labels_chips").exists()
    tab.export.click()
    tab.unload()
    wait(lambda: not tool_run._running)
    assert not (tmp_path / "labels_chips").exists()
    tab.preview._canvas.extentsChanged.connect(tab.preview._tell)  # the fixture lets go once more
    tab._run = None


def test_a_cancel_that_comes_when_all_is_written_is_no_cancel(tab: ExportTab) -> None:
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata")
    run, ends = ToolRun(algorithm, {}), []
    run.ended.connect(lambda results, error: ends.append((results, error)))
    run.cancel()
    run._executed(False, {"OUTPUT": "chips"})
    run._executed(False, {})
    assert ends == [({"OUTPUT": "chips"}, ""), ({}, "")]
