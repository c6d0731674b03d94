"""Which features remain when each removes those of lower confidence that overlap it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ..errors import InputError
from ..overlap import ROUNDING, Shapes, in_threads, iou, of_smaller
from ..reporting import Reporter, silent

_STAGE = "Suppressing duplicates"
_Meet = Callable[[np.ndarray, np.ndarray], np.ndarray]  # positions i (P,), j (P,) -> (P,) bool: which pairs may meet

MEASURES = {"IOU": iou, "SMALLER_AREA": of_smaller}
_FOUND = 16_000_000  # pairs that one question to the index may find at the very most: bounds the memory
_KEPT = 8_000_000  # pairs of different classes that the first pass keeps for the second, which need not ask again
_FEATURES = 16_384  # features that one question to the index is about
_QUERY = 1024  # of which one thread asks about so many at a time
_PAIRS = 32_768  # pairs measured between two looks at who is still there
_SLOW = 0.25  # seconds for these pairs from which on there are fewer the next time: the wait for a cancel


def suppress(
    geometries: np.ndarray,
    confidence: np.ndarray,
    classes: np.ndarray | None,
    max_overlap: float,
    report: Reporter | None = None,
    **options: str | bool,
) -> np.ndarray:
    """Return which features remain: (N,) bool; arguments and errors as of :func:`suppressors`."""
    winners = suppressors(geometries, confidence, classes, max_overlap, report, **options)  # type: ignore[arg-type]
    return winners == np.arange(len(winners))


def suppressors(
    geometries: np.ndarray,
    confidence: np.ndarray,
    classes: np.ndarray | None,
    max_overlap: float,
    report: Reporter | None = None,
    measure: str = "IOU",
    within: bool = True,
    across: bool = True,
) -> np.ndarray:
    """Return which feature stands for each when those that overlap one of higher confidence are removed.

    Greedy, by falling confidence, equal ones in the order of the features: a feature that remains removes all later ones that
    overlap it by more than ``max_overlap``; a removed feature removes nothing. First within each class, then, among those
    that remain, across all classes: ArcGIS's two passes. Features that only touch do not overlap.

    The answer is exact, however many features there are: those that are still there are taken by falling confidence, as many
    at a time as keep the memory within bounds, and compared with those whose bounds meet theirs; what cannot overlap enough
    by the look of the bounds is not measured, and what is removed is not looked at again.

    Args:
        geometries: (N,) shapely polygons or multipolygons, valid, in one coordinate system.
        confidence: (N,) numbers; any range, infinite ones too.
        classes: (N,) class of each feature, numbers or texts; None when all are one class.
        max_overlap: overlap that two features may have, 0..1. The overlap is exact; a difference of 1e-9 is taken for
            rounding.
        report: is told the progress and asked for a cancel, several times a second.
        measure: ``"IOU"``, intersection divided by union, or ``"SMALLER_AREA"``, intersection divided by the smaller area.
        within: do the pass within each class.
        across: do the pass across all classes; without the other, all features compete at once, whatever their class.

    Returns:
        (N,) int64, for each feature the position of the one that removed it, its own if it remains. The one that removed it
        may itself have been removed in the second pass.

    Raises:
        InputError: a confidence is NaN; the text names its position.
        Cancelled: the user asked to stop.
    """
    confidence = np.asarray(confidence, dtype=np.float64)
    if np.isnan(confidence).any():
        raise InputError(f"Feature {int(np.flatnonzero(np.isnan(confidence))[0])} has no confidence.")
    report = report or silent()
    report.check_cancelled()
    sweep = _Sweep(Shapes(np.asarray(geometries, dtype=object)), confidence, max_overlap, measure)
    if max_overlap >= 1 or not (within or across):
        return sweep.winners  # nothing overlaps by more than all of it
    codes = None if classes is None else _codes(classes)
    if codes is None or not within:
        sweep.run(lambda i, j: np.ones(len(i), bool), report)
    elif not across:
        sweep.run(lambda i, j: codes[i] == codes[j], report)
    else:
        sweep.run(lambda i, j: codes[i] == codes[j], report.part(0, 0.8), keep_others=True)
        if not sweep.run_others(report.part(0.8, 1)):
            sweep.run(lambda i, j: codes[i] != codes[j], report.part(0.8, 1))
    return sweep.winners


def _codes(classes: np.ndarray) -> np.ndarray:
    """Return (N,) int64, equal for equal classes; None and NaN are classes of their own."""
    values = np.asarray(classes)
    if values.dtype == object:
        values = np.array(["\0" if value is None else str(value) for value in values.tolist()], dtype=str)
    return np.unique(values, return_inverse=True)[1]


class _Sweep:
    """Who is still there, and who removed the others; one pass after another.

    Args:
        shapes: of the features, N.
        confidence: (N,) of each.
        max_overlap: what two may overlap.
        measure: of :data:`MEASURES`.

    Attributes:
        winners: (N,) int64, for each feature the position of the one that removed it, its own if it is still there.
    """

    def __init__(self, shapes: Shapes, confidence: np.ndarray, max_overlap: float, measure: str) -> None:
        self._shapes, self._limit, self._overlap = shapes, max_overlap, MEASURES[measure]
        self._order = np.argsort(-confidence, kind="stable")
        self._rank = np.empty(len(shapes), dtype=np.int64)
        self._rank[self._order] = np.arange(len(shapes))
        self._alive = np.ones(len(shapes), dtype=bool)
        self._pairs = _PAIRS
        self._others: list[tuple[np.ndarray, np.ndarray]] | None = None
        self.winners = np.arange(len(shapes))

    def run(self, may_meet: _Meet, report: Reporter, keep_others: bool = False) -> None:
        """Let features remove others by falling confidence, if the two ``may_meet``; on demand keep the other pairs."""
        self._others = [] if keep_others else None
        crowd = np.cumsum(self._shapes.crowd[self._order])
        start, size, count, kept = 0, 1, len(self._order), 0
        while start < count:
            report.check_cancelled()
            report.progress(start / count, _STAGE)
            bounded = int(np.searchsorted(crowd, (crowd[start - 1] if start else 0) + _FOUND, "right"))
            stop = min(max(bounded, start + 1), start + size)
            block = self._order[start:stop]
            i, j, meet = self._neighbours(block[self._alive[block]], may_meet)
            if self._others is not None:
                self._others.append((i[~meet], j[~meet]))
                kept += len(i) - int(meet.sum())
                self._others = self._others if kept <= _KEPT else None
            self._compare(i[meet], j[meet], report)
            start, size = stop, min(4 * size, _FEATURES)  # few at first: in a heap the first one removes all others
        report.progress(1.0, _STAGE)

    def run_others(self, report: Reporter) -> bool:
        """Let features remove those that they might not in the pass before; return False if there were too many to keep."""
        if self._others is None:
            return False
        for number, (i, j) in enumerate(self._others):
            report.progress(number / len(self._others), _STAGE)
            self._compare(i, j, report)
        report.progress(1.0, _STAGE)
        return True

    def _neighbours(self, block: np.ndarray, may_meet: _Meet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return pairs of one in ``block`` and one of lower confidence near it, (P,) each, in the order of ``block``.

        Returns:
            The two positions, and bool whether they may meet.
        """

        def near(start: int) -> np.ndarray:
            i, j = self._shapes.neighbours(block[start : start + _QUERY])
            later = (self._rank[j] > self._rank[i]) & self._alive[j]
            i, j = i[later], j[later]
            return np.stack([i, j, may_meet(i, j)])

        found = in_threads(near, range(0, len(block), _QUERY))
        i, j, meet = np.concatenate(found, axis=1) if found else np.empty((3, 0), dtype=np.int64)
        return i, j, meet.astype(bool)

    def _compare(self, i: np.ndarray, j: np.ndarray, report: Reporter) -> None:
        """Measure the pairs ``i``, ``j``, which come by falling confidence of ``i``, and let each remove its ``j``."""
        start = 0
        while start < len(i):
            report.check_cancelled()
            began = time.monotonic()
            one, other = i[start : start + self._pairs], j[start : start + self._pairs]
            start += len(one)
            there = self._alive[one] & self._alive[other]
            one, other = one[there], other[there]
            overlap = self._overlap(self._shapes, one, self._shapes, other, above=self._limit)
            over = overlap > self._limit + ROUNDING
            removed = self._remove(one[over], other[over])
            # Where most are removed, little of what is measured next would be for those that are still there.
            fewer = removed > len(one) / 2 or time.monotonic() - began > _SLOW
            self._pairs = max(self._pairs // 2, 256) if fewer else min(2 * self._pairs, _PAIRS)

    def _remove(self, i: np.ndarray, j: np.ndarray) -> int:
        """Let each ``i`` that is still there remove its ``j``, one after the other; return how many were removed."""
        alive, winners, removed = memoryview(self._alive.data), memoryview(self.winners.data), 0
        for one, other in zip(i.tolist(), j.tolist(), strict=True):
            if alive[one] and alive[other]:
                alive[other] = False
                winners[other] = one
                removed += 1
        return removed
