"""How good a detector is on chips with known objects: a few numbers after each epoch, everything once at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from ...accuracy.coco import Image, evaluate
from ...accuracy.confusion import confusion_table
from ...accuracy.matching import Curve, at_thresholds, match
from ..data.augmentation import Target
from .comparing import ChipEntry, Compared, compare

IOU = 0.5  # from which on a detection is a true object, in everything but AP and AP75
_THRESHOLDS = np.round(np.arange(0.05, 0.951, 0.01), 2)  # that may be recommended: two digits, as a user types them


@dataclass(frozen=True)
class Scores:
    """Measures over a set of chips; NaN where there was nothing to measure.

    Attributes:
        ap: average precision over IoU 0.5, 0.55 .. 0.95, mean over the classes that have objects, 0..1.
        ap50: the same at IoU 0.5.
        f1: the highest F1 score at IoU 0.5 over all confidences, mean over these classes, 0..1.
        threshold: the recommended confidence, 0.05..0.95 in hundredths: that with the highest F1 score.
        objects: number of true objects.
    """

    ap: float
    ap50: float
    f1: float
    threshold: float
    objects: int


@dataclass(frozen=True)
class ClassDetails:
    """One class; ratios are 0..1, and NaN for a class without true objects.

    Attributes:
        name: of the class.
        objects: number of true ones.
        ap, ap50, ap75: average precision over IoU 0.5 to 0.95, at 0.5, at 0.75.
        precision, recall, f1: at the threshold of :class:`Details`; 0 where nothing was found.
        precision_at: (101,) COCO's precision at :data:`core.accuracy.matching.RECALLS`, IoU 0.5.
        curve: exact precision and recall at each confidence, falling, IoU 0.5.
    """

    name: str
    objects: int
    ap: float
    ap50: float
    ap75: float
    precision: float
    recall: float
    f1: float
    precision_at: np.ndarray
    curve: Curve


@dataclass(frozen=True)
class ChipResult:
    """One chip at the threshold, IoU 0.5, classes must agree.

    Attributes:
        number: of the chip.
        hits: true objects that were found.
        false_alarms: detections that are no true object.
        missed: true objects that were not found.
    """

    number: int
    hits: int
    false_alarms: int
    missed: int

    @property
    def errors(self) -> int:
        """False alarms and misses."""
        return self.false_alarms + self.missed

    @property
    def f1(self) -> float:
        """F1 score, 0..1; NaN for a chip without objects where nothing was found."""
        total = 2 * self.hits + self.errors
        return 2 * self.hits / total if total else math.nan


@dataclass(frozen=True)
class Details:
    """Everything that is worth knowing of a model on a set of chips; NaN where there was nothing to measure.

    Attributes:
        scores: the short form.
        threshold: confidence at which precision, recall, F1, confusion and chips were taken.
        ap75: average precision at IoU 0.75, mean over the classes that have objects.
        precision, recall, f1: at the threshold, mean over these classes.
        classes: in the order of their labels.
        confidence, f1_over: (P,) every confidence that a detection has, falling, and the mean F1 score there.
        confusion: (classes + 1, classes + 1) int64, true class by found class at the threshold; the last column counts missed
            objects, the last row false alarms. Each detection, by falling confidence, takes the true object of any class that
            it overlaps most, from IoU 0.5 on.
        chips: by number.
    """

    scores: Scores
    threshold: float
    ap75: float
    precision: float
    recall: float
    f1: float
    classes: tuple[ClassDetails, ...]
    confidence: np.ndarray
    f1_over: np.ndarray
    confusion: np.ndarray
    chips: tuple[ChipResult, ...]

    def metrics(self) -> dict[str, object]:
        """Return what the model's card keeps under ``metrics``; numbers that are not known are left out."""
        one = {
            "AP": self.scores.ap, "AP50": self.scores.ap50, "AP75": self.ap75,
            "precision": self.precision, "recall": self.recall, "F1": self.f1,
        }  # fmt: skip
        result: dict[str, object] = {name: round(value, 6) for name, value in one.items() if math.isfinite(value)}
        for name in one if result else ():
            values = {item.name: getattr(item, name.lower()) for item in self.classes}
            result[f"{name}_per_class"] = {key: round(value, 6) for key, value in values.items() if math.isfinite(value)}
        return result


class Measures:
    """Collects chips with their true and found objects; those of several processes can be joined.

    Args:
        names: of the classes, in the order of the labels.
        masks: compare outlines instead of boxes.
    """

    def __init__(self, names: list[str], masks: bool) -> None:
        self.names, self.masks = names, masks
        self._entries: dict[int, ChipEntry] = {}

    def add(self, number: int, target: Target, found: dict[str, torch.Tensor]) -> None:
        """Add a chip, on any device; one that was added before counts once. See :func:`.comparing.compare`."""
        self._entries[number] = compare(number, target, found, self.masks)

    def entries(self) -> list[ChipEntry]:
        """Return what was added; it can be pickled and is small."""
        return list(self._entries.values())

    def merged(self, parts: Iterable[Iterable[ChipEntry]]) -> Measures:
        """Return measures of what several processes added; the order of the parts has no influence."""
        result = Measures(self.names, self.masks)
        result._entries = {entry.number: entry for part in parts for entry in part}
        return result

    def scores(self) -> Scores:
        """Return the short form, quickly."""
        return _Measured(self.names, self.entries()).scores

    def details(self, threshold: float | None = None) -> Details:
        """Return everything, at a confidence threshold, 0..1; None: at the recommended one."""
        return _Measured(self.names, self.entries()).details(threshold)


