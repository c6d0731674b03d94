"""The job of comparing detections with the truth: from two layers to a table, a report and a marked layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from ..errors import OutputError
from ..reporting import Reporter
from ..vectors import FeatureWriter
from . import marks
from .inputs import doubts, read_inputs
from .report import Facts, report_html
from .scores import Scores, score
from .sizes import size_limits, square_metres
from .threshold import best_threshold

if TYPE_CHECKING:
    from ..jobs import ComputeAccuracy

FIELDS: dict[str, str] = {
    "Class": "str", "Precision": "float64", "Recall": "float64", "F1_Score": "float64", "AP": "float64",
    "True_Positive": "int32", "False_Positive": "int32", "False_Negative": "int32",
    "AP50": "float64", "AP75": "float64", "AP50_95": "float64", "AR50_95": "float64",
    "AP_Small": "float64", "AP_Medium": "float64", "AP_Large": "float64",
    "AR_Small": "float64", "AR_Medium": "float64", "AR_Large": "float64",
}  # fmt: skip
"""The columns of the table: ArcGIS's, then those of COCO."""


def run(job: ComputeAccuracy, report: Reporter) -> dict[str, float]:
    """Do the job; see :class:`core.jobs.ComputeAccuracy`.

    Returns:
        The numbers of all classes by name; NaN for what is not known, such as recall without true objects.

    Raises:
        InputError: a layer cannot be read, a field is missing, a detection has no confidence, or the coordinate systems cannot
            be brought together.
        InvalidParameter: only one of the two class fields is given, or the extent is no rectangle.
        OutputError: an output exists or cannot be written.
    """
    report.progress(0.0, "Reading features")
    inputs = read_inputs(job)
    found, truth = inputs.found, inputs.truth
    notes = [*inputs.notes, *doubts(inputs)]
    sizes = size_limits(shapely.area(truth.shapes), job.cell_size)
    comparison = score(found, truth, job.iou, sizes, report.part(0.1, 0.8))
    overall = comparison.overall
    best = best_threshold(overall.curve)
    report.progress(0.8, "Writing the table and the report")
    marked = marks.mark(found, truth, comparison, job.iou)
    left, low, right, high = shapely.total_bounds(marked.geometries).tolist() if len(marked.geometries) else [0.0] * 4
    unit = square_metres(inputs.crs, (left + right) / 2, (low + high) / 2)
    facts = Facts(found.name, truth.name, job.iou, job.geometry, notes, sizes, inputs.crs, unit)
    with ExitStack() as outputs:
        outputs.enter_context(_new_text(Path(job.output_report), report_html(comparison, marked, best, facts)))
        if job.output_marked is not None:
            kind, geometries = marks.multi(marked.geometries)
            crs = inputs.crs.to_wkt() if inputs.crs else None
            layer = outputs.enter_context(FeatureWriter(job.output_marked, crs, marks.FIELDS, kind))
            layer.write(geometries, marked.columns)
        table = outputs.enter_context(FeatureWriter(job.output_table, None, FIELDS, None))
        table.write(None, _columns([*comparison.classes, overall]))
        report.check_cancelled()
    for note in notes:
        report.warning(note)
    report.info(
        f"Precision {overall.precision:.3f}, recall {overall.recall:.3f}, F1 {overall.f1:.3f}, AP50 {_text(overall.ap50)}, "
        f"AP75 {_text(overall.ap75)}, COCO mAP {_text(overall.coco_ap)}: {overall.true_positive} objects found, "
        f"{overall.false_negative} missed, {overall.false_positive} false detections."
    )
    return {
        "PRECISION": overall.precision,
        "RECALL": overall.recall,
        "F1": overall.f1,
        "AP50": overall.ap50,
        "AP75": overall.ap75,
        "MAP": overall.coco_ap,
        "AR": overall.ar,
        "TRUE_POSITIVE": overall.true_positive,
        "FALSE_POSITIVE": overall.false_positive,
        "FALSE_NEGATIVE": overall.false_negative,
        "THRESHOLD": float("nan") if best is None else best.confidence,
    }


def _text(value: float) -> str:
    return "not known" if np.isnan(value) else f"{value:.3f}"


def _columns(rows: list[Scores]) -> dict[str, np.ndarray]:
    """Return the table's columns; a class without true objects has no AP."""
    sized = [{part.name.capitalize(): part for part in row.sizes} for row in rows]
    numbers: dict[str, list[float]] = {
        "Precision": [row.precision for row in rows],
        "Recall": [row.recall for row in rows],
        "F1_Score": [row.f1 for row in rows],
        "AP": [row.ap for row in rows],
        "AP50": [row.ap50 for row in rows],
        "AP75": [row.ap75 for row in rows],
        "AP50_95": [row.coco_ap for row in rows],
        "AR50_95": [row.ar for row in rows],
    }
    for size in ("Small", "Medium", "Large"):
        numbers[f"AP_{size}"] = [parts[size].ap if size in parts else np.nan for parts in sized]
        numbers[f"AR_{size}"] = [parts[size].ar if size in parts else np.nan for parts in sized]
    return {
        "Class": np.array([row.name for row in rows], dtype=object),
        **{name: np.round(values, 6) for name, values in numbers.items()},
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
