"""A folder of training data opened for reading: Kestrel's or ArcGIS Pro's, or a COCO or YOLO data set of other software."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.enums import ColorInterp

from ..errors import InputError
from .chips import Chip, Targets
from .formats import FORMATS, Found, read_labels
from .metadata import EMD, Metadata
from .opening import AGAIN, IMAGES, open_image
from .sides import read_sides


@dataclass(frozen=True)
class Part:
    """A folder among those of a training set.

    Attributes:
        name: that tells it from the others.
        data: the folder.
        first: number of its first chip in the training set; the others follow.
        validates: whether it was given to measure on; none of its chips is trained on.
    """

    name: str
    data: TrainingData
    first: int = 0
    validates: bool = False

    @property
    def numbers(self) -> range:
        """Numbers of its chips in the training set."""
        return range(self.first, self.first + len(self.data.chips))


class TrainingData:
    """Chips with their labels. It is picklable, and reading is safe from several threads and processes.

    What is on disk counts: metadata that name more chips than there are do no harm.

    Attributes:
        folder: the folder.
        metadata_format: Esri's name of the chip format, or Kestrel's.
        classes: ascending by value; a network's label is the 1-based position here.
        chips: sorted by name; only those that have labels (which may say: no objects).
        bands, dtype, tile_size: of the first image (without alpha); ``tile_size`` is (width, height).
        band_names: one per band; ``""`` when unknown.
        source_bands: for each band, its number among those of the imagery that was cut, from 0.
        cell_size: (x, y) size of a pixel in units of the coordinate system; None when unknown.
        crs_wkt: coordinate system; None when unknown.
        image_space: ``"MAP_SPACE"``, or ``"PIXEL_SPACE"`` when the chips are rows and columns of pictures as they were taken.
        sides: ``"train"``, ``"validation"`` or ``"test"`` by name of the chip; empty when the folder is not divided.
        statistics: one per band; None when the folder does not tell.
        nodata: value of pixels without data in the images; None when there is none.
        warnings: sentences on what was left out.
        parts: the folders that the chips come from: one, but in :class:`.joined.JoinedData`.
    """

    def __init__(self, folder: Path, metadata: Metadata, found: Found, images: dict[str, Path]) -> None:
        self.folder, self.metadata_format, self.classes = folder, metadata.mode, metadata.classes
        self.image_space = metadata.image_space
        self.chips = [Chip(name, images[name], found.labels[name]) for name in sorted(images) if name in found.labels]
        self.warnings = tuple(found.warnings)
        self.sides = read_sides(folder) or found.sides
        with open_image(_first_readable(self.chips)) as image:
            alpha = {i for i in image.indexes if image.colorinterp[i - 1] is ColorInterp.alpha}
            names = metadata.band_names
            if len(names) == image.count:
                alpha |= {i for i, name in enumerate(names, 1) if name.lower() == "alpha"}
                names = tuple(name for i, name in enumerate(names, 1) if i not in alpha)
            self._indexes = [i for i in image.indexes if i not in alpha] or list(image.indexes)
            self.dtype = np.dtype(image.dtypes[0])
            self.tile_size = (image.width, image.height)
            self.nodata: float | None = image.nodata
            transform = None if image.transform.is_identity else image.transform
            own_crs = image.crs.to_wkt() if image.crs else None
        self.bands = len(self._indexes)
        self.band_names = names if len(names) == self.bands else ("",) * self.bands
        self.source_bands = metadata.bands if len(metadata.bands) == self.bands else tuple(range(self.bands))
        self.statistics = metadata.statistics if len(metadata.statistics) == self.bands else None
        self.cell_size = metadata.cell_size or _cell_size(transform or self.chips[0].transform)
        self.crs_wkt = own_crs or metadata.crs_wkt

    @classmethod
    def open(cls, folder: str | Path) -> TrainingData:
        """Open a folder.

        Raises:
            InputError: there is no folder, it is no training data or of another format, or it holds no chip or no object.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder}.", "Check the path.")
        metadata = Metadata.read(folder) if (folder / EMD).is_file() else _foreign(folder)
        trainable = [name for name, known in FORMATS.items() if known.trainable]
        if metadata.mode not in trainable:
            raise InputError(
                f"The training data in {folder} are of the format {metadata.mode}, which tells no objects.",
                f"Export them as {', '.join(trainable[:-1])} or {trainable[-1]}.",
            )
        if not metadata.classes:
            raise InputError(f"The training data in {folder} define no classes.", "Export them again, with labelled objects.")
        found = FORMATS[metadata.mode].find(folder, metadata.classes)
        images = _images(folder / "images") if found.images is None else found.images
        if not images:
            raise InputError(f"There are no chips in {folder / 'images'}.", AGAIN)
        labelled = sum(name in found.labels for name in images)
        if labelled < len(images):
            found.warnings.append(f"{len(images) - labelled} of {len(images)} chips have no labels and are left out.")
        if not labelled:
            raise InputError(f"None of the {len(images)} chips in {folder} has labels.", AGAIN)
        data = cls(folder, metadata, found, images)
        if not _hold_objects(data):
            raise InputError(
                f"The {labelled} chips in {folder} hold no object.", " ".join(data.warnings) or "Export labelled objects."
            )
        return data

    @property
    def parts(self) -> tuple[Part, ...]:
        """See the class."""
        return (Part(self.folder.name, self),)

    def read_image(self, chip: Chip) -> np.ndarray:
        """Return the pixels of a chip, (bands, height, width) in :attr:`dtype`; no-data and NaN are 0.

        Raises:
            InputError: the file is broken or has other bands than the first chip.
        """
        with open_image(chip.image) as file:
            if file.count < max(self._indexes) or file.dtypes[0] != self.dtype.name:
                raise InputError(
                    f"The chip {chip.image} has {file.count} bands of {file.dtypes[0]}, but the first chip of the folder "
                    f"has {self.bands} of {self.dtype}.",
                    AGAIN,
                )
            pixels: np.ndarray = file.read(self._indexes)
            nodata = file.nodata
        if nodata is not None and not np.isnan(nodata):
            pixels[pixels == nodata] = 0
        if self.dtype.kind == "f":
            pixels[np.isnan(pixels)] = 0
        return pixels

    def read_targets(self, chip: Chip) -> Targets:
        """Return the objects of a chip.

        Raises:
            InputError: a label file is broken or does not fit the chip.
        """
        return read_labels(FORMATS[self.metadata_format], chip.labels, *chip.size)


