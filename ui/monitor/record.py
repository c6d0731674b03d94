"""What is known of one run of a tool, from the events that it tells. No Qt, so that it is quick and easily tested."""

from __future__ import annotations

import bisect
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...core.events import Artifact, Event, Found, Message, Metric, Progress

MOST_POINTS = 2000  # of a curve: more than a screen has columns
_LOADS = 240  # seconds that are remembered
_MOST_WARNINGS = 50


class Series:
    """A curve that grows and never gets long: when it is full, neighbours become one, their mean.

    Attributes:
        x, y: the points, x rising.
    """

    def __init__(self, most: int = MOST_POINTS) -> None:
        self.x: list[float] = []
        self.y: list[float] = []
        self._most, self._each = most, 1  # numbers that a point stands for
        self._waiting: list[tuple[float, float]] = []

    def add(self, x: float, y: float) -> None:
        """Add a number; what is not to the right of the last one replaces what it would stand before."""
        while self.x and x <= self.x[-1]:  # an epoch that is told again
            self.x.pop(), self.y.pop()
        self._waiting = [point for point in self._waiting if point[0] < x]
        self._waiting.append((x, y))
        if len(self._waiting) < self._each:
            return
        count = len(self._waiting)
        self.x.append(sum(x for x, _ in self._waiting) / count)
        self.y.append(sum(y for _, y in self._waiting) / count)
        self._waiting = []
        if len(self.x) >= self._most:
            self._halve()

    def at(self, x: float) -> tuple[float, float] | None:
        """Return the point that is nearest to ``x``; None when there is none."""
        if not self.x:
            return None
        right = bisect.bisect(self.x, x)
        near = min((i for i in (right - 1, right) if 0 <= i < len(self.x)), key=lambda i: abs(self.x[i] - x))
        return self.x[near], self.y[near]

    def __len__(self) -> int:
        return len(self.x)

    def _halve(self) -> None:
        even = len(self.x) // 2 * 2
        self.x, self.y = (
            [(values[i] + values[i + 1]) / 2 for i in range(0, even, 2)] + values[even:] for values in (self.x, self.y)
        )
        self._each *= 2


@dataclass
class Record:
    """A run, as far as it came.

    Attributes:
        algorithm: id.
        title: name of the tool.
        job: what the worker does.
        cancel: asks it to stop.
        begun, ended: seconds since 1970; None while it runs.
        progress: the last one.
        loads: (seconds since 1970, memory in bytes or None, load 0..1 or None), about one a second.
        curves: by name of the metric.
        warnings: what may be wrong.
        stopping: whether it was asked to stop.
        found: objects that a search has found; None when it does not tell.
        shown: of those, how many were told for the map.
        final: whether those stay, see :class:`core.events.Found`.
        results, error, cancelled: see :class:`processing_provider.runs.Outcome`.
    """

    algorithm: str
    title: str
    job: Any
    cancel: Callable[[], None]
    begun: float = field(default_factory=time.time)
    ended: float | None = None
    progress: Progress = field(default_factory=lambda: Progress(0.0))
    loads: deque[tuple[float, int | None, float | None]] = field(default_factory=lambda: deque(maxlen=_LOADS))
    curves: dict[str, Series] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    stopping: bool = False
    found: int | None = None
    shown: int = 0
    final: bool = True
    results: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    cancelled: bool = False

    def take(self, event: Event) -> None:
        """Note what the run tells."""
        if isinstance(event, Progress):
            self.progress = event
            now = time.time()
            if (event.memory is not None or event.load is not None) and (not self.loads or now - self.loads[-1][0] >= 0.9):
                self.loads.append((now, event.memory, event.load))
        elif isinstance(event, Metric) and event.epoch is not None:
            place = event.epoch if event.part is None else event.epoch - 1 + event.part
            self.curves.setdefault(event.name, Series()).add(place, event.value)
        elif isinstance(event, Message) and event.level == "warning":
            self.warnings = [*self.warnings, event.text][-_MOST_WARNINGS:]
        elif isinstance(event, Found):
            self.found, self.shown, self.final = event.total, self.shown + len(event.outlines), event.final
        elif isinstance(event, Artifact):
            self.results.setdefault(event.name, event.path)

    def end(self, results: dict[str, Any], error: str, cancelled: bool) -> None:
        """Note how it ended."""
        self.ended = time.time()
        self.results, self.error, self.cancelled = {**self.results, **results}, error, cancelled

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.ended is None

    def output(self, kind: str) -> str:
        """Return the path of the first result that is of a kind of :class:`core.jobs.Output`; empty when there is none."""
        names = [output.name for output in self.job.returns if output.kind == kind]
        if kind == "html":
            names += [name for name in self.results if name.endswith("REPORT")]
        return next((str(self.results[name]) for name in names if self.results.get(name)), "")

    def numbers(self) -> list[tuple[str, float]]:
        """Return label and value of the numbers that it gave."""
        found = ((output.label, self.results.get(output.name)) for output in self.job.returns if output.kind == "number")
        return [(label, value) for label, value in found if isinstance(value, (int, float)) and not isinstance(value, bool)]
