"""The map tools under real mouse events: the picture in UTM, the map in Web Mercator, the labels in degrees."""

from __future__ import annotations

import pytest
from drawn import Mouse, label, show
from kestrel.ui.labeling.grid import Grid
from kestrel.ui.labeling.shapes import CIRCLE, LASSO, POLYGON, RECTANGLE, TURNED_RECTANGLE, Shape, fixed_box
from kestrel.ui.labeling.tools import DrawTool, SelectTool
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSnappingConfig,
    QgsVectorLayer,
)
from qgis.core import edit as editing
from qgis.gui import QgsMapCanvas, QgsMapCanvasSnappingUtils, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
CLOSE = 1.0  # pixels of the picture; one on the screen is half of one


@pytest.fixture
def mouse(picture: QgsRasterLayer, canvas: QgsMapCanvas) -> Mouse:
    return show(canvas, picture)


@pytest.fixture
def layer(picture: QgsRasterLayer) -> QgsVectorLayer:
    """Two labels in degrees, the smaller one over the larger one."""
    made = QgsVectorLayer("Polygon?crs=EPSG:4326&field=kind:string", "labels", "memory")
    transform = QgsCoordinateTransform(picture.crs(), DEGREES, QgsProject.instance())
    with editing(made):
        for box in ((40, 40, 100, 100), (60, 60, 30, 30)):
            feature = label(made, box, {"kind": "house"})
            geometry = feature.geometry()
            geometry.transform(transform)
            feature.setGeometry(geometry)
            made.addFeature(feature)
    QgsProject.instance().addMapLayer(made)
    return made


def drawing(mouse: Mouse, picture: QgsRasterLayer, shape: Shape) -> tuple[DrawTool, list[QgsGeometry]]:
    tool, found = DrawTool(mouse.canvas, Grid.of(picture), shape), []
    tool.drawn.connect(lambda geometry: found.append(QgsGeometry(geometry)))
    mouse.canvas.setMapTool(tool)
    return tool, found


def box_of(geometry: QgsGeometry) -> list[float]:
    box = geometry.boundingBox()
    return [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]


def bands(canvas: QgsMapCanvas) -> int:
    return sum(isinstance(item, QgsRubberBand) and item.isVisible() for item in canvas.items())


@pytest.mark.parametrize("dragged", [True, False])
def test_a_rectangle_lies_along_the_pixels_of_the_picture(mouse: Mouse, picture: QgsRasterLayer, dragged: bool) -> None:
    _, found = drawing(mouse, picture, RECTANGLE)
    if dragged:
        mouse.drag((100, 50), (120, 70), (200, 150))
    else:
        mouse.click(100, 50)
        mouse.move(150, 100)
        mouse.click(200, 150)
    (made,) = found
    assert box_of(made) == pytest.approx([100, 50, 200, 150], abs=CLOSE)
    corners = {(round(point.x(), 6), round(point.y(), 6)) for point in made.vertices()}
    assert len(corners) == 4 and len({x for x, _ in corners}) == 2, "turned against the pixels"
    # On the map, where north is elsewhere than in UTM, its sides are not along the axes.
    on_map = Grid.of(picture).to_map(made, mouse.canvas.mapSettings().destinationCrs())
    assert on_map.area() < on_map.boundingBox().area() or picture.crs().authid() != "EPSG:32633"


def test_three_clicks_make_a_turned_rectangle(mouse: Mouse, picture: QgsRasterLayer) -> None:
    _, found = drawing(mouse, picture, TURNED_RECTANGLE)
    for place in ((100, 100), (160, 180), (80, 240)):
        mouse.click(*place)
    (made,) = found
    assert made.area() == pytest.approx(100 * 100, rel=0.03)
    assert made.orientedMinimumBoundingBox()[1] == pytest.approx(made.area(), rel=1e-6)


def test_a_circle_a_lasso_and_a_box_of_a_fixed_size(mouse: Mouse, picture: QgsRasterLayer) -> None:
    tool, found = drawing(mouse, picture, CIRCLE)
    mouse.drag((100, 100), (110, 100), (130, 100))
    assert box_of(found[-1]) == pytest.approx([70, 70, 130, 130], abs=2 * CLOSE)
    tool.shape = LASSO
    mouse.drag((200, 100), (240, 100), (240, 140), (200, 140))
    assert found[-1].area() == pytest.approx(1600, rel=0.1)
    tool.shape = fixed_box(32, 16)
    mouse.click(300, 200)
    mouse.click(320, 210)
    assert len(found) == 4 and box_of(found[-2]) == pytest.approx([284, 192, 316, 208], abs=CLOSE)


def test_escape_backspace_and_the_right_button(mouse: Mouse, picture: QgsRasterLayer) -> None:
    _, found = drawing(mouse, picture, TURNED_RECTANGLE)
    mouse.click(100, 100)
    mouse.click(150, 100)
    mouse.move(150, 120)
    assert bands(mouse.canvas) == 1
    mouse.key(Qt.Key.Key_Escape)
    assert bands(mouse.canvas) == 0
    mouse.click(100, 100)
    mouse.click(300, 250)
    mouse.key(Qt.Key.Key_Backspace)  # the second point was wrong
    mouse.click(150, 100)
    mouse.click(150, 140)
    assert len(found) == 1 and box_of(found[0]) == pytest.approx([100, 100, 150, 140], abs=CLOSE)
    mouse.click(100, 100)
    mouse.click(150, 100, button=Qt.MouseButton.RightButton)
    assert len(found) == 1 and bands(mouse.canvas) == 0
    mouse.click(100, 100)
    mouse.canvas.unsetMapTool(mouse.canvas.mapTool())
    assert bands(mouse.canvas) == 0


