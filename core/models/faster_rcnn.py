"""Faster R-CNN: boxes."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.backbone_utils import BackboneWithFPN

from ..packages import ModelCard
from .rcnn import finish, keywords

METADATA_FORMATS = ("PASCAL_VOC_rectangles", "KITTI_rectangles", "RCNN_Masks")
MASKS = False
CLASS_LAYERS = ("roi_heads.box_predictor.",)  # what depends on the classes


def build(card: ModelCard, backbone: BackboneWithFPN) -> nn.Module:
    """Put the detector on its backbone."""
    return finish(FasterRCNN(backbone, **keywords(card, backbone.out_channels)), card)
