"""What the user is told while tiles go through."""

from __future__ import annotations

import time

from ..reporting import Reporter
from .sightings.blocks import Plan
from .tiles import Grid


class SearchProgress:
    """Counts tiles and objects and reports: device, speed, objects so far, time left.

    Args:
        report: where to.
        plan: what is to be searched.
        grid: of the tiles; what a tile brings is an equal share of its pixels.
        device: what does the work, in the user's words.

    Attributes:
        tiles: how many are done.
    """

    def __init__(self, report: Reporter, plan: Plan, grid: Grid, device: str) -> None:
        self._report, self._total, self._device = report, plan.tiles, device
        self._megapixels = grid.width * grid.height / max(len(grid), 1) / 1e6  # of a tile
        self.tiles = self._inherited = self._objects = 0
        self._start: float | None = None

    def begin(self) -> None:
        """Start the clock: what comes before, such as what an earlier run had found, says nothing about the speed."""
        if self._start is None:
            self._start = time.monotonic()

    def advance(self, tiles: int, inherited: bool = False) -> None:
        """Note that so many more tiles are done, or were so before this run."""
        self.tiles += tiles
        self._inherited += tiles * inherited

    def count(self, objects: int) -> None:
        """Note that so many more objects are finished."""
        self._objects += objects

    def tell(self) -> None:
        """Report."""
        elapsed = 0.0 if self._start is None else time.monotonic() - self._start
        speed = (self.tiles - self._inherited) / elapsed if elapsed else 0.0
        rate = (
            f"{speed:.1f} tiles/s, {speed * self._megapixels:.2f} megapixels/s, {self.tiles} of {self._total} tiles, "
            f"{self._objects} objects"
        )
        fraction = self.tiles / self._total if self._total else 1.0
        remaining = (self._total - self.tiles) / speed if speed else None
        self._report.progress(fraction, f"Detecting objects on {self._device}", rate, remaining)
