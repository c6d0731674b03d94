"""FCOS: boxes in one stage, from points instead of anchors.

Tian et al., "FCOS: Fully Convolutional One-Stage Object Detection", 2019. Built by torchvision.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection import FCOS
from torchvision.models.detection.fcos import FCOSHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from ..packages import ModelCard
from . import options
from .anchors import Labels, fit_level_limits
from .backbones import build_backbone
from .exact import ExactAnchors, ExactLinearCoder, answer_exactly, transform
from .faster_rcnn import METADATA_FORMATS
from .retinanet import foreground

__all__ = ["CLASS_LAYERS", "FINEST_STRIDE", "MASKS", "METADATA_FORMATS", "MIN_TILE", "anchor_options", "build", "shapes"]
MASKS = False
CLASS_LAYERS = ("head.classification_head.cls_logits.",)  # what depends on the classes
MIN_TILE = 32  # pixels: one cell of the backbone's coarsest level
FINEST_STRIDE = 8  # pixels between points: narrower objects may lie between them
_STRIDES = (8, 16, 32, 64, 128)
_USUAL_LIMITS = (64.0, 128.0, 256.0, 512.0)  # the paper's


def anchor_options(chosen: Mapping[str, Any], given: Collection[str], labels: Labels | None) -> dict[str, Any]:
    """Return which level learns objects of which size; see :func:`core.models.rcnn.anchor_options`."""
    if "level_limits" in given:
        return {"level_limits": chosen["level_limits"]}
    return {"level_limits": list(_USUAL_LIMITS) if labels is None else fit_level_limits(labels, _USUAL_LIMITS)}


def shapes(card: ModelCard) -> None:
    """Return None: there are no anchors."""


class Detector(FCOS):
    """torchvision's, with limits between the levels of one's own and without its class 0, which never is an answer.

    Args:
        limits: longest distance from a point to a side of its box, pixels, on each level but the last.
        arguments: torchvision's.
    """

    def __init__(self, *arguments: Any, limits: Sequence[float], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._limits = tuple(limits)

    def compute_loss(
        self,
        targets: list[dict[str, Tensor]],
        head_outputs: dict[str, Tensor],
        anchors: list[Tensor],
        num_anchors_per_level: list[int],
    ) -> dict[str, Tensor]:
        """Return the losses by name."""
        matched = [
            self._match(target["boxes"], points, num_anchors_per_level) for target, points in zip(targets, anchors, strict=True)
        ]
        losses: dict[str, Tensor] = self.head.compute_loss(targets, head_outputs, anchors, matched)
        return losses

    def _match(self, boxes: Tensor, anchors: Tensor, per_level: list[int]) -> Tensor:
        """Return which of the boxes (m, 4) each point learns, -1 for none: the smallest that it may, section 3.2 of the paper.

        Args:
            boxes: of the labels.
            anchors: (n, 4) squares of a cell around each point.
            per_level: number of points of each level.
        """
        if not len(boxes):
            return torch.full((len(anchors),), -1, dtype=torch.int64, device=anchors.device)
        points, cell = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2] - anchors[:, 0]
        limits = points.new_tensor([0.0, *self._limits, float("inf")])
        level = torch.repeat_interleave(
            torch.arange(len(per_level), device=points.device),
            torch.tensor(per_level, device=points.device),
            output_size=len(points),
        )
        off_centre = (points[:, None] - (boxes[:, :2] + boxes[:, 2:]) / 2).abs().amax(2)
        to_sides = torch.cat([points[:, None] - boxes[:, :2], boxes[:, 2:] - points[:, None]], 2)
        reach = to_sides.amax(2)
        may = (off_centre < self.center_sampling_radius * cell[:, None]) & (to_sides.amin(2) > 0)
        may &= (reach > limits[level, None]) & (reach < limits[level + 1, None])
        area = (boxes[:, 2:] - boxes[:, :2]).prod(1).expand(len(points), -1).masked_fill(~may, float("inf"))
        smallest, matched = area.min(1)
        return matched.masked_fill(smallest.isinf(), -1)

    def postprocess_detections(
        self, head_outputs: dict[str, list[Tensor]], anchors: list[list[Tensor]], image_shapes: list[tuple[int, int]]
    ) -> list[dict[str, Tensor]]:
        """Return the boxes that are sure enough and not suppressed."""
        return foreground(super().postprocess_detections, head_outputs, anchors, image_shapes)


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    values = options.read(card)
    channels, count = values["pyramid_channels"], len(card.classes) + 1  # label 0 is the background
    extra = LastLevelP6P7(channels, channels)
    body = build_backbone(card.backbone, len(card.bands), channels, fixed_norm, first_level=1, extra=extra)
    head = FCOSHead(channels, 1, count, values["num_convs"])
    network = Detector(
        body, count, head=head, limits=values["level_limits"],
        anchor_generator=ExactAnchors(tuple((stride,) for stride in _STRIDES), ((1.0,),) * len(_STRIDES)),
        **{name: values[name] for name in ("center_sampling_radius", "score_thresh", "nms_thresh", "detections_per_img",
                                           "topk_candidates")},
    )  # fmt: skip
    network.transform = transform(card)
    network.box_coder = head.box_coder = ExactLinearCoder(normalize_by_size=True)
    answer_exactly(head)
    return network
