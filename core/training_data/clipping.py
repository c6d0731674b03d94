"""Polygons in pixels: many clipped to many rectangles at once, and overlapping ones put on different planes."""

from __future__ import annotations

import numpy as np
import shapely

from ..lattice import SLIVER

_NEAR = 1e-6  # pixels: points so close to a line may end up on either side of it
_LARGE = 500  # points of a polygon that is not walked along for each of many rectangles or neighbours,
_FEW = 4  # if there are more of them than this


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
    polygons[cut] = _clipped(polygons[cut], edges[cut])
    keep = np.ones(len(found), bool)
    keep[cut] = shapely.area(polygons[cut]) >= SLIVER
    return found[keep], polygons[keep]


def narrowed(polygons: np.ndarray, numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return ``polygons[numbers]``, large ones cut down to the surroundings of their rectangles.

    A forest of a million points would else be walked along for each of hundreds of chips.

    Args:
        polygons: (n,) in pixels.
        numbers: (k,) which of them, many times over.
        edges: (k, 4) left, top, right, bottom: outside of these, and a pixel around, parts may be missing.
    """
    result = polygons[numbers]
    order = np.argsort(numbers, kind="stable")
    which, begins, counts = np.unique(numbers[order], return_index=True, return_counts=True)
    large = (counts > _FEW) & (shapely.get_num_coordinates(polygons[which]) > _LARGE)

    def narrow(polygon: shapely.Geometry, places: np.ndarray) -> None:
        if len(places) <= _FEW or shapely.get_num_coordinates(polygon) <= _LARGE:
            result[places] = polygon
            return
        low, high = edges[places, :2].min(axis=0) - 1, edges[places, 2:].max(axis=0) + 1
        polygon = _intersection(np.array([polygon], object), np.array([shapely.box(*low, *high)], object))[0]
        places = places[np.argsort(edges[places, np.argmax(high - low)], kind="stable")]
        narrow(polygon, places[: len(places) // 2])
        narrow(polygon, places[len(places) // 2 :])

    for number, begin, count in zip(which[large], begins[large], counts[large], strict=True):
        narrow(polygons[number], order[begin : begin + count])
    return result


def _clipped(polygons: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The part of each polygon in its rectangle; nearly all by NumPy, which takes a fifth of the time of GEOS."""
    easy = (shapely.get_type_id(polygons) == 3) & (shapely.get_num_interior_rings(polygons) == 0)
    chosen = np.flatnonzero(easy)
    points, owner = shapely.get_coordinates(polygons[chosen], return_index=True)
    last = np.ones(len(owner), bool)
    last[:-1] = owner[1:] != owner[:-1]
    points, owner, left = points[~last], owner[~last], np.ones(len(chosen), bool)  # rings without their closing point
    for side in range(4):
        points, owner, simple = _cut_by_line(points, owner, edges[chosen, side], side)
        left &= simple
    points, owner = points[left[owner]], owner[left[owner]]
    result = np.empty(len(polygons), object)
    there, owner = np.unique(owner, return_inverse=True)
    result[chosen[left]] = shapely.Polygon()
    if len(there):
        result[chosen[there]] = shapely.polygons(shapely.linearrings(points, indices=owner))
    hard = np.ones(len(polygons), bool)
    hard[chosen[left]] = False
    result[hard] = _intersection(polygons[hard], shapely.box(*edges[hard].T))
    return result


def _cut_by_line(
    points: np.ndarray, owner: np.ndarray, limits: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut rings by one line each (Sutherland and Hodgman 1974), where that gives one ring again.

    Args:
        points: (k, 2) of all rings one after the other, each without its closing point.
        owner: (k,) ring of each point, ascending.
        limits: (n,) where the line of each ring is.
        side: which edge of a rectangle the line is: 0 left, 1 top, 2 right, 3 bottom.

    Returns:
        The points and owners of what lies within, and (n,) whether the ring crosses its line at most twice and has no point on
        it when it does; else what is left of it means nothing.
    """
    axis, sign = side % 2, 1 if side < 2 else -1
    distance = sign * (points[:, axis] - limits[owner])
    inside = distance >= 0
    if inside.all():
        return points, owner, np.ones(len(limits), bool)
    ends = np.append(np.flatnonzero(np.diff(owner)), len(owner) - 1)
    following = np.arange(1, len(owner) + 1)
    following[ends] = np.append(0, ends[:-1] + 1)
    crossing = inside != inside[following]
    crossings = np.bincount(owner[crossing], minlength=len(limits))
    touching = np.bincount(owner[np.abs(distance) < _NEAR], minlength=len(limits)) > 0
    slots = inside.astype(int) + crossing  # each point within stays, and is followed by that where the ring crosses the line
    behind = np.cumsum(slots)
    result = np.empty((int(slots.sum()), 2))
    result[behind[inside] - slots[inside]] = points[inside]
    here, there = np.flatnonzero(crossing), following[crossing]
    share = distance[here] / (distance[here] - distance[there])
    corners = points[here] + share[:, None] * (points[there] - points[here])
    corners[:, axis] = limits[owner[here]]
    result[behind[here] - 1] = corners
    return result, np.repeat(owner, slots), (crossings == 0) | (crossings == 2) & ~touching


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
    one, other = narrowed(polygons, first, bounds[second]), narrowed(polygons, second, bounds[first])
    overlap = shapely.area(_intersection(one, other)) > SLIVER
    earlier: dict[int, list[int]] = {}
    for i, j in zip(first[overlap].tolist(), second[overlap].tolist(), strict=True):
        earlier.setdefault(j, []).append(i)
    planes = np.zeros(len(polygons), int)
    for j in sorted(earlier):
        taken = {int(planes[i]) for i in earlier[j]}
        planes[j] = next(plane for plane in range(len(taken) + 1) if plane not in taken)
    return planes


def _intersection(polygons: np.ndarray, others: np.ndarray) -> np.ndarray:
    """What each pair of (n,) polygons has in common, without the points and lines in which they merely touch."""
    try:
        common = shapely.intersection(polygons, others)
    except shapely.GEOSException:  # moving or turning them has rounded their points, and an edge may cross another now
        polygons, others = (shapely.make_valid(each, method="structure", keep_collapsed=False) for each in (polygons, others))
        common = shapely.intersection(polygons, others)
    for i in np.flatnonzero(shapely.get_type_id(common) == 7):
        parts = shapely.get_parts(common[i])
        common[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return common
