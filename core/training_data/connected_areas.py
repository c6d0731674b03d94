"""Connected areas of a raster as polygons, found block by block.

Areas that blocks cut are united again, so that memory is bounded by the outlines and the result does not depend on the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import shapely
from affine import Affine
from rasterio.features import shapes

from ..imagery import Window
from ..reporting import Reporter

_OFTEN = 1000  # areas between two looks at whether the user cancelled


@dataclass(frozen=True)
class _Border:
    """An edge of a block.

    Attributes:
        place: the pixel that it begins at: column, row.
        parts: number of the part at each pixel, -1 for background.
        classes: class of each pixel.
    """

    place: tuple[int, int]
    parts: np.ndarray
    classes: np.ndarray

    def pairs(self, other: _Border | None) -> np.ndarray:
        """The numbers of parts, (n, 2), that meet one of the same class across the same edge, seen from the next block."""
        if other is None or other.place != self.place:
            return np.empty((0, 2), np.int64)
        same = (self.classes == other.classes) & (self.classes > 0)
        return np.unique(np.column_stack([self.parts[same], other.parts[same]]), axis=0)


class ConnectedAreas:
    """Collects the areas; pixels are of the same one when they share an edge and a class, not when they touch at a corner."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._classes: list[np.ndarray] = []
        self._pairs: list[np.ndarray] = []
        self._count = 0
        self._right: _Border | None = None  # of the last block
        self._bottom: dict[int, _Border] = {}  # of the last block that begins at each column

    def add(self, window: Window, classes: np.ndarray) -> None:
        """Add a block.

        Args:
            window: where it is. The blocks lie on a lattice and are added row by row, each row from left to right.
            classes: (height, width) uint8, 0 for background.
        """
        left, top, right, bottom = window.bounds
        outlines = _Outlines.of(classes, left, top)
        up, down, before, after = (
            _Border(place, outlines.along(axis, edge, begin, end) + self._count * (line > 0), line)
            for place, axis, edge, begin, end, line in (
                ((left, top), 1, top, left, right, classes[0]),
                ((left, bottom), 1, bottom, left, right, classes[-1]),
                ((left, top), 0, left, top, bottom, classes[:, 0]),
                ((right, top), 0, right, top, bottom, classes[:, -1]),
            )
        )
        self._pairs += [before.pairs(self._right), up.pairs(self._bottom.get(left))]
        self._right, self._bottom[left] = after, down
        self._parts.append(outlines.polygons())
        self._classes.append(outlines.classes)
        self._count += len(outlines.classes)

    def united(self, report: Reporter) -> tuple[np.ndarray, np.ndarray]:
        """Return the areas as (N,) polygons in pixels, from top to bottom, and their (N,) classes."""
        if not self._count:
            return np.empty(0, object), np.empty(0, int)
        parts, classes = np.concatenate(self._parts), np.concatenate(self._classes)
        roots = _roots(self._count, np.concatenate(self._pairs))
        order = np.argsort(roots, kind="stable")
        begins = np.flatnonzero(np.diff(roots[order], prepend=-1))
        polygons, classes = parts[order[begins]], classes[order[begins]]
        members = np.split(order, begins[1:])
        several = [number for number, parts_of in enumerate(members) if len(parts_of) > 1]
        for done, number in enumerate(several):
            if done % _OFTEN == 0:
                report.check_cancelled()
            polygons[number] = shapely.union_all(parts[members[number]])
        if several:
            polygons[several] = _without_straight_points(polygons[several])
        bounds = shapely.bounds(polygons)
        order = np.lexsort((shapely.area(polygons), bounds[:, 0], bounds[:, 1]))
        return polygons[order], classes[order]


@dataclass(frozen=True)
class _Outlines:
    """The parts of areas in one block, n of them.

    Attributes:
        points: (k, 2) of all rings one after the other, each closed.
        rings: (k,) ring of each point, ascending.
        owners: part of each ring, ascending; the outer ring of each part comes first.
        classes: (n,) class of each part.
    """

    points: np.ndarray
    rings: np.ndarray
    owners: np.ndarray
    classes: np.ndarray

    @classmethod
    def of(cls, classes: np.ndarray, left: int, top: int) -> _Outlines:
        """Find the parts in (h, w) pixels whose upper-left corner is at ``left``, ``top``."""
        found = list(shapes(classes, classes > 0, connectivity=4, transform=Affine.translation(left, top)))
        rings = [ring for shape, _ in found for ring in shape["coordinates"]]
        return cls(
            np.fromiter(chain.from_iterable(chain.from_iterable(rings)), float).reshape(-1, 2),
            np.repeat(np.arange(len(rings)), [len(ring) for ring in rings]),
            np.repeat(np.arange(len(found)), [len(shape["coordinates"]) for shape, _ in found]),
            np.array([value for _, value in found], int),
        )

    def polygons(self) -> np.ndarray:
        """The parts as (n,) valid polygons."""
        return _built(self.points, self.rings, self.owners)

    def along(self, axis: int, edge: int, begin: int, end: int) -> np.ndarray:
        """The part that each pixel along an edge of the block belongs to, -1 for none.

        Args:
            axis: 0 for an upright edge, 1 for a level one.
            edge: where it is on that axis.
            begin: first pixel on the other axis.
            end: the one behind the last.
        """
        parts = np.full(end - begin, -1)
        on = self.points[:, axis] == edge
        for i in np.flatnonzero(on[:-1] & on[1:] & (self.rings[:-1] == self.rings[1:])).tolist():
            first, last = sorted(self.points[i : i + 2, 1 - axis].astype(int).tolist())
            parts[first - begin : last - begin] = self.owners[self.rings[i]]
        return parts


def _roots(count: int, pairs: np.ndarray) -> np.ndarray:
    """For each of ``count`` things the lowest that it hangs together with, given (n, 2) pairs that do (union-find)."""
    parents = list(range(count))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    for one, other in pairs.tolist():
        low, high = sorted((root(one), root(other)))
        parents[high] = low
    return np.array([root(i) for i in range(count)])


def _without_straight_points(polygons: np.ndarray) -> np.ndarray:
    """Drop the points between two level or two upright edges that uniting leaves at the borders of blocks."""
    rings, owners = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(ring[1:] != ring[:-1], True)
    points, ring = points[~closing], ring[~closing]
    ends = np.flatnonzero(np.append(ring[1:] != ring[:-1], True))
    begins = np.append(0, ends[:-1] + 1)
    before, after = np.arange(len(ring)) - 1, np.arange(len(ring)) + 1
    before[begins], after[ends] = ends, begins
    straight = ((points == points[before]) & (points == points[after])).any(axis=1)
    return _built(points[~straight], ring[~straight], owners)


def _built(points: np.ndarray, rings: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Polygons from the points of their rings; see :class:`_Outlines`."""
    if not len(owners):
        return np.empty(0, object)
    polygons = shapely.polygons(shapely.linearrings(points, indices=rings), indices=owners)
    broken = ~shapely.is_valid(polygons)  # where an area touches itself at a corner
    polygons[broken] = shapely.make_valid(polygons[broken], method="structure", keep_collapsed=False)
    return polygons
