"""The networks that read the image: ImageNet classifiers cut at strides 4, 8, 16, 32, with a feature pyramid on top.

Feature pyramid: Lin et al., "Feature Pyramid Networks for Object Detection", 2017; built by torchvision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from torch import Tensor, nn
from torchvision import models
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.ssdlite import SSDLiteFeatureExtractorMobileNet
from torchvision.ops.feature_pyramid_network import ExtraFPNBlock

from ..errors import ModelError
from .layers import TRUNK_PLACES, FixedBatchNorm2d, Norm, NormalisedLevels, Trunk, batch_norm
from .state_names import misfit, with_current_names

__all__ = [
    "BACKBONES", "STRIDES", "Backbone", "FixedBatchNorm2d", "Trunk", "backbone", "body", "build_backbone", "build_trunk",
    "classifier_layers", "first_convolution", "load_classifier", "stem",
]  # fmt: skip

STRIDES = (4, 8, 16, 32, 64)  # pixels a cell of each pyramid level covers; the last one is pooled from the one before


@dataclass(frozen=True)
class Backbone:
    """A classifier that can be used as a backbone.

    Attributes:
        make: torchvision's function; ``features`` tells where in its result the layers are.
        weights: torchvision's published ImageNet weights.
        levels: names of the layers whose outputs have strides 4, 8, 16, 32.
        channels: of those outputs.
        stem: names of the layers up to stride 4: edges and colours, which differ least between photographs.
        features: attribute with the layers; empty for the network itself.
        light: whether the network's heads should be small as well.
        eps: what its batch normalisation adds to the variance.
        last_norm: name of the layer normalisation behind the last level; empty for networks with batch normalisation.
        channels_last: whether its layers pass on (B, h, w, C).
    """

    make: Callable[..., nn.Module]
    weights: models.WeightsEnum
    levels: tuple[str, str, str, str]
    channels: tuple[int, int, int, int]
    stem: tuple[str, ...]
    features: str = ""
    light: bool = False
    eps: float = 1e-5
    last_norm: str = ""
    channels_last: bool = False

    @property
    def first_convolution(self) -> str:
        """Key of the weights that look at the bands, in the classifier's state dict."""
        return f"{self.features}.0.0.weight" if self.features else "conv1.weight"

    @property
    def file(self) -> str:
        """Name of the file of the published weights; the 8 digits at its end start its SHA-256."""
        return PurePosixPath(self.weights.url).name


def _resnet(make: Callable[..., nn.Module], weights: models.WeightsEnum, widening: int) -> Backbone:
    channels = (64 * widening, 128 * widening, 256 * widening, 512 * widening)
    return Backbone(make, weights, ("layer1", "layer2", "layer3", "layer4"), channels, ("conv1", "bn1", "layer1"))


def _mobilenet(
    make: Callable[..., nn.Module],
    weights: models.WeightsEnum,
    levels: tuple[str, str, str, str],
    channels: tuple[int, int, int, int],
    eps: float = 1e-5,
) -> Backbone:
    return Backbone(make, weights, levels, channels, ("0", "1", "2", "3"), "features", light=True, eps=eps)


def _layer_normed(make: Callable[..., nn.Module], weights: models.WeightsEnum, width: int, last_norm: str) -> Backbone:
    channels = (width, 2 * width, 4 * width, 8 * width)
    swin = last_norm == "norm"
    return Backbone(
        make, weights, ("1", "3", "5", "7"), channels, ("0", "1"), "features", last_norm=last_norm, channels_last=swin
    )


