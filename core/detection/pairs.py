"""Which sightings from different tiles may be the same object: each pair of them is found and measured once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import shapely

from ..overlap import Shapes, intersection_areas
from .objects import Sightings

REPEAT = 0.25  # IoU of two whole sightings of one object: networks see small ones a pixel or two apart
MATCH = 0.5  # IoU of a cut one and another where both tiles looked: two disjoint ones cannot both have it with a third
COVERED = 0.7  # share of a cut sighting within a whole one
CONTAINED = 0.75  # share of the smaller of two cut ones: arms of one object, boxes of a slanting one
SOME = 0.02  # share of a cut one that must have been seen by both tiles, for CONTAINED to tell anything
BEYOND = 0.2  # share of a sighting that lies where the other tile did not look


@dataclass(frozen=True)
class Pairs:
    """Sightings of one class from two tiles that overlap where both tiles looked; one element of each array per pair.

    Attributes:
        i, j: positions among the sightings.
        iou: intersection over union of what lies in the common window.
        match: bool, whether by that a cut one and another are one object.
        contained: intersection as a share of the smaller of the two there.
        covered: (P, 2) intersection as a share of all of i, and of all of j.
        beyond: (P, 2) share of i, and of j, outside of the common window.
    """

    i: np.ndarray
    j: np.ndarray
    iou: np.ndarray
    match: np.ndarray
    contained: np.ndarray
    covered: np.ndarray
    beyond: np.ndarray

    def __len__(self) -> int:
        return len(self.i)

    def __getitem__(self, index: np.ndarray) -> Pairs:
        """Return those at ``index``, positions or bool."""
        return Pairs(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def none(cls) -> Pairs:
        """Return no pairs."""
        number, share = np.empty(0, np.int64), np.empty(0)
        return cls(number, number, share, np.empty(0, bool), share, np.empty((0, 2)), np.empty((0, 2)))

    @classmethod
    def join(cls, parts: Sequence[Pairs]) -> Pairs:
        """Return all of ``parts``, at least one, as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def among(self, stays: np.ndarray) -> Pairs:
        """Return the pairs of those that stay, ``stays`` (N,) bool, with their positions among these."""
        position = np.cumsum(stays) - 1
        kept = self[stays[self.i] & stays[self.j]]
        return replace(kept, i=position[kept.i], j=position[kept.j])

    def hold(self, boxes: bool) -> np.ndarray:
        """Return (P,) bool, whether two cut ones belong together.

        An arm that one tile sees apart from the rest lies in what the other tile sees; so does the stump of a neighbour, by
        error, but what goes on in both tiles is no stump. Boxes of a slanting object differ a lot where both tiles looked.
        """
        within = self.contained > CONTAINED
        return self.match | (within if boxes else within & (self.beyond > BEYOND).all(axis=1) & self._shows())

    def _shows(self) -> np.ndarray:
        """Return (P,) bool: both tiles saw enough of it for shares to tell anything."""
        return self.covered.max(axis=1, initial=0) > SOME


def compare(seen: Sightings, first: int, boxes: bool, reach: float) -> Pairs:
    """Return the pairs that can decide anything; groups of mere neighbours would never be complete in a forest.

    Args:
        seen: the sightings; of each tile either all are before ``first`` or all are from there on.
        first: pairs of two before this position are known already and left out.
        boxes: whether the polygons are boxes of the network.
        reach: pixels by which sightings are grown.
    """
    pairs = _measured(seen, *_meeting(seen, first, reach), boxes, reach)
    repeats = (pairs.iou > REPEAT) & _mutual(pairs, seen.tiles)
    cuts = seen.cut[pairs.i].astype(int) + seen.cut[pairs.j]
    pairs.match[:] |= repeats & pairs._shows()  # a pixel more or less is a lot of a thin one
    matter = np.where(cuts == 0, repeats, pairs.match)
    matter |= (cuts == 1) & (pairs.covered.max(axis=1, initial=0) > COVERED)
    matter |= (cuts == 2) & pairs.hold(boxes)
    return pairs[matter]