def test_points_snap_to_labels(mouse: Mouse, picture: QgsRasterLayer, layer: QgsVectorLayer) -> None:
    config = QgsSnappingConfig(QgsProject.instance())
    config.setEnabled(True)
    config.setMode(Qgis.SnappingMode.AllLayers)
    config.setTypeFlag(Qgis.SnappingType.Vertex)
    config.setTolerance(15)
    config.setUnits(Qgis.MapToolUnit.Pixels)
    mouse.canvas.setLayers([layer, picture])
    utilities = QgsMapCanvasSnappingUtils(mouse.canvas, mouse.canvas)  # those of QGIS's own canvas
    utilities.setConfig(config)
    mouse.canvas.setSnappingUtils(utilities)
    assert utilities.snapToMap(mouse.screen(140, 140)).isValid()  # the index is built in the background: wait for it
    _, found = drawing(mouse, picture, RECTANGLE)
    mouse.click(142, 143)
    mouse.click(200, 200)
    assert box_of(found[0])[:2] == pytest.approx([140, 140], abs=0.01)


@pytest.mark.parametrize("finish", ["right button", "double click"])
def test_a_polygon(mouse: Mouse, picture: QgsRasterLayer, finish: str) -> None:
    _, found = drawing(mouse, picture, POLYGON)
    mouse.click(200, 100)
    mouse.click(260, 100)
    mouse.click(390, 290)
    mouse.key(Qt.Key.Key_Backspace)
    mouse.click(260, 160)
    if finish == "right button":
        mouse.click(200, 160)
        mouse.click(200, 160, button=Qt.MouseButton.RightButton)
    else:
        mouse.double_click(200, 160)
    (made,) = found
    assert made.symDifference(QgsGeometry.fromWkt("Polygon((200 100,260 100,260 160,200 160,200 100))")).area() < 250
    assert made.constGet().nCoordinates() == 5 and bands(mouse.canvas) == 0
    mouse.click(200, 100)
    mouse.click(210, 100)
    mouse.click(210, 100, button=Qt.MouseButton.RightButton)  # a line is no area
    assert len(found) == 1 and bands(mouse.canvas) == 0


def test_streaming(mouse: Mouse, picture: QgsRasterLayer) -> None:
    tool, found = drawing(mouse, picture, POLYGON)
    tool.streaming = True
    mouse.move(10, 10)  # nothing before the first click
    mouse.click(200, 100)
    for place in ((220, 100), (260, 100), (260, 130), (260, 160), (200, 160)):
        mouse.move(*place)
    mouse.click(200, 160, button=Qt.MouseButton.RightButton)
    assert found[0].area() == pytest.approx(3600, rel=0.1)


def test_labels_are_selected_moved_and_deleted(mouse: Mouse, picture: QgsRasterLayer, layer: QgsVectorLayer) -> None:
    large, small = sorted(layer.allFeatureIds())
    tool = SelectTool(mouse.canvas, layer, Grid.of(picture))
    moved, removed = [], []
    tool.moved.connect(moved.append)
    tool.removed.connect(removed.append)
    mouse.canvas.setMapTool(tool)
    mouse.click(75, 75)
    assert layer.selectedFeatureIds() == [small]
    mouse.click(45, 130, keys=Qt.KeyboardModifier.ControlModifier)
    assert sorted(layer.selectedFeatureIds()) == [large, small]
    mouse.click(350, 250)
    assert layer.selectedFeatureIds() == []
    mouse.drag((30, 110), (50, 120), (80, 160))  # a frame from outside
    assert layer.selectedFeatureIds() == [large]
    mouse.drag((75, 75), (80, 80), (115, 95))
    ((key, geometry),) = moved[0].items()
    assert key == small and layer.selectedFeatureIds() == [small]
    there = Grid.of(picture).to_pixels(geometry, layer.crs())
    assert there.symDifference(QgsGeometry.fromWkt("Polygon((100 80,130 80,130 110,100 110,100 80))")).area() < 60
    mouse.key(Qt.Key.Key_Delete)
    assert removed == [[small]]
    mouse.key(Qt.Key.Key_Escape)
    assert layer.selectedFeatureIds() == [] and bands(mouse.canvas) == 0


def test_outside_of_where_the_coordinate_system_reaches(mouse: Mouse, picture: QgsRasterLayer) -> None:
    _, found = drawing(mouse, picture, RECTANGLE)
    mouse.canvas.setDestinationCrs(DEGREES)
    mouse.canvas.setExtent(QgsRectangle(1000, 100, 1400, 400))
    mouse.screen = lambda column, row: QPoint(int(column), int(row))
    mouse.drag((0, 0), (100, 100), (790, 590))
    mouse.click(10, 10)
    mouse.click(500, 500)
    assert found == []
