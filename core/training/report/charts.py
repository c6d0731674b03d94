"""How good a model is, drawn from its measures on chips; the figures are those of :mod:`core.accuracy.charts`."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ...accuracy import charts
from ...accuracy.matching import at_thresholds
from ..measuring.measures import ClassDetails, Details

_LIMITS = np.linspace(0, 1, 501)


def known_classes(details: Details) -> list[ClassDetails]:
    """Return the classes that have true objects, the most frequent first."""
    return sorted((item for item in details.classes if item.objects), key=lambda item: -item.objects)


def threshold_figure(details: Details) -> Figure:
    """Return precision, recall and F1, mean over the classes, when detections from each confidence on count."""
    known = known_classes(details)
    recall = np.mean([at_thresholds(item.curve.confidence, item.curve.recall, _LIMITS) for item in known], axis=0)
    each = np.array([at_thresholds(item.curve.confidence, item.curve.precision, _LIMITS, np.nan) for item in known])
    f1 = at_thresholds(details.confidence, details.f1_over, _LIMITS)
    return charts.threshold_figure(_threshold(details), _mean_of_known(each), recall, f1)


def class_figure(details: Details) -> Figure:
    """Return precision against recall of each class, and, of several classes, F1 over the confidence beside it."""
    lines = [
        charts.ClassLines(item.name, item.precision_at, at_thresholds(item.curve.confidence, item.curve.f1(), _LIMITS))
        for item in known_classes(details)
    ]
    return charts.class_figure(lines, _threshold(details))


def confusion_figure(details: Details) -> Figure:
    """Return the confusion matrix: true classes from top to bottom, found ones from left to right."""
    return charts.confusion_figure([item.name for item in details.classes], details.confusion)


def _threshold(details: Details) -> charts.Threshold:
    return charts.Threshold(_LIMITS, (0, 1), details.threshold, details.f1)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(0)
    return np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0))
