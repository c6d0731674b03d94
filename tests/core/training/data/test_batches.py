"""Items made ahead in other threads, in order and bounded."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.errors import Cancelled
from core.reporting import Reporter
from core.training.data import ahead
from core.training.data import batches as module
from core.training.data.batches import batches, threads_for

QUIET = Reporter(lambda event: None)


def item(number):
    time.sleep(0.002 * (number % 3))  # later ones are ready first
    return torch.tensor(number), {"labels": torch.tensor([number])}


def no_thread_is_left():
    return not [thread for thread in threading.enumerate() if thread.name.startswith(ahead.NAME)]


@pytest.fixture(params=[1, 4])
def threads(request, monkeypatch):
    """Make items in so many threads."""
    monkeypatch.setattr(module, "threads_for", lambda device: request.param)
    return request.param


def test_batches_keep_the_order_and_the_rest(threads):
    found = [[int(image) for image in images] for images, _ in batches(item, [5, 3, 8, 1, 9, 2, 7], 3, QUIET)]
    assert found == [[5, 3, 8], [1, 9, 2], [7]]
    assert list(batches(item, [], 3, QUIET)) == []
    assert no_thread_is_left()


def test_items_are_made_in_several_threads_at_once(monkeypatch):
    monkeypatch.setattr(module, "threads_for", lambda device: 3)
    meeting = threading.Barrier(3, timeout=5)

    def make(number):
        if number < 3:
            meeting.wait()
        return item(number)

    assert len(list(batches(make, range(8), 2, QUIET))) == 4


def test_few_chips_are_made_ahead(threads):
    made = []

    def make(number):
        made.append(number)
        return item(number)

    stream = batches(make, list(range(1000)), 2, QUIET)
    for _ in range(3):
        next(stream)
    time.sleep(0.1)
    assert 6 < len(made) <= 6 + 2 * 2 + threads + 2
    stream.close()
    assert len(made) < 30
    assert no_thread_is_left()


def test_a_broken_chip_ends_the_batches_and_no_thread_is_left(threads):
    def make(number):
        if number == 4:
            raise ValueError("chip 4")
        return item(number)

    stream = batches(make, list(range(100)), 2, QUIET)
    assert [int(image) for image in next(stream)[0]] == [0, 1]
    with pytest.raises(ValueError, match="chip 4"):
        list(stream)
    assert no_thread_is_left()


def test_cancel_is_seen_before_each_batch(threads):
    report = Reporter(lambda event: None)
    stream = batches(item, list(range(10)), 2, report)
    next(stream)
    report.cancel.set()
    with pytest.raises(Cancelled):
        next(stream)
    assert no_thread_is_left()


def test_a_card_gets_most_cores_and_the_processor_keeps_its_own(monkeypatch):
    for cores, on_processor, beside_card in ((1, 1, 1), (2, 1, 1), (8, 2, 7), (64, 4, 12)):
        monkeypatch.setattr(ahead, "usable_cores", lambda cores=cores: cores)
        assert threads_for(torch.device("cpu")) == threads_for(None) == on_processor
        assert threads_for(torch.device("cuda", 1)) == beside_card
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")  # torchrun, four processes on this machine
    monkeypatch.setattr(ahead, "usable_cores", lambda: 16)
    assert threads_for(torch.device("cuda", 1)) == 3


# --- to a card: what can be tried without one ------------------------------------------------------------------------------


def chip(number, side=6):
    boxes = torch.full((number, 4), float(number))
    masks = torch.full((number, side, side), number, dtype=torch.uint8)
    target = {"boxes": boxes, "labels": torch.full((number,), number), "masks": masks}
    return torch.full((2, side, side), float(number)), target


@pytest.fixture
def card(monkeypatch):
    """A card that is the processor, and a list of what was done with its streams."""
    done = []

    class Context:
        def __enter__(self):
            pass

        def __exit__(self, *rest):
            pass

    class Event:
        def record(self, stream):
            done.append("copied")

    def empty(*values, pin_memory=False, **others):
        assert pin_memory
        return torch.zeros(*values, **others)

    current = SimpleNamespace(wait_event=lambda event: done.append("waited"))
    fakes = {
        "Stream": lambda device: None, "Event": Event, "stream": lambda stream: Context(),
        "device": lambda device: Context(), "current_stream": lambda device: current,
    }  # fmt: skip
    for name, fake in fakes.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    real = torch.Tensor.to
    monkeypatch.setattr(torch.Tensor, "record_stream", lambda self, stream: None)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: self)
    monkeypatch.setattr(
        torch.Tensor, "to", lambda self, device, **rest: done.append("sent") or self if rest else real(self, device)
    )
    monkeypatch.setattr(module, "torch", SimpleNamespace(**{**vars(torch), "empty": empty}))
    return done


@pytest.mark.parametrize("sides", [(6, 6, 6, 6, 6), (6, 6, 6, 5, 6)], ids=["one size", "two sizes"])
def test_batches_on_a_card_are_those_of_the_processor(card, sides):
    def make(number):
        return chip(number, sides[number])

    plain = list(batches(make, range(5), 2, QUIET))
    moved = list(batches(make, range(5), 2, QUIET, device=torch.device("cuda", 0)))
    assert [len(images) for images, _ in moved] == [2, 2, 1]
    for (images, targets), (others, expected) in zip(moved, plain, strict=True):
        assert all(map(torch.equal, images, others))
        for target, other in zip(targets, expected, strict=True):
            assert target.keys() == other.keys()
            assert all(torch.equal(target[name], other[name]) for name in other)


def test_the_next_batch_is_sent_before_the_network_waits_for_this_one(card):
    stream = batches(chip, range(6), 2, QUIET, device=torch.device("cuda", 0))
    next(stream)
    assert card.count("copied") == 2
    assert card.count("waited") == 1
    assert card.count("sent") == 2 * 4  # images, boxes, labels, masks: one copy each
    assert len(list(stream)) == 2
    assert card.count("waited") == 3
    assert no_thread_is_left()


def test_what_the_items_hold_is_not_shared_with_the_next_epoch(card):
    (images, targets), *_ = batches(chip, [3, 3], 2, QUIET, device=torch.device("cuda", 0))
    images[0][:] = 9
    assert not np.allclose(chip(3)[0], 9)
    assert targets[0]["boxes"].shape == (3, 4)
