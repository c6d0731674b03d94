"""Divide chips into training and validation so that no pixel is on both sides.

Exported chips overlap (stride smaller than tile). A random split would measure the model on pixels it was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from shapely import STRtree, polygons

_MARGIN = 2e-3  # share of a chip's side: world files are rounded, neighbours may overlap by less than a pixel
_LINES = 3  # groups that are tried to be cut
_NO_OBJECTS = 10.0  # cost of a validation side without objects; larger than any other


@dataclass(frozen=True)
class Split:
    """Which chips are used for what, as numbers of chips in their order.

    Attributes:
        training, validation: the two sides.
        left_out: chips that overlap both sides, are broken, or have none in a split that was written; used for nothing.
        how: one sentence for the user.
        leaks: whether chips of the two sides may show the same pixels.
        test: chips that are not looked at before the model is finished.
    """

    training: tuple[int, ...]
    validation: tuple[int, ...]
    left_out: tuple[int, ...]
    how: str
    leaks: bool = False
    test: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Choice:
    """A way to divide: bool (chips,) for the two sides, its cost, and what to say of it."""

    held: np.ndarray
    kept: np.ndarray
    cost: float
    how: str


def split(footprints: np.ndarray, objects: Sequence[int] | np.ndarray, percentage: float, seed: int) -> Split:
    """Divide the chips.

    Groups of chips that overlap each other stay together, and whole groups are drawn by lot, as long as they fit into the
    share of the validation side. If that leaves it too small, one group is cut by a straight line along its chips, and the
    chips on the line are left out.

    Args:
        footprints: (n, 4, 2) corners of each chip on the map, in one coordinate system; NaN when unknown.
        objects: number of objects in each chip; a validation side without any is avoided.
        percentage: wanted share of the validation side, 0..100.
        seed: of what is drawn by lot.
    """
    count, share, counts = len(footprints), percentage / 100, np.asarray(objects)
    if count < 2:
        return Split(tuple(range(count)), (), (), "none, because there is one chip alone")
    placed = np.isfinite(footprints).all((1, 2))
    if not placed.any():
        text = "drawn by lot, because the chips have no place on the map; if they overlap, the measures are too good"
        return _by_lot(counts, share, seed, text)
    choices = list(_choices(footprints, counts, share, seed))
    if not choices:
        text = f"drawn by lot, because all {count} chips overlap so much that no line divides them; the measures are too good"
        return _by_lot(counts, share, seed, text)
    best = min(choices, key=lambda choice: round(choice.cost, 9))
    how = best.how
    if not placed.all():
        how += f"; {(~placed).sum()} chips have no place on the map: if they overlap others, the measures are too good"
    return Split(_where(best.kept), _where(best.held), _where(~best.kept & ~best.held), how, leaks=not placed.all())


def overlaps(footprints: np.ndarray, systems: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return which chips share pixels: the numbers of one and the other chip of each pair, both ways round.

    Args:
        footprints: (n, 4, 2) corners of each chip on the map; those that hold NaN overlap nothing.
        systems: (n,) number of the coordinate system of each; chips of different ones cannot be compared, and are not.
    """
    placed = np.isfinite(footprints).all((1, 2))
    systems = np.zeros(len(footprints), np.int64) if systems is None else systems
    pairs = [np.zeros((2, 0), np.int64)]
    for system in np.unique(systems[placed]):
        numbers = np.flatnonzero(placed & (systems == system))
        corners = footprints[numbers]
        middles = corners.mean(1, keepdims=True)
        shapes = polygons(middles + (corners - middles) * (1 - _MARGIN))
        found = numbers[STRtree(shapes).query(shapes, predicate="intersects")]
        pairs.append(found[:, found[0] != found[1]])
    one, other = np.concatenate(pairs, axis=1)
    return one, other


