"""The kinds of models that ArcGIS and Kestrel write, by the ``ModelName`` of their packages: what they are and learn from.

Names: Esri's model gallery and the packages of its library. How those that Kestrel runs are built: :mod:`core.models`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelKind:
    """A kind of model.

    Attributes:
        title: as people write it.
        finds: what it gives, to complete "A model that finds ...".
        metadata_format: of the chips that it learns from; None where Kestrel has no such format.
        threshold: confidence that ArcGIS Pro starts from, 0..1.
    """

    title: str
    finds: str
    metadata_format: str | None
    threshold: float = 0.5


_BOXES, _OUTLINES, _PIXELS = "objects with boxes", "objects with outlines", "the class of each pixel"
_VOC, _TILES = "PASCAL_VOC_rectangles", "Classified_Tiles"

KINDS: dict[str, ModelKind] = {
    "MaskRCNN": ModelKind("Mask R-CNN", _OUTLINES, "RCNN_Masks", 0.9),
    "FasterRCNN": ModelKind("Faster R-CNN", _BOXES, _VOC),
    "RetinaNet": ModelKind("RetinaNet", _BOXES, _VOC),
    "FCOS": ModelKind("FCOS", _BOXES, _VOC),
    "SSDlite": ModelKind("SSDlite", _BOXES, _VOC),
    "SingleShotDetector": ModelKind("Single Shot Detector (SSD)", _BOXES, _VOC),
    "YOLOv3": ModelKind("YOLOv3", _BOXES, _VOC),
    "MMDetection": ModelKind("MMDetection", _BOXES, _VOC),
    "DETReg": ModelKind("DETReg", _BOXES, _VOC),
    "RTDetrV2": ModelKind("RT-DETRv2", _BOXES, _VOC),
    "UnetClassifier": ModelKind("U-Net", _PIXELS, _TILES),
    "PSPNetClassifier": ModelKind("PSPNet", _PIXELS, _TILES),
    "DeepLab": ModelKind("DeepLab V3", _PIXELS, _TILES),
    "MMSegmentation": ModelKind("MMSegmentation", _PIXELS, _TILES),
    "SamLoRA": ModelKind("SAM with LoRA", _PIXELS, _TILES),
    "MultiTaskRoadExtractor": ModelKind("Multi-task road extractor", "roads", _TILES),
    "ConnectNet": ModelKind("ConnectNet", "lines such as roads", _TILES),
    "HEDEdgeDetector": ModelKind("HED edge detector", "edges", _TILES),
    "BDCNEdgeDetector": ModelKind("BDCN edge detector", "edges", _TILES),
    "ChangeDetector": ModelKind("Change detector", "changes between two images", None),
    "MaXDeepLab": ModelKind("MaX-DeepLab", "objects and the class of each pixel", None),
    "FeatureClassifier": ModelKind("Feature classifier", "the class of each object", "Labeled_Tiles"),
    "ImageCaptioner": ModelKind("Image captioner", "words for images", None),
    "SuperResolution": ModelKind("Super-resolution", "finer pixels", None),
    "CycleGAN": ModelKind("CycleGAN", "another look of an image", None),
    "Pix2Pix": ModelKind("Pix2Pix", "another look of an image", None),
}

DETECTORS = ("MaskRCNN", "FasterRCNN", "RetinaNet", "FCOS", "SSDlite")
"""Those that Kestrel runs, so that their packages have to be whole."""

_BY_TYPE: dict[str, ModelKind] = {
    "InstanceDetection": ModelKind("", _OUTLINES, "RCNN_Masks"),
    "ObjectDetection": ModelKind("", _BOXES, _VOC),
    "ImageClassification": ModelKind("", _PIXELS, _TILES),
    "ObjectClassification": ModelKind("", "the class of each object", "Labeled_Tiles"),
}
_CONFIGURATIONS = {
    "_maskrcnn_inferencing": "MaskRCNN",
    "_RetinaNet_Inference": "RetinaNet",
    "_DynamicSSD": "SingleShotDetector",
    "_yolov3_inference": "YOLOv3",
    "_unet": "UnetClassifier",
    "_psp": "PSPNetClassifier",
    "_deeplab_infrencing": "DeepLab",
}


def kind_of(model_type: str, esri_type: str = "") -> ModelKind:
    """Return what is known of a kind of model.

    Args:
        model_type: its ``ModelName``.
        esri_type: its ``ModelType``, which tells of names that are not known.
    """
    known = KINDS.get(model_type) or _BY_TYPE.get(esri_type) or ModelKind("", "", None)
    return known if known.title else ModelKind(model_type, known.finds, known.metadata_format, known.threshold)


def name_by_configuration(configuration: str) -> str:
    """Return the ``ModelName`` that old packages do not write, from their ``ModelConfiguration``; else what was given."""
    return _CONFIGURATIONS.get(configuration, configuration)
