"""Outlines as the text formats hold them: rings of points in pixels with two decimals, and the masks they stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from ..drawing import draw

DECIMALS = 2  # of a pixel, as in the boxes of ArcGIS Pro


def rings(polygons: np.ndarray) -> list[list[np.ndarray]]:
    """Return the rings of each polygon, rounded.

    Points that rounding puts on the one before go, and rings that it leaves without area. A polygon that is too small for any
    ring is given as the pixel under a point inside it, which is what its mask would be.

    Args:
        polygons: (n,) shapely polygons, with holes and parts, in pixels.

    Returns:
        For each of the n its rings, outer ones and holes, as (k, 2) points x, y; the first point is not repeated.
    """
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    lines, line_part = shapely.get_rings(parts, return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    points = np.round(points, DECIMALS) + 0.0  # + 0.0: no -0.0
    result: list[list[np.ndarray]] = [[] for _ in polygons]
    if len(points):
        keep = np.zeros(len(points), bool)  # a ring ends where it began: its last point goes
        keep[:-1] = (line[1:] == line[:-1]) & (points[1:] != points[:-1]).any(axis=1)
        points, line = points[keep], line[keep]
        ends = np.searchsorted(line, np.arange(len(lines)), "right")
        for number, ring in enumerate(np.split(points, ends[:-1])):
            if len(ring) > 2 and _area(ring) > 1e-6:
                result[part_owner[line_part[number]]].append(ring)
    for number, found in enumerate(result):
        if not found:
            found.append(_pixel(polygons[number]))
    return result


def mask(rings: Sequence[np.ndarray], height: int, width: int, united: bool = False) -> np.ndarray:
    """Draw an object as a mask.

    Args:
        rings: (k, 2) points x, y each, k at least 3.
        height: rows.
        width: columns.
        united: whether pixels inside any ring belong to the object; else those inside an odd number of rings do. An object
            that holds no pixel's centre gets the pixel under a point inside it.

    Returns:
        (height, width) bool; nothing is True when the rings lie beside the chip.
    """
    shapes = [shapely.Polygon(ring) for ring in rings] if united else [shapely.Polygon(rings[0], rings[1:])]
    drawn = draw(np.array(shapes, object), np.ones(len(shapes), np.uint8), height, width).astype(bool)
    if not drawn.any():
        point = shapely.point_on_surface(shapely.build_area(shapely.GeometryCollection(shapes)))
        x, y = rings[0].mean(axis=0) if point.is_empty else (point.x, point.y)
        if 0 <= x <= width and 0 <= y <= height:
            drawn[min(int(y), height - 1), min(int(x), width - 1)] = True
    return drawn


def _area(ring: np.ndarray) -> float:
    """Area of a ring (k, 2)."""
    x, y = (ring - ring[0]).T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _pixel(polygon: shapely.Geometry) -> np.ndarray:
    """The square of the pixel under a point of a polygon."""
    point = shapely.point_on_surface(polygon)
    x, y = np.floor([point.x, point.y])
    return np.array([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)])
