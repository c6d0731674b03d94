"""One step of training: forward, backward, update; in half precision, in parts when memory is short, averaged over time."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..device import half_precision
from ..errors import OutOfMemory
from ..reporting import Reporter
from .averaging import Average
from .data.augmentation import Target
from .recipe import Recipe, make_optimizer, make_schedule
from .team import Team


class Stepper:
    """A network with all that changes its weights.

    Args:
        network: as :func:`core.models.build` makes it, on the device of the team; every weight that may learn at any time does.
        recipe: how; with its learning rate.
        steps: of the whole training.
        team: the processes that train together.
        report: told when memory is short.
    """

    def __init__(self, network: nn.Module, recipe: Recipe, steps: int, team: Team, report: Reporter) -> None:
        self.network, self._recipe, self._team, self._report = network, recipe, team, report
        self.optimizer = make_optimizer(network, recipe)
        self._schedule = make_schedule(self.optimizer, recipe, steps)
        self.half = half_precision(team.device) if recipe.mixed_precision else None
        self._scaler = torch.amp.GradScaler(team.device.type, enabled=self.half is torch.float16)
        self._average = Average(network, steps) if recipe.weight_averaging else None
        self._parts = 1  # that a batch is worked on in
        self.forward = team.wrap(network)

    @property
    def rate(self) -> float:
        """The learning rate of the heads now."""
        return float(self.optimizer.param_groups[-1]["lr"])

    @property
    def measured(self) -> nn.Module:
        """The network to measure and keep: the averaged one, where there is one."""
        return self._average.network if self._average else self.network

    def precision(self) -> AbstractContextManager[object]:
        """Return the context to run the network in."""
        return nullcontext() if self.half is None else torch.autocast(self._team.device.type, self.half)

    def team_mean(self, loss: Tensor) -> Tensor:
        """Return the mean of a scalar over all processes."""
        return self._team.mean(loss.clone())

    def rewrap(self) -> None:
        """Tell the other processes that other weights learn from now on."""
        self.forward = self._team.wrap(self.network)

    def step(self, images: list[Tensor], targets: list[Target], seed: tuple[int, ...]) -> Tensor:
        """Learn from a batch on the device and return its loss, a scalar there.

        Args:
            images: see :func:`core.models.build`.
            targets: the same.
            seed: of what the network draws; the same numbers give the same step, whatever was before.

        Raises:
            OutOfMemory: a single chip is too much for the card.
        """
        self.network.train()
        loss = self._gradients_or_less(images, targets, seed)
        self._scaler.unscale_(self.optimizer)
        if self._recipe.gradient_clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.gradient_clip)
        self._scaler.step(self.optimizer)
        self._scaler.update()
        self._schedule.step()
        if self._average:
            self._average.update(self.network)
        return loss

    def _gradients_or_less(self, images: list[Tensor], targets: list[Target], seed: tuple[int, ...]) -> Tensor:
        """Return the loss with its gradients; when the card's memory runs out, work on the batch in more and smaller parts.

        The step stays what it was, so that neither the rate nor the number of steps has to change.
        """
        while True:
            seed_all((*seed, self._team.rank))
            try:
                return self._gradients(images, targets)
            except torch.cuda.OutOfMemoryError as error:
                if self._parts >= len(images) or self._team.size > 1:  # the other cards would wait for this one for ever
                    raise OutOfMemory(
                        f"The memory of the GPU does not hold {'one chip' if self._parts >= len(images) else 'a batch'} of "
                        f"{images[0].shape[-1]} x {images[0].shape[-2]} pixels.",
                        "Set a smaller Batch Size or Chip Size, close other programs that use the GPU, or take a smaller "
                        "Backbone Model.",
                    ) from error
            # Outside of the except block, whose traceback would keep the tensors alive.
            self._parts *= 2
            self.optimizer.zero_grad(set_to_none=True)
            torch.cuda.empty_cache()
            self._report.warning(
                f"The GPU's memory is full: each batch is worked on in {self._parts} parts from now on; the result is the same."
            )

    def _gradients(self, images: list[Tensor], targets: list[Target]) -> Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self._team.device)
        size = -(-len(images) // self._parts)
        for start in range(0, len(images), size):
            part = slice(start, start + size)
            with self.precision():
                losses = torch.stack([*self.forward(images[part], targets[part]).values()])
            loss = losses.sum() * (len(images[part]) / len(images))
            self._scaler.scale(loss).backward()
            total += loss.detach()
        return total

    def state(self) -> dict[str, Any]:
        """Return everything that changes, for a checkpoint; :meth:`restore` takes it back."""
        return {
            "network": self.network.state_dict(),
            "average": self._average.state() if self._average else None,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "scaler": self._scaler.state_dict(),
            "parts": self._parts,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where :meth:`state` was taken."""
        self.network.load_state_dict(state["network"])
        if self._average:
            self._average.restore(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._scaler.load_state_dict(state["scaler"])
        self._parts = state["parts"]


def seed_all(numbers: tuple[int, ...]) -> None:
    """Seed what torch draws from, on all devices, by several numbers."""
    torch.manual_seed(int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1))
