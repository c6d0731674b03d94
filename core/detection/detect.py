"""The job of finding objects: from a raster and a model package to a layer of polygons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from ..device import choose_devices
from ..fitting import check_fit, fitted_cell_size
from ..imagery import Raster
from ..models import load
from ..packages import ModelCard, read_package
from ..reporting import Reporter
from ..suppression import suppress
from ..vectors import FeatureWriter, read_features, to_map, to_pixels
from .objects import Objects
from .pipeline import detect

if TYPE_CHECKING:
    from ..jobs import DetectObjects

FIELDS: dict[str, str] = {"Class": "str", "Confidence": "float64", "ClassValue": "int32"}
"""What is written of each object: the class's name, the confidence from 0 to 100, the class's number."""


def run(job: DetectObjects, report: Reporter) -> dict[str, int]:
    """Do the job; see :class:`core.jobs.DetectObjects`.

    Returns:
        ``COUNT``, the number of objects written.

    Raises:
        InputError, InvalidParameter, ModelError, DeviceError, OutputError, OutOfMemory, Cancelled: see :func:`detect`. Nothing
            is left half-written.
    """
    report.progress(0.0, "Opening the model")
    package = read_package(job.model)
    card = package.card
    threshold = card.threshold if job.threshold is None else job.threshold
    device = choose_devices(job.processor, job.gpu_id, report)[0]
    cell_size = job.cell_size or _cell_size(job, card, report)
    with Raster(job.input, cell_size, job.extent) as raster:
        for text in raster.warnings:
            report.warning(text)
        check_fit(raster, card, report)
        mask = None if job.mask is None else _mask(job.mask, raster)
        model = load(package, device)
        _leave_out_early(model, threshold)
        stream = detect(
            job.input, model, card, threshold=threshold, padding=job.padding, batch_size=job.batch_size or 4,
            cell_size=cell_size, extent=job.extent, mask=mask, device=device, report=report.part(0, 0.95),
        )  # fmt: skip
        with FeatureWriter(job.output, raster.crs_wkt, FIELDS) as writer, closing(stream) as found:
            for objects in _suppressed(found, job.max_overlap, report) if job.nms else found:
                writer.write(to_map(objects.polygons, raster), _columns(objects, card))
    if writer.count:
        report.info(f"{writer.count} objects found with a confidence of {threshold:.2f} or more.")
    else:
        report.warning(
            f"No object was found with a confidence of {threshold:.2f} or more: the layer is empty. Try a lower threshold, and "
            "compare the imagery with that the model was trained on."
        )
    return {"COUNT": writer.count}


def _cell_size(job: DetectObjects, card: ModelCard, report: Reporter) -> float | None:
    """Return the cell size to search at when the user left it open."""
    with Raster(job.input, extent=job.extent) as raster:
        return fitted_cell_size(raster, card, report)


def _mask(source: str, raster: Raster) -> np.ndarray:
    """Return the mask's polygons in pixels."""
    features = read_features(source)
    return to_pixels(features.geometries, features.crs, raster, features.name)


def _leave_out_early(model: nn.Module, threshold: float) -> None:
    """Tell the network the threshold, so that it draws no masks of objects that are left out afterwards.

    Scores below do not influence what is above: the networks' own suppression goes by falling score.
    """
    heads: Any = getattr(model, "roi_heads", model)
    if hasattr(heads, "score_thresh"):
        heads.score_thresh = max(heads.score_thresh, threshold - 1e-3)  # the exact cut is made on the result


def _suppressed(found: Iterable[Objects], max_overlap: float, report: Reporter) -> Iterator[Objects]:
    """Remove objects that overlap one of higher confidence; needs all of them at once, not the pixels."""
    objects = Objects.join(list(found))
    keep = suppress(objects.polygons, objects.scores, objects.labels, max_overlap, report.part(0.95, 1))
    report.info(f"Non maximum suppression removed {len(keep) - keep.sum()} of {len(keep)} objects.")
    yield objects[keep]


def _columns(objects: Objects, card: ModelCard) -> dict[str, np.ndarray]:
    """Return the values of :data:`FIELDS`."""
    names = np.array(["", *(known.name for known in card.classes)], dtype=object)
    values = np.array([0, *(known.value for known in card.classes)], dtype=np.int32)
    return {
        "Class": names[objects.labels],
        "Confidence": np.round(objects.scores * 100, 4),
        "ClassValue": values[objects.labels],
    }
