"""The finished model on chips that training never looked at."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..packages import ModelCard
from ..reporting import Reporter
from .augmentation import Target
from .chips import Chips, batches, validation_item
from .loop import Recipe
from .measures import Measures, Scores


@torch.no_grad()
def measure(
    network: torch.nn.Module,
    card: ModelCard,
    chips: Chips,
    numbers: Sequence[int],
    recipe: Recipe,
    device: torch.device,
    report: Reporter,
) -> Scores:
    """Return the measures of a network, in single precision, on some chips.

    Args:
        network: on ``device``.
        card: of the model.
        chips: the training set.
        numbers: of the chips to measure on.
        recipe: that of the training; tells the size of chips and batches.
        device: where the network is.
        report: told about every batch; asked whether to stop.

    Raises:
        Cancelled: the user asked to stop.
    """

    def make(number: int) -> tuple[torch.Tensor, Target]:
        return validation_item(chips, card, number, recipe.size)

    network.eval()
    measures = Measures([item.name for item in card.classes], card.model_type == "MaskRCNN")
    done = 0
    for images, targets in batches(make, list(numbers), recipe.batch_size, report):
        for image, target, found in zip(images, targets, network([image.to(device) for image in images]), strict=True):
            measures.add((image.shape[-2], image.shape[-1]), target, found)
        done += len(images)
        report.progress(done / len(numbers), f"Measuring on test chips, {done} of {len(numbers)}")
    return measures.scores()
