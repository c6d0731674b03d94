"""The metadata files of a chip folder: ``esri_model_definition.emd`` and ``esri_accumulated_stats.json``, read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import InputError
from ..packages.classes import ClassInfo
from .chips import BandStatistics

EMD = "esri_model_definition.emd"
STATISTICS = "esri_accumulated_stats.json"
OWN_KEY = "Kestrel"  # what Kestrel adds lives under one key, which other readers ignore


@dataclass(frozen=True)
class Metadata:
    """What the files say; empty where they, old ones above all, say nothing.

    Attributes:
        mode: Esri's name of the chip format.
        classes: ascending by value, without background.
        band_names: one per band.
        bands: for each band, its number among those of the imagery, from 0; empty when they are all of them.
        statistics: one per band.
        cell_size: (x, y) in units of the coordinate system, or None.
        crs_wkt: coordinate system, or None.
        image_space: ``"MAP_SPACE"`` or ``"PIXEL_SPACE"``.
    """

    mode: str
    classes: tuple[ClassInfo, ...]
    band_names: tuple[str, ...] = ()
    statistics: tuple[BandStatistics, ...] = ()
    cell_size: tuple[float, float] | None = None
    crs_wkt: str | None = None
    image_space: str = "MAP_SPACE"
    bands: tuple[int, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Metadata:
        """Read the files of a folder.

        Raises:
            InputError: the folder has none, or they are broken or do not name the chip format.
        """
        if not (folder / EMD).is_file():
            raise InputError(
                f"{folder} is not a folder of training data: it has no {EMD}.",
                "Choose the folder that Export Training Data For Deep Learning wrote, which holds images and labels.",
            )
        emd = _json(folder / EMD)
        accumulated = _json(folder / STATISTICS) if (folder / STATISTICS).is_file() else {}
        mode = accumulated.get("MetaDataMode") or emd.get("MetaDataMode")
        if not mode:
            raise InputError(
                f"Neither {STATISTICS} nor {EMD} in {folder} names the chip format (MetaDataMode).", "Export again."
            )
        try:
            own = emd.get(OWN_KEY, {})
            size = own.get("CellSize") or _pair(emd.get("MinCellSize"))
            return cls(
                mode=str(mode),
                classes=_classes(emd),
                band_names=tuple(str(name) for name in emd.get("InputRastersProps", {}).get("BandNames", ())),
                statistics=_statistics(emd, accumulated),
                cell_size=(float(size[0]), float(size[1])) if size else None,
                crs_wkt=own.get("CRS") or _crs(emd.get("MinCellSize")),
                bands=tuple(int(band) for band in own.get("Bands", ())),
                image_space="PIXEL_SPACE" if emd.get("ImageSpaceUsed") == "PIXEL_SPACE" else "MAP_SPACE",
            )
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError) as error:
            raise InputError(
                f"{folder / EMD} is not in the form that ArcGIS Pro writes ({error!r}).", "Export again."
            ) from error


def _json(path: Path) -> dict[str, Any]:
    """Read a JSON object in UTF-8, or in the code page of a Western Windows, as old versions wrote it."""
    try:
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252")
        content = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Export the training data again.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} does not hold a JSON object.", "Export the training data again.")
    return content


def _classes(emd: dict[str, Any]) -> tuple[ClassInfo, ...]:
    """The classes of an .emd; the keys of old versions too."""
    found = []
    for item in emd.get("Classes", ()):
        value = int(item["Value"] if "Value" in item else item["ClassValue"])
        name = str(item.get("Name", item.get("ClassName", value)))
        color = item.get("Color") or (-1, -1, -1)
        known = (int(color[0]), int(color[1]), int(color[2]))
        found.append(ClassInfo(value, name, known if min(known) >= 0 else None))
    background = {"nodata", "background"}  # what Esri calls value 0, which no object has
    objects = (item for item in found if item.value != 0 or item.name.lower() not in background)
    return tuple(sorted(objects, key=lambda item: item.value))


def _statistics(emd: dict[str, Any], accumulated: dict[str, Any]) -> tuple[BandStatistics, ...]:
    """Band statistics of the .emd, else from the sums of the accumulated ones."""
    sums = accumulated.get("BandStatsState", ())
    if "AllTilesStats" in emd:
        bands = emd["AllTilesStats"]
        pixels = [float(band["Num"]) for band in sums] if len(sums) == len(bands) else [0.0] * len(bands)
        return tuple(
            BandStatistics(float(band["Min"]), float(band["Max"]), float(band["Mean"]), float(band["StdDev"]), number)
            for band, number in zip(bands, pixels, strict=True)
        )
    return tuple(
        BandStatistics(
            float(band["Min"]), float(band["Max"]), float(band["M1"]), float(np.sqrt(band["M2"] / max(band["Num"], 1))),
            float(band["Num"]),
        )
        for band in sums
    )  # fmt: skip


def _pair(cell_size: dict[str, Any] | None) -> tuple[float, float] | None:
    """A cell size of Esri's JSON."""
    return (float(cell_size["x"]), float(cell_size["y"])) if cell_size else None


def _crs(cell_size: dict[str, Any] | None) -> str | None:
    """The coordinate system of a cell size in Esri's JSON as WKT; None when there is none or it is unknown."""
    reference = (cell_size or {}).get("spatialReference") or {}
    names = [
        f"{authority}:{reference[key]}" for authority in ("EPSG", "ESRI") for key in ("latestWkid", "wkid") if key in reference
    ]
    for name in (*names, reference.get("wkt")):
        try:
            if name:
                return str(CRS.from_user_input(name).to_wkt())
        except CRSError:
            continue
    return None
