"""Shows the events of a worker in the Processing log, and asks it whether the user cancelled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import escape

from qgis.core import QgsProcessingFeedback

from ..core.console import duration, rate_text
from ..core.events import Artifact, Event, Message, Progress

_NUDGE = 0.5  # percent; QGIS takes no notice of less than 0.1, and a model divides it by the number of its steps
_SPEED_EVERY = 15.0  # seconds between two lines on one stage, with rate and time left: each stays in the log


class Relay:
    """Takes events, gives them to a feedback.

    Args:
        feedback: of the running algorithm.
        tell: takes each event too, for those who show more of it than the log does.
        live: whether it takes objects as they are found.
    """

    def __init__(
        self, feedback: QgsProcessingFeedback, tell: Callable[[Event], None] = lambda event: None, live: bool = False
    ) -> None:
        self._feedback = feedback
        self._tell = tell
        self.live = live
        self._fraction = 0.0
        self._stage = ""
        self._speed_at = time.monotonic()
        self._nudged_at = time.monotonic()
        self._nudge = 0.0

    def show(self, event: Event) -> None:
        """Show one event. Metrics are for those who draw curves: the log has them in the messages of the job."""
        self._tell(event)
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Message):
            if event.level == "warning":
                self._feedback.pushWarning(event.text)
            elif "  " in event.text:
                self._feedback.pushFormattedMessage(_aligned(event.text), event.text)
            else:
                self._feedback.pushInfo(event.text)
        elif isinstance(event, Artifact):
            self._feedback.pushInfo(f"{event.name}: {event.path}")

    def is_cancelled(self) -> bool:
        """Return whether the user asked to stop."""
        # qgis_process looks for Ctrl+C only when the progress changes: let it tremble.
        now = time.monotonic()
        if now - self._nudged_at > 0.5:
            self._nudged_at, self._nudge = now, _NUDGE - self._nudge
            percent = 100 * self._fraction
            self._feedback.setProgress(percent - self._nudge if percent > 50 else percent + self._nudge)
        return self._feedback.isCanceled()

    def _progress(self, event: Progress) -> None:
        self._fraction = event.fraction
        self._feedback.setProgress(100 * event.fraction)
        now = time.monotonic()
        stage = re.sub(r"\d+", "", event.stage)  # "chip 8 of 90" is no new stage after "chip 7 of 90"
        if stage and stage != self._stage:
            self._stage = stage
            self._feedback.setProgressText(_text(event))
            self._speed_at = now
        elif now - self._speed_at > _SPEED_EVERY:
            self._feedback.setProgressText(_text(event))
            self._speed_at = now


def _aligned(text: str) -> str:
    """Return a line of a table, whose columns blanks align, as HTML that keeps them so; the log of a dialog is HTML."""
    return f'<span style="font-family: monospace">{escape(text).replace(" ", "&nbsp;")}</span>'


def _text(event: Progress) -> str:
    """Return stage, rate and time left, as far as they are known."""
    left = "" if event.remaining is None else f"{duration(event.remaining)} left"
    return ", ".join(part for part in (event.stage, rate_text(event), left) if part)
