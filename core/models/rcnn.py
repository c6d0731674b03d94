"""What the two R-CNN detectors share: anchors, sizes of the heads, and no resizing inside the network.

Faster R-CNN: Ren et al., 2015. Mask R-CNN: He et al., 2017. Built by torchvision.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import MultiScaleRoIAlign

from ..errors import ModelError
from ..packages import ModelCard
from .backbones import STRIDES, backbone, build_backbone

ASPECT_RATIOS = (0.5, 1.0, 2.0)  # height / width
_LEVELS = ["0", "1", "2", "3"]  # the pooled level proposes but is not cropped from


class AtItsOwnSize(GeneralizedRCNNTransform):
    """Normalises and batches, and leaves pixels and boxes at the size they have: chips and tiles are already right."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__(min_size=0, max_size=0, image_mean=list(mean), image_std=list(std))

    def resize(self, image: Tensor, target: dict[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor] | None]:
        """Return both as they are."""
        return image, target


class ExactBoxCoder(BoxCoder):
    """Computes boxes in single precision whatever the network runs in: half precision has no pixel for every column."""

    def decode_single(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        """Return the boxes (n, 4) that the network's answers ``rel_codes`` make of ``boxes``."""
        return super().decode_single(rel_codes.float(), boxes.float())


def anchor_sizes(median_side: float | None) -> list[float]:
    """Return the side of the anchors of each pyramid level, pixels.

    The smallest is half of the median object, but 8 to 32 px, and each level doubles: the typical object is met by
    the second level, with room for smaller ones below and larger ones above. 32 to 512 px are torchvision's own sizes.

    Args:
        median_side: median of the square root of the area of the training boxes, pixels; None when unknown: 16 to 256 px.
    """
    smallest = 16.0 if median_side is None else min(max(median_side / 2, 8.0), 32.0)
    return [round(smallest * 2**level, 1) for level in range(len(STRIDES))]


def default_options(backbone_name: str, median_side: float | None) -> dict[str, Any]:
    """Return the options of a new network; they are kept in its card, so that detection builds the same one.

    Args:
        backbone_name: light backbones get light heads.
        median_side: see :func:`anchor_sizes`.
    """
    light = backbone(backbone_name).light
    return {
        "anchor_sizes": anchor_sizes(median_side),
        "aspect_ratios": list(ASPECT_RATIOS),
        "strides": list(STRIDES),
        "pyramid_channels": 64 if light else 256,
        "box_features": 512 if light else 1024,
        "mask_channels": 128 if light else 256,
        "proposals_before_nms": 1000 if light else 2000,
        "proposals": 500 if light else 1000,
        "box_samples": 128 if light else 512,
        "max_detections": 500,
        "box_nms": 0.5,
        "min_score": 0.05,
        "resize": "none",
    }


def pyramid(card: ModelCard, fixed_norm: bool) -> BackboneWithFPN:
    """Build what reads the image."""
    return build_backbone(card.backbone, len(card.bands), int(card.options.get("pyramid_channels", 256)), fixed_norm)


def transform(card: ModelCard) -> AtItsOwnSize:
    """Return what the network does to the images it is given."""
    return AtItsOwnSize(card.normalisation.mean, card.normalisation.std)


def keywords(card: ModelCard, pyramid_channels: int) -> dict[str, Any]:
    """Return the arguments of torchvision's ``FasterRCNN`` that follow from the card.

    Raises:
        ModelError: an option is missing or damaged.
    """
    options = card.options
    try:
        sizes = [float(size) for size in options["anchor_sizes"]]
        ratios = tuple(float(ratio) for ratio in options["aspect_ratios"])
        if len(sizes) != len(STRIDES) or not ratios or min(sizes) <= 0 or min(ratios) <= 0:
            raise ValueError(f"anchors {sizes} x {ratios} do not fit {len(STRIDES)} pyramid levels")
        features = int(options["box_features"])
        return {
            "rpn_anchor_generator": AnchorGenerator(tuple((size,) for size in sizes), (ratios,) * len(sizes)),
            "rpn_pre_nms_top_n_train": int(options["proposals_before_nms"]),
            "rpn_pre_nms_top_n_test": int(options["proposals_before_nms"]),
            "rpn_post_nms_top_n_train": int(options["proposals"]),
            "rpn_post_nms_top_n_test": int(options["proposals"]),
            "box_roi_pool": MultiScaleRoIAlign(_LEVELS, output_size=7, sampling_ratio=2),
            "box_head": TwoMLPHead(pyramid_channels * 7 * 7, features),
            "box_predictor": FastRCNNPredictor(features, len(card.classes) + 1),  # label 0 is the background
            "box_batch_size_per_image": int(options["box_samples"]),
            "box_score_thresh": float(options["min_score"]),
            "box_nms_thresh": float(options["box_nms"]),
            "box_detections_per_img": int(options["max_detections"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        reason = f"it has no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"The package's network options are damaged: {reason}.", "Train the model again.") from error


def finish(network: GeneralizedRCNN, transform: GeneralizedRCNNTransform) -> GeneralizedRCNN:
    """Give a detector of torchvision another way to take images, and boxes in single precision."""
    network.transform = transform
    for stage in (network.rpn, network.roi_heads):
        stage.box_coder = ExactBoxCoder(stage.box_coder.weights)
    return network
