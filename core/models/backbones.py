"""The networks that read the image: ImageNet classifiers cut at strides 4, 8, 16, 32, with a feature pyramid on top.

Feature pyramid: Lin et al., "Feature Pyramid Networks for Object Detection", 2017; built by torchvision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torchvision.models import ResNet, mobilenet_v2, resnet18, resnet34, resnet50, resnet101, resnet152
from torchvision.models.detection.backbone_utils import BackboneWithFPN

from ..errors import ModelError

STRIDES = (4, 8, 16, 32, 64)  # pixels a cell of each pyramid level covers; the last one is pooled from the one before


class FixedBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation that keeps its statistics and factors, for weights trained on larger batches than ours.

    The same as torchvision's ``FrozenBatchNorm2d``, with the keys of an ordinary ``BatchNorm2d`` in the state dict and its
    native kernel, which is faster on the CPU.
    """

    def __init__(self, num_features: int) -> None:
        super().__init__(num_features)
        self.requires_grad_(False)
        self.train(False)

    def train(self, mode: bool = True) -> FixedBatchNorm2d:
        """Stay in evaluation mode."""
        super().train(False)
        return self


@dataclass(frozen=True)
class Backbone:
    """A classifier that can be used as a backbone.

    Attributes:
        make: torchvision's function; ``features`` tells where in its result the layers are.
        features: attribute with the layers; empty for the network itself.
        levels: names of the layers whose outputs have strides 4, 8, 16, 32.
        channels: of those outputs.
        stem: names of the layers up to stride 4: edges and colours, which differ least between photographs.
        weights: file name of torchvision's ImageNet weights; the 8 digits at its end start its SHA-256.
        light: whether the network's heads should be small as well.
    """

    make: Callable[..., nn.Module]
    levels: tuple[str, str, str, str]
    channels: tuple[int, int, int, int]
    stem: tuple[str, ...]
    weights: str
    features: str = ""
    light: bool = False

    @property
    def first_convolution(self) -> str:
        """Key of the weights that look at the bands, in the classifier's state dict."""
        return f"{self.features}.0.0.weight" if self.features else "conv1.weight"


_RESNET_LEVELS = ("layer1", "layer2", "layer3", "layer4")
_RESNET_STEM = ("conv1", "bn1", "layer1")
BACKBONES: dict[str, Backbone] = {
    "mobilenet_v2": Backbone(
        mobilenet_v2,
        ("3", "6", "13", "17"),
        (24, 32, 96, 320),
        ("0", "1", "2", "3"),
        "mobilenet_v2-b0353104.pth",
        features="features",
        light=True,
    ),
    "resnet18": Backbone(resnet18, _RESNET_LEVELS, (64, 128, 256, 512), _RESNET_STEM, "resnet18-f37072fd.pth"),
    "resnet34": Backbone(resnet34, _RESNET_LEVELS, (64, 128, 256, 512), _RESNET_STEM, "resnet34-b627a593.pth"),
    "resnet50": Backbone(resnet50, _RESNET_LEVELS, (256, 512, 1024, 2048), _RESNET_STEM, "resnet50-0676ba61.pth"),
    "resnet101": Backbone(resnet101, _RESNET_LEVELS, (256, 512, 1024, 2048), _RESNET_STEM, "resnet101-63fe2227.pth"),
    "resnet152": Backbone(resnet152, _RESNET_LEVELS, (256, 512, 1024, 2048), _RESNET_STEM, "resnet152-394f9c45.pth"),
}


def backbone(name: str) -> Backbone:
    """Return what is known of a backbone.

    Raises:
        ModelError: there is none of that name.
    """
    if name not in BACKBONES:
        raise ModelError(f"Kestrel has no backbone {name!r}.", f"It has {', '.join(BACKBONES)}.")
    return BACKBONES[name]


_PLACES = {"conv1": "0", "bn1": "1", "relu": "2", "maxpool": "3", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}