_RESNET50 = _resnet(models.resnet50, models.ResNet50_Weights.IMAGENET1K_V1, 4)
BACKBONES: dict[str, Backbone] = {
    "mobilenet_v2": _mobilenet(
        models.mobilenet_v2, models.MobileNet_V2_Weights.IMAGENET1K_V1, ("3", "6", "13", "17"), (24, 32, 96, 320)
    ),
    "mobilenet_v3_large": _mobilenet(
        models.mobilenet_v3_large,
        models.MobileNet_V3_Large_Weights.IMAGENET1K_V1,
        ("3", "6", "12", "16"),
        (24, 40, 112, 960),
        eps=1e-3,
    ),
    "resnet18": _resnet(models.resnet18, models.ResNet18_Weights.IMAGENET1K_V1, 1),
    "resnet34": _resnet(models.resnet34, models.ResNet34_Weights.IMAGENET1K_V1, 1),
    "resnet50": _RESNET50,
    "resnet50_v2": replace(_RESNET50, weights=models.ResNet50_Weights.IMAGENET1K_V2),
    "resnet101": _resnet(models.resnet101, models.ResNet101_Weights.IMAGENET1K_V1, 4),
    "resnet152": _resnet(models.resnet152, models.ResNet152_Weights.IMAGENET1K_V1, 4),
    "convnext_tiny": _layer_normed(models.convnext_tiny, models.ConvNeXt_Tiny_Weights.IMAGENET1K_V1, 96, "classifier.0"),
    "convnext_small": _layer_normed(models.convnext_small, models.ConvNeXt_Small_Weights.IMAGENET1K_V1, 96, "classifier.0"),
    "convnext_base": _layer_normed(models.convnext_base, models.ConvNeXt_Base_Weights.IMAGENET1K_V1, 128, "classifier.0"),
    "swin_t": _layer_normed(models.swin_t, models.Swin_T_Weights.IMAGENET1K_V1, 96, "norm"),
    "swin_s": _layer_normed(models.swin_s, models.Swin_S_Weights.IMAGENET1K_V1, 96, "norm"),
    "swin_b": _layer_normed(models.swin_b, models.Swin_B_Weights.IMAGENET1K_V1, 128, "norm"),
}


def backbone(name: str) -> Backbone:
    """Return what is known of a backbone.

    Raises:
        ModelError: there is none of that name.
    """
    if name not in BACKBONES:
        raise ModelError(f"Kestrel has no backbone {name!r}.", f"It has {', '.join(BACKBONES)}.")
    return BACKBONES[name]


def build_backbone(
    name: str,
    in_channels: int,
    pyramid_channels: int,
    fixed_norm: bool = True,
    first_level: int = 0,
    extra: ExtraFPNBlock | None = None,
    pyramid_norm: Norm | None = None,
) -> BackboneWithFPN:
    """Build a backbone with its pyramid: (B, in_channels, H, W) -> maps of ``pyramid_channels``, of any H and W.

    Args:
        name: a key of :data:`BACKBONES`.
        in_channels: number of bands.
        pyramid_channels: channels of every pyramid level.
        fixed_norm: keep the normalisation layers as they are loaded; False lets them learn, for training from nothing.
        first_level: 0 for levels of strides 4, 8, 16, 32; 1 to begin at stride 8.
        extra: makes the coarser levels; None for one of stride 64, pooled.
        pyramid_norm: makes the normalisation in the pyramid; None for none.
    """
    known = backbone(name)
    levels = {layer: str(number) for number, layer in enumerate(known.levels[first_level:])}
    channels = list(known.channels[first_level:])
    layers = classifier_layers(known, in_channels, fixed_norm)
    network = BackboneWithFPN(layers, levels, channels, pyramid_channels, extra, pyramid_norm)
    if known.last_norm:
        network.body = NormalisedLevels(dict(network.body.named_children()), levels, channels, known.channels_last)
    return network


def build_trunk(name: str, in_channels: int, fixed_norm: bool = True) -> Trunk:
    """Build a ResNet without a pyramid; the arguments are those of :func:`build_backbone`."""
    known = backbone(name)
    layers = classifier_layers(known, in_channels, fixed_norm)
    assert isinstance(layers, models.ResNet)  # nosec B101
    return Trunk(layers, known.channels[-1])


