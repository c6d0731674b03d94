"""The job of comparing detections with the truth."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .parameters import Kind, Output, features, field_of, number, parameter


@dataclass(frozen=True, kw_only=True)
class ComputeAccuracy(Job):
    """Measure detections against ground truth."""

    name = "computeaccuracy"
    title = "Compute Accuracy For Object Detection"
    summary = (
        "Compares detected objects with the true ones and reports, for each class and overall, how many were found, missed "
        "and invented: precision, recall, F1, average precision, and COCO's mean average precision."
    )
    returns = (
        Output("PRECISION", "number", "Precision, 0 to 1"),
        Output("RECALL", "number", "Recall, 0 to 1"),
        Output("F1", "number", "F1 score, 0 to 1"),
        Output("AP50", "number", "Average precision at IoU 0.5, mean over classes, 0 to 1"),
        Output("MAP", "number", "COCO mean average precision, IoU 0.50 to 0.95, 0 to 1"),
    )
    runner = "core.accuracy:run"

    detections: str = features("Detected Features", "The detected objects, as polygons.")
    truth: str = features("Ground Reference Features", "The true objects, as polygons. Any coordinate system.")
    detection_class_field: str | None = field_of(
        "detections", "Detected Class Value Field", "Field with the class. Empty: all are one class."
    )
    truth_class_field: str | None = field_of(
        "truth", "Ground Reference Class Value Field", "Field with the class; its words must equal the detections'."
    )
    confidence_field: str | None = field_of(
        "detections",
        "Confidence Score Field",
        "Numeric field that ranks the detections. Empty: the field Confidence when there is one, else all rank alike.",
        advanced=True,
    )
    iou: float = number(
        "Minimum Intersection Over Union (IoU)",
        "From this overlap of the two polygons on, a detection counts as the true object; 0 to 1.",
        0.5,
        minimum=0.01,
        maximum=1.0,
    )
    mask: str | None = features("Mask", "Only features that intersect one of these polygons are compared.", None)
    output_table: str = parameter(Kind.NEW_TABLE, "Output Accuracy Table", "One row a class and one for all classes.")
    output_report: str = parameter(Kind.NEW_HTML, "Output Accuracy Report", "HTML report with curves.")
