"""Whole objects from what single tiles saw: each object once, and those that tiles cut made whole.

Tiles overlap, so that an object is seen by several of them. A sighting that touches an edge of its tile is *cut*, else it
is *whole*. Two sightings of one class from two tiles are compared where both tiles looked:

* two whole ones that overlap there, each more than any other of the other's tile, are one object: the one whose tile owns
  its centre stays;
* a whole one belongs to the tile that owns its centre: seen from another tile alone, it goes;
* a cut one that a whole one covers goes;
* cut ones that continue each other are united, however many there are, and so is a "whole" one that goes on in a neighbour
  beyond its own tile: the network had let it end short of the edge. The confidence is their mean, weighted by area.

An object no larger than twice the padding is whole in the tile that owns it; unions serve the larger ones. With a padding below
2 pixels, objects that touch each other within 2 pixels of a tile's edge cannot be told from one that is cut there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import shapely

from ..overlap import Shapes, intersection_areas
from .objects import Objects, Sightings
from .outlines import SMOOTHING, largest_parts, tidy

REPEAT = 0.25  # IoU of two whole sightings of one object: networks see small ones a pixel or two apart
MATCH = 0.5  # IoU of a cut one and another where both tiles looked: two disjoint ones cannot both have it with a third
COVERED = 0.7  # share of a cut sighting within a whole one
CONTAINED = 0.75  # share of the smaller of two cut boxes: those of a slanting object differ a lot in size
BEYOND = 0.2  # share of a sighting that lies where the other tile did not look
ASTRAY = 4.0  # pixels, or a quarter of the object if that is more, by which tiles may disagree on its centre
REACH = 2.0  # pixels that sightings are grown by, where tiles share so little that cut ones could only touch


@dataclass(frozen=True)
class _Pairs:
    """Sightings of one class from two tiles that overlap where both tiles looked; one element of each array per pair.

    Attributes:
        i, j: positions.
        iou: intersection over union of what lies in the common window.
        contained: intersection as a share of the smaller of the two there.
        covered: (P, 2) intersection as a share of all of i, and of all of j.
        beyond: (P, 2) share of i, and of j, outside of the common window.
    """

    i: np.ndarray
    j: np.ndarray
    iou: np.ndarray
    contained: np.ndarray
    covered: np.ndarray
    beyond: np.ndarray

    def that_matter(self, seen: Sightings, boxes: bool) -> _Pairs:
        """Return the pairs that can decide anything; groups of mere neighbours would never be complete in a forest."""
        cut = seen.cut
        one_cut, both_cut = cut[self.i] != cut[self.j], cut[self.i] & cut[self.j]
        matter = np.where(one_cut | both_cut, self.iou > MATCH, (self.iou > REPEAT) & self._mutual(seen.tiles))
        matter |= one_cut & (self.covered.max(axis=1) > COVERED)
        matter |= both_cut & boxes & (self.contained > CONTAINED)
        return _Pairs(*(getattr(self, field.name)[matter] for field in fields(self)))

    def _mutual(self, tiles: np.ndarray) -> np.ndarray:
        """Return (P,) bool: of all in the tile of j, j overlaps i most, and of all in the tile of i, i overlaps j most."""
        ends = np.concatenate([np.stack([self.i, tiles[self.j]]), np.stack([self.j, tiles[self.i]])], axis=1)
        number = np.unique(ends, axis=1, return_inverse=True)[1].ravel()
        best = np.zeros(len(ends[0]))
        np.maximum.at(best, number, np.tile(self.iou, 2))
        return (self.iou == best[number].reshape(2, -1)).all(axis=0)


class Stitcher:
    """Collects sightings and gives out objects as soon as no later tile can change them.

    Args:
        boxes: whether the model gives boxes: what is united then stays a box.
        padding: of the tiles, pixels.
        exclude_pad: whether to leave out objects that only another tile than the one that owns their place saw.
    """

    def __init__(self, boxes: bool, padding: int, exclude_pad: bool = True) -> None:
        self._boxes, self._padding, self._exclude_pad = boxes, padding, exclude_pad
        self._reach = REACH if padding < REACH else 0.0
        self._waiting: list[Sightings] = []

    def add(self, seen: Sightings) -> None:
        """Take what one tile saw; tiles come row by row."""
        if len(seen):
            self._waiting.append(seen)

    def settle(self, horizon: float) -> Objects:
        """Return the finished objects among those waiting.

        Args:
            horizon: no later tile looks above this pixel row; infinity when all tiles are in.
        """
        if not self._waiting:
            return Objects.join([])
        seen = Sightings.join(self._waiting)
        pairs = _compare(seen, self._boxes, self._reach).that_matter(seen, self._boxes)
        group = _groups(len(seen), pairs.i, pairs.j)
        lowest = np.full(len(seen), -np.inf)
        np.maximum.at(lowest, group, seen.boxes[:, 3] + 2 * self._reach)
        ready = lowest[group] <= horizon
        self._waiting = [seen[~ready]] if not ready.all() else []
        return self._resolve(seen, pairs, ready)

    def _resolve(self, seen: Sightings, pairs: _Pairs, ready: np.ndarray) -> Objects:
        """Return the objects that the ``ready`` (N,) sightings make."""
        cut = seen.cut.copy()
        i, j = pairs.i, pairs.j
        match = pairs.iou > MATCH
        for end, other in ((0, j), (1, i)):  # what goes on where the other's tile does not look is cut there
            cut[other[match & (pairs.beyond[:, end] > BEYOND) & (pairs.covered[:, end] <= COVERED)]] = True
        covers = (cut[i] != cut[j]) & (np.where(cut[i], pairs.covered[:, 0], pairs.covered[:, 1]) > COVERED)

        whole, confirmed = self._without_repeats(seen, cut, i, j, ~cut[i] & ~cut[j])
        coverer, piece = np.where(cut[i], j, i)[covers], np.where(cut[i], i, j)[covers]
        confirmed[coverer] = True
        sides = (seen.boxes[:, 2:] - seen.boxes[:, :2]).max(axis=1)
        # Tiles disagree a little on where the centre is, so that each may think that the other owns it; an object that is
        # large may be cut in the tile that owns it. Any other that its owner did not see is the stump of something cut.
        believed = confirmed & ((seen.astray <= np.maximum(ASTRAY, sides / 4)) | (sides > self._padding))
        stays = whole & (seen.owned | believed | (not self._exclude_pad))
        loose = cut.copy()
        loose[piece] = False

        joins = cut[i] & cut[j] & loose[i] & loose[j] & (match | (self._boxes & (pairs.contained > CONTAINED)))
        united = self._unite(seen, np.flatnonzero(loose & ready), i[joins], j[joins])
        kept = seen[np.flatnonzero(stays & ready)]
        return Objects.join([Objects(largest_parts(kept.polygons), kept.labels, kept.scores), united])

    @staticmethod
    def _without_repeats(
        seen: Sightings, cut: np.ndarray, i: np.ndarray, j: np.ndarray, same: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of whole sightings of one object keep one: the owner's, then the most confident.

        Returns:
            (N,) bool, those that stay; (N,) bool, those that another tile confirmed.
        """
        order = np.lexsort((np.arange(len(seen)), -seen.scores, ~seen.owned))
        rank = np.empty(len(seen), dtype=np.int64)
        rank[order] = np.arange(len(seen))
        i, j = i[same], j[same]
        better, worse = np.where(rank[i] < rank[j], (i, j), (j, i))
        stays, confirmed = ~cut, np.zeros(len(seen), dtype=bool)
        for one, other in sorted(zip(better.tolist(), worse.tolist(), strict=True), key=lambda pair: rank[pair[0]]):
            if stays[one]:
                stays[other], confirmed[one] = False, True
        return stays, confirmed

    def _unite(self, seen: Sightings, pieces: np.ndarray, i: np.ndarray, j: np.ndarray) -> Objects:
        """Return one object for each group of ``pieces`` (positions) that the pairs ``i``, ``j`` hold together."""
        group = _groups(len(seen), i, j)[pieces]
        objects = []
        for members in _split(pieces, group):
            boxes = seen.boxes[members]
            bounds = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
            large = len(members) > 1 and (bounds[2:] - bounds[:2]).max() > 2 * self._padding
            if not (large or seen.owned[members].any() or not self._exclude_pad):
                continue  # its owner, who saw it whole, did not find it
            polygon = self._union(seen.polygons[members], bounds)
            weights = shapely.area(seen.polygons[members])
            score = np.average(seen.scores[members], weights=weights)
            objects.append(Objects(np.array([polygon]), seen.labels[members[:1]], np.array([score])))
        return Objects.join(objects)

    def _union(self, polygons: np.ndarray, bounds: np.ndarray) -> shapely.Polygon:
        """Return the one polygon of several pieces."""
        if self._boxes:
            return shapely.box(*bounds)
        if len(polygons) > 1:
            united = shapely.union_all(shapely.buffer(polygons, self._reach / 2, join_style="mitre"))
            united = shapely.buffer(united, -self._reach / 2, join_style="mitre")
            polygons = tidy(np.array([shapely.simplify(united, SMOOTHING)]))
        return largest_parts(polygons)[0]


