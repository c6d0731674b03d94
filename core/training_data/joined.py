"""Several folders of training data as one: places or years that one model should learn, and a folder to measure it on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import InputError
from ..imagery.coordinates import project
from ..packages.classes import ClassInfo
from .chips import BandStatistics, Chip, Targets
from .folder import Part, TrainingData
from .metadata import EMD

_METRES_PER_DEGREE = 111_320.0  # of latitude
_TOLERATED = 2.0  # times coarser or finer
_SAME = "Export all folders with the same settings, or train on one of them."


def open_training_data(
    folder: str | Path, additional: Sequence[str | Path] | None = None, validation: str | Path | None = None
) -> TrainingData:
    """Open the folders of a training as one training set.

    Args:
        folder: of training data.
        additional: more of them.
        validation: of training data to measure on.

    Returns:
        The folder itself when it is alone, else a :class:`JoinedData`.

    Raises:
        InputError: as :meth:`.TrainingData.open` does; a folder is given twice; or folders differ in what must be the same.
    """
    folders = [Path(folder), *map(Path, additional or ())]
    places: dict[Path, Path] = {}
    for path in (*folders, *([Path(validation)] if validation else ())):
        first = places.setdefault(path.resolve(), path)
        if first is not path:
            raise InputError(
                f"The folder {path} is given twice.",
                "A folder can train or validate; give a part of the area to Validation Data as a folder of its own."
                if validation and path == Path(validation)
                else "Give each folder once.",
            )
    data = [TrainingData.open(path) for path in folders]
    held = TrainingData.open(validation) if validation else None
    return JoinedData(data, held) if len(data) > 1 or held else data[0]


class JoinedData(TrainingData):
    """Folders as one training set; see :class:`.TrainingData`, whose attributes it has.

    Cell size, coordinate system and band numbers are those of the first folder, statistics are pooled over those that
    train. Chips are called by their folder and name, and are in the order of the folders. ``sides`` are those that the
    folders bring along.

    Args:
        data: those that train.
        validation: one to measure on, whose chips are never trained on.

    Raises:
        InputError: they differ in what must be the same; names both folders and both values.
    """

    def __init__(self, data: Sequence[TrainingData], validation: TrainingData | None) -> None:
        everything = [*data, *([validation] if validation else [])]
        first = everything[0]
        for other in everything[1:]:
            _check_same(first, other)
        self.folder, self.metadata_format, self.image_space = first.folder, first.metadata_format, first.image_space
        self.bands, self.dtype, self.tile_size, self.nodata = first.bands, first.dtype, first.tile_size, first.nodata
        self.band_names = next((some.band_names for some in everything if any(some.band_names)), first.band_names)
        self.source_bands, self.cell_size, self.crs_wkt = first.source_bands, first.cell_size, first.crs_wkt
        self.statistics = _statistics(data)
        self.classes, labels = _classes(data, validation)
        self._labels = [np.array([0, *own]) for own in labels]
        parts, chips, first_number = [], [], 0
        for name, some in zip(_names([some.folder for some in everything]), everything, strict=True):
            parts.append(Part(name, some, first_number, some is validation))
            chips += [replace(chip, name=f"{name}/{chip.name}") for chip in some.chips]
            first_number += len(some.chips)
        self._parts, self.chips = tuple(parts), chips
        self._part_of = {self.chips[i].name: number for number, part in enumerate(parts) for i in part.numbers}
        self.sides = {f"{part.name}/{name}": side for part in parts for name, side in part.data.sides.items()}
        self.warnings = (
            *(f"{part.name}: {text}" for part in parts for text in part.data.warnings),
            *filter(None, (_other_cells(first, other) for other in everything[1:])),
            *_lacking(data, validation),
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """See :class:`.TrainingData`."""
        return self._parts

    def read_image(self, chip: Chip) -> np.ndarray:
        """See :class:`.TrainingData`."""
        return self._parts[self._part_of[chip.name]].data.read_image(chip)

    def read_targets(self, chip: Chip) -> Targets:
        """See :class:`.TrainingData`; objects of classes that nobody can learn are left out."""
        number = self._part_of[chip.name]
        targets = self._parts[number].data.read_targets(chip)
        labels = self._labels[number][targets.labels]
        known = labels > 0
        if known.all():
            return Targets(targets.boxes, labels, targets.masks)
        return Targets(targets.boxes[known], labels[known], None if targets.masks is None else targets.masks[known])


def same_system(one: str | None, other: str | None) -> bool:
    """Whether map coordinates in two coordinate systems, as WKT, can be compared. Two unknown ones may be the same."""
    if one is None or other is None:
        return one is other
    try:
        return one == other or bool(CRS.from_wkt(one) == CRS.from_wkt(other))
    except CRSError:
        return False


def _check_same(one: TrainingData, other: TrainingData) -> None:
    """Raise InputError if two folders cannot teach one model."""

    def check(what: str, mine: Any, its: Any) -> None:
        if mine != its:
            raise InputError(f"{one.folder} has {what} {_plain(mine)}, but {other.folder} has {_plain(its)}.", _SAME)

    check("the metadata format", one.metadata_format, other.metadata_format)
    check("the number of bands", one.bands, other.bands)
    if any(one.band_names) and any(other.band_names):
        check("the bands", one.band_names, other.band_names)
    check("the pixel type", one.dtype.name, other.dtype.name)
    if all((some.folder / EMD).is_file() for some in (one, other)):  # data sets of other software have images of any size
        check("tiles of", one.tile_size, other.tile_size)
    check("the reference system", one.image_space, other.image_space)


def _plain(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return ", ".join(value) if isinstance(value[0], str) else " x ".join(map(str, value)) + " pixels"


def _names(folders: Sequence[Path]) -> list[str]:
    """Return a short name for each folder, all different: as much of the end of its path as that takes."""
    parts = [folder.resolve().parts for folder in folders]
    for count in range(1, max(map(len, parts)) + 1):
        names = ["/".join(some[-count:]) for some in parts]
        if len(set(names)) == len(names):
            return names
    return [f"{number}" for number in range(1, len(folders) + 1)]


def _statistics(data: Sequence[TrainingData]) -> tuple[BandStatistics, ...] | None:
    """Pool the statistics by the number of pixels, or where a folder does not tell it, of chips."""
    known = [some.statistics for some in data if some.statistics is not None]
    if len(known) < len(data):
        return None
    bands = list(zip(*known, strict=True))
    counted = all(part.pixels > 0 for band in bands for part in band)
    chips = [float(len(some.chips)) for some in data]
    return tuple(BandStatistics.pooled(band, [part.pixels for part in band] if counted else chips) for band in bands)


def _classes(data: Sequence[TrainingData], validation: TrainingData | None) -> tuple[tuple[ClassInfo, ...], list[list[int]]]:
    """Unite the classes by value and name.

    Returns:
        All that training has, and for each folder, ``validation`` last, the label that each of its own labels becomes; 0 for a
        class that training lacks.
    """
    everything = [*data, *([validation] if validation else [])]
    by_value: dict[int, tuple[ClassInfo, Path]] = {}
    by_name: dict[str, tuple[ClassInfo, Path]] = {}
    for some in everything:
        for item in some.classes:
            known, folder = by_value.setdefault(item.value, (item, some.folder))
            if known.name != item.name:
                raise InputError(
                    f"The class value {item.value} is called {known.name!r} in {folder}, but {item.name!r} in {some.folder}.",
                    "Give a class the same value and name in all folders, and export again.",
                )
            known, folder = by_name.setdefault(item.name, (item, some.folder))
            if known.value != item.value:
                raise InputError(
                    f"The class {item.name!r} has the value {known.value} in {folder}, but {item.value} in {some.folder}.",
                    "Give a class the same value and name in all folders, and export again.",
                )
            if known.color is None and item.color is not None:
                by_value[item.value] = item, by_value[item.value][1]
    trained = {item.value for some in data for item in some.classes}
    classes = tuple(by_value[value][0] for value in sorted(trained))
    label = {item.value: number for number, item in enumerate(classes, 1)}
    return classes, [[label.get(item.value, 0) for item in some.classes] for some in everything]


def _lacking(data: Sequence[TrainingData], validation: TrainingData | None) -> list[str]:
    """Return a sentence on the classes of the validation folder that nobody can learn."""
    trained = {item.value for some in data for item in some.classes}
    names = [item.name for item in validation.classes if item.value not in trained] if validation else []
    if not names:
        return []
    assert validation is not None  # nosec B101
    kind, whose = ("class", "its") if len(names) == 1 else ("classes", "their")
    return [
        f"The training data know nothing of the {kind} {', '.join(names)} in {validation.folder}: {whose} objects are left out."
    ]


def _other_cells(one: TrainingData, other: TrainingData) -> str:
    """Return a sentence if the pixels of two folders have very different sizes on the ground; else ``""``."""
    unit = ""
    if same_system(one.crs_wkt, other.crs_wkt):
        sides = [math.sqrt(some.cell_size[0] * some.cell_size[1]) if some.cell_size else 0.0 for some in (one, other)]
    else:
        sides, unit = [_metres(some) for some in (one, other)], " m"
    here, there = sides
    if not min(sides) > 0 or max(here / there, there / here) <= _TOLERATED:
        return ""
    return (
        f"The pixels of {one.folder} are {here:.3g}{unit} wide, those of {other.folder} {there:.3g}{unit}: objects look "
        f"{max(here / there, there / here):.1f} times {'larger' if here > there else 'smaller'} there. The model learns both "
        "sizes; export at one cell size if it shall not."
    )


def _metres(data: TrainingData) -> float:
    """Return the side of a pixel on the ground, metres; 0 when it cannot be told."""
    if data.crs_wkt is None:
        return 0.0
    try:
        chip = next(chip for chip in data.chips if chip.transform is not None)
        corners, (width, height) = chip.corners, chip.size
        assert corners is not None  # nosec B101
        degrees = project(corners, CRS.from_wkt(data.crs_wkt), CRS.from_epsg(4326))
    except (StopIteration, InputError, CRSError):
        return 0.0
    across = np.cos(np.deg2rad(degrees[:, 1].mean()))
    (ax, ay), (bx, by) = (degrees[1] - degrees[0], degrees[3] - degrees[0])
    area = abs(ax * by - ay * bx) * across * _METRES_PER_DEGREE**2
    return math.sqrt(area / (width * height)) if math.isfinite(area) else 0.0