class _Measured:
    """The measures of all chips, worked out once."""

    def __init__(self, names: list[str], entries: list[ChipEntry]) -> None:
        self._all = everything = Compared.of(entries)
        self._labels = range(1, len(names) + 1)
        self._names = names
        self._counts = [int((everything.truth == label).sum()) for label in self._labels]
        self._precision = _precision(everything.chips, len(names))
        self._partner = match(everything.of_same_class(), len(everything.scores), len(everything.truth), IOU)
        self._curves = [self._curve(label, count) for label, count in zip(self._labels, self._counts, strict=True)]
        known = [curve for curve in self._curves if curve.truths]
        points = [curve.confidence for curve in known]
        self._confidence = np.unique(np.concatenate(points))[::-1] if points else np.empty(0)
        self._f1 = _mean_f1(known, self._confidence)
        best = float(self._f1.max(initial=0.0)) if known else math.nan
        threshold = _recommended(_mean_f1(known, _THRESHOLDS))
        total = sum(self._counts)
        self.scores = Scores(_mean(self._precision), _mean(self._precision[0]), best, threshold, total)

    def _curve(self, label: int, count: int) -> Curve:
        own = self._all.labels == label
        return Curve.of(self._all.scores[own], self._partner[own] >= 0, count).at_thresholds()

    def details(self, threshold: float | None) -> Details:
        """See :meth:`Measures.details`."""
        limit = self.scores.threshold if threshold is None else threshold
        classes = tuple(self._class(position, limit) for position in range(len(self._names)))
        known = [item for item in classes if item.objects]
        precision, recall, f1 = (_mean(np.array([getattr(item, key) for item in known])) for key in _AT_THRESHOLD)
        return Details(
            self.scores, limit, _mean(self._precision[5]), precision, recall, f1, classes, self._confidence, self._f1,
            self._confusion(limit), self._chips(limit),
        )  # fmt: skip

    def _class(self, position: int, limit: float) -> ClassDetails:
        curve, precision = self._curves[position], self._precision[:, :, position]
        at = (math.nan, math.nan, math.nan)
        if curve.truths:
            one, two, three = (
                float(at_thresholds(curve.confidence, values, np.array([limit]))[0])
                for values in (curve.precision, curve.recall, curve.f1())
            )
            at = (one, two, three)
        ap, ap50, ap75 = (_mean(values) for values in (precision, precision[0], precision[5]))
        return ClassDetails(self._names[position], curve.truths, ap, ap50, ap75, *at, precision[0], curve)

    def _confusion(self, limit: float) -> np.ndarray:
        everything, taken = self._all, int((self._all.scores >= limit).sum())
        partner = match(everything.overlaps.of_first(taken), taken, len(everything.truth), IOU)
        return confusion_table(partner, everything.labels[:taken] - 1, everything.truth - 1, len(self._names))

    def _chips(self, limit: float) -> tuple[ChipResult, ...]:
        everything, count = self._all, len(self._all.chips)
        taken = everything.scores >= limit
        found = np.bincount(everything.chip[taken], minlength=count)
        hits = np.bincount(everything.chip[taken & (self._partner >= 0)], minlength=count)
        there = np.bincount(everything.truth_chip, minlength=count)
        rows = zip(everything.chips, hits.tolist(), (found - hits).tolist(), (there - hits).tolist(), strict=True)
        return tuple(ChipResult(entry.number, *numbers) for entry, *numbers in rows)


_AT_THRESHOLD = ("precision", "recall", "f1")


def _precision(chips: tuple[ChipEntry, ...], classes: int) -> np.ndarray:
    """Return COCO's precision: (10 IoUs from 0.5 to 0.95, 101 recalls, classes); see :func:`core.accuracy.coco.evaluate`."""
    images = [Image(chip.truth, chip.labels, chip.scores, chip.detection, chip.object, chip.iou) for chip in chips]
    return evaluate(images, classes).precision[..., 0]


def _mean_f1(curves: list[Curve], limits: np.ndarray) -> np.ndarray:
    """Return the F1 score, mean over classes, at each limit."""
    each = [at_thresholds(curve.confidence, curve.f1(), limits) for curve in curves]
    return np.mean(each, axis=0) if each else np.zeros(len(limits))


def _recommended(f1: np.ndarray) -> float:
    """Return the threshold with the highest F1: of a range where it is equally high the middle, which is safest."""
    if not f1.max(initial=0.0):
        return 0.5
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(runs, key=len)
    return float(_THRESHOLDS[longest[len(longest) // 2]])


def _mean(values: np.ndarray) -> float:
    """Return the mean of the values that are known; NaN when none is."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else math.nan


__all__ = ["ChipResult", "ClassDetails", "Details", "Measures", "Scores"]
