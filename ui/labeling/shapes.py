"""What a few clicks make: outlines in the pixels of the imagery."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qgis.core import QgsGeometry, QgsPointXY

Points = Sequence[QgsPointXY]
MANY = 10**9
_SEGMENTS = 48  # of a circle: off by 0.2 % of the radius


@dataclass(frozen=True)
class Shape:
    """How a shape is drawn.

    Attributes:
        clicks: how many points make it; 0 for one that is drawn with the button held down, MANY for as many as the user likes.
        outline: makes the polygon from its points, or from fewer while it is drawn; null when they make none.
        drags: whether it may be drawn by dragging from the first point to the last.
    """

    clicks: int
    outline: Callable[[Points], QgsGeometry]
    drags: bool = False


def rectangle(points: Points) -> QgsGeometry:
    """Return the rectangle between two corners, along the rows and columns."""
    if len(points) < 2:
        return QgsGeometry()
    (left, top), (right, bottom) = ((point.x(), point.y()) for point in (points[0], points[-1]))
    if left == right or top == bottom:
        return QgsGeometry()
    return _polygon([(left, top), (right, top), (right, bottom), (left, bottom)])


def turned_rectangle(points: Points) -> QgsGeometry:
    """Return the rectangle of which two points are one side and the third lies on the other side."""
    if len(points) < 3:
        return QgsGeometry()
    (ax, ay), (bx, by), (cx, cy) = ((point.x(), point.y()) for point in points[:3])
    length = math.hypot(bx - ax, by - ay)
    if not length:
        return QgsGeometry()
    across = (-(by - ay) / length, (bx - ax) / length)
    depth = (cx - bx) * across[0] + (cy - by) * across[1]
    if not depth:
        return QgsGeometry()
    dx, dy = across[0] * depth, across[1] * depth
    return _polygon([(ax, ay), (bx, by), (bx + dx, by + dy), (ax + dx, ay + dy)])


def circle(points: Points) -> QgsGeometry:
    """Return the circle about the first point through the last."""
    if len(points) < 2:
        return QgsGeometry()
    x, y = points[0].x(), points[0].y()
    radius = math.hypot(points[-1].x() - x, points[-1].y() - y)
    if not radius:
        return QgsGeometry()
    angles = [2 * math.pi * number / _SEGMENTS for number in range(_SEGMENTS)]
    return _polygon([(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles])


def area(points: Points) -> QgsGeometry:
    """Return the area within a line that closes itself; where the line crosses itself, the largest piece."""
    if len(points) < 3:
        return QgsGeometry()
    drawn = _polygon([(point.x(), point.y()) for point in points])
    sound = drawn if drawn.isGeosValid() else drawn.makeValid()
    pieces = [piece for piece in sound.asGeometryCollection() if piece.area() > 0]
    return max(pieces, key=lambda piece: piece.area()) if pieces else QgsGeometry()


def box(width: float, height: float) -> Callable[[Points], QgsGeometry]:
    """Return what makes a box of a fixed size, in pixels, about a point."""

    def outline(points: Points) -> QgsGeometry:
        if not points:
            return QgsGeometry()
        x, y = points[-1].x(), points[-1].y()
        return rectangle([QgsPointXY(x - width / 2, y - height / 2), QgsPointXY(x + width / 2, y + height / 2)])

    return outline


RECTANGLE = Shape(2, rectangle, drags=True)
TURNED_RECTANGLE = Shape(3, turned_rectangle)
CIRCLE = Shape(2, circle, drags=True)
LASSO = Shape(0, area, drags=True)
POLYGON = Shape(MANY, area)


def fixed_box(width: float, height: float) -> Shape:
    """Return the shape of one click: a box of that size in pixels."""
    return Shape(1, box(width, height))


def _polygon(corners: Sequence[tuple[float, float]]) -> QgsGeometry:
    ring = [QgsPointXY(x, y) for x, y in corners]
    return QgsGeometry.fromPolygonXY([[*ring, ring[0]]])
