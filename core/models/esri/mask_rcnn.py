"""Mask R-CNN as Esri builds it: boxes and, inside each, an outline."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import MaskRCNN

from ...packages import ModelCard
from ..mask_rcnn import CLASS_LAYERS, MASKS, METADATA_FORMATS, MIN_TILE
from ..rcnn import finish
from .rcnn import Enlarging, backbone, keywords, shapes

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "build", "shapes"]


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    network = MaskRCNN(backbone(card, fixed_norm), **keywords(card))
    return finish(network, Enlarging(card.normalisation.mean, card.normalisation.std))
