"""Work done ahead in other threads, in order and bounded."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from ...runtime.machine import usable_cores

T = TypeVar("T")
NAME = "chips"  # of the threads


def own_cores() -> int:
    """Return the processor cores for this process; several of one training (torchrun) share them."""
    return max(1, usable_cores() // processes())


def processes() -> int:
    """Return how many processes of this training run on this machine."""
    number = os.environ.get("LOCAL_WORLD_SIZE", "")
    return max(1, int(number)) if number.isdigit() else 1


def in_order(tasks: Iterable[Callable[[], T]], threads: int, ahead: int) -> Iterator[T]:
    """Give the results of tasks in their order, while the next ones are done in other threads.

    When the caller stops, or a task raises, tasks that were not begun are dropped, and no thread is left.

    Args:
        tasks: taken from the caller's thread.
        threads: at most so many.
        ahead: tasks that may be begun beyond the one that is waited for.
    """
    with workers(threads) as pool:
        pending: deque[Future[T]] = deque()
        for task in tasks:
            pending.append(pool.submit(task))
            if len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


@contextmanager
def workers(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of threads; what it has not begun at the end is dropped."""
    pool: Any = ThreadPoolExecutor(threads, thread_name_prefix=NAME)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
