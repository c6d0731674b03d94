"""Polygons drawn as pixels: scan lines through the middle of each row of pixels.

The rule is GDAL's: a pixel belongs to a polygon when its centre lies inside. All polygons of a chip are drawn at once, in
arrays, which takes a tenth of the time of a call to GDAL.
"""

from __future__ import annotations

import numpy as np
import shapely


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
    canvas = np.zeros(height * width, dtype)
    owner, first, last = _spans(polygons, height, width)
    canvas[_pixels(first, last)] = np.repeat(np.asarray(values, dtype)[owner], last - first)
    return canvas.reshape(height, width)


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
    canvas = np.zeros(count * height * width, bool)
    owner, first, last = _spans(polygons, height, width)
    start = np.asarray(numbers, np.int64)[owner] * (height * width)
    canvas[_pixels(first + start, last + start)] = True
    return canvas.reshape(count, height, width)


def instance_planes(polygons: np.ndarray, planes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Draw objects as instance numbers.

    An object that holds no pixel's centre gets the pixel under a point inside it.

    Args:
        polygons: (n,) shapely polygons in pixels; see :func:`draw`.
        planes: (n,) plane numbers such that objects of the same one do not overlap.
        height: rows.
        width: columns.

    Returns:
        (planes, height, width), at least one plane: 0 or the number of the object, 1..n, in the smallest unsigned type
        that holds n.
    """
    count = len(polygons)
    dtype = np.uint8 if count < 2**8 else np.uint16 if count < 2**16 else np.uint32
    numbers = np.arange(1, count + 1)
    result = [
        draw(polygons[planes == plane], numbers[planes == plane], height, width, dtype)
        for plane in (np.unique(planes) if count else [0])
    ]
    pixels = np.sum([np.bincount(drawn.ravel(), minlength=count + 1) for drawn in result], axis=0)
    for i in np.flatnonzero(pixels[1:] == 0):
        point = shapely.point_on_surface(polygons[i])
        row, col = min(int(point.y), height - 1), min(int(point.x), width - 1)
        free = next((drawn for drawn in result if drawn[row, col] == 0), None)
        if free is None:
            free = np.zeros((height, width), dtype)
            result.append(free)
        free[row, col] = i + 1
    return np.stack(result)


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