def _first_readable(chips: Sequence[Chip]) -> Path:
    """Return the first image that can be opened, so that one broken chip does not stop everything; else the first one."""
    for chip in chips:
        with suppress(InputError):
            chip.size  # noqa: B018 - opens it
            return chip.image
    return chips[0].image


def _hold_objects(data: TrainingData) -> bool:
    """Whether any chip that can be read has an object. Broken ones are left to who reads them all, if some are not.

    Raises:
        InputError: a chip is broken, and no other has an object.
    """
    broken: InputError | None = None
    for chip in data.chips:
        try:
            if len(data.read_targets(chip)):
                return True
        except InputError as error:
            broken = broken or error
    if broken is not None:
        raise broken
    return False


def _foreign(folder: Path) -> Metadata:
    """What a data set without Esri's metadata says of itself."""
    for known in FORMATS.values():
        classes = known.classes_in(folder)
        if classes is not None:
            return Metadata(known.name, classes)
    raise InputError(
        f"{folder} is not a folder of training data: it has no {EMD}, and neither labels.json nor annotations/*.json of a COCO "
        "data set, nor data.yaml of a YOLO one.",
        "Choose the folder that Export Training Data For Deep Learning wrote, which holds images and labels.",
    )


def _images(folder: Path) -> dict[str, Path]:
    """The images in a folder by name."""
    if not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in IMAGES}


def _cell_size(transform: Affine | None) -> tuple[float, float] | None:
    """Size of a pixel on the map."""
    if transform is None:
        return None
    return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))
