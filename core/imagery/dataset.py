"""A raster file as GDAL opens it, and what it says of its bands."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from ..errors import InputError, InvalidParameter

# Blocks that GDAL keeps in memory, in MB, unless the user set it: its default, a share of the machine, grows with the machine.
os.environ.setdefault("GDAL_CACHEMAX", "64")
# Side files are looked for in a list of the folder up to this many files, beyond by name: else each of 10,000 files lists them.
os.environ.setdefault("GDAL_READDIR_LIMIT_ON_OPEN", "50")
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)  # said by Raster.warnings, in the user's words

_BAND_NAMES = {"red": "Red", "green": "Green", "blue": "Blue", "nir": "NearInfrared", "rededge": "RedEdge",
               "coastal": "CoastalBlue", "yellow": "Yellow", "swir": "ShortWaveInfrared", "pan": "Panchromatic"}  # fmt: skip


def open_dataset(source: str, name: str) -> rasterio.DatasetReader:
    """Open a raster source that has bands.

    Args:
        source: a path or any GDAL data source.
        name: what errors call it.

    Raises:
        InputError: no such raster, not readable, without bands.
    """
    try:
        dataset = rasterio.open(source)
    except (RasterioError, ValueError, TypeError) as error:
        path = Path(source)
        if path.is_absolute() and not path.exists():
            raise InputError(f"There is no raster {source}.", "Check the path.") from error
        raise InputError(
            f"{name} cannot be opened as a raster: {reason(error)}",
            "Check that it opens in QGIS; it may be damaged or incomplete.",
        ) from error
    if dataset.count == 0:
        parts = dataset.subdatasets
        dataset.close()
        hint = f"Choose one of its parts: {', '.join(parts[:10])}." if parts else "Choose another raster."
        raise InputError(f"{name} has no raster bands of its own.", hint)
    return dataset


def reason(error: BaseException) -> str:
    """Return the innermost text of a GDAL error, as one sentence."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{str(error).strip().rstrip('.')}."


@dataclass(frozen=True)
class Bands:
    """The data bands of a raster, those chosen, in the order chosen.

    Attributes:
        indexes: GDAL's numbers of them, from 1.
        alpha: GDAL's number of the band that says what is transparent, None when there is none.
        dtype: one type for all of them, the widest if they differ.
        declared: the no-data value of the first, None when it has none.
        nodata: that of each as the pixels hold it, None when it has none or no pixel can have it.
        masked: whether the file has a mask beside its bands.
        names: Esri's words for colours, else the band's description, else ``""``.
        categories: whether pixels are numbers of colours, between which there is nothing.
    """

    indexes: tuple[int, ...]
    alpha: int | None
    dtype: np.dtype
    declared: float | None
    nodata: tuple[np.generic | None, ...]
    masked: bool
    names: tuple[str, ...]
    categories: bool

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.indexes)

    @classmethod
    def of(cls, dataset: rasterio.DatasetReader, chosen: Sequence[int] | None, name: str) -> Bands:
        """Look at the bands of a dataset.

        Args:
            dataset: the file.
            chosen: which data bands, counted from 0 without alpha, in the order wanted; None for all.
            name: of the raster, for errors.

        Raises:
            InputError: complex numbers.
            InvalidParameter: a band that is not there.
        """
        colours = dataset.colorinterp
        alpha = [i for i in dataset.indexes if colours[i - 1] is ColorInterp.alpha]
        data = [i for i in dataset.indexes if i not in alpha] or alpha
        missing = [i + 1 for i in chosen or () if not 0 <= i < len(data)]
        if missing or (chosen is not None and not len(chosen)):
            besides = " besides alpha" if alpha and alpha != data else ""
            has = f"{name} has {len(data)} {'band' if len(data) == 1 else 'bands'}{besides}"
            raise InvalidParameter(
                f"BANDS names band {missing[0]}, but {has}." if missing else f"BANDS names no band; {has}.",
                "Bands are counted from 1.",
            )
        indexes = tuple(data if chosen is None else (data[i] for i in chosen))
        dtype = np.result_type(*(np.dtype(dataset.dtypes[i - 1]) for i in indexes))
        if dtype.kind == "c":
            raise InputError(f"{name} holds complex numbers.", "Give a raster of real numbers, for example the amplitude.")
        declared = dataset.nodatavals
        flags, texts = dataset.mask_flag_enums, dataset.descriptions
        return cls(
            indexes=indexes,
            alpha=alpha[0] if alpha and alpha != data else None,
            dtype=dtype,
            declared=declared[indexes[0] - 1],
            nodata=tuple(_fitting(declared[i - 1], dtype) for i in indexes),
            # A mask beside the bands; what GDAL makes of no-data values and of alpha bands is looked at directly.
            masked=any(MaskFlags.per_dataset in flags[i - 1] and MaskFlags.alpha not in flags[i - 1] for i in indexes),
            names=tuple(_BAND_NAMES.get(colours[i - 1].name, "") or texts[i - 1] or "" for i in indexes),
            categories=any(colours[i - 1] is ColorInterp.palette for i in indexes),
        )

    def check_like(self, other: Bands, name: str, other_name: str) -> None:
        """Raise InputError unless another raster has as many bands of the same type."""
        if (len(self), self.dtype) != (len(other), other.dtype):
            raise InputError(
                f"{other_name} has {other._kind()}, but {name} has {self._kind()}.",
                "All rasters must have the same bands; leave out the one that differs, or convert it.",
            )

    def _kind(self) -> str:
        return f"{len(self)} {'band' if len(self) == 1 else 'bands'} of type {self.dtype}"


def _fitting(nodata: float | None, dtype: np.dtype) -> np.generic | None:
    """A no-data value as the raster stores it; None when no pixel can have it."""
    if nodata is None:
        return None
    with np.errstate(over="ignore"):
        if dtype.kind == "f":
            return dtype.type(nodata)
        limits = np.iinfo(dtype)
        fits = np.isfinite(nodata) and limits.min <= nodata <= limits.max and nodata == int(nodata)
        return dtype.type(int(nodata)) if fits else None
