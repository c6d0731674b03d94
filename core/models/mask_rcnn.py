"""Mask R-CNN: boxes and, inside each, an outline."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor

from ..packages import ModelCard
from .rcnn import finish, keywords

METADATA_FORMATS = ("RCNN_Masks",)
MASKS = True
CLASS_LAYERS = ("roi_heads.box_predictor.", "roi_heads.mask_predictor.mask_fcn_logits.")  # what depends on the classes


def build(card: ModelCard, backbone: BackboneWithFPN) -> nn.Module:
    """Put the detector on its backbone."""
    shared = keywords(card, backbone.out_channels)
    channels = int(card.options.get("mask_channels", 256))
    network = MaskRCNN(
        backbone,
        mask_head=MaskRCNNHeads(backbone.out_channels, (channels,) * 4, 1),
        mask_predictor=MaskRCNNPredictor(channels, channels, len(card.classes) + 1),
        **shared,
    )
    return finish(network, card)
