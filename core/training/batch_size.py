"""How many chips the network works on at once: as many as make sense for the data and fit into the card's memory."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ..device import half_precision
from ..errors import OutOfMemory
from ..reporting import Reporter
from .data.augmentation import Target
from .data.chips import validation_item
from .plan import Plan
from .team import Team

ON_CPU = 4
STEPS = 16  # of an epoch, at least: larger batches would leave too few steps to learn in
MOST = 64  # more brings no speed, and wants another learning rate
_ROOM = 0.9  # share of the memory that a trial may take: other chips are cut otherwise


def sensible(chips: int, processes: int = 1) -> int:
    """Return the batch size of each process for so many training chips, memory left aside: a power of two."""
    wanted = min(max(chips / STEPS, 4), MOST)
    return max(1, 2 ** int(wanted).bit_length() // 2 // processes)


def choose_batch_size(plan: Plan, network: nn.Module, team: Team, report: Reporter) -> int:
    """Return the batch size of each process.

    On a card it is tried with the chips that hold the most objects, and halved until a step fits.

    Args:
        plan: of the training.
        network: on the device of the team; comes back with the weights it had.
        team: the processes that train together.
        report: told what is chosen.

    Raises:
        OutOfMemory: a single chip does not fit.
    """
    training = plan.split.training
    if team.device.type != "cuda":
        return min(ON_CPU, len(training))
    batch = min(sensible(len(training), team.size), len(training))
    fullest = sorted(training, key=lambda number: -int(plan.seen.per_chip[number].sum()))
    while not _fits(plan, network, fullest, batch, team.device):
        if batch == 1:
            raise OutOfMemory(
                f"The memory of the GPU does not hold a single chip of {plan.recipe.size} pixels.",
                "Set a smaller Chip Size, take a smaller Backbone Model, or set Processor Type to CPU.",
            )
        batch //= 2
    batch = min(team.gather(batch))
    report.info(f"Batch size {batch}, chosen automatically" + (f", on each of {team.size} cards." if team.size > 1 else "."))
    return batch


def _fits(plan: Plan, network: nn.Module, fullest: Sequence[int], batch: int, device: torch.device) -> bool:
    """Try a forward and backward pass; say whether it fits with what the optimizer will take beside it."""
    recipe = plan.recipe
    buffers = {name: value.clone() for name, value in network.named_buffers()}
    items = [validation_item(plan.chips, plan.card, fullest[i % len(fullest)], recipe.size) for i in range(batch)]
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    free, held = torch.cuda.mem_get_info(device)[0], torch.cuda.memory_reserved(device)
    half = half_precision(device) if recipe.mixed_precision else None
    network.train()
    try:
        images = [image.to(device) for image, _ in items]
        targets: list[Target] = [{name: value.to(device) for name, value in target.items()} for _, target in items]
        with torch.autocast(device.type, half or torch.float16, enabled=half is not None):
            loss = sum(network(images, targets).values())
        loss.backward()
        weights = sum(value.numel() * value.element_size() for value in network.parameters() if value.requires_grad)
        copies = (2 if recipe.optimizer == "ADAMW" else 1) + (1 if recipe.weight_averaging else 0)
        return torch.cuda.max_memory_reserved(device) + copies * weights <= _ROOM * (free + held)
    except torch.cuda.OutOfMemoryError:
        return False
    finally:
        network.zero_grad(set_to_none=True)
        own = dict(network.named_buffers())
        for name, value in buffers.items():
            own[name].copy_(value)
        images, targets, loss = [], [], None
        torch.cuda.empty_cache()
