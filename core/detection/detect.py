"""The job of finding objects: from rasters and a model package to a layer of polygons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
import torch

from ..device import choose_devices
from ..errors import Cancelled
from ..imagery import Raster
from ..packages import ModelCard, read_package
from ..reporting import Part, Reporter, silent
from ..suppression import suppress
from ..telemetry import facts_of
from .layer import ObjectLayer
from .objects import Objects
from .pipeline import Detection, detect
from .searching import Search, inference, searches
from .sightings.local import Network

if TYPE_CHECKING:
    from ..jobs import DetectObjects

_WORKERS_USE = {"AUTO": "auto", "GPU": "cuda", "CPU": "cpu"}
_OPENED = 0.01  # share of the progress
_FOUND = 0.95  # where, in that of one raster, the suppression begins


class _CutShort(Exception):
    """The user cancelled and a part was written: leaves the journals of all searches where they are."""


def run(job: DetectObjects, report: Reporter) -> dict[str, int]:
    """Do the job; see :class:`core.jobs.DetectObjects`.

    A cancel keeps what is found: the layer is there, and a note in it says that it is partial. One that is added to is left
    as it was, and where nothing was found yet there is no layer: then it raises.

    Returns:
        ``COUNT``, the number of objects written.

    Raises:
        InputError, InvalidParameter, ModelError, DeviceError, OutputError, OutOfMemory, Cancelled: see :func:`detect`,
            :func:`searches` and :class:`ObjectLayer`. Nothing is left half-written; what was searched need not be again.
    """
    report.progress(0.0, "Opening the model")
    package = read_package(job.model)
    how, network = inference(job, package.card), Network(package)
    with ExitStack() as opened:
        found = searches(job, package.card, opened, report.part(0, _OPENED))
        device = _devices(job, report)
        if not isinstance(device, str):
            report.watch(facts_of(device))
        parts = [_Part(report.part(_OPENED, 1), *share) for share in _shares(found)]
        streams = [
            detect(
                search.raster, network, how=how, tile_size=job.tile_size, padding=job.padding, mask=search.mask,
                exclude_pad=job.exclude_pad_detections, unreadable=job.unreadable, device=device, parallel=job.parallel,
                scheduler=job.scheduler, resume=job.resume, report=part.part(0, _FOUND if job.nms else 1),
            )
            for search, part in zip(found, parts, strict=True)
        ]  # fmt: skip
        try:
            # The layer is inside: when it cannot be written, the journals stay and the next run begins from them.
            with ExitStack() as held:
                for stream in streams:
                    held.enter_context(stream)
                with ObjectLayer(job, package.card, [search.raster for search in found], report) as layer:
                    complete = _fill(layer, job, package.card, found, streams, parts)
                    if not complete:
                        _say_partial(layer, report, sum(part.done for part in parts))
                if not complete:
                    raise _CutShort
        except _CutShort:
            return {"COUNT": layer.count}
    _say_result(layer, how.threshold, report)
    return {"COUNT": layer.count}


def _fill(
    layer: ObjectLayer, job: DetectObjects, card: ModelCard, found: list[Search], streams: list[Detection], parts: list[_Part]
) -> bool:
    """Write what is in each raster, one after the other; return whether everything was searched."""
    crooked = 0
    for search, stream, part in zip(found, streams, parts, strict=True):
        for objects in _suppressed(stream, layer, search.raster, job, card, part) if job.nms else stream:
            shaped, stayed = _shaped(objects, job, search.raster)
            crooked += stayed
            layer.write(shaped, search.raster)
        search.raster.close()
        if stream.partial:
            return False
    if crooked:
        parts[0].info(f"{crooked} outlines would have changed too much with right angles and were only simplified.")
    return True


def _devices(job: DetectObjects, report: Reporter) -> str | list[torch.device]:
    """Return what does the work: here, or what each worker of a cluster is to use."""
    return _WORKERS_USE[job.processor] if job.scheduler else choose_devices(job.processor, job.gpu_id, report)


def _shares(found: list[Search]) -> list[tuple[float, float]]:
    """Return where the progress of each search begins and ends, by its pixels."""
    ends = list(accumulate((search.raster.width * search.raster.height for search in found), initial=0))
    return [(begin / ends[-1], end / ends[-1]) for begin, end in pairwise(ends)]


def _suppressed(
    stream: Detection, layer: ObjectLayer, raster: Raster, job: DetectObjects, card: ModelCard, part: _Part
) -> Iterator[Objects]:
    """Remove objects that overlap one of higher confidence; needs all of a raster at once, not their pixels."""
    objects = Objects.join(list(layer.shown(stream, raster)))
    report = silent() if stream.partial else part.part(_FOUND, 1)  # which is cancelled already
    keep = suppress(objects.polygons, objects.scores, _classes(objects, job, card), job.max_overlap, report)
    part.info(f"Non maximum suppression removed {len(keep) - keep.sum()} of {len(keep)} objects.")
    yield objects[keep]


def _classes(objects: Objects, job: DetectObjects, card: ModelCard) -> np.ndarray | None:
    """Return what tells classes apart for the suppression; None if nothing does."""
    if job.class_value_field == "NONE":
        return None
    by_name = job.class_value_field == "Class"
    keys = np.array(["", *((known.name if by_name else str(known.value)) for known in card.classes)])
    return np.unique(keys, return_inverse=True)[1][objects.labels]


def _shaped(objects: Objects, job: DetectObjects, raster: Raster) -> tuple[Objects, int]:
    """Give the objects outlines as the job wants them; what nothing is left of goes.

    Returns:
        The objects, and how many of them got no right angles although these are wanted.
    """
    polygons, crooked = objects.polygons, 0
    if job.regularize or job.simplify:
        from .shaping import regularise, simplify

        if job.regularize:  # with pixels that are as wide as they are high on the ground: only there angles are right
            aspect = raster.aspect
            polygons, square = regularise(_stretched(polygons, aspect))
            crooked = int((~square).sum())
            polygons = _stretched(polygons, 1 / aspect)
        if job.simplify:
            polygons = simplify(polygons, job.simplify)
    left = ~(shapely.is_missing(polygons) | shapely.is_empty(polygons))
    return Objects(polygons, objects.labels, objects.scores)[left], crooked


def _stretched(polygons: np.ndarray, factor: float) -> np.ndarray:
    return shapely.transform(polygons, lambda points: points * (factor, 1.0))


def _say_partial(layer: ObjectLayer, report: Reporter, done: float) -> None:
    """Tell the user, and who opens the layer, how much of it is there.

    Raises:
        Cancelled: there is nothing to keep.
    """
    share = f"{min(done, 0.999):.1%}"
    if layer.grows or not layer.count:
        what = "The layer is as it was" if layer.grows else "Nothing was found yet"
        raise Cancelled(f"Cancelled after {share} of the imagery. {what}.", "The same search, run again, goes on from here.")
    layer.say(f"Partial: the search was cancelled after {share} of the imagery, with {layer.count} objects found.")
    report.warning(
        f"Cancelled after {share} of the imagery: the layer holds the {layer.count} objects found until then, and says that "
        "it is partial. The same search, run again, goes on from here."
    )


def _say_result(layer: ObjectLayer, threshold: float, report: Reporter) -> None:
    if layer.lost:
        report.warning(f"{layer.lost} objects have no area or no place in the layer's coordinate system and are left out.")
    if layer.count:
        report.info(f"{layer.count} objects found with a confidence of {threshold:.2f} or more.")
    else:
        report.warning(
            f"No object was found with a confidence of {threshold:.2f} or more: "
            f"{'nothing was added' if layer.grows else 'the layer is empty'}. Try a lower threshold, and compare the imagery "
            "with that the model was trained on."
        )


class _Part(Part):
    """The progress of one raster, which remembers how far it came.

    Attributes:
        done: share of the whole job, 0..1, that is done here.
    """

    done = 0.0

    def progress(self, fraction: float, stage: str = "", rate: str = "", remaining: float | None = None) -> None:
        """Report how far this raster is, 0..1."""
        self.done = self._width * min(max(fraction, 0.0), 1.0)
        super().progress(fraction, stage, rate, remaining)
