"""The facts in Esri's keys of an ``.emd``, in every form in which they are found.

Keys and their meaning: Esri's "Writing a model definition file" (github.com/Esri/raster-deep-learning), plus what ArcGIS
API for Python writes for its own detectors. Files were also edited by hand and by scripts: numbers and lists come as texts,
templates were left in place ("e.g. 256"). What can be understood is; what cannot, and a detector needs, is named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from . import loose
from .card import IMAGENET, MAX_BANDS, ModelCard, Normalisation
from .classes import ClassInfo
from .kinds import DETECTORS, kind_of, name_by_configuration

_BACKBONES = {"RetinaNet": "resnet50"}  # what arcgis.learn takes when a package does not tell
_LARGEST_CODE = 10**7  # EPSG's and Esri's codes are below
_PHOTOGRAPH = ("Red", "Green", "Blue")


Systems = Callable[[str, int], str | None]
"""Gives the WKT of a coordinate system by authority and code: rasterio's in the worker, QGIS's in QGIS, which must not mix."""


def from_esri(content: Mapping[str, Any], wkt_of: Systems) -> ModelCard:
    """Return the facts in Esri's keys alone.

    What a kind of model that Kestrel cannot run does not say, or says in words that are not known, stays unknown: no classes,
    no bands, a tile size of 0. Detectors need it, and are refused without.

    Raises:
        KeyError, TypeError, ValueError, IndexError: keys that a detector needs are missing or damaged.
    """
    configuration = loose.text(content.get("ModelConfiguration"))
    kind = loose.text(content.get("ModelName")) or name_by_configuration(configuration) or "unknown"
    parameters = loose.mapping(content.get("ModelParameters"))
    sizes = (_cell_size(content.get(key), wkt_of) for key in ("MaxCellSize", "MinCellSize"))
    cell, wkt = next(filter(None, sizes), (None, None))
    multispectral = loose.truth(content.get("IsMultispectral")) or bool(content.get("NormalizationStats"))
    sides = ("ImageHeight", "ImageWidth") if kind == "MaskRCNN" else ("ImageWidth", "ImageHeight")
    keywords = loose.mapping(content.get("MaskRCNNkwargs")) or loose.mapping(content.get("Kwargs"))
    classes: tuple[ClassInfo, ...] = ()
    bands: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    normalisation = Normalisation("unknown", (), ())
    try:
        classes = tuple(_class(item) for item in loose.listed(content["Classes"]))
        bands, names = _bands(content)
        normalisation = _normalisation(content, bands) if multispectral else IMAGENET
    except (LookupError, TypeError, ValueError, ArithmeticError):
        if kind in DETECTORS:
            raise
    return ModelCard(
        model_type=kind,
        backbone=loose.text(parameters.get("backbone")) or loose.text(content.get("backbone")) or _BACKBONES.get(kind, ""),
        classes=classes,
        bands=bands,
        band_names=names,
        dtype="uint8" if normalisation is IMAGENET else "",
        tile_size=_tile_size(content.get(sides[0])) or _tile_size(content.get(sides[1])),
        cell_size=cell,
        crs_wkt=wkt,
        normalisation=normalisation,
        value_range=tuple(zip(normalisation.minimum, normalisation.maximum, strict=True)),
        metrics={"average_precision_score": content["average_precision_score"]} if "average_precision_score" in content else {},
        threshold=kind_of(kind).threshold,
        options={**parameters, "keywords": keywords},
        layout="esri",
        origin="esri",
        image_space="PIXEL_SPACE" if content.get("ImageSpaceUsed") == "PIXEL_SPACE" else "MAP_SPACE",
    )


def _class(item: Any) -> ClassInfo:
    """Return a class; old packages write ClassValue and ClassName."""
    if not isinstance(item, Mapping):
        raise ValueError(f"one of its Classes is {repr(item)[:50]}")
    value = item["Value"] if "Value" in item else item["ClassValue"]
    number = loose.number(value)
    if number is None or number != int(number) or abs(number) > 2**31 - 1:
        raise ValueError(f"a class has the value {repr(value)[:50]}, which is no whole number")
    name = loose.text(item.get("Name", item.get("ClassName"))) or str(int(number))
    return ClassInfo(int(number), name, _color(item.get("Color")))


def _color(value: Any) -> tuple[int, int, int] | None:
    """Return red, green, blue; Esri writes -1 where it knows none."""
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value.strip()):
        digits = value.strip()
        return int(digits[1:3], 16), int(digits[3:5], 16), int(digits[5:7], 16)
    try:
        parts = [loose.number(part) for part in loose.listed(value)[:3]]
    except ValueError:
        return None
    if len(parts) < 3 or any(part is None or not 0 <= part <= 255 for part in parts):
        return None
    red, green, blue = (int(part or 0) for part in parts)
    return red, green, blue


def _bands(content: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the bands, which Esri gives as 0-based numbers or as names, and their names."""
    given = content.get("ExtractBands")
    wanted: list[Any] = [0, 1, 2] if _is_empty(given) else loose.listed(given)
    rasters = loose.mapping(content.get("InputRastersProps"))
    names = [loose.text(name) for name in loose.listed(content.get("Bands") or rasters.get("BandNames") or [])]
    if not names and len(wanted) == 3:
        names = list(_PHOTOGRAPH)
    lower = [name.lower() for name in names]
    bands = []
    for band in wanted:
        number = loose.number(band)
        if number is None and loose.text(band).lower() in lower:
            number = lower.index(loose.text(band).lower())
        if number is None or number != int(number) or not 0 <= number < MAX_BANDS:
            raise ValueError(
                f"its ExtractBands name the band {repr(band)[:50]}, and its bands are {', '.join(names) or 'not named'}"
            )
        bands.append(int(number))
    return tuple(bands), tuple(names[band] if band < len(names) else "" for band in bands)


