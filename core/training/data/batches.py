"""Items made into batches ahead of the network, in other threads, and brought to its device."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import torch

from ...reporting import Reporter
from .ahead import own_cores, workers
from .augmentation import Target

Item = tuple[torch.Tensor, Target]
Batch = tuple[list[torch.Tensor], list[Target]]
_MOST = 12  # threads: more only wait for Python's lock


def threads_for(device: torch.device | None) -> int:
    """Return how many threads make items: on the processor few, which the network needs itself; beside a card most cores."""
    cores = own_cores()
    if device is None or device.type == "cpu":
        return max(1, min(4, cores // 4))
    return max(1, min(_MOST, cores - 1))


def batches(
    make: Callable[[int], Item],
    numbers: Sequence[int],
    batch_size: int,
    report: Reporter,
    *,
    device: torch.device | None = None,
) -> Iterator[Batch]:
    """Give batch after batch in order; the next ones are made in other threads meanwhile.

    When the caller stops, cancels, or an item raises, no thread is left.

    Args:
        make: returns the item of a number; called from several threads.
        numbers: in the order wanted.
        batch_size: items in a batch; the last one may have fewer.
        report: asked whether to stop before each batch.
        device: where the tensors shall be. For a card they are collated in pinned memory by the other threads, and the
            next batch is copied while the network works on this one. None: they stay where they are.
    """
    made = _made(make, numbers, batch_size, report, device)
    if device is None or device.type == "cpu":
        for batch in made:
            yield batch.images, batch.targets
    elif device.type == "cuda":
        yield from _copied_ahead(made, device)
    else:
        for batch in made:
            yield batch.to(device)


def _made(
    make: Callable[[int], Item], numbers: Sequence[int], batch_size: int, report: Reporter, device: torch.device | None
) -> Iterator[Collated]:
    threads = threads_for(device)
    card = device if device is not None and device.type == "cuda" else None
    ahead = 2 * batch_size + threads  # items
    groups = (_Group(numbers[start : start + batch_size]) for start in range(0, len(numbers), batch_size))
    pending: deque[_Group] = deque()
    with workers(threads) as pool:
        while True:
            report.check_cancelled()
            while not pending or sum(len(group.numbers) for group in pending) < ahead:
                group = next(groups, None)
                if group is None:
                    break
                pending.append(group)
                for place in range(len(group.numbers)):
                    pool.submit(group.make, place, make, card)
            if not pending:
                return
            yield pending.popleft().made.result()


class _Group:
    """The items of a batch while they are made; the thread that makes the last one puts them together."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self.made: Future[Collated] = Future()
        self._items: dict[int, Item] = {}
        self._lock = threading.Lock()

    def make(self, place: int, make: Callable[[int], Item], card: torch.device | None) -> None:
        """Make the item at a place in the batch."""
        try:
            item = make(int(self.numbers[place]))
            with self._lock:
                self._items[place] = item
                last = len(self._items) == len(self.numbers)
            if last:
                self.made.set_result(_collate([self._items[i] for i in range(len(self._items))], card))
        except BaseException as error:
            with self._lock:
                if not self.made.done():
                    self.made.set_exception(error)


@dataclass(frozen=True)
class Collated:
    """A batch on the processor.

    Attributes:
        images, targets: one per item.
        stacks: when it goes to a card, all images and all values of the targets by name, each in one tensor in pinned memory,
            so that few copies are needed; empty where the sizes of the images differ.
    """

    images: list[torch.Tensor]
    targets: list[Target]
    stacks: dict[str, torch.Tensor]

    def to(self, device: torch.device) -> Batch:
        """Bring the batch to a device, without waiting for it where the memory is pinned."""
        if not self.stacks:
            images = [image.to(device, non_blocking=True) for image in self.images]
            return images, [{key: value.to(device, non_blocking=True) for key, value in one.items()} for one in self.targets]
        moved = {key: stack.to(device, non_blocking=True) for key, stack in self.stacks.items()}
        counts = [len(target["labels"]) for target in self.targets]
        images = list(moved.pop("images"))
        parts = {key: stack.split(counts) for key, stack in moved.items()}
        return images, [{key: part[i] for key, part in parts.items()} for i in range(len(images))]


def _collate(items: Sequence[Item], card: torch.device | None) -> Collated:
    """Put the items of a batch together; for a card, in pinned memory."""
    images, targets = [image for image, _ in items], [target for _, target in items]
    if card is None:
        return Collated(images, targets, {})
    with torch.cuda.device(card):  # else this thread takes memory on the first card too
        if len({image.shape for image in images}) > 1:
            pinned = [{key: value.pin_memory() for key, value in target.items()} for target in targets]
            return Collated([image.pin_memory() for image in images], pinned, {})
        stacks = {"images": _pinned(images, (len(images), *images[0].shape))}
        for key, value in targets[0].items():
            parts = [target[key] for target in targets]
            stacks[key] = _pinned(parts, (sum(map(len, parts)), *value.shape[1:]))
    return Collated(images, targets, stacks)


def _pinned(parts: Sequence[torch.Tensor], shape: Sequence[int]) -> torch.Tensor:
    """Return tensors one after the other in pinned memory."""
    result = torch.empty(tuple(shape), dtype=parts[0].dtype, pin_memory=True)
    # NumPy copies in this thread alone
    np.concatenate([part.numpy().reshape(-1) for part in parts], out=result.numpy().reshape(-1))
    return result


def _copied_ahead(made: Iterator[Collated], card: torch.device) -> Iterator[Batch]:
    """Copy each batch to the card on a stream of its own while the network works on the one before."""
    stream = torch.cuda.Stream(card)
    waiting: tuple[Batch, torch.cuda.Event] | None = None
    for batch in made:
        with torch.cuda.stream(stream):
            moved = batch.to(card)
            copied = torch.cuda.Event()
            copied.record(stream)
        if waiting is not None:
            yield _taken_over(*waiting, card)
        waiting = moved, copied
    if waiting is not None:
        yield _taken_over(*waiting, card)


def _taken_over(batch: Batch, copied: torch.cuda.Event, card: torch.device) -> Batch:
    """Make the network's stream wait for a copy, and tell the memory that this stream uses it now."""
    current = torch.cuda.current_stream(card)
    current.wait_event(copied)
    images, targets = batch
    for tensor in (*images, *(value for target in targets for value in target.values())):
        tensor.record_stream(current)
    return batch
