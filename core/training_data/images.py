"""Chip images: GeoTIFF, PNG or JPEG, each with a world file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile

from ..errors import InputError
from ..imagery import Raster
from .chips import ChipFrame

ENDINGS = {"TIFF": "tif", "PNG": "png", "JPEG": "jpg"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"driver": "PNG", "zlevel": 6},
    "JPEG": {"driver": "JPEG", "quality": 95},
}


def check_format(image_format: str, raster: Raster) -> None:
    """Raise InputError if the image format cannot hold the raster's pixels."""
    if image_format != "TIFF" and (raster.count not in (1, 3) or raster.dtype != np.uint8):
        raise InputError(
            f"{image_format} takes 1 or 3 bands of 8 bits, but {raster.name} has {raster.count} of type {raster.dtype}.",
            "Choose TIFF as image format.",
        )


def write_image(
    folder: Path, frame: ChipFrame, pixels: np.ndarray, valid: np.ndarray, image_format: str, raster: Raster
) -> None:
    """Write ``images/<image>`` and its world file.

    In a TIFF, pixels without data take the raster's no-data value, if it has one, and the file says so; else they are 0.

    Args:
        folder: the one that holds ``images``.
        frame: names, size and place of the chip.
        pixels: (bands, height, width).
        valid: (height, width) bool.
        image_format: a key of :data:`ENDINGS`.
        raster: what the pixels are from.
    """
    nodata = None
    if image_format == "TIFF" and raster.fill is not None:
        nodata = raster.nodata
        pixels = np.where(valid, pixels, raster.fill)
    path = folder / "images" / frame.image
    if image_format == "TIFF":
        write_tiff(path, frame, pixels, nodata=nodata)
    else:
        with rasterio.open(path, "w", **_profile(frame, pixels), **_OPTIONS[image_format]) as file:
            file.write(pixels)
    suffix = path.suffix
    path.with_suffix(f".{suffix[1]}{suffix[-1]}w").write_text(world_file(frame.transform), "ascii", newline="\n")


def write_tiff(path: Path, frame: ChipFrame, pixels: np.ndarray, **options: Any) -> None:
    """Write (bands, h, w) pixels at the place of a chip as a GeoTIFF; options go to its driver.

    It is made in memory and written at once: the driver itself writes many small pieces, which takes half as long again.
    """
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", **_profile(frame, pixels), **options) as file:
            file.write(pixels)
        path.write_bytes(memory.getbuffer())


def _profile(frame: ChipFrame, pixels: np.ndarray) -> dict[str, Any]:
    return {
        "width": frame.width, "height": frame.height, "count": len(pixels), "dtype": pixels.dtype,
        "transform": frame.transform, "crs": frame.crs,
    }  # fmt: skip


def world_file(transform: Affine) -> str:
    """Return the six lines of an ESRI world file, which name the centre of the upper-left pixel.

    ArcGIS Pro writes 10 decimals, which is too coarse for pixels in degrees; here it is 15.
    """
    x, y = transform * (0.5, 0.5)
    return "".join(f"{value:.15f}\n" for value in (transform.a, transform.d, transform.b, transform.e, x, y))
