"""A worker that stays ready between jobs: the second begins without starting Python, the libraries and the model again.

What comes first of a search, seconds of it, is the same each time: Python starts, PyTorch is imported, the model is read. Who
asks again and again about small parts of an image keeps a :class:`WorkerSession` for that; all others use
:func:`core.runtime.client.run_job`, whose process ends with its job.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import Cancelled, InputError, InvalidParameter, KestrelError, ModelError, OutputError, WorkerDied
from ..events import Event
from ..jobs import Job
from .worker_process import PATIENCE, WORKER, Patience, WorkerProcess

IDLE = 300.0  # seconds after which a worker that nobody asks ends by itself
# After these the process is as good as before; after others, such as those of a graphics card, it may not be.
_HARMLESS = (Cancelled, InputError, InvalidParameter, ModelError, OutputError)
_sessions: weakref.WeakSet[WorkerSession] = weakref.WeakSet()


class WorkerSession:
    """Runs jobs one after another in one process, which is started by the first of them and again when it is gone.

    Args:
        idle: seconds without a job after which the process ends.
        script: what the interpreter runs.
        patience: the limits of waiting, for each job.
    """

    def __init__(self, idle: float = IDLE, *, script: Path = WORKER, patience: Patience = PATIENCE) -> None:
        self._idle, self._script, self._patience = idle, script, patience
        self._worker: WorkerProcess | None = None
        self._python: Path | None = None
        self._lock = threading.Lock()
        _sessions.add(self)

    @property
    def warm(self) -> bool:
        """Whether there is a process, so that the next job begins at once."""
        worker = self._worker
        return worker is not None and worker.alive

    def run(
        self, job: Job, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool], python: Path | None = None
    ) -> dict[str, Any]:
        """Run ``job`` and wait for it, as :func:`core.runtime.client.run_job` does; of several threads one after another.

        A process that crashed, was killed, does not obey a cancel, or failed in a way that it may not have got over is gone
        afterwards, with its children; the next job gets a new one.
        """
        if python is None:
            from .resolve import find_python

            python = find_python()
        with self._lock:
            warm = self.warm and python == self._python
            heard = False

            def listen(event: Event) -> None:
                nonlocal heard
                heard = True
                on_event(event)

            try:
                return self._work(job, listen, is_cancelled, python)
            except WorkerDied:
                if not warm or heard:
                    raise
            # It had just ended by itself, in the moment in which it was asked.
            return self._work(job, on_event, is_cancelled, python)

    def close(self) -> None:
        """End the process; waits for the job that it is at."""
        with self._lock:
            self._end()

    def end_if_idle(self) -> None:
        """End the process unless it is at work."""
        if self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()

    def _work(
        self, job: Job, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool], python: Path
    ) -> dict[str, Any]:
        if not self.warm or python != self._python:
            self._end()
            self._worker, self._python = WorkerProcess(python, self._script), python
        worker = self._worker
        assert worker is not None  # nosec B101
        try:
            return worker.work(job, on_event, is_cancelled, self._patience, self._idle)
        except KestrelError as error:
            if not isinstance(error, _HARMLESS) or not worker.alive:
                self._end()
            raise
        except BaseException:  # of the listener: what the process does now, nobody hears
            self._end()
            raise

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()


def end_idle_sessions() -> None:
    """End the workers that wait for a job, whose models fill memory that somebody else needs."""
    for session in list(_sessions):
        session.end_if_idle()