class Trunk(nn.Sequential):
    """The layers of a ResNet in a row, by number, as fastai cuts them: (B, bands, H, W) -> one map of stride 32 as ``"0"``.

    Attributes:
        out_channels: of that map.
    """

    def __init__(self, resnet: ResNet, out_channels: int) -> None:
        super().__init__(*(getattr(resnet, name) for name in _PLACES))
        self.out_channels = out_channels

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the map."""
        return {"0": super().forward(images)}


def build_backbone(name: str, in_channels: int, pyramid_channels: int, fixed_norm: bool = True) -> BackboneWithFPN:
    """Build a backbone with its pyramid: (B, in_channels, H, W) -> five maps of ``pyramid_channels``, strides 4 to 64.

    Args:
        name: a key of :data:`BACKBONES`.
        in_channels: number of bands.
        pyramid_channels: channels of every pyramid level.
        fixed_norm: keep the normalisation layers as they are loaded; False lets them learn, for training from nothing.
    """
    known = backbone(name)
    levels = {layer: str(number) for number, layer in enumerate(known.levels)}
    return BackboneWithFPN(_layers(known, in_channels, fixed_norm), levels, list(known.channels), pyramid_channels)


def build_trunk(name: str, in_channels: int, fixed_norm: bool = True) -> Trunk:
    """Build a ResNet without a pyramid; the arguments are those of :func:`build_backbone`."""
    known = backbone(name)
    return Trunk(_layers(known, in_channels, fixed_norm), known.channels[-1])


def body(network: nn.Module) -> nn.Module:
    """Return the part of a whole detector that was a classifier: no pyramid, no heads."""
    outer = network.get_submodule("encoder" if hasattr(network, "encoder") else "backbone")
    return outer.get_submodule("body") if isinstance(outer, BackboneWithFPN) else outer


def stem(network: nn.Module, name: str) -> list[nn.Module]:
    """Return the layers of a whole detector up to stride 4."""
    part = body(network)
    return [part.get_submodule(_PLACES[layer] if isinstance(part, Trunk) else layer) for layer in backbone(name).stem]


def first_convolution(network: nn.Module) -> str:
    """Return the key, in a whole detector's state dict, of the weights that look at the bands."""
    first = next(layer for layer in body(network).modules() if isinstance(layer, nn.Conv2d))
    return next(key for key, value in network.named_parameters() if value is first.weight)


def load_classifier(network: nn.Module, name: str, state: dict[str, Tensor]) -> None:
    """Put a classifier's weights, by torchvision's names, into the body of a detector; what it does not have is left out."""
    part = body(network)
    prefix = backbone(name).features + "."
    own = {key.removeprefix(prefix): value for key, value in state.items()}
    if isinstance(part, Trunk):
        own = {f"{_PLACES.get(head, head)}.{rest}": v for k, v in own.items() for head, _, rest in [k.partition(".")]}
    part.load_state_dict({key: value for key, value in own.items() if key in part.state_dict()})


def _layers(known: Backbone, in_channels: int, fixed_norm: bool) -> nn.Module:
    """Make the classifier and return what holds its layers."""
    whole = known.make(weights=None, norm_layer=FixedBatchNorm2d if fixed_norm else nn.BatchNorm2d)
    layers: nn.Module = getattr(whole, known.features) if known.features else whole
    if in_channels != 3:
        _widen_first_convolution(layers, in_channels)
    return layers


def _widen_first_convolution(layers: nn.Module, in_channels: int) -> None:
    """Make the layer that sees the image take another number of bands, with fresh weights."""
    first = next(layer for layer in layers.modules() if isinstance(layer, nn.Conv2d))
    first.in_channels = in_channels
    first.weight = nn.Parameter(first.weight.new_empty(first.out_channels, in_channels, *first.kernel_size))
    nn.init.kaiming_normal_(first.weight, mode="fan_out", nonlinearity="relu")
