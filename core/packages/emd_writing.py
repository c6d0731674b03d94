"""The ``.emd`` file written: the keys that ArcGIS wants, then Kestrel's own facts under one key."""

from __future__ import annotations

from typing import Any

from rasterio.crs import CRS
from rasterio.errors import CRSError

from .card import ModelCard

_FUNCTIONS = "[Functions]System\\DeepLearning\\ArcGISLearn\\"
_KINDS: dict[str, dict[str, Any]] = {
    "MaskRCNN": {
        "ModelType": "InstanceDetection",
        "ModelConfiguration": "_maskrcnn_inferencing",
        "InferenceFunction": _FUNCTIONS + "ArcGISInstanceDetector.py",
        "SupportsVariableTileSize": True,
        "MaskRCNNkwargs": {},
    },
    "FasterRCNN": {
        "ModelType": "ObjectDetection",
        "ModelConfiguration": "_model_extension_inferencing",
        "InferenceFunction": _FUNCTIONS + "ArcGISObjectDetector.py",
        "SupportsVariableTileSize": False,
        "ModelConfigurationFile": "ModelConfiguration.py",
        "ModelFileConfigurationClass": "MyFasterRCNN",
        "DatasetType": "PASCAL_VOC_rectangles",
        "Kwargs": {},
    },
}


def to_emd(card: ModelCard, model_file: str) -> dict[str, Any]:
    """Return the content of the ``.emd``: Esri's keys, then Kestrel's.

    Args:
        card: the facts.
        model_file: name of the ``.pth`` beside it.
    """
    cell = _cell_size(card)
    multispectral = card.normalisation.kind != "imagenet"
    content: dict[str, Any] = {
        "Framework": "arcgis.learn.models._inferencing",
        **_KINDS[card.model_type],
        "ModelName": card.model_type,
        "ModelFile": model_file,
        "ModelFormat": "NCHW",
        "ModelParameters": {"backbone": card.backbone, "backend": "pytorch"},
        "backend": "pytorch",
        "Description": f"{card.model_type} with {card.backbone}, trained by Kestrel Object Detection",
        "ImageHeight": card.tile_size,
        "ImageWidth": card.tile_size,
        "ImageSpaceUsed": "MAP_SPACE",
        "ExtractBands": list(card.bands),
        "Classes": [
            {"Value": item.value, "Name": item.name, "Color": list(item.color or (-1, -1, -1))} for item in card.classes
        ],
        "MinCellSize": cell,
        "MaxCellSize": cell,
        "ArcGISLearnVersion": "2.4.1.3",
        "LearningRate": f"{float(card.training.get('learning_rate', 0)):.4e}",
        "resize_to": None,
        "IsMultispectral": multispectral,
    }
    if multispectral:
        content |= {"Bands": list(card.band_names), "ImageryType": "multispectral", "DoNormalize": True}
        content["NormalizationStats"] = _esri_statistics(card)
    if "AP50" in card.metrics:
        content["average_precision_score"] = card.metrics.get("AP50_per_class") or {"all": card.metrics["AP50"]}
    content["Kestrel"] = card.to_dict()
    return content


def _esri_statistics(card: ModelCard) -> dict[str, list[float]]:
    numbers = card.normalisation
    count = max(card.bands) + 1

    def spread(values: tuple[float, ...], default: float) -> list[float]:
        row = [default] * count
        for band, value in zip(card.bands, values, strict=True):
            row[band] = value
        return row

    width = tuple(high - low for low, high in zip(numbers.minimum, numbers.maximum, strict=True))
    mean = tuple(low + m * w for low, m, w in zip(numbers.minimum, numbers.mean, width, strict=True))
    std = tuple(s * w for s, w in zip(numbers.std, width, strict=True))
    return {
        "band_min_values": spread(numbers.minimum, 0.0),
        "band_max_values": spread(numbers.maximum, 1.0),
        "band_mean_values": spread(mean, 0.0),
        "band_std_values": spread(std, 1.0),
        "scaled_min_values": [0.0] * count,
        "scaled_max_values": [1.0] * count,
        "scaled_mean_values": spread(numbers.mean, 0.0),
        "scaled_std_values": spread(numbers.std, 1.0),
    }


def _cell_size(card: ModelCard) -> dict[str, Any]:
    x, y = card.cell_size or (0.0, 0.0)
    code = None
    if card.crs_wkt:
        try:
            code = CRS.from_wkt(card.crs_wkt).to_epsg()
        except CRSError:
            code = None
    reference = {"wkid": code, "latestWkid": code} if code else {}
    return {"x": x, "y": y, "spatialReference": reference}
