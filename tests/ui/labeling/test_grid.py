"""The picture's pixels, from any coordinate system."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import COLUMNS, LEFT, PIXEL, ROWS, TOP, rectangle, write_picture
from kestrel.ui.labeling.grid import Grid, PixelSize
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsPointXY, QgsProject, QgsRasterLayer

UTM, DEGREES = QgsCoordinateReferenceSystem("EPSG:32633"), QgsCoordinateReferenceSystem("EPSG:4326")


def test_pixels_and_back(picture: QgsRasterLayer) -> None:
    grid = Grid.of(picture)
    assert (grid.columns, grid.rows) == (COLUMNS, ROWS) and grid.frame().area() == COLUMNS * ROWS
    point = grid.pixel(QgsPointXY(LEFT + 10 * PIXEL, TOP - 3 * PIXEL), UTM)
    assert (point.x(), point.y()) == (10, 3)
    box = QgsGeometry.fromWkt("Polygon((10 20, 50 20, 50 30, 10 30, 10 20))")
    drawn = grid.to_map(box, DEGREES)
    assert 14 < drawn.centroid().asPoint().x() < 16
    back = grid.to_pixels(drawn, DEGREES)
    assert back.symDifference(box).area() < 1e-3
    size = grid.sizes(DEGREES).of(drawn)
    assert size is not None and (size.width, size.height) == pytest.approx((40, 10), abs=1e-3)
    assert grid.sizes(UTM).of(rectangle(5, 5, 30, 20)) == PixelSize(30, 20)
    assert grid.sizes(UTM).of(QgsGeometry()) is None


def test_a_picture_that_is_turned_in_its_file(tmp_path: Path, qgis_new_project: None) -> None:
    path = write_picture(tmp_path / "turned.tif", (LEFT, 0.4, -0.3, TOP, -0.3, -0.4))  # as if drawn by a turned camera
    grid = Grid.of(QgsRasterLayer(str(path), "turned"))
    assert (grid.columns, grid.rows) == (COLUMNS, ROWS)
    x, y = LEFT + 100 * 0.4 - 50 * 0.3, TOP - 100 * 0.3 - 50 * 0.4
    point = grid.pixel(QgsPointXY(x, y), UTM)
    assert (point.x(), point.y()) == pytest.approx((100, 50))
    size = grid.sizes(UTM).of(grid.to_map(QgsGeometry.fromWkt("Polygon((1 1, 41 1, 41 11, 1 11, 1 1))"), UTM))
    assert size is not None and (size.width, size.height) == pytest.approx((40, 10), abs=1e-6)


def test_without_pixels_of_its_own(qgis_new_project: None) -> None:
    grid = Grid.plain(UTM, 0.5)
    assert grid.frame().isNull() and grid.sizes(UTM).of(rectangle(5, 5, 30, 20)) == PixelSize(30, 20)
    transform = QgsCoordinateTransform(UTM, DEGREES, QgsProject.instance())
    box = rectangle(5, 5, 30, 20)
    box.transform(transform)
    size = grid.sizes(DEGREES).of(box)
    assert size is not None and (size.width, size.height) == pytest.approx((30, 20), abs=0.01)
