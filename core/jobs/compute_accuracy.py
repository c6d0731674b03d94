"""The job of comparing detections with the truth."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .parameters import Kind, Output, choice, features, field_of, number, parameter

GEOMETRIES = ("POLYGONS", "BOXES")


@dataclass(frozen=True, kw_only=True)
class ComputeAccuracy(Job):
    """Measure detections against ground truth."""

    name = "computeaccuracy"
    title = "Compute Accuracy For Object Detection"
    summary = (
        "Compares detected objects with the true ones and reports, for each class and overall, how many were found, missed "
        "and invented: precision, recall, F1, and COCO's average precision and recall, also by size. An optional layer marks "
        "on the map what was found, missed and invented."
    )
    returns = (
        Output("PRECISION", "number", "Precision, 0 to 1"),
        Output("RECALL", "number", "Recall, 0 to 1"),
        Output("F1", "number", "F1 score, 0 to 1"),
        Output("AP50", "number", "Average precision at IoU 0.5, mean over classes, 0 to 1"),
        Output("AP75", "number", "Average precision at IoU 0.75, mean over classes, 0 to 1"),
        Output("MAP", "number", "COCO mean average precision, IoU 0.50 to 0.95, 0 to 1"),
        Output("AR", "number", "COCO average recall, IoU 0.50 to 0.95, 0 to 1"),
        Output("TRUE_POSITIVE", "number", "Number of detections that are a true object"),
        Output("FALSE_POSITIVE", "number", "Number of detections that are none"),
        Output("FALSE_NEGATIVE", "number", "Number of true objects that were missed"),
        Output("THRESHOLD", "number", "Confidence with the best F1 score, in the detections' own unit"),
    )
    runner = "core.accuracy:run"

    detections: str = features("Detected Features", "The detected objects, as polygons.")
    truth: str = features(
        "Ground Reference Features",
        "The true objects, as polygons; buffer points and lines first. Another coordinate system than the detections' is "
        "brought into theirs.",
    )
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
    geometry: str = choice(
        "Geometry",
        "What is compared. POLYGONS: the outlines themselves, which also tells how exact they are. BOXES: the boxes around "
        "them, along the axes of the detections' coordinate system, as ArcGIS does; take it to compare with ArcGIS's numbers, "
        "or when only one of the layers has outlines.",
        GEOMETRIES,
        "POLYGONS",
    )
    mask: str | None = features("Mask", "Only features that intersect one of these polygons are compared.", None)
    extent: str | None = parameter(
        Kind.EXTENT,
        "Extent",
        "Only features that intersect this rectangle are compared. As xmin,xmax,ymin,ymax with an optional [EPSG:code]; "
        "without one, in the coordinate system of the detections. Empty: all.",
        None,
        advanced=True,
    )
    cell_size: float | None = number(
        "Cell Size",
        "Pixel size of the imagery, in units of the detections' coordinate system. With it small, medium and large objects "
        "are COCO's: up to 32 x 32 pixels, between, and from 96 x 96 on. Empty or 0: each holds a third of the true objects, "
        "by area.",
        None,
        advanced=True,
    )
    output_table: str = parameter(Kind.NEW_TABLE, "Output Accuracy Table", "One row a class and one for all classes.")
    output_report: str = parameter(
        Kind.NEW_HTML, "Output Accuracy Report", "HTML report with curves, confusion matrix, map and the worst mistakes."
    )
    output_marked: str | None = parameter(
        Kind.NEW_FEATURES,
        "Output Marked Features",
        "Layer that holds each detection, marked as true (TP) or false (FP), and each true object that was missed (FN), with "
        "the reason, the two classes and the IoU. Empty: none.",
        None,
    )
