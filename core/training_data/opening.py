"""Chip and mask images opened for reading: only in the formats that exports have, and never half a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from ..errors import InputError

IMAGES = {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".mrf"}  # endings
AGAIN = "Export the training data again."
_DRIVERS = {  # by the first bytes; any other file called .tif might make GDAL open what it names
    b"II*\0": "GTiff", b"MM\0*": "GTiff", b"II+\0": "GTiff", b"MM\0+": "GTiff", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG",
    b"<MRF": "MRF",
}  # fmt: skip
_LARGEST = 2**30  # values: a damaged file may claim any size
_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",  # folders of chips are large
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "TRUE",  # else the missing part of a truncated JPEG is grey, without a word,
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",  # and all of a truncated PNG is anything
}


@contextmanager
def open_image(path: Path, what: str = "chip") -> Iterator[rasterio.DatasetReader]:
    """Open an image; reading it inside the block is covered too.

    Args:
        path: of the image.
        what: it is, for errors: ``"chip"`` or ``"mask"``.

    Raises:
        InputError: it is missing, truncated, damaged, or of another format.
    """
    try:
        with path.open("rb") as start:
            head = start.read(4)
        driver = _DRIVERS.get(head) or _DRIVERS.get(head[:3])
        if driver is None:
            raise InputError(f"The {what} {path} cannot be read: it is no TIFF, PNG, JPEG or MRF file.", AGAIN)
        with rasterio.Env(**_OPTIONS), rasterio.open(path, driver=driver) as file:
            if file.width * file.height * file.count > _LARGEST:
                raise InputError(
                    f"The {what} {path} says that it has {file.width} x {file.height} pixels of {file.count} bands.", AGAIN
                )
            yield file
    except (RasterioError, ValueError, OSError) as error:
        raise InputError(f"The {what} {path} cannot be read: {_reason(error)}.", AGAIN) from error


def _reason(error: BaseException) -> str:
    """The innermost text of a GDAL error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().rstrip(".")
