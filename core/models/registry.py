"""Every kind of model by the name that Esri gives it: one module each."""

from __future__ import annotations

from types import ModuleType

from ..errors import ModelError
from ..packages import ModelCard
from . import faster_rcnn, mask_rcnn

MODELS: dict[str, ModuleType] = {"MaskRCNN": mask_rcnn, "FasterRCNN": faster_rcnn}


def model_type(card: ModelCard) -> ModuleType:
    """Return the module that builds the card's network.

    Raises:
        ModelError: Kestrel has no such network, or the package's network is built in another library's way.
    """
    if card.model_type not in MODELS:
        raise ModelError(
            f"The package holds a model of type {card.model_type!r}, which Kestrel cannot run.",
            f"It runs {' and '.join(MODELS)} models that were trained by Kestrel.",
        )
    if card.layout != "kestrel":
        raise ModelError(
            f"The package holds a {card.model_type} ({card.backbone}) that was trained by ArcGIS; its network is built "
            "in another way, and Kestrel cannot run it yet.",
            "Train a model on the same training data with Train Deep Learning Model.",
        )
    return MODELS[card.model_type]
