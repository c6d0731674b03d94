"""The ``.emd`` file read: a model's description in Esri's JSON, with Kestrel's own facts under one key.

Keys and their meaning: Esri's "Writing a model definition file" (github.com/Esri/raster-deep-learning), plus what ArcGIS
API for Python writes for its own detectors. Kestrel's key is ``"Kestrel"``; other readers ignore it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import ModelError
from .card import IMAGENET, ModelCard, Normalisation
from .classes import ClassInfo

THRESHOLDS = {"MaskRCNN": 0.9}  # ArcGIS Pro's default confidence by ModelName; 0.5 for all others
_BACKBONES = {"RetinaNet": "resnet50"}  # what arcgis.learn takes when a package does not tell


def parse(data: bytes, where: str) -> dict[str, Any]:
    """Return the JSON object in an ``.emd`` file; a byte-order mark and a Windows code page are accepted.

    Raises:
        ModelError: it is not a JSON object that describes a model. ``where`` names the file in the text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{where} is not a model definition: it is not JSON ({error}).", _HINT) from error
    if not isinstance(content, dict) or "ModelFile" not in content:
        raise ModelError(f"{where} is JSON but not a model definition: it has no ModelFile.", _HINT)
    return content


_HINT = "Choose the .dlpk or .emd file of a trained model."


def from_emd(content: Mapping[str, Any], where: str) -> ModelCard:
    """Return the facts in an ``.emd``, whoever wrote it.

    Raises:
        ModelError: keys that every model needs are missing or damaged.
    """
    own = content.get("Kestrel")
    rest = {key: value for key, value in content.items() if key != "Kestrel"}
    try:
        card = ModelCard.from_dict(own) if isinstance(own, dict) else from_esri(rest).checked()
        return replace(card, definition=rest)
    except ModelError as error:
        raise ModelError(f"{where}: {error.message}", error.hint) from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        reason = f"it has no {error.args[0]}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{where} is damaged: {reason}.", _HINT) from error


def from_esri(content: Mapping[str, Any]) -> ModelCard:
    """Return the facts in Esri's keys alone.

    Raises:
        KeyError, TypeError, ValueError, IndexError: keys are missing or damaged.
    """
    kind = str(content.get("ModelName") or content.get("ModelConfiguration") or "unknown")
    parameters = content.get("ModelParameters") or {}
    bands, names = _esri_bands(content)
    cell = content.get("MaxCellSize") or content.get("MinCellSize") or {}
    multispectral = bool(content.get("IsMultispectral")) or "NormalizationStats" in content
    normalisation = _normalisation(content["NormalizationStats"], bands) if multispectral else IMAGENET
    sides = ("ImageHeight", "ImageWidth") if kind == "MaskRCNN" else ("ImageWidth", "ImageHeight")
    size = content.get(sides[0]) or content.get(sides[1])
    return ModelCard(
        model_type=kind,
        backbone=str(parameters.get("backbone") or content.get("backbone") or _BACKBONES.get(kind, "")),
        classes=tuple(_esri_class(item) for item in content["Classes"]),
        bands=bands,
        band_names=names,
        dtype="" if multispectral else "uint8",
        tile_size=int(size) if size else 0,
        cell_size=(float(cell["x"]), float(cell["y"])) if cell.get("x") and cell.get("y") else None,
        crs_wkt=_wkt(cell.get("spatialReference") or {}),
        normalisation=normalisation,
        value_range=tuple(zip(normalisation.minimum, normalisation.maximum, strict=True)),
        metrics={"average_precision_score": content["average_precision_score"]} if "average_precision_score" in content else {},
        threshold=THRESHOLDS.get(kind, 0.5),
        options={**parameters, "keywords": dict(content.get("MaskRCNNkwargs") or content.get("Kwargs") or {})},
        layout="esri",
        origin="esri",
    )


def _esri_class(item: Mapping[str, Any]) -> ClassInfo:
    value = item["Value"] if "Value" in item else item["ClassValue"]
    color = item.get("Color")
    known = isinstance(color, list) and len(color) >= 3 and min(color[:3]) >= 0
    return ClassInfo(
        int(value),
        str(item.get("Name", item.get("ClassName", value))),
        (int(color[0]), int(color[1]), int(color[2])) if known and color is not None else None,
    )


def _esri_bands(content: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the bands, which Esri gives as 0-based numbers or as names, and their names."""
    extract = list(content.get("ExtractBands") or [0, 1, 2])
    names = [str(name) for name in content.get("Bands") or ()]
    bands = tuple(band if isinstance(band, int) else names.index(band) for band in extract)
    if not names and bands == (0, 1, 2):
        names = ["Red", "Green", "Blue"]
    return bands, tuple(names[band] if band < len(names) else "" for band in bands)


def _normalisation(stats: Mapping[str, Any], bands: tuple[int, ...]) -> Normalisation:
    """Return Esri's statistics, which have one number per *input* band, for the bands taken.

    A band that was the same everywhere has no spread to divide by: it becomes zeros.
    """

    def pick(key: str) -> tuple[float, ...]:
        return tuple(float(stats[key][band]) for band in bands)

    return Normalisation(
        "statistics",
        minimum=pick("band_min_values"),
        maximum=pick("band_max_values"),
        mean=tuple(value if math.isfinite(value) else 0.0 for value in pick("scaled_mean_values")),
        std=tuple(value if math.isfinite(value) and value > 0 else 1.0 for value in pick("scaled_std_values")),
    )


def _wkt(reference: Mapping[str, Any]) -> str | None:
    if reference.get("wkt"):
        return str(reference["wkt"])
    for key in ("latestWkid", "wkid"):
        code = reference.get(key)
        if isinstance(code, int):
            for authority in ("EPSG", "ESRI"):
                try:
                    return str(CRS.from_authority(authority, code).to_wkt())
                except CRSError:
                    continue
    return None
