"""Mishaps: a file that is moved, a disk that is full, areas that the project lost, layers with more than polygons."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from drawn import rectangle
from kestrel.core.errors import InputError, OutputError
from kestrel.ui.labeling import session as sessions
from kestrel.ui.labeling.label_layer import create_label_layer, fields
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.session import Session
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDefaultValue,
    QgsFeature,
    QgsFieldConstraints,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QDateTime

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
    return sum(1 for _ in layer.getFeatures())  # not featureCount: GDAL 3.10 notes a wrong one after two programs have written


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


@pytest.mark.parametrize(("driver", "ending"), [("ESRI Shapefile", "shp"), ("GeoJSON", "geojson"), ("SQLite", "sqlite")])
def test_files_of_other_formats_take_labels(picture: QgsRasterLayer, tmp_path: Path, driver: str, ending: str) -> None:
    crs = QgsCoordinateReferenceSystem("EPSG:4326" if driver == "GeoJSON" else "EPSG:32633")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = driver, "labels"
    path, context = tmp_path / f"labels.{ending}", QgsProject.instance().transformContext()
    writer = QgsVectorFileWriter.create(str(path), fields(), Qgis.WkbType.Polygon, crs, context, options)
    if driver == "GeoJSON":  # without a feature it has no fields that are kept
        first = QgsFeature(fields())
        first.setGeometry(QgsGeometry.fromWkt("Polygon((15 45, 15.001 45, 15.001 45.001, 15 45))"))
        first.setAttributes(["barn", 9, "me", QDateTime.currentDateTime()])
        writer.addFeature(first)
    del writer
    made, said = Session(), []
    made.failed.connect(said.append)
    made.open(picture, QgsVectorLayer(str(path), "labels", "ogr"), "Classname")
    before = made.labels.layer.featureCount()
    made.schema.add(LabelClass(2, "Bäume 樹", "#00ff00"))
    made.choose(made.schema.by_value(2))
    for column in (10, 40):
        draw(made, column)
    made.undo()
    assert said == [] and made.unsaved() == 0
    again = QgsVectorLayer(str(path), "again", "ogr")
    assert len(list(again.getFeatures())) == before + 1
    (feature,) = (item for item in again.getFeatures() if item["Classname"] == "Bäume 樹")
    assert feature["Classvalue"] == 2 and feature["time"]
    made.close()


def test_a_table_of_text_takes_no_labels(picture: QgsRasterLayer, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text('wkt,kind\n"POLYGON((0 0,1 0,1 1,0 0))",a\n')
    layer = QgsVectorLayer(f"file://{tmp_path}/labels.csv?wktField=wkt&crs=EPSG:32633&geomType=polygon", "l", "delimitedtext")
    with pytest.raises(InputError, match="cannot be edited"):
        Session().open(picture, layer, "kind")


def test_fields_of_other_tables_defaults_and_constraints_are_heeded(picture: QgsRasterLayer) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string&field=who:string&field=n:int", "labels", "memory")
    layer.setDefaultValueDefinition(1, QgsDefaultValue("'default'"))
    layer.setFieldConstraint(2, QgsFieldConstraints.Constraint.ConstraintUnique)
    table = QgsVectorLayer("NoGeometry?field=kind:string&field=colour:string", "table", "memory")
    QgsProject.instance().addMapLayers([layer, table])
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(table)
    join.setJoinFieldName("kind")
    join.setTargetFieldName("kind")
    layer.addJoin(join)
    made, said = Session(), []
    made.failed.connect(said.append)
    made.open(picture, layer, "kind")
    made.schema.add(HOUSE)
    made.choose(HOUSE)
    for column in (10, 40):
        draw(made, column)
    made.schema.add(LabelClass(2, "tree", "#00ff00"))
    made.set_class([next(layer.getFeatures()).id()], made.schema[1])
    made.undo()
    made.undo()
    (feature,) = layer.getFeatures()
    assert said == [] and feature["who"] == "default"
    made.close()


def test_two_windows_of_qgis_label_in_one_geopackage(session: Session, tmp_path: Path) -> None:
    """The other one is a program of its own, as SQLite's locks hold between programs."""
    draw(session, 10)
    other = textwrap.dedent(
        f"""
        import sys
        sys.path[:0] = {sys.path!r}
        from qgis.testing import start_app
        app = start_app()
        from kestrel.ui.labeling.history import History
        from kestrel.ui.labeling.label_layer import LabelLayer
        from kestrel.ui.labeling.schema import LabelClass, Schema
        from drawn import rectangle
        from qgis.core import QgsVectorLayer
        layer = QgsVectorLayer({session.labels.layer.source()!r}, "labels", "ogr")
        schema = Schema([LabelClass(1, "house", "#ff0010")])
        labels = LabelLayer(layer, "Classvalue", schema, History())
        labels.failed.connect(print)
        for number in range(3):
            labels.add(rectangle(100 + 20 * number, 100, 9, 9), schema[0])
        print("there are", layer.featureCount())
        sys.stdout.flush()
        import os; os._exit(0)
        """
    )
    done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, timeout=60)
    assert "there are 4" in done.stdout, done.stdout + done.stderr
    draw(session, 40)
    assert session.said == [] and session.unsaved() == 0 and count(tmp_path / "labels.gpkg") == 5
    assert sorted(feature.id() for feature in session.labels.layer.getFeatures()) == [1, 2, 3, 4, 5]
