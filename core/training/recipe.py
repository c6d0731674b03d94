"""How to train: the numbers, the optimizer and the course of the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from ..jobs import TrainModel
from ..models.backbones import body
from .data.augmentation import Augmentation

PHOTOGRAPHS = 0.25  # rate of a backbone that knows photographs already, as a share of that of the heads


@dataclass(frozen=True)
class Recipe:
    """How to train; see :class:`core.jobs.TrainModel` for what the user may choose of it.

    Attributes:
        epochs: at most.
        batch_size: chips in a step, on each card.
        learning_rate: of the heads at its highest.
        backbone_rate: of the backbone, as a share of that.
        size: side that chips are cut to, pixels.
        augmentation: how chips are changed.
        optimizer: ``"ADAMW"`` or ``"SGD"``.
        schedule: ``"COSINE"`` or ``"ONE_CYCLE"``.
        weight_averaging: whether a moving average of the weights is measured and kept.
        gradient_clip: largest norm of the gradient of all weights together; 0 for none.
        stop_early: end when the monitored measure has not got better for :attr:`patience` epochs.
        monitor: ``"AP50"``, ``"AVERAGE_PRECISION"``, ``"F1_SCORE"`` or ``"VALID_LOSS"``.
        unfreeze_after: epochs after which a frozen backbone learns too; 0 for never.
        mixed_precision: half precision, on a GPU.
        compile: compile the backbone, on a GPU.
        seed: of everything that is drawn.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    backbone_rate: float
    size: int
    augmentation: Augmentation
    optimizer: str = "ADAMW"
    schedule: str = "COSINE"
    weight_averaging: bool = False
    gradient_clip: float = 5.0
    stop_early: bool = True
    monitor: str = "AP50"
    unfreeze_after: int = 0
    mixed_precision: bool = True
    compile: bool = False
    seed: int = 42

    @property
    def patience(self) -> int:
        """Epochs without a gain before training ends; a third of all, because the falling rate brings gains late."""
        return max(5, self.epochs // 3)


def make_recipe(job: TrainModel, size: int, scratch: bool) -> Recipe:
    """Return what the user asked for; the batch size and learning rate are 0 where they are to be found.

    Args:
        job: the parameters.
        size: side that chips are cut to, pixels.
        scratch: whether the backbone starts from random weights.
    """
    return Recipe(
        epochs=job.epochs,
        batch_size=job.batch_size or 0,
        learning_rate=job.learning_rate or 0.0,
        backbone_rate=1.0 if scratch else PHOTOGRAPHS,
        size=size,
        augmentation=Augmentation.of(job.augmentation_values()),
        optimizer=job.optimizer,
        schedule=job.schedule,
        weight_averaging=job.weight_averaging,
        gradient_clip=job.gradient_clip,
        stop_early=job.stop_early,
        monitor=job.monitor,
        unfreeze_after=job.unfreeze_after if job.freeze else 0,
        mixed_precision=job.mixed_precision,
        compile=job.compile,
        seed=job.seed,
    )


def usual_rate(optimizer: str, batch: int, light: bool, tuned: bool) -> float:
    """Return the learning rate that suits most trainings.

    AdamW: 6e-4 for 4 chips and a light backbone, a third of that for the others, growing with the root of the batch. Found by
    trial on tree crowns. SGD: torchvision's 0.02 for 16 images, growing with the batch (Goyal et al., 2017).

    Args:
        optimizer: ``"ADAMW"`` or ``"SGD"``.
        batch: chips in a step, on all cards together.
        light: whether backbone and heads are small.
        tuned: whether a finished model is fine-tuned; a third then.
    """
    batch = min(batch, 64)
    rate = 0.02 * batch / 16 if optimizer == "SGD" else (6e-4 if light else 2e-4) * (batch / 4) ** 0.5
    return rate / 3 if tuned else rate


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the optimizer of all weights that learn now: no decay for biases and normalisation, another rate for the backbone.

    The last group is one of the heads.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    slow = set(body(network).parameters())
    weight_decay = 1e-2 if recipe.optimizer == "ADAMW" else 1e-4
    for parameter in network.parameters():
        if parameter.requires_grad:
            rate = recipe.learning_rate * (recipe.backbone_rate if parameter in slow else 1.0)
            groups.setdefault((rate, weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    settings = [
        {"params": members, "lr": rate, "weight_decay": decay}
        for (rate, decay), members in sorted(groups.items(), key=lambda item: item[0])
    ]
    if recipe.optimizer == "SGD":
        return torch.optim.SGD(settings, lr=recipe.learning_rate, momentum=0.9)
    return torch.optim.AdamW(settings, lr=recipe.learning_rate)


def make_schedule(optimizer: torch.optim.Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    """Return what sets the learning rate of each of so many steps."""
    if recipe.schedule == "ONE_CYCLE" and steps >= 8:  # fewer have no quarter to rise in
        highest = [group["lr"] for group in optimizer.param_groups]
        return OneCycleLR(optimizer, max_lr=highest, total_steps=steps + 1, pct_start=0.25)
    return LambdaLR(optimizer, cosine(steps))


def cosine(steps: int) -> Callable[[int], float]:
    """Return the learning rate of each step as a share of the highest: a linear start, then half a cosine down to 1 %."""
    warm_up = max(1, min(200, steps // 10))

    def share(step: int) -> float:
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm_up) / max(1, steps - warm_up))))

    return share
