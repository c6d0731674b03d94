"""The job of describing a model package."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import page
from ..packages import read_package
from ..reporting import Reporter
from .findings import Findings, find_out
from .report import report_html

if TYPE_CHECKING:
    from ..jobs import ModelInformation


def run(job: ModelInformation, report: Reporter) -> dict[str, Any]:
    """Do the job; see :class:`core.jobs.ModelInformation`.

    Returns:
        The outputs of the job by name; what is unknown is 0 or an empty text.

    Raises:
        ModelError: it is no model package, or a description that cannot be understood.
        OutputError: the report cannot be written, or there is no room to unpack the weights.
        OutOfMemory: the weights do not fit into memory.
    """
    report.progress(0.0, "Reading the description")
    package = read_package(job.model)
    report.check_cancelled()
    report.progress(0.2, "Reading the weights")
    findings = find_out(package)
    report.check_cancelled()
    card = package.card
    classes = ", ".join(item.name for item in card.classes[:5]) + (", …" if len(card.classes) > 5 else "")
    report.info(f"{package.path.name}: {findings.kind.title}; classes: {classes or 'none'}; tiles of {card.tile_size} pixels.")
    if findings.refusal:
        report.warning(findings.refusal)
    for note in findings.notes:
        report.warning(note)
    report.info(findings.arcgis)
    report.progress(0.9, "Writing the report")
    page.write(Path(job.output_report), report_html(findings))
    report.progress(1.0, "Done")
    return {**outputs(findings), "OUTPUT_REPORT": job.output_report}


def outputs(findings: Findings) -> dict[str, Any]:
    """Return the values for graphs."""
    card, advised = findings.card, findings.advice
    size = card.cell_size
    return {
        "MODEL_TYPE": card.model_type,
        "BACKBONE": card.backbone,
        "TILE_SIZE": card.tile_size,
        "CELL_SIZE": math.sqrt(size[0] * size[1]) if size else 0.0,
        "CELL_SIZE_UNIT": findings.cell_unit,
        "CELL_SIZE_CRS": findings.crs_name,
        "BANDS": ",".join(str(band + 1) for band in card.bands),
        "BAND_NAMES": _joined(card.band_names),
        "PIXEL_TYPE": card.dtype,
        "CLASS_NAMES": _joined(item.name for item in card.classes),
        "CLASS_VALUES": ",".join(str(item.value) for item in card.classes),
        "METADATA_FORMAT": advised.metadata_format or "",
        "STRIDE": advised.stride,
        "PADDING": advised.padding,
        "THRESHOLD": advised.threshold,
        "PARAMETERS": findings.parameters or 0,
        "CAN_DETECT": int(findings.can_detect),
        "CAN_FINE_TUNE": int(findings.can_fine_tune),
        "FOR_ARCGIS": int(findings.for_arcgis),
    }


def _joined(names: Iterable[str]) -> str:
    """Return names with commas between them; those that hold one stand in quotes, as in a table of comma-separated values."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()
