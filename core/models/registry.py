"""Every kind of model by the name that Esri gives it: one module each, in Kestrel's way of building and in Esri's."""

from __future__ import annotations

from types import ModuleType

from ..errors import ModelError
from ..packages import ModelCard
from . import faster_rcnn, fcos, mask_rcnn, retinanet, ssdlite
from .esri import faster_rcnn as esri_faster_rcnn
from .esri import mask_rcnn as esri_mask_rcnn
from .esri import retinanet as esri_retinanet

MODELS: dict[str, ModuleType] = {
    "MaskRCNN": mask_rcnn, "FasterRCNN": faster_rcnn, "RetinaNet": retinanet, "FCOS": fcos, "SSDlite": ssdlite,
}  # fmt: skip
ESRI_MODELS: dict[str, ModuleType] = {
    "MaskRCNN": esri_mask_rcnn,
    "FasterRCNN": esri_faster_rcnn,
    "RetinaNet": esri_retinanet,
}


def model_type(card: ModelCard) -> ModuleType:
    """Return the module that builds the card's network.

    Raises:
        ModelError: Kestrel has no such network.
    """
    models = ESRI_MODELS if card.layout == "esri" else MODELS
    if card.model_type not in models:
        raise ModelError(
            f"The package holds a model of type {card.model_type!r}, which Kestrel cannot run.",
            f"It runs {', '.join(MODELS)} models of its own, and {', '.join(ESRI_MODELS)} models of ArcGIS.",
        )
    return models[card.model_type]
