"""The training loss within an epoch, for those who watch a curve grow."""

from __future__ import annotations

import math
import time

from ..reporting import Reporter

EVERY = 0.5  # seconds between two points


class StepLosses:
    """Tells ``step_loss``: the mean over the steps since it was told before, so that what is thinned out counts too.

    Args:
        report: is told.
    """

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._sum, self._count, self._told = 0.0, 0, -math.inf

    def add(self, loss: float, epoch: int, part: float) -> None:
        """Count the loss of a step.

        Args:
            loss: of the step.
            epoch: counted from 1.
            part: 0..1, how much of the epoch is done with it.
        """
        self._sum, self._count = self._sum + loss, self._count + 1
        now = time.monotonic()
        if now - self._told >= EVERY or part >= 1:
            self._report.metric("step_loss", self._sum / self._count, epoch, min(part, 1.0))
            self._sum, self._count, self._told = 0.0, 0, now
