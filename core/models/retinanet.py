"""RetinaNet: boxes in one stage, every anchor of five levels classified at once.

Lin et al., "Focal Loss for Dense Object Detection", 2017. Version 2, with group normalisation in the heads and the overlap of
boxes as loss: Zhang et al., "Bridging the Gap Between Anchor-based and Anchor-free Detection", 2019. Built by torchvision.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.retinanet import RetinaNetHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from ..packages import ModelCard
from . import options
from .anchors import Labels, fit_pyramid, grid_shapes
from .backbones import backbone, build_backbone
from .exact import ExactAnchors, ExactBoxCoder, answer_exactly, transform
from .faster_rcnn import METADATA_FORMATS
from .rcnn import ASPECT_RATIOS, USUAL_SIZES

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "anchor_options", "build", "shapes"]
MASKS = False
CLASS_LAYERS = ("head.classification_head.cls_logits.",)  # what depends on the classes
MIN_TILE = 32  # pixels: one cell of the backbone's coarsest level
_STRIDES = (8, 16, 32, 64, 128)


def anchor_options(chosen: Mapping[str, Any], given: Collection[str], labels: Labels | None) -> dict[str, Any]:
    """Return the options that are anchors; see :func:`core.models.rcnn.anchor_options`."""
    sizes = chosen["anchor_sizes"] if "anchor_sizes" in given else None
    ratios = chosen["aspect_ratios"] if "aspect_ratios" in given else None
    if labels is None or (sizes and ratios):
        return {"anchor_sizes": sizes or list(USUAL_SIZES), "aspect_ratios": ratios or list(ASPECT_RATIOS)}
    sizes, ratios = fit_pyramid(labels, _STRIDES, chosen["scales"], sizes, ratios)
    return {"anchor_sizes": sizes, "aspect_ratios": ratios}


def shapes(card: ModelCard) -> np.ndarray:
    """Return the widths and heights (k, 2) of the anchors, pixels."""
    values = options.read(card)
    return grid_shapes([side for sides in _sides(values) for side in sides], values["aspect_ratios"])


def _sides(values: Mapping[str, Any]) -> tuple[tuple[float, ...], ...]:
    """Return the sides of each level's anchors: whole pixels above the first, as torchvision counts them."""
    sides = []
    for size in values["anchor_sizes"]:
        sides.append(tuple(size if scale == 1 else float(max(1, int(size * scale))) for scale in values["scales"]))
    return tuple(sides)


class Detector(RetinaNet):
    """torchvision's, without its class 0: the background, which never is the answer of any anchor."""

    def postprocess_detections(
        self, head_outputs: dict[str, list[Tensor]], anchors: list[list[Tensor]], image_shapes: list[tuple[int, int]]
    ) -> list[dict[str, Tensor]]:
        """Return the boxes that are sure enough and not suppressed."""
        return foreground(super().postprocess_detections, head_outputs, anchors, image_shapes)


def foreground(
    postprocess: Any, answers: dict[str, list[Tensor]], anchors: list[list[Tensor]], sizes: list[tuple[int, int]]
) -> list[dict[str, Tensor]]:
    """Return what torchvision's ``postprocess`` makes of the answers without class 0; labels count from 1."""
    without = {**answers, "cls_logits": [level[..., 1:] for level in answers["cls_logits"]]}
    found: list[dict[str, Tensor]] = postprocess(without, anchors, sizes)
    return [{**one, "labels": one["labels"] + 1} for one in found]


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    values = options.read(card)
    channels, ratios = values["pyramid_channels"], tuple(values["aspect_ratios"])
    second = values["version"] == 2
    extra = LastLevelP6P7(backbone(card.backbone).channels[-1] if second else channels, channels)
    body = build_backbone(card.backbone, len(card.bands), channels, fixed_norm, first_level=1, extra=extra)
    anchors = ExactAnchors(_sides(values), (ratios,) * len(_STRIDES))
    count = len(card.classes) + 1  # label 0 is the background
    head = RetinaNetHead(channels, anchors.num_anchors_per_location()[0], count, partial(nn.GroupNorm, 32) if second else None)
    network = Detector(
        body, count, anchor_generator=anchors, head=head,
        **{name: values[name] for name in ("score_thresh", "nms_thresh", "detections_per_img", "topk_candidates",
                                           "fg_iou_thresh", "bg_iou_thresh")},
    )  # fmt: skip
    network.transform = transform(card)
    network.box_coder = head.regression_head.box_coder = ExactBoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
    if second:
        head.regression_head._loss_type = "giou"
    answer_exactly(head)
    return network
