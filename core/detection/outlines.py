"""From a network's masks and boxes to polygons in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp

LEVEL = 127.5  # probability 0.5 of a mask in 0..255; no whole number, so that no pixel lies on the outline
SMOOTHING = 0.3  # pixels by which leaving out a corner may move the outline
_SPECK = 4.0  # pixels: smaller parts and holes are noise
_PART = 0.05  # of the largest part: smaller ones are noise


@dataclass(frozen=True)
class Mask:
    """The mask of one object.

    Attributes:
        values: (h, w) uint8, probability times 255.
        col, row: position of its upper-left pixel in the tile.
    """

    values: np.ndarray
    col: int
    row: int


def outlines(masks: Sequence[Mask]) -> np.ndarray:
    """Return (N,) polygons or multipolygons, in pixels of the tile, where the probability is at least 0.5.

    The outline runs between the pixel centres at the very place where the probability passes 0.5 (marching squares), so
    it has no stairs; holes are kept, specks are not. Parts stay together: one element per mask, None where nothing reaches 0.5.
    """
    points, ring_sizes, rings_in_part, parts_in_mask = [], [], [], []
    for mask in masks:
        parts = _trace(mask)
        parts_in_mask.append(len(parts))
        for part, offsets in parts:
            points.append(part)
            ring_sizes.extend(np.diff(offsets).tolist())
            rings_in_part.append(len(offsets) - 1)
    found = np.full(len(masks), None, dtype=object)
    if points:  # all rings of all masks at once: one call instead of thousands
        rings = shapely.linearrings(np.concatenate(points), indices=_numbered(ring_sizes))
        polygons = shapely.polygons(rings, indices=_numbered(rings_in_part))
        owner = _numbered(parts_in_mask)
        single = np.array(parts_in_mask) == 1
        found[single] = polygons[single[owner]]
        several = np.array(parts_in_mask) > 1
        if several.any():
            apart = several[owner]
            found[several] = shapely.multipolygons(polygons[apart], indices=np.unique(owner[apart], return_inverse=True)[1])
    return tidy(shapely.simplify(found, SMOOTHING))


def _numbered(sizes: Sequence[int]) -> np.ndarray:
    """Return 0 as often as the first size says, then 1, and so on."""
    return np.repeat(np.arange(len(sizes)), sizes)


def _trace(mask: Mask) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the parts of a mask: the points of their rings, the outer first, and the offsets at which rings begin and end."""
    values = np.pad(mask.values, 1).astype(np.float64)  # outlines close at the edge of the mask
    rows, columns = (np.arange(length) + 0.5 for length in values.shape)  # pixel centres, less the border of 1
    x, y = np.meshgrid(columns + mask.col - 1, rows + mask.row - 1)
    # The class itself: contour_generator() looks for NaN first, which takes longer than the contours.
    generator = SerialContourGenerator(
        x, y, values, cast("Any", None), corner_mask=False, line_type=LineType.Separate, fill_type=FillType.OuterOffset,
        quad_as_tri=False, z_interp=ZInterp.Linear, x_chunk_size=0, y_chunk_size=0,
    )  # fmt: skip
    return list(zip(*cast("Any", generator.filled(LEVEL, 1e6)), strict=True))


def tidy(polygons: np.ndarray) -> np.ndarray:
    """Return (N,) valid polygons or multipolygons without specks; None for those that are nothing else.

    Parts and holes below 4 pixels are left out, and parts below a twentieth of the largest one.
    """
    tidied = shapely.make_valid(polygons, method="structure", keep_collapsed=False)
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
