"""Labels in a layer: saved one by one, taken back one by one, still there after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drawn import label, rectangle
from kestrel.core.errors import InputError, OutputError
from kestrel.ui.labeling import label_layer
from kestrel.ui.labeling.history import History
from kestrel.ui.labeling.label_layer import LabelLayer, class_field_of, create_label_layer
from kestrel.ui.labeling.schema import LabelClass, Schema
from qgis.core import QgsCoordinateReferenceSystem, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QDateTime

UTM = QgsCoordinateReferenceSystem("EPSG:32633")
HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")


def opened(layer: QgsVectorLayer, field: str = "Classvalue", autosave: bool = True) -> LabelLayer:
    return LabelLayer(layer, field, Schema([HOUSE, SHED]), History(), autosave)


@pytest.fixture
def labels(tmp_path: Path, qgis_new_project: None) -> Any:
    made = opened(create_label_layer(tmp_path / "labels.gpkg", UTM))
    yield made
    made.close()


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        QCoreApplication.processEvents()
    assert done()


def on_disk(labels: LabelLayer) -> dict[int, tuple[Any, ...]]:
    """What another program sees."""
    layer = QgsVectorLayer(labels.layer.source(), "other", "ogr")
    return {item.id(): (item["Classname"], item["Classvalue"], item.geometry().area()) for item in layer.getFeatures()}


def test_each_label_is_in_the_file_at_once_and_the_layer_stays_in_edit_mode(labels: LabelLayer) -> None:
    before = QDateTime.currentDateTime().addSecs(-1)
    key = labels.add(rectangle(10, 10, 20, 10), SHED)
    assert on_disk(labels) == {key: ("shed", 4, 50.0)} and key > 0
    assert labels.layer.isEditable() and labels.unsaved() == 0
    feature = labels.layer.getFeature(key)
    assert feature["author"] and before <= feature["time"] <= QDateTime.currentDateTime()


def test_every_edit_is_taken_back_and_done_again_step_by_step(labels: LabelLayer) -> None:
    one, two = labels.add(rectangle(0, 0, 10, 10), HOUSE), labels.add(rectangle(20, 0, 10, 10), HOUSE)
    states = [on_disk(labels)]
    labels.set_class([one, two], SHED)
    states.append(on_disk(labels))
    labels.set_geometry(one, rectangle(0, 0, 40, 10))
    states.append(on_disk(labels))
    labels.remove([two, one])
    states.append(on_disk(labels))
    assert states[-1] == {} and states[2][one] == ("shed", 4, 100.0)
    for state in reversed(states[:-1]):
        assert labels.history.undo() and on_disk(labels) == state
    assert labels.history.undo() and labels.history.undo() and on_disk(labels) == {}
    assert not labels.history.undo() and labels.history.redo_text() == "Add house"
    labels.history.redo()
    for state in states:
        assert labels.history.redo() and sorted(on_disk(labels).values()) == sorted(state.values())
    assert not labels.history.redo()


def test_steps_hold_when_features_come_back_under_other_ids(qgis_new_project: None) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=kind:string", "labels", "memory")
    labels = opened(layer, "kind")
    keys = [labels.add(rectangle(20 * number, 0, 10, 10 + number), HOUSE) for number in range(3)]
    labels.set_class(keys[1:2], SHED)
    labels.remove(keys)
    assert labels.history.undo()
    assert sorted((item["kind"], item.geometry().area()) for item in layer.getFeatures()) == [
        ("house", 25.0), ("house", 30.0), ("shed", 27.5),
    ]  # fmt: skip
    assert labels.history.undo() and labels.history.undo()
    assert sorted((item["kind"], item.geometry().area()) for item in layer.getFeatures()) == [("house", 25.0), ("house", 27.5)]
    assert labels.history.redo() and labels.history.redo() and labels.history.redo() and layer.featureCount() == 0


def test_edits_of_other_tools_are_saved_and_taken_back_too(labels: LabelLayer) -> None:
    key = labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.layer.beginEditCommand("Moved vertex")  # as QGIS's vertex tool does
    labels.layer.moveVertex(500000, 4999990, key, 0)
    labels.layer.endEditCommand()
    assert labels.unsaved() == 1
    for _ in range(3):
        QCoreApplication.processEvents()
    assert labels.unsaved() == 0 and on_disk(labels)[key][2] > 25
    assert labels.history.undo_text() == "Moved vertex" and labels.history.undo()
    assert on_disk(labels)[key][2] == 25


def test_without_autosave_edits_wait_and_qgis_takes_them_back(labels: LabelLayer) -> None:
    labels.autosave = False
    counts: list[int] = []
    labels.unsavedChanged.connect(counts.append)
    labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.add(rectangle(20, 0, 10, 10), HOUSE)
    assert labels.unsaved() == 2 and on_disk(labels) == {} and counts[-1] == 2
    labels.layer.undoStack().undo()
    assert labels.unsaved() == 1 and counts[-1] == 1
    assert labels.save() and len(on_disk(labels)) == 1 and labels.layer.isEditable()


def test_steps_that_somebody_elses_save_made_wrong_are_forgotten(labels: LabelLayer) -> None:
    key = labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.layer.deleteFeature(key)
    labels.layer.commitChanges(False)
    assert labels.history.undo_text() == "" and not labels.history.undo() and on_disk(labels) == {}
    key = labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.set_class([key], SHED)
    labels.layer.dataProvider().deleteFeatures([key])
    assert not labels.history.undo() and labels.history.undo_text() == ""


def test_a_class_that_gets_another_name_takes_its_labels_along(labels: LabelLayer) -> None:
    labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.add(rectangle(20, 0, 10, 10), SHED)
    labels.schema.edit(0, LabelClass(7, "it's home", HOUSE.colour))
    assert sorted(value[:2] for value in on_disk(labels).values()) == [("it's home", 7), ("shed", 4)]


@pytest.mark.parametrize(
    ("fields", "guess", "stored"),
    [
        ("field=kind:string&field=class:string", "class", {"class": "shed"}),
        ("field=class:int&field=name:string", "class", {"class": 4, "name": "shed"}),
        ("field=Classname:string&field=Classvalue:int", "Classvalue", {"Classname": "shed", "Classvalue": 4}),
        ("field=height:double", "", {}),
    ],
)
def test_layers_of_others(qgis_new_project: None, fields: str, guess: str, stored: dict[str, Any]) -> None:
    layer = QgsVectorLayer(f"MultiPolygon?crs=EPSG:4326&{fields}", "labels", "memory")
    assert class_field_of(layer) == guess
    if not guess:
        with pytest.raises(InputError, match="no field kind"):
            opened(layer, "kind")
        return
    labels = opened(layer, guess)
    feature = layer.getFeature(labels.add(rectangle(0, 0, 10, 10), SHED))
    assert {name: feature[name] for name in stored} == stored and feature.geometry().isMultipart()
    assert labels.class_of(stored[guess]) == SHED and labels.class_of(None) is None and labels.class_of("barn") is None


def test_layers_that_take_no_labels(tmp_path: Path, qgis_new_project: None) -> None:
    with pytest.raises(InputError, match="no polygons"):
        opened(QgsVectorLayer("Point?crs=EPSG:4326&field=a:int", "points", "memory"), "a")
    layer = create_label_layer(tmp_path / "labels.gpkg", UTM)
    layer.setReadOnly(True)
    with pytest.raises(InputError, match="cannot be edited"):
        opened(layer)
    with pytest.raises(OutputError, match="already"):
        create_label_layer(tmp_path / "labels.gpkg", UTM)
    with pytest.raises(OutputError, match="cannot be made"):
        create_label_layer(tmp_path / "none" / "labels.gpkg", UTM)


def test_a_label_that_the_layer_refuses_is_said(tmp_path: Path, qgis_new_project: None) -> None:
    layer = create_label_layer(tmp_path / "labels.gpkg", UTM)
    labels, texts = opened(layer), []
    labels.failed.connect(texts.append)
    key = labels.add(rectangle(0, 0, 10, 10), HOUSE)
    again = label(layer, (0, 0, 5, 5), {"fid": key})
    layer.addFeature(again)  # under a number that is taken
    assert not labels.save() and texts and labels.unsaved() == 1


CRASH = """
    import sys, time
    sys.path.insert(0, {path!r})
    from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
    application = QgsApplication([], False)
    application.initQgis()
    from kestrel.ui.labeling.history import History
    from kestrel.ui.labeling.label_layer import LabelLayer, create_label_layer
    from kestrel.ui.labeling.schema import LabelClass, Schema
    house = LabelClass(1, "house", "#ff0000")
    layer = create_label_layer({file!r}, QgsCoordinateReferenceSystem("EPSG:32633"))
    labels = LabelLayer(layer, "Classvalue", Schema([house]), History())
    for number in range(3):
        labels.add(QgsGeometry.fromRect(QgsRectangle(number, 0, number + 1, 1)), house)
    print("three", flush=True)
    time.sleep(60)
