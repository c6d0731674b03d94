"""How much pairs of polygons overlap: exactly, quick for boxes, on all cores for everything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

ROUNDING = 1e-9
"""IoU values that differ by no more than this are equal: map coordinates carry no more digits."""

_Share = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # common area and the two areas, (P,) -> (P,) 0..1
_CHUNK = 1 << 12  # features that one thread asks the index about at a time
_PAIRS = 1 << 9  # pairs that it measures at a time: some ten milliseconds
_GROUP, _GROUPS = 256, 4096  # shapes counted together, and groups of them at most


@dataclass(frozen=True)
class Shapes:
    """Polygons with what overlap needs to know about them, each computed once.

    Attributes:
        geometries: (N,) shapely polygons or multipolygons, valid, in one coordinate system.
    """

    geometries: np.ndarray

    def __len__(self) -> int:
        return len(self.geometries)

    @cached_property
    def bounds(self) -> np.ndarray:
        """(N, 4) float64: xmin, ymin, xmax, ymax; NaN for empty geometries."""
        return shapely.bounds(self.geometries)

    @cached_property
    def areas(self) -> np.ndarray:
        """(N,) float64 areas."""
        return shapely.area(self.geometries)

    @cached_property
    def are_boxes(self) -> np.ndarray:
        """(N,) bool: exactly a rectangle with sides along the axes."""
        one_ring = (shapely.get_type_id(self.geometries) == 3) & (shapely.get_num_interior_rings(self.geometries) == 0)
        candidates = np.flatnonzero(one_ring & (shapely.get_num_coordinates(self.geometries) == 5))
        ring = shapely.get_coordinates(self.geometries[candidates]).reshape(-1, 5, 2)
        moves = np.diff(ring, axis=1) != 0  # (n, 4 sides, x and y)
        along_axes = (moves.sum(axis=2) == 1).all(axis=1)
        turning = (moves[:, :-1, 0] != moves[:, 1:, 0]).all(axis=1)
        boxes = np.zeros(len(self.geometries), dtype=bool)
        boxes[candidates[along_axes & turning]] = True
        return boxes

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The spatial index."""
        return shapely.STRtree(self.geometries)

    @cached_property
    def crowd(self) -> np.ndarray:
        """(N,) int64: no shape has more neighbours than this, itself included; in a mere thousandth of the time.

        Shapes that lie close together are counted as one group, whose bounds are compared with those of all groups.
        """
        crowd = np.zeros(len(self), dtype=np.int64)
        there = np.flatnonzero(~np.isnan(self.bounds[:, 0]))
        size = max(_GROUP, -(-len(there) // _GROUPS))
        left, low = self.bounds[there, :2].T
        column = np.empty(len(there), dtype=np.int64)
        column[np.argsort(left)] = np.arange(len(there)) // (size * max(1, round((len(there) / size) ** 0.5)))
        there = there[np.lexsort((low, column))]
        starts = np.arange(0, len(there), size)
        counts = np.diff(np.append(starts, len(there)))
        lows = np.minimum.reduceat(self.bounds[there, :2], starts) if len(there) else np.empty((0, 2))
        highs = np.maximum.reduceat(self.bounds[there, 2:], starts) if len(there) else np.empty((0, 2))
        for number, start in enumerate(starts):
            meet = ((lows <= highs[number]) & (highs >= lows[number])).all(axis=1)
            crowd[there[start : start + size]] = counts[meet].sum()
        return crowd

    def neighbours(self, which: np.ndarray, others: Shapes | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs (P,), (P,) of positions: one of ``which``, and one in ``others`` whose bounds meet its bounds.

        Without ``others`` they are sought among the shapes themselves, and each finds itself.
        """
        tree = (self if others is None else others).tree
        if not len(which):
            return which, which

        def query(start: int) -> np.ndarray:
            part = which[start : start + _CHUNK]
            i, j = tree.query(self.geometries[part])
            return np.stack([part[i], j])

        i, j = np.concatenate(in_threads(query, range(0, len(which), _CHUNK)), axis=1)
        return i, j


def iou(a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray, above: float = 0.0) -> np.ndarray:
    """Return intersection over union of the pairs ``a[i]``, ``b[j]``.

    Args:
        a: shapes of the first of each pair.
        i: (P,) positions in ``a``.
        b: shapes of the second.
        j: (P,) positions in ``b``.
        above: pairs that cannot exceed this are not worked out, which saves most of the work where shapes barely meet.

    Returns:
        (P,) float64, 0..1; 0 for pairs that do not exceed ``above`` by the look of their bounds.
    """
    return _share(_of_union, a, i, b, j, above)


def of_smaller(a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray, above: float = 0.0) -> np.ndarray:
    """Return intersection over the smaller of the two areas, 1 for what lies within the other; as :func:`iou` otherwise."""
    return _share(_of_smaller, a, i, b, j, above)


def intersection_areas(a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray) -> np.ndarray:
    """Return the (P,) float64 areas that the pairs ``a[i]``, ``b[j]`` have in common; arguments as of :func:`iou`."""
    common = _common_bounds(a, i, b, j)
    return _measure(a, i, b, j, common, common > 0)


def _common_bounds(a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray) -> np.ndarray:
    """Return the (P,) areas common to the bounds of each pair: exact for boxes, an upper limit for the others."""
    bounds_i, bounds_j = a.bounds[i], b.bounds[j]
    sides = np.minimum(bounds_i[:, 2:], bounds_j[:, 2:]) - np.maximum(bounds_i[:, :2], bounds_j[:, :2])
    return np.maximum(sides, 0.0).prod(axis=1)


def _measure(a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray, common: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the (P,) common areas: ``common`` of their bounds for boxes; for others exact if ``wanted``, else 0."""
    general = ~(a.are_boxes[i] & b.are_boxes[j])
    work = np.flatnonzero(general & wanted)
    result = np.where(general, 0.0, common)

    def areas(start: int) -> np.ndarray:
        part = work[start : start + _PAIRS]
        return shapely.area(shapely.intersection(a.geometries[i[part]], b.geometries[j[part]]))

    result[work] = np.concatenate([np.zeros(0), *in_threads(areas, range(0, len(work), _PAIRS))])
    return result


def _share(share: _Share, a: Shapes, i: np.ndarray, b: Shapes, j: np.ndarray, above: float) -> np.ndarray:
    """Return the (P,) overlaps of the pairs as ``share`` has it; 0 if they cannot exceed ``above``."""
    areas_i, areas_j = a.areas[i], b.areas[j]
    common = _common_bounds(a, i, b, j)
    limit = np.minimum(np.minimum(areas_i, areas_j), common)
    common = _measure(a, i, b, j, common, share(limit, areas_i, areas_j) > above)
    return share(common, areas_i, areas_j)


def _of_union(common: np.ndarray, areas_i: np.ndarray, areas_j: np.ndarray) -> np.ndarray:
    return _ratio(common, areas_i + areas_j - common)


def _of_smaller(common: np.ndarray, areas_i: np.ndarray, areas_j: np.ndarray) -> np.ndarray:
    return _ratio(common, np.minimum(areas_i, areas_j))


def _ratio(common: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return ``common`` as a share of the ``whole``; 0 where there is none, and for NaN."""
    with np.errstate(invalid="ignore"):
        return np.divide(common, whole, out=np.zeros_like(common), where=(whole > 0) & (common > 0))


def in_threads(function: Callable[[int], np.ndarray], items: range) -> list[np.ndarray]:
    """Return ``function`` of every item, in order, computed on all cores: shapely and numpy let go of the GIL."""
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(len(items), os.cpu_count() or 1)) as pool:
        return list(pool.map(function, items))
