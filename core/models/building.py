"""From a card or a package to a network that runs."""

from __future__ import annotations

import torch
from torch import nn

from ..errors import ModelError
from ..packages import ModelCard, Package
from .registry import model_type
from .state_names import misfit, not_finite, with_current_names


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool | None = None) -> nn.Module:
    """Build the network that a card describes, with random weights.

    In training mode it takes (images, targets) and returns the losses by name; in evaluation mode it takes images and returns
    one dict each: ``boxes`` float32 (n, 4) as x0, y0, x1, y1 in pixels, ``labels`` int64 (n,) that count the card's classes
    from 1, ``scores`` float32 (n,) falling, and for MaskRCNN ``masks`` float32 (n, 1, h, w), probabilities 0..1. Images are
    a list of float32 (C, h, w) made by :func:`core.models.prepare`; they keep their size.

    Args:
        card: the facts.
        fixed_norm: False lets the normalisation of the backbone learn, which training from nothing needs. The state dict is
            the same.
        fixed_heads: the same of the pyramid and the heads; None for what ``fixed_norm`` says.

    Raises:
        ModelError: the kind of model or backbone is unknown, or its options are damaged.
    """
    fixed = fixed_norm if fixed_heads is None else fixed_heads
    network: nn.Module = model_type(card).build(card, fixed_norm, fixed)
    return network


def load(package: Package, device: torch.device | str) -> nn.Module:
    """Build a package's network with its weights, ready to detect on ``device``.

    Raises:
        ModelError: the kind is unknown, or the weights do not fit the description.
    """
    network = build(package.card)
    load_weights(network, package)
    return network.to(device).eval()


def load_weights(network: nn.Module, package: Package) -> None:
    """Put a package's weights into a network built from its card.

    Raises:
        ModelError: they do not fit: missing, left over or of another shape; or they are NaN or infinite. The first tensor
            is named.
    """
    name, card = package.path.name, package.card
    state = with_current_names(package.state_dict())
    if broken := not_finite(state):
        raise ModelError(
            f"{name}: the weights hold values that are not finite numbers ({broken}).",
            "Its training went wrong, or the file is damaged. Use another package, or train again.",
        )
    if reason := misfit(network.state_dict(), state):
        raise ModelError(
            f"{name}: the weights do not fit a {card.model_type} with {card.backbone} and {len(card.classes)} classes "
            f"({reason}).",
            "The package is damaged, or was put together from parts of different models.",
        )
    network.load_state_dict(state)
