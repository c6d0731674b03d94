"""Classes that are kinds of other classes: the schema, where it is kept, the tree in the dock."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from kestrel.core.class_files import read_classes, write_classes
from kestrel.core.classes import ClassInfo
from kestrel.core.errors import InvalidParameter, OutputError
from kestrel.ui.labeling import class_store
from kestrel.ui.labeling.class_rows import COUNT, KEY, NAME, ClassRows
from kestrel.ui.labeling.class_store import load_classes, save_classes
from kestrel.ui.labeling.label_layer import create_label_layer
from kestrel.ui.labeling.schema import LabelClass, Schema
from qgis.core import QgsCoordinateReferenceSystem, QgsVectorLayer
from qgis.PyQt.QtCore import QMimeData, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QDragMoveEvent, QDropEvent

BUILDING, HOUSE, SHED = (
    LabelClass(1, "building", "#ff0010"),
    LabelClass(4, "house", "#00ff00", 1),
    LabelClass(5, "shed", "#0000ff", 1),
)
VILLA, TREE = LabelClass(7, "villa", "#aa0000", 4), LabelClass(2, "Bäume 樹", "#00aa00")
ALL = [BUILDING, HOUSE, VILLA, SHED, TREE]


@pytest.fixture
def schema(qgis_app: object) -> Schema:
    return Schema([TREE, VILLA, BUILDING, HOUSE, SHED])  # kinds may come before what they are kinds of


def names(schema: Schema) -> list[str]:
    return [schema.full_name(item) for item in schema]


def test_classes_stand_in_the_order_of_a_tree(schema: Schema) -> None:
    assert names(schema) == ["Bäume 樹", "building", "building › house", "building › house › villa", "building › shed"]
    assert [item.name for item in schema.within(BUILDING)] == ["building", "house", "villa", "shed"]
    schema.add(LabelClass(9, "hut", "#000000", 4))
    assert names(schema)[3:5] == ["building › house › villa", "building › house › hut"]
    schema.edit(1, LabelClass(11, "building", "#ff0010"))  # another value takes its kinds along
    assert [item.parent for item in schema.kinds(11)] == [11, 11] and len(schema.within(schema[1])) == 5
    schema.edit(4, LabelClass(9, "hut", "#000000"))
    assert names(schema)[-1] == "hut"


def test_a_class_moves_with_what_lies_within_it(schema: Schema) -> None:
    schema.move(2, 2, 0)
    assert names(schema) == ["Bäume 樹", "Bäume 樹 › house", "Bäume 樹 › house › villa", "building", "building › shed"]
    for wrong in (1, 4):
        with pytest.raises(InvalidParameter, match="lies within it"):
            Schema(ALL).move(0, wrong, 0)
    with pytest.raises(InvalidParameter, match="no class of the value 99"):
        schema.move(0, 99, 0)


def test_up_and_down_swap_neighbours_and_leave_the_parent_at_its_ends(schema: Schema) -> None:
    def step(name: str, by: int) -> list[str]:
        position = next(number for number, item in enumerate(schema) if item.name == name)
        target = schema.step(position, by)
        if target is None:
            return []
        schema.move(position, *target)
        return [item.name for item in schema]

    assert step("Bäume 樹", -1) == [] and step("building", 1) == []
    assert step("shed", -1) == ["Bäume 樹", "building", "shed", "house", "villa"]
    assert step("shed", -1) == ["Bäume 樹", "shed", "building", "house", "villa"] and schema[1].parent == 0
    assert step("villa", 1) == ["Bäume 樹", "shed", "building", "house", "villa"] and schema[4].parent == 1
    assert step("villa", 1)[-1] == "villa" and schema[4].parent == 0
    assert step("building", -1) == ["Bäume 樹", "building", "house", "shed", "villa"]


@pytest.mark.parametrize("with_kinds", [False, True])
def test_what_lies_within_a_class_that_goes_stays_in_its_place_or_goes_too(schema: Schema, with_kinds: bool) -> None:
    schema.remove(1, with_kinds)
    assert names(schema) == (["Bäume 樹"] if with_kinds else ["Bäume 樹", "house", "house › villa", "shed"])


def test_a_circle_of_parents_ends(qgis_app: object) -> None:
    rows = [
        {"value": 1, "name": "a", "parent": 2},
        {"value": 2, "name": "b", "parent": 1},
        {"value": 3, "name": "c", "parent": 3},
    ]
    assert [(item.name, item.parent) for item in Schema.from_rows(rows)] == [("b", 0), ("a", 2), ("c", 0)]


def test_groups_of_a_file_are_merged_with_those_that_are_there(schema: Schema) -> None:
    found = [ClassInfo(1, "building"), ClassInfo(8, "barn", None, 1), ClassInfo(4, "oak"), ClassInfo(20, "cork oak", None, 4)]
    assert schema.merge(found) == (2, ["oak"])
    assert schema.by_name("barn").parent == 1 and schema.by_name("cork oak").parent == 0
    assert schema.by_name("villa").parent == 4


def test_groups_are_kept_in_a_class_table(tmp_path: Path, schema: Schema) -> None:
    write_classes(tmp_path / "classes.csv", schema.infos())
    again = Schema()
    again.merge(read_classes(tmp_path / "classes.csv"))
    assert list(again) == list(schema)


def test_groups_are_kept_in_the_geopackage_and_an_older_table_gets_the_column(tmp_path: Path, schema: Schema) -> None:
    layer = create_label_layer(tmp_path / "labels.gpkg", QgsCoordinateReferenceSystem("EPSG:32633"))
    save_classes(layer, schema)
    again = QgsVectorLayer(str(tmp_path / "labels.gpkg"), "again", "ogr")  # in another project
    assert load_classes(again, "Classvalue") == list(schema)
    del layer, again

    with sqlite3.connect(tmp_path / "labels.gpkg") as database:
        database.execute("ALTER TABLE kestrel_classes DROP COLUMN parent")
        database.execute(
            "INSERT INTO kestrel_classes (layer, position, value, name, color) VALUES ('another', 0, 3, 'x', '#000001')"
        )
    database.close()
    layer = QgsVectorLayer(f"{tmp_path / 'labels.gpkg'}|layername=labels", "labels", "ogr")
    flat = load_classes(layer, "Classvalue")
    assert [item.name for item in flat] == [item.name for item in schema] and not any(item.parent for item in flat)
    save_classes(layer, Schema(flat))  # without groups it stays as it is
    save_classes(layer, schema)
    assert load_classes(layer.clone(), "Classvalue") == list(schema)
    del layer
    with sqlite3.connect(tmp_path / "labels.gpkg") as database:
        assert database.execute("SELECT name FROM kestrel_classes WHERE layer = 'another'").fetchall() == [("x",)]
    database.close()


def test_a_table_that_takes_no_column_keeps_all_but_the_groups(
    tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = create_label_layer(tmp_path / "labels.gpkg", QgsCoordinateReferenceSystem("EPSG:32633"))
    monkeypatch.setattr(class_store, "_with_parents", lambda table: False)
    with pytest.raises(OutputError, match="groups are kept here only"):
        save_classes(layer, schema)
    assert len(load_classes(layer, "Classvalue")) == 5


# The rows


class Drag(QDragMoveEvent):
    """A drag that seems to come from a widget, as events that are made cannot say themselves."""

    def __init__(self, rows: ClassRows, place: QPoint) -> None:
        self._rows, self._mime = rows, rows.mimeData(rows.selectedItems())
        super().__init__(place, Qt.DropAction.MoveAction, self._mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)

    def source(self) -> Any:
        return self._rows


class Drop(QDropEvent):
    def __init__(self, rows: ClassRows, place: QPoint) -> None:
        self._rows, self._mime = rows, QMimeData()
        super().__init__(
            QPointF(place), Qt.DropAction.MoveAction, self._mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )

    def source(self) -> Any:
        return self._rows


@pytest.fixture
def rows(schema: Schema) -> Any:
    made = ClassRows()
    made.resize(300, 300)
    made.fill(schema)
    made.show()
    yield made
    made.deleteLater()


def drag(rows: ClassRows, item: LabelClass, onto: LabelClass, share: float) -> tuple[int, int, int] | None:
    """Drag a row onto another, at a share of its height; return what is said."""
    said: list[tuple[int, int, int]] = []
    rows.dropped.connect(lambda *place: said.append(place))
    rows.choose(item)
    row = next(row for row in rows._rows() if row.data(NAME, Qt.ItemDataRole.UserRole) == onto)
    box = rows.visualItemRect(row)
    place = QPoint(box.left() + 5, box.top() + round(share * (box.height() - 1)))
    event = Drag(rows, place)
    rows.dragMoveEvent(event)
    if event.isAccepted():
        rows.dropEvent(Drop(rows, place))
    return said[0] if said else None


def test_rows_are_dragged_within_and_between_parents(rows: ClassRows) -> None:
    assert drag(rows, SHED, TREE, 0.5) == (5, 2, 0)  # onto it
    assert drag(rows, SHED, HOUSE, 0.0) == (5, 1, 0)  # above it
    assert drag(rows, TREE, SHED, 1.0) == (2, 1, 2)  # below it
    assert drag(rows, TREE, BUILDING, 1.0) == (2, 1, 0)  # below a parent that is open: before its first
    assert drag(rows, BUILDING, VILLA, 0.5) is None and drag(rows, HOUSE, HOUSE, 0.5) is None
    assert len(list(rows._rows())) == 5


def test_keys_and_counts_are_those_of_the_rows_that_are_seen(rows: ClassRows, schema: Schema) -> None:
    rows.count(lambda item: item.value)
    house = next(row for row in rows._rows() if row.text(NAME) == "house")
    assert [row.text(KEY) for row in rows._rows()] == ["1", "2", "3", "4", "5"] and house.text(COUNT) == "4"
    house.setExpanded(False)
    assert [row.text(KEY) for row in rows._rows()] == ["1", "2", "3", "", "4"] and house.text(COUNT) == "11"
    assert [item.name for item in rows.shown()] == ["Bäume 樹", "building", "house", "shed"]
    schema.add(LabelClass(30, "new", "#000000"))
    rows.fill(schema)
    assert [row.text(KEY) for row in rows._rows()] == ["1", "2", "3", "", "4", "5"]  # it is still folded
    rows.choose(VILLA)
    assert rows.chosen() == VILLA and len(rows.shown()) == 6  # and opens for a class that is chosen
