"""Events as a person reads them: one line that moves on a terminal, a quiet log everywhere else."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from .errors import KestrelError
from .events import Artifact, Event, Message, Metric, Progress

_STAGE_EVERY = 1.0  # seconds between two lines of a log when the stage changes
_LINE_EVERY = 10.0  # and when only the number does
_GB = 2**30
_LAST_LINES = 30  # of a traceback or log


class Console:
    """Writes events to a terminal or a log.

    Args:
        stream: usually standard error, because standard output is for results.
        quiet: whether to say nothing but errors, because another process speaks for this one.
    """

    def __init__(self, stream: TextIO, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._terminal = stream.isatty()
        self._open = 0  # characters of the moving line on the screen
        self._last = Progress(-1.0)
        self._when = float("-inf")

    def show(self, event: Event) -> None:
        """Show an event."""
        if self._quiet:
            return
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Message):
            self.tell(event.text if event.level == "info" else f"Warning: {event.text}")
        elif isinstance(event, Metric) and event.part is None:  # what is told within an epoch is for curves
            epoch = "" if event.epoch is None else f"epoch {event.epoch}: "
            self.tell(f"{epoch}{event.name} = {event.value:.4g}")
        elif isinstance(event, Artifact):
            self.tell(f"{event.name}: {event.path}")

    def tell(self, text: str) -> None:
        """Write a line that stays."""
        if not self._quiet:
            self._line(text)

    def error(self, error: KestrelError, verbose: bool = False) -> None:
        """Write what went wrong and what to do; where nobody foresaw it, or if ``verbose``, with the details too."""
        cancelled = error.code == "cancelled"
        if cancelled and self._quiet:
            return
        if error.details and (verbose or error.unforeseen):
            self._line("\n".join(error.details.splitlines()[-_LAST_LINES:]))
        self._line(error.message if cancelled else f"Error: {error.message}")
        if error.hint:
            self._line(error.hint)

    def close(self) -> None:
        """Remove the moving line."""
        self._write(self._clear())

    def _progress(self, event: Progress) -> None:
        line = progress_line(event)
        if self._terminal:
            line = line[: shutil.get_terminal_size().columns - 1]
            self._write(f"{self._clear()}{line}")
            self._open = len(line)
            return
        now = time.monotonic()
        pause = _STAGE_EVERY if event.stage != self._last.stage or event.fraction >= 1 else _LINE_EVERY
        if event != self._last and now - self._when >= pause:
            self._last, self._when = event, now
            self.tell(line)

    def _line(self, text: str) -> None:
        self._write(self._clear() + text + "\n")

    def _clear(self) -> str:
        """Return what blanks the moving line; spaces, which every terminal understands."""
        blank = f"\r{' ' * self._open}\r" if self._open else ""
        self._open = 0
        return blank

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def progress_line(event: Progress) -> str:
    """Return ``" 42%  Training, epoch 3 of 20  12 chips/s  5 min left"``, without what is not known."""
    left = "" if event.remaining is None else f"{duration(event.remaining)} left"
    return "  ".join(filter(None, (f"{event.fraction:4.0%}", event.stage, rate_text(event), left)))


def rate_text(event: Progress) -> str:
    """Return the rate, and what the device does unless the stage names it: ``"12 chips/s on NVIDIA H100, 34 GB, 97 %"``."""
    if not event.rate or not event.device or event.device in event.stage:
        return event.rate
    return ", ".join((f"{event.rate} on {event.device}", *load_texts(event)))


def load_texts(event: Progress) -> list[str]:
    """Return the memory in use and the load of the device, as far as they are known: ``["34.2 of 79.6 GB", "97 %"]``."""
    texts = []
    if event.memory is not None:
        used = f"{event.memory / _GB:.1f}"
        texts.append(f"{used} of {event.memory_total / _GB:.1f} GB" if event.memory_total else f"{used} GB")
    if event.load is not None:
        texts.append(f"{100 * event.load:.0f} %")
    return texts


def duration(seconds: float) -> str:
    """Return a length of time in at most two units: ``"45 s"``, ``"12 min"``, ``"2 h 5 min"``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
