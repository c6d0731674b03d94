"""Outlines as the text formats hold them: rings of points in pixels with two decimals, and the masks they stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from ..drawing import masks as draw_masks

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
        numbers, starts = np.unique(line, return_index=True)
        areas = _areas(points, starts)
        for ring, number, area in zip(np.split(points, starts[1:]), numbers.tolist(), areas.tolist(), strict=True):
            if area > 1e-6:
                result[part_owner[line_part[number]]].append(ring)
    for number, found in enumerate(result):
        if not found:
            found.append(_pixel(polygons[number]))
    return result


def masks(outlines: Sequence[Sequence[np.ndarray]], height: int, width: int, united: bool = False) -> np.ndarray:
    """Draw objects as masks.

    Args:
        outlines: the rings of each of the n objects, at least one, (k, 2) points x, y each, k at least 3.
        height: rows.
        width: columns.
        united: whether pixels inside any ring belong to the object; else those inside an odd number of rings do.

    Returns:
        (n, height, width) bool. An object that holds no pixel's centre has the pixel under a point inside it; nothing is True
        when that lies beside the chip.
    """
    count = len(outlines)
    if not count:
        return np.zeros((0, height, width), bool)
    rings = [ring for outline in outlines for ring in outline]
    owner = np.repeat(np.arange(count), [len(outline) for outline in outlines])
    lines = shapely.linearrings(np.concatenate(rings), indices=np.repeat(np.arange(len(rings)), [len(ring) for ring in rings]))
    shapes = shapely.polygons(lines) if united else shapely.polygons(lines, indices=owner)
    drawn = draw_masks(shapes, owner if united else np.arange(count), count, height, width)
    for i in np.flatnonzero(~drawn.any(axis=(1, 2))).tolist():
        own = lines[owner == i]
        area = shapely.polygons(own[0]) if len(own) == 1 else shapely.build_area(shapely.geometrycollections(own))
        point = shapely.point_on_surface(area)
        x, y = outlines[i][0].mean(axis=0) if point.is_empty else (point.x, point.y)
        if 0 <= x <= width and 0 <= y <= height:
            drawn[i, min(int(y), height - 1), min(int(x), width - 1)] = True
    return drawn


def _areas(points: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Areas of rings of (m, 2) points, which begin at ``starts``."""
    after = np.arange(1, len(points) + 1)
    after[np.append(starts[1:], len(points)) - 1] = starts
    x, y = (points - np.repeat(points[starts], np.diff(np.append(starts, len(points))), axis=0)).T
    return np.abs(np.add.reduceat(x * y[after] - x[after] * y, starts)) / 2


def _pixel(polygon: shapely.Geometry) -> np.ndarray:
    """The square of the pixel under a point of a polygon."""
    point = shapely.point_on_surface(polygon)
    x, y = np.floor([point.x, point.y])
    return np.array([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)])
