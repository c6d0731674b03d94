"""The ``.emd`` file written: what ArcGIS wants of a package that it can run, then Kestrel's own facts under one key.

A network in Kestrel's layout can have weights of the same names and shapes as one of Esri's, and still mean other boxes: ArcGIS
would run it and find nonsense. So its ``.emd`` has none of the keys by which ArcGIS builds or calls a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .card import ModelCard
from .esri_emd import from_esri
from .systems import wkt_of

if TYPE_CHECKING:
    from rasterio.crs import CRS

_FUNCTIONS = "[Functions]System\\DeepLearning\\ArcGISLearn\\"  # built into ArcGIS Pro, so that no code travels in the package
_KINDS: dict[str, dict[str, Any]] = {
    "MaskRCNN": {
        "ModelType": "InstanceDetection",
        "ModelConfiguration": "_maskrcnn_inferencing",
        "InferenceFunction": _FUNCTIONS + "ArcGISInstanceDetector.py",
        "SupportsVariableTileSize": True,
    },
    "FasterRCNN": {
        "ModelType": "ObjectDetection",
        "ModelConfiguration": "_model_extension_inferencing",
        "InferenceFunction": _FUNCTIONS + "ArcGISObjectDetector.py",
        "SupportsVariableTileSize": False,
        "ModelConfigurationFile": "ModelConfiguration.py",
        "ModelFileConfigurationClass": "MyFasterRCNN",
        "DatasetType": "PASCAL_VOC_rectangles",
    },
    "RetinaNet": {
        "ModelType": "ObjectDetection",
        "ModelConfiguration": "_RetinaNet_Inference",
        "InferenceFunction": _FUNCTIONS + "ArcGISObjectDetector.py",
        "SupportsVariableTileSize": False,
    },
}
_KEYWORDS = {"MaskRCNN": "MaskRCNNkwargs", "FasterRCNN": "Kwargs"}  # where the arguments of torchvision's detector stand
_LIBRARY = "2.4.1.3"  # arcgis.learn whose keys and networks these are
_ALWAYS_OURS = (  # though an unchanged package keeps its other keys: they may name files that are not in this one
    "ModelFile", "Description", "Classes", "ArcGISLearnVersion", "Framework", "ModelConfiguration", "InferenceFunction",
    "ModelConfigurationFile", "ModelFileConfigurationClass",
)  # fmt: skip


def arcgis_verdict(card: ModelCard) -> str:
    """Return one sentence for people: whether ArcGIS Pro can run the model's package, and if not, why."""
    if card.layout == "esri":
        return "ArcGIS Pro can open this package: its network is built as ArcGIS builds it."
    return (
        "ArcGIS Pro cannot open this package, because its network is built in Kestrel's own way; "
        "train with ArcGIS Compatible for one that it can open."
    )


def to_emd(card: ModelCard, model_file: str) -> dict[str, Any]:
    """Return the content of the ``.emd``.

    A package that was read and is written again unchanged keeps all of Esri's keys as they were.

    Args:
        card: the facts.
        model_file: name of the ``.pth`` beside it.
    """
    cell = _cell_size(card)
    content: dict[str, Any] = {
        "Framework": "Kestrel",
        "ModelFile": model_file,
        "Description": f"{card.model_type} with {card.backbone}, written by Kestrel Object Detection. {arcgis_verdict(card)}",
        "ImageHeight": card.tile_size,
        "ImageWidth": card.tile_size,
        "ImageSpaceUsed": card.image_space,
        "ExtractBands": list(card.bands),
        "Classes": [
            {"Value": item.value, "Name": item.name, "Color": list(item.color or (-1, -1, -1))} for item in card.classes
        ],
        "MinCellSize": cell,
        "MaxCellSize": cell,
    }
    if card.layout == "esri":
        content |= _esri_keys(card)
        content |= {key: value for key, value in _as_it_was(card).items() if _alike(value, content.get(key))}
    content["Kestrel"] = {**card.to_dict(), "cell_unit": _cell_unit(card)}
    return content


def companions(card: ModelCard) -> dict[str, str]:
    """Return the small text files that ArcGIS wants beside the ``.emd``, by their name."""
    if card.layout == "esri" and card.model_type == "FasterRCNN":
        return {"ModelConfiguration.py": "from arcgis.learn.models._faster_rcnn import MyFasterRCNN\n"}
    return {}


