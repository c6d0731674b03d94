"""The processes that train one model together, one for each card; mostly one alone.

Gradients are shared by torch's DistributedDataParallel. The processes come about in two ways: ``torchrun`` started all of them
(its environment says so), or the first one starts the others. All do the same; the first one reports and writes.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import KestrelError, error_from_code
from ..library_errors import translate
from ..reporting import Reporter, silent

_T = TypeVar("_T")
_PATIENCE = timedelta(minutes=30)  # that a process waits for the others: one of them may be reading a large data set


class Team:
    """What one of the processes knows of the others. All its methods are to be called by all of them, in the same order.

    Args:
        device: of this process.
        rank: number of this process, from 0.
        size: number of processes.
    """

    def __init__(self, device: torch.device, rank: int = 0, size: int = 1) -> None:
        self.device, self.rank, self.size = device, rank, size

    @property
    def first(self) -> bool:
        """Whether this process reports and writes."""
        return self.rank == 0

    def wrap(self, network: nn.Module) -> Callable[..., dict[str, Tensor]]:
        """Return the network, or one whose gradients are averaged over all processes."""
        if self.size == 1:
            return network
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=ids)

    def asked(self, report: Reporter) -> Reporter:
        """Return whom a process asks whether to stop: in a team nobody, for none may stop alone."""
        return report if self.size == 1 else silent()

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over all processes of a tensor on the device; in place."""
        if self.size > 1:
            dist.all_reduce(values)
            values /= self.size
        return values

    def gather(self, value: _T) -> list[_T]:
        """Return what each process gave, in their order; in all of them."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value)
        return values

    def share(self, value: _T) -> _T:
        """Return what the first process gave."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, 0)
        return box[0]

    def deal(self, numbers: Sequence[_T], batch_size: int) -> list[_T]:
        """Return the numbers that this process takes: of each batch of all processes the part that is its own.

        The last batch is filled up from the front, so that no process is without work while the others wait for it.
        """
        if self.size == 1:
            return list(numbers)
        whole = batch_size * self.size
        missing = -len(numbers) % self.size
        filled = [*numbers, *(numbers[i % len(numbers)] for i in range(missing))]
        mine: list[_T] = []
        for start in range(0, len(filled), whole):
            batch = filled[start : start + whole]
            part = len(batch) // self.size
            mine += batch[self.rank * part : (self.rank + 1) * part]
        return mine


def from_torchrun() -> tuple[int, int, int] | None:
    """Return rank, local rank and number of the processes that ``torchrun`` started; None when it did not."""
    names = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
    if any(name not in os.environ for name in names) or int(os.environ["WORLD_SIZE"]) < 2:
        return None
    return int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"]), int(os.environ["WORLD_SIZE"])


@contextlib.contextmanager
def gathered(devices: Sequence[torch.device], start: Callable[..., None], arguments: tuple[Any, ...]) -> Iterator[Team]:
    """Give this process's team.

    Args:
        devices: one for each process that is wanted; under ``torchrun`` one for each process of this machine.
        start: what the other processes do: a function of a module, called with their team and ``arguments``, which can be
            pickled. Not used under ``torchrun``.
        arguments: for ``start``.

    Raises:
        KestrelError: another process failed; its error.
    """
    if known := from_torchrun():
        rank, local, size = known
        device = devices[local % len(devices)]
        with _joined(device, rank, size, "env://"):
            yield Team(device, rank, size)
        return
    if len(devices) < 2:
        yield Team(devices[0])
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    context = multiprocessing.get_context("spawn")
    others, lines = [], []
    os.environ["LOCAL_WORLD_SIZE"] = str(len(devices))  # as torchrun says it: the cores and the memory are shared
    try:
        for rank in range(1, len(devices)):
            here, there = context.Pipe(duplex=False)
            other = context.Process(
                target=_other, args=(there, start, devices[rank], rank, len(devices), address, arguments), daemon=True
            )
            other.start()
            there.close()
            others.append(other)
            lines.append(here)
        with _joined(devices[0], 0, len(devices), address):
            yield Team(devices[0], 0, len(devices))
    except RuntimeError as error:  # what torch.distributed says when another process has gone
        for line in lines:
            if line.poll(2):
                with contextlib.suppress(EOFError):
                    raise error_from_code(*line.recv()) from error
        raise
    finally:
        del os.environ["LOCAL_WORLD_SIZE"]
        for other in others:
            other.join(10)
            other.kill()


@contextlib.contextmanager
def _joined(device: torch.device, rank: int, size: int, address: str) -> Iterator[None]:
    if device.type == "cuda":
        torch.cuda.set_device(device)
    backend = "nccl" if device.type == "cuda" and dist.is_nccl_available() else "gloo"
    dist.init_process_group(backend, init_method=address, rank=rank, world_size=size, timeout=_PATIENCE)
    try:
        yield
    finally:
        dist.destroy_process_group()


def _other(
    line: Connection,
    start: Callable[..., None],
    device: torch.device,
    rank: int,
    size: int,
    address: str,
    arguments: tuple[Any, ...],
) -> None:
    """Be one of the other processes; tell the first one what went wrong."""
    try:
        with _joined(device, rank, size, address):
            start(Team(device, rank, size), *arguments)
    except (Exception, KeyboardInterrupt) as error:
        known: KestrelError = translate(error, "Training")
        with contextlib.suppress(OSError):
            line.send((known.code, known.message, known.hint, known.details))
    finally:
        line.close()
