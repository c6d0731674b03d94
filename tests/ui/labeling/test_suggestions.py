"""Suggest in view: what a model finds is shown, accepted, rejected; the picture in UTM, the map in Web Mercator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from desk import HOUSE
from drawn import COLUMNS, LEFT, PIXEL, ROWS, TOP, Mouse, rectangle, show
from kestrel.core.errors import Cancelled, ModelError
from kestrel.core.runtime import session as sessions
from kestrel.ui.labeling.dock import LabelDock
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.suggestions import box as boxes
from kestrel.ui.labeling.suggestions import suggester as suggesting
from kestrel.ui.labeling.suggestions.pool import Pool, Suggestion
from osgeo import gdal, ogr, osr
from qgis.core import QgsGeometry, QgsProject, QgsRasterDataProvider, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QEvent, Qt
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QApplication, QMessageBox

# Column, row, width, height in pixels of the picture; class; value; confidence.
FOUND = [
    ((50, 50, 40, 40), "House", 7, 90.0),
    ((150, 50, 40, 40), "hut", 4, 70.0),
    ((250, 50, 40, 40), "tent", 9, 60.0),
    ((50, 150, 40, 40), "house", 1, 30.0),
]


@pytest.fixture
def dock(dock: LabelDock, monkeypatch: pytest.MonkeyPatch) -> LabelDock:
    monkeypatch.setattr(boxes, "ready", lambda _provider: (True, ""))
    return dock


@pytest.fixture
def package(tmp_path: Path) -> str:
    """The description of a model with tiles of 128 pixels; its weights are a file without content."""
    (tmp_path / "weights.pth").write_bytes(b"none")
    content = {
        "Framework": "PyTorch", "ModelConfiguration": "FasterRCNN", "ModelName": "FasterRCNN", "ModelType": "ObjectDetection",
        "ModelFile": "weights.pth", "ImageHeight": 128, "ImageWidth": 128, "ExtractBands": [0, 1, 2], "BatchSize": 4,
        "Classes": [{"Value": 1, "Name": "house", "Color": [1, 2, 3]}, {"Value": 9, "Name": "tent", "Color": [10, 20, 30]}],
    }  # fmt: skip
    path = tmp_path / "model.emd"
    path.write_text(json.dumps(content))
    return str(path)


class Worker:
    """Stands in for the session of workers: writes what is to be found, or fails."""

    warm = True

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.found = list(FOUND)
        self.error: Exception | None = None
        self.ended = 0

    def run(self, job: Any, on_event: Any, is_cancelled: Any, python: Any = None) -> dict[str, Any]:
        self.jobs.append(job)
        if self.error is not None:
            raise self.error
        system = osr.SpatialReference()
        system.ImportFromEPSG(32633)
        file = ogr.GetDriverByName("GPKG").CreateDataSource(job.output)
        layer = file.CreateLayer("found", system, ogr.wkbPolygon)
        for name, kind in (("Class", ogr.OFTString), ("Confidence", ogr.OFTReal), ("ClassValue", ogr.OFTInteger)):
            layer.CreateField(ogr.FieldDefn(name, kind))
        for place, name, value, confidence in self.found:
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(rectangle(*place).asWkt()))
            for field, content in (("Class", name), ("Confidence", confidence), ("ClassValue", value)):
                feature.SetField(field, content)
            layer.CreateFeature(feature)
        return {"COUNT": len(self.found)}

    def end_if_idle(self) -> None:
        self.ended += 1


@pytest.fixture
def worker(dock: LabelDock) -> Worker:
    made = Worker()
    dock.suggestions.suggester.worker = made
    return made


@pytest.fixture
def suggested(dock: LabelDock, mouse: Mouse, worker: Worker, package: str, wait: Any) -> LabelDock:
    """The model was asked about the view."""
    dock.suggestions.model.setFilePath(package)
    ask(dock, wait)
    return dock


def ask(dock: LabelDock, wait: Any) -> None:
    dock.suggestions.suggest.trigger()
    wait(lambda: not dock.suggestions.suggester.busy)


def labels(dock: LabelDock) -> list[str]:
    return sorted(feature["Classname"] for feature in dock.session.labels.layer.getFeatures())


def shown(dock: LabelDock) -> list[float]:
    return [item.confidence for item in dock.suggestions.pool.shown()]


def test_the_job_is_about_the_view_within_the_imagery(suggested: LabelDock, worker: Worker, package: str) -> None:
    (job,) = worker.jobs
    edges = [float(part) for part in job.extent.split(",")]
    assert edges == pytest.approx([LEFT, LEFT + COLUMNS * PIXEL, TOP - ROWS * PIXEL, TOP])
    assert (job.threshold, job.padding, job.resume, job.nms) == (0.1, 16, False, True)
    assert job.input.endswith("picture.tif") and job.model == package


def test_the_threshold_chooses_what_is_shown_and_counts_it(suggested: LabelDock) -> None:
    box = suggested.suggestions
    assert shown(suggested) == [90, 70, 60] and box.threshold_text.text() == "≥ 50 %: 3 of 4"
    box.threshold.setValue(65)
    assert shown(suggested) == [90, 70] and box.accept_all.text() == "Accept all (2)"
    box.threshold.setValue(10)
    assert shown(suggested) == [90, 70, 60, 30] and box.current.text() == "house, 90 % · 1 of 4"


def test_a_click_accepts_and_the_right_button_rejects(suggested: LabelDock, mouse: Mouse) -> None:
    assert mouse.canvas.mapTool() is suggested.suggestions.tool, "the tool is at hand"
    mouse.click(170, 70)
    assert labels(suggested) == ["shed"], "no class is called hut: the one of its value"
    mouse.click(70, 70, button=Qt.MouseButton.RightButton)
    mouse.click(350, 250)
    assert labels(suggested) == ["shed"] and shown(suggested) == [60]
    (label,) = suggested.session.labels.layer.getFeatures()
    assert label["author"] and label.geometry().area() == pytest.approx(400, rel=1e-6)


def test_keys_step_accept_reject_and_choose_a_class(suggested: LabelDock, mouse: Mouse) -> None:
    pool = suggested.suggestions.pool
    mouse.key(Qt.Key.Key_Right)
    assert pool.current.confidence == 70
    mouse.key(Qt.Key.Key_P, "p")
    assert pool.current.confidence == 90
    mouse.key(Qt.Key.Key_Return)
    assert labels(suggested) == ["house"] and pool.current.confidence == 70
    mouse.key(Qt.Key.Key_R, "r")
    assert labels(suggested) == ["house"] and pool.current.confidence == 60
    mouse.key(Qt.Key.Key_2, "2")
    assert labels(suggested) == ["house", "shed"] and pool.current is None
    assert not suggested.suggestions.accept.isEnabled()


def test_the_keys_are_not_taken_by_shortcuts_of_qgis(suggested: LabelDock, mouse: Mouse) -> None:
    """R alone toggles streaming there."""

    def claimed(keys: Qt.KeyboardModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_R, keys, "r")
        event.ignore()
        QApplication.sendEvent(mouse.canvas, event)
        return event.isAccepted()

    assert claimed(Qt.KeyboardModifier.NoModifier) and not claimed(Qt.KeyboardModifier.ControlModifier)
    mouse.canvas.unsetMapTool(suggested.suggestions.tool)
    assert not claimed(Qt.KeyboardModifier.NoModifier)


def test_all_are_accepted_in_one_step_and_undo_gives_them_back(suggested: LabelDock, wait: Any) -> None:
    box, session = suggested.suggestions, suggested.session
    box.accept_all.trigger()
    assert labels(suggested) == ["house", "shed", "tent"] and shown(suggested) == []
    assert session.schema.by_name("tent") == LabelClass(9, "tent", "#0a141e")
    assert any("class tent was added" in text for text in suggested.desk.messages())
    session.undo()
    assert labels(suggested) == [] and shown(suggested) == [90, 70, 60]
    session.redo()
    assert len(labels(suggested)) == 3 and shown(suggested) == []
    assert session.history.undo_text() == "Accept suggestions (3)"


def test_what_undo_gave_back_stays_after_the_next_edit(suggested: LabelDock) -> None:
    suggested.suggestions.accept_all.trigger()
    suggested.session.undo()
    suggested.suggestions.accept.trigger()
    assert labels(suggested) == ["house"] and shown(suggested) == [70, 60]
    suggested.session.undo()
    assert shown(suggested) == [90, 70, 60]


def test_it_is_said_when_the_model_has_another_name_for_a_class(suggested: LabelDock) -> None:
    assert suggested.suggestions.current.text() == "house, 90 % · 1 of 3"
    suggested.suggestions.next.trigger()
    assert suggested.suggestions.current.text() == "shed (the model says hut), 70 % · 2 of 3"


def test_what_has_a_label_or_was_rejected_is_not_suggested_again(suggested: LabelDock, worker: Worker, wait: Any) -> None:
    box = suggested.suggestions
    box.accept.trigger()
    box.reject.trigger()
    suggested.session.choose(HOUSE)
    suggested.session.take(QgsGeometry.fromRect(QgsRectangle(255, 55, 290, 95)))  # drawn by hand over the third
    worker.found = [((left + 3, top - 2, width, height), *rest) for (left, top, width, height), *rest in FOUND]
    ask(suggested, wait)
    box.threshold.setValue(10)
    assert shown(suggested) == [30]
    worker.found = [((50, 50, 40, 40), "house", 1, 99.0)]
    ask(suggested, wait)
    assert shown(suggested) == [] and any("Nothing new" in text for text in suggested.desk.messages())
    # Its label is deleted by hand: it was decided about all the same.
    house = next(label for label in suggested.session.labels.layer.getFeatures() if label.geometry().area() == 400)
    suggested.session.remove([house.id()])
    ask(suggested, wait)
    assert shown(suggested) == []


def test_what_goes_wrong_is_said_in_a_sentence(
    dock: LabelDock, mouse: Mouse, worker: Worker, package: str, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, said = dock.suggestions, []
    box.failed.connect(said.append)
    box.run()
    assert said.pop() == "No model is chosen. Choose a model package (.dlpk or .emd)."
    box.model.setFilePath(str(Path(package).with_name("no.dlpk")))
    box.run()
    assert "no.dlpk" in said.pop()
    box.model.setFilePath(package)
    worker.error = ModelError("The raster has 3 bands, the model needs 4.", "Choose another.")
    ask(dock, wait)
    assert said.pop() == "The raster has 3 bands, the model needs 4. Choose another."
    worker.error = Cancelled()
    ask(dock, wait)
    assert said == [], "who cancels knows it"
    asked: list[str] = []
    monkeypatch.setattr(boxes, "_MANY", 3)
    monkeypatch.setattr(QMessageBox, "question", lambda *text: asked.append(text[-1]) or QMessageBox.StandardButton.No)
    jobs = len(worker.jobs)
    box.run()
    assert "in 12 tiles" in asked[0] and len(worker.jobs) == jobs and not box.suggester.busy
    mouse.canvas.setExtent(QgsRectangle(0, 0, 1000, 1000))
    box.run()
    assert "does not show the imagery picture" in said.pop()


def test_another_model_ends_the_worker_and_is_remembered(suggested: LabelDock, worker: Worker, package: str, wait: Any) -> None:
    assert QgsProject.instance().readEntry("kestrel", "suggestions/model")[0] == package
    ended = worker.ended
    suggested.suggestions.model.setFilePath(package.replace(".emd", "2.emd"))
    wait(lambda: worker.ended > ended)
    assert shown(suggested) == []


def test_suggestions_are_drawn_dashed_on_the_map(suggested: LabelDock, mouse: Mouse) -> None:
    item = suggested.suggestions.picture
    image = mouse.canvas.grab().toImage()
    at = mouse.screen(250, 70)
    colours = {image.pixelColor(at.x(), at.y() + row).name() for row in range(-30, 30)}
    assert "#0a141e" in colours or len(colours) > 2, "the left side of the tent"
    mouse.canvas.setExtent(mouse.canvas.extent().buffered(50))
    mouse.canvas.grab()
    assert item._image is not None
    suggested.session.close()
    assert item.grid is None and shown(suggested) == []


def test_thousands_stay_fluid(dock: LabelDock, mouse: Mouse) -> None:
    """Not of its time, but that it goes through: what is drawn is drawn once for a view."""
    pool: Pool = dock.suggestions.pool
    found = [
        Suggestion(QgsGeometry.fromRect(QgsRectangle(x, y, x + 3, y + 3)), "house", 1, "", 20 + (x * y) % 80)
        for x in range(0, COLUMNS, 5)
        for y in range(0, ROWS, 5)
    ]
    assert pool.take(found, QgsRectangle(0, 0, COLUMNS, ROWS)) == (len(found), 0)
    mouse.canvas.grab()
    image = dock.suggestions.picture._image
    mouse.canvas.grab()
    assert dock.suggestions.picture._image is image
    assert pool.accept(list(pool.shown())) == len(labels(dock))


def test_the_session_of_the_worker_is_one_that_stays() -> None:
    assert suggesting.WorkerSession is sessions.WorkerSession


def test_imagery_that_only_qgis_opens_is_drawn_for_the_worker(
    dock: LabelDock, picture: QgsRasterLayer, worker: Worker, package: str, tmp_path: Path, wait: Any
) -> None:
    parameters = QgsRasterDataProvider.VirtualRasterParameters()
    parameters.crs, parameters.extent = picture.crs(), picture.extent()
    parameters.width, parameters.height, parameters.formula = COLUMNS, ROWS, '"picture@1"'
    source = QgsRasterDataProvider.VirtualRasterInputLayers()
    source.name, source.provider, source.uri = "picture", "gdal", picture.source()
    parameters.rInputLayers = [source]
    drawn = QgsRasterLayer(QgsRasterDataProvider.encodeVirtualRasterProviderUri(parameters), "drawn", "virtualraster")
    assert drawn.isValid()
    QgsProject.instance().addMapLayer(drawn)
    dock.start_box.imagery.setLayer(drawn)
    dock.start_box.start(str(tmp_path / "labels.gpkg"))
    show(dock.desk.mapCanvas(), picture)
    sizes = []
    run = worker.run

    def look(job: Any, *rest: Any) -> dict[str, Any]:
        sizes.append(gdal.Open(job.input).RasterXSize)
        return run(job, *rest)

    worker.run = look
    dock.suggestions.model.setFilePath(package)
    ask(dock, wait)
    assert sizes == [COLUMNS] and worker.jobs[0].input.endswith("drawn.tif") and shown(dock) == [90, 70, 60]
