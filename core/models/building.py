"""From a card or a package to a network that runs."""

from __future__ import annotations

import torch
from torch import nn

from ..errors import ModelError
from ..packages import ModelCard, Package
from . import weights as published
from .adapting import adapt_bands
from .backbones import backbone, build_backbone, first_convolution
from .registry import model_type


def build(card: ModelCard, weights: str = "NONE", fixed_norm: bool = True) -> nn.Module:
    """Build the network that a card describes.

    In training mode it takes (images, targets) and returns the losses by name; in evaluation mode it takes images and returns
    one dict each: ``boxes`` float32 (n, 4) as x0, y0, x1, y1 in pixels, ``labels`` int64 (n,) that count the card's classes
    from 1, ``scores`` float32 (n,) falling, and for MaskRCNN ``masks`` float32 (n, 1, h, w), probabilities 0..1. Images are
    a list of float32 (C, h, w) made by :func:`core.models.prepare`; they keep their size.

    Args:
        card: the facts.
        weights: ``"IMAGENET"`` loads torchvision's published weights into the backbone, fitted to the card's bands;
            ``"NONE"`` leaves it random.
        fixed_norm: False lets the normalisation layers learn, which training from nothing needs. The state dict is the same.

    Raises:
        ModelError: the kind of model or backbone is unknown, its options are damaged, or the weights cannot be had.
    """
    kind = model_type(card)
    channels = int(card.options.get("pyramid_channels", 256))
    body = build_backbone(card.backbone, len(card.bands), channels, fixed_norm)
    if weights == "IMAGENET":
        state = published.imagenet(card.backbone)
        prefix = backbone(card.backbone).features
        state = {key.removeprefix(prefix + ".") if prefix else key: value for key, value in state.items()}
        first = first_convolution(card.backbone).removeprefix("backbone.body.")
        state[first] = adapt_bands(state[first], ("Red", "Green", "Blue"), card.band_names)
        known = body.body.state_dict().keys()
        body.body.load_state_dict({key: value for key, value in state.items() if key in known})
    network: nn.Module = kind.build(card, body)
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
        ModelError: they do not fit.
    """
    try:
        network.load_state_dict(package.state_dict())
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise ModelError(
            f"{package.path.name}: the weights do not fit a {package.card.model_type} with {package.card.backbone} and "
            f"{len(package.card.classes)} classes ({first[:200]}).",
            "The package is damaged, or was put together from parts of different models.",
        ) from error
