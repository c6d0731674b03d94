"""Some chips of a folder, read back from disk with their objects: what a picture of the folder shows."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from rasterio.enums import ColorInterp
from rasterio.features import shapes

from ..errors import InputError
from ..imagery.band_names import picture_bands
from ..packages.classes import ClassInfo
from .chips import Chip
from .formats import FORMATS, read_labels
from .opening import open_image

_LARGEST = 1024  # pixels of a side that are shown; the picture has a quarter of them


@dataclass(frozen=True)
class Sample:
    """A chip as it lies on disk.

    Attributes:
        name: file name of the image, without ending.
        bands: (3, h, w) of any type, to be shown as red, green and blue; of a large image fewer pixels.
        valid: (h, w) bool; False where there is no data.
        outlines: (n,) shapely polygons in pixels of ``bands``: the objects.
        positions: (n,) of their classes.
        boxes: whether the outlines are boxes around the objects only.
        whole: position of the class of the whole chip, of a format that tells no outlines.
        by_pixel: whether an outline is all that there is of a class.
    """

    name: str
    bands: np.ndarray
    valid: np.ndarray
    outlines: np.ndarray = field(default_factory=lambda: np.empty(0, object))
    positions: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    boxes: bool = False
    whole: int | None = None
    by_pixel: bool = False


def choose(folder: Path, chips: Sequence[tuple[str, int]], examples: Iterable[str], count: int) -> list[str]:
    """Choose telling chips: examples of each class, the fullest, one without objects, and others by lot.

    Chips that overlap one that is chosen already come last.

    Args:
        folder: holds ``images``.
        chips: image names and numbers of objects.
        examples: image names that should be shown, the most important first.
        count: at most so many.

    Returns:
        Image names in their order in ``chips``.
    """
    objects = dict(chips)
    fullest = sorted(objects, key=lambda name: -objects[name])[:1]
    empty = [name for name, number in chips if number == 0]
    rng = np.random.default_rng(0)
    drawn = [chips[i][0] for i in rng.permutation(len(chips))[: 20 * count]]
    order = [*examples, *fullest, *rng.permutation(empty).tolist()[:1], *(name for name in drawn if objects[name]), *drawn]
    waiting: list[str] = []
    chosen: dict[str, tuple[float, ...] | None] = {}
    for name in dict.fromkeys(name for name in order if name in objects):
        place = _place(folder / "images" / name)
        if place and any(_overlap(place, other) for other in chosen.values() if other):
            waiting.append(name)
        else:
            chosen[name] = place
        if len(chosen) == count:
            break
    picked = {*chosen, *waiting[: count - len(chosen)]}
    return [name for name, _ in chips if name in picked]


def _place(image: Path) -> tuple[float, ...] | None:
    """The map rectangle around a chip; None when it has no place or cannot be opened."""
    try:
        return Chip(image.stem, image, None).bounds
    except InputError:
        return None


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    width, height = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    return width > 0.05 * (one[2] - one[0]) and height > 0.05 * (one[3] - one[1])


def read_samples(
    folder: Path, images: Sequence[str], metadata_format: str, classes: Sequence[ClassInfo], band_names: Sequence[str]
) -> list[Sample]:
    """Read chips and their labels.

    Args:
        folder: holds ``images`` and ``labels``.
        images: file names, in the order of the result.
        metadata_format: a key of :data:`FORMATS`.
        classes: ascending by value.
        band_names: one per band of the images without alpha; ``()`` when unknown.

    Raises:
        InputError: a chip or a label is broken.
    """
    positions_of = {item.value: position for position, item in enumerate(classes)}
    known = FORMATS["PASCAL_VOC_rectangles" if metadata_format == "Labeled_Tiles" else metadata_format]
    result = []
    with _only(folder, images) as part:
        labels = known.find(part, classes).labels if known.trainable else {}
        for image in images:
            name = Path(image).stem
            bands, valid, scale, size = _pixels(folder / "images" / image, band_names)
            found = labels.get(name)
            if metadata_format == "Classified_Tiles":
                outlines, positions = _areas(folder / "labels" / f"{name}.tif", positions_of)
                result.append(Sample(name, bands, valid, _scaled(outlines, scale), positions, by_pixel=True))
            elif found is None:
                result.append(Sample(name, bands, valid))
            else:
                targets = read_labels(known, found, *size)
                positions, masks = targets.labels - 1, targets.masks
                if metadata_format == "Labeled_Tiles":
                    result.append(Sample(name, bands, valid, whole=int(positions[0]) if len(positions) else None))
                    continue
                outlines = shapely.box(*targets.boxes.T.astype(float)) if masks is None else _rings(masks)
                result.append(Sample(name, bands, valid, _scaled(outlines, scale), positions, masks is None))
    return result


def _areas(path: Path, positions_of: dict[int, int]) -> tuple[list[shapely.Geometry], np.ndarray]:
    """The area of each class in an image of class values, and the positions of the classes."""
    with open_image(path, "label") as file:
        values = file.read(1)
    present = [value for value in np.unique(values).tolist() if value in positions_of]
    areas = [area for value in present for area in _rings((values == value)[None])]
    return areas, np.array([positions_of[value] for value in present], np.int64)


def _scaled(outlines: Sequence[shapely.Geometry] | np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    """Polygons of the image's pixels in those of a smaller picture of it."""
    polygons = np.asarray(outlines, object)
    return polygons if scale == (1, 1) else np.asarray(shapely.transform(polygons, lambda points: points * scale), object)


