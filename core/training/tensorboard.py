"""Event files for TensorBoard: loss and rate of every step, measures of every epoch, load of the device, pictures."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ..errors import EnvironmentMissing
from ..figures import figure_pixels
from .outcome import Epoch

_EPOCH = {  # tag by attribute of an epoch
    "training_loss": "loss/training", "validation_loss": "loss/validation", "ap": "validation/AP", "ap50": "validation/AP50",
    "f1": "validation/F1", "learning_rate": "epoch/learning_rate", "seconds": "epoch/seconds",
}  # fmt: skip


class EventFiles:
    """Writes to a folder that ``tensorboard --logdir`` is pointed at; numbers that are not finite are left out.

    Args:
        folder: is made when it is not there.
        first_step: of a run that is resumed: what an earlier run wrote from this step on, counted from 1, is no longer shown.

    Raises:
        EnvironmentMissing: the package tensorboardX is not installed.
    """

    def __init__(self, folder: Path, first_step: int | None = None) -> None:
        try:
            module = importlib.import_module("tensorboardX")
        except ImportError as error:
            raise EnvironmentMissing(
                f"TensorBoard files cannot be written: this environment has no tensorboardX ({error}).",
                "Install it with: pip install tensorboardX; or clear TensorBoard.",
            ) from error
        self._writer: Any = module.SummaryWriter(str(folder), purge_step=first_step, flush_secs=10)

    def step(self, step: int, loss: float, rate: float, load: Mapping[str, float] | None = None) -> None:
        """Add a step of training, counted from 1 over all epochs; ``load`` are numbers of :class:`core.telemetry.Telemetry`."""
        self._number("step/loss", loss, step)
        self._number("step/learning_rate", rate, step)
        for name, value in (load or {}).items():
            self._number(f"device/{name}", value, step)

    def epoch(self, epoch: Epoch) -> None:
        """Add an epoch, and write what was added so far to disk."""
        for name, tag in _EPOCH.items():
            self._number(tag, getattr(epoch, name), epoch.number)
        self._writer.flush()

    def pictures(self, figure: Figure, epoch: int) -> None:
        """Add a figure, such as of validation chips."""
        self._writer.add_image("validation/chips", figure_pixels(figure), epoch, dataformats="HWC")

    def close(self) -> None:
        """Write all and close the file."""
        self._writer.close()

    def _number(self, tag: str, value: float, step: int) -> None:
        if math.isfinite(value):
            self._writer.add_scalar(tag, value, step)
