"""What all detectors are given instead of torchvision's own: pixels at their own size, boxes and anchors in single precision.

Half precision has no pixel for every column: a bfloat16 knows every fourth one at column 700.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torchvision.models.detection._utils import BoxCoder, BoxLinearCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from ..packages import ModelCard


class AtItsOwnSize(GeneralizedRCNNTransform):
    """Normalises and batches, and leaves pixels and boxes at the size they have: chips and tiles are already right."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__(min_size=0, max_size=0, image_mean=list(mean), image_std=list(std))

    def resize(self, image: Tensor, target: dict[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor] | None]:
        """Return both as they are."""
        return image, target


def transform(card: ModelCard) -> AtItsOwnSize:
    """Return what a network does to the images it is given."""
    return AtItsOwnSize(card.normalisation.mean, card.normalisation.std)


class ExactBoxCoder(BoxCoder):
    """Computes boxes in single precision whatever the network runs in."""

    def decode_single(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        """Return the boxes (n, 4) that the network's answers ``rel_codes`` make of ``boxes``."""
        return super().decode_single(rel_codes.float(), boxes.float())


class ExactLinearCoder(BoxLinearCoder):
    """Computes boxes in single precision from distances to the four sides."""

    def decode(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        """Return the boxes (..., 4) that the network's answers ``rel_codes`` make of ``boxes``."""
        return super().decode(rel_codes.float(), boxes.float())


class ExactAnchors(AnchorGenerator):
    """Places anchors in single precision whatever the precision of the maps."""

    def set_cell_anchors(self, dtype: torch.dtype, device: torch.device) -> None:
        """Put the shapes on the device; ``dtype``, that of the maps, is not taken."""
        super().set_cell_anchors(torch.float32, device)


def is_exact(network: nn.Module) -> bool:
    """Return whether a detector computes its boxes in single precision even where its layers run in half precision."""
    heads = getattr(network, "roi_heads", network)
    coder = getattr(heads, "box_coder", None)
    return isinstance(coder, (ExactBoxCoder, ExactLinearCoder)) or bool(getattr(network, "exact", False))


def answer_exactly(head: nn.Module) -> None:
    """Have the head of a one-stage detector return single precision, in which losses, scores and boxes are computed."""
    head.register_forward_hook(_in_single_precision)


def _in_single_precision(head: nn.Module, inputs: object, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.float() for name, value in outputs.items()}
