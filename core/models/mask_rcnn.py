"""Mask R-CNN: boxes and, inside each, an outline."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor

from ..packages import ModelCard
from .rcnn import finish, keywords, pyramid, transform

METADATA_FORMATS = ("RCNN_Masks", "COCO", "YOLO_segments")
MASKS = True
CLASS_LAYERS = ("roi_heads.box_predictor.", "roi_heads.mask_predictor.mask_fcn_logits.")  # what depends on the classes


def build(card: ModelCard, fixed_norm: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    body = pyramid(card, fixed_norm)
    shared = keywords(card, body.out_channels)
    channels = int(card.options.get("mask_channels", 256))
    network = MaskRCNN(
        body,
        mask_head=MaskRCNNHeads(body.out_channels, (channels,) * 4, 1),
        mask_predictor=MaskRCNNPredictor(channels, channels, len(card.classes) + 1),
        **shared,
    )
    return finish(network, transform(card))