def _esri_keys(card: ModelCard) -> dict[str, Any]:
    """Return what ArcGIS Pro and arcgis.learn need to build and call the network."""
    options = {key: value for key, value in card.options.items() if key != "keywords"}
    content: dict[str, Any] = {
        "Framework": "arcgis.learn.models._inferencing",
        **_KINDS[card.model_type],
        "ModelName": card.model_type,
        "ModelFormat": "NCHW",
        "ModelParameters": {**options, "backbone": card.backbone, "backend": "pytorch"},
        "backend": "pytorch",
        "ArcGISLearnVersion": _LIBRARY,
        "LearningRate": f"{float(card.training.get('learning_rate', 0)):.4e}",
        "resize_to": card.tile_size if card.model_type == "MaskRCNN" else None,
        "IsMultispectral": card.normalisation.kind != "imagenet",
    }
    if card.model_type in _KEYWORDS:
        content[_KEYWORDS[card.model_type]] = card.options.get("keywords", {})
    if card.model_type == "MaskRCNN":
        content["ModelParameters"].setdefault("pointrend", False)
    if content["IsMultispectral"]:
        content |= {"ImageryType": "multispectral", "DoNormalize": True, "NormalizationStats": _statistics(card)}
        content["Bands"] = _spread(card, card.band_names, "")
    if "AP50" in card.metrics:
        content["average_precision_score"] = card.metrics.get("AP50_per_class") or {"all": card.metrics["AP50"]}
    return content


def _as_it_was(card: ModelCard) -> dict[str, Any]:
    """Return Esri's keys of a package that was read, if the card still says the same and no more."""
    if not card.definition:
        return {}
    try:
        if from_esri(card.definition, wkt_of) != card:
            return {}
    except (KeyError, TypeError, ValueError, IndexError):  # such as one of Kestrel's own
        return {}
    return {key: value for key, value in card.definition.items() if key not in _ALWAYS_OURS}


def _alike(value: Any, ours: Any) -> bool:
    """Whether a value can stand where Kestrel would write ``ours``; some files hold texts such as "e.g. 256" for numbers."""
    return value is None or ours is None or isinstance(value, type(ours))


def _statistics(card: ModelCard) -> dict[str, list[float]]:
    numbers = card.normalisation
    width = tuple(high - low for low, high in zip(numbers.minimum, numbers.maximum, strict=True))
    mean = tuple(low + m * w for low, m, w in zip(numbers.minimum, numbers.mean, width, strict=True))
    std = tuple(s * w for s, w in zip(numbers.std, width, strict=True))
    return {
        "band_min_values": _spread(card, numbers.minimum, 0.0),
        "band_max_values": _spread(card, numbers.maximum, 1.0),
        "band_mean_values": _spread(card, mean, 0.0),
        "band_std_values": _spread(card, std, 1.0),
        "scaled_min_values": [0.0] * (max(card.bands) + 1),
        "scaled_max_values": [1.0] * (max(card.bands) + 1),
        "scaled_mean_values": _spread(card, numbers.mean, 0.0),
        "scaled_std_values": _spread(card, numbers.std, 1.0),
    }


def _spread(card: ModelCard, values: tuple[Any, ...], default: Any) -> list[Any]:
    """Return one value per band of the raster, as Esri counts them, from one per band that the network takes."""
    row = [default] * (max(card.bands) + 1)
    for band, value in zip(card.bands, values, strict=True):
        row[band] = value
    return row


def _crs(card: ModelCard) -> CRS | None:
    from rasterio.crs import CRS  # here, as in .systems
    from rasterio.errors import CRSError

    try:
        return CRS.from_wkt(card.crs_wkt) if card.crs_wkt else None
    except CRSError:
        return None


def _cell_size(card: ModelCard) -> dict[str, Any]:
    x, y = card.cell_size or (0.0, 0.0)
    crs = _crs(card)
    code = crs.to_epsg() if crs else None
    if code:
        return {"x": x, "y": y, "spatialReference": {"wkid": code, "latestWkid": code}}
    return {"x": x, "y": y, "spatialReference": {"wkt": card.crs_wkt} if crs else {}}


def _cell_unit(card: ModelCard) -> str | None:
    """Return the unit of the cell size, such as ``"metre"`` or ``"degree"``; None when unknown."""
    crs = _crs(card)
    return str(crs.units_factor[0]) if crs and card.cell_size else None
