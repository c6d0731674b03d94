"""A folder of training data, Kestrel's or ArcGIS Pro's, opened for reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError

from ..errors import InputError
from .chips import Chip, Targets
from .formats import FORMATS
from .metadata import Metadata

_IMAGES = {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".mrf"}


class TrainingData:
    """Chips with their labels. It is picklable, and reading is safe from several threads and processes.

    What is on disk counts: metadata that name more chips than there are do no harm.

    Attributes:
        folder: the folder.
        metadata_format: Esri's name of the chip format.
        classes: ascending by value; a network's label is the 1-based position here.
        chips: sorted by name; only those that have labels (which may say: no objects).
        bands, dtype, tile_size: of the images (without alpha); ``tile_size`` is (width, height).
        band_names: one per band; ``""`` when unknown.
        cell_size: (x, y) size of a pixel in units of the coordinate system; None when unknown.
        crs_wkt: coordinate system; None when unknown.
        statistics: one per band; None when the folder does not tell.
        nodata: value of pixels without data in the images; None when there is none.
        warnings: sentences on what was left out.
    """

    def __init__(
        self, folder: Path, metadata: Metadata, images: list[Path], labels: dict[str, Any], warnings: list[str]
    ) -> None:
        self.folder, self.metadata_format, self.classes = folder, metadata.mode, metadata.classes
        self.warnings = tuple(warnings)
        with _open(images[0]) as image:
            alpha = {i for i in image.indexes if image.colorinterp[i - 1] is ColorInterp.alpha}
            names = metadata.band_names
            if len(names) == image.count:
                alpha |= {i for i, name in enumerate(names, 1) if name.lower() == "alpha"}
                names = tuple(name for i, name in enumerate(names, 1) if i not in alpha)
            self._indexes = [i for i in image.indexes if i not in alpha]
            self.dtype = np.dtype(image.dtypes[0])
            self.tile_size = (image.width, image.height)
            self.nodata: float | None = image.nodata
            transform = None if image.transform.is_identity else image.transform
            own_crs = image.crs.to_wkt() if image.crs else None
        self.chips = [Chip(path, labels[path.stem], self.tile_size) for path in images]
        self.bands = len(self._indexes)
        self.band_names = names if len(names) == self.bands else ("",) * self.bands
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
        metadata = Metadata.read(folder)
        if metadata.mode not in FORMATS:
            raise InputError(
                f"The training data in {folder} are of the format {metadata.mode}.",
                f"Export them as {' or '.join(FORMATS)}.",
            )
        if not metadata.classes:
            raise InputError(f"The training data in {folder} define no classes.", "Export them again, with labelled objects.")
        images = _images(folder / "images")
        if not images:
            raise InputError(f"There are no chips in {folder / 'images'}.", "Export the training data again.")
        labels, warnings = FORMATS[metadata.mode].find(folder, metadata.classes)
        labelled = [path for path in images if path.stem in labels]
        if len(labelled) < len(images):
            warnings.append(f"{len(images) - len(labelled)} of {len(images)} chips have no labels and are left out.")
        if not labelled:
            raise InputError(f"None of the {len(images)} chips in {folder} has labels.", "Export the training data again.")
        data = cls(folder, metadata, labelled, labels, warnings)
        if not any(len(data.read_targets(chip)) for chip in data.chips):
            raise InputError(
                f"The {len(labelled)} chips in {folder} hold no object.", " ".join(warnings) or "Export labelled objects."
            )
        return data

    def read_image(self, chip: Chip) -> np.ndarray:
        """Return the pixels of a chip, (bands, height, width) in :attr:`dtype`; no-data and NaN are 0.

        Raises:
            InputError: the file is broken or has other bands than the first chip.
        """
        with _open(chip.image) as file:
            if file.count < max(self._indexes) or file.dtypes[0] != self.dtype.name:
                raise InputError(
                    f"The chip {chip.image} has {file.count} bands of {file.dtypes[0]}, but the first chip of the folder "
                    f"has {self.bands} of {self.dtype}.",
                    "Export the training data again.",
                )
            try:
                pixels: np.ndarray = file.read(self._indexes)
            except RasterioError as error:
                raise InputError(f"The chip {chip.image} is broken: {error}", "Export the training data again.") from error
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
        return FORMATS[self.metadata_format].read(chip.labels, *self.tile_size)


def _images(folder: Path) -> list[Path]:
    """The images in a folder, sorted by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)


def _open(path: Path) -> rasterio.DatasetReader:
    """Open a chip, without listing its folder for neighbours: folders of chips are large."""
    try:
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"):
            return rasterio.open(path)
    except RasterioError as error:
        raise InputError(f"The chip {path} cannot be read: {error}.", "Export the training data again.") from error


def _cell_size(transform: Affine | None) -> tuple[float, float] | None:
    """Size of a pixel on the map."""
    if transform is None:
        return None
    return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))
