"""SSDlite: boxes in one stage from a mobile network, the smallest and quickest of all.

Liu et al., "SSD: Single Shot MultiBox Detector", 2016; Sandler et al., "MobileNetV2", 2018, section 6.2; Howard et al.,
"Searching for MobileNetV3", 2019. Built by torchvision, but for the anchors: torchvision resizes every image to 320 pixels and
gives them as shares of it, Kestrel leaves tiles at their size and gives them in pixels. At 320 pixels both are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.ssd import SSD
from torchvision.models.detection.ssdlite import SSDLiteFeatureExtractorMobileNet, SSDLiteHead

from ..errors import ModelError
from ..packages import ModelCard, Normalisation
from . import options
from .anchors import Labels, default_box_shapes, fit_default_boxes
from .backbones import backbone, classifier_layers
from .exact import ExactBoxCoder, answer_exactly, transform
from .faster_rcnn import METADATA_FORMATS
from .layers import batch_norm

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "anchor_options", "build", "shapes"]
MASKS = False
CLASS_LAYERS = tuple(f"head.classification_head.module_list.{level}.1." for level in range(6))  # what depends on the classes
MIN_TILE = 64  # pixels: four by four cells of its finest level
NORMALISATION = Normalisation("imagenet", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))  # what torchvision's COCO weights expect
_STRIDES = (16, 32, 64, 128, 256, 512)
_USUAL_SIZES = (64.0, 112.0, 160.0, 208.0, 256.0, 304.0, 320.0)  # torchvision's, at 320 pixels
_USUAL_RATIOS = (2.0, 3.0)
_USUAL_LIMIT = 320.0
_EPS = 1e-3  # what torchvision's normalisation adds to the variance
_CUT = {"mobilenet_v2": 14, "mobilenet_v3_large": 13}  # block that makes stride 32; the first level leaves from inside of it


def anchor_options(chosen: Mapping[str, Any], given: Collection[str], labels: Labels | None) -> dict[str, Any]:
    """Return the options that are anchors; see :func:`core.models.rcnn.anchor_options`."""
    sizes = chosen["anchor_sizes"] if "anchor_sizes" in given else None
    ratios = chosen["aspect_ratios"] if "aspect_ratios" in given else None
    limit = {"anchor_limit": chosen["anchor_limit"]} if "anchor_limit" in given else {}
    if labels is None or (sizes and ratios):
        usual = {} if sizes else {"anchor_limit": _USUAL_LIMIT}
        return {"anchor_sizes": sizes or list(_USUAL_SIZES), "aspect_ratios": ratios or list(_USUAL_RATIOS), **usual, **limit}
    sizes, ratios = fit_default_boxes(labels, _STRIDES, sizes, ratios)
    return {"anchor_sizes": sizes, "aspect_ratios": ratios, **limit}


def shapes(card: ModelCard) -> np.ndarray:
    """Return the widths and heights (k, 2) of the anchors, pixels."""
    return np.concatenate(_levels(options.read(card)))


def _levels(values: Mapping[str, Any]) -> list[np.ndarray]:
    return default_box_shapes(values["anchor_sizes"], values["aspect_ratios"], values["anchor_limit"])


class PixelBoxes(nn.Module):
    """The anchors of an SSD, of sides in pixels, in torchvision's order, in single precision.

    Args:
        shapes: (k, 2) widths and heights of each level.
    """

    def __init__(self, shapes: Sequence[np.ndarray]) -> None:
        super().__init__()
        self._levels = len(shapes)
        for number, level in enumerate(shapes):  # not in the state dict: torchvision's has none
            self.register_buffer(f"level{number}", torch.as_tensor(level, dtype=torch.float32), persistent=False)

    def num_anchors_per_location(self) -> list[int]:
        """Return the number of anchors in a cell of each level."""
        return [len(self.get_buffer(f"level{number}")) for number in range(self._levels)]

    def forward(self, images: ImageList, maps: list[Tensor]) -> list[Tensor]:
        """Return the anchors (n, 4) of each image: x0, y0, x1, y1 in pixels of the batch, cell after cell."""
        height, width = images.tensors.shape[-2:]
        device, levels = maps[0].device, []
        for number, level in enumerate(maps):
            rows, columns = level.shape[-2:]
            y = (torch.arange(rows, device=device) + 0.5) * (height / rows)
            x = (torch.arange(columns, device=device) + 0.5) * (width / columns)
            y, x = torch.meshgrid(y, x, indexing="ij")
            centres, half = torch.stack([x, y], -1).reshape(-1, 1, 2), self.get_buffer(f"level{number}") / 2
            levels.append(torch.cat([centres - half, centres + half], 2).reshape(-1, 4))
        return [torch.cat(levels)] * len(images.image_sizes)


class Detector(SSD):
    """torchvision's, which also learns from images without objects."""

    def compute_loss(
        self,
        targets: list[dict[str, Tensor]],
        head_outputs: dict[str, Tensor],
        anchors: list[Tensor],
        matched_idxs: list[Tensor],
    ) -> dict[str, Tensor]:
        """Return the losses by name.

        torchvision takes three anchors of background for each of an object, the most mistaken ones: none from an image
        without objects. Here such an image gives as many as the others do on average, three at least.
        """
        losses = dict(super().compute_loss(targets, head_outputs, anchors, matched_idxs))
        objects = [int((matched >= 0).sum()) for matched in matched_idxs]
        empty = [image for image, count in enumerate(objects) if not count]
        if empty:
            logits = head_outputs["cls_logits"][empty]
            nothing = torch.zeros(logits.shape[:2], dtype=torch.int64, device=logits.device)
            mistakes = functional.cross_entropy(logits.transpose(1, 2), nothing, reduction="none")
            usual = sum(objects) / max(1, len(objects) - len(empty))
            count = min(int(self.neg_to_pos_ratio * max(1.0, usual)), mistakes.shape[1])
            losses["classification"] = losses["classification"] + mistakes.topk(count, 1).values.sum() / max(1, sum(objects))
        return losses


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`."""
    values = options.read(card)
    body, channels = _body(card, fixed_norm, fixed_heads)
    anchors, count = PixelBoxes(_levels(values)), len(card.classes) + 1  # label 0 is the background
    norm = batch_norm(fixed_heads, _EPS)
    network = Detector(
        body, cast(Any, anchors), (0, 0), count,
        head=SSDLiteHead(channels, anchors.num_anchors_per_location(), count, norm),
        iou_thresh=values["fg_iou_thresh"],
        **{name: values[name] for name in ("score_thresh", "nms_thresh", "detections_per_img", "topk_candidates",
                                           "positive_fraction")},
    )  # fmt: skip
    network.transform = transform(card)
    network.box_coder = ExactBoxCoder(network.box_coder.weights)
    answer_exactly(network.head)
    return network


def _body(card: ModelCard, fixed_norm: bool, fixed_heads: bool) -> tuple[SSDLiteFeatureExtractorMobileNet, list[int]]:
    """Build what reads the image and the levels behind it; return it with the channels of its six maps."""
    known = backbone(card.backbone)
    if card.backbone not in _CUT:
        raise ModelError(f"SSDlite cannot be built with {card.backbone}.", f"It takes {' or '.join(_CUT)}.")
    tail = {"reduced_tail": bool(card.options.get("reduced_tail"))} if card.backbone == "mobilenet_v3_large" else {}
    layers: list[Any] = list(classifier_layers(known, len(card.bands), fixed_norm, **tail).children())
    cut = _CUT[card.backbone]
    block = layers[cut]
    parts = block.conv if card.backbone == "mobilenet_v2" else block.block
    layers[cut] = SimpleNamespace(block=parts, use_res_connect=block.use_res_connect)  # as torchvision cuts MobileNetV3
    body = SSDLiteFeatureExtractorMobileNet(cast(Any, layers), cut, batch_norm(fixed_heads, _EPS))
    return body, [parts[0].out_channels, layers[-1].out_channels, 512, 256, 256, 128]
