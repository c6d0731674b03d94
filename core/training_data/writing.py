"""From a chip that was cut to its files and what it adds to the sums; runs in any process."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import RasterioError

from ..errors import OutputError
from ..packages.classes import ClassInfo
from .chips import ChipFrame, ChipObjects
from .drawing import draw
from .formats import FORMATS
from .images import ImageStyle, write_image
from .totals import BandTotals


@dataclass(frozen=True)
class Plan:
    """What all chips of an export share.

    Attributes:
        folder: the one that holds ``images`` and ``labels``.
        metadata_format: a key of :data:`FORMATS`.
        style: of the images.
        classes: ascending by value.
        crs: coordinate system of each raster.
    """

    folder: Path
    metadata_format: str
    style: ImageStyle
    classes: tuple[ClassInfo, ...]
    crs: tuple[CRS | None, ...]


@dataclass(frozen=True)
class CutChip:
    """A chip that is to be written.

    Attributes:
        number: of its name.
        source: number of its raster.
        transform: pixel to map.
        pixels: (bands, height, width).
        valid: (height, width) bool; None where all is, which is what most chips hand to another process.
        objects: in its pixels.
        side: of a split; empty without one.
    """

    number: int
    source: int
    transform: Affine
    pixels: np.ndarray
    valid: np.ndarray | None
    objects: ChipObjects
    side: str = ""


@dataclass(frozen=True)
class WrittenChip:
    """What one chip adds to the folder.

    Attributes:
        image: file name.
        labels: its label files, relative to the folder, with ``/``.
        bands: sums of its pixels.
        positions: (n,) of its objects' classes.
        areas: (n,) in square map units.
        sides: (n,) root of the area of their boxes, pixels.
        side: of a split; empty without one.
        class_pixels: (classes,) number of pixels, when the format tells classes pixel by pixel; else None.
    """

    image: str
    labels: list[str]
    bands: BandTotals
    positions: np.ndarray
    areas: np.ndarray
    sides: np.ndarray
    side: str
    class_pixels: np.ndarray | None


def write_chips(plan: Plan, chips: Sequence[CutChip]) -> list[WrittenChip]:
    """Write chips.

    Raises:
        OutputError: the disk is full, or files cannot be written.
    """
    with rasterio.Env():  # once rather than in every call
        return [_write(plan, chip) for chip in chips]


def _write(plan: Plan, chip: CutChip) -> WrittenChip:
    stem = f"{chip.number:09d}"
    bands, height, width = chip.pixels.shape
    frame = ChipFrame(stem, f"{stem}.{plan.style.ending}", bands, height, width, chip.transform, plan.crs[chip.source])
    try:
        write_image(plan.folder, frame, chip.pixels, chip.valid, plan.style)
        labels = FORMATS[plan.metadata_format].write(plan.folder, frame, chip.objects, plan.classes)
    except (OSError, RasterioError) as error:
        full = shutil.disk_usage(plan.folder).free < 1_000_000
        raise OutputError(
            f"Chip {stem} cannot be written: {'the disk is full' if full else error}.",
            "Free some space." if full else "Check the disk and the rights of the folder.",
        ) from error
    left, top, right, bottom = shapely.bounds(chip.objects.polygons).T
    return WrittenChip(
        image=frame.image,
        labels=labels,
        bands=BandTotals.of(chip.pixels, chip.valid),
        positions=chip.objects.classes,
        areas=shapely.area(chip.objects.polygons) * abs(chip.transform.determinant),
        sides=np.sqrt((right - left) * (bottom - top)),
        side=chip.side,
        class_pixels=_class_pixels(chip, len(plan.classes)) if FORMATS[plan.metadata_format].by_pixel else None,
    )


def _class_pixels(chip: CutChip, classes: int) -> np.ndarray:
    _, height, width = chip.pixels.shape
    drawn = draw(chip.objects.polygons, chip.objects.classes + 1, height, width, np.uint32)
    return np.bincount(drawn.ravel(), minlength=classes + 1)[1:]
