"""Polygons in pixels: many clipped to many rectangles at once, and overlapping ones put on different planes."""

from __future__ import annotations

import numpy as np
import shapely

SLIVER = 1.0  # square pixels: less than this left of an object that an edge cuts is no object, nor is such an overlap one


def clip(polygons: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clip each polygon to its own rectangle.

    Args:
        polygons: (n,) valid, in pixels; empty ones are allowed.
        edges: (n, 4) left, top, right, bottom of the rectangle of each.

    Returns:
        The positions, ascending, of those of which anything is left, and these polygons. Of a polygon that the rectangle
        cuts, less than one square pixel counts as nothing; one that lies inside stays, however small.
    """
    bounds = shapely.bounds(polygons)
    meets = ((bounds[:, :2] < edges[:, 2:]) & (bounds[:, 2:] > edges[:, :2])).all(axis=1)
    found = np.flatnonzero(meets)  # not the empty ones either: their bounds are NaN
    polygons, bounds, edges = polygons[found], bounds[found], edges[found]
    cut = np.flatnonzero((bounds[:, :2] < edges[:, :2]).any(axis=1) | (bounds[:, 2:] > edges[:, 2:]).any(axis=1))
    if not len(cut):
        return found, polygons
    pieces = _polygonal(shapely.intersection(polygons[cut], shapely.box(*edges[cut].T)))
    polygons[cut] = pieces
    keep = np.ones(len(found), bool)
    keep[cut] = shapely.area(pieces) >= SLIVER
    return found[keep], polygons[keep]


def planes_of(polygons: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Give each object the lowest plane where it overlaps no earlier one of its class; shared walls are no overlap.

    Args:
        polygons: (n,) in pixels.
        positions: (n,) class of each.

    Returns:
        (n,) planes, counted from 0.
    """
    first, second = shapely.STRtree(polygons).query(polygons)
    later = (first < second) & (positions[first] == positions[second])
    first, second = first[later], second[later]
    bounds = shapely.bounds(polygons)
    common = np.minimum(bounds[first, 2:], bounds[second, 2:]) - np.maximum(bounds[first, :2], bounds[second, :2])
    close = common.prod(axis=1) > SLIVER  # of the boxes: most neighbours along a street are done with that
    first, second = first[close], second[close]
    overlap = shapely.area(shapely.intersection(polygons[first], polygons[second])) > SLIVER
    earlier: dict[int, list[int]] = {}
    for i, j in zip(first[overlap].tolist(), second[overlap].tolist(), strict=True):
        earlier.setdefault(j, []).append(i)
    planes = np.zeros(len(polygons), int)
    for j in sorted(earlier):
        taken = {int(planes[i]) for i in earlier[j]}
        planes[j] = next(plane for plane in range(len(taken) + 1) if plane not in taken)
    return planes


def _polygonal(geometries: np.ndarray) -> np.ndarray:
    """Drop the points and lines that clipping leaves where an object touches the edge."""
    for i in np.flatnonzero(shapely.get_type_id(geometries) == 7):
        parts = shapely.get_parts(geometries[i])
        geometries[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return geometries
