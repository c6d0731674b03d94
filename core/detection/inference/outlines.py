"""From a network's masks to polygons in pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import numpy as np
import shapely
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp

from .masks import Masks

LEVEL = 127.5  # probability 0.5 of a mask in 0..255; no whole number, so that no cell's centre lies on the outline
SMOOTHING = 0.3  # pixels by which leaving out a corner may move the outline
_FINE = 0.015  # of the side of a square of the same area: the same for small objects, which would lose a tenth
_SPECK = 4.0  # pixels: smaller parts and holes are noise
_PART = 0.05  # of the largest part: smaller ones are noise
_SHEET = 1024  # cells: width of the sheet that all masks of a tile are laid on
_HARM = 0.1  # share of its area that an object may lose or gain by the quick way of leaving out corners


def outlines(masks: Masks) -> np.ndarray:
    """Return (n,) polygons or multipolygons, in pixels of the tile, where the probability is at least 0.5.

    The outline runs between the cells' centres at the very place where the probability passes 0.5 (marching squares), so
    it has no stairs; holes are kept, specks are not. Parts stay together: one element per mask, None where nothing reaches 0.5.
    """
    found = np.full(len(masks), None, dtype=object)
    polygons, owner = _parts(masks)
    if len(owner):
        count = np.bincount(owner, minlength=len(masks))
        single = count[owner] == 1
        found[owner[single]] = polygons[single]
        if not single.all():
            apart, number = np.unique(owner[~single], return_inverse=True)
            found[apart] = shapely.multipolygons(polygons[~single], indices=number)
    return _with_fewer_corners(found)


def _parts(masks: Masks) -> tuple[np.ndarray, np.ndarray]:
    """Trace all masks at once.

    Returns:
        (k,) polygons, but for specks; (k,) the position of the mask that each is of, rising.
    """
    nothing = np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    if not len(masks):
        return nothing
    sheet, owners, corners = _on_one_sheet(masks)
    x, y = _centres(*sheet.shape)
    # The class itself: contour_generator() looks for NaN first, which takes longer than the contours.
    generator = SerialContourGenerator(
        x, y, sheet, cast("Any", None), corner_mask=False, line_type=LineType.Separate,
        fill_type=FillType.ChunkCombinedOffsetOffset, quad_as_tri=False, z_interp=ZInterp.Linear, x_chunk_size=0,
        y_chunk_size=0,
    )  # fmt: skip
    (points,), (ends,), (part_ends,) = cast("Any", generator.filled(LEVEL, 1e6))
    if points is None:
        return nothing
    starts, sizes = ends[:-1].astype(np.int64), np.diff(ends.astype(np.int64))  # of the rings
    outer = part_ends[:-1].astype(np.int64)  # the first ring of each part
    part = np.repeat(np.arange(len(outer)), np.diff(part_ends.astype(np.int64)))  # of each ring
    column, row = points[starts[outer]].T.astype(np.int64)
    owner = owners[row, column]  # of each part

    mask = np.repeat(owner[part], sizes)  # of each point
    cells = np.array([values.shape[::-1] for values in masks.values])
    points = masks.places[mask, :2] + (points - corners[mask]) * ((masks.places[:, 2:] - masks.places[:, :2]) / cells)[mask]

    areas = _areas(points, starts, sizes)
    largest = np.zeros(len(masks))
    np.maximum.at(largest, owner, areas[outer])
    good = areas[outer] >= np.maximum(_SPECK, _PART * largest[owner])
    keep = good[part] & (areas >= _SPECK)
    if not keep.all():
        points, sizes, part = points[np.repeat(keep, sizes)], sizes[keep], part[keep]
    if not len(sizes):
        return nothing
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(sizes)), sizes))
    polygons = shapely.polygons(rings, indices=np.unique(part, return_inverse=True)[1])
    owner = owner[good]
    order = np.argsort(owner, kind="stable")
    return polygons[order], owner[order]


def _on_one_sheet(masks: Masks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay all masks side by side with a border of zeros around each, in which its outline closes: one tracing for all.

    Returns:
        (h, w) float64 values; (h, w) int32 position of the mask that lies there; (n, 2) x and y of each mask's corner.
    """
    shapes = np.array([values.shape for values in masks.values]) + 2
    width = max(_SHEET, shapes[:, 1].max())
    corners = np.empty((len(shapes), 2), dtype=np.int64)
    left = top = height = 0
    for index in np.argsort(-shapes[:, 0], kind="stable").tolist():
        rows, columns = shapes[index].tolist()
        if left + columns > width:
            left, top, height = 0, top + height, 0
        corners[index] = left + 1, top + 1
        left, height = left + columns, max(height, rows)
    sheet = np.zeros((top + height, width))
    owners = np.zeros(sheet.shape, dtype=np.int32)
    for index, (column, row) in enumerate(corners.tolist()):
        rows, columns = shapes[index].tolist()
        sheet[row : row + rows - 2, column : column + columns - 2] = masks.values[index]
        owners[row - 1 : row + rows - 1, column - 1 : column + columns - 1] = index
    return sheet, owners, corners


