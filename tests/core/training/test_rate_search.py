"""The search for a learning rate."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.jobs import TrainModel
from core.models import build
from core.training.rate_search import choose, search, steps_for
from core.training.recipe import make_recipe
from core.training.stepping import Stepper
from core.training.team import Team


def test_a_short_training_is_not_searched():
    assert steps_for(100) == 0
    assert steps_for(200) == 20
    assert steps_for(10**6) == 100


def test_the_rate_lies_between_the_steepest_fall_and_the_minimum():
    rates = np.geomspace(1e-6, 1e-1, 50)
    x = np.log10(rates)
    losses = 1.0 - 0.8 / (1 + np.exp(-4 * (x + 4))) + np.where(x > -2.5, 3 * (x + 2.5) ** 2, 0)  # steepest at 1e-4
    assert 1e-4 < choose(list(rates), list(losses), 3e-4) < 9e-4
    assert choose(list(rates), list(losses), 1e-6) == pytest.approx(3e-6)  # no further than three times the usual one
    assert choose(list(rates), list(losses), 1e-2) == pytest.approx(1e-2 / 3)


def test_nothing_to_see_gives_the_usual_rate_or_less():
    assert choose([1e-4] * 5, [1.0] * 5, 2e-4) == 2e-4
    rising = [float(i) for i in range(20)]
    assert choose(list(np.geomspace(1e-5, 1, 20)), rising, 3e-4) == pytest.approx(1e-4)


@pytest.fixture
def trial(new_card):
    """A tiny detector, its batches, and what searches its rate."""
    torch.manual_seed(0)
    network = build(new_card(), fixed_norm=False)
    recipe = make_recipe(TrainModel.from_values({"input": "a", "output": "b", "batch_size": 2}), 64, scratch=True)
    images = [torch.rand(3, 64, 64) for _ in range(2)]
    targets = [{"boxes": torch.tensor([[8.0, 8, 28, 28]]), "labels": torch.tensor([1])} for _ in range(2)]
    team = Team(torch.device("cpu"))

    def run(report, steps=14):
        make = lambda rate: Stepper(network, replace(recipe, learning_rate=rate), steps, team, report)  # noqa: E731
        return search(network, make, [(images, targets)] * steps, 1, 1e-3, steps, report)

    return network, run


def test_the_network_comes_back_as_it_was(trial, make_log):
    network, run = trial
    before = {name: value.clone() for name, value in network.state_dict().items()}
    found = run(make_log())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert list(found.rates) == sorted(found.rates)
    assert len(found.rates) == len(found.losses) >= 5
    assert 1e-3 / 3.01 <= found.chosen <= 3.01e-3
    assert run(make_log()).losses == found.losses
