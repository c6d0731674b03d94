"""The batch size that makes sense, and that fits."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.errors import OutOfMemory
from core.training import batch_size
from core.training.batch_size import choose_batch_size, sensible
from core.training.team import Team


@pytest.mark.parametrize(
    ("chips", "processes", "expected"),
    [(1, 1, 4), (93, 1, 4), (130, 1, 8), (600, 1, 32), (5000, 1, 64), (5000, 8, 8), (93, 8, 1), (10**6, 1, 64)],
)
def test_few_chips_want_small_batches(chips, processes, expected):
    assert sensible(chips, processes) == expected


@pytest.fixture
def choose(make_log, monkeypatch):
    """Choose for a card that holds so many chips at once; return the size, what was tried, and the log."""

    def made(chips, most, device="cuda"):
        tried, log = [], make_log()

        def fits(plan, network, fullest, batch, device):
            tried.append((fullest[0], batch))
            return batch <= most

        monkeypatch.setattr(batch_size, "_fits", fits)
        objects = np.array([[number % 7, 0] for number in range(chips)])
        plan = SimpleNamespace(
            split=SimpleNamespace(training=range(chips)),
            seen=SimpleNamespace(per_chip=objects),
            recipe=SimpleNamespace(size=512),
        )
        return choose_batch_size(plan, None, Team(torch.device(device)), log), tried, log

    return made


def test_it_is_halved_until_the_fullest_chips_fit(choose):
    size, tried, log = choose(2000, 20)
    assert size == 16
    assert tried == [(6, 64), (6, 32), (6, 16)]
    assert "Batch size 16, chosen automatically." in log.text


def test_a_single_chip_that_does_not_fit_is_an_error(choose):
    with pytest.raises(OutOfMemory, match="single chip of 512 pixels"):
        choose(2000, 0)


def test_on_the_cpu_memory_is_not_what_limits(choose):
    assert choose(2000, 0, "cpu")[0] == 4
    assert choose(3, 0, "cpu")[0] == 3
