"""What a training gives: the history of its epochs, the measures and weights of the best one, the search for the rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from .measuring.measures import Measures


@dataclass(frozen=True)
class Epoch:
    """A line of the history. Everything measured on validation chips is NaN when there was nothing to measure.

    Attributes:
        number: counted from 1.
        training_loss, validation_loss: mean over the batches.
        ap, ap50, f1: on the validation chips, 0..1; f1 is the best over all confidences.
        learning_rate: of the heads at the epoch's start.
        seconds: that it took.
    """

    number: int
    training_loss: float
    validation_loss: float
    ap: float
    ap50: float
    f1: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True)
class RateSearch:
    """A trial of learning rates, each for one step.

    Attributes:
        rates: rising.
        losses: smoothed loss after the step at each rate.
        chosen: the rate that was taken.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    chosen: float


@dataclass
class Outcome:
    """What training gave.

    Attributes:
        history: all epochs.
        best: number of the epoch kept.
        state: its weights, on the CPU.
        ended: one sentence on why training ended.
        search: how the learning rate was found; None when it was given.
        rates: learning rate of the heads at each step of all epochs.
        measures: what the best epoch found; None when an earlier run, which was resumed, trained it.
    """

    history: list[Epoch]
    best: int
    state: dict[str, torch.Tensor]
    ended: str
    search: RateSearch | None = None
    rates: list[float] = field(default_factory=list)
    measures: Measures | None = None
