"""Layers that torchvision does not have: normalisation for few pixels, and classifiers cut into the levels of a pyramid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet

Norm = Callable[[int], nn.Module]  # makes the normalisation of so many channels


class FixedBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation that keeps its statistics and factors, for weights trained on larger batches than ours.

    The same as torchvision's ``FrozenBatchNorm2d``, with the keys of an ordinary ``BatchNorm2d`` in the state dict and its
    native kernel, which is faster on the CPU.
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__(num_features, eps)
        self.requires_grad_(False)
        self.train(False)

    def train(self, mode: bool = True) -> FixedBatchNorm2d:
        """Stay in evaluation mode."""
        super().train(False)
        return self


class LearningBatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation that uses what it has gathered where a batch has nothing to gather.

    A map of one cell from a batch of one chip, or the outlines of a batch without objects: an ordinary one stops there.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the maps (B, C, h, w) normalised."""
        if self.training and input.numel() <= input.shape[1]:
            return functional.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(input)


def batch_norm(fixed: bool, eps: float = 1e-5) -> Norm:
    """Return what makes batch normalisations that keep what is loaded, or learn.

    Those that learn forget with PyTorch's usual momentum of 0.1: torchvision's MobileNetV3 has 0.01, with which the statistics
    of a training of a few hundred steps are still half those of the beginning, and nothing is found.

    Args:
        fixed: whether they keep what is loaded.
        eps: added to the variance.
    """
    return partial(FixedBatchNorm2d if fixed else LearningBatchNorm2d, eps=eps)


TRUNK_PLACES = {
    "conv1": "0", "bn1": "1", "relu": "2", "maxpool": "3", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
}  # fmt: skip


class Trunk(nn.Sequential):
    """The layers of a ResNet in a row, by number, as fastai cuts them: (B, bands, H, W) -> one map of stride 32 as ``"0"``.

    Attributes:
        out_channels: of that map.
    """

    def __init__(self, resnet: ResNet, out_channels: int) -> None:
        super().__init__(*(getattr(resnet, name) for name in TRUNK_PLACES))
        self.out_channels = out_channels

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the map."""
        return {"0": super().forward(images)}


class NormalisedLevels(nn.Module):
    """The stages of a classifier without batch normalisation, with a layer normalisation for each map that leaves it.

    What runs through Swin Transformer and ConvNeXt is a sum whose size nothing holds: their authors put these in front of the
    pyramid of a detector (Liu et al., 2021 and 2022).

    Args:
        stages: the layers by their names in the classifier, up to the last level.
        levels: number of each level by the name of the layer that gives it.
        channels: of each level.
        channels_last: whether the stages pass on (B, h, w, C) instead of (B, C, h, w).
    """

    def __init__(
        self, stages: Mapping[str, nn.Module], levels: Mapping[str, str], channels: Sequence[int], channels_last: bool
    ) -> None:
        super().__init__()
        self.features = nn.ModuleDict(stages)
        self.norms = nn.ModuleList(nn.LayerNorm(count, eps=1e-6) for count in channels)
        self._levels, self._channels_last = dict(levels), channels_last

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the maps (B, C, h, w) by their numbers."""
        maps: dict[str, Tensor] = {}
        for name, layer in self.features.items():
            images = layer(images)
            if name in self._levels:
                norm, number = self.norms[len(maps)], self._levels[name]
                maps[number] = norm(images if self._channels_last else images.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return maps
