"""The names of weights: those of older torchvision made into today's, and whether all of them fit a network."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch

_RENAMED = (  # torchvision 0.13 put each convolution into a block of its own
    (re.compile(r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$"), r"\1.0.\2"),
    (re.compile(r"^(rpn\.head\.conv)\.(weight|bias)$"), r"\1.0.0.\2"),
)
_RETINA_HEAD = re.compile(r"^(head\.(?:classification|regression)_head\.conv)\.([0246])\.(weight|bias)$")
_MASK_HEAD = re.compile(r"^roi_heads\.mask_head\.mask_fcn(\d+)\.(weight|bias)$")


def with_current_names(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a detector's weights under the names that torchvision has given them since 0.13.

    Normalisation layers that were frozen have counted no batches; they get a count of 0, which nothing depends on.
    """
    result = {}
    retinanet = "head.regression_head.bbox_ctrness.weight" not in state  # else FCOS, which has such names today
    for key, value in state.items():
        for pattern, name in _RENAMED:
            key = pattern.sub(name, key)
        key = _MASK_HEAD.sub(lambda found: f"roi_heads.mask_head.{int(found[1]) - 1}.0.{found[2]}", key)
        if retinanet:
            key = _RETINA_HEAD.sub(lambda found: f"{found[1]}.{int(found[2]) // 2}.0.{found[3]}", key)
        result[key] = value
    for key in list(result):
        if key.endswith(".running_mean"):
            result.setdefault(key.removesuffix("running_mean") + "num_batches_tracked", torch.tensor(0))
    return result


def misfit(own: Mapping[str, torch.Tensor], state: Mapping[str, torch.Tensor]) -> str | None:
    """Return the first reason, with the name of the tensor, why ``state`` does not fit a network whose weights are ``own``."""
    for key, value in own.items():
        if key not in state:
            return f"there is no {key}"
        if state[key].shape != value.shape:
            return f"{key} has the shape {tuple(state[key].shape)} instead of {tuple(value.shape)}"
    left = next((key for key in state if key not in own), None)
    return None if left is None else f"the network has no {left}"


def not_finite(state: Mapping[str, torch.Tensor]) -> str | None:
    """Return which tensor holds NaN or infinite numbers, and how many; None for none."""
    for key, value in state.items():
        if value.is_floating_point() and (count := int((~torch.isfinite(value)).sum())):
            return f"{key}, {count:,} of {value.numel():,}"
    return None
