"""Classes: what may stand beside what, and where they are kept."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from drawn import label
from kestrel.core.class_files import read_classes, write_classes
from kestrel.core.classes import ClassInfo
from kestrel.core.errors import InputError, InvalidParameter
from kestrel.ui.labeling.class_store import PROPERTY, from_values, load_classes, save_classes
from kestrel.ui.labeling.label_layer import create_label_layer
from kestrel.ui.labeling.schema import LabelClass, Schema
from kestrel.ui.palette import COLOURS, outline
from qgis.core import QgsCategorizedSymbolRenderer, QgsCoordinateReferenceSystem, QgsRendererCategory, QgsVectorLayer
from qgis.core import edit as editing

HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")


def test_a_schema_is_added_to_edited_and_put_in_order(qgis_app: object) -> None:
    schema, told, edited = Schema([HOUSE]), [], []
    schema.changed.connect(lambda: told.append(len(schema)))
    schema.edited.connect(lambda old, new: edited.append((old.name, new.name)))
    assert schema.proposal() == LabelClass(2, "", COLOURS[0])
    schema.add(SHED)
    schema.move(1, 0, 0)
    assert [item.name for item in schema] == ["shed", "house"] and schema.proposal().value == 5
    schema.edit(1, LabelClass(1, "home", "#0000ff"))
    schema.edit(0, LabelClass(4, "shed", "#111111"))  # only another colour: labels stay as they are
    assert edited == [("house", "home")]
    schema.remove(0)
    assert told == [2, 2, 2, 2, 1] and schema.by_name("home") is schema.by_value(1)


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (LabelClass(2, " ", "#000000"), "no name"),
        (LabelClass(0, "barn", "#000000"), "value 0"),
        (LabelClass(2**31, "barn", "#000000"), "whole numbers"),
        (LabelClass(1, "barn", "#000000"), "house has the value 1 already"),
        (LabelClass(2, "house", "#000000"), "class house already"),
    ],
)
def test_classes_that_do_not_fit(qgis_app: object, item: LabelClass, error: str) -> None:
    schema = Schema([HOUSE, SHED])
    with pytest.raises(InvalidParameter, match=error):
        schema.add(item)
    with pytest.raises(InvalidParameter, match=error):
        schema.edit(1, item)
    assert list(schema) == [HOUSE, SHED]


def test_classes_of_files_are_merged(qgis_app: object) -> None:
    schema = Schema([HOUSE])
    found = [ClassInfo(1, "house", (0, 0, 0)), ClassInfo(1, "barn"), ClassInfo(9, "house"), ClassInfo(4, "shed", (0, 255, 0))]
    assert schema.merge(found) == (1, ["barn", "house"])
    assert list(schema) == [HOUSE, SHED]


def test_files_of_classes(tmp_path: Path, qgis_app: object) -> None:
    schema = Schema([SHED, HOUSE])  # the order of the file is the user's, not that of the values
    write_classes(tmp_path / "classes.csv", schema.infos())
    assert list(read_classes(tmp_path / "classes.csv")) == schema.infos()
    definition = {
        "Classes": [{"Value": 4, "Name": "shed", "Color": [0, 255, 0]}, {"Value": 1, "Name": "house", "Color": "#ff0010"}]
    }
    (tmp_path / "model.emd").write_text(json.dumps(definition))
    with zipfile.ZipFile(tmp_path / "model.dlpk", "w") as archive:
        archive.write(tmp_path / "model.emd", "model.emd")
    for name in ("model.emd", "model.dlpk"):
        assert list(read_classes(tmp_path / name)) == schema.infos()
    (tmp_path / "broken.dlpk").write_bytes(b"PK")
    with zipfile.ZipFile(tmp_path / "empty.dlpk", "w") as archive:
        archive.writestr("a.txt", "a")
    for name, error in (("broken.dlpk", "not a model package"), ("empty.dlpk", "holds 0 definitions")):
        with pytest.raises(InputError, match=error):
            read_classes(tmp_path / name)


def test_classes_are_kept_in_the_geopackage(tmp_path: Path, qgis_app: object) -> None:
    path = tmp_path / "labels.gpkg"
    layer = create_label_layer(path, QgsCoordinateReferenceSystem("EPSG:32633"))
    assert load_classes(layer, "Classvalue") == []
    save_classes(layer, Schema([SHED, HOUSE]))
    save_classes(layer, Schema([SHED, HOUSE, LabelClass(5, "o'clock", "#123456")]))
    again = QgsVectorLayer(str(path), "again", "ogr")  # in another project, without its properties
    assert load_classes(again, "Classvalue") == [SHED, HOUSE, LabelClass(5, "o'clock", "#123456")]
    save_classes(layer, Schema())
    assert load_classes(again, "Classvalue") == []


def test_classes_are_kept_in_the_project_where_there_is_no_database(qgis_app: object) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string", "labels", "memory")
    save_classes(layer, Schema([SHED, HOUSE]))
    assert load_classes(layer.clone(), "kind") == [SHED, HOUSE]
    layer.setCustomProperty(PROPERTY, "{broken")
    assert load_classes(layer, "kind") == []


def test_classes_are_taken_from_the_values_of_a_field_in_the_colours_of_the_map(qgis_app: object) -> None:
    layer = QgsVectorLayer(
        "Polygon?crs=EPSG:32633&field=kind:string&field=Classvalue:int&field=Classname:string", "l", "memory"
    )
    with editing(layer):
        for kind, value, name in (("shed", 7, "Shed"), ("barn", 3, "Barn"), (None, None, None), ("shed", 7, "Shed")):
            layer.addFeature(label(layer, (0, 0, 5, 5), {"kind": kind, "Classvalue": value, "Classname": name}))
    assert [(item.value, item.name) for item in from_values(layer, "kind")] == [(1, "barn"), (2, "shed")]
    assert [(item.value, item.name) for item in from_values(layer, "Classvalue")] == [(3, "Barn"), (7, "Shed")]

    layer.setRenderer(QgsCategorizedSymbolRenderer("kind", [QgsRendererCategory("shed", outline("#0a0b0c"), "shed")]))
    assert [item.colour for item in from_values(layer, "kind")][1] == "#0a0b0c"


def test_a_class_is_drawn_in_its_own_colour(qgis_app: object) -> None:
    symbol = outline("#e69f00")
    assert symbol.symbolLayer(0).strokeColor().name() == "#e69f00"
    fill = symbol.symbolLayer(0).fillColor()
    assert fill.name() == "#e69f00" and fill.alpha() == 48