def _compare(seen: Sightings, boxes: bool, reach: float) -> _Pairs:
    """Find the pairs of sightings that may belong together, and measure them."""
    grown = seen.boxes + np.array([-reach, -reach, reach, reach])
    windows = seen.windows + np.array([-reach, -reach, reach, reach])
    frames = shapely.box(*grown.T)
    i, j = shapely.STRtree(frames).query(frames)
    fits = (i < j) & (seen.tiles[i] != seen.tiles[j]) & (seen.labels[i] == seen.labels[j])
    i, j = i[fits], j[fits]
    common = _overlap(windows[i], windows[j])
    part_i, part_j = _overlap(grown[i], common), _overlap(grown[j], common)
    area_i, area_j, both = _area(part_i), _area(part_j), _area(_overlap(part_i, part_j))
    if boxes:
        whole_i, whole_j = _area(grown[i]), _area(grown[j])
    else:
        # Frames that hardly meet do not hold outlines that match; the rest is measured exactly.
        near = both > 0.1 * np.minimum(area_i, area_j)
        i, j, common = i[near], j[near], common[near]
        polygons = shapely.buffer(seen.polygons, reach, join_style="mitre") if reach else seen.polygons
        shapes, views = Shapes(polygons), Shapes(shapely.box(*common.T))
        pair = np.arange(len(i))
        area_i = intersection_areas(shapes, i, views, pair)
        area_j = intersection_areas(shapes, j, views, pair)
        whole_i, whole_j = shapes.areas[i], shapes.areas[j]
        both = _common_area(polygons, i, j, views.geometries) if reach else intersection_areas(shapes, i, shapes, j)
    meet = both > 0
    i, j, both, area_i, area_j, whole_i, whole_j = (x[meet] for x in (i, j, both, area_i, area_j, whole_i, whole_j))
    return _Pairs(
        i=i,
        j=j,
        iou=both / (area_i + area_j - both),
        contained=both / np.minimum(area_i, area_j),
        covered=np.column_stack([both / whole_i, both / whole_j]),
        beyond=1 - np.column_stack([area_i / whole_i, area_j / whole_j]),
    )


