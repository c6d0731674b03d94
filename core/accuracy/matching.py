"""Which detection is which true object: COCO's rules, on polygons of any size of area.

COCO matches within images and measures boxes or pixel masks. Here the whole map is one image and the IoU is that of the
polygons, or of their boxes; matching is COCO's (Lin et al., 2014; ``cocoeval.py``), on the pairs that overlap only, and a test
compares it with its library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..overlap import ROUNDING, Shapes, iou
from ..reporting import Reporter

COCO_IOUS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)  # where COCO reads the precision
_CHUNK = 20_000  # detections compared at a time


@dataclass(frozen=True)
class Overlaps:
    """Pairs of a detection and a true object that overlap, detections by falling confidence.

    Attributes:
        detection, truth: (P,) positions; for one detection the largest overlap comes first.
        iou: (P,) intersection over union of the polygons.
    """

    detection: np.ndarray
    truth: np.ndarray
    iou: np.ndarray

    def of_first(self, count: int) -> Overlaps:
        """Return the pairs of the first ``count`` detections."""
        end = int(np.searchsorted(self.detection, count))
        return Overlaps(self.detection[:end], self.truth[:end], self.iou[:end])

    def where(self, keep: np.ndarray) -> Overlaps:
        """Return the pairs, (P,) bool, that are kept."""
        return Overlaps(self.detection[keep], self.truth[keep], self.iou[keep])

    def of_same_class(self, classes: np.ndarray, true_classes: np.ndarray) -> Overlaps:
        """Return the pairs whose two classes, (N,) and (M,), are the same."""
        return self.where(classes[self.detection] == true_classes[self.truth])


def find_overlaps(detections: np.ndarray, truth: np.ndarray, at_least: float, report: Reporter) -> Overlaps:
    """Find what overlaps by ``at_least`` this IoU, of any classes.

    Args:
        detections: (N,) polygons, by falling confidence.
        truth: (M,) polygons in the same coordinate system.
        at_least: lowest IoU of interest, above 0.
        report: is told the progress and asked for a cancel.
    """
    found, there = Shapes(detections), Shapes(truth)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for start in range(0, len(detections), _CHUNK):
        report.check_cancelled()
        report.progress(start / len(detections), "Comparing detections with the truth")
        i, j = found.neighbours(np.arange(start, min(start + _CHUNK, len(detections))), there)
        ratio = iou(found, i, there, j, above=at_least - 2 * ROUNDING)
        enough = ratio >= at_least - ROUNDING
        parts.append((i[enough], j[enough], ratio[enough]))
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return Overlaps(nothing, nothing, np.empty(0))
    i, j, ratio = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((-j, -ratio, i))  # of equal overlaps COCO takes the last
    return Overlaps(i[order], j[order], ratio[order])


def match(overlaps: Overlaps, detections: int, truths: int, min_iou: float) -> np.ndarray:
    """Give each detection, in their order, the true object that it overlaps most and that no earlier one took.

    Args:
        overlaps: all pairs of at least ``min_iou``; others are ignored.
        detections: their number, N.
        truths: number of true objects.
        min_iou: from this overlap on they match.

    Returns:
        (N,) int64, position of the true object; -1 for a detection without one.
    """
    enough = overlaps.iou >= min_iou - ROUNDING
    partner, taken = [-1] * detections, [False] * truths
    for one, other in zip(overlaps.detection[enough].tolist(), overlaps.truth[enough].tolist(), strict=True):
        if partner[one] < 0 and not taken[other]:
            partner[one], taken[other] = other, True
    return np.array(partner, dtype=np.int64)


@dataclass(frozen=True)
class Curve:
    """Precision and recall of the best k detections, for each k from 1 on.

    Attributes:
        confidence: (N,) of the k-th.
        precision, recall: (N,) 0..1.
        truths: number of true objects.
    """

    confidence: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    truths: int

    @classmethod
    def of(cls, confidence: np.ndarray | None, hit: np.ndarray, truths: int) -> Curve:
        """Return the curve.

        Args:
            confidence: (N,) falling; None when there is none: then all are accepted or none, and the curve is one point.
            hit: (N,) bool, whether each detection has a true object.
            truths: number of true objects.
        """
        hits, taken = np.cumsum(hit), np.arange(1, len(hit) + 1)
        precision, recall = hits / taken, hits / max(truths, 1)
        if confidence is None:
            return cls(np.full(len(hit), np.nan)[-1:], precision[-1:], recall[-1:], truths)
        return cls(confidence, precision, recall, truths)

    def average_precision(self) -> float:
        """Return COCO's average precision, also of a curve that is one point, for which its library has none.

        It is the mean, over the recalls 0, 0.01 to 1, of the best precision that is reached at that recall or a higher one;
        NaN without true objects.
        """
        if not self.truths:
            return float("nan")
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        reached = np.searchsorted(self.recall, RECALLS, side="left")
        return float(np.append(best, 0.0)[reached].mean())

    def f1(self) -> np.ndarray:
        """Return (N,) harmonic means of precision and recall."""
        total = self.precision + self.recall
        return np.divide(2 * self.precision * self.recall, total, out=np.zeros_like(total), where=total > 0)

    def at_thresholds(self) -> Curve:
        """Return the points that a threshold can reach: detections of equal confidence come together."""
        last = np.append(self.confidence[1:] != self.confidence[:-1], True)[: len(self.confidence)]
        return Curve(self.confidence[last], self.precision[last], self.recall[last], self.truths)


def at_thresholds(confidence: np.ndarray, values: np.ndarray, limits: np.ndarray, none: float = 0.0) -> np.ndarray:
    """Return the values of a curve when detections from each limit on count.

    Args:
        confidence: (N,) falling.
        values: (N,) of the curve there.
        limits: (L,) thresholds.
        none: the value where no detection reaches the limit.
    """
    return np.append(none, values)[np.searchsorted(-confidence, -limits, side="right")]
