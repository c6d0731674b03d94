"""The export: one pass over the raster that cuts, labels, encodes and counts."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from rasterio.errors import RasterioError

from ..errors import InputError, OutputError
from ..imagery import Raster, Window, tile_windows
from ..imagery.windows import starts
from ..jobs.export_training_data import TILE_SIZE, ExportTrainingData
from ..new_folder import new_folder
from ..reporting import Reporter
from .chips import ChipFrame, ChipObjects
from .formats import FORMATS
from .images import ENDINGS, check_format, write_image
from .labels import Labels, MaskPolygons, read_objects
from .summary import Summary
from .totals import BandTotals, ObjectTotals

_ENCODERS = min(4, os.cpu_count() or 1)  # compression runs without Python's lock; plain TIFFs gain nothing from threads
_WAITING = 4 * _ENCODERS  # chips in memory at a time


def run(job: ExportTrainingData, report: Reporter) -> dict[str, Any]:
    """Export training data.

    Tiles lie on a lattice from the upper-left corner of the working grid; the last one of a row or column is shifted
    inwards, and a raster smaller than a tile is filled up with no-data. A tile becomes a chip when it holds objects (or
    ``no_feature_tiles`` is set), has any data, and lies within a mask polygon if there are any.

    Returns:
        ``OUTPUT``, ``CHIPS`` and ``OBJECTS``.

    Raises:
        InputError: a raster, layer or field that does not serve; labels off the raster; no chip at all.
        OutputError: the folder cannot be written.
        Cancelled: nothing is left then.
    """
    with Raster(job.input_raster, job.cell_size, job.extent) as raster:
        for warning in raster.warnings:
            report.warning(warning)
        check_format(job.image_format, raster)
        report.progress(0, "Reading the labels")
        objects = read_objects(job, None, report)
        labels = objects.on(raster, FORMATS[job.metadata_format or "PASCAL_VOC_rectangles"].instance_masks, report)
        if not len(labels):
            raise objects.nowhere([raster])
        masks = MaskPolygons(job.mask, raster, report) if job.mask else None
        with new_folder(job.output) as folder:
            (folder / "images").mkdir()
            (folder / "labels").mkdir()
            export = _Export(job, report, raster, labels, masks, folder)
            export.cut()
            report.progress(1, "Writing the metadata")
            export.summary().write(folder)
    done = export.done
    report.info(f"{len(done.lines)} chips with {done.objects.count} objects of {len(labels.classes)} classes.")
    return {"OUTPUT": str(job.output), "CHIPS": len(done.lines), "OBJECTS": done.objects.count}


@dataclass
class _Done:
    """What is on disk so far."""

    objects: ObjectTotals
    bands: BandTotals | None = None
    lines: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Written:
    """What one chip adds."""

    line: list[str]
    bands: BandTotals
    positions: np.ndarray
    areas: np.ndarray


class _Export:
    """An export that is going on: this thread reads and labels, a few others compress, results are merged in order."""

    def __init__(
        self,
        job: ExportTrainingData,
        report: Reporter,
        raster: Raster,
        labels: Labels,
        masks: MaskPolygons | None,
        folder: Path,
    ) -> None:
        self._job, self._report, self._folder = job, report, folder
        self._raster, self._labels, self._masks = raster, labels, masks
        tile = job.tile_size_x or TILE_SIZE
        self._tile = tile, job.tile_size_y or tile
        self._stride = tuple(
            size // 2 if stride is None else stride or size
            for stride, size in zip((job.stride_x, job.stride_y), self._tile, strict=True)
        )
        self._format = job.metadata_format or "PASCAL_VOC_rectangles"
        self._pixel_area = abs(raster.transform.determinant)
        self.done = _Done(ObjectTotals(len(labels.classes)))

    def cut(self) -> None:
        """Write all chips."""
        number = 0
        waiting: deque[Future[_Written]] = deque()
        with ThreadPoolExecutor(_ENCODERS, "encode") as pool:
            try:
                for window, objects in self._candidates():
                    pixels, valid = self._raster.read(window)
                    objects = self._with_data(objects, valid)
                    if not valid.any() or (len(objects) == 0 and not self._job.no_feature_tiles):
                        continue
                    chip = number, window, pixels, valid, objects
                    number += 1
                    if self._job.image_format == "TIFF":
                        self._merge(self._write(*chip))
                        continue
                    waiting.append(pool.submit(self._write, *chip))
                    if len(waiting) >= _WAITING:
                        self._merge(waiting.popleft().result())
                while waiting:
                    self._report.check_cancelled()
                    self._merge(waiting.popleft().result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if not self.done.lines:
            within = " and lies in a mask polygon" if self._masks else ""
            raise InputError(
                f"No tile of {self._tile[0]} x {self._tile[1]} pixels on {self._raster.name} holds objects and data{within}.",
                "Use smaller tiles, a smaller stride, or larger mask polygons.",
            )

    def summary(self) -> Summary:
        """Return what the metadata files say."""
        assert self.done.bands is not None
        return Summary(
            self._format, self._raster, self._labels.classes, self._tile, self.done.lines, self.done.bands,
            self.done.objects,
        )  # fmt: skip

    def _candidates(self) -> Iterator[tuple[Window, ChipObjects]]:
        """The tiles that may become chips, with their objects; tells the progress."""
        raster, (tile_x, tile_y), (stride_x, stride_y) = self._raster, self._tile, self._stride
        total = len(starts(raster.width, tile_x, stride_x)) * len(starts(raster.height, tile_y, stride_y))
        begun = time.monotonic()
        for index, window in enumerate(tile_windows(raster.width, raster.height, tile_x, tile_y, stride_x, stride_y)):
            self._report.check_cancelled()
            elapsed = time.monotonic() - begun
            chips = len(self.done.lines)
            self._report.progress(
                index / total,
                "Cutting chips",
                f"{chips / elapsed:.0f} chips/s" if chips and elapsed > 0 else "",
                elapsed / index * (total - index) if index and elapsed > 1 else None,
            )
            if self._masks and not self._masks.hold([window])[0]:
                continue
            objects = self._labels.cut([window])[0]
            if len(objects) or self._job.no_feature_tiles:
                yield window, objects

    @staticmethod
    def _with_data(objects: ChipObjects, valid: np.ndarray) -> ChipObjects:
        """Leave out objects whose box holds no pixel with data: nobody could learn from them."""
        if valid.all() or len(objects) == 0:
            return objects
        left, top, right, bottom = shapely.bounds(objects.polygons).T
        keep = [
            bool(valid[int(y0) : max(int(np.ceil(y1)), int(y0) + 1), int(x0) : max(int(np.ceil(x1)), int(x0) + 1)].any())
            for x0, y0, x1, y1 in zip(left, top, right, bottom, strict=True)
        ]
        return ChipObjects(objects.polygons[keep], objects.classes[keep], objects.planes[keep])

    def _write(self, number: int, window: Window, pixels: np.ndarray, valid: np.ndarray, objects: ChipObjects) -> _Written:
        """Write one chip; runs in the pool when there is something to compress."""
        stem = f"{number:09d}"
        image = f"{stem}.{ENDINGS[self._job.image_format]}"
        bands, height, width = pixels.shape
        frame = ChipFrame(stem, image, bands, height, width, window.transform(self._raster.transform), self._raster.crs)
        try:
            with rasterio.Env():  # once per chip rather than once per call
                write_image(self._folder, frame, pixels, valid, self._job.image_format, self._raster)
                labels = FORMATS[self._format].write(self._folder, frame, objects, self._labels.classes)
        except (OSError, RasterioError) as error:
            full = shutil.disk_usage(self._folder).free < 1_000_000
            raise OutputError(
                f"Chip {stem} cannot be written: {'the disk is full' if full else error}.",
                "Free some space." if full else "Check the disk and the rights of the folder.",
            ) from error
        areas = shapely.area(objects.polygons) * self._pixel_area
        return _Written([f"images/{image}", *labels], BandTotals.of(pixels, valid), objects.classes, areas)

    def _merge(self, chip: _Written) -> None:
        """Count a chip that is on disk."""
        done = self.done
        done.lines.append(chip.line)
        done.bands = chip.bands if done.bands is None else done.bands.merge(chip.bands)
        done.objects.add(chip.positions, chip.areas)
