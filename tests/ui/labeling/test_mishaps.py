"""Mishaps: a file that is moved, a disk that is full, areas that the project lost, layers with more than polygons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawn import rectangle
from kestrel.core.errors import OutputError
from kestrel.ui.labeling import session as sessions
from kestrel.ui.labeling.label_layer import create_label_layer
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.session import Session
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

HOUSE = LabelClass(1, "house", "#ff0010")


@pytest.fixture
def session(picture: QgsRasterLayer, tmp_path: Path) -> Any:
    made = Session()
    made.said = []
    made.failed.connect(made.said.append)
    made.open(picture, create_label_layer(tmp_path / "labels.gpkg", picture.crs()), "Classvalue")
    made.schema.add(HOUSE)
    made.choose(HOUSE)
    yield made
    made.close()


def draw(session: Session, column: float) -> None:
    session.take(session.grid.to_pixels(rectangle(column, 10, 20, 20), session.imagery.crs()))


def count(path: Path) -> int:
    layer = QgsVectorLayer(f"{path}|layername=labels", "other", "ogr")
    return int(layer.featureCount())


def test_labels_wait_while_their_file_is_away(session: Session, tmp_path: Path) -> None:
    draw(session, 10)
    (tmp_path / "labels.gpkg").rename(tmp_path / "moved.gpkg")
    draw(session, 40)
    draw(session, 70)
    assert "was moved" in session.said[0] and session.unsaved() == 2 and session.labels.layer.featureCount() == 3
    (tmp_path / "labels.gpkg").unlink(missing_ok=True)  # SQLite may make an empty one
    (tmp_path / "moved.gpkg").rename(tmp_path / "labels.gpkg")
    session.save()
    assert session.unsaved() == 0 and count(tmp_path / "labels.gpkg") == 3


def test_classes_that_could_not_be_kept_are_when_labels_are(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = sessions.save_classes

    def full(*_: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(sessions, "save_classes", full)
    session.schema.add(LabelClass(2, "tree", "#00ff00"))
    assert session.said == ["The disk is full."]
    draw(session, 10)
    assert len(session.said) == 2  # still full
    monkeypatch.setattr(sessions, "save_classes", kept)
    draw(session, 40)
    again = QgsVectorLayer(session.labels.layer.source(), "again", "ogr")
    assert [item.name for item in sessions.load_classes(again, "Classvalue")] == ["house", "tree"]


def test_what_cannot_be_saved_is_said_in_one_sentence_and_kept(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = session.labels.layer
    monkeypatch.setattr(type(layer), "commitChanges", lambda *_: False)
    monkeypatch.setattr(
        type(layer), "commitErrors", lambda *_: ["ERROR: 1 feature(s) not added.\n\n  Provider errors:\n    database is full"]
    )
    draw(session, 10)
    assert session.said[0].startswith("1 edits of labels could not be saved") and session.said[0].endswith("database is full")
    assert "\n" not in session.said[0] and session.unsaved() == 1
    monkeypatch.undo()
    draw(session, 40)
    assert session.unsaved() == 0 and layer.featureCount() == 2


def test_areas_that_the_project_lost_are_taken_again(session: Session, picture: QgsRasterLayer) -> None:
    session.mark_view(picture.extent(), picture.crs())
    QgsProject.instance().removeMapLayer(session.areas.layer.id())
    assert session.areas is None
    session.mark_view(picture.extent(), picture.crs())
    assert session.said == [] and session.areas.layer.featureCount() == 2


@pytest.mark.parametrize("kind", ["PolygonZM", "MultiPolygonZ", "CurvePolygon"])
def test_layers_with_heights_parts_and_curves_take_labels(picture: QgsRasterLayer, kind: str) -> None:
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:32633&field=kind:string(10)&field=Classvalue:int", "labels", "memory")
    made, said = Session(), []
    made.failed.connect(said.append)
    made.open(picture, layer, "kind")
    made.schema.add(HOUSE)
    made.choose(HOUSE)
    draw(made, 10)
    made.undo()
    assert layer.featureCount() == 0
    made.redo()
    (feature,) = layer.getFeatures()
    assert said == [] and (feature["kind"], feature["Classvalue"]) == ("house", 1)
    assert feature.geometry().area() == pytest.approx(100)
    made.close()
