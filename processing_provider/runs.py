"""The runs of the tools, told to whoever wants to follow them: the panels of the desktop, through whichever door a run came."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from qgis.core import NULL, QgsFeedback
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.events import Event
from ..core.jobs import Job


def as_json(value: Any) -> Any:
    """Return a value as JSON can hold it: QGIS describes an empty coordinate system, say, by a ``NULL`` of its own."""
    if isinstance(value, dict):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if value in (None, NULL):
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


@dataclass(frozen=True, eq=False)
class Run:
    """One run of one algorithm.

    Attributes:
        algorithm: its id, such as ``"kestrel:trainmodel"``.
        title: its name as shown.
        job: what the worker does, with defaults filled in; layers that it cannot open itself stand there as temporary files.
        parameters: what was asked for, by name, as plain values that can be written as JSON: layers as sources or ids.
        begun: seconds since 1970.
    """

    algorithm: str
    title: str
    job: Job
    parameters: dict[str, Any]
    begun: float = field(default_factory=time.time)
    _stop: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def cancel(self) -> None:
        """Ask it to stop; a run that has ended takes no notice."""
        for stop in list(self._stop):
            stop()


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        results: what the algorithm returns; empty if it failed. A run that was cancelled may have kept a part of its work.
        error: why it failed, in words; empty if it did not.
        cancelled: whether the user stopped it.
    """

    results: dict[str, Any]
    error: str = ""
    cancelled: bool = False


class Runs(QObject):
    """Lives in the main thread; each slot there is called there, although the algorithms run in threads of their own.

    Attributes:
        live: whether searches are to tell what they find while they run (:class:`core.events.Found`); somebody who shows it
            sets this.

    Signals:
        begun: a :class:`Run`.
        told: a run and an :class:`core.events.Event` of it.
        ended: a run and its :class:`Outcome`. Last of all for this run, before QGIS loads its layers.
    """

    begun = pyqtSignal(object)
    told = pyqtSignal(object, object)
    ended = pyqtSignal(object, object)
    live = False

    def follow(self, run: Run, feedback: QgsFeedback) -> Following:
        """Return what an algorithm reports to, as a context around its run.

        Args:
            run: the run.
            feedback: of the algorithm; the run is cancelled through it.
        """
        return Following(self, run, feedback)


class Following:
    """One run, from its beginning to its end, whatever ends it.

    Attributes:
        results: what the algorithm returns, once it is known.
        live: see :class:`Runs`.
    """

    def __init__(self, runs: Runs, run: Run, feedback: QgsFeedback) -> None:
        self._runs, self._run, self._feedback = runs, run, feedback
        self.results: dict[str, Any] = {}
        self.live = runs.live

    def __enter__(self) -> Following:
        self._run._stop.append(self._feedback.cancel)
        self._runs.begun.emit(self._run)
        return self

    def tell(self, event: Event) -> None:
        """Pass an event of the worker on; a run whose plugin was unloaded is cancelled."""
        try:
            self._runs.told.emit(self._run, event)
        except RuntimeError:  # Qt has deleted them
            self._feedback.cancel()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._run._stop.clear()
        cancelled = self._feedback.isCanceled()
        failed = str(error) if error is not None and not cancelled else ""
        with suppress(RuntimeError):
            self._runs.ended.emit(self._run, Outcome(self.results, failed, cancelled))
