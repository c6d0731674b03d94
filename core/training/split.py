"""Divide chips into training and validation so that no pixel is on both sides.

Exported chips overlap (stride smaller than tile). A random split would measure the model on pixels it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely import STRtree, box

Bounds = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax on the map


@dataclass(frozen=True)
class Split:
    """Which chips are used for what, as numbers of chips in their order.

    Attributes:
        training, validation: the two sides.
        left_out: chips that overlap both sides, or have none in a split that was written, used for nothing.
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


def split(bounds: Sequence[Bounds | None], objects: Sequence[int], percentage: float, seed: int) -> Split:
    """Divide the chips.

    Groups of chips that overlap each other stay together when there are enough groups; otherwise the map is cut by
    one straight line, north-south or east-west, and the chips on the line are left out.

    Args:
        bounds: of each chip on the map; None when unknown.
        objects: number of objects in each chip; a validation side without any is avoided.
        percentage: wanted share of the validation side, 0..100.
        seed: of what is drawn by lot.
    """
    count, share = len(bounds), percentage / 100
    counts = np.asarray(objects)
    if any(item is None for item in bounds):
        order = _drawn(list(range(count)), counts, seed)
        take = max(1, round(share * count))
        text = "drawn by lot, because the chips have no place on the map; if they overlap, the measures are too good"
        return Split(tuple(sorted(order[take:])), tuple(sorted(order[:take])), (), text, leaks=True)
    area = np.asarray(bounds, np.float64).reshape(count, 4)
    group = _groups(area)
    found = _by_groups(group, counts, share, seed) or _by_line(area, counts, share)
    if found:
        return found
    order = _drawn(list(range(count)), counts, seed)
    take = max(1, round(share * count))
    text = f"drawn by lot, because all {count} chips overlap so much that no line divides them; the measures are too good"
    return Split(tuple(sorted(order[take:])), tuple(sorted(order[:take])), (), text, leaks=True)


def _drawn(members: list[int], counts: np.ndarray, seed: int) -> list[int]:
    """Return the members shuffled, one with objects first."""
    order = [members[i] for i in np.random.default_rng(seed).permutation(len(members))]
    return sorted(order, key=lambda i: i != next((j for j in order if counts[j]), None))


def _groups(area: np.ndarray) -> np.ndarray:
    """Return the number of the group of each chip: chips that share more than an edge are in one group."""
    width = (area[:, 2:] - area[:, :2]).min()
    margin = width * 1e-3  # world files are rounded: neighbours may overlap by less than a pixel
    boxes = box(area[:, 0] + margin, area[:, 1] + margin, area[:, 2] - margin, area[:, 3] - margin)
    one, other = STRtree(boxes).query(boxes, predicate="intersects")
    group = np.arange(len(area))
    while True:  # each chip takes the lowest number among its neighbours until nothing changes
        lowest = group.copy()
        np.minimum.at(lowest, one, group[other])
        lowest = lowest[lowest]
        if np.array_equal(lowest, group):
            return group
        group = lowest


def _by_groups(group: np.ndarray, counts: np.ndarray, share: float, seed: int) -> Split | None:
    """Draw whole groups for validation; None when they are too few or too large to meet the share."""
    numbers, sizes = np.unique(group, return_counts=True)
    if len(numbers) < 2:
        return None
    wanted = max(1, round(share * len(group)))
    held: list[int] = []
    total = 0
    with_objects = np.asarray([counts[group == number].sum() for number in numbers])
    for i in _drawn(list(range(len(numbers))), with_objects, seed):
        if total and total + sizes[i] > wanted:
            continue
        held.append(i)
        total += int(sizes[i])
        if total >= wanted:
            break
    if total > max(2 * wanted, 1) or total == len(group):
        return None
    inside = np.isin(group, numbers[held])
    alone = len(numbers) == len(group)
    text = "drawn by lot; no two chips overlap" if alone else "drawn by lot in groups of chips that overlap each other"
    return Split(_where(~inside), _where(inside), (), text)


def _by_line(area: np.ndarray, counts: np.ndarray, share: float) -> Split | None:
    """Cut by the line, among all chip edges, that meets the share best and leaves out least."""
    best: tuple[float, np.ndarray, np.ndarray, str] | None = None
    for axis, sides in enumerate((("west", "east"), ("south", "north"))):
        low, high = area[:, axis], area[:, axis + 2]
        tolerance = 1e-3 * float((high - low).min())
        for line in np.unique(np.concatenate([low, high])):
            below, above = high <= line + tolerance, low >= line - tolerance
            for held, kept, side in ((below, above, sides[0]), (above, below, sides[1])):
                validation, training = int(held.sum()), int(kept.sum())
                if not validation or not training:
                    continue
                lost = 1 - (validation + training) / len(area)
                cost = abs(validation / (validation + training) - share) + lost + 10 * (not counts[held].sum())
                if best is None or cost < best[0] - 1e-9:
                    best = (cost, kept, held, side)
    if best is None:
        return None
    _, kept, held, side = best
    text = f"the chips in the {side} of the area; chips that overlap both sides are left out"
    return Split(_where(kept), _where(held), _where(~kept & ~held), text)


def _where(chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())
