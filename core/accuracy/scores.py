"""The numbers of a comparison: for each class and for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..reporting import Reporter
from .matching import COCO_IOUS, Curve, find_overlaps, match


@dataclass(frozen=True)
class Scores:
    """How well one class, or all together, was found. Ratios are 0..1; those without a denominator are 0.

    Attributes:
        name: of the class.
        true_positive: detections that are a true object.
        false_positive: detections that are none.
        false_negative: true objects without a detection.
        ap: average precision at the IoU asked for; NaN for a class without true objects.
        ap50: at IoU 0.5.
        coco_ap: mean over the IoUs 0.50, 0.55 to 0.95.
        curve: precision and recall over the confidence, at the IoU asked for.
    """

    name: str
    true_positive: int
    false_positive: int
    false_negative: int
    ap: float
    ap50: float
    coco_ap: float
    curve: Curve

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


def score(
    detections: np.ndarray,
    confidence: np.ndarray | None,
    classes: np.ndarray,
    truth: np.ndarray,
    true_classes: np.ndarray,
    min_iou: float,
    report: Reporter,
) -> tuple[Scores, list[Scores]]:
    """Compare detections with the truth.

    Counts of all classes are sums; their average precisions are means over the classes that have true objects, as COCO's.

    Args:
        detections: (N,) polygons.
        confidence: (N,) numbers that rank them; None when all rank alike.
        classes: (N,) texts.
        truth: (M,) polygons, at least one, in the same coordinate system.
        true_classes: (M,) texts.
        min_iou: overlap from which a detection is a true object, above 0, to 1.
        report: is told the progress and asked for a cancel.

    Returns:
        The scores of all classes together, and those of each class by name.
    """
    if confidence is not None:
        order = np.argsort(-confidence, kind="stable")
        detections, confidence, classes = detections[order], confidence[order], classes[order]
    overlaps = find_overlaps(detections, truth, classes, true_classes, min(min_iou, COCO_IOUS[0]), report)
    levels = [min_iou, *COCO_IOUS.tolist()]
    hits = []
    for level in levels:
        report.check_cancelled()
        hits.append(match(overlaps, len(detections), len(truth), level) >= 0)
    hit = np.array(hits).reshape(len(levels), len(detections))

    each = []
    for name in np.union1d(classes, true_classes).tolist():
        mine, truths = classes == name, int((true_classes == name).sum())
        ranks = None if confidence is None else confidence[mine]
        curves = [Curve.of(ranks, hit[level][mine], truths) for level in range(len(levels))]
        ap, *coco = (curve.average_precision() for curve in curves)
        found = int(hit[0][mine].sum())
        counts = found, int(mine.sum()) - found, truths - found
        each.append(Scores(name, *counts, ap, coco[0], float(np.mean(coco)), curves[0]))

    found = int(hit[0].sum())
    counts = found, len(detections) - found, len(truth) - found
    known = [one for one in each if one.curve.truths]
    ap, ap50, coco_ap = (float(np.mean([getattr(one, key) for one in known])) for key in ("ap", "ap50", "coco_ap"))
    return Scores("All classes", *counts, ap, ap50, coco_ap, Curve.of(confidence, hit[0], len(truth))), each


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