def grouped(count: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the number of the group of each of ``count`` things, given pairs of those that belong together."""
    group = np.arange(count)
    while True:  # each takes the lowest number among its neighbours until nothing changes
        lowest = group.copy()
        np.minimum.at(lowest, one, group[other])
        lowest = lowest[lowest]
        if np.array_equal(lowest, group):
            return group
        group = lowest


def _choices(footprints: np.ndarray, counts: np.ndarray, share: float, seed: int) -> Iterator[_Choice]:
    """Give the ways to divide that are worth a look."""
    group = grouped(len(footprints), *overlaps(footprints))
    numbers, sizes = np.unique(group, return_counts=True)
    wanted = max(1, round(share * len(group)))
    with_objects = np.bincount(np.searchsorted(numbers, group), counts)
    drawn: list[int] = []
    for i in _shuffled(with_objects, seed):
        if sizes[drawn].sum() + sizes[i] <= wanted:
            drawn.append(i)
    rest = sorted(set(range(len(numbers))) - set(drawn), key=lambda i: sizes[i])
    alone = len(numbers) == len(group)
    how = "drawn by lot; no two chips overlap" if alone else "drawn by lot in groups of chips that overlap each other"
    held = np.isin(group, numbers[drawn])
    if drawn and rest:
        yield _choice(held, ~held, counts, share, how)
    if len(rest) > 1:
        more = held | (group == numbers[rest[0]])
        yield _choice(more, ~more, counts, share, how)
    for i in rest[: -_LINES - 1 : -1]:
        own = np.flatnonzero(group == numbers[i])
        found = _line(footprints[own], counts[own], (held.sum(), (~held).sum() - len(own)), share)
        if found is None:
            continue
        below, above, side = found
        cut_held, cut_kept = held.copy(), ~held
        cut_held[own], cut_kept[own] = below, above
        where = f"the chips in the {side} of the area" if len(numbers) == 1 else f"the {side} of a group of {len(own)} chips"
        text = f"{how}, and {where}" if drawn else where
        yield _choice(cut_held, cut_kept, counts, share, f"{text}; chips that overlap both sides are left out")


def _choice(held: np.ndarray, kept: np.ndarray, counts: np.ndarray, share: float, how: str) -> _Choice:
    cost = _cost(held.sum(), kept.sum(), len(held), counts[held].sum(), share)
    return _Choice(held, kept, float(cost), how)


def _cost(validation: np.ndarray, training: np.ndarray, count: int, objects: np.ndarray, share: float) -> np.ndarray:
    """How far numbers of chips are from the share that is wanted, and how many are lost; arrays of any shape."""
    used = validation + training
    off = np.abs(validation / np.maximum(used, 1) - share)
    return off + 1 - used / count + _NO_OBJECTS * (objects == 0)


def _line(
    footprints: np.ndarray, counts: np.ndarray, others: tuple[int, int], share: float
) -> tuple[np.ndarray, np.ndarray, str] | None:
    """Cut a group of chips by the line, among all their edges, that meets the share best and leaves out least.

    Args:
        footprints: (n, 4, 2) of the group.
        counts: (n,) number of objects.
        others: number of chips of other groups that validate, and that train.
        share: wanted, 0..1, of all.

    Returns:
        Bool (n,) for those that validate and those that train, and the side of the former; None when no line divides them.
    """
    along = footprints[0, 1] - footprints[0, 0]
    angle = np.arctan2(along[1], along[0])
    angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4  # the axes of the chips, each nearest to its axis of the map
    turned = (footprints - footprints.mean((0, 1))) @ np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    best: tuple[float, np.ndarray, np.ndarray, str] | None = None
    total = len(footprints) + sum(others)
    for axis, names in enumerate((("west", "east"), ("south", "north"))):
        low, high = turned[..., axis].min(1), turned[..., axis].max(1)
        tolerance = _MARGIN / 2 * float((high - low).min())
        lines = np.unique(np.concatenate([low, high]))
        for near, far, lines_of, name in ((low, high, lines, names[0]), (-high, -low, -lines[::-1], names[1])):
            # chips that end before a line validate, those that begin after it train
            order = np.argsort(far)
            ends = np.searchsorted(far[order], lines_of + tolerance, side="right")
            begins = len(near) - np.searchsorted(np.sort(near), lines_of - tolerance, side="left")
            held_objects = np.concatenate([[0], np.cumsum(counts[order])])[ends]
            cost = _cost(ends + others[0], begins + others[1], total, held_objects, share)
            cost = np.where((ends > 0) & (begins > 0), cost, np.inf)
            i = int(np.argmin(np.round(cost, 9)))
            if np.isfinite(cost[i]) and (best is None or cost[i] < best[0] - 1e-9):
                best = float(cost[i]), far <= lines_of[i] + tolerance, near >= lines_of[i] - tolerance, name
    return best and best[1:]


def _by_lot(counts: np.ndarray, share: float, seed: int, how: str) -> Split:
    """Draw chips whatever they show."""
    order = _shuffled(counts, seed)
    take = max(1, round(share * len(counts)))
    return Split(tuple(sorted(order[take:])), tuple(sorted(order[:take])), (), how, leaks=True)


def _shuffled(counts: np.ndarray, seed: int) -> list[int]:
    """Return the numbers of all shuffled, one with objects first."""
    order = np.random.default_rng(seed).permutation(len(counts)).tolist()
    first = next((i for i in order if counts[i]), None)
    return sorted(order, key=lambda i: i != first)


def _where(chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())
