"""The numbers of a comparison: for each class and for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..reporting import Reporter
from .coco import Measured, evaluate, split
from .confusion import confusion_table
from .inputs import Objects
from .matching import COCO_IOUS, RECALLS, ROUNDING, Curve, Overlaps, find_overlaps, match
from .sizes import NAMES, Sizes

NEAR = 0.1
"""Least IoU at which a detection that is none is said to lie badly on a true object, instead of where there is nothing."""

ALL = "All classes"


@dataclass(frozen=True)
class SizeScores:
    """How well the objects of one size were found; ratios 0..1, NaN where there are none.

    Attributes:
        name: small, medium or large.
        truths: number of true objects.
        ap, ar: average precision and recall over the IoUs 0.50, 0.55 to 0.95.
    """

    name: str
    truths: int
    ap: float
    ar: float


@dataclass(frozen=True)
class Scores:
    """How well one class, or all together, was found. Precision, recall and F1 without a denominator are 0.

    Attributes:
        name: of the class.
        true_positive: detections that are a true object.
        false_positive: detections that are none.
        false_negative: true objects without a detection.
        ap: average precision at the IoU asked for; NaN, like the next ones, for a class without true objects.
        ap50, ap75: at IoU 0.5 and 0.75.
        coco_ap, ar: average precision and recall, mean over the IoUs 0.50, 0.55 to 0.95.
        sizes: small, medium and large; empty where there is one size only.
        curve: precision and recall over the confidence, at the IoU asked for.
        precision_at: (101,) COCO's precision at :data:`.matching.RECALLS` and the IoU asked for.
        ap_over: (10,) average precision at each of :data:`.matching.COCO_IOUS`.
    """

    name: str
    true_positive: int
    false_positive: int
    false_negative: int
    ap: float
    ap50: float
    ap75: float
    coco_ap: float
    ar: float
    sizes: tuple[SizeScores, ...]
    curve: Curve
    precision_at: np.ndarray
    ap_over: np.ndarray

    @property
    def truths(self) -> int:
        """Number of true objects."""
        return self.true_positive + self.false_negative

    @property
    def precision(self) -> float:
        """The share of the detections that is true."""
        return _share(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> float:
        """The share of the true objects that was found."""
        return _share(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)


@dataclass(frozen=True)
class Comparison:
    """N detections, by falling confidence, with M true objects, at the IoU asked for.

    Attributes:
        overall, classes: the scores of all together, and of each class by name.
        overlaps: all pairs that overlap by :data:`NEAR` or the IoU asked for, whichever is less, of any classes.
        partner: (N,) which true object of its class each detection is; -1 for none.
        confusion: (K + 1, K + 1), see :func:`.confusion.confusion_table`, in the order of ``classes``.
    """

    overall: Scores
    classes: list[Scores]
    overlaps: Overlaps
    partner: np.ndarray
    confusion: np.ndarray


def score(found: Objects, truth: Objects, min_iou: float, sizes: Sizes | None, report: Reporter) -> Comparison:
    """Compare detections with the truth.

    Counts of all classes are sums; their average precisions are means over the classes that have true objects, as COCO's.

    Args:
        found: the detections, by falling confidence.
        truth: the true objects, in the same coordinate system.
        min_iou: overlap from which a detection is a true object, above 0, to 1.
        sizes: limits of small, medium and large; None where all is of one size.
        report: is told the progress and asked for a cancel.
    """
    names, codes = np.unique(np.concatenate([found.classes, truth.classes]), return_inverse=True)
    labels, true_labels = codes[: len(found)], codes[len(found) :]
    overlaps = find_overlaps(found.shapes, truth.shapes, min(min_iou, NEAR), report.part(0.0, 0.6))
    own = overlaps.of_same_class(labels, true_labels)
    partner = match(own, len(found), len(truth), min_iou)
    report.progress(0.6, "Measuring")
    measures = _Measures(found, truth, labels, true_labels, own, min_iou, sizes, len(names))
    report.check_cancelled()

    hit = partner >= 0
    each = [measures.scores(name, number, hit) for number, name in enumerate(names.tolist())]
    any_class = match(overlaps, len(found), len(truth), min_iou)
    table = confusion_table(any_class, labels, true_labels, len(names))
    return Comparison(_overall(found, truth, hit, each, measures.sizes), each, overlaps, partner, table)


class _Measures:
    """COCO's measures of all classes."""

    def __init__(
        self, found: Objects, truth: Objects, labels: np.ndarray, true_labels: np.ndarray, own: Overlaps, min_iou: float,
        sizes: Sizes | None, classes: int,
    ) -> None:  # fmt: skip
        self._found, self._labels, self._true_labels = found, labels, true_labels
        self._levels = np.array([min_iou, *COCO_IOUS])
        areas, self._true_areas = shapely.area(found.shapes), shapely.area(truth.shapes)
        self.sizes = sizes
        ranges = [(0.0, float("inf")), *(sizes.ranges if sizes else [])]
        close = own.where(own.iou >= self._levels.min() - ROUNDING)
        # The library knows no tolerance: what is equal but for rounding is given to it as a little more.
        close = Overlaps(close.detection, close.truth, close.iou + ROUNDING)
        images = split(close, labels + 1, true_labels + 1, areas, self._true_areas)
        self._measured: Measured = evaluate(images, classes, self._levels, ranges)
        self._hits = None
        if found.confidence is None:
            self._hits = np.array([match(own, len(found), len(truth), level) >= 0 for level in self._levels])

    def scores(self, name: str, number: int, hit: np.ndarray) -> Scores:
        """Return those of the class of this number; ``hit`` (N,) tells which detections are true ones."""
        mine, there = self._labels == number, self._true_labels == number
        truths, right = int(there.sum()), int(hit[mine].sum())
        confidence = None if self._found.confidence is None else self._found.confidence[mine]
        precision = self._measured.precision[..., number, :]
        ap = precision[..., 0].mean(axis=1)
        if self._hits is not None:
            ap = np.array([Curve.of(None, row[mine], truths).average_precision() for row in self._hits])
        recall = self._measured.recall[1:, number].mean(axis=0)
        sized = []
        for position, (label, (low, high)) in enumerate(zip(NAMES, self.sizes.ranges if self.sizes else [], strict=False), 1):
            count = int(((self._true_areas[there] >= low) & (self._true_areas[there] <= high)).sum())
            # Of detections that nothing ranks only the recall means something.
            value = float("nan") if self._hits is not None else float(precision[1:, :, position].mean())
            sized.append(SizeScores(label, count, value, float(recall[position])))
        return Scores(
            name, right, int(mine.sum()) - right, truths - right, float(ap[0]), float(ap[1]), float(ap[6]),
            float(ap[1:].mean()), float(recall[0]), tuple(sized), Curve.of(confidence, hit[mine], truths), precision[0, :, 0],
            ap[1:],
        )  # fmt: skip


