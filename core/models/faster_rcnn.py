"""Faster R-CNN: boxes."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import FasterRCNN

from ..packages import ModelCard
from . import options
from .exact import transform
from .rcnn import anchor_options, finish, keywords, pyramid, shapes

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "anchor_options", "build", "shapes"]
METADATA_FORMATS = ("PASCAL_VOC_rectangles", "KITTI_rectangles", "RCNN_Masks", "COCO", "YOLO_rectangles", "YOLO_segments")
MASKS = False
CLASS_LAYERS = ("roi_heads.box_predictor.",)  # what depends on the classes
MIN_TILE = 32  # pixels: one cell of the coarsest level that boxes are cropped from


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    values = options.read(card)
    body = pyramid(card, values, fixed_norm, fixed_heads)
    return finish(FasterRCNN(body, **keywords(card, values, fixed_heads)), transform(card))
