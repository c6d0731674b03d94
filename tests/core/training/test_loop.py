"""Epochs: which one is kept, when training ends, when the backbone learns."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from core.errors import Cancelled
from core.jobs import TrainModel
from core.models import build
from core.training import loop as module
from core.training.data.split import Split
from core.training.loop import Loop, NotANumber, goodness, look
from core.training.measuring.measures import Measures, Scores
from core.training.outcome import Epoch
from core.training.recipe import make_recipe
from core.training.team import Team

EPOCH = Epoch(3, 1.0, 0.8, 0.4, 0.7, 0.6, 1e-3, 5.0)


@pytest.mark.parametrize(
    ("monitor", "expected"), [("AP50", 0.7), ("AVERAGE_PRECISION", 0.4), ("F1_SCORE", 0.6), ("VALID_LOSS", -0.8)]
)
def test_what_better_means_is_the_users_choice(monitor, expected):
    assert goodness(EPOCH, monitor) == expected


def test_where_there_is_nothing_to_find_the_loss_decides():
    nan = math.nan
    assert goodness(replace(EPOCH, ap50=nan), "AP50") == -0.8
    assert goodness(replace(EPOCH, ap50=nan, validation_loss=nan), "AP50") == -1.0
    assert goodness(replace(EPOCH, ap50=nan, validation_loss=nan, training_loss=nan), "AP50") == -math.inf


class Steps:
    """Steps that only count; the loss is as it is told."""

    def __init__(self, losses=()):
        self.losses, self.seen, self.rewrapped = list(losses), [], 0
        self.measured = SimpleNamespace(state_dict=lambda: {"step": torch.tensor(len(self.seen))}, train=lambda: None)
        self.rate = 0.5

    def step(self, images, targets, seed):
        self.seen.append(seed)
        return torch.tensor(self.losses.pop(0) if self.losses else 1.0)

    def rewrap(self):
        self.rewrapped += 1


@pytest.fixture
def epochs(new_card, make_log, monkeypatch):
    """Train with made-up steps and measures: AP50 of each epoch; return outcome, steps, log and the unfreezing epochs."""

    def run(found, losses=(), log=None, chips=4, events=None, **values):
        values = {"input": "a", "output": "b", "batch_size": 2, "learning_rate": 0.1, "epochs": len(found), **values}
        recipe = make_recipe(TrainModel.from_values(values), 64, scratch=False)
        log, steps, thawed = log or make_log(), Steps(losses), []
        monkeypatch.setattr(module, "training_item", lambda *given: (torch.zeros(3, 64, 64), {"labels": torch.zeros(0)}))
        team = Team(torch.device("cpu"))
        split = Split(tuple(range(chips)), (9,), (), "")
        own = Loop(steps, new_card(), None, split, recipe, team, log, None, lambda: thawed.append(own._position.epoch), events)

        def validate():
            ap50 = found[own._position.epoch - 1]
            return 0.5, Measures(["a"], False), Scores(ap50 / 2, ap50, ap50, 0.5, 3)

        monkeypatch.setattr(own, "_validate", validate)
        return own.run(), steps, log, thawed

    return run


def test_the_best_epoch_is_kept_with_its_weights(epochs):
    outcome, steps, log, _ = epochs([0.1, 0.5, 0.5005, 0.3])  # a gain below a thousandth is none
    assert outcome.best == 2
    assert int(outcome.state["step"]) == 4  # two steps an epoch
    assert [epoch.ap50 for epoch in outcome.history] == [0.1, 0.5, 0.5005, 0.3]
    assert outcome.ended == "all 4 epochs done"
    assert len(outcome.rates) == len(steps.seen) == len(set(steps.seen)) == 8
    assert "epoch | training loss | validation loss |    AP |  AP50" in log.text


def test_each_step_goes_to_the_event_files_with_its_own_loss_and_rate(epochs):
    told = []
    events = SimpleNamespace(step=lambda *values: told.append(values[:3]), epoch=lambda epoch: told.append(epoch.number))
    outcome, *_ = epochs([0.1, 0.2], losses=[4.0, 3.0, 2.0, 1.0], events=events)
    assert told == [(1, 4.0, 0.5), (2, 3.0, 0.5), 1, (3, 2.0, 0.5), (4, 1.0, 0.5), 2]
    assert len(outcome.rates) == 4


def test_training_ends_when_nothing_gets_better(epochs):
    outcome, *_ = epochs([0.5] * 30)
    assert len(outcome.history) == 11  # a third of 30 epochs after the first
    assert outcome.ended == "no gain for 10 epochs"
    assert len(epochs([0.5] * 30, stop_early=False)[0].history) == 30


def test_the_backbone_learns_from_the_epoch_on_that_was_asked_for(epochs):
    _, steps, log, thawed = epochs([0.1, 0.2, 0.3, 0.4], freeze=True, unfreeze_after=2)
    assert thawed == [3]
    assert steps.rewrapped == 1
    assert "From epoch 3 on the backbone learns too." in log.text
    assert epochs([0.1, 0.2], freeze=True)[3] == []


def test_patience_begins_when_the_backbone_learns(epochs):
    outcome, *_ = epochs([0.5] * 30, freeze=True, unfreeze_after=8)
    assert len(outcome.history) == 18


def test_a_loss_that_is_no_number_ends_the_first_epoch_with_advice(epochs):
    with pytest.raises(NotANumber, match="The loss became nan in epoch 1, step 2") as caught:
        epochs([0.1, 0.2], losses=[1.0, math.nan])
    assert "lower learning rate than 0.1" in caught.value.hint


def test_later_the_good_epochs_are_kept(epochs):
    outcome, _, log, _ = epochs([0.1, 0.2, 0.3], losses=[1, 1, 1, 1, math.inf])
    assert (outcome.best, len(outcome.history)) == (2, 2)
    assert outcome.ended == "the loss was no longer a number in epoch 3"
    assert "the weights of epoch 2 are kept" in log.text


def test_a_cancel_keeps_what_is_finished(epochs, make_log):
    outcome, *_ = epochs([0.1, 0.2, 0.3], log=make_log(cancel_after=2))
    assert (outcome.best, outcome.ended) == (2, "cancelled in epoch 3")
    log = make_log()
    log.cancel.set()
    with pytest.raises(Cancelled):
        epochs([0.1], log=log)


def test_a_batch_that_is_too_much_for_the_card_is_looked_at_in_halves(new_card, monkeypatch):
    torch.manual_seed(0)
    network = build(new_card()).eval()
    images = [torch.rand(3, 64, 64) for _ in range(3)]
    targets = [{"boxes": torch.tensor([[8.0, 8, 28, 28]]), "labels": torch.tensor([1])} for _ in images]
    with torch.no_grad():
        _, whole = look(network, images, targets)
    once = module.losses_and_detections

    def small(net, part, *rest):
        if len(part) > 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return once(net, part, *rest)

    monkeypatch.setattr(module, "losses_and_detections", small)
    with torch.no_grad():
        loss, parts = look(network, images, targets)
    assert math.isfinite(loss)
    for one, other in zip(whole, parts, strict=True):
        assert torch.allclose(one["boxes"], other["boxes"], atol=1e-3)
