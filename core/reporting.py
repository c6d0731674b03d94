"""How a running job talks: one :class:`Reporter` for the worker, the command line and the tests."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from .errors import Cancelled
from .events import Artifact, Event, Message, Metric, Progress


class Reporter:
    """Sends events and knows whether the user cancelled.

    Args:
        send: takes each event; called from any thread, one call at a time.
        cancel: set by someone else when the job should stop.

    Progress may be reported as often as wanted: at most ten events a second are sent on.
    """

    def __init__(self, send: Callable[[Event], None], cancel: threading.Event | None = None) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._last_progress = (-math.inf, "")  # when, stage
        self.cancel = cancel or threading.Event()

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
        self.send(Progress(fraction, stage, rate, remaining))

    def info(self, text: str) -> None:
        """Tell the user something worth knowing."""
        self.send(Message(text))

    def warning(self, text: str) -> None:
        """Tell the user something that may be wrong; the job goes on."""
        self.send(Message(text, "warning"))

    def metric(self, name: str, value: float, epoch: int | None = None) -> None:
        """Report a number followed over time. NaN and infinity are left out."""
        if math.isfinite(value):
            self.send(Metric(name, float(value), None if epoch is None else int(epoch)))

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
        return _Part(self, start, end)


def silent() -> Reporter:
    """Return a reporter that nobody hears and nobody cancels."""
    return Reporter(lambda event: None)


class _Part(Reporter):
    """A stage of a job; everything but the fraction goes through unchanged."""

    def __init__(self, whole: Reporter, start: float, end: float) -> None:
        super().__init__(whole.send, whole.cancel)
        self._whole, self._start, self._width = whole, start, end - start

    def send(self, event: Event) -> None:
        """Pass the event on to the whole."""
        self._whole.send(event)

    def progress(self, fraction: float, stage: str = "", rate: str = "", remaining: float | None = None) -> None:
        """Report how far this stage is, 0..1."""
        self._whole.progress(self._start + self._width * min(max(fraction, 0.0), 1.0), stage, rate, remaining)
