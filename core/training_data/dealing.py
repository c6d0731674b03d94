"""Deal blocks of a map out to the sides of a split, such that each gets its share of the objects of every class."""

from __future__ import annotations

import numpy as np

_TRIES = 4096  # blocks dealt in all tries together: large maps are even after one
_PASSES = 8
_LACK = 10.0  # least cost of a class that a side should hold and does not; larger than any cost of shares that are off


def deal(counts: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Choose the side of each block that holds objects.

    Blocks are dealt one by one, those with the rarest classes first and large ones before small ones, to the side that
    lacks them most, as in iterative stratification (Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label
    data", 2011); then each is taken back and dealt again until nothing changes. A class found in several blocks comes to
    as many sides as it can, in their order. Of several tries the best is kept.

    Args:
        counts: (blocks, classes) number of objects, at least one in each block.
        asked: (sides,) the shares, which sum to 1; 0 for a side that gets nothing. The most important side comes first.
        rng: decides between equals.

    Returns:
        (blocks,) the number of a side. A side that is asked for stays empty only if there are fewer blocks than sides.
    """
    totals = counts.sum(0)
    present = totals > 0
    features = np.column_stack([counts.sum(1) / counts.sum(), counts[:, present] / totals[present]])  # columns sum to 1
    weights = np.concatenate([[1.0], np.full(present.sum(), 1 / present.sum())])
    spread = (features > 0).sum(0)  # blocks that hold the class
    rank = np.empty(len(asked), np.int64)
    rank[np.argsort(asked == 0, kind="stable")] = range(len(asked))
    wanted = (rank[:, None] < spread) & (asked[:, None] > 0)  # (sides, features)
    rarity = np.where(features > 0, spread, len(counts) + 1).min(1)
    best, lowest = np.zeros(len(counts), np.uint8), np.inf
    for number in range(max(1, min(32, _TRIES // len(counts)))):
        jitter = rng.uniform(0.5, 1.5, len(counts)) if number else 1 + 1e-6 * rng.random(len(counts))
        order = np.lexsort((-features[:, 0] * jitter, rarity))
        lack = _LACK * len(counts) / spread  # a rare class has few chances
        lack[0] = 100 * _LACK if number % 2 else 0.5 * _LACK  # an empty side: filled at once, or after the rare classes
        sides, cost = _try(features[order], weights, asked, wanted, lack)
        if cost < lowest:
            best[order], lowest = sides, cost
    return best


def _try(
    features: np.ndarray, weights: np.ndarray, asked: np.ndarray, wanted: np.ndarray, lack: np.ndarray
) -> tuple[np.ndarray, float]:
    """Deal the blocks in this order.

    The cost is the chi-square distance between the shares (sides, features) that are held and asked for, and what each
    feature costs that a side should hold and lacks.

    Returns:
        The side of each block, and the cost at the end.
    """
    held, blocks = np.zeros(wanted.shape), np.zeros(wanted.shape, np.int64)
    scale = weights / np.where(asked > 0, asked, 1)[:, None]
    closed = np.where(asked > 0, 0, -np.inf)
    sides = np.full(len(features), -1)
    holds = features > 0
    for _ in range(_PASSES):
        before = sides.copy()
        for i, own in enumerate(features):
            if sides[i] >= 0:
                held[sides[i]] -= own
                blocks[sides[i]] -= holds[i]
            gain = (own * (2 * (asked[:, None] - held) - own) * scale).sum(1)
            gain += (wanted & (blocks == 0) & holds[i]) @ lack + closed
            sides[i] = gain.argmax()
            held[sides[i]] += own
            blocks[sides[i]] += holds[i]
        if (sides == before).all():
            break
    missing = wanted & (blocks == 0)
    cost = ((held - asked[:, None]) ** 2 * scale).sum() + (missing @ lack).sum() + 1e6 * missing[:, 0].sum()
    return sides, float(cost)


def draw_by_area(areas: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a side for every block (blocks,) by lot, such that the sides get the shares of the area that are asked."""
    order = rng.permutation(len(areas))
    ends = np.cumsum(areas[order])
    middle = (ends - areas[order] / 2) / ends[-1]
    numbers = np.empty(len(areas), np.uint8)
    numbers[order] = np.searchsorted(np.cumsum(asked)[:-1], middle, side="right")
    return numbers
