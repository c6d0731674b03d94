"""From a network's masks and boxes to polygons in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import shapely
from contourpy import FillType, contour_generator

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
    found = np.array([_trace(mask) for mask in masks] or [None], dtype=object)[: len(masks)]
    return tidy(shapely.simplify(found, SMOOTHING))


def _trace(mask: Mask) -> shapely.Geometry | None:
    """Return the raw outline of a mask."""
    padded = np.pad(mask.values, 1).astype(np.float32)  # outlines close at the edge of the mask
    generator = contour_generator(z=padded, name="serial", fill_type=FillType.OuterOffset)
    parts, rings = cast("tuple[list[np.ndarray], list[np.ndarray]]", generator.filled(LEVEL, 1e6))
    origin = np.array([mask.col - 0.5, mask.row - 0.5])  # pixel centres, less the border of 1
    polygons = []
    for points, offsets in zip(parts, rings, strict=True):
        outer, *holes = (points[start:end] + origin for start, end in pairwise(offsets))
        polygons.append(shapely.Polygon(outer, holes))
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


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
