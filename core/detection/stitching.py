"""Whole objects from what single tiles saw: each object once, and those that tiles cut made whole.

Tiles overlap, so that an object is seen by several of them. A sighting that touches an edge of its tile is *cut*, else it
is *whole*. Two sightings of one class from two tiles are compared where both tiles looked:

* two whole ones that overlap there, each more than any other of the other's tile, are one object: the one whose tile owns
  its centre stays;
* a whole one belongs to the tile that owns its centre: seen from another tile alone, it goes;
* a cut one that a whole one covers goes;
* cut ones that continue each other are united, however many there are, and so is a "whole" one near an edge of its tile that
  a neighbour's goes past: the network had let it end short of the edge. The confidence is their mean, weighted by area.

An object no larger than twice the padding is whole in the tile that owns it; unions serve the larger ones. With a padding below
2 pixels, objects that touch each other within 2 pixels of a tile's edge cannot be told from one that is cut there.
"""

from __future__ import annotations

import numpy as np
import shapely

from .inference.outlines import SMOOTHING, largest_parts, tidy
from .objects import Objects, Sightings
from .pairs import BEYOND, COVERED, Pairs, compare
from .tiles import EDGE

ASTRAY = 4.0  # pixels, or a quarter of the object if that is more, by which tiles may disagree on its centre
SHORT = 8.0  # pixels, or the share below of the object, by which a network may end short of its tile's edge what goes on there
CELLS = 14  # two of the 28 cells across a mask
REACH = 2.0  # pixels that sightings are grown by, where tiles share so little that cut ones could only touch


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
        self._new: list[Sightings] = []
        self._waiting: list[Sightings] = []  # none or one: what was compared before
        self._pairs = Pairs.none()  # of those
        self._horizon = -np.inf

    def add(self, seen: Sightings) -> None:
        """Take all that one tile saw; tiles come row by row."""
        if len(seen):
            self._new.append(seen)

    def settle(self, horizon: float) -> Objects:
        """Return the finished objects among those waiting; what comes out in the end does not depend on when this is called.

        Args:
            horizon: no later tile looks above this pixel row: the first row of the next tile, or infinity when all are in.
        """
        if horizon <= self._horizon or not (self._new or self._waiting):
            return Objects.join([])  # what came since lies below
        self._horizon = horizon
        first = sum(map(len, self._waiting))
        seen = Sightings.join(self._waiting + self._new)
        self._new = []
        pairs = Pairs.join([self._pairs, compare(seen, first, self._boxes, self._reach)])
        group = _groups(len(seen), pairs.i, pairs.j)
        lowest = np.full(len(seen), -np.inf)
        np.maximum.at(lowest, group, seen.boxes[:, 3] + 2 * self._reach)
        ready = lowest[group] <= horizon
        self._waiting, self._pairs = [seen[~ready]] if not ready.all() else [], pairs.among(~ready)
        return self._resolve(seen[ready], pairs.among(ready))

    def _resolve(self, seen: Sightings, pairs: Pairs) -> Objects:
        """Return the objects that sightings make, of which all that belongs together is there."""
        cut, sides = seen.cut.copy(), (seen.boxes[:, 2:] - seen.boxes[:, :2]).max(axis=1)
        short = np.maximum(SHORT, sides / CELLS)
        i, j = pairs.i, pairs.j
        for end, one, other in ((0, i, j), (1, j, i)):  # what goes on where the other's tile does not look is cut there
            much = (pairs.beyond[:, end] > BEYOND) & (pairs.covered[:, end] <= COVERED)
            cut[other[pairs.match & (much | _passes(seen, one, other, short))]] = True
        covers = (cut[i] != cut[j]) & (np.where(cut[i], pairs.covered[:, 0], pairs.covered[:, 1]) > COVERED)

        whole, confirmed = self._without_repeats(seen, cut, i, j, ~cut[i] & ~cut[j])
        coverer, piece = np.where(cut[i], j, i)[covers], np.where(cut[i], i, j)[covers]
        confirmed[coverer] = True
        # Tiles disagree a little on where the centre is, so that each may think that the other owns it; an object that is
        # large may be cut in the tile that owns it. Any other that its owner did not see is the stump of something cut.
        tolerated = seen.astray <= np.maximum(ASTRAY, sides / 4)
        large = (sides > self._padding) & ~_near(seen, short).any(axis=1) | (sides > 2 * (self._padding - SHORT))
        believed = confirmed & (tolerated | large)
        stays = whole & (seen.owned | believed | (not self._exclude_pad))
        loose = cut.copy()
        loose[piece] = False

        joins = cut[i] & cut[j] & loose[i] & loose[j] & pairs.hold(self._boxes)
        united = self._unite(seen, np.flatnonzero(loose), i[joins], j[joins])
        kept = seen[stays]
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
        windows = np.unique(seen.windows, axis=0)
        objects = []
        for members in _split(pieces, group):
            boxes = seen.boxes[members]
            bounds = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
            large = len(members) > 1 and (bounds[2:] - bounds[:2]).max() > 2 * self._padding
            large = large and not (_inside(bounds, windows) > SHORT).any()
            if not (large or seen.owned[members].any() or not self._exclude_pad):
                continue  # its owner, or another who saw it whole, did not find it: stumps around a corner of tiles
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


_OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])


def _near(seen: Sightings, short: np.ndarray) -> np.ndarray:
    """Return (N, 4) bool: ends near that edge of its tile, no further than ``short`` (N,)."""
    return (seen.windows - seen.boxes) * _OUTWARD <= short[:, None]


def _passes(seen: Sightings, one: np.ndarray, other: np.ndarray, short: np.ndarray) -> np.ndarray:
    """Return (P,) bool: ``other`` ends near an edge of its tile that ``one`` goes past."""
    past = (seen.boxes[one] - seen.windows[other]) * _OUTWARD > EDGE
    return (_near(seen, short)[other] & past).any(axis=1)


def _inside(bounds: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """Return (W,) float64, how far a box lies inside of each window (W, 4) at the nearest edge; below 0 where it is out."""
    return ((windows - bounds) * _OUTWARD).min(axis=1)


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
