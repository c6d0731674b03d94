"""Run one job in this process: check it, find who does it, and raise whatever goes wrong as an error for the user."""

from __future__ import annotations

import contextlib
import importlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .jobs import Job
from .library_errors import translate
from .outputs import create_parents, outputs_of, refuse_existing_outputs, refuse_same_paths
from .reporting import Reporter
from .sharing import is_first


def run(job: Job, report: Reporter) -> dict[str, Any]:
    """Run ``job`` here and return its outputs.

    Args:
        job: what to do.
        report: takes the events of the job and knows whether the user cancelled.

    Returns:
        By upper-case name: the path of each ``NEW_...`` parameter that was set, and what the job returns. Plain JSON values;
        a number that is not finite becomes None.

    Raises:
        KestrelError: always of this family; ``details`` holds the traceback unless the message says it all.
    """
    created: list[Path] = []
    try:
        job.check()
        refuse_same_paths(job)
        if is_first():  # the others come when it may have begun to write
            refuse_existing_outputs(job)
            created = create_parents(job)
        report.check_cancelled()
        returned = _runner(job)(job, report)
    except (Exception, KeyboardInterrupt) as error:
        for folder in reversed(created):
            with contextlib.suppress(OSError):  # not empty: something was kept on purpose
                folder.rmdir()
        known = translate(error, job.title)
        if known is error:
            raise
        raise known from error
    paths = {parameter: path for parameter, _, path in outputs_of(job)}
    return {name: _plain(value) for name, value in {**paths, **returned}.items()}


def _runner(job: Job) -> Callable[[Job, Reporter], dict[str, Any]]:
    """Import the function behind ``job``; ``core.`` in its name means the package of this file, whatever its full name is."""
    module, _, function = job.runner.partition(":")
    relative = module.removeprefix("core")
    found = importlib.import_module(relative, __package__) if relative.startswith(".") else importlib.import_module(module)
    return getattr(found, function)


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON knows it; numpy and torch scalars are known by their ``item``."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