def _rings(masks: np.ndarray) -> list[shapely.Geometry]:
    """Polygons along the edges of the pixels of (n, h, w) masks."""
    return [
        shapely.unary_union([shapely.geometry.shape(shape) for shape, value in shapes(mask.astype(np.uint8), mask) if value])
        for mask in masks
    ]


def _pixels(path: Path, band_names: Sequence[str]) -> tuple[np.ndarray, np.ndarray, tuple[float, float], tuple[int, int]]:
    """Read an image, a large one smaller.

    Returns:
        The three bands to show (3, h, w), where they have data (h, w), what one pixel of the file is of theirs in x and y,
        and the width and height of the file.
    """
    with open_image(path) as file:
        indexes = [i for i in file.indexes if file.colorinterp[i - 1] is not ColorInterp.alpha] or list(file.indexes)
        names = band_names if len(band_names) == len(indexes) else [""] * len(indexes)
        wanted = [indexes[i] for i in picture_bands(names)]
        few = sorted(set(wanted))
        part = min(1.0, _LARGEST / max(file.width, file.height))
        height, width = max(1, round(file.height * part)), max(1, round(file.width * part))
        bands = file.read(few, out_shape=(len(few), height, width))[[few.index(i) for i in wanted]]
        nodata, size = file.nodata, (file.width, file.height)
    valid = np.ones(bands.shape[1:], bool) if nodata is None or np.isnan(nodata) else (bands != nodata).any(0)
    if bands.dtype.kind == "f":
        valid &= np.isfinite(bands).all(0)
    return bands, valid, (width / size[0], height / size[1]), size


@contextmanager
def _only(folder: Path, images: Sequence[str]) -> Iterator[Path]:
    """Give a folder with the labels of these chips alone: the readers take in all that there are, often many thousands."""
    stems = {Path(image).stem for image in images}
    with tempfile.TemporaryDirectory(prefix=".preview", dir=folder) as name:
        part = Path(name)
        (part / "images").mkdir()
        (part / "labels").mkdir()
        for image in images:
            _link(folder / "images" / image, part / "images" / image)
        for entry in os.scandir(folder):
            if entry.is_file():
                _link(Path(entry.path), part / entry.name)
        homes = [folder / "labels", *(Path(entry.path) for entry in os.scandir(folder / "labels") if entry.is_dir())]
        for home in homes:
            target = part / home.relative_to(folder)
            target.mkdir(exist_ok=True)
            for entry in os.scandir(home):
                if entry.is_file() and Path(entry.name).stem in stems:
                    _link(Path(entry.path), target / entry.name)
        yield part


def _link(source: Path, target: Path) -> None:
    """Make a file appear at another place, without a copy where the disk can do that."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