def classifier_layers(known: Backbone, in_channels: int, fixed_norm: bool, **changes: object) -> nn.Module:
    """Make the classifier for so many bands and return what holds its layers; ``changes`` are arguments of torchvision."""
    if not known.last_norm:
        changes["norm_layer"] = batch_norm(fixed_norm, known.eps)
    whole = known.make(weights=None, **changes)
    layers: nn.Module = getattr(whole, known.features) if known.features else whole
    if in_channels != 3:
        _widen_first_convolution(layers, in_channels)
    return layers


def body(network: nn.Module) -> nn.Module:
    """Return the part of a whole detector that was a classifier: no pyramid, no heads."""
    outer = network.get_submodule("encoder" if hasattr(network, "encoder") else "backbone")
    if isinstance(outer, SSDLiteFeatureExtractorMobileNet):
        return outer.features
    return outer.get_submodule("body") if isinstance(outer, BackboneWithFPN) else outer


def stem(network: nn.Module, name: str) -> list[nn.Module]:
    """Return the layers of a whole detector up to stride 4."""
    part, known = body(network), backbone(name)
    prefix = f"{known.features}." if known.features else ""
    return [part.get_submodule(_place(part, known, prefix + layer)) for layer in known.stem]


def first_convolution(network: nn.Module) -> str:
    """Return the key, in a whole detector's state dict, of the weights that look at the bands."""
    first = next(layer for layer in body(network).modules() if isinstance(layer, nn.Conv2d))
    return next(key for key, value in network.named_parameters() if value is first.weight)


def load_classifier(network: nn.Module, name: str, state: dict[str, Tensor], what: str) -> None:
    """Put a classifier's weights, by torchvision's names, into the body of a detector; what it does not have is left out.

    Args:
        network: the detector.
        name: of its backbone.
        state: the weights.
        what: names them, plural, for the text of an error.

    Raises:
        ModelError: a weight is missing or has another shape.
    """
    part, known = body(network), backbone(name)
    own = part.state_dict()
    placed = {_place(part, known, key): value for key, value in with_current_names(state).items()}
    fitting = {key: value for key, value in placed.items() if key in own}
    fitting |= {key: value for key, value in own.items() if key.startswith("norms.") and key not in fitting}
    if reason := misfit(own, fitting):
        raise ModelError(f"{what} are not of {name}: {reason}.", f"Choose weights of torchvision's {known.make.__name__}.")
    part.load_state_dict(fitting)


def _place(part: nn.Module, known: Backbone, key: str) -> str:
    """Return the name, in the body of a detector, of what a classifier calls ``key``."""
    if isinstance(part, Trunk):
        head, dot, rest = key.partition(".")
        return f"{TRUNK_PLACES.get(head, head)}{dot}{rest}"
    if isinstance(part, NormalisedLevels):
        last = f"norms.{len(part.norms) - 1}."
        return last + key.removeprefix(f"{known.last_norm}.") if key.startswith(f"{known.last_norm}.") else key
    place = key.removeprefix(f"{known.features}.")
    if isinstance(part, nn.Sequential):  # SSDlite: cut in two behind the first layer of a block
        number, dot, rest = place.partition(".")
        first = len(list(part[0].children())) - 1
        if not number.isdigit() or int(number) < first:
            return f"0.{place}"
        if int(number) > first:
            return f"1.{int(number) - first}{dot}{rest}"
        _, _, rest = rest.partition(".")  # the block calls its layers "block" or "conv"
        layer, dot, inner = rest.partition(".")
        return f"0.{first}.{inner}" if layer == "0" else f"1.0.{layer}{dot}{inner}"
    return place


def _widen_first_convolution(layers: nn.Module, in_channels: int) -> None:
    """Make the layer that sees the image take another number of bands, with fresh weights."""
    first = next(layer for layer in layers.modules() if isinstance(layer, nn.Conv2d))
    first.in_channels = in_channels
    first.weight = nn.Parameter(first.weight.new_empty(first.out_channels, in_channels, *first.kernel_size))
    nn.init.kaiming_normal_(first.weight, mode="fan_out", nonlinearity="relu")
