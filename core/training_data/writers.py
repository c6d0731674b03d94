"""Chips written by several processes: this one cuts, all of them write, the results come back in order."""

from __future__ import annotations

import multiprocessing
import queue
import signal
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import TracebackType

from ..errors import OutOfMemory
from .writing import CutChip, Plan, WrittenChip, write_chips

WORTH_IT = 300  # chips from which on the half second is won back that a process takes to start
_BATCH_BYTES, _BATCH = 2**21, 64  # pixels in bytes, and chips, that are handed over at once
_AHEAD = 2  # batches that each process may have before this one writes too
_AHEAD_BYTES = 2**26  # of pixels that all of them may have: huge chips are written here


class Writers:
    """Takes chips and gives them to other processes, or writes them here while those are busy; a context manager.

    Processes rather than threads: writing a chip is a hundred short steps of Python. A thread stands by for each process and
    waits for its answer; unlike those of :class:`concurrent.futures.ProcessPoolExecutor`, which hang when a process dies at the
    wrong moment, it then meets the end of a pipe. So do the processes when this one dies.

    Args:
        plan: what the chips share.
        processes: how many write, this one included.
        expected: number of chips at most; few chips are not worth a process.
        merge: gets every written chip, in the order in which they were added.
    """

    def __init__(self, plan: Plan, processes: int, expected: int, merge: Callable[[WrittenChip], None]) -> None:
        self._plan, self._merge = plan, merge
        self._count = processes - 1 if expected >= WORTH_IT else 0
        self.processes: list[multiprocessing.process.BaseProcess] = []
        self._connections: list[Connection] = []
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(max(self._count, 1), "writer")
        self._batch: list[CutChip] = []
        self._bytes = 0
        self._results: deque[tuple[Future[list[WrittenChip]] | list[WrittenChip], int]] = deque()  # with the bytes of pixels

    def __enter__(self) -> Writers:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, self._plan), daemon=True)
            process.start()
            there.close()
            self.processes.append(process)
            self._connections.append(here)
            self._idle.put(here)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)
        for connection in self._connections:
            connection.close()
        for process in self.processes:
            process.join(5)
            process.kill()

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
        if self._batch:
            self._send()
        while self._results:
            self._take()

    def _send(self) -> None:
        """Hand the batch over, or write it."""
        batch, size = self._batch, self._bytes
        self._batch, self._bytes = [], 0
        waiting = [held for result, held in self._results if isinstance(result, Future) and not result.done()]
        if len(waiting) < _AHEAD * self._count and sum(waiting) + size <= _AHEAD_BYTES:
            self._results.append((self._threads.submit(self._elsewhere, batch), size))
        else:
            self._results.append((write_chips(self._plan, batch), size))
        while self._results and (not isinstance(self._results[0][0], Future) or self._results[0][0].done()):
            self._take()

    def _take(self) -> None:
        """Merge the oldest batch."""
        oldest, _ = self._results.popleft()
        for chip in oldest.result() if isinstance(oldest, Future) else oldest:
            self._merge(chip)

    def _elsewhere(self, batch: list[CutChip]) -> list[WrittenChip]:
        """Have another process write a batch; runs in a thread."""
        connection = self._idle.get()
        try:
            connection.send(batch)
            answer = connection.recv()
        except (EOFError, OSError) as error:
            raise OutOfMemory(
                "A process that writes chips was ended by the system, most likely because memory ran out.",
                "Set Parallel Processing Factor to 1, or close other programs.",
            ) from error
        finally:
            self._idle.put(connection)
        if isinstance(answer, BaseException):
            raise answer
        written: list[WrittenChip] = answer
        return written


def _serve(connection: Connection, plan: Plan) -> None:
    """Write batches until the pipe ends. Ctrl+C is left to the process at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            batch = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer: list[WrittenChip] | Exception = write_chips(plan, batch)
        except Exception as error:
            answer = error
        try:
            connection.send(answer)
        except OSError:
            return
