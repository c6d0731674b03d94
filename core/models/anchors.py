"""Anchors: the boxes that a network starts from, fitted to the labels, and how many labels they miss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

MATCHED = 0.5  # IoU of shapes below which a label is missed
_BINS = (1 / 8, 1 / 4, 1 / 2)  # octaves: labels whose sides differ by less are taken together
_ENOUGH = 800  # such groups; coarser ones if there are more
_BASES = 2.0 ** np.arange(2, 6.51, 1 / 8)  # 4 to 90 px: sides of the smallest anchors tried
_RATIOS = 2.0 ** np.arange(-2, 2.01, 1 / 4)  # height / width, 1/4 to 4


@dataclass(frozen=True)
class Labels:
    """The shapes of labels, alike ones taken together.

    Attributes:
        width, height: (n,), pixels.
        weight: (n,) share of each; their sum is 1.
    """

    width: np.ndarray
    height: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, sides: np.ndarray, turned: bool = True) -> Labels:
        """Return the shapes of labels.

        Args:
            sides: (n, 2) widths and heights, pixels.
            turned: whether training turns chips, so that a label is as often as wide as it is high.

        Raises:
            ValueError: there are none.
        """
        sides = np.maximum(np.asarray(sides, np.float64).reshape(-1, 2), 1.0)
        if not len(sides):
            raise ValueError("there are no labels to fit anchors to")
        if turned:
            sides = np.concatenate([sides, sides[:, ::-1]])
        octaves = np.log2(sides)
        for size in _BINS:
            row, column = np.rint(octaves.T / size).astype(np.int64)
            bins, inverse, count = np.unique(row * 1000 + column, return_inverse=True, return_counts=True)
            if len(bins) <= _ENOUGH:
                break
        means = np.stack([np.bincount(inverse.ravel(), side, len(bins)) for side in octaves.T], 1) / count[:, None]
        width, height = 2.0**means.T
        return cls(width, height, count / count.sum())

    def overlap(self, width: np.ndarray | float, height: np.ndarray | float, stride: float = 0.0) -> np.ndarray:
        """Return the IoU (..., n) of anchors (...) with each label.

        Args:
            width: of the anchors.
            height: of the anchors.
            stride: of the grid they stand on, pixels. The nearest one lies beside the label by up to half of it along either
                axis, a quarter on average, which is what is taken; 0 for anchors in the label's middle.
        """
        w, h = np.asarray(width, np.float64)[..., None], np.asarray(height, np.float64)[..., None]
        common = [
            np.clip((one + other) / 2 - stride / 4, 0, np.minimum(one, other))
            for one, other in ((w, self.width), (h, self.height))
        ]
        both = common[0] * common[1]
        return np.asarray(both / (w * h + self.width * self.height - both))

    def met(self, beside: np.ndarray, centred: np.ndarray) -> np.ndarray:
        """Return how well anchors meet the labels, 0..1, from their best IoU (..., n) on the grid and in the middle.

        The mean of the mean IoU, which makes for good boxes, and of the share that is not missed, which makes for many.
        """
        return np.asarray(((beside + (centred >= MATCHED)) * self.weight).sum(-1) / 2)


def missed(shapes: np.ndarray, sides: np.ndarray) -> float:
    """Return the share, 0..1, of labels (n, 2) whose best anchor of the shapes (k, 2) has an IoU below :data:`MATCHED`.

    Both are widths and heights in pixels; the middles are taken as one.
    """
    labels = Labels.of(sides, turned=False)
    best = labels.overlap(shapes[:, 0], shapes[:, 1]).max(0)
    return float(labels.weight[best < MATCHED].sum())


def grid_shapes(sizes: Iterable[float], ratios: Iterable[float]) -> np.ndarray:
    """Return the widths and heights (k, 2) of torchvision's anchors, whose half sides are whole pixels.

    Args:
        sizes: root of the area, pixels.
        ratios: height / width.
    """
    root = np.sqrt(np.asarray(list(ratios), np.float64))[:, None]
    side = np.asarray(list(sizes), np.float64)
    return 2 * np.rint(np.stack([(side / root).ravel(), (side * root).ravel()], 1) / 2)


def fit_pyramid(
    labels: Labels,
    strides: Sequence[int],
    scales: Sequence[float] = (1.0,),
    sizes: Sequence[float] | None = None,
    ratios: Sequence[float] | None = None,
    count: int = 3,
) -> tuple[list[float], list[float]]:
    """Return the anchor sizes of the levels of a pyramid and their ratios that meet the labels best; see :meth:`Labels.met`.

    From level to level the size doubles, as the stride does: the heads are shared by all levels, and see an object in cells.
    Ratios lie half an octave apart at least: objects cut by the edge of a chip have others than whole ones. Among equals those
    next to torchvision's are taken.

    Args:
        labels: to fit to.
        strides: of the levels, pixels.
        scales: factors of the size that each level has anchors of.
        sizes: given ones, which stay.
        ratios: given ones, which stay.
        count: ratios to find.

    Returns:
        Sizes, one for each level, and ratios, rising.
    """
    apart = [row for row in combinations(range(len(_RATIOS)), count) if min(np.diff(row), default=2) >= 2]
    triples = np.array(apart) if ratios is None else np.arange(len(ratios))[None]
    grid = _RATIOS if ratios is None else np.asarray(ratios, np.float64)
    usual = np.abs(np.log2(grid[triples]) - np.linspace(-1, 1, triples.shape[1])).sum(1)
    candidates = [base * np.asarray(strides) / strides[0] for base in _BASES] if sizes is None else [np.asarray(sizes)]
    best: tuple[float, list[float], list[float]] | None = None
    for levels in candidates:
        beside, centred = (np.zeros((len(grid), len(labels.weight))) for _ in range(2))
        for size, stride in zip(levels, strides, strict=True):
            for scale in scales:
                width, height = size * scale / np.sqrt(grid), size * scale * np.sqrt(grid)
                np.maximum(beside, labels.overlap(width, height, stride), out=beside)
                np.maximum(centred, labels.overlap(width, height), out=centred)
        value = labels.met(beside[triples].max(1), centred[triples].max(1)) - 1e-6 * usual
        place = int(value.argmax())
        if best is None or value[place] > best[0] + 1e-9:
            best = (float(value[place]), levels.tolist(), grid[triples[place]].tolist())
    assert best is not None  # nosec B101
    return [round(size, 1) for size in best[1]], [round(ratio, 3) for ratio in best[2]]


def default_box_shapes(sizes: Sequence[float], ratios: Sequence[float], limit: float | None = None) -> list[np.ndarray]:
    """Return the widths and heights (k, 2) of the anchors of each level of an SSD, in torchvision's order.

    Each level has a square of its size, one between its and the next size, and for each ratio a wide and a high one.
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016, page 6.

    Args:
        sizes: one more than there are levels, pixels.
        ratios: of the long to the short side.
        limit: longest side; None for none.
    """
    levels = []
    for size, following in pairwise(sizes):
        between = float(np.sqrt(size * following))
        shapes = [(size, size), (between, between)]
        for root in np.sqrt(ratios):
            shapes += [(size * root, size / root), (size / root, size * root)]
        levels.append(np.minimum(np.asarray(shapes, np.float64), limit or np.inf))
    return levels


def fit_default_boxes(
    labels: Labels, strides: Sequence[int], sizes: Sequence[float] | None = None, ratios: Sequence[float] | None = None
) -> tuple[list[float], list[float]]:
    """Return the sizes, one more than there are strides, and the two ratios of an SSD that meet the labels best.

    Sizes grow by the same factor from level to level. Sizes and ratios are sought in turn.

    Args:
        labels: to fit to.
        strides: of the levels, pixels.
        sizes: given ones, which stay.
        ratios: given ones, which stay.
    """
    steps = np.arange(len(strides) + 1)
    growing = [first * factor**steps for first in _BASES[8:] for factor in (1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0)]
    found_sizes = growing if sizes is None else [np.asarray(sizes, np.float64)]
    pairs = list(combinations((1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0), 2)) if ratios is None else [tuple(ratios)]
    best_sizes, best_ratios = found_sizes[0], (2.0, 3.0) if ratios is None else tuple(ratios)

    def value(some: np.ndarray, pair: tuple[float, ...]) -> float:
        beside, centred = (np.zeros(len(labels.weight)) for _ in range(2))
        for shapes, stride in zip(default_box_shapes(some.tolist(), pair), strides, strict=True):
            np.maximum(beside, labels.overlap(shapes[:, 0], shapes[:, 1], stride).max(0), out=beside)
            np.maximum(centred, labels.overlap(shapes[:, 0], shapes[:, 1]).max(0), out=centred)
        return round(float(labels.met(beside, centred)), 9)

    for _ in range(2):
        best_sizes = max(found_sizes, key=lambda some: value(some, best_ratios))
        best_ratios = max(pairs, key=lambda pair: value(best_sizes, pair))
    return [round(size, 1) for size in best_sizes.tolist()], list(best_ratios)


def fit_level_limits(labels: Labels, limits: Sequence[float]) -> list[float]:
    """Return limits between levels, all moved by one factor from 0.7 to 1.4, so that few labels lie on one.

    A point looks up to ``limit`` pixels far to the sides of its box; objects about so large are learned half by one level and
    half by the next.

    Args:
        labels: to fit to.
        limits: usual ones, pixels.
    """
    reach = np.log2(np.maximum(labels.width, labels.height) / 2)
    best, least = 1.0, np.inf
    for move in sorted(np.arange(-4, 5) / 8, key=abs):  # octaves; the usual ones first
        from_limit = np.abs(reach[:, None] - np.log2(limits) - move).min(1)
        split = round(float(labels.weight[from_limit < 0.25].sum()), 9)
        if split < least:
            best, least = float(2.0**move), split
    return [round(limit * best, 1) for limit in limits]
