"""Optimizer, learning rate and its course."""

import pytest
import torch

from core.jobs import TrainModel
from core.models import build
from core.training.recipe import cosine, make_optimizer, make_recipe, make_schedule, usual_rate


def recipe(**values):
    return make_recipe(TrainModel.from_values({"input": "a", "output": "b", **values}), 64, scratch=False)


def test_what_the_user_leaves_open_is_to_be_found():
    one = recipe()
    assert (one.batch_size, one.learning_rate, one.unfreeze_after) == (0, 0, 0)
    assert recipe(unfreeze_after=3).unfreeze_after == 0  # nothing is frozen
    assert recipe(unfreeze_after=3, freeze=True).unfreeze_after == 3


def test_patience_is_a_third_of_the_epochs():
    assert recipe(epochs=30).patience == 10
    assert recipe(epochs=3).patience == 5


@pytest.mark.parametrize("schedule", ["COSINE", "ONE_CYCLE"])
@pytest.mark.parametrize("steps", [1, 2, 3, 50, 5000])
def test_the_rate_rises_then_falls_and_stays_above_zero(schedule, steps):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([{"params": [weight], "lr": 0.1}])
    plan = make_schedule(optimizer, recipe(schedule=schedule), steps)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        plan.step()
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert min(rates) > 0
    if steps >= 50:
        assert max(rates) == pytest.approx(0.1, rel=1e-3)
        assert rates[-1] < 0.03 * max(rates)


def test_cosine_ends_at_a_hundredth():
    share = cosine(1000)
    assert share(0) == pytest.approx(0.01)
    assert share(99) == 1
    assert share(1000) == pytest.approx(0.01)


def test_usual_rates():
    assert usual_rate("ADAMW", 4, True, False) == pytest.approx(6e-4)
    assert usual_rate("ADAMW", 16, False, False) == pytest.approx(4e-4)
    assert usual_rate("ADAMW", 4, False, True) == pytest.approx(2e-4 / 3)
    assert usual_rate("SGD", 8, False, False) == pytest.approx(0.01)


@pytest.mark.parametrize("name", ["ADAMW", "SGD"])
def test_biases_do_not_decay_and_the_backbone_learns_slower(name, new_card):
    network = build(new_card())
    network.backbone.body["0"].requires_grad_(False)
    optimizer = make_optimizer(network, recipe(optimizer=name, learning_rate=0.01))
    body = set(network.backbone.body.parameters())
    seen = set()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            assert parameter.requires_grad
            assert group["lr"] == pytest.approx(0.0025 if parameter in body else 0.01)
            assert (group["weight_decay"] > 0) == (parameter.ndim > 1)
            seen.add(parameter)
    assert seen == {parameter for parameter in network.parameters() if parameter.requires_grad}
    assert optimizer.param_groups[-1]["lr"] == 0.01
