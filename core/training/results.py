"""From the best epoch to the files that a training leaves: measures, examples, package, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ..device import describe_device
from ..errors import Cancelled
from ..packages import ModelCard, write_package
from ..reporting import Reporter
from .chips import validation_item
from .facts import facts
from .measures import Details, Measures, Scores
from .outcome import Outcome
from .pictures import Example, choose_examples
from .plan import Plan
from .report import versions, write_report
from .testing import measure

EXAMPLES = 8  # validation chips in the report


def write_results(
    folder: Path, name: str, plan: Plan, network: nn.Module, outcome: Outcome, device: torch.device, report: Reporter
) -> tuple[ModelCard, dict[str, Any]]:
    """Measure the best epoch in full and write everything into ``folder``.

    Returns:
        The card of the finished model, and the numbers that the job returns.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    # A training that was cancelled still gets its package: from here on nobody asks whether to stop.
    steady = Reporter(report.send)
    measures = outcome.measures or _measured(plan, network, plan.split.validation, device, steady.part(0.96, 0.97))
    details = measures.details()
    tested = _test(plan, network, device, report.part(0.97, 0.98))
    steady.progress(0.98, "Writing the package and the report")
    card = _finished(plan, outcome, details, tested, device)
    chosen = choose_examples(details, EXAMPLES) or list(plan.split.validation[:EXAMPLES])
    examples = _examples(plan, network, chosen, device)
    page = write_report(folder, card, outcome, details, examples, facts(plan, card, outcome), plan.seen.objects)
    characteristics = sorted((folder / "ModelCharacteristics").iterdir())
    extras = {page.name: page, **{f"ModelCharacteristics/{file.name}": file for file in characteristics}}
    write_package(folder, name, card, outcome.state, extras)
    scores = details.scores
    report.info(
        f"Training ended: {outcome.ended}. Kept: epoch {outcome.best}, AP50 {scores.ap50:.3f}; "
        f"recommended threshold {card.threshold:.2f}."
    )
    return card, {
        "AP": scores.ap,
        "AP50": scores.ap50,
        "F1": scores.f1,
        "THRESHOLD": card.threshold,
        "VALIDATION_LOSS": outcome.history[outcome.best - 1].validation_loss,
        "BEST_EPOCH": outcome.best,
    }


def _measured(plan: Plan, network: nn.Module, numbers: Sequence[int], device: torch.device, report: Reporter) -> Measures:
    """Let the finished network look at chips."""
    return measure(network, plan.card, plan.chips, numbers, plan.recipe.size, plan.recipe.batch_size, device, report)


def _test(plan: Plan, network: nn.Module, device: torch.device, report: Reporter) -> Scores | None:
    """Measure the finished model on the test chips; None when there are none, or the user does not want to wait."""
    test = plan.split.test
    if not test:
        return None
    try:
        scores = _measured(plan, network, test, device, report).scores()
    except Cancelled:
        report.warning("The test chips were not measured: cancelled.")
        return None
    report.info(f"AP50 on the {len(test)} test chips: {scores.ap50:.3f}.")
    return scores


@torch.no_grad()
def _examples(plan: Plan, network: nn.Module, numbers: Sequence[int], device: torch.device) -> list[Example]:
    """Return validation chips with what the network finds there."""
    network.eval()
    result = []
    for number in numbers:
        image, target = validation_item(plan.chips, plan.card, number, plan.recipe.size)
        found = network([image.to(device)])[0]
        result.append(Example(plan.chips.data.chips[number].name, image, target, {k: v.cpu() for k, v in found.items()}))
    return result


def _finished(plan: Plan, outcome: Outcome, details: Details, tested: Scores | None, device: torch.device) -> ModelCard:
    """Return the card with what was found while training."""
    job, recipe, split, scores = plan.job, plan.recipe, plan.split, details.scores
    measured = {"AP50": scores.ap50, "AP": scores.ap, "precision": details.precision, "recall": details.recall, "F1": scores.f1}
    if tested:
        measured["AP50_test"] = tested.ap50
    metrics: dict[str, Any] = {name: round(value, 6) for name, value in measured.items() if np.isfinite(value)}
    per_class = {name: round(value, 6) for name, value in details.ap50_per_class.items() if np.isfinite(value)}
    if per_class:
        metrics["AP50_per_class"] = per_class
    training = {
        "epochs": job.epochs,
        "best_epoch": outcome.best,
        "ended": outcome.ended,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "optimizer": recipe.optimizer,
        "schedule": recipe.schedule,
        "weight_averaging": recipe.weight_averaging,
        "augmentation": job.augmentation,
        "monitor": recipe.monitor,
        "freeze": job.freeze,
        "start": plan.package.path.name if plan.package else job.backbone_weights,
        "seed": job.seed,
        "training_chips": len(split.training),
        "validation_chips": len(split.validation),
        "test_chips": len(split.test),
        "left_out_chips": len(split.left_out),
        "split": split.how,
        "device": describe_device(device),
        "versions": versions(),
        "log": [{name: _number(value) for name, value in asdict(epoch).items()} for epoch in outcome.history],
    }
    threshold = round(min(max(details.threshold, 0.05), 0.95), 2)
    return replace(plan.card, threshold=threshold, metrics=metrics, training=training)


def _number(value: float) -> float | None:
    """Return what JSON can hold."""
    return value if np.isfinite(value) else None