def _overall(found: Objects, truth: Objects, hit: np.ndarray, each: list[Scores], sizes: Sizes | None) -> Scores:
    right = int(hit.sum())
    known = [one for one in each if one.truths]
    ap, ap50, ap75, coco_ap, ar = (_mean([getattr(one, key) for one in known]) for key in _MEANS)
    sized = tuple(
        SizeScores(name, sum(part.truths for part in parts), _mean([p.ap for p in parts]), _mean([p.ar for p in parts]))
        for name, parts in zip(NAMES if sizes else (), zip(*(one.sizes for one in each), strict=True), strict=False)
    )
    nothing = np.full(len(RECALLS), np.nan), np.full(len(COCO_IOUS), np.nan)
    precision_at = np.mean([one.precision_at for one in known], axis=0) if known else nothing[0]
    ap_over = np.mean([one.ap_over for one in known], axis=0) if known else nothing[1]
    curve = Curve.of(found.confidence, hit, len(truth))
    return Scores(
        ALL, right, len(found) - right, len(truth) - right, ap, ap50, ap75, coco_ap, ar, sized, curve, precision_at, ap_over
    )  # fmt: skip


_MEANS = ("ap", "ap50", "ap75", "coco_ap", "ar")


def _mean(values: list[float]) -> float:
    """Return the mean of the values that are known; NaN when none is."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
