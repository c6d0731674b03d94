"""The dock as a whole: start, draw with the mouse, choose with keys, see it in the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk import HOUSE, SHED, Desk
from drawn import Mouse, rectangle
from kestrel.core.classes import ClassInfo
from kestrel.ui.labeling import class_dialog
from kestrel.ui.labeling.class_dialog import ClassDialog
from kestrel.ui.labeling.dock import LabelDock
from kestrel.ui.labeling.objects_model import AUTHOR, DELETE, TIME
from kestrel.ui.labeling.schema import LabelClass
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.core import edit as editing
from qgis.PyQt.QtCore import QItemSelectionModel, Qt, QTimer
from qgis.PyQt.QtGui import QColor, QResizeEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QToolBar, QToolButton

SELECT = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def mouse(mouse: Mouse, dock: LabelDock) -> Mouse:
    dock.session.choose(HOUSE)
    return mouse


def pick(dock: LabelDock, name: str) -> None:
    """Press the button of a tool."""
    next(action for action in dock.tools.actions() if action.objectName() == f"kestrel_label_{name}").trigger()


def classes(dock: LabelDock) -> list[Any]:
    return sorted(feature["Classname"] for feature in dock.session.labels.layer.getFeatures())


def test_a_new_geopackage_is_made_in_the_imagerys_coordinate_system(dock: LabelDock, desk: Desk, tmp_path: Path) -> None:
    assert dock.start_box.button.text() == "Start labeling" and "then start" in dock.status.text()
    dock.start_box.start(str(tmp_path / "labels.gpkg"))
    layer = dock.session.labels.layer
    assert layer.crs().authid() == "EPSG:32633" and desk.activeLayer() is layer
    assert dock.start_box.button.text() == "Stop labeling" and dock.start_box.title() == "labels on picture"
    dock.start_box.setCollapsed(False)
    assert dock.start_box.cell.isHidden(), "imagery with pixels has a cell size"
    dock.start_box.button.click()
    assert dock.session.labels is None and not layer.isEditable() and not any(a.isEnabled() for a in dock.tools.actions())
    dock.start_box.labels.setLayer(None)
    dock.start_box.start(str(tmp_path / "labels.gpkg"))  # goes on with what is there
    assert dock.session.labels.layer is layer


def test_classes_of_a_model_wait_for_labeling_to_begin(dock: LabelDock, desk: Desk, tmp_path: Path) -> None:
    dock.take_classes([ClassInfo(2, "roof", (1, 2, 3)), ClassInfo(5, "tree", None)])
    assert "Start labeling first" in desk.messages()[0] and "roof, tree" in desk.messages()[0]
    dock.start_box.start(str(tmp_path / "labels.gpkg"))
    assert [(item.value, item.name) for item in dock.session.schema] == [(2, "roof"), (5, "tree")]
    assert dock.session.schema[0].colour == "#010203"
    dock.take_classes([ClassInfo(2, "roof", None), ClassInfo(5, "pond", None), ClassInfo(6, "barn", None)])
    assert [item.name for item in dock.session.schema] == ["roof", "tree", "barn"]
    assert any("pond" in text and "another class" in text for text in desk.messages())
    dock.session.close()
    dock.start_box.start(str(tmp_path / "others.gpkg"))
    assert len(dock.session.schema) == 0, "they came in once"


def test_a_layer_without_a_class_field_or_not_editable_is_said(dock: LabelDock, desk: Desk, tmp_path: Path) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=height:double", "heights", "memory")
    QgsProject.instance().addMapLayer(layer)
    dock.start_box.labels.setLayer(layer)
    dock.start_box.field.setField("")
    dock.start_box.start()
    assert "no field for the class" in desk.messages()[0] and dock.session.labels is None
    (tmp_path / "other.gpkg").write_bytes(b"no database")
    dock.start_box.labels.setLayer(None)
    dock.start_box.start(str(tmp_path / "other.gpkg"))
    assert any("holds no layer labels" in text for text in desk.messages())


def test_mouse_and_keys_make_labels_that_the_list_shows(dock: LabelDock, mouse: Mouse) -> None:
    pick(dock, "rectangle")
    mouse.drag((20, 20), (40, 40), (100, 60))
    mouse.key(Qt.Key.Key_2, "2")
    assert dock.session.current == SHED
    pick(dock, "box")
    mouse.click(200, 200)
    dock.model.finish()
    assert classes(dock) == ["house", "shed"]
    sizes = [dock.model.index(row, 1).data() for row in range(2)]
    width, height = (int(part) for part in sizes[0].split(" × "))
    assert width == pytest.approx(80, abs=1) and height == pytest.approx(40, abs=1) and sizes[1] == "32 × 32"
    assert dock.status.text() == "2 objects · 0 unsaved · class: shed"
    assert [dock.classes.tree.topLevelItem(row).text(3) for row in range(2)] == ["1", "1"]
    mouse.key(Qt.Key.Key_9, "9")  # no such class
    assert dock.session.current == SHED


def test_keys_give_a_class_to_what_is_selected(dock: LabelDock, mouse: Mouse) -> None:
    pick(dock, "rectangle")
    mouse.drag((20, 20), (40, 40), (100, 60))
    mouse.drag((120, 20), (140, 40), (190, 60))
    pick(dock, "select")
    mouse.drag((5, 5), (100, 40), (250, 100))
    assert dock.session.labels.layer.selectedFeatureCount() == 2
    mouse.key(Qt.Key.Key_2, "2")
    assert classes(dock) == ["shed", "shed"]
    mouse.drag((50, 40), (60, 50), (50, 140))
    mouse.key(Qt.Key.Key_Delete)
    assert classes(dock) == []
    for _ in range(3):  # delete, move, class
        dock._undo.trigger()
    assert classes(dock) == ["house", "house"]


def test_an_object_without_a_class_opens_define_class(dock: LabelDock, mouse: Mouse, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ClassDialog] = []

    def answer(dialog: ClassDialog) -> int:
        asked.append(dialog)
        dialog.existing.setCurrentIndex(dialog.existing.count() - 1)
        dialog.name.setText("shed")
        dialog.accept()
        assert "There is a class shed already" in dialog.problem.text() and dialog.chosen is None
        dialog.name.setText("barn")
        dialog.colour.setColor(QColor("#123456"))
        dialog.accept()
        return 1

    monkeypatch.setattr(class_dialog.ClassDialog, "exec", answer)
    dock.session.choose(None)
    pick(dock, "circle")
    mouse.drag((100, 100), (110, 100), (130, 100))
    mouse.drag((200, 100), (210, 100), (230, 100))
    assert len(asked) == 1 and asked[0].windowTitle() == "Define Class"
    assert dock.session.current == LabelClass(5, "barn", "#123456") and classes(dock) == ["barn", "barn"]


def test_the_list_and_the_map_select_the_same(dock: LabelDock, mouse: Mouse) -> None:
    pick(dock, "box")
    for column in (50, 100, 150, 200):
        mouse.click(column, 100)
    dock.model.finish()
    layer, table = dock.session.labels.layer, dock.objects.table
    keys = dock.model.ids(range(4))
    layer.selectByIds([keys[0], keys[1], keys[3]])
    assert dock.objects.selected() == [keys[0], keys[1], keys[3]]
    table.selectionModel().clearSelection()
    table.selectionModel().select(dock.model.index(2, 0), SELECT)
    assert layer.selectedFeatureIds() == [keys[2]]
    extent = mouse.canvas.extent().width()
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert mouse.canvas.extent().width() < extent
    dock.objects._clicked(dock.model.index(0, DELETE))  # not among the selected: it alone
    dock.model.finish()
    assert dock.model.ids(range(3)) == keys[1:] and dock.objects.selected() == [keys[2]]
    QTest.keyClick(table, Qt.Key.Key_Delete)
    dock.model.finish()
    assert dock.model.ids(range(2)) == [keys[1], keys[3]]
    layer.selectAll()
    dock.objects._clicked(dock.model.index(0, DELETE))  # among the selected: all of them
    dock.model.finish()
    assert dock.model.rowCount() == 0


def test_the_list_shows_one_class(dock: LabelDock, mouse: Mouse) -> None:
    pick(dock, "box")
    mouse.click(50, 100)
    dock.session.choose(SHED)
    mouse.click(100, 100)
    dock.model.finish()
    dock.objects.filter.setCurrentIndex(2)
    assert dock.model.rowCount() == 1 and dock.model.index(0, 0).data() == "shed"
    dock.session.schema.edit(1, LabelClass(4, "barn", "#00ff00"))
    dock.model.finish()
    assert dock.objects.filter.count() == 3


def test_warnings_come_in_the_message_bar(dock: LabelDock, desk: Desk, mouse: Mouse) -> None:
    dock.smallest.setValue(20)
    dock.box_width.setValue(10)
    pick(dock, "box")
    mouse.click(100, 100)
    assert "small, 10 × 32 pixels" in desk.messages()[0] and classes(dock) == ["house"]
    dock.box_width.setValue(12)
    mouse.click(200, 100)  # the next warning takes the place of the last one
    assert len(desk.messages()) == 1 and "small, 12 × 32 pixels" in desk.messages()[0]


def test_streaming_goes_to_the_polygon_tool(dock: LabelDock, mouse: Mouse) -> None:
    dock.tools.streaming.trigger()
    pick(dock, "polygon")
    mouse.click(100, 100)
    for place in ((120, 100), (140, 120), (120, 150)):
        mouse.move(*place)
    mouse.click(120, 150, button=Qt.MouseButton.RightButton)
    assert classes(dock) == ["house"]


def test_coverage_is_marked_and_shown(dock: LabelDock, mouse: Mouse) -> None:
    dock.coverage.refresh()
    assert dock.coverage.text.text() == "0.0 % of picture is marked."
    pick(dock, "mark_area")
    mouse.drag((-20, -20), (40, 40), (200, 300))
    dock.coverage.refresh()
    share = float(dock.coverage.text.text().split(" ")[0])
    assert share == pytest.approx(50, abs=1)
    pick(dock, "unmark_area")
    mouse.drag((10, 10), (20, 20), (30, 30))
    dock.coverage.refresh()
    assert dock.coverage.bar.value() == 0
    mouse.canvas.zoomToFullExtent()
    dock.coverage.view.click()
    dock.coverage.refresh()
    assert dock.coverage.bar.value() == 1000


def test_undo_has_the_keys_unless_the_active_layer_has_steps_of_its_own(dock: LabelDock, desk: Desk, mouse: Mouse) -> None:
    pick(dock, "box")
    mouse.click(50, 100)
    assert dock._undo.isEnabled() and dock._undo.shortcuts() and "Add house" in dock._undo.toolTip()
    other = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string", "other", "memory")
    QgsProject.instance().addMapLayer(other)
    other.startEditing()
    other.addFeature(QgsFeature(other.fields()))
    desk.setActiveLayer(other)
    assert dock._undo.isEnabled() and not dock._undo.shortcuts()
    other.rollBack()
    dock.autosave.setChecked(False)
    desk.setActiveLayer(dock.session.labels.layer)
    mouse.click(100, 100)
    assert dock.status.text().startswith("1 objects · 1 unsaved") or "1 unsaved" in dock.status.text()
    assert not dock._undo.shortcuts(), "QGIS takes back what is in the edit buffer"
    dock.autosave.setChecked(True)
    assert "0 unsaved" in dock.status.text()


def test_the_tree_adds_edits_moves_and_removes(dock: LabelDock, mouse: Mouse, monkeypatch: pytest.MonkeyPatch) -> None:
    pick(dock, "box")
    mouse.click(50, 100)
    dock.model.finish()
    tree = dock.classes
    tree.move(1)
    assert [item.name for item in dock.session.schema] == ["shed", "house"] and tree.position() == 1

    def rename(dialog: ClassDialog) -> int:
        dialog.name.setText("home")
        dialog.accept()
        return 1

    monkeypatch.setattr(ClassDialog, "exec", rename)
    tree.edit()
    assert classes(dock) == ["home"]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    tree.remove()
    assert len(dock.session.schema) == 2
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    tree.remove()
    assert [item.name for item in dock.session.schema] == ["shed"] and dock.session.labels.layer.featureCount() == 1
    tree.from_field()
    assert [(item.value, item.name) for item in dock.session.schema] == [(4, "shed"), (1, "home")]


def test_the_tree_asks_what_becomes_of_the_classes_inside_one_that_goes(dock: LabelDock, mouse: Mouse) -> None:
    schema, tree = dock.session.schema, dock.classes
    schema.add(LabelClass(7, "villa", "#000001", 1))
    for text, left in (
        ("Cancel", ["house", "villa", "shed"]),
        ("Remove it, keep those inside", ["villa", "shed"]),
        ("Remove all of them", ["shed"]),
    ):
        dock.session.choose(schema[0])

        def press(text: str = text) -> None:
            box = QApplication.activeModalWidget()
            assert "holds 1 other classes" in box.text()
            next(button for button in box.buttons() if button.text().replace("&", "") == text).click()

        QTimer.singleShot(0, press)
        tree.remove()
        assert [item.name for item in schema] == left
        if text.startswith("Remove it"):
            schema.add(LabelClass(8, "hut", "#000002", 7))


def test_the_keys_are_those_of_the_rows_that_are_seen(dock: LabelDock, mouse: Mouse) -> None:
    dock.session.schema.add(LabelClass(7, "villa", "#000001", 1))
    pick(dock, "rectangle")
    mouse.key(Qt.Key.Key_2, "2")
    assert dock.session.current.name == "villa"
    dock.session.choose(HOUSE)
    dock.classes.tree.topLevelItem(0).setExpanded(False)
    mouse.key(Qt.Key.Key_2, "2")
    assert dock.session.current == SHED
    mouse.drag((20, 20), (40, 40), (100, 60))
    assert classes(dock) == ["shed"]


def test_a_new_class_stands_beside_the_current_one_or_inside_it(
    dock: LabelDock, mouse: Mouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = iter(("villa", "hut", "tree"))

    def answer(dialog: ClassDialog) -> int:
        dialog.name.setText(next(added))
        if dialog.name.text() == "tree":
            dialog.parent_class.setCurrentIndex(0)
        dialog.accept()
        return 1

    monkeypatch.setattr(class_dialog.ClassDialog, "exec", answer)
    dock.classes.inside_action.trigger()
    dock.classes.add_action.trigger()
    dock.classes.add_action.trigger()
    schema = dock.session.schema
    assert [schema.full_name(item) for item in schema] == ["house", "house › villa", "house › hut", "shed", "tree"]
    dock.objects.show_class(schema[0])
    assert dock.model._shown == {1, 5, 6}


def test_classes_are_imported_from_files(dock: LabelDock, desk: Desk, mouse: Mouse, tmp_path: Path) -> None:
    (tmp_path / "roofs.ecs").write_text(
        '{"Classes": [{"Name": "barn", "Value": 2, "Color": [1, 2, 3]}, {"Name": "x", "Value": 4}]}'
    )
    dock.classes.import_from(str(tmp_path / "roofs.ecs"))
    assert dock.session.schema.by_name("barn") == LabelClass(2, "barn", "#010203")
    assert "Not imported" in desk.messages()[0] and "x" in desk.messages()[0]
    dock.classes.import_from(str(tmp_path / "none.csv"))
    assert any("no class table" in text for text in desk.messages())


def test_labels_of_a_thousand_come_in_another_coordinate_system(dock: LabelDock, desk: Desk, picture: QgsRasterLayer) -> None:
    layer = QgsVectorLayer("MultiPolygon?crs=EPSG:32633&field=kind:string", "many", "memory")
    with editing(layer):
        for number in range(1000):
            feature = QgsFeature(layer.fields())
            feature.setAttributes(["roof" if number % 2 else "tree"])
            feature.setGeometry(QgsGeometry(rectangle(number % 300, number // 10, 9, 9)))
            layer.addFeature(feature)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    QgsProject.instance().addMapLayer(layer)
    dock.start_box.labels.setLayer(layer)
    assert dock.start_box.field.currentField() == "kind" or dock.start_box.field.setField("kind") is None
    dock.start_box.start()
    dock.model.finish()
    assert [item.name for item in dock.session.schema] == ["roof", "tree"] and dock.model.total() == 1000
    assert dock.status.text().startswith("1")


def test_a_project_remembers_what_was_labelled(dock: LabelDock, mouse: Mouse, tmp_path: Path) -> None:
    pick(dock, "box")
    mouse.click(50, 100)
    assert QgsProject.instance().write(str(tmp_path / "project.qgz"))
    QgsProject.instance().clear()
    assert dock.session.labels is None and dock.start_box.labels.currentLayer() is None
    assert QgsProject.instance().read(str(tmp_path / "project.qgz"))
    assert dock.start_box.field.currentField() == "Classvalue"
    dock.start_box.button.click()
    dock.model.finish()
    assert list(dock.session.schema) == [HOUSE, SHED] and dock.model.total() == 1


def test_every_button_is_reached_with_the_keyboard_and_says_what_it_does(dock: LabelDock) -> None:
    bars = dock.widget().findChildren(QToolBar)
    buttons = [button for bar in bars for button in bar.findChildren(QToolButton) if not button.objectName().startswith("qt_")]
    assert len(buttons) >= 20
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons)
    assert all(button.toolTip() for button in buttons)
    assert all(button.accessibleName() or button.text() for button in buttons)


def test_the_dock_can_be_narrow_and_the_class_stays_readable(dock: LabelDock, mouse: Mouse) -> None:
    layer, table = dock.session.labels.layer, dock.objects.table
    layer.setName("a layer with a very long name, as they come from servers and from files of other offices")
    dock.start_box._show()
    dock.session.schema.add(LabelClass(9, "a class with a name that is longer than the dock is wide", "#000001"))
    dock.session.choose(dock.session.schema[2])
    assert dock.widget().widget().minimumSizeHint().width() <= 37 * dock.fontMetrics().averageCharWidth()  # 260 px in QGIS
    assert dock.minimumSizeHint().height() <= 300, "a window on a small screen would grow beyond it"
    one = dock.fontMetrics().averageCharWidth()
    for width, hidden in ((35 * one, [True, True]), (45 * one, [False, True]), (80 * one, [False, False])):
        dock.objects.resize(width, 400)
        QApplication.sendEvent(dock.objects, QResizeEvent(dock.objects.size(), dock.objects.size()))  # it is not shown
        assert [table.isColumnHidden(column) for column in (AUTHOR, TIME)] == hidden, width
    pick(dock, "box")
    mouse.click(50, 100)
    dock.model.finish()
    assert "32 × 32" in dock.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
