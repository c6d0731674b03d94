"""The loss within an epoch: thinned out in time, with nothing lost."""

import pytest

from core.events import Metric, Progress
from core.training import step_losses
from core.training.step_losses import StepLosses


def test_means_of_what_came_since(make_log, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(step_losses.time, "monotonic", lambda: clock[0])
    log = make_log()
    losses = StepLosses(log)
    for step in range(1, 11):
        clock[0] += 0.2
        losses.add(float(step), 3, step / 10)
    told = [(event.name, event.value, event.epoch, event.part) for event in log.events]
    assert told == [
        ("step_loss", 1.0, 3, 0.1),
        ("step_loss", 3.0, 3, pytest.approx(0.4)),
        ("step_loss", 6.0, 3, pytest.approx(0.7)),
        ("step_loss", 9.0, 3, 1.0),  # the end of the epoch is always told
    ]


def test_a_training_tells_its_device_and_the_losses_of_its_steps(trained):
    _, log = trained
    steps = [event for event in log.events if isinstance(event, Metric) and event.part is not None]
    assert {event.name for event in steps} == {"step_loss"}
    assert {event.epoch for event in steps if event.part == 1} == {1, 2}
    progress = [event for event in log.events if isinstance(event, Progress) and event.stage.startswith("Training")]
    assert progress and all(event.device.startswith("CPU (") and event.memory for event in progress)
    assert all(event.memory < event.memory_total for event in progress)
