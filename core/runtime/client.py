"""Runs a job in a worker process: starts it, relays its events, cancels it, survives whatever it does.

The protocol is described in :mod:`core.worker`. Standard library only: this runs inside QGIS.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..events import Event
from ..jobs import Job
from ..jobs.conversion import table_text
from .session import end_idle_sessions
from .worker_process import PATIENCE, WORKER, Patience, WorkerProcess

__all__ = ["WORKER", "Patience", "command_of", "run_job"]


def run_job(
    job: Job,
    on_event: Callable[[Event], None],
    is_cancelled: Callable[[], bool],
    python: Path | None = None,
    *,
    live: bool = False,
    script: Path = WORKER,
    patience: Patience = PATIENCE,
) -> dict[str, Any]:
    """Run ``job`` in a worker process and wait for it.

    When this returns or raises, the process and its children are gone.

    Args:
        job: what to do.
        on_event: called in this thread with every event but the last, which is returned or raised. What it raises ends the
            worker and is raised here.
        is_cancelled: asked in this thread about ten times a second.
        python: the interpreter; that of :func:`core.runtime.resolve.find_python` if None.
        live: whether a search is to tell what it finds while it runs (:class:`core.events.Found`).
        script: what the interpreter runs.
        patience: the limits of waiting.

    Returns:
        The outputs by upper-case name. A cancelled job that kept a useful part of its work returns too.

    Raises:
        KestrelError: the job failed; the class is the one raised in the worker.
        Cancelled: the job was cancelled.
        WorkerDied: the process crashed, was killed or hung; ``details`` holds its last words.
        EnvironmentMissing: there is no Python to run it with.
    """
    if python is None:
        from .resolve import find_python

        python = find_python()
    if "processor" in job.parameters():  # it may need the memory that a worker which only waits still holds
        end_idle_sessions()
    worker = WorkerProcess(python, script)
    try:
        return worker.work(job, on_event, is_cancelled, patience, live=live)
    finally:
        worker.close()


def command_of(job: Job) -> str:
    """Return the command that does ``job`` in a terminal in the plugin folder; parameters at their default are left out."""
    words = ["python3", "-m", "core", job.name]
    for name in job.parameters():
        value = getattr(job, name)
        if value is not None and value != job.default(name):
            # The form with "=" because a value may begin with a minus: the extent -10,-9,50,51.
            words.extend(f"--{name.replace('_', '-')}={text}" for text in _texts(value))
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _texts(value: Any) -> list[str]:
    """Return ``value`` as the command line takes it: paths one at a time, numbers and tables together."""
    if isinstance(value, dict):
        return [table_text(value)]
    if isinstance(value, tuple):
        return list(value) if isinstance(value[0], str) else [",".join(map(str, value))]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
