"""What the two R-CNN detectors share: anchors, sizes of the heads, and no resizing inside the network.

Faster R-CNN: Ren et al., 2015. Mask R-CNN: He et al., 2017. Version 2: Li et al., "Benchmarking Detection Transfer Learning
with Vision Transformers", 2021. Built by torchvision.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import MultiScaleRoIAlign

from ..packages import ModelCard
from . import options
from .anchors import Labels, fit_pyramid, grid_shapes
from .backbones import STRIDES, build_backbone
from .exact import ExactAnchors, ExactBoxCoder
from .layers import batch_norm

USUAL_SIZES = (32.0, 64.0, 128.0, 256.0, 512.0)  # torchvision's
ASPECT_RATIOS = (0.5, 1.0, 2.0)  # height / width
_LEVELS = ["0", "1", "2", "3"]  # the pooled level proposes but is not cropped from


def anchor_options(chosen: Mapping[str, Any], given: Collection[str], labels: Labels | None) -> dict[str, Any]:
    """Return the options that are anchors.

    Args:
        chosen: options of the network.
        given: names of those that the user gave, which stay.
        labels: to fit to; None for torchvision's anchors.
    """
    sizes = chosen["anchor_sizes"] if "anchor_sizes" in given else None
    ratios = chosen["aspect_ratios"] if "aspect_ratios" in given else None
    if labels is None or (sizes and ratios):
        return {"anchor_sizes": sizes or list(USUAL_SIZES), "aspect_ratios": ratios or list(ASPECT_RATIOS)}
    sizes, ratios = fit_pyramid(labels, STRIDES, sizes=sizes, ratios=ratios)
    return {"anchor_sizes": sizes, "aspect_ratios": ratios}


def shapes(card: ModelCard) -> np.ndarray:
    """Return the widths and heights (k, 2) of the anchors, pixels."""
    values = options.read(card)
    return grid_shapes(values["anchor_sizes"], values["aspect_ratios"])


def pyramid(card: ModelCard, values: Mapping[str, Any], fixed_norm: bool, fixed_heads: bool) -> BackboneWithFPN:
    """Build what reads the image: levels of strides 4 to 64."""
    norm = batch_norm(fixed_heads) if values["version"] == 2 else None
    return build_backbone(card.backbone, len(card.bands), values["pyramid_channels"], fixed_norm, pyramid_norm=norm)


def keywords(card: ModelCard, values: Mapping[str, Any], fixed_heads: bool) -> dict[str, Any]:
    """Return the arguments of torchvision's ``FasterRCNN``, from all options."""
    channels, features, ratios = values["pyramid_channels"], values["box_features"], tuple(values["aspect_ratios"])
    anchors = ExactAnchors(tuple((size,) for size in values["anchor_sizes"]), (ratios,) * len(values["anchor_sizes"]))
    result = {name: value for name, value in values.items() if name.startswith(("rpn_", "box_")) and name != "box_features"}
    result["rpn_anchor_generator"] = anchors
    result["box_roi_pool"] = MultiScaleRoIAlign(_LEVELS, output_size=7, sampling_ratio=2)
    result["box_predictor"] = FastRCNNPredictor(features, len(card.classes) + 1)  # label 0 is the background
    if values["version"] == 2:
        result["rpn_head"] = RPNHead(channels, len(ratios), conv_depth=2)
        result["box_head"] = FastRCNNConvFCHead((channels, 7, 7), [channels] * 4, [features], batch_norm(fixed_heads))
    else:
        result["box_head"] = TwoMLPHead(channels * 7 * 7, features)
    return result


def finish(network: GeneralizedRCNN, transform: GeneralizedRCNNTransform) -> GeneralizedRCNN:
    """Give a detector of torchvision another way to take images, and boxes in single precision."""
    network.transform = transform
    for stage in (network.rpn, network.roi_heads):
        stage.box_coder = ExactBoxCoder(stage.box_coder.weights)
    return network
