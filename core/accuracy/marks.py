"""What each detection and each missed object is, and why: for the marked layer and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from .inputs import Objects
from .matching import ROUNDING, Overlaps
from .scores import Comparison

TP, FP, FN = "TP", "FP", "FN"

DUPLICATE = "duplicate"
OTHER_CLASS = "other class"
POOR_FIT = "poor fit"
NOTHING_THERE = "nothing there"
ONE_FOR_TWO = "one for two"
NOT_SEEN = "not seen"
FALSE_REASONS = {
    DUPLICATE: "lies on a true object of its class that a surer detection has taken",
    OTHER_CLASS: "lies on a true object of another class",
    POOR_FIT: "overlaps a true object, but by less than the IoU asked for",
    NOTHING_THERE: "overlaps no true object, or by an IoU of less than 0.1",
}
MISSED_REASONS = {
    ONE_FOR_TWO: "the detection that lies on it is that of another true object",
    OTHER_CLASS: "a detection of another class lies on it",
    POOR_FIT: "a detection overlaps it, but by less than the IoU asked for",
    NOT_SEEN: "no detection overlaps it, or by an IoU of less than 0.1",
}
"""Why a detection is false and an object missed, in the order in which it is asked."""

FIELDS: dict[str, str] = {
    "Accuracy": "str", "Reason": "str", "Class": "str", "True_Class": "str", "Confidence": "float64", "IoU": "float64",
    "Source_ID": "int64",
}  # fmt: skip
"""The fields of the marked layer; 10 letters at most, as shapefiles want."""


@dataclass(frozen=True)
class Marks:
    """One row for each detection, in their order, and then for each missed true object.

    Attributes:
        geometries: (R,) polygons as they were drawn.
        columns: (R,) values by the names of :data:`FIELDS`; None and NaN where there is none.
    """

    geometries: np.ndarray
    columns: Mapping[str, np.ndarray]

    def of(self, accuracy: str) -> np.ndarray:
        """Return the positions of the rows that are ``TP``, ``FP`` or ``FN``."""
        return np.flatnonzero(self.columns["Accuracy"] == accuracy)


def mark(found: Objects, truth: Objects, comparison: Comparison, min_iou: float) -> Marks:
    """Return what each detection and each missed true object is.

    The IoU of a TP is that with its true object, of the others the largest with anything; 0 below that of
    :data:`.scores.NEAR`.
    """
    partner, overlaps = comparison.partner, comparison.overlaps
    missed = np.ones(len(truth), bool)
    missed[partner[partner >= 0]] = False
    lost = np.flatnonzero(missed)
    right = partner >= 0
    iou = np.concatenate([_found_iou(overlaps, partner), _largest(overlaps.truth, overlaps.iou, len(truth))[lost]])
    false = _reasons(overlaps.detection, overlaps, found.classes, truth.classes, min_iou, len(found), DUPLICATE, NOTHING_THERE)
    other = _reasons(overlaps.truth, overlaps, found.classes, truth.classes, min_iou, len(truth), ONE_FOR_TWO, NOT_SEEN)
    false[right] = None
    true_class = np.full(len(found), None, object)
    true_class[right] = truth.classes[partner[right]]
    nothing = np.full(len(lost), np.nan)
    confidence = np.full(len(found), np.nan) if found.confidence is None else found.confidence
    columns = {
        "Accuracy": np.concatenate([np.where(right, TP, FP), np.full(len(lost), FN)]).astype(object),
        "Reason": np.concatenate([false, other[lost]]),
        "Class": np.concatenate([found.classes.astype(object), np.full(len(lost), None, object)]),
        "True_Class": np.concatenate([true_class, truth.classes[lost].astype(object)]),
        "Confidence": np.concatenate([confidence, nothing]),
        "IoU": np.round(iou, 6),
        "Source_ID": np.concatenate([found.ids, truth.ids[lost]]),
    }
    return Marks(np.concatenate([found.geometries, truth.geometries[lost]]), columns)


def _found_iou(overlaps: Overlaps, partner: np.ndarray) -> np.ndarray:
    """Return (N,) the IoU of each detection with its true object, else the largest with any."""
    result = _largest(overlaps.detection, overlaps.iou, len(partner))
    chosen = partner[overlaps.detection] == overlaps.truth
    result[overlaps.detection[chosen]] = overlaps.iou[chosen]
    return result


def _largest(where: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    result = np.zeros(count)
    np.maximum.at(result, where, values)
    return result


def _reasons(
    side: np.ndarray, overlaps: Overlaps, classes: np.ndarray, true_classes: np.ndarray, min_iou: float, count: int,
    well: str, far: str,
) -> np.ndarray:  # fmt: skip
    """Return (count,) why each of one side of the pairs has no partner: ``well`` when one of its class lies well on it."""
    enough = overlaps.iou >= min_iou - ROUNDING
    same = classes[overlaps.detection] == true_classes[overlaps.truth]
    result = np.full(count, far, object)
    result[side] = POOR_FIT
    result[side[enough & ~same]] = OTHER_CLASS
    result[side[enough & same]] = well
    return result


def multi(geometries: np.ndarray) -> tuple[str, np.ndarray]:
    """Return the geometry type of a layer that holds these polygons, and them in this type."""
    single = shapely.get_type_id(geometries) == 3
    if single.all():
        return "Polygon", geometries
    result = geometries.copy()
    result[single] = shapely.multipolygons(geometries[single], indices=np.arange(single.sum()))
    return "MultiPolygon", result
