"""The training loop: epochs of steps, each followed by a look at the validation chips; the best epoch is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import Cancelled, KestrelError
from ..models import MODELS, losses_and_detections
from ..packages import ModelCard
from ..reporting import Reporter
from ..telemetry import Telemetry
from .checkpoints import Checkpoints
from .data.augmentation import Target
from .data.chips import Chips, batches, training_item, validation_item
from .data.split import Split
from .measuring.measures import Measures, Scores
from .outcome import Epoch, Outcome
from .pace import Pace
from .recipe import Recipe
from .step_losses import StepLosses
from .stepping import Stepper, seed_all
from .team import Team
from .tensorboard import EventFiles

MIN_GAIN = 0.001  # what counts as better


class NotANumber(KestrelError):
    """The loss left the real numbers."""

    code = "internal"


@dataclass
class _Position:
    """How far a training is, and all that it has given so far; this is what a checkpoint holds, with the stepper's state.

    Attributes:
        epoch: that is going on, from 1.
        step: steps of it that are done.
        losses: of those steps.
        history, rates: see :class:`core.training.outcome.Outcome`.
        best, value: number of the best epoch and how good it was; 0 before there is one.
        state: weights of that epoch.
    """

    epoch: int = 1
    step: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[Epoch] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    best: int = 0
    value: float = -math.inf
    state: dict[str, Tensor] = field(default_factory=dict)

    def saved(self) -> dict[str, Any]:
        """Return plain values, which torch reads without running code."""
        return {**self.__dict__, "history": [asdict(epoch) for epoch in self.history]}

    @classmethod
    def restored(cls, values: dict[str, Any]) -> _Position:
        """Return what :meth:`saved` gave."""
        return cls(**{**values, "history": [Epoch(**epoch) for epoch in values["history"]]})


@dataclass(frozen=True)
class _Waiting:
    """The numbers of a step, which are not read yet.

    Attributes:
        step: of the epoch, from 1.
        of_all: the same step, counted from 1 over all epochs.
        numbers: (2,) on the device: the loss, and whether the user cancelled.
    """

    step: int
    of_all: int
    numbers: Tensor


class Loop:
    """One training.

    Args:
        stepper: the network with what changes it; all weights that may learn at any time do.
        card: of the model; says how pixels are scaled and what the classes are.
        chips: the training set.
        split: which chips train and which measure.
        recipe: how; with batch size and learning rate.
        team: the processes that train together.
        report: told about every step and epoch.
        checkpoints: keeps the state on disk; None to keep none.
        unfreeze: lets the backbone learn; called before the first epoch in which it shall, if it is frozen before.
        events: gets the numbers for TensorBoard.
    """

    def __init__(
        self,
        stepper: Stepper,
        card: ModelCard,
        chips: Chips,
        split: Split,
        recipe: Recipe,
        team: Team,
        report: Reporter,
        checkpoints: Checkpoints | None = None,
        unfreeze: Callable[[], None] = lambda: None,
        events: EventFiles | None = None,
    ) -> None:
        self._stepper, self._card, self._chips, self._split, self._recipe = stepper, card, chips, split, recipe
        self._team, self._report, self._checkpoints, self._events = team, report, checkpoints, events
        self._unfreeze, self._frozen = unfreeze, recipe.unfreeze_after > 0
        # In a team all have to stop at the same step: the flag that goes around with the loss tells them, not the reporter.
        self._asked = team.asked(report)
        self._position = _Position()
        self._best_measures: Measures | None = None
        self._step_losses = StepLosses(report)
        self._pace = Pace(report, Telemetry(team.device), recipe.epochs * (len(split.training) + len(split.validation)))

    def resume(self, state: dict[str, Any]) -> None:
        """Go on where an earlier run saved ``state``."""
        self._position = _Position.restored(state["position"])
        self._stepper.restore(state["stepper"])
        position = self._position
        self._pace.skip(
            (position.epoch - 1) * (len(self._split.training) + len(self._split.validation))
            + position.step * self._recipe.batch_size * self._team.size
        )
        self._report.info(
            f"Going on with an earlier run: {len(position.history)} epochs and {position.step} steps of the next are done."
        )
        for epoch in position.history:
            self._tell(epoch)

    def run(self) -> Outcome:
        """Train to the end and return the best epoch.

        A cancel ends training after the step; finished epochs count.

        Raises:
            Cancelled: before the first epoch was finished.
            NotANumber: the loss became infinite or not a number in the first epoch.
            OutOfMemory: see :meth:`Stepper.step`.
        """
        position, recipe = self._position, self._recipe
        ended = f"all {recipe.epochs} epochs done"
        while position.epoch <= recipe.epochs:
            if self._out_of_patience():
                ended = f"no gain for {recipe.patience} epochs"
                break
            try:
                self._one_epoch()
            except Cancelled:
                if not position.history:
                    raise
                ended = f"cancelled in epoch {position.epoch}"
                break
            except NotANumber as error:
                if not position.history:
                    raise
                self._report.warning(
                    f"{error.message} Training ends; the weights of epoch {position.best} are kept. {error.hint}"
                )
                ended = f"the loss was no longer a number in epoch {position.epoch}"
                break
        return Outcome(
            position.history, position.best, position.state, ended, rates=position.rates, measures=self._best_measures
        )

    def _one_epoch(self) -> None:
        """Train and measure one epoch, and note what came of it."""
        position, began = self._position, time.monotonic()
        self._unfreeze_in_time()
        rate = position.rates[-position.step] if position.step else self._stepper.rate
        self._train_epoch()
        training_loss = float(np.mean(position.losses))
        validation_loss, measures, scores = self._validate()
        seconds = time.monotonic() - began
        epoch = Epoch(
            position.epoch, training_loss, validation_loss, scores.ap, scores.ap50, scores.f1, rate, seconds
        )  # fmt: skip
        position.history.append(epoch)
        self._tell(epoch)
        value = goodness(epoch, self._recipe.monitor)
        if not position.best or value > position.value + MIN_GAIN:
            position.best, position.value, self._best_measures = epoch.number, value, measures
            if self._team.first:
                kept = self._stepper.measured.state_dict()
                position.state = {name: tensor.detach().cpu().clone() for name, tensor in kept.items()}
        position.epoch, position.step, position.losses = position.epoch + 1, 0, []
        self._save()

    def _unfreeze_in_time(self) -> None:
        """Let the backbone learn from the epoch on from which it shall."""
        if self._frozen and self._position.epoch > self._recipe.unfreeze_after:
            self._unfreeze()
            self._stepper.rewrap()
            self._frozen = False
            self._report.info(f"From epoch {self._position.epoch} on the backbone learns too.")

    def _out_of_patience(self) -> bool:
        position, recipe = self._position, self._recipe
        since = max(position.best, recipe.unfreeze_after)
        return recipe.stop_early and position.epoch - 1 - since >= recipe.patience

    def _train_epoch(self) -> None:
        """Take the training chips that are not done yet, each once."""
        position, recipe, team = self._position, self._recipe, self._team
        number = position.epoch
        order = np.random.default_rng((recipe.seed, number)).permutation(self._split.training).tolist()
        mine = team.deal(order, recipe.batch_size)[position.step * recipe.batch_size :]
        donors = self._split.training

        def make(chip: int) -> tuple[Tensor, Target]:
            seed = (recipe.seed, number, chip)
            return training_item(self._chips, self._card, chip, recipe.size, seed, recipe.augmentation, donors)

        stage = f"Training, epoch {number} of {recipe.epochs}"
        waiting: _Waiting | None = None
        step = position.step
        for images, targets in self._batches(make, mine, stage):
            step += 1
            position.rates.append(self._stepper.rate)
            loss = self._stepper.step(images, targets, (recipe.seed, number, step))
            # The numbers of a step are read after the next one has begun, so that the card does not wait for the CPU.
            now = team.mean(torch.stack([loss, loss.new_tensor(float(self._report.cancelled))]))
            waiting = self._take(waiting, _Waiting(step, len(position.rates), now))
            if self._due:
                waiting = self._take(waiting, None)
                position.step = step
                self._save()
        self._take(waiting, None)
        position.step = step

    def _take(self, waiting: _Waiting | None, later: _Waiting | None) -> _Waiting | None:
        """Read the numbers of the step that waits, and let another one wait.

        Raises:
            NotANumber: the loss is none.
            Cancelled: the user asked one of the processes to stop.
        """
        if waiting is None:
            return later
        loss, cancelled = waiting.numbers.tolist()
        if not math.isfinite(loss):
            raise NotANumber(
                f"The loss became {loss} in epoch {self._position.epoch}, step {waiting.step}.",
                f"Use a lower learning rate than {self._recipe.learning_rate:.2g}; check the chips for broken pixel values.",
            )
        self._position.losses.append(loss)
        done = waiting.step * self._recipe.batch_size * self._team.size / max(len(self._split.training), 1)
        self._step_losses.add(loss, self._position.epoch, done)
        if self._events:
            self._events.step(waiting.of_all, loss, self._position.rates[waiting.of_all - 1], self._pace.load)
        if cancelled and self._team.size > 1:
            raise Cancelled()
        return later

    @torch.no_grad()
    def _validate(self) -> tuple[float, Measures, Scores]:
        """Return the mean loss of a validation chip and the measures."""
        recipe, team, number = self._recipe, self._team, self._position.epoch
        network = self._stepper.measured
        measures = Measures([item.name for item in self._card.classes], MODELS[self._card.model_type].MASKS)
        losses: list[tuple[float, int]] = []
        mine = list(self._split.validation)[team.rank :: team.size]
        rest = iter(mine)

        def make(chip: int) -> tuple[Tensor, Target]:
            return validation_item(self._chips, self._card, chip, recipe.size)

        with torch.random.fork_rng([team.device] if team.device.type == "cuda" else []):
            seed_all((recipe.seed,))  # the loss draws samples: the same ones in every epoch
            for images, targets in self._batches(make, mine, f"Validating, epoch {number} of {recipe.epochs}"):
                with self._stepper.precision():
                    loss, found = look(network, images, targets)
                losses.append((loss, len(images)))
                for target, result in zip(targets, found, strict=True):
                    measures.add(next(rest), target, result)
        network.train()
        everything = team.gather((losses, measures.entries()))
        measures = measures.merged(entries for _, entries in everything)
        chips = sum(count for part, _ in everything for _, count in part)
        total = sum(loss * count for part, _ in everything for loss, count in part)
        scores = team.share(measures.scores() if team.first else None)
        assert scores is not None  # nosec B101
        return total / chips if chips else math.nan, measures, scores

    def _batches(
        self, make: Callable[[int], tuple[Tensor, Target]], numbers: list[int], stage: str
    ) -> Iterator[tuple[list[Tensor], list[Target]]]:
        """Give batches on the device and report how far training is."""
        for images, targets in batches(make, numbers, self._recipe.batch_size, self._asked, device=self._team.device):
            yield images, targets
            self._pace.add(len(images) * self._team.size, stage)

    @property
    def _due(self) -> bool:
        """Whether it is time for a checkpoint, and this process writes them."""
        return self._team.first and self._checkpoints is not None and self._checkpoints.due

    def _save(self) -> None:
        if self._checkpoints and self._due:
            self._checkpoints.save({"position": self._position.saved(), "stepper": self._stepper.state()})

    def _tell(self, epoch: Epoch) -> None:
        for name in ("training_loss", "validation_loss", "ap", "ap50", "f1", "learning_rate"):
            self._report.metric(name, getattr(epoch, name), epoch.number)
        if epoch.number == 1:
            self._report.info("epoch | training loss | validation loss |    AP |  AP50 | learning rate |  time")
        self._report.info(
            f"{epoch.number:5d} | {epoch.training_loss:13.4f} | {epoch.validation_loss:15.4f} | {epoch.ap:5.3f} | "
            f"{epoch.ap50:5.3f} | {epoch.learning_rate:13.2e} | {epoch.seconds:4.0f} s"
        )
        if self._events:
            self._events.epoch(epoch)


def goodness(epoch: Epoch, monitor: str) -> float:
    """Return the number that says how good an epoch is; where there was nothing to find, the loss says it."""
    monitored = {"AP50": epoch.ap50, "AVERAGE_PRECISION": epoch.ap, "F1_SCORE": epoch.f1, "VALID_LOSS": -epoch.validation_loss}
    for value in (monitored[monitor], -epoch.validation_loss, -epoch.training_loss):
        if math.isfinite(value):
            return value
    return -math.inf


def look(network: nn.Module, images: list[Tensor], targets: list[Target]) -> tuple[float, list[dict[str, Tensor]]]:
    """Return the loss of a batch and what the network finds; in smaller batches when the card's memory is full."""
    try:
        losses, found = losses_and_detections(network, images, targets)
        return float(sum(losses.values())), found
    except torch.cuda.OutOfMemoryError:
        if len(images) == 1:
            raise
    torch.cuda.empty_cache()
    half = len(images) // 2
    (one, first), (other, second) = (look(network, images[part], targets[part]) for part in (slice(half), slice(half, None)))
    return (one * half + other * (len(images) - half)) / len(images), first + second
