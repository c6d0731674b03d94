"""A raster file as it is read: opened when it is needed, perhaps warped, no-data and masks resolved."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window as SourceWindow

from ..errors import InputError
from .dataset import Bands, open_dataset, reason
from .grid import PixelGrid

_NUDGE = 1e-6  # pixels


class Source:
    """A raster file, or what is seen of it through warps. A copy is closed.

    Args:
        path: a path or any GDAL data source.
        name: what errors call it.
        bands: the data bands wanted, see :meth:`Bands.of`.

    Attributes:
        bands: what is known of the bands wanted.

    Raises:
        InputError: see :func:`open_dataset` and :meth:`Bands.of`.
        InvalidParameter: see :meth:`Bands.of`.
    """

    def __init__(self, path: str, name: str, bands: Sequence[int] | None) -> None:
        # A copy may be read in another process, where a relative path means something else.
        self._path, self._name = os.path.abspath(path) if os.path.exists(path) else path, name  # noqa: PTH100, PTH110
        self._warps: list[dict[str, Any]] = []
        self._open: list[rasterio.DatasetReader] = []  # the file, and a dataset for each warp
        try:
            self.bands = Bands.of(self.dataset(), bands, name)
        except BaseException:
            self.close()
            raise
        self._alpha, self._masked = self.bands.alpha, self.bands.masked

    def dataset(self) -> rasterio.DatasetReader:
        """Return what is seen, opened if it is not.

        Raises:
            InputError: the file is gone, or cannot be warped.
        """
        try:
            if not self._open:
                self._open.append(open_dataset(self._path, self._name))
            for options in self._warps[len(self._open) - 1 :]:
                self._open.append(WarpedVRT(self._open[-1], **options))
        except RasterioError as error:
            raise InputError(
                f"{self._name} cannot be warped: {reason(error)}", "Warp it beforehand, for example with gdalwarp."
            ) from error
        return self._open[-1]

    def warp_by_control_points(self, crs: CRS) -> None:
        """See it warped to the system of its ground control points, on the grid that GDAL chooses."""
        self._warp(Resampling.bilinear, src_crs=crs, crs=crs)

    def warp_to(self, grid: PixelGrid, how: Resampling) -> None:
        """See it on a grid; rasters with a colour table by their nearest pixels, whatever is asked."""
        # A middle that lies on the border of two files would belong to neither where rounding pushes it out of both.
        transform = grid.transform * Affine.translation(_NUDGE, _NUDGE)
        self._warp(how, crs=grid.crs, transform=transform, width=grid.width, height=grid.height)

    def _warp(self, how: Resampling, **options: Any) -> None:
        below = self.dataset()
        if self.bands.declared is not None and self.bands.nodata[0] is None:
            options |= {"src_nodata": None, "nodata": None}
        has_alpha = any(colour.name == "alpha" for colour in below.colorinterp)
        how = Resampling.nearest if self.bands.categories else how
        self._warps.append({**options, "resampling": how, "add_alpha": not has_alpha})
        if self._alpha is None:
            self._alpha = below.count + (not has_alpha)
        self._masked = False  # it is in the alpha band from now on

    def read(
        self, chosen: Sequence[int], window: SourceWindow, shape: tuple[int, int], how: Resampling
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read a window of what is seen.

        Args:
            chosen: which of the bands, counted from 0.
            window: which pixels; it lies on what is seen.
            shape: height and width of what is wanted; other than the window's, it is resampled.
            how: the way to do so.

        Returns:
            As :meth:`Raster.read`.

        Raises:
            RasterioError: the file is broken there.
            InputError: see :meth:`dataset`.
        """
        dataset, bands = self.dataset(), self.bands
        pixels = dataset.read(
            [bands.indexes[i] for i in chosen],
            window=window, out_shape=(len(chosen), *shape), out_dtype=bands.dtype, resampling=how,
        )  # fmt: skip
        valid = _erase_unknown(pixels, [bands.nodata[i] for i in chosen])
        seen = None
        if self._alpha is not None:
            seen = dataset.read(self._alpha, window=window, out_shape=shape) > 0
        if self._masked:
            mask = dataset.read_masks(bands.indexes[0], window=window, out_shape=shape) > 0
            seen = mask if seen is None else seen & mask
        if seen is not None and not seen.all():
            pixels[:, ~seen] = 0
            valid &= seen
        return pixels, valid

    def close(self) -> None:
        """Close the file; reading opens it again."""
        while self._open:
            self._open.pop().close()

    @property
    def closed(self) -> bool:
        """Whether no file is open."""
        return not self._open

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": []}


def _erase_unknown(pixels: np.ndarray, nodata: Sequence[np.generic | None]) -> np.ndarray:
    """Set what is no-data or NaN to 0, in place, and tell where any band is known, (height, width) bool."""
    real = pixels.dtype.kind == "f"
    if not real and all(value is None for value in nodata):
        return np.ones(pixels.shape[1:], bool)
    valid = np.zeros(pixels.shape[1:], bool)
    for band, value in zip(pixels, nodata, strict=True):
        known = ~np.isnan(band) if real else np.ones(band.shape, bool)
        if value is not None and not np.isnan(value):
            known &= band != value
        valid |= known
        if (real or value != 0) and not known.all():
            np.copyto(band, 0, where=~known)
    return valid
