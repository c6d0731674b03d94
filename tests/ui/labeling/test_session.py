"""From what was drawn to a label: classes, warnings, areas, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawn import COLUMNS, ROWS
from kestrel.core.errors import InputError
from kestrel.ui.labeling.areas import find_areas
from kestrel.ui.labeling.label_layer import create_label_layer
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.session import Session
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDefaultValue,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")


def pixels(left: float, top: float, width: float, height: float) -> QgsGeometry:
    return QgsGeometry.fromRect(QgsRectangle(left, top, left + width, top + height))


class Said(list):
    """The texts that a session has for the message bar."""

    def __init__(self, session: Session) -> None:
        session.warned.connect(self.append)
        session.failed.connect(self.append)


@pytest.fixture
def session(picture: QgsRasterLayer, tmp_path: Path) -> Any:
    made = Session()
    made.open(picture, create_label_layer(tmp_path / "labels.gpkg", DEGREES), "Classvalue")
    made.schema.add(HOUSE)
    made.schema.add(SHED)
    yield made
    made.close()


def test_what_is_drawn_becomes_a_label_of_the_chosen_class(session: Session) -> None:
    said = Said(session)
    session.choose(SHED)
    session.take(pixels(10, 20, 40, 30))
    (feature,) = session.labels.layer.getFeatures()
    assert (feature["Classname"], feature["Classvalue"]) == ("shed", 4) and session.unsaved() == 0
    back = session.grid.to_pixels(feature.geometry(), DEGREES)
    assert back.symDifference(pixels(10, 20, 40, 30)).area() < 1e-3 and said == []


def test_without_a_class_it_is_asked_for(session: Session) -> None:
    answers: list[LabelClass | None] = [None, HOUSE]
    session.ask_class = lambda: answers.pop(0)
    session.take(pixels(10, 20, 40, 30))
    assert session.labels.layer.featureCount() == 0
    session.take(pixels(10, 20, 40, 30))
    session.take(pixels(60, 20, 40, 30))  # now it is chosen
    assert session.labels.layer.featureCount() == 2 and session.current == HOUSE and answers == []


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (pixels(10, 10, 5, 40), "small, 5 × 40 pixels"),
        (pixels(-60, 10, 50, 50), "outside the imagery picture"),
        (pixels(-10, 10, 50, 50), ""),  # the edge of the picture cuts it
        (pixels(10, 10, 8, 8), ""),
    ],
)
def test_objects_that_nothing_can_be_learned_from(session: Session, drawn: QgsGeometry, text: str) -> None:
    said = Said(session)
    session.smallest = 8
    session.choose(HOUSE)
    session.take(drawn)
    assert session.labels.layer.featureCount() == 1, "a warning is no refusal"
    assert text in said[0] if text else said == [], said


def test_undo_and_redo_with_autosave_and_without(session: Session) -> None:
    layer = session.labels.layer
    session.choose(HOUSE)
    session.take(pixels(10, 10, 50, 50))
    session.take(pixels(80, 10, 50, 50))
    session.undo()
    session.undo()
    assert layer.featureCount() == 0
    session.redo()
    assert layer.featureCount() == 1
    session.set_autosave(False)
    session.take(pixels(80, 10, 50, 50))
    assert session.unsaved() == 1
    session.undo()  # what is not saved, first
    assert session.unsaved() == 0 and layer.featureCount() == 1
    session.undo()
    assert layer.featureCount() == 0
    session.redo()
    session.set_autosave(True)
    assert session.unsaved() == 0 and layer.featureCount() == 1


def test_edits_of_the_classes_are_kept_and_drawn(session: Session) -> None:
    layer = session.labels.layer
    session.choose(HOUSE)
    session.take(pixels(10, 10, 50, 50))
    session.schema.edit(0, LabelClass(9, "home", "#0000ff"))
    assert session.current == LabelClass(9, "home", "#0000ff")
    (feature,) = layer.getFeatures()
    assert (feature["Classname"], feature["Classvalue"]) == ("home", 9)
    categories = layer.renderer().categories()
    assert [(item.value(), item.label()) for item in categories] == [(9, "home"), (4, "shed"), ("", "other")]
    assert categories[0].symbol().symbolLayer(0).strokeColor().name() == "#0000ff"
    again = Session()
    again.open(session.imagery, QgsVectorLayer(layer.source(), "again", "ogr"), "Classvalue")
    assert [item.name for item in again.schema] == ["home", "shed"]
    again.close()
    session.schema.remove(0)
    assert session.current is None


def test_areas_are_marked_within_the_picture_and_measured(session: Session) -> None:
    said = Said(session)
    assert session.areas is None and find_areas(session.labels.layer) is None
    session.take_area(pixels(-100, -50, 100 + COLUMNS / 2, 50 + ROWS))
    assert session.areas.share(session.grid) == pytest.approx(0.5, abs=1e-4)
    session.take_area(pixels(COLUMNS / 4, 0, COLUMNS / 2, ROWS))  # half of it is marked already
    assert session.areas.share(session.grid) == pytest.approx(0.75, abs=1e-4) and said == []
    session.take_area(pixels(-100, 0, 50, 50))
    assert "outside" in said[0] and session.areas.layer.featureCount() == 2
    session.undo()
    assert session.areas.share(session.grid) == pytest.approx(0.5, abs=1e-4)
    session.clear_areas(pixels(10, 10, 5, 5))
    assert session.areas.share(session.grid) == 0
    session.undo()
    assert session.areas.layer in QgsProject.instance().mapLayers().values()
    found = find_areas(session.labels.layer)
    assert found is session.areas.layer and found.name() == "labels_areas"


def test_the_view_is_marked(session: Session) -> None:
    mercator = QgsProject.instance().crs()
    quarter = session.grid.to_map(pixels(0, 0, COLUMNS / 2, ROWS / 2), mercator).boundingBox()
    session.mark_view(quarter, mercator)
    assert session.areas.share(session.grid) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("kind", ["shapefile", "memory"])
def test_areas_beside_layers_that_are_no_geopackage(picture: QgsRasterLayer, tmp_path: Path, kind: str) -> None:
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string", "labels", "memory")
    if kind == "shapefile":
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "ESRI Shapefile"
        path = str(tmp_path / "labels.shp")
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
        layer = QgsVectorLayer(path, "labels", "ogr")
    session = Session()
    session.open(picture, layer, "kind")
    session.take_area(pixels(0, 0, COLUMNS, ROWS))
    assert session.areas.share(session.grid) == pytest.approx(1)
    assert (tmp_path / "labels_areas.gpkg").exists() == (kind == "shapefile")
    session.close()
    if kind == "shapefile":
        session.open(picture, layer, "kind")
        assert session.areas.share(session.grid) == pytest.approx(1)
        session.close()


def test_layers_that_leave_the_project_end_the_session(session: Session) -> None:
    told: list[str] = []
    session.closed.connect(lambda: told.append("closed"))
    session.take_area(pixels(0, 0, 50, 50))
    QgsProject.instance().removeMapLayer(session.areas.layer.id())
    assert session.areas is None and told == []
    QgsProject.instance().removeMapLayer(session.labels.layer.id())
    assert session.labels is None and told == ["closed"] and len(session.schema) == 0
    session.undo()
    session.take(pixels(0, 0, 5, 5))


def test_a_new_project_ends_the_session(session: Session) -> None:
    session.choose(HOUSE)
    session.take(pixels(0, 0, 50, 50))
    QgsProject.instance().clear()
    assert session.labels is None and session.history.undo_text() == "" and session.unsaved() == 0


def test_fields_of_others_get_their_defaults(picture: QgsRasterLayer) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string&field=status:string", "labels", "memory")
    layer.setDefaultValueDefinition(1, QgsDefaultValue("'draft'"))
    session = Session()
    session.open(picture, layer, "kind")
    session.choose(HOUSE)
    session.take(pixels(0, 0, 50, 50))
    (feature,) = layer.getFeatures()
    assert feature["status"] == "draft"
    session.close()


def test_a_layer_without_a_coordinate_system(picture: QgsRasterLayer) -> None:
    layer = QgsVectorLayer("Polygon?field=kind:string", "labels", "memory")
    layer.setCrs(QgsCoordinateReferenceSystem())
    session = Session()
    with pytest.raises(InputError, match="no coordinate system"):
        session.open(picture, layer, "kind")
    assert session.labels is None
