"""The job of removing duplicate detections."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .parameters import Kind, Output, features, field_of, number, parameter


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
        "input", "Confidence Score Field", "Numeric field; every feature needs a value.", "Confidence"
    )
    class_field: str | None = field_of(
        "input", "Class Value Field", "Field with the class of each object. Empty: all are one class."
    )
    max_overlap: float = number(
        "Max Overlap Ratio",
        "Intersection divided by union (IoU), 0 to 1. Features that overlap by more are duplicates.",
        0.0,
        maximum=1.0,
    )
    output: str = parameter(Kind.NEW_FEATURES, "Output Feature Class", "The features that remain, attributes kept.")
