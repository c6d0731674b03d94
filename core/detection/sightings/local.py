"""A network on the devices of this machine."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence

import torch
from torch import nn

from ...keeping import kept
from ...models import load
from ...packages import ModelCard, Package
from ...reporting import Reporter
from ..inference.predictor import Inference, Predictor

_MOST_THREADS = 8


class Network:
    """A network, put on its devices once for all searches that share it, when the first of them has something to search.

    Args:
        model: a package, or a network that is on the first device already.

    Attributes:
        package: the package; None for a network that has none.
    """

    def __init__(self, model: nn.Module | Package) -> None:
        self.package = model if isinstance(model, Package) else None
        self.model = model
        self._loaded: dict[tuple[tuple[torch.device, ...], Inference], list[Predictor]] = {}

    def on(self, devices: Sequence[torch.device], how: Inference, report: Reporter) -> list[Predictor]:
        """Return the predictors, one for each device.

        Args:
            devices: one or more.
            how: how the network is run.
            report: for the warnings of the predictors.

        Raises:
            ModelError: the package is damaged.
        """
        key = tuple(devices), how
        if key not in self._loaded:
            self._loaded.clear()
            self._loaded[key] = [
                Predictor(network, device, how, report) for network, device in zip(self._copies(devices), devices, strict=True)
            ]
        return self._loaded[key]

    def _copies(self, devices: Sequence[torch.device]) -> Iterator[nn.Module]:
        if isinstance(self.model, Package):
            package = self.model
            # Only the network, for all else depends on the job; it is left as it was after each call.
            yield from kept("network", (_identity(package), *devices), lambda: [load(package, device) for device in devices])
        else:
            yield self.model
            yield from (copy.deepcopy(self.model).to(device) for device in devices[1:])


def _identity(package: Package) -> tuple[object, ...]:
    """What tells a package's weights from others: the file, its size, its time."""
    file = package.path.parent / package.weights if package.is_loose else package.path
    try:
        facts = file.stat()
    except OSError:  # which is told when the weights are read
        return package.path, None
    return str(file.resolve()), facts.st_size, facts.st_mtime_ns, package.card


def fit_batch(predictors: Sequence[Predictor], card: ModelCard, tile_size: int) -> int:
    """Return how many tiles suit all of the predictors."""
    return min(predictor.fit(len(card.bands), tile_size) for predictor in predictors)


def thread_count(asked: int | None) -> int:
    """Return how many threads read and outline."""
    return asked or min((os.cpu_count() or 1) + 1, _MOST_THREADS)
