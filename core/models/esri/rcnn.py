"""What Esri's two R-CNN detectors share: torchvision's own, which see every tile enlarged by half.

ResNet-18 and 34 have no pyramid: one map of stride 32, anchors of 32 px. The deeper ones are torchvision's ResNets with a
feature pyramid and torchvision's anchors, 32 to 512 px. Both count pixels of the enlarged tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes

from ...errors import ModelError
from ...packages import ModelCard
from ..anchors import grid_shapes
from ..backbones import build_backbone, build_trunk
from ..exact import ExactAnchors
from ..rcnn import ASPECT_RATIOS, USUAL_SIZES

ENLARGED = 1.5  # Esri's min_size is 1.5 times the chip, so that every square tile grows by this
CHANNELS = 256  # of the pyramid
_TRUNKS = ("resnet18", "resnet34")
_PYRAMIDS = ("resnet50", "resnet101", "resnet152")
SHARES = ("box_fg_iou_thresh", "box_bg_iou_thresh", "box_positive_fraction", "box_score_thresh", "box_nms_thresh",
           "rpn_fg_iou_thresh", "rpn_bg_iou_thresh", "rpn_positive_fraction", "rpn_nms_thresh", "rpn_score_thresh")  # fmt: skip
COUNTS = ("box_batch_size_per_image", "box_detections_per_img", "rpn_batch_size_per_image",
           "rpn_pre_nms_top_n_train", "rpn_pre_nms_top_n_test", "rpn_post_nms_top_n_train",
           "rpn_post_nms_top_n_test")  # fmt: skip


class Enlarging(GeneralizedRCNNTransform):
    """Normalises, enlarges by :data:`ENLARGED` whatever the size, and batches; boxes come back in pixels of the tile."""

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__(min_size=0, max_size=0, image_mean=list(mean), image_std=list(std))

    def resize(self, image: Tensor, target: dict[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor] | None]:
        """Return the image (C, h, w) and its objects enlarged."""
        height, width = image.shape[-2:]
        size = [int(height * ENLARGED), int(width * ENLARGED)]
        image = interpolate(image[None], size=size, mode="bilinear", align_corners=False)[0]
        if target is None:
            return image, None
        target = {**target, "boxes": resize_boxes(target["boxes"], [height, width], size)}
        if "masks" in target:
            target["masks"] = interpolate(target["masks"][:, None].float(), size=size)[:, 0].byte()
        return image, target


def backbone(card: ModelCard, fixed_norm: bool) -> nn.Module:
    """Build what reads the image; it has ``out_channels``.

    Raises:
        ModelError: Kestrel cannot build this backbone as Esri does, or the network has parts of another kind.
    """
    if card.options.get("pointrend"):
        raise ModelError(
            f"The package's {card.model_type} ends in PointRend, which Kestrel cannot run.", "Train it without PointRend."
        )
    if card.backbone in _TRUNKS:
        return build_trunk(card.backbone, len(card.bands), fixed_norm)
    if card.backbone in _PYRAMIDS:
        return build_backbone(card.backbone, len(card.bands), CHANNELS, fixed_norm)
    raise no_backbone(card, (*_TRUNKS, *_PYRAMIDS))


def no_backbone(card: ModelCard, known: Sequence[str]) -> ModelError:
    """Return the error for a backbone that is none of ``known``."""
    return ModelError(
        f"The package holds a {card.model_type} of ArcGIS with the backbone {card.backbone!r}, which Kestrel cannot run.",
        f"It runs those with {', '.join(known)}.",
    )


def shapes(card: ModelCard) -> np.ndarray:
    """Return the widths and heights (k, 2) of the anchors in pixels of the tile."""
    return grid_shapes(_sizes(card), ASPECT_RATIOS) / ENLARGED


def keywords(card: ModelCard) -> dict[str, Any]:
    """Return the arguments of torchvision's detectors that follow from the card; those that Esri leaves alone are left out.

    Raises:
        ModelError: an argument in the ``.emd`` is no number of its kind.
    """
    result: dict[str, Any] = {"num_classes": len(card.classes) + 1}  # label 0 is the background
    sizes = tuple((size,) for size in _sizes(card))
    result["rpn_anchor_generator"] = ExactAnchors(sizes, (ASPECT_RATIOS,) * len(sizes))
    given = card.options.get("keywords") or {}
    if not isinstance(given, dict):
        raise ModelError(f"The package's network options are damaged: the keywords are {given!r}.", "Correct the .emd file.")
    for name, value in given.items():
        if value is None or name not in (*SHARES, *COUNTS):
            continue  # such as "pretrained_backbone", which says nothing of the finished network
        count = name in COUNTS
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not good or (count and (value < 1 or value != int(value))) or (not count and not 0 <= value <= 1):
            raise ModelError(
                f"The package's network options are damaged: {name} is {value!r}, not "
                f"{'a whole number from 1' if count else 'a number from 0 to 1'}.",
                "Correct it in the .emd file.",
            )
        result[name] = int(value) if count else float(value)
    return result


def _sizes(card: ModelCard) -> tuple[float, ...]:
    """Return the side of the anchors of each level, pixels of the enlarged tile."""
    return USUAL_SIZES[:1] if card.backbone in _TRUNKS else USUAL_SIZES
