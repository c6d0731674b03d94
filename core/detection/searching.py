"""What a job searches, and how: its rasters at their cell sizes, where in them, with which settings of the network."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, InvalidParameter
from ..events import Event, Message
from ..fitting import check_fit, fitted_cell_size
from ..imagery import Raster, open_imagery
from ..packages import ModelCard
from ..reporting import Reporter
from ..vectors import Features, read_features, to_pixels
from ..vectors.fields import repairs
from .inference.predictor import Inference

if TYPE_CHECKING:
    from ..jobs import DetectObjects

_OWN_SIZE = (1.0,)  # at which test-time augmentation shows the tiles unless others are named


@dataclass(frozen=True)
class Search:
    """A raster and where in it to look.

    Attributes:
        raster: a raster or mosaic, at the cell size it is searched at.
        mask: (M,) polygons in its pixels that objects must touch; None for everywhere.
    """

    raster: Raster
    mask: np.ndarray | None


def searches(job: DetectObjects, card: ModelCard, opened: ExitStack, report: Reporter) -> list[Search]:
    """Open the rasters of a job: one mosaic, or each on its own.

    Args:
        job: what the user asks for.
        card: of the model: what its imagery is like.
        opened: closes the rasters.
        report: is warned of what a user should know, of many rasters each kind of thing once.

    Raises:
        InputError: a raster or the mask cannot be read, they do not belong together, or nothing lies within the extent.
        InvalidParameter: an extent that is none.
        ModelError: the bands or the pixel type do not fit the model.
    """
    once = _Once(report)
    mask = None if job.mask is None else _polygons(job.mask, once)
    found = []
    for raster in _open(job, [job.input, *(job.additional_rasters or ())], job.cell_size, once):
        once.about = raster.name
        if not (job.cell_size or job.pixel_space):
            side = fitted_cell_size(raster, card, once)
            if side is not None:
                raster.close()
                raster = _open(job, raster.sources, side, once)[0]
        opened.enter_context(raster)
        for text in raster.warnings:
            once.warning(text)
        check_fit(raster, card, once)
        area = None if mask is None else to_pixels(mask.geometries, mask.crs, raster, mask.name)
        found.append(Search(raster, area))
    return found


def _open(job: DetectObjects, sources: list[str] | tuple[str, ...], cell_size: float | None, report: Reporter) -> list[Raster]:
    return open_imagery(
        sources,
        cell_size=cell_size,
        extent=job.extent,
        pixel_space=job.pixel_space,
        mosaic=job.processing_mode == "PROCESS_AS_MOSAICKED_IMAGE",
        report=report,
    )


def _polygons(source: str, report: Reporter) -> Features:
    """Return the polygons of the mask."""
    features = read_features(source, [])
    for note in repairs(features):
        report.warning(note)
    if not len(features):
        raise InputError(f"{features.name} holds no mask polygons.", "Draw one, or leave the mask empty.")
    return features


def inference(job: DetectObjects, card: ModelCard) -> Inference:
    """Return how the job wants the network to be run.

    Raises:
        InvalidParameter: a class of interest that the model does not know.
    """
    return Inference(
        threshold=card.threshold if job.threshold is None else job.threshold,
        batch_size=job.batch_size,
        labels=_labels(job.objects_of_interest, card),
        boxes_only=job.return_bboxes,
        nms_overlap=job.nms_overlap,
        detections_per_tile=job.detections_per_tile,
        scales=(job.tta_scales or _OWN_SIZE) if job.test_time_augmentation else None,
        mirror_only=job.pixel_space or card.image_space == "PIXEL_SPACE",
        merge_policy=job.merge_policy,
        mixed_precision=job.mixed_precision,
        compile=job.compile,
    )


def _labels(wanted: tuple[str, ...] | None, card: ModelCard) -> frozenset[int] | None:
    """Return the labels, counted from 1, of classes given by name; the case matters only where names differ by nothing else."""
    if not wanted:
        return None
    names = [known.name for known in card.classes]
    labels, unknown = set(), []
    for name in wanted:
        same = [i for i, known in enumerate(names, 1) if known == name]
        alike = same or [i for i, known in enumerate(names, 1) if known.lower() == name.lower()]
        labels.update(alike)
        unknown += [] if alike else [name]
    if unknown:
        raise InvalidParameter(
            f"OBJECTS_OF_INTEREST names {', '.join(unknown)}, which the model does not know.",
            f"Its classes are {', '.join(names)}.",
        )
    return frozenset(labels)


class _Once(Reporter):
    """Says each kind of thing once, whichever raster it is about and whatever its numbers.

    Attributes:
        about: name of the raster that is looked at.
    """

    def __init__(self, whole: Reporter) -> None:
        super().__init__(whole.send, whole.cancel)
        self.about, self._said = "", set[str]()

    def send(self, event: Event) -> None:
        """Pass an event on unless it is a text that was said already."""
        if isinstance(event, Message):
            kind = re.sub(r"[\d.,]+", "", event.text.replace(self.about, "") if self.about else event.text)
            if kind in self._said:
                return
            self._said.add(kind)
        super().send(event)
