"""Chip images: GeoTIFF, PNG or JPEG, each with a world file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS

from ..errors import InputError
from .chips import ChipFrame
from .tiff import TiffEncoder

ENDINGS = {"TIFF": "tif", "PNG": "png", "JPEG": "jpg"}


@dataclass(frozen=True)
class ImageStyle:
    """How the images of an export are written.

    Attributes:
        image_format: a key of :data:`ENDINGS`.
        quality: of JPEG, 1..100.
        nodata: what the file says pixels without data hold; TIFF only, None for nothing.
        fill: that value in the type of the pixels.
    """

    image_format: str = "TIFF"
    quality: int = 95
    nodata: float | None = None
    fill: np.generic | None = None

    @property
    def ending(self) -> str:
        """The file ending, without dot."""
        return ENDINGS[self.image_format]


def check_format(image_format: str, name: str, count: int, dtype: np.dtype) -> None:
    """Raise InputError if the image format cannot hold the pixels of the raster called ``name``."""
    if image_format != "TIFF" and (count not in (1, 3) or dtype != np.uint8):
        raise InputError(
            f"{image_format} takes 1 or 3 bands of 8 bits, but {name} has {count} of type {dtype}.",
            "Choose TIFF as image format" + (", or three Bands." if count > 3 and dtype == np.uint8 else "."),
        )


def write_image(folder: Path, frame: ChipFrame, pixels: np.ndarray, valid: np.ndarray | None, style: ImageStyle) -> None:
    """Write ``images/<image>`` and its world file.

    In a TIFF, pixels without data take the no-data value, if there is one, and the file says so; else they are 0.

    Args:
        folder: the one that holds ``images``.
        frame: names, size and place of the chip.
        pixels: (bands, height, width).
        valid: (height, width) bool; None where all is.
        style: format and no-data.
    """
    path = folder / "images" / frame.image
    if style.image_format == "TIFF":
        if style.fill is not None and valid is not None:
            pixels = np.where(valid, pixels, style.fill)
        write_tiff(path, frame, pixels, nodata=style.nodata if style.fill is not None else None)
    else:
        options = {"quality": style.quality} if style.image_format == "JPEG" else {"zlevel": 6}
        with rasterio.open(
            path, "w", width=frame.width, height=frame.height, count=len(pixels), dtype=pixels.dtype,
            transform=frame.transform, crs=frame.crs, driver=style.image_format, **options,
        ) as file:  # fmt: skip
            file.write(pixels)
    place = folder / "images" / f"{frame.stem}.{style.ending[0]}{style.ending[-1]}w"
    place.write_bytes(world_file(frame.transform).encode("ascii"))


def write_tiff(path: Path, frame: ChipFrame, pixels: np.ndarray, compress: bool = False, nodata: float | None = None) -> None:
    """Write (bands, h, w) pixels at the place of a chip as a GeoTIFF."""
    kind = pixels.shape, pixels.dtype, compress, nodata
    crs, encoder = _encoders.get(kind, (None, None))
    if encoder is None or crs is not frame.crs:
        if len(_encoders) >= _KINDS:
            _encoders.clear()
        count, height, width = pixels.shape
        options: dict[str, Any] = {} if nodata is None else {"nodata": nodata}
        encoder = TiffEncoder(count, height, width, pixels.dtype, frame.crs, compress, **options)
        _encoders[kind] = frame.crs, encoder
    encoder.write(path, pixels, frame.transform)


_KINDS = 64  # kinds of chip remembered: images are of one, masks of few
# With the coordinate system they are for, which is compared by identity: to compare two takes as long as to write a chip.
_encoders: dict[tuple[Any, ...], tuple[CRS | None, TiffEncoder]] = {}


def world_file(transform: Affine) -> str:
    """Return the six lines of an ESRI world file, which name the centre of the upper-left pixel.

    ArcGIS Pro writes 10 decimals, which is too coarse for pixels in degrees; here it is 15.
    """
    x, y = transform * (0.5, 0.5)
    return "".join(f"{value:.15f}\n" for value in (transform.a, transform.d, transform.b, transform.e, x, y))
