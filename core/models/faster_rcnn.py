"""Faster R-CNN: boxes."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import FasterRCNN

from ..packages import ModelCard
from .rcnn import finish, keywords, pyramid, transform

METADATA_FORMATS = ("PASCAL_VOC_rectangles", "KITTI_rectangles", "RCNN_Masks", "COCO", "YOLO_rectangles", "YOLO_segments")
MASKS = False
CLASS_LAYERS = ("roi_heads.box_predictor.",)  # what depends on the classes


def build(card: ModelCard, fixed_norm: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    body = pyramid(card, fixed_norm)
    return finish(FasterRCNN(body, **keywords(card, body.out_channels)), transform(card))
