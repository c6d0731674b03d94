"""How a running job talks: one :class:`Reporter` for the worker, the command line and the tests."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from .errors import Cancelled
from .events import Artifact, Event, Message, Metric, Progress


class Reporter:
    """Sends events and knows whether the user cancelled.

    Args:
        send: takes each event; called from any thread, one call at a time.
        cancel: set by someone else when the job should stop.
        live: whether somebody wants to see objects as they are found (:class:`core.events.Found`).

    Progress may be reported as often as wanted: at most ten events a second are sent on.
    """

    def __init__(self, send: Callable[[Event], None], cancel: threading.Event | None = None, live: bool = False) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._last_progress = (-math.inf, "")  # when, stage
        self._measure: Callable[[], Mapping[str, Any]] = dict
        self.cancel, self.live = cancel or threading.Event(), live

    def send(self, event: Event) -> None:
        """Send any event as it is."""
        with self._lock:
            self._send(event)

    def progress(self, fraction: float, stage: str = "", rate: str = "", remaining: float | None = None) -> None:
        """Report how far the job is; see :class:`core.events.Progress`."""
        now, (last, last_stage) = time.monotonic(), self._last_progress
        if now - last < 0.1 and stage == last_stage and fraction < 1:
            return
        self._last_progress = (now, stage)
        fraction = min(max(float(fraction), 0.0), 1.0) if math.isfinite(fraction) else 0.0
        remaining = float(remaining) if remaining is not None and math.isfinite(remaining) else None
        self.send(Progress(fraction, stage, rate, remaining, **self._measure()))

    def watch(self, measure: Callable[[], Mapping[str, Any]]) -> None:
        """Let every progress from now on tell what the device does.

        Args:
            measure: gives the fields of :class:`core.events.Progress` from ``device`` on; called at most ten times a second,
                from any thread.
        """
        self._measure = measure

    def info(self, text: str) -> None:
        """Tell the user something worth knowing."""
        self.send(Message(text))

    def warning(self, text: str) -> None:
        """Tell the user something that may be wrong; the job goes on."""
        self.send(Message(text, "warning"))

    def metric(self, name: str, value: float, epoch: int | None = None, part: float | None = None) -> None:
        """Report a number followed over time, see :class:`core.events.Metric`. NaN and infinity are left out."""
        if math.isfinite(value):
            self.send(Metric(name, float(value), None if epoch is None else int(epoch), part))

    def artifact(self, name: str, path: object) -> None:
        """Report a file that is complete."""
        self.send(Artifact(name, str(path)))

    @property
    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self.cancel.is_set()

    def check_cancelled(self) -> None:
        """Raise :class:`core.errors.Cancelled` if the user asked to stop."""
        if self.cancelled:
            raise Cancelled()

    def part(self, start: float, end: float) -> Reporter:
        """Return a reporter whose fractions 0..1 fill ``start``..``end`` of this one's."""
        return Part(self, start, end)


def silent() -> Reporter:
    """Return a reporter that nobody hears and nobody cancels."""
    return Reporter(lambda event: None)


class Part(Reporter):
    """A stage of a job, which is ``start``..``end`` of the ``whole``; everything but the fraction goes through unchanged."""

    def __init__(self, whole: Reporter, start: float, end: float) -> None:
        super().__init__(whole.send, whole.cancel, whole.live)
        self._whole, self._start, self._width = whole, start, end - start

    def send(self, event: Event) -> None:
        """Pass the event on to the whole."""
        self._whole.send(event)

    def progress(self, fraction: float, stage: str = "", rate: str = "", remaining: float | None = None) -> None:
        """Report how far this stage is, 0..1."""
        self._whole.progress(self._start + self._width * min(max(fraction, 0.0), 1.0), stage, rate, remaining)

    def watch(self, measure: Callable[[], Mapping[str, Any]]) -> None:
        """Let every progress of the whole tell what the device does."""
        self._whole.watch(measure)
