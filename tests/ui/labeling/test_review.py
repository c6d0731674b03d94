"""Review: objects one after another, by key; the picture in UTM, the map in Web Mercator, the detections in degrees."""

from __future__ import annotations

from typing import Any

import pytest
from drawn import Mouse, rectangle
from kestrel.ui.labeling.dock import LabelDock
from kestrel.ui.labeling.review.walk import PROPERTY, Walk
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.core import edit as editing
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import Qt


def layer_of(fields: str, rows: list[tuple[tuple[float, ...], list[Any]]]) -> QgsVectorLayer:
    """A layer of rectangles, given in pixels of the picture, in degrees."""
    made = QgsVectorLayer(f"Polygon?crs=EPSG:4326&{fields}", "found", "memory")
    transform = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:32633"), made.crs(), QgsProject.instance())
    with editing(made):
        for place, values in rows:
            feature = QgsFeature(made.fields())
            outline = rectangle(*place)
            outline.transform(transform)
            feature.setGeometry(outline)
            feature.setAttributes(values)
            made.addFeature(feature)
    QgsProject.instance().addMapLayer(made)
    return made


@pytest.fixture
def found() -> QgsVectorLayer:
    fields = "field=Class:string&field=Confidence:double&field=ClassValue:integer"
    rows = [
        ((50, 50, 40, 40), ["house", 90.0, 1]),
        ((150, 50, 40, 40), ["shed", 20.0, 4]),
        ((250, 50, 4, 4), ["house", 55.0, 1]),
    ]
    return layer_of(fields, rows)


def begin(dock: LabelDock, layer: QgsVectorLayer) -> Any:
    dock.review.layer.setLayer(layer)
    dock.review.start()
    return dock.review


def labels(dock: LabelDock) -> list[str]:
    return sorted(feature["Classname"] for feature in dock.session.labels.layer.getFeatures())


def test_from_the_least_certain_upward_keep_and_drop(dock: LabelDock, mouse: Mouse, found: QgsVectorLayer) -> None:
    review, told = begin(dock, found), []
    review.told.connect(told.append)
    assert review.layer.count() == 1, "the labels cannot be reviewed"
    assert review.text.text() == "<b>shed · 20 %</b><br>1 of 3 · 0 decided"
    view = mouse.canvas.extent()
    centre = mouse.screen(170, 70)
    size = mouse.canvas.mapSettings().outputSize()
    assert abs(centre.x() - size.width() / 2) < 3 and abs(centre.y() - size.height() / 2) < 3
    assert sum(isinstance(item, QgsRubberBand) and item.isVisible() for item in mouse.canvas.items()) == 2
    mouse.key(Qt.Key.Key_Return)
    assert labels(dock) == ["shed"] and "55 %" in review.text.text()
    assert mouse.canvas.extent().width() < view.width() / 4, "a small object is seen closer"
    mouse.key(Qt.Key.Key_R, "r")
    assert labels(dock) == ["shed"] and "90 %" in review.text.text()
    mouse.key(Qt.Key.Key_2, "2")
    assert labels(dock) == ["shed", "shed"]
    mouse.key(Qt.Key.Key_Left)
    assert "dropped" in review.text.text() and "3 decided" in review.text.text()
    mouse.key(Qt.Key.Key_P, "p")
    mouse.key(Qt.Key.Key_A, "a")  # once more: it has a label
    assert labels(dock) == ["shed", "shed"] and "The object has a label already." in told


def test_undo_takes_a_decision_back(dock: LabelDock, mouse: Mouse, found: QgsVectorLayer) -> None:
    dock.desk.setActiveLayer(found)  # as QGIS does with a result
    review = begin(dock, found)
    assert dock.desk.activeLayer() is dock.session.labels.layer, "the keys of undo are those of the labels"
    mouse.key(Qt.Key.Key_A, "a")
    assert labels(dock) == ["shed"] and review.walk.count_decided() == 1
    dock._undo.trigger()
    assert labels(dock) == [] and review.walk.count_decided() == 0 and "0 decided" in review.text.text()
    dock._redo.trigger()
    assert labels(dock) == ["shed"] and review.walk.count_decided() == 1


def test_it_goes_on_where_it_was_left(dock: LabelDock, mouse: Mouse, found: QgsVectorLayer) -> None:
    review = begin(dock, found)
    mouse.key(Qt.Key.Key_Delete)
    review.begin.click()
    assert review.walk is None and mouse.canvas.mapTool() is not review.tool
    assert '"dropped": [2]' in found.customProperty(PROPERTY)
    review.begin.click()
    assert "55 %" in review.text.text() and "1 decided" in review.text.text()


def test_filters(dock: LabelDock, mouse: Mouse, found: QgsVectorLayer) -> None:
    review = begin(dock, found)
    review.name.setCurrentText("house")
    assert "1 of 2" in review.text.text()
    review.least.setValue(60)
    assert "90 %" in review.text.text() and "1 of 1" in review.text.text()
    review.most.setValue(70)
    assert review.text.text() == "No objects." and not review.keep.isEnabled()


def test_fix_makes_a_label_and_takes_the_vertex_tool(dock: LabelDock, mouse: Mouse, found: QgsVectorLayer) -> None:
    pressed: list[bool] = []
    dock.desk.vertex_tool.triggered.connect(lambda: pressed.append(True))
    begin(dock, found)
    mouse.key(Qt.Key.Key_F, "f")
    assert dock.session.labels.layer.selectedFeatureCount() == 1
    assert pressed == [True] and labels(dock) == ["shed"] and dock.desk.activeLayer() is dock.session.labels.layer
    assert dock.review.walk.decided == {2: "fixed"}
    dock.review.next.trigger()
    assert mouse.canvas.mapTool() is dock.review.tool


def test_misses_and_false_alarms(dock: LabelDock, mouse: Mouse) -> None:
    fields = "field=Accuracy:string&field=Class:string&field=True_Class:string&field=Confidence:double"
    rows = [
        ((50, 50, 40, 40), ["TP", "house", "house", 90.0]),
        ((150, 50, 40, 40), ["FP", "shed", None, 20.0]),
        ((250, 50, 40, 40), ["FN", None, "tent", None]),
    ]
    review = begin(dock, layer_of(fields, rows))
    assert not review.marks.isHidden() and "tent · missed" in review.text.text() and "1 of 2" in review.text.text()
    mouse.key(Qt.Key.Key_Return)
    assert labels(dock) == ["tent"] and dock.session.schema.by_name("tent") is not None
    assert "shed · 20 % · false alarm" in review.text.text()
    mouse.key(Qt.Key.Key_R, "r")
    assert labels(dock) == ["tent"] and any("All 2 objects" in text for text in dock.desk.messages())
    review.marks.setCurrentIndex(3)
    assert "of 3" in review.text.text()


def test_a_hundred_thousand_detections(picture: QgsRasterLayer) -> None:
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=Class:string&field=Confidence:double", "many", "memory")
    features = []
    for number in range(100_000):
        feature = QgsFeature(layer.fields())
        feature.setAttributes(["house", float(number % 100)])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    walk = Walk(layer)
    assert len(walk.entries) == 100_000 and walk.current.confidence == 0
    walk.filter("house", 99, 100, None)
    assert len(walk.entries) == 1000 and walk.current.confidence == 99
