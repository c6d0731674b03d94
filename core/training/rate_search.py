"""The search for a learning rate: one step at each of rising rates, and a look at where the loss falls fastest.

Smith, "Cyclical Learning Rates for Training Neural Networks", 2017; smoothed as fastai does it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ..models.backbones import backbone
from ..reporting import Reporter
from .data.augmentation import Target
from .data.chips import batches, training_item
from .outcome import RateSearch
from .plan import Plan
from .recipe import usual_rate
from .stepping import Stepper
from .team import Team

Batch = tuple[list[Tensor], list[Target]]

MOST, LEAST = 100, 12  # steps of a search; with fewer there is nothing to see
SHARE = 0.1  # of the steps of the whole training that a search may take
_BELOW, _ABOVE = 1 / 300, 100.0  # range of the rates, as factors of the usual one
_TRUST = 3.0  # the rate chosen is at most so many times higher or lower than the usual one
_SMOOTHING = 0.9
_DIVERGED = 4.0  # the search ends when the loss is so many times its lowest


def steps_for(total: int) -> int:
    """Return how many steps a search takes before a training of ``total`` steps; 0 when that is too short for one."""
    steps = min(MOST, int(total * SHARE))
    return steps if steps >= LEAST else 0


def find_rate(plan: Plan, network: nn.Module, team: Team, report: Reporter) -> tuple[float, RateSearch | None]:
    """Return the learning rate and how it was found; the usual one where the training is too short for a search.

    Args:
        plan: of the training, with its batch size.
        network: that will be trained, on the device of the team; comes back as it was.
        team: the processes that train together.
        report: told how far it is and what was found; asked whether to stop.

    Raises:
        Cancelled: by ``report``.
    """
    recipe, light = plan.recipe, backbone(plan.card.backbone).light
    usual = usual_rate(recipe.optimizer, recipe.batch_size * team.size, light, plan.package is not None)
    steps = steps_for(plan.steps(team.size))
    if not steps:
        report.info(f"Learning rate {usual:.2g}: the usual one, because this training is too short to search for it.")
        return usual, None

    def make_stepper(rate: float) -> Stepper:
        return Stepper(network, replace(recipe, learning_rate=rate, weight_averaging=False), steps, team, report)

    found = search(network, make_stepper, _batches(plan, team, steps, report), recipe.seed, usual, steps, report)
    report.info(f"Learning rate {found.chosen:.2g}, found by a trial of {len(found.rates)} steps.")
    return found.chosen, found


def _batches(plan: Plan, team: Team, steps: int, report: Reporter) -> Iterator[Batch]:
    """Give training batches on the device."""
    recipe, training = plan.recipe, plan.split.training
    needed = steps * recipe.batch_size * team.size
    rng = np.random.default_rng((recipe.seed, 0))
    order = np.concatenate([rng.permutation(training) for _ in range(-(-needed // len(training)))])[:needed]

    def make(place: int) -> tuple[Tensor, Target]:
        seed = (recipe.seed, 0, place)
        return training_item(plan.chips, plan.card, int(order[place]), recipe.size, seed, recipe.augmentation, training)

    return batches(make, team.deal(range(needed), recipe.batch_size), recipe.batch_size, team.asked(report), device=team.device)


def search(
    network: nn.Module,
    make_stepper: Callable[[float], Stepper],
    given: Iterable[Batch],
    seed: int,
    usual: float,
    steps: int,
    report: Reporter,
) -> RateSearch:
    """Try rising rates on a network, give it back as it was, and return what was seen.

    Args:
        network: that will be trained.
        make_stepper: returns a stepper of that network with a rate.
        given: at least ``steps`` batches on the device.
        seed: of what the network draws.
        usual: rate that suits most trainings; the range and the choice go by it.
        steps: number of rates.
        report: told how far it is.
    """
    before = {name: value.detach().clone() for name, value in network.state_dict().items()}
    rates = np.geomspace(usual * _BELOW, usual * _ABOVE, steps)
    stepper = make_stepper(1.0)
    shares = [group["lr"] for group in stepper.optimizer.param_groups]  # of the rate that each group learns with
    tried: list[float] = []
    smoothed: list[float] = []
    mean = 0.0
    for number, ((images, targets), rate) in enumerate(zip(given, rates, strict=False), 1):
        for group, share in zip(stepper.optimizer.param_groups, shares, strict=True):
            group["lr"] = share * float(rate)
        loss = float(stepper.team_mean(stepper.step(images, targets, (seed, 0, number))))
        if not math.isfinite(loss):
            break
        mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
        tried.append(float(rate))
        smoothed.append(mean / (1 - _SMOOTHING**number))
        report.progress(number / steps, "Searching the learning rate")
        if smoothed[-1] > _DIVERGED * min(smoothed):
            break
    network.load_state_dict(before)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return RateSearch(tuple(tried), tuple(smoothed), choose(tried, smoothed, usual))


def choose(rates: list[float], losses: list[float], usual: float) -> float:
    """Return the rate in the middle, on a log scale, between the steepest fall of the loss and its minimum.

    That is bolder than the steepest fall alone, because the schedule warms up and the gradients are clipped. It stays within
    three times the usual rate either way, because the curve of few steps is rough.

    Args:
        rates: rising.
        losses: smoothed, one for each.
        usual: taken when there is nothing to see.
    """
    if len(rates) < LEAST:
        return usual
    slopes = np.gradient(np.asarray(losses), np.log(rates))
    lowest = int(np.argmin(losses))
    if lowest < 2:
        return usual / _TRUST
    steepest = rates[int(np.argmin(slopes[: lowest + 1]))]
    found = math.sqrt(steepest * rates[lowest])
    return float(min(max(found, usual / _TRUST), usual * _TRUST))
