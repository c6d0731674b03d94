"""The door for notebooks and scripts: any raster, a package or any network, objects on the map."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import nn

from ..device import choose_devices
from ..errors import InvalidParameter
from ..events import Event, Message
from ..fitting import check_fit, fitted_cell_size
from ..imagery import Raster
from ..packages import IMAGENET, ClassInfo, ModelCard, Normalisation, Package, read_package
from ..reporting import Reporter
from ..vectors import FeatureWriter, to_map, to_pixels
from .inference.predictor import Inference
from .objects import Objects
from .pipeline import Detection, detect

FIELDS = {"Class": "str", "Confidence": "float64", "ClassValue": "int32"}
TILE_SIZE = 512  # for a network that says nothing else


@dataclass(frozen=True)
class MapObjects:
    """Finished objects on the map.

    Attributes:
        geometries: (N,) shapely polygons in map coordinates.
        classes: (N,) names, of type object.
        values: (N,) int64 class values; a network's labels.
        confidences: (N,) float64, 0..1.
        crs: the coordinate system as WKT, None when the raster has none.
    """

    geometries: np.ndarray
    classes: np.ndarray
    values: np.ndarray
    confidences: np.ndarray
    crs: str | None

    def __len__(self) -> int:
        return len(self.confidences)

    def to_file(self, path: str | Path) -> int:
        """Write a layer with Class, Confidence (0 to 100) and ClassValue; return the number of objects.

        Raises:
            OutputError: see :class:`core.vectors.FeatureWriter`.
        """
        return _write(iter([self]), path, self.crs)


class FoundObjects(Iterator[MapObjects]):
    """Objects as they are found, piece by piece; from :func:`find_objects`. It runs once; a context manager.

    Args:
        stream: the objects in pixels.
        raster: the grid they are in.
        card: names and values of the classes.

    Attributes:
        crs: the coordinate system as WKT, None when the raster has none.
    """

    def __init__(self, stream: Detection, raster: Raster, card: ModelCard) -> None:
        self._stream, self._raster, self._card = stream, raster, card
        self.crs = raster.crs_wkt

    @property
    def partial(self) -> bool:
        """Whether the search was cancelled before everything was searched."""
        return self._stream.partial

    @property
    def skipped(self) -> int:
        """How many tiles could not be read and were left out."""
        return self._stream.skipped

    def all(self) -> MapObjects:
        """Search to the end and return all objects together."""
        with self:
            parts = list(chain([self._on_map(Objects.join([]))], self))
        geometries, classes, values, confidences = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("geometries", "classes", "values", "confidences")
        )
        return MapObjects(geometries, classes, values, confidences, self.crs)

    def to_file(self, path: str | Path) -> int:
        """Search to the end and write a layer as :meth:`MapObjects.to_file` does, without holding the objects in memory.

        Returns:
            The number of objects.

        Raises:
            OutputError: see :class:`core.vectors.FeatureWriter`.
        """
        with self:
            return _write(self, path, self.crs)

    def __next__(self) -> MapObjects:
        """Return the next finished objects, at least one."""
        return self._on_map(next(self._stream))

    def _on_map(self, objects: Objects) -> MapObjects:
        known = dict(enumerate(self._card.classes, 1))
        infos = [known.get(label) or ClassInfo(label, str(label), None) for label in objects.labels.tolist()]
        return MapObjects(
            geometries=to_map(objects.polygons, self._raster),
            classes=np.array([info.name for info in infos], object),
            values=np.array([info.value for info in infos], np.int64),
            confidences=objects.scores,
            crs=self.crs,
        )

    def close(self) -> None:
        """Stop the search."""
        self._stream.close()

    def __enter__(self) -> FoundObjects:
        self._stream.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.__exit__(kind, error, trace)


def find_objects(
    raster: str | Path | Raster,
    model: str | Path | nn.Module,
    *,
    threshold: float | None = None,
    classes: Sequence[str] | None = None,
    tile_size: int | None = None,
    padding: int | None = None,
    batch_size: int | None = None,
    bands: Sequence[int] | None = None,
    value_range: tuple[float, float] | None = None,
    cell_size: float | None = None,
    extent: str | None = None,
    mask: np.ndarray | None = None,
    exclude_pad: bool = True,
    unreadable: str = "STOP",
    device: torch.device | str | Sequence[torch.device | str] | None = None,
    parallel: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    report: Reporter | None = None,
    **inference: Any,
) -> FoundObjects:
    """Find the objects in a raster of any size: each once, and whole, wherever tiles cut it, in constant memory.

    Args:
        raster: a path or any GDAL data source; or an opened :class:`core.imagery.Raster` or mosaic.
        model: the path of a model package (``.dlpk``, ``.emd`` or their folder); or any network with torchvision's detection
            interface: it takes a list of float32 tensors (C, h, w) and returns one dict each with ``boxes`` (n, 4) as x0, y0,
            x1, y1 in pixels, ``labels`` (n,), ``scores`` (n,), perhaps ``masks`` (n, 1, h, w) as probabilities.
        threshold: lowest confidence, 0..1; None for the package's, or 0.5.
        classes: a network's names for the labels 1, 2 and so on; labels without a name are called by their number.
        tile_size: side of the tiles, pixels; None for the package's, or 512.
        padding: what neighbouring tiles share on each side, pixels; None for a quarter of the tile.
        batch_size: tiles that the network takes at once; None for as many as fit a GPU, 4 on a CPU.
        bands: the bands that a network takes, counted from 1; None for the first three, or all where there are fewer.
        value_range: pixel values that become 0 and 1 for a network, values beyond are cut; None for 0 and 255, of 8-bit rasters
            only. Means and deviations are the network's own business, as in torchvision.
        cell_size: pixel size to search at; None for the raster's, unless it is far from that of the package.
        extent: part of the raster to search, ``"xmin,xmax,ymin,ymax"`` in its coordinate system.
        mask: (M,) shapely polygons in the raster's coordinate system: only objects that touch one are found.
        exclude_pad: whether to leave out objects that only another tile than the one that owns their place saw.
        unreadable: ``"STOP"`` with an error at a tile that cannot be read, or ``"SKIP"`` it.
        device: where a network is, or a package is to be loaded; several share the tiles. None for where the network is, or all
            GPUs, or the CPU.
        parallel: threads that read and outline.
        scheduler: address of a Dask cluster that does the work.
        resume: go on with an earlier run that was interrupted; with a package only.
        report: is told the progress and asked for a cancel; None turns warnings into Python's.
        inference: other fields of :class:`core.detection.inference.Inference`, such as ``boxes_only=True``.

    Returns:
        The objects as they are found: an iterator of :class:`MapObjects`; or all at once with ``all()`` or ``to_file(path)``.

    Raises:
        KestrelError: see :func:`core.detection.pipeline.detect`; ModelError also for a package that does not fit the raster.
    """
    report = report or Reporter(_warn)
    package = None if isinstance(model, nn.Module) else read_package(model)
    opened = raster if isinstance(raster, Raster) else _open(str(raster), package, cell_size, extent, report)
    if package is not None:
        card = package.card
        check_fit(opened, card, report)
    else:
        card = _card_of_network(opened, classes, bands, value_range)
    network = package or model
    assert isinstance(network, (Package, nn.Module))  # nosec B101
    how = Inference(card.threshold if threshold is None else threshold, batch_size, **inference)
    pixels = None if mask is None else to_pixels(np.asarray(mask, object), opened.ground_crs, opened, "the mask")
    stream = detect(
        opened, network, card, how=how, tile_size=tile_size, padding=padding, mask=pixels, exclude_pad=exclude_pad,
        unreadable=unreadable, device=device or _device(network, scheduler, report), parallel=parallel, scheduler=scheduler,
        resume=resume, report=report,
    )  # fmt: skip
    return FoundObjects(stream, opened, card)


def _open(source: str, package: Package | None, cell_size: float | None, extent: str | None, report: Reporter) -> Raster:
    if package is not None and cell_size is None:
        with Raster(source, extent=extent) as raster:
            cell_size = fitted_cell_size(raster, package.card, report)
    with Raster(source, cell_size, extent) as raster:
        for text in raster.warnings:
            report.warning(text)
    return raster


def _card_of_network(
    raster: Raster, classes: Sequence[str] | None, bands: Sequence[int] | None, value_range: tuple[float, float] | None
) -> ModelCard:
    """Describe a network that comes without a description."""
    chosen = tuple(range(min(raster.count, 3))) if bands is None else tuple(band - 1 for band in bands)
    if not chosen or min(chosen) < 0 or max(chosen) >= raster.count:
        raise InvalidParameter(f"The bands {bands} are not in {raster.name}, which has {raster.count}.", "Count from 1.")
    if value_range is not None:
        ones = (1.0,) * len(chosen)
        low, high = (tuple(float(value) for _ in chosen) for value in value_range)
        normalisation = Normalisation("statistics", tuple(0.0 for _ in chosen), ones, low, high)
    elif raster.dtype == np.uint8:
        normalisation = IMAGENET
    else:
        raise InvalidParameter(
            f"{raster.name} has pixels of type {raster.dtype}, of which the network wants some range as 0 to 1.",
            "Say value_range=(low, high).",
        )
    infos = tuple(ClassInfo(number, name, None) for number, name in enumerate(classes or (), 1))
    return ModelCard(
        model_type="", backbone="", classes=infos, bands=chosen, band_names=("",) * len(chosen), dtype=str(raster.dtype),
        tile_size=TILE_SIZE, normalisation=normalisation,
    )  # fmt: skip


def _device(
    model: nn.Module | Package, scheduler: str | None, report: Reporter
) -> torch.device | str | Sequence[torch.device | str]:
    if scheduler:
        return "auto"
    if isinstance(model, Package):
        return choose_devices("AUTO", None, report)
    for tensor in chain(model.parameters(), model.buffers()):
        return tensor.device
    return "cpu"


def _write(parts: Iterator[MapObjects], path: str | Path, crs: str | None) -> int:
    with FeatureWriter(path, crs, FIELDS) as writer:
        for part in parts:
            columns = {"Class": part.classes, "Confidence": np.round(part.confidences * 100, 4), "ClassValue": part.values}
            writer.write(part.geometries, columns)
    return writer.count


def _warn(event: Event) -> None:
    if isinstance(event, Message) and event.level == "warning":
        warnings.warn(event.text, stacklevel=2)
