"""Which validation chips a report shows, and what the model finds on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from ...accuracy.matching import match
from ...packages import ModelCard
from ..data.augmentation import Target
from ..data.chips import Chips, validation_item
from ..measuring.comparing import Compared, compare
from ..measuring.measures import IOU, ChipResult, Details

BEST, WORST = "best", "worst"


@dataclass(frozen=True)
class Example:
    """A validation chip.

    Attributes:
        name: of the chip.
        group: :data:`BEST` or :data:`WORST`: why it is shown.
        image: as the network takes it, (C, h, w) float32.
        target: its objects.
        found: what the network finds, on the CPU.
    """

    name: str
    group: str
    image: torch.Tensor
    target: Target
    found: dict[str, torch.Tensor]


@dataclass(frozen=True)
class Judged:
    """The objects of an example at a confidence threshold.

    Attributes:
        hit: (m,) bool, which true objects were found.
        kept: (n,) bool, which detections reach the threshold.
        right: (n,) bool, which of them are a true object.
    """

    hit: np.ndarray
    kept: np.ndarray
    right: np.ndarray


def judge(example: Example, threshold: float, masks: bool) -> Judged:
    """Compare what was found with what is there, as :class:`core.training.measuring.measures.ChipResult` counts it."""
    kept = (example.found["scores"] >= threshold).numpy()
    order = torch.argsort(example.found["scores"].float(), descending=True, stable=True).numpy()
    everything = Compared.of([compare(0, example.target, example.found, masks)])
    taken = int(kept.sum())
    partner = match(everything.of_same_class().of_first(taken), taken, len(everything.truth), IOU)
    hit, right = np.zeros(len(everything.truth), bool), np.zeros(len(kept), bool)
    hit[partner[partner >= 0]] = True
    right[order[:taken]] = partner >= 0
    return Judged(hit, kept, right)


def choose_examples(details: Details, count: int = 8) -> list[tuple[int, str]]:
    """Return the numbers of the chips worth showing, at most ``count``, each with its group: the best ones, then the worst.

    The best have a high F1 score and many objects, the worst many errors for what they hold: one missed object on a chip that
    holds one tells less than twenty among thirty. No chip is in both groups; those where nothing is and nothing was found are
    in none.
    """
    telling = [chip for chip in details.chips if chip.hits + chip.errors]
    good = sorted((chip for chip in telling if chip.hits), key=lambda chip: (-_merit(chip), chip.number))
    half = min((count + 1) // 2, (len(telling) + 1) // 2)
    best = good[:half]
    bad = [chip for chip in telling if chip.errors and chip not in best]
    worst = sorted(bad, key=lambda chip: (-chip.errors * (1 - chip.f1), -chip.errors, chip.number))[: count - len(best)]
    best += [chip for chip in good[half:] if chip not in worst][: count - len(best) - len(worst)]
    return [*((chip.number, BEST) for chip in best), *((chip.number, WORST) for chip in worst)]


def _merit(chip: ChipResult) -> float:
    return chip.f1 * math.log1p(chip.hits)


@torch.no_grad()
def make_examples(
    network: torch.nn.Module, card: ModelCard, chips: Chips, details: Details, size: int, device: torch.device, count: int = 8
) -> list[Example]:
    """Return the chips that :func:`choose_examples` names, with what the network, on ``device``, finds on them.

    Args:
        network: the finished one.
        card: of the model.
        chips: the training set.
        details: of the validation chips.
        size: side that chips are cut to, pixels.
        device: where the network is.
        count: of examples, at most.
    """
    network.eval()
    result = []
    for number, group in choose_examples(details, count):
        image, target = validation_item(chips, card, number, size)
        found = network([image.to(device)])[0]
        result.append(Example(chips.data.chips[number].name, group, image, target, {k: v.cpu() for k, v in found.items()}))
    return result