def _mutual(pairs: Pairs, tiles: np.ndarray) -> np.ndarray:
    """Return (P,) bool: of all in the tile of j, j overlaps i most, and of all in the tile of i, i overlaps j most."""
    ends = np.concatenate([np.stack([pairs.i, tiles[pairs.j]]), np.stack([pairs.j, tiles[pairs.i]])], axis=1)
    number = np.unique(ends, axis=1, return_inverse=True)[1].ravel()
    best = np.zeros(len(ends[0]))
    np.maximum.at(best, number, np.tile(pairs.iou, 2))
    return (pairs.iou == best[number].reshape(2, -1)).all(axis=0)


def _meeting(seen: Sightings, first: int, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (P,), (P,) whose boxes meet, of one class and two tiles, the first with the lower position."""
    grown = seen.boxes + np.array([-reach, -reach, reach, reach])
    frames = shapely.box(*grown.T)
    j, i = shapely.STRtree(frames).query(frames[first:])
    j += first
    fits = (i < j) & (seen.tiles[i] != seen.tiles[j]) & (seen.labels[i] == seen.labels[j])
    return i[fits], j[fits]


def _measured(seen: Sightings, i: np.ndarray, j: np.ndarray, boxes: bool, reach: float) -> Pairs:
    """Return the pairs that overlap, with what :class:`Pairs` says of them."""
    grow = np.array([-reach, -reach, reach, reach])
    grown, windows = seen.boxes + grow, seen.windows + grow
    common = _overlap(windows[i], windows[j])
    part_i, part_j = _overlap(grown[i], common), _overlap(grown[j], common)
    area_i, area_j, both = _area(part_i), _area(part_j), _area(_overlap(part_i, part_j))
    if boxes:
        whole_i, whole_j = _area(grown[i]), _area(grown[j])
    else:
        # Frames that hardly meet do not hold outlines that match; the rest is measured exactly.
        near = both > 0.1 * np.minimum(area_i, area_j)
        i, j, common = i[near], j[near], common[near]
        shapes = Shapes(shapely.buffer(seen.rough, reach, join_style="mitre") if reach else seen.rough)
        whole_i, whole_j = shapes.areas[i], shapes.areas[j]
        area_i, area_j = _areas_within(shapes, i, common), _areas_within(shapes, j, common)
        both = _common_areas(shapes.geometries, i, j, common) if reach else intersection_areas(shapes, i, shapes, j)
    meet = both > 0
    i, j, both, area_i, area_j, whole_i, whole_j = (x[meet] for x in (i, j, both, area_i, area_j, whole_i, whole_j))
    iou = both / (area_i + area_j - both)
    return Pairs(
        i=i,
        j=j,
        iou=iou,
        match=iou > MATCH,
        contained=both / np.minimum(area_i, area_j),
        covered=np.column_stack([both / whole_i, both / whole_j]),
        beyond=1 - np.column_stack([area_i / whole_i, area_j / whole_j]),
    )


def _areas_within(shapes: Shapes, i: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Return the (P,) areas of the shapes ``i`` within the rectangles ``views`` (P, 4); most lie inside of them."""
    areas = shapes.areas[i]
    bounds = shapes.bounds[i]
    cut = np.flatnonzero((bounds[:, :2] < views[:, :2]).any(axis=1) | (bounds[:, 2:] > views[:, 2:]).any(axis=1))
    areas[cut] = intersection_areas(shapes, i[cut], Shapes(shapely.box(*views[cut].T)), np.arange(len(cut)))
    return areas


def _common_areas(polygons: np.ndarray, i: np.ndarray, j: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Return the (P,) areas that two polygons and a rectangle share."""
    return shapely.area(shapely.intersection(shapely.intersection(polygons[i], shapely.box(*views.T)), polygons[j]))


def _overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (P, 4) common rectangles of rectangles; turned inside out where there is none."""
    return np.concatenate([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1)


def _area(boxes: np.ndarray) -> np.ndarray:
    """Return (P,) areas of rectangles, 0 for those turned inside out."""
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)
