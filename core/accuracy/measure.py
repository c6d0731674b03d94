"""The job of comparing detections with the truth: from two layers to a table and a report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from ..errors import InputError, InvalidParameter, OutputError
from ..reporting import Reporter
from ..vectors import Features, FeatureWriter, read_features, same_crs
from ..vectors.fields import classes_of, confidence_of, repairs
from .report import report_html
from .scores import Scores, score

if TYPE_CHECKING:
    from ..jobs import ComputeAccuracy

FIELDS: dict[str, str] = {
    "Class": "str", "Precision": "float64", "Recall": "float64", "F1_Score": "float64", "AP": "float64",
    "True_Positive": "int32", "False_Positive": "int32", "False_Negative": "int32",
}  # fmt: skip
"""The columns of the table: ArcGIS's."""


def run(job: ComputeAccuracy, report: Reporter) -> dict[str, float]:
    """Do the job; see :class:`core.jobs.ComputeAccuracy`.

    Returns:
        ``PRECISION``, ``RECALL``, ``F1``, ``AP50``, ``MAP`` of all classes, 0..1.

    Raises:
        InputError: a layer cannot be read, a field is missing, a detection has no confidence, there are no true objects, or the
            coordinate systems cannot be brought together.
        InvalidParameter: only one of the two class fields is given.
        OutputError: an output exists or cannot be written.
    """
    if (job.detection_class_field is None) != (job.truth_class_field is None):
        given, missing = "DETECTION_CLASS_FIELD", "TRUTH_CLASS_FIELD"
        if job.detection_class_field is None:
            given, missing = missing, given
        raise InvalidParameter(f"{given} is given, but {missing} is not.", "Give both, or none to treat all as one class.")
    report.progress(0.0, "Reading features")
    found, truth = read_features(job.detections), read_features(job.truth)
    notes = [*repairs(found), *repairs(truth)]
    polygons = found.geometries
    true_polygons = same_crs(truth.geometries, truth.crs, found.crs, truth.name, found.name)
    confidence = _confidence(found, job.confidence_field)
    classes, true_classes = _classes(found, job.detection_class_field), _classes(truth, job.truth_class_field)
    if job.mask is not None:
        mask = read_features(job.mask)
        tree = shapely.STRtree(same_crs(mask.geometries, mask.crs, found.crs, mask.name, found.name))
        inside, true_inside = _touching(tree, polygons), _touching(tree, true_polygons)
        polygons, classes, confidence = polygons[inside], classes[inside], None if confidence is None else confidence[inside]
        true_polygons, true_classes = true_polygons[true_inside], true_classes[true_inside]
    if not len(true_polygons):
        where = f"touches the mask {Path(job.mask.partition('|')[0]).name}" if job.mask and len(truth) else "is there"
        raise InputError(f"{truth.name}: no true object {where}, so that nothing can be measured.", "Check the layer.")
    notes += _doubts(polygons, true_polygons, classes, true_classes, confidence)

    overall, each = score(polygons, confidence, classes, true_polygons, true_classes, job.iou, report.part(0.1, 0.9))
    report.progress(0.9, "Writing the table and the report")
    html = report_html(overall, each, job.iou, found.name, truth.name, notes)
    with _new_text(Path(job.output_report), html), FeatureWriter(job.output_table, None, FIELDS, None) as table:
        table.write(None, _columns([*each, overall]))
    for note in notes:
        report.warning(note)
    report.info(
        f"Precision {overall.precision:.3f}, recall {overall.recall:.3f}, F1 {overall.f1:.3f}, AP50 {overall.ap50:.3f}, "
        f"COCO mAP {overall.coco_ap:.3f}: {overall.true_positive} objects found, "
        f"{overall.false_negative} missed, {overall.false_positive} false detections."
    )
    return {
        "PRECISION": overall.precision,
        "RECALL": overall.recall,
        "F1": overall.f1,
        "AP50": overall.ap50,
        "MAP": overall.coco_ap,
    }


def _confidence(found: Features, name: str | None) -> np.ndarray | None:
    """Return what ranks the detections: the field asked for, else the usual one where there is one."""
    if name is None:
        usual = found.types.get("Confidence")
        if usual is None or usual.kind not in "iuf":
            return None
        name = "Confidence"
    return confidence_of(found, name)


def _classes(features: Features, name: str | None) -> np.ndarray:
    """Return the (N,) classes as texts; one for all without a field."""
    return np.full(len(features), "object") if name is None else classes_of(features, name)


def _touching(tree: shapely.STRtree, polygons: np.ndarray) -> np.ndarray:
    """Return (N,) bool: which polygons touch one of the tree's."""
    result = np.zeros(len(polygons), dtype=bool)
    result[tree.query(polygons, predicate="intersects")[0]] = True
    return result


def _doubts(
    polygons: np.ndarray, truth: np.ndarray, classes: np.ndarray, true_classes: np.ndarray, confidence: np.ndarray | None
) -> list[str]:
    """Return what makes the numbers doubtful, one sentence each."""
    if not len(polygons):
        return ["There are no detections to measure."]
    notes = []
    if confidence is None:
        notes.append("The detections have no confidence field: average precision is that of the one point they give.")
    box, true_box = shapely.box(*shapely.total_bounds(polygons)), shapely.box(*shapely.total_bounds(truth))
    if not box.intersects(true_box):
        notes.append("The detections and the truth lie in different places: check their coordinate systems.")
    unknown = sorted(set(classes) - set(true_classes))
    if len(unknown) == len(set(classes)):
        notes.append(
            f"No class of the detections ({_listed(unknown)}) is one of the truth ({_listed(sorted(set(true_classes)))}): "
            "check the class fields."
        )
    elif unknown:
        notes.append(f"Classes without true objects, whose detections all count as false: {_listed(unknown)}.")
    return notes


def _listed(names: list[str]) -> str:
    shown = ", ".join(name or "(none)" for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


def _columns(rows: list[Scores]) -> dict[str, np.ndarray]:
    """Return the table's columns; a class without true objects has no AP."""
    return {
        "Class": np.array([row.name for row in rows], dtype=object),
        "Precision": np.round([row.precision for row in rows], 6),
        "Recall": np.round([row.recall for row in rows], 6),
        "F1_Score": np.round([row.f1 for row in rows], 6),
        "AP": np.round([row.ap for row in rows], 6),
        "True_Positive": np.array([row.true_positive for row in rows]),
        "False_Positive": np.array([row.false_positive for row in rows]),
        "False_Negative": np.array([row.false_negative for row in rows]),
    }


@contextmanager
def _new_text(path: Path, text: str) -> Iterator[None]:
    """Write a new text file beside its place, and move it there when the block ends well.

    Raises:
        OutputError: the file exists or cannot be written.
    """
    if path.exists():
        raise OutputError(f"{path} exists already.", "Delete it or choose another name.")
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}.", "Choose a folder that exists and is yours."
        ) from error
    try:
        yield
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
