"""The check of the environment, on the side of QGIS and the command line: it has to work when there is no environment yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import page
from ..errors import Cancelled, EnvironmentBuildError, EnvironmentMissing, KestrelError, OutputError
from ..events import Event, Progress
from ..jobs import CheckEnvironment
from ..outputs import refuse_existing_outputs
from ..reporting import Reporter
from .accelerator import find_cards
from .folders import environments_folder, setting
from .machine import describe_machine
from .managed import ManagedEnvironment
from .resolve import find_python, named_python

_NOTHING = {
    "READY": 0, "GPU_COUNT": 0, "GPU_MEMORY": 0.0, "GPU_NAME": "", "DRIVER": "", "COMPUTE_CAPABILITY": 0.0,
    "TORCH_VERSION": "",
}  # fmt: skip


def check_environment(
    job: CheckEnvironment, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """Build the environment if the job asks for it, look at it from inside, and write the report.

    Args:
        job: the job.
        on_event: takes progress and messages.
        is_cancelled: whether the user cancelled; asked all the time.

    Returns:
        The outputs of the job by name. An environment that is missing or broken is no error here: READY is 0 and the report
        says what is wrong and what to do.

    Raises:
        EnvironmentBuildError: it should have been built and could not be. The report is written all the same.
        OutputError: the report cannot be written.
        Cancelled: the user cancelled.
    """
    report = Reporter(on_event, _Asked(is_cancelled))
    job.check()
    refuse_existing_outputs(job)
    try:
        if job.build:
            _build(job, report.part(0.0, 0.9))
        python = find_python()
        report.info(f"Environment: {python}")
        return _look_inside(job, python, report.part(0.9 if job.build else 0.0, 1.0))
    except (Cancelled, OutputError):
        raise
    except KestrelError as problem:
        _write_trouble(job, problem)
        report.artifact("OUTPUT_REPORT", job.output_report)
        if isinstance(problem, EnvironmentBuildError):
            raise
        report.warning(str(problem))
        return {**_NOTHING, "OUTPUT_REPORT": job.output_report}


class _Asked(threading.Event):
    """An event that is set when a function says so."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        super().__init__()
        self._ask = ask

    def is_set(self) -> bool:
        return super().is_set() or self._ask()


def _build(job: CheckEnvironment, report: Reporter) -> None:
    named = named_python()
    if named:
        report.warning(f"Nothing is built: {named[1]} names the Python {named[0]}, which is used instead.")
        return
    wheels = job.wheels or setting("wheels")
    path = ManagedEnvironment().build(report, Path(wheels) if wheels else None)
    report.info(f"The environment is ready in {path}.")


def _look_inside(job: CheckEnvironment, python: Path, report: Reporter) -> dict[str, Any]:
    from .client import run_job

    def relay(event: Event) -> None:
        if isinstance(event, Progress):
            report.progress(event.fraction, event.stage)
        else:
            report.send(event)

    return run_job(job, relay, lambda: report.cancelled, python)


def _write_trouble(job: CheckEnvironment, problem: KestrelError) -> None:
    """Write the report of a machine where nothing runs yet."""
    cards, reason = find_cards()
    rows = [(card.name, card.driver, card.capability or "") for card in cards]
    gpu = [page.table(["Card", "Driver", "Compute capability"], rows)] if rows else [page.paragraph(_no_card(reason))]
    missing = isinstance(problem, EnvironmentMissing)
    parts = [
        page.paragraph(problem.message, "warning"),
        page.section("What to do", page.paragraph(problem.hint or "Build the environment again.")),
        page.section("Graphics card", *gpu),
        page.section("Machine", page.table(["", ""], describe_machine(environments_folder()))),
    ]
    if problem.details:
        parts.append(page.section("Details", *map(page.paragraph, problem.details.splitlines()[-30:])))
    lead = "There is no environment for deep learning." if missing else "The environment for deep learning does not work."
    page.write(Path(job.output_report), page.page("Deep Learning Environment", lead, *parts))


def _no_card(reason: str) -> str:
    return reason or "No NVIDIA card was found. Everything works on the CPU too; training takes much longer."