def _normalisation(content: Mapping[str, Any], bands: tuple[int, ...]) -> Normalisation:
    """Return Esri's statistics, which have one number per *input* band, for the bands taken.

    A band that was the same everywhere has no spread to divide by: it becomes zeros.
    """
    stats = loose.mapping(content.get("NormalizationStats"))

    def pick(key: str) -> tuple[float, ...]:
        row = loose.listed(stats[key])
        positions = range(len(bands)) if len(row) == len(bands) else bands  # some have one number per band taken
        values = tuple(math.nan if row[i] is None else loose.real(row[i]) for i in positions)
        if any(value is None for value in values):
            raise ValueError(f"its NormalizationStats hold {key} that are no numbers")
        return tuple(value for value in values if value is not None)

    return Normalisation(
        "statistics",
        minimum=pick("band_min_values"),
        maximum=pick("band_max_values"),
        mean=tuple(value if math.isfinite(value) else 0.0 for value in pick("scaled_mean_values")),
        std=tuple(value if math.isfinite(value) and value > 0 else 1.0 for value in pick("scaled_std_values")),
    )


def _cell_size(value: Any, wkt_of: Systems) -> tuple[tuple[float, float], str | None] | None:
    """Return the cell size and its system from what may be {x, y, spatialReference}, two numbers or one; None for none."""
    reference: Any = None
    if isinstance(value, str) and loose.number(value) is None:
        value = loose.json_or(value, None)
    if isinstance(value, Mapping):
        x, y = loose.number(value.get("x")), loose.number(value.get("y"))
        reference = value.get("spatialReference")
    elif isinstance(value, (list, tuple)):
        x, y = (loose.number(value[0]), loose.number(value[1])) if len(value) >= 2 else (None, None)
    else:
        x = y = loose.number(value)
    x, y = x or y, y or x
    return ((abs(x), abs(y)), _wkt(reference, wkt_of)) if x and y else None


def _wkt(reference: Any, wkt_of: Systems) -> str | None:
    """Return the coordinate system of {wkid, latestWkid} or {wkt}, of a code alone or of a text."""
    if not isinstance(reference, Mapping):
        code = loose.number(reference)
        reference = {"wkid": code} if code is not None else {"wkt": reference}
    if loose.text(reference.get("wkt")):
        return loose.text(reference["wkt"])
    for key in ("latestWkid", "wkid"):
        code = loose.number(reference.get(key))
        if code is None or code != int(code) or not 0 < code < _LARGEST_CODE:
            continue
        for authority in ("EPSG", "ESRI"):
            if found := wkt_of(authority, int(code)):
                return found
    return None


def _tile_size(value: Any) -> int:
    """Return a side in pixels; 0 for what is none, such as the "e.g. 256" of a template."""
    number = loose.number(value)
    return int(number) if number is not None and 1 <= number < 2**31 else 0


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and (not value.strip() or value.startswith("e.g.")))
