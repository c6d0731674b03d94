"""Faster R-CNN as Esri builds it: boxes."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import FasterRCNN

from ...packages import ModelCard
from ..faster_rcnn import CLASS_LAYERS, MASKS, METADATA_FORMATS, MIN_TILE
from ..rcnn import finish
from .rcnn import Enlarging, backbone, keywords, shapes

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "build", "shapes"]
BOX_NMS = 0.1  # Esri sets both for each call, whatever the package says
MIN_SCORE = 0.05  # of what comes out at all; detection cuts at its own threshold


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    arguments = {**keywords(card), "box_nms_thresh": BOX_NMS, "box_score_thresh": MIN_SCORE}
    network = FasterRCNN(backbone(card, fixed_norm), **arguments)
    return finish(network, Enlarging(card.normalisation.mean, card.normalisation.std))
