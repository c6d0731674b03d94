"""How fast a training goes, and what its device does meanwhile."""

from __future__ import annotations

import time

from ..reporting import Reporter
from ..telemetry import Telemetry


class Pace:
    """How fast training goes: reports how far it is, and what the device does.

    Args:
        report: gets progress, which tells the load of the device from now on.
        telemetry: of the device.
        total: chips of the whole training, validation included.
    """

    def __init__(self, report: Reporter, telemetry: Telemetry, total: int) -> None:
        self._report, self._telemetry, self._total = report, telemetry, total
        report.watch(telemetry.facts)
        self._done = self._skipped = 0
        self._began = time.monotonic()
        self._recent: list[tuple[float, int]] = []

    @property
    def load(self) -> dict[str, float]:
        """The load of the device by name."""
        return self._telemetry.values()

    def skip(self, chips: int) -> None:
        """Count chips that an earlier run has done."""
        self._done = self._skipped = chips

    def add(self, chips: int, stage: str) -> None:
        """Count chips, and report."""
        self._done += chips
        now = time.monotonic()
        self._recent = [*self._recent[-19:], (now, self._done)]
        start, before = self._recent[0]
        rate = (self._done - before) / (now - start) if now > start else 0.0
        remaining = (now - self._began) / (self._done - self._skipped) * max(self._total - self._done, 0)
        text = f"{rate:.1f} chips/s" if rate else ""
        self._report.progress(min(self._done / self._total, 1.0), stage, text, remaining)
