"""The finished model measured on chips: those for validation, and those that training never looked at."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ...models import MODELS
from ...packages import ModelCard
from ...reporting import Reporter
from ..data.augmentation import Target
from ..data.chips import Chips, batches, validation_item
from .measures import Details, Measures


@torch.no_grad()
def measure(
    network: torch.nn.Module,
    card: ModelCard,
    chips: Chips,
    numbers: Sequence[int],
    size: int,
    batch_size: int,
    device: torch.device,
    report: Reporter,
    threshold: float | None = None,
    what: str = "test",
) -> Details:
    """Return the measures of a network, in single precision, on some chips.

    Args:
        network: on ``device``.
        card: of the model.
        chips: the training set.
        numbers: of the chips to measure on.
        size: side that chips are cut to, pixels.
        batch_size: chips at a time.
        device: where the network is.
        report: told about every batch; asked whether to stop.
        threshold: confidence for precision, recall and F1: of a model that is tested the recommended one, which was chosen on
            other chips. None: the best on these chips.
        what: ``"test"`` or ``"validation"``, for the text of the progress.

    Raises:
        Cancelled: the user asked to stop.
    """

    def make(number: int) -> tuple[torch.Tensor, Target]:
        return validation_item(chips, card, number, size)

    network.eval()
    measures = Measures([item.name for item in card.classes], MODELS[card.model_type].MASKS)
    waiting = iter(numbers)
    done = 0
    for images, targets in batches(make, list(numbers), batch_size, report, device=device):
        for target, found in zip(targets, network(images), strict=True):
            measures.add(next(waiting), target, found)
        done += len(images)
        report.progress(done / len(numbers), f"Measuring on {what} chips, {done} of {len(numbers)}")
    return measures.details(threshold)