"""


def test_three_labels_are_there_after_qgis_was_killed(tmp_path: Path, plugin_path: Path) -> None:
    file = tmp_path / "labels.gpkg"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CRASH).format(path=str(plugin_path), file=str(file))],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    try:
        assert process.stdout is not None and process.stdout.readline() == "three\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    layer = QgsVectorLayer(f"{file}|layername=labels", "labels", "ogr")
    assert sorted(item.geometry().boundingBox().xMinimum() for item in layer.getFeatures()) == [0, 1, 2]
    labels = opened(layer)  # and work goes on
    labels.add(rectangle(0, 0, 10, 10), HOUSE)
    assert layer.featureCount() == 4


def test_a_class_of_many_labels_is_renamed_in_the_database(
    labels: LabelLayer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_layer, "MANY", 2)
    told: list[str] = []
    labels.told.connect(told.append)
    for number in range(4):
        labels.add(rectangle(20 * number, 0, 10, 10), HOUSE if number else SHED)
    labels.schema.edit(0, LabelClass(9, 'o\'connell "house"', HOUSE.colour))
    assert labels.renaming is not None
    with pytest.raises(OutputError, match="Another class is being renamed"):
        labels.schema.edit(1, LabelClass(5, "shack", SHED.colour))
    wait_for(lambda: labels.renaming is None)
    assert sorted(item[:2] for item in on_disk(labels).values()) == [('o\'connell "house"', 9)] * 3 + [("shed", 4)]
    assert "cannot be undone" in told[0] and not labels.history.undo() and labels.layer.isEditable()
    labels.schema.edit(1, LabelClass(5, "shack", SHED.colour))  # a few are changed as ever, and taken back
    assert labels.history.undo_text() == "Change class to shack"
    labels.autosave = False
    labels.add(rectangle(0, 50, 10, 10), SHED)
    with pytest.raises(OutputError, match="Save the labels first"):
        labels.schema.edit(0, LabelClass(9, "home", HOUSE.colour))
    assert labels.schema[0].value == 9 and labels.schema[0].name.startswith("o'c")


def test_labels_that_a_filter_hides_are_renamed_too(labels: LabelLayer) -> None:
    for number in range(3):
        labels.add(rectangle(20 * number, 0, 10, 10), HOUSE)
    labels.layer.rollBack()
    assert labels.layer.setSubsetString('"fid" = 1')
    labels.start()
    labels.schema.edit(0, LabelClass(1, "home", HOUSE.colour))
    wait_for(lambda: labels.renaming is None)
    assert [item[0] for item in on_disk(labels).values()] == ["home"]
    labels.layer.rollBack()
    labels.layer.setSubsetString("")
    assert [item[0] for item in on_disk(labels).values()] == ["home"] * 3


def test_a_class_keeps_its_name_when_its_labels_cannot_have_another(
    labels: LabelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_layer, "MANY", 0)
    failed: list[str] = []
    labels.failed.connect(failed.append)
    labels.add(rectangle(0, 0, 10, 10), HOUSE)

    def refuse(*_: object) -> None:
        raise OutputError("The table labels cannot be changed: no rights")

    monkeypatch.setattr("kestrel.ui.labeling.tables.Neighbours.update", refuse)
    labels.schema.edit(0, LabelClass(1, "home", "#000001"))
    wait_for(lambda: labels.renaming is None)
    assert "no rights" in failed[0] and labels.schema[0] == LabelClass(1, "house", "#000001")
    assert [item[0] for item in on_disk(labels).values()] == ["house"]


def test_who_takes_a_renaming_back_gets_the_class_back(labels: LabelLayer) -> None:
    labels.add(rectangle(0, 0, 10, 10), HOUSE)
    labels.schema.edit(0, LabelClass(7, "home", "#000001"))
    assert labels.history.undo() and labels.schema[0] == LabelClass(1, "house", "#000001")
    assert [item[:2] for item in on_disk(labels).values()] == [("house", 1)]
    assert labels.history.redo() and labels.schema[0].name == "home"
    assert [item[:2] for item in on_disk(labels).values()] == [("home", 7)]
    labels.schema.remove(0)
    assert labels.history.undo() and len(labels.schema) == 1
