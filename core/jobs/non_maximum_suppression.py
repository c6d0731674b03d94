"""The job of removing duplicate detections."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .job import Job
from .parameters import Kind, Output, boolean, choice, features, field_of, number, parameter

OVERLAP_MEASURES = ("IOU", "SMALLER_AREA")
DUPLICATES = ("REMOVE", "MERGE")


@dataclass(frozen=True, kw_only=True)
class NonMaximumSuppression(Job):
    """Remove features that overlap one of higher confidence."""

    name = "nonmaximumsuppression"
    title = "Non Maximum Suppression"
    summary = (
        "Removes duplicates from detected objects: of two features that overlap by more than the given ratio, the one with "
        "the lower confidence goes; first within each class, then across all classes. Attributes and order are kept."
    )
    returns = (Output("REMOVED", "number", "Number of features removed"),)
    runner = "core.suppression:run"

    input: str = features("Input Feature Class", "The detected objects, as polygons.")
    confidence_field: str = field_of(
        "input",
        "Confidence Score Field",
        "Numeric field; every feature needs a value. Of equal ones the first in the layer wins.",
        "Confidence",
    )
    class_field: str | None = field_of(
        "input", "Class Value Field", "Field with the class of each object. Empty: all are one class."
    )
    max_overlap: float = number(
        "Max Overlap Ratio",
        "Share, 0 to 1, that two features may overlap, measured as Overlap Measure says. Features that overlap by more are "
        "duplicates; those that only touch are not.",
        0.0,
        maximum=1.0,
    )
    overlap_measure: str = choice(
        "Overlap Measure",
        "IOU: the area that two features share divided by the area that they cover together. SMALLER_AREA: divided by the area "
        "of the smaller one, so that a part inside a whole overlaps it by 1.",
        OVERLAP_MEASURES,
        "IOU",
        advanced=True,
    )
    within_classes: bool = boolean(
        "Suppress Within Classes", "Features compete with those of their own class. Done first.", True, advanced=True
    )
    across_classes: bool = boolean(
        "Suppress Across Classes",
        "Features that are left compete with all others, whatever their class: a sure car removes a doubtful truck in its "
        "place. Without it, objects of different classes may lie on each other.",
        True,
        advanced=True,
    )
    duplicates: str = choice(
        "Duplicates",
        "REMOVE: they go. MERGE: they go, and their area is united with that of the feature that they lost to; which stay, and "
        "their attributes, are the same.",
        DUPLICATES,
        "REMOVE",
        advanced=True,
    )
    extent: str | None = parameter(
        Kind.EXTENT,
        "Extent",
        "Only features that meet this rectangle take part; all others are left out of the result. As xmin,xmax,ymin,ymax with "
        "an optional [EPSG:code]; without one, in the layer's own coordinate system. Empty: all features.",
        None,
        advanced=True,
    )
    output_crs: str | None = common.output_crs("that of the input. Overlaps are measured in that of the input.")
    output: str = parameter(Kind.NEW_FEATURES, "Output Feature Class", "The features that remain, attributes kept.")

    def check(self) -> None:
        """Check the parameters; see :meth:`Job.check`."""
        super().check()
        if not (self.within_classes or self.across_classes):
            raise InvalidParameter(
                "WITHIN_CLASSES and ACROSS_CLASSES are both false: nothing would be compared.", "Set one of them to true."
            )