def _common_area(polygons: np.ndarray, i: np.ndarray, j: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Return the (P,) areas that three polygons share."""
    return shapely.area(shapely.intersection(shapely.intersection(polygons[i], views), polygons[j]))


def _overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (P, 4) common rectangles of rectangles; turned inside out where there is none."""
    return np.concatenate([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1)


def _area(boxes: np.ndarray) -> np.ndarray:
    """Return (P,) areas of rectangles, 0 for those turned inside out."""
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)


def _groups(count: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return (count,) the group of each element, named by one of its members, when pairs ``i``, ``j`` belong together."""
    parent = list(range(count))

    def root(element: int) -> int:
        while parent[element] != element:
            parent[element] = parent[parent[element]]
            element = parent[element]
        return element

    for one, other in zip(i.tolist(), j.tolist(), strict=True):
        a, b = root(one), root(other)
        parent[max(a, b)] = min(a, b)
    return np.array([root(element) for element in range(count)], dtype=np.int64)


def _split(elements: np.ndarray, group: np.ndarray) -> list[np.ndarray]:
    """Return ``elements`` (n,) by their ``group`` (n,)."""
    if not len(elements):
        return []
    order = np.argsort(group, kind="stable")
    borders = np.flatnonzero(np.diff(group[order])) + 1
    return np.split(elements[order], borders)