@lru_cache(maxsize=16)
def _centres(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y (height, width) of the centres of a sheet's cells."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    return x, y


def _areas(points: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the (r,) areas, positive, of closed rings whose points (p, 2) follow each other."""
    x, y = points.T
    cross = np.zeros(len(points))
    cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    cross[starts + sizes - 1] = 0.0  # from the end of one ring to the start of the next
    return np.abs(np.add.reduceat(cross, starts)) / 2


def _with_fewer_corners(polygons: np.ndarray) -> np.ndarray:
    """Return (n,) polygons without the corners that hardly matter, valid; None for specks.

    Douglas and Peucker's way, which may cut narrow places off: those that it harms get the slow one that keeps what
    hangs together.
    """
    areas = shapely.area(polygons)
    tolerance = np.minimum(SMOOTHING, _FINE * np.sqrt(areas))
    simple = shapely.simplify(polygons, tolerance, preserve_topology=False)
    harmed = (
        (np.abs(shapely.area(simple) - areas) > _HARM * areas)
        | (shapely.get_type_id(simple) != shapely.get_type_id(polygons))
        | ~shapely.is_valid(simple)
    ) & ~shapely.is_missing(polygons)
    if harmed.any():
        simple[harmed] = tidy(shapely.simplify(polygons[harmed], tolerance[harmed]))
    simple[~(shapely.area(simple) >= _SPECK)] = None
    return simple


def tidy(polygons: np.ndarray) -> np.ndarray:
    """Return (N,) valid polygons or multipolygons without specks; None for those that are nothing else.

    Parts and holes below 4 pixels are left out, and parts below a twentieth of the largest one.
    """
    tidied = polygons.copy()
    invalid = ~shapely.is_valid(polygons) & ~shapely.is_missing(polygons)
    tidied[invalid] = shapely.make_valid(polygons[invalid], method="structure", keep_collapsed=False)
    simple = (shapely.get_type_id(tidied) == 3) & (shapely.get_num_interior_rings(tidied) == 0)
    for index in np.flatnonzero(~simple & ~shapely.is_missing(tidied)):
        parts = shapely.get_parts(tidied[index])
        parts = parts[shapely.get_type_id(parts) == 3]
        parts = np.array([_without_small_holes(part) for part in parts], dtype=object)
        areas = shapely.area(parts)
        parts = parts[areas >= _PART * areas.max(initial=0)]
        tidied[index] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    tidied[~(shapely.area(tidied) >= _SPECK)] = None
    return tidied


def _without_small_holes(polygon: shapely.Polygon) -> shapely.Polygon:
    holes = shapely.get_rings(polygon)[1:]
    large = shapely.area(shapely.polygons(holes)) >= _SPECK if len(holes) else []
    return polygon if np.all(large) else shapely.Polygon(polygon.exterior, holes[large])


def largest_parts(polygons: np.ndarray) -> np.ndarray:
    """Return (N,) polygons: of each multipolygon its largest part."""
    result = polygons.copy()
    for index in np.flatnonzero(shapely.get_type_id(polygons) != 3):
        parts = shapely.get_parts(polygons[index])
        result[index] = parts[shapely.area(parts).argmax()]
    return result
