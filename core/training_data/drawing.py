"""Polygons drawn as pixels: scan lines through the middle of each row of pixels.

The rule is GDAL's: a pixel belongs to a polygon when its centre lies inside. All polygons of a chip are drawn at once, in
arrays, which takes a tenth of the time of a call to GDAL.
"""

from __future__ import annotations

import numpy as np
import shapely

_POLYGON = shapely.GeometryType.POLYGON.value
_TINY = 4  # pixels: an object of more cannot vanish under others of its plane, which hardly overlap it


def draw(polygons: np.ndarray, values: np.ndarray, height: int, width: int, dtype: np.dtype | type = np.uint8) -> np.ndarray:
    """Return polygons drawn over each other, later ones on top.

    Args:
        polygons: (n,) shapely polygons, with holes and parts, in pixels: x to the right, y down, (0, 0) the upper-left corner.
        values: (n,) what each one's pixels become.
        height: rows.
        width: columns.
        dtype: of the result; holds all values.

    Returns:
        (height, width); 0 where nothing is.
    """
    layers, _ = _draw(polygons, np.zeros(len(polygons), np.int64), np.asarray(values, dtype), 1, height, width)
    return layers[0]


def masks(polygons: np.ndarray, numbers: np.ndarray, count: int, height: int, width: int) -> np.ndarray:
    """Return objects as masks of their own.

    Args:
        polygons: (n,) shapely polygons in pixels; see :func:`draw`.
        numbers: (n,) of the mask that each is drawn in; those in the same one are united.
        count: masks.
        height: rows.
        width: columns.

    Returns:
        (count, height, width) bool.
    """
    layers, _ = _draw(polygons, np.asarray(numbers, np.int64), np.ones(len(polygons), bool), count, height, width)
    return layers


def instance_planes(polygons: np.ndarray, planes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Draw objects of one class as instance numbers; see :func:`instance_masks`.

    Returns:
        (planes, height, width), at least one plane.
    """
    return instance_masks(polygons, np.zeros(len(polygons), np.int64), planes, height, width).get(
        0, np.zeros((1, height, width), np.uint8)
    )


def instance_masks(
    polygons: np.ndarray, classes: np.ndarray, planes: np.ndarray, height: int, width: int
) -> dict[int, np.ndarray]:
    """Draw objects as instance numbers, class by class.

    An object that holds no pixel's centre gets the pixel under a point inside it, in a plane of its own if need be.

    Args:
        polygons: (n,) shapely polygons in pixels; see :func:`draw`.
        classes: (n,) class of each.
        planes: (n,) plane numbers such that objects of a class in the same one do not overlap.
        height: rows.
        width: columns.

    Returns:
        By class, ascending, (planes, height, width): 0 or the number of the object, counted from 1 in each class, in the
        smallest unsigned type that holds it.
    """
    numbers, layer = np.ones(len(polygons), np.int64), np.zeros(len(polygons), np.int64)
    homes: dict[int, slice] = {}
    used = 0
    for position in sorted(set(classes.tolist())):
        own = np.flatnonzero(classes == position)
        numbers[own] += np.arange(len(own))
        different = sorted(set(planes[own].tolist()))
        layer[own] = used + np.searchsorted(different, planes[own])
        homes[position] = slice(used, used + len(different))
        used += len(different)
    most = int(numbers.max(initial=0))
    dtype = np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.uint32
    layers, runs = _draw(polygons, layer, numbers.astype(dtype), used, height, width)
    result = {position: layers[home] for position, home in homes.items()}
    for i in np.flatnonzero(runs <= _TINY):
        mask = result[int(classes[i])]
        if runs[i] and (mask == numbers[i]).any():
            continue
        point = shapely.point_on_surface(polygons[i])
        row, col = min(int(point.y), height - 1), min(int(point.x), width - 1)
        free = np.flatnonzero(mask[:, row, col] == 0)
        if not len(free):
            mask = result[int(classes[i])] = np.concatenate([mask, np.zeros((1, height, width), dtype)])
        mask[free[0] if len(free) else -1, row, col] = numbers[i]
    return result


def _draw(
    polygons: np.ndarray, layer: np.ndarray, values: np.ndarray, count: int, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (count, height, width) layers with each polygon drawn in its own as its value, and (n,) pixels drawn of each."""
    canvas = np.zeros(count * height * width, values.dtype)
    owner, first, last = _spans(polygons, height, width)
    start, length = layer[owner] * (height * width), last - first
    canvas[_pixels(first + start, last + start)] = np.repeat(values[owner], length)
    return canvas.reshape(count, height, width), np.bincount(owner, length, len(polygons))


def _spans(polygons: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the runs of pixels inside: polygon, first pixel, pixel after the last; pixels count row by row."""
    owner, row, x = _crossings(polygons, height)
    order = np.lexsort((x, row, owner))  # each polygon's crossings of a row in pairs: in, out, in, out
    owner, row, x = owner[order], row[order], x[order]
    edge = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
    first, last = edge[0::2], edge[1::2]
    filled = last > first
    owner, row = owner[0::2][filled], row[0::2][filled]
    return owner, row * width + first[filled], row * width + last[filled]


def _pixels(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the numbers of all pixels in runs that begin at ``first`` and end before ``last``."""
    length = last - first
    start = np.cumsum(length) - length
    return np.arange(length.sum()) + np.repeat(first - start, length)


def _crossings(polygons: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where outlines cross the middles of the rows: polygon, row, x."""
    parts, part_owner = polygons, np.arange(len(polygons))
    if (shapely.get_type_id(polygons) != _POLYGON).any():
        parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if len(points) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    here, there = points[:-1], points[1:]
    # The middle of row r is at y = r + 0.5; an edge crosses those from its upper end to just before its lower end.
    upper, lower = np.minimum(here[:, 1], there[:, 1]), np.maximum(here[:, 1], there[:, 1])
    top = np.clip(np.ceil(upper - 0.5), 0, height).astype(np.int64)
    number = np.clip(np.ceil(lower - 0.5), 0, height).astype(np.int64) - top
    number[ring[:-1] != ring[1:]] = 0  # from the end of a ring to the start of the next is no edge
    edge = np.repeat(np.arange(len(number)), number)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number) + top[edge]
    start, end = here[edge], there[edge]
    x = start[:, 0] + (row + 0.5 - start[:, 1]) * (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
    return part_owner[ring_part[ring[edge]]], row, x
