"""The rasters in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from ..errors import InputError

# What is a raster by its name: if GDAL cannot open it, it is damaged.
_RASTERS = {".tif", ".tiff", ".vrt", ".jp2", ".j2k", ".png", ".jpg", ".jpeg", ".img", ".bmp", ".gif", ".webp", ".asc", ".ntf"}
# What lies beside rasters or tells of them, though GDAL would open some of it as one.
_SIDE_FILES = {".ovr", ".msk", ".aux", ".rrd", ".xml", ".txt", ".csv", ".json", ".geojson", ".html", ".pdf", ".zip", ".hdr",
               ".prj", ".wld", ".shp", ".shx", ".dbf", ".cpg", ".sbn", ".sbx", ".qml", ".qgz", ".qgs", ".lyr", ".lyrx", ".emd",
               ".dlpk", ".db", ".ini", ".log", ".md", ".py", ".rpb", ".met", ".rpc"}  # fmt: skip


def expand(sources: Sequence[str]) -> list[str]:
    """Replace the folders among raster sources by the rasters in them, and leave out what is named twice.

    A folder stands for the rasters directly in it, sorted by name. Side files, hidden files and what GDAL does not know are
    left out. A folder that is a raster itself, as some formats are, stands for that.

    Args:
        sources: paths or GDAL data sources.

    Returns:
        Paths or data sources of rasters, in order.

    Raises:
        InputError: a folder without rasters, or one that cannot be read.
    """
    found: dict[str, str] = {}
    for source in map(str, sources):
        is_folder = os.path.isdir(source)  # noqa: PTH112, a data source may be longer than a path, which raises there
        for path in _rasters_in(Path(source)) if is_folder else [source]:
            found.setdefault(os.path.normcase(os.path.realpath(path)), path)
    return list(found.values())


def _rasters_in(folder: Path) -> list[str]:
    if _is_raster(folder):
        return [str(folder)]
    try:
        files = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be read: {error.strerror}.", "Check its rights.") from error
    rasters = [str(folder / name) for name in files if _holds_raster(folder / name)]
    if not rasters:
        raise InputError(
            f"There is no raster in the folder {folder}.", "Folders inside it are not searched; give the one with the images."
        )
    return rasters


def _holds_raster(path: Path) -> bool:
    ending = path.suffix.lower()
    if path.name.startswith((".", "~")) or ending in _SIDE_FILES or _is_world_file(ending):
        return False
    return ending in _RASTERS or _is_raster(path)


def _is_world_file(ending: str) -> bool:
    """Whether it is ``.tfw``, ``.jgw``, ``.tifw`` or the like."""
    return ending.endswith("w") and ending != ".raw"


def _is_raster(path: Path) -> bool:
    """Whether GDAL sees bands there."""
    try:
        with rasterio.open(path) as dataset:
            return dataset.count > 0
    except (RasterioError, ValueError, TypeError):
        return False
