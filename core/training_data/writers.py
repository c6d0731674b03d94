"""Chips written by several processes: this one cuts, all of them write, the results come back in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from types import TracebackType

from ..errors import OutOfMemory
from .writing import CutChip, Plan, WrittenChip, write_chips

WORTH_IT = 300  # chips from which on the half second is won back that a process takes to start
_BATCH_BYTES, _BATCH = 2**21, 64  # pixels in bytes, and chips, that are handed over at once
_AHEAD = 2  # batches that wait for each process


class Writers:
    """Takes chips and gives them to other processes, or writes them here while those are busy; a context manager.

    Processes rather than threads: writing a chip is a hundred short steps of Python.

    Args:
        plan: what the chips share.
        processes: how many write, this one included.
        expected: number of chips at most; few chips are not worth a process.
        merge: gets every written chip, in the order in which they were added.
    """

    def __init__(self, plan: Plan, processes: int, expected: int, merge: Callable[[WrittenChip], None]) -> None:
        self._plan, self._merge = plan, merge
        self._others = processes - 1 if expected >= WORTH_IT else 0
        self._pool: ProcessPoolExecutor | None = None
        self._batch: list[CutChip] = []
        self._bytes = 0
        self._results: deque[Future[list[WrittenChip]] | list[WrittenChip]] = deque()

    def __enter__(self) -> Writers:
        if self._others:
            self._pool = ProcessPoolExecutor(
                self._others, multiprocessing.get_context("spawn"), initializer=_start, initargs=(self._plan,)
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def add(self, chip: CutChip) -> None:
        """Take a chip.

        Raises:
            OutputError: one, perhaps an earlier one, cannot be written.
            OutOfMemory: a process was ended by the system.
        """
        self._batch.append(chip)
        self._bytes += chip.pixels.nbytes
        if self._bytes >= _BATCH_BYTES or len(self._batch) >= _BATCH:
            self._send()

    def finish(self) -> None:
        """Write and merge what is left; raises as :meth:`add` does."""
        self._send()
        while self._results:
            self._take()

    def _send(self) -> None:
        """Hand the batch over, or write it."""
        batch, self._batch, self._bytes = self._batch, [], 0
        waiting = sum(isinstance(result, Future) and not result.done() for result in self._results)
        if self._pool and waiting < _AHEAD * self._others:
            try:
                self._results.append(self._pool.submit(_write, batch))
            except BrokenProcessPool as error:
                raise _died() from error
        else:
            self._results.append(write_chips(self._plan, batch))
        while self._results and (not isinstance(self._results[0], Future) or self._results[0].done()):
            self._take()

    def _take(self) -> None:
        """Merge the oldest batch."""
        oldest = self._results.popleft()
        try:
            written = oldest.result() if isinstance(oldest, Future) else oldest
        except BrokenProcessPool as error:
            raise _died() from error
        for chip in written:
            self._merge(chip)


def _died() -> OutOfMemory:
    return OutOfMemory(
        "A process that writes chips was ended by the system, most likely because memory ran out.",
        "Set Parallel Processing Factor to 1, or close other programs.",
    )


_the_plan: Plan  # of this process, if it is one of the others


def _start(plan: Plan) -> None:
    """Prepare a process: it leaves Ctrl+C to the one that started it, and ends with it."""
    global _the_plan
    _the_plan = plan
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # a pool whose owner was killed would wait for ever


def _write(batch: list[CutChip]) -> list[WrittenChip]:
    return write_chips(_the_plan, batch)
