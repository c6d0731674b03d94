"""What tells one raster from another: its files as they are now, and the grid that is seen of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from .raster import Raster

_BESIDE = (".aux.xml", ".msk", ".ovr")  # what GDAL reads along with a raster, besides its georeference


def identity(raster: Raster) -> str:
    """Return a text that changes whenever the pixels of the working grid may have.

    It holds the paths, sizes and times of all files behind it, side files and the parts of a VRT too, and the working grid. Of
    sources that are no files, such as a web service, only their text is known.
    """
    files = [line for source in raster.sources for line in _files(source, look_inside=len(raster.sources) == 1)]
    return "\n".join([*files, raster.reading])


def _files(source: str, look_inside: bool) -> Iterator[str]:
    """Yield a line for each file of a raster; for many, GDAL is not asked for each."""
    names = [source, *(source + ending for ending in _BESIDE)]
    if look_inside:
        try:
            with rasterio.open(source) as dataset:
                names += dataset.files
        except (RasterioError, ValueError, TypeError):
            pass  # whoever reads it will say so
    yield source
    for name in dict.fromkeys(names):
        try:
            about = os.stat(name)  # noqa: PTH116, a data source may be no path
        except (OSError, ValueError):
            continue
        yield f"{Path(name).resolve()} {about.st_size} {about.st_mtime_ns}"
