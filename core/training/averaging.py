"""A moving average of a network's weights, which varies less from step to step than the weights themselves."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel


class Average:
    """An exponential moving average of a network's weights (Polyak and Juditsky, 1992).

    It looks back over a twentieth of the training, but never further than over half of the steps done, so that the random
    start is soon forgotten.

    Args:
        network: copied.
        steps: of the whole training.
    """

    def __init__(self, network: nn.Module, steps: int) -> None:
        self._last = 1 - 1 / max(2.0, steps / 20)
        self._count = 0
        self._model = AveragedModel(network, multi_avg_fn=self._mix, use_buffers=True)
        self._model.module.requires_grad_(False)

    @property
    def network(self) -> nn.Module:
        """The averaged network."""
        module: nn.Module = self._model.module
        return module

    def update(self, network: nn.Module) -> None:
        """Take the weights after a step in."""
        self._count += 1
        self._model.update_parameters(network)

    @torch.no_grad()
    def _mix(self, averages: Any, weights: Any, count: Any) -> None:
        decay = min(self._last, self._count / (self._count + 2))
        if averages[0].is_floating_point():
            torch._foreach_lerp_(averages, weights, 1 - decay)
        else:
            torch._foreach_copy_(averages, weights)

    def state(self) -> dict[str, Any]:
        """Return what :meth:`restore` takes back."""
        return {"count": self._count, "model": self._model.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where :meth:`state` was taken."""
        self._count = state["count"]
        self._model.load_state_dict(state["model"])
