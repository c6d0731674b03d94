"""Which threshold is best for the detections that are there, and what a report draws of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .charts import Threshold
from .matching import Curve

_POINTS = 501


@dataclass(frozen=True)
class Best:
    """The lowest confidence that gives the best F1 score.

    Attributes:
        confidence: in the detections' own unit.
        f1, precision, recall: 0..1, there.
        is_lowest: whether it leaves none out, so that a lower one, at detection, may be better still.
    """

    confidence: float
    f1: float
    precision: float
    recall: float
    is_lowest: bool


def best_threshold(curve: Curve) -> Best | None:
    """Return the best threshold; None without confidence, detections or true objects."""
    if not len(curve.confidence) or np.isnan(curve.confidence[0]) or not curve.truths:
        return None
    points = curve.at_thresholds()
    f1 = points.f1()
    best = int(f1.argmax())
    confidence, at, precision, recall = (
        float(values[best]) for values in (points.confidence, f1, points.precision, points.recall)
    )
    return Best(confidence, at, precision, recall, best == len(f1) - 1)


def drawn(curve: Curve, best: Best) -> Threshold:
    """Return the thresholds that a figure shows: from the least confidence there is to the end of the usual scale."""
    low, high = float(curve.confidence.min()), float(curve.confidence.max())
    top = next((end for end in (1.0, 100.0) if low >= 0 and high <= end), high)
    start = min(low, 0.0) if top in (1.0, 100.0) else low
    if start == top:
        start, top = start - 0.5, top + 0.5
    digits = 2 if top == 1.0 else 1 if top == 100.0 else max(0, 2 - int(np.floor(np.log10(max(abs(top), 1e-9)))))
    return Threshold(np.linspace(low, top, _POINTS), (start, top), best.confidence, best.f1, digits)
