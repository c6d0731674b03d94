"""Outlines from points."""

from __future__ import annotations

import math

import pytest
from kestrel.ui.labeling.shapes import CIRCLE, LASSO, RECTANGLE, TURNED_RECTANGLE, Shape, fixed_box
from qgis.core import QgsPointXY


def points(*pairs: tuple[float, float]) -> list[QgsPointXY]:
    return [QgsPointXY(x, y) for x, y in pairs]


@pytest.mark.parametrize(
    ("shape", "drawn", "wkt"),
    [
        (RECTANGLE, [(10, 40), (30, 20)], "Polygon ((10 40, 30 40, 30 20, 10 20, 10 40))"),
        (TURNED_RECTANGLE, [(0, 0), (3, 4), (-1, 7)], "Polygon ((0 0, 3 4, -1 7, -4 3, 0 0))"),
        (TURNED_RECTANGLE, [(0, 0), (10, 0), (4, -5)], "Polygon ((0 0, 10 0, 10 -5, 0 -5, 0 0))"),
        (fixed_box(10, 4), [(20, 20)], "Polygon ((15 18, 25 18, 25 22, 15 22, 15 18))"),
        (LASSO, [(0, 0), (4, 0), (4, 4), (0, 4)], "Polygon ((0 0, 4 0, 4 4, 0 4, 0 0))"),
    ],
)
def test_outlines(shape: Shape, drawn: list[tuple[float, float]], wkt: str) -> None:
    assert shape.outline(points(*drawn)).asWkt(6) == wkt


def test_a_circle() -> None:
    made = CIRCLE.outline(points((5, 5), (5, 15)))
    assert made.area() == pytest.approx(math.pi * 100, rel=0.005) and made.centroid().asPoint() == QgsPointXY(5, 5)


def test_a_lasso_that_crosses_itself_keeps_its_largest_piece() -> None:
    made = LASSO.outline(points((0, 0), (10, 10), (10, 0), (0, 6)))
    assert made.isGeosValid() and not made.isMultipart() and made.boundingBox().xMaximum() == 10 and made.area() < 50


@pytest.mark.parametrize(
    ("shape", "drawn"),
    [
        (RECTANGLE, [(1, 1)]),
        (RECTANGLE, [(1, 1), (1, 9)]),
        (TURNED_RECTANGLE, [(1, 1), (1, 1), (5, 5)]),
        (TURNED_RECTANGLE, [(0, 0), (4, 0), (9, 0)]),
        (CIRCLE, [(1, 1), (1, 1)]),
        (LASSO, [(0, 0), (1, 1)]),
        (LASSO, [(0, 0), (1, 1), (2, 2)]),
        (fixed_box(4, 4), []),
    ],
)
def test_points_that_make_nothing(shape: Shape, drawn: list[tuple[float, float]]) -> None:
    assert shape.outline(points(*drawn)).isEmpty()
