"""The training loop: epochs of steps, each followed by a look at the validation chips; the best epoch is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..device import describe_device
from ..errors import Cancelled, KestrelError
from ..models import losses_and_detections
from ..models.backbones import body
from ..packages import ModelCard
from ..reporting import Reporter
from .augmentation import Target
from .chips import Chips, batches, training_item, validation_item
from .measures import Measures, Scores
from .split import Split

MIN_GAIN = 0.001  # what counts as better
GRADIENT_LIMIT = 5.0  # norm of the gradient of all weights together


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: at most.
        batch_size: chips in a step.
        learning_rate: of the heads at its highest.
        backbone_rate: of the backbone, as a share of that; 0 leaves it as it is.
        size: side that chips are cut to, pixels.
        stop_early: end when the measure has not got better for :attr:`patience` epochs.
        seed: of order and changes of the chips.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    backbone_rate: float
    size: int
    stop_early: bool
    seed: int

    @property
    def patience(self) -> int:
        """Epochs without a gain before training ends; a third of all, because the falling rate brings gains late."""
        return max(5, self.epochs // 3)


@dataclass(frozen=True)
class Epoch:
    """A line of the history. ``ap50`` and ``validation_loss`` are NaN when there was nothing to measure."""

    number: int
    training_loss: float
    validation_loss: float
    ap50: float
    learning_rate: float
    seconds: float


@dataclass
class Outcome:
    """What training gave.

    Attributes:
        history: all epochs.
        best: number of the epoch kept.
        state: its weights, on the CPU.
        scores: its measures.
        ended: one sentence on why training ended.
    """

    history: list[Epoch]
    best: int
    state: dict[str, torch.Tensor]
    scores: Scores
    ended: str


class NotANumber(KestrelError):
    """The loss left the real numbers."""

    code = "internal"


def train(
    network: nn.Module,
    card: ModelCard,
    chips: Chips,
    split: Split,
    recipe: Recipe,
    device: torch.device,
    report: Reporter,
) -> Outcome:
    """Train ``network`` in place and return its best epoch.

    Args:
        network: as :func:`core.models.build` makes it, on ``device``.
        card: of the model; says how pixels are scaled and what the classes are.
        chips: the training set.
        split: which chips train and which measure.
        recipe: how.
        device: where the network is.
        report: told about every step and epoch. A cancel ends training after the step; finished epochs count.

    Raises:
        Cancelled: before the first epoch was finished.
        NotANumber: the loss became infinite or not a number in the first epoch.
    """
    run = _Run(network, card, chips, split, recipe, device, report)
    outcome: Outcome | None = None
    history: list[Epoch] = []
    best_value, ended = -math.inf, f"all {recipe.epochs} epochs done"
    for number in range(1, recipe.epochs + 1):
        began = time.monotonic()
        try:
            rate = run.rate
            training_loss = run.train_epoch(number)
            validation_loss, scores = run.validate(number)
        except Cancelled:
            if outcome is None:
                raise
            ended = f"cancelled in epoch {number}"
            break
        except NotANumber as error:
            if outcome is None:
                raise
            report.warning(f"{error.message} Training ends; the weights of epoch {outcome.best} are kept.")
            ended = f"the loss was no longer a number in epoch {number}"
            break
        epoch = Epoch(number, training_loss, validation_loss, scores.ap50, rate, time.monotonic() - began)
        history.append(epoch)
        _tell(epoch, report)
        value = _value(epoch)
        if outcome is None or value > best_value + MIN_GAIN:
            best_value = value
            state = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
            outcome = Outcome(history, number, state, scores, ended)
        elif recipe.stop_early and number - outcome.best >= recipe.patience:
            ended = f"no gain for {recipe.patience} epochs"
            break
    assert outcome is not None
    outcome.ended = ended
    return outcome


def _value(epoch: Epoch) -> float:
    """Return the number that says how good an epoch is: AP50, or the loss where there is nothing to find."""
    for value in (epoch.ap50, -epoch.validation_loss, -epoch.training_loss):
        if math.isfinite(value):
            return value
    return -math.inf


def _tell(epoch: Epoch, report: Reporter) -> None:
    for name in ("training_loss", "validation_loss", "ap50", "learning_rate"):
        report.metric(name, getattr(epoch, name), epoch.number)
    if epoch.number == 1:
        report.info("epoch | training loss | validation loss |  AP50 | learning rate |  time")
    report.info(
        f"{epoch.number:5d} | {epoch.training_loss:13.4f} | {epoch.validation_loss:15.4f} | {epoch.ap50:5.3f} | "
        f"{epoch.learning_rate:13.2e} | {epoch.seconds:4.0f} s"
    )


class _Run:
    """The state of one training."""

    def __init__(
        self,
        network: nn.Module,
        card: ModelCard,
        chips: Chips,
        split: Split,
        recipe: Recipe,
        device: torch.device,
        report: Reporter,
    ) -> None:
        self.network, self.card, self.chips, self.split, self.recipe = network, card, chips, split, recipe
        self.device, self.report, self._where = device, report, describe_device(device)
        self._optimizer = _optimizer(network, recipe)
        self._steps = math.ceil(len(split.training) / recipe.batch_size)
        self._total = recipe.epochs * (len(split.training) + len(split.validation))  # chips
        self._scheduler = torch.optim.lr_scheduler.LambdaLR(self._optimizer, schedule(recipe.epochs * self._steps))
        half = device.type == "cuda"
        self._half = torch.bfloat16 if half and torch.cuda.is_bf16_supported() else torch.float16 if half else None
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._half is torch.float16)
        self._done, self._began = 0, time.monotonic()
        self._recent: list[tuple[float, int]] = []

    @property
    def rate(self) -> float:
        """The learning rate of the heads now."""
        return float(self._optimizer.param_groups[-1]["lr"])

    def train_epoch(self, number: int) -> float:
        """Take all training chips once; return the mean loss of a step."""
        self.network.train()
        order = np.random.default_rng((self.recipe.seed, number)).permutation(self.split.training)

        def make(chip: int) -> tuple[torch.Tensor, Target]:
            return training_item(self.chips, self.card, chip, self.recipe.size, (self.recipe.seed, number, chip))

        losses: list[float] = []
        stage = f"Training, epoch {number} of {self.recipe.epochs}"
        for images, targets in self._batches(make, order.tolist(), stage):
            losses.append(self._step(images, targets, number, len(losses) + 1))
        return float(np.mean(losses))

    def _step(self, images: list[torch.Tensor], targets: list[Target], epoch: int, step: int) -> float:
        with self._precision():
            loss = sum(self.network(images, targets).values())
        value = float(loss.detach())
        if not math.isfinite(value):
            raise NotANumber(
                f"The loss became {value} in epoch {epoch}, step {step}.",
                f"Use a lower learning rate than {self.recipe.learning_rate:g}, and check the chips for broken pixel values.",
            )
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_LIMIT)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._scheduler.step()
        return value

    @torch.no_grad()
    def validate(self, number: int) -> tuple[float, Scores]:
        """Return the mean loss of a validation batch and the measures."""
        measures = Measures([item.name for item in self.card.classes], self.card.model_type == "MaskRCNN")
        losses: list[float] = []
        stage = f"Validating, epoch {number} of {self.recipe.epochs}"

        def make(chip: int) -> tuple[torch.Tensor, Target]:
            return validation_item(self.chips, self.card, chip, self.recipe.size)

        with torch.random.fork_rng([self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(self.recipe.seed)  # the loss draws samples: the same ones in every epoch
            for images, targets in self._batches(make, list(self.split.validation), stage):
                with self._precision():
                    parts, found = losses_and_detections(self.network, images, targets)
                losses.append(float(sum(parts.values())))
                for image, target, result in zip(images, targets, found, strict=True):
                    measures.add((image.shape[-2], image.shape[-1]), target, result)
        return float(np.mean(losses)) if losses else math.nan, measures.scores()

    def _precision(self) -> AbstractContextManager[object]:
        return nullcontext() if self._half is None else torch.autocast(self.device.type, self._half)

    def _batches(
        self, make: Callable[[int], tuple[torch.Tensor, Target]], numbers: list[int], stage: str
    ) -> Iterator[tuple[list[torch.Tensor], list[Target]]]:
        """Give batches on the device and report how far training is."""
        for images, targets in batches(make, numbers, self.recipe.batch_size, self.report):
            yield (
                [image.to(self.device, non_blocking=True) for image in images],
                [{name: value.to(self.device, non_blocking=True) for name, value in target.items()} for target in targets],
            )
            self._progress(len(images), stage)

    def _progress(self, chips: int, stage: str) -> None:
        self._done += chips
        now = time.monotonic()
        self._recent = [*self._recent[-19:], (now, self._done)]
        start, before = self._recent[0]
        rate = (self._done - before) / (now - start) if now > start else 0.0
        remaining = (now - self._began) / self._done * (self._total - self._done)
        text = f"{rate:.1f} chips/s on {self._where}" if rate else ""
        self.report.progress(self._done / self._total, stage, text, remaining)


def schedule(steps: int) -> Callable[[int], float]:
    """Return the learning rate of each step as a share of the highest: a linear start, then half a cosine down to 1 %."""
    warm_up = max(1, min(200, steps // 10))

    def share(step: int) -> float:
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm_up) / max(1, steps - warm_up))))

    return share


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return AdamW: no weight decay for biases and normalisation, a lower rate for the backbone."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    slow = set(body(network).parameters())
    for parameter in network.parameters():
        if parameter.requires_grad:
            rate = recipe.learning_rate * (recipe.backbone_rate if parameter in slow else 1.0)
            groups.setdefault((rate, 0.01 if parameter.ndim > 1 else 0.0), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": members, "lr": rate, "weight_decay": decay}
            for (rate, decay), members in sorted(groups.items(), key=lambda item: item[0])
        ]
    )
