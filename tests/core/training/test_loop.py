import threading
import time

import pytest
import torch

from core.errors import Cancelled
from core.reporting import Reporter
from core.training.chips import batches
from core.training.loop import schedule

QUIET = Reporter(lambda event: None)


def item(number):
    time.sleep(0.002 * (number % 3))  # later ones are ready first
    return torch.tensor(number), {"labels": torch.tensor([number])}


def test_batches_keep_the_order_and_the_rest():
    found = [[int(image) for image in images] for images, _ in batches(item, [5, 3, 8, 1, 9, 2, 7], 3, QUIET)]
    assert found == [[5, 3, 8], [1, 9, 2], [7]]
    assert list(batches(item, [], 3, QUIET)) == []


def test_few_chips_are_made_ahead():
    made = []

    def make(number):
        made.append(number)
        return item(number)

    stream = batches(make, list(range(1000)), 2, QUIET)
    next(stream)
    stream.close()
    assert len(made) < 30


def test_a_broken_chip_ends_the_batches_and_no_thread_is_left():
    def make(number):
        if number == 4:
            raise ValueError("chip 4")
        return item(number)

    with pytest.raises(ValueError, match="chip 4"):
        list(batches(make, list(range(100)), 2, QUIET))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("chips")]


def test_cancel_is_seen_before_each_batch():
    report = Reporter(lambda event: None)
    stream = batches(item, list(range(10)), 2, report)
    next(stream)
    report.cancel.set()
    with pytest.raises(Cancelled):
        next(stream)


def test_the_rate_rises_and_falls():
    share = schedule(1000)
    values = [share(step) for step in range(1000)]
    assert values[0] == pytest.approx(0.01)
    assert max(values) == values[100] == pytest.approx(1, abs=0.01)
    assert values[-1] == pytest.approx(0.01, abs=1e-3)
    assert all(0 < value <= 1 for value in [*values, share(5000), schedule(1)(0), schedule(1)(1)])
