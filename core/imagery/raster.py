"""A raster opened for reading in windows: one grid, whatever lies behind it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window as SourceWindow

from ..errors import InputError
from .extent import Extent
from .windows import Window

# Blocks that GDAL keeps in memory, in MB, unless the user set it: its default, a share of the machine, grows with the machine.
os.environ.setdefault("GDAL_CACHEMAX", "512")
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)  # said by Raster.warnings, in the user's words

_BAND_NAMES = {"red": "Red", "green": "Green", "blue": "Blue", "nir": "NearInfrared", "rededge": "RedEdge",
               "coastal": "CoastalBlue", "yellow": "Yellow", "swir": "ShortWaveInfrared", "pan": "Panchromatic"}  # fmt: skip


class Raster:
    """A raster source as a grid of pixels to be read window by window; a context manager, one instance per thread.

    The *working grid* is the raster's own grid, resampled when a cell size is given, then cut to the extent. It keeps
    the raster's rotation and direction. Its pixels do not depend on the extent or on how it is tiled.

    Rasters with ground control points only are seen warped to their coordinate system, and rasters without any
    georeference have x = column and y = -row: both as QGIS shows them, so that labels drawn there fit.

    Args:
        source: a path or any GDAL data source.
        cell_size: size of a working pixel in units of the coordinate system; None or 0 for the raster's own.
        extent: the part to work on, see :meth:`Extent.parse`; None or empty for all.

    Attributes:
        source, name: what was opened, and its file name.
        width, height: pixels of the working grid.
        count: data bands, without alpha.
        dtype: of the data bands (the widest, if they differ).
        nodata: the no-data value of the first band; None when it has none. :meth:`read` uses each band's own.
        band_names: one per band, Esri's words for colours, else the band's description, else ``""``.
        transform: working pixel (col, row) to map, upper-left corner of the pixel.
        crs: coordinate system; None when there is none.
        cell_size: width and height of a working pixel in units of the coordinate system, both positive.
        warnings: sentences about the raster that a user should see.

    Raises:
        InputError: no such raster, not readable, without bands, an extent off it, a cell size larger than it.
        InvalidParameter: an extent that is not one.
    """

    def __init__(self, source: str, cell_size: float | None = None, extent: str | None = None) -> None:
        self.source = str(source)
        self.name = Path(self.source).name or self.source
        self._file = _open(self.source, self.name)
        self._dataset = self._file
        try:
            self._describe()
            self._lay_grid(cell_size, extent)
        except BaseException:
            self.close()
            raise

    def _describe(self) -> None:
        """Set what the file says of itself."""
        data, notes = self._file, []
        transform, crs = data.transform, data.crs or None
        points, points_crs = data.gcps
        if transform.is_identity and points and points_crs:
            data = self._dataset = WarpedVRT(
                data, src_crs=points_crs, crs=points_crs, resampling=Resampling.bilinear, add_alpha=data.nodata is None
            )
            transform, crs = data.transform, data.crs
            notes.append(f"{self.name} is placed by {len(points)} ground control points and is warped while it is read.")
        elif transform.is_identity:
            transform = Affine(1, 0, 0, 0, -1, 0)
            notes.append(f"{self.name} has no georeference: its coordinates are x = column, y = -row, in pixels.")
        elif crs is None:
            notes.append(f"{self.name} has no coordinate system; labels must be in the same one.")
        if transform.is_degenerate:
            raise InputError(
                f"The georeference of {self.name} has pixels without area.", "Repair it, for example with gdal_translate."
            )
        self._source_transform, self.crs = transform, crs

        alpha = [i for i in data.indexes if data.colorinterp[i - 1] is ColorInterp.alpha]
        self._bands = [i for i in data.indexes if i not in alpha] or alpha
        self._alpha = alpha[0] if alpha and alpha != self._bands else None
        self.count = len(self._bands)
        self.dtype = np.result_type(*(np.dtype(data.dtypes[i - 1]) for i in self._bands))
        if self.dtype.kind == "c":
            raise InputError(f"{self.name} holds complex numbers.", "Give a raster of real numbers, for example the amplitude.")
        nodata = [data.nodatavals[i - 1] for i in self._bands]
        self.nodata = nodata[0]
        self._nodata = [_fitting(value, self.dtype) for value in nodata]
        # A mask beside the bands; what GDAL makes of no-data values and of alpha bands is looked at directly.
        self._masked = any(
            MaskFlags.per_dataset in data.mask_flag_enums[i - 1] and MaskFlags.alpha not in data.mask_flag_enums[i - 1]
            for i in self._bands
        )
        self.band_names = tuple(
            _BAND_NAMES.get(data.colorinterp[i - 1].name, "") or data.descriptions[i - 1] or "" for i in self._bands
        )
        self._categories = any(data.colorinterp[i - 1] is ColorInterp.palette for i in self._bands)
        if self._categories:
            notes.append(
                f"{self.name} has a colour table: its pixels are numbers of colours. Convert it to RGB for a photograph."
            )
        self.warnings = tuple(notes)

    def _lay_grid(self, cell_size: float | None, extent: str | None) -> None:
        """Set the working grid."""
        source = self._source_transform
        own_x, own_y = _pixel_size(source)
        self._scale = (cell_size / own_x, cell_size / own_y) if cell_size else (1.0, 1.0)
        if np.allclose(self._scale, 1.0, rtol=0, atol=1e-6):  # the same number, read from a text
            self._scale = (1.0, 1.0)
        # Whole working pixels only: one that overhangs the raster by a part has no full data.
        full_width, full_height = (
            int(length / scale + 1e-6)
            for length, scale in zip((self._dataset.width, self._dataset.height), self._scale, strict=True)
        )
        if full_width < 1 or full_height < 1:
            raise InputError(
                f"The cell size {cell_size:g} is larger than {self.name}, "
                f"which has {self._dataset.width} x {self._dataset.height} pixels of {own_x:g} x {own_y:g}.",
                "The cell size is in units of the raster's coordinate system, degrees for geographic ones.",
            )
        grid = source * Affine.scale(*self._scale)
        cut = Window(0, 0, full_width, full_height)
        if extent:
            cut = Extent.parse(extent).window(grid, full_width, full_height, self.crs, self.name)
        self._cut = cut
        self.width, self.height = cut.width, cut.height
        self.transform = cut.transform(grid)
        self.cell_size = _pixel_size(self.transform)

    @property
    def fill(self) -> np.generic | None:
        """The no-data value in :attr:`dtype`, when pixels can have it and it is the same in all bands; else None."""
        first = self._nodata[0]
        same = first is not None and all(value is not None and str(value) == str(first) for value in self._nodata)
        return first if same else None

    @property
    def crs_wkt(self) -> str | None:
        """The coordinate system as WKT, or None."""
        return self.crs.to_wkt() if self.crs else None

    def read(self, window: Window, bands: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Read a window of the working grid; it may overhang the raster or miss it.

        Coarser cell sizes average, finer ones interpolate bilinearly, rasters with a colour table take the nearest pixel.

        Args:
            window: which pixels.
            bands: which bands, counted from 0; all when None.

        Returns:
            The pixels, (bands, height, width) in :attr:`dtype`, 0 where a band has no value; and where there is any value,
            (height, width) bool: False outside the raster, where all these bands are no-data or NaN, and where the
            raster is masked or transparent.

        Raises:
            InputError: the file is broken there.
        """
        indexes = list(range(self.count)) if bands is None else list(bands)
        pixels = np.zeros((len(indexes), window.height, window.width), self.dtype)
        valid = np.zeros((window.height, window.width), bool)
        left, top, right, bottom = window.bounds
        inner_left, inner_top, inner_right, inner_bottom = (
            max(left, 0),
            max(top, 0),
            min(right, self.width),
            min(bottom, self.height),
        )
        if inner_left >= inner_right or inner_top >= inner_bottom:
            return pixels, valid
        inside = (slice(inner_top - top, inner_bottom - top), slice(inner_left - left, inner_right - left))
        try:
            self._read_inside(
                indexes, Window(inner_left, inner_top, inner_right - inner_left, inner_bottom - inner_top),
                pixels[:, inside[0], inside[1]], valid[inside],
            )  # fmt: skip
        except RasterioError as error:
            raise InputError(
                f"{self.name} cannot be read at {window} of {self.width} x {self.height}: {_reason(error)}",
                "The file is damaged or incomplete; copy or download it again.",
            ) from error
        return pixels, valid

    def _read_inside(self, indexes: list[int], window: Window, pixels: np.ndarray, valid: np.ndarray) -> None:
        """Fill ``pixels`` and ``valid`` with a window that lies on the raster."""
        scale_x, scale_y = self._scale
        resampled = self._scale != (1.0, 1.0)
        source = SourceWindow(
            (self._cut.col + window.col) * scale_x, (self._cut.row + window.row) * scale_y,
            window.width * scale_x, window.height * scale_y,
        )  # fmt: skip
        how = Resampling.nearest
        if resampled and not self._categories:
            how = Resampling.average if max(self._scale) > 1 else Resampling.bilinear
        read = self._dataset.read(
            [self._bands[i] for i in indexes],
            window=source, out_shape=pixels.shape, out_dtype=self.dtype, resampling=how,
        )  # fmt: skip
        known = np.ones(read.shape, bool)
        for position, i in enumerate(indexes):
            value = self._nodata[i]
            if value is not None and not np.isnan(value):
                np.not_equal(read[position], value, out=known[position])
        if self.dtype.kind == "f":
            known &= ~np.isnan(read)
        np.any(known, axis=0, out=valid)
        if self._alpha is not None:
            valid &= self._dataset.read(self._alpha, window=source, out_shape=valid.shape) > 0
        if self._masked:
            valid &= self._dataset.read_masks(self._bands[0], window=source, out_shape=valid.shape) > 0
        np.copyto(pixels, read, where=known & valid)

    def close(self) -> None:
        """Close the file."""
        if self._dataset is not self._file:
            self._dataset.close()
        self._file.close()

    def __enter__(self) -> Raster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _open(source: str, name: str) -> rasterio.DatasetReader:
    """Open a source that has bands."""
    try:
        dataset = rasterio.open(source)
    except (RasterioError, ValueError, TypeError) as error:
        path = Path(source)
        if path.is_absolute() and not path.exists():
            raise InputError(f"There is no raster {source}.", "Check the path.") from error
        raise InputError(
            f"{name} cannot be opened as a raster: {_reason(error)}",
            "Check that it opens in QGIS; it may be damaged or incomplete.",
        ) from error
    if dataset.count == 0:
        parts = dataset.subdatasets
        dataset.close()
        hint = f"Choose one of its parts: {', '.join(parts[:10])}." if parts else "Choose another raster."
        raise InputError(f"{name} has no raster bands of its own.", hint)
    return dataset


def _reason(error: BaseException) -> str:
    """The innermost text of a GDAL error, as one sentence."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{str(error).strip().rstrip('.')}."


def _pixel_size(transform: Affine) -> tuple[float, float]:
    """Width and height of a pixel on the map, both positive."""
    return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))


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
