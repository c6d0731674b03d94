"""Mask R-CNN: boxes and, inside each, an outline."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor

from ..packages import ModelCard
from . import options
from .exact import transform
from .layers import batch_norm
from .rcnn import anchor_options, finish, keywords, pyramid, shapes

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "anchor_options", "build", "shapes"]
METADATA_FORMATS = ("RCNN_Masks", "COCO", "YOLO_segments")
MASKS = True
CLASS_LAYERS = ("roi_heads.box_predictor.", "roi_heads.mask_predictor.mask_fcn_logits.")  # what depends on the classes
MIN_TILE = 32  # pixels: one cell of the coarsest level that boxes are cropped from


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    values = options.read(card)
    body = pyramid(card, values, fixed_norm, fixed_heads)
    channels, norm = values["mask_channels"], batch_norm(fixed_heads) if values["version"] == 2 else None
    network = MaskRCNN(
        body,
        mask_head=MaskRCNNHeads(body.out_channels, (channels,) * 4, 1, norm),
        mask_predictor=MaskRCNNPredictor(channels, channels, len(card.classes) + 1),
        **keywords(card, values, fixed_heads),
    )
    return finish(network, transform(card))
