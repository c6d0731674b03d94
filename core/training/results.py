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
from .measuring.measures import Details
from .measuring.testing import measure
from .outcome import Outcome
from .plan import Plan
from .report.examples import make_examples
from .report.facts import all_facts, versions
from .report.writing import write_report


def write_results(
    folder: Path, name: str, plan: Plan, network: nn.Module, outcome: Outcome, device: torch.device, report: Reporter
) -> tuple[ModelCard, dict[str, Any]]:
    """Measure the best epoch in full and write everything into ``folder``.

    Args:
        folder: exists.
        name: base name of the package's files.
        plan: of the training.
        network: with the weights of the best epoch, on ``device``.
        outcome: of the training.
        device: to measure on.
        report: told what came out. Only measuring the test chips can be cancelled, for the package is wanted in any case.

    Returns:
        The card of the finished model, and the numbers that the job returns.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    steady = Reporter(report.send)
    if outcome.measures:
        details = outcome.measures.details()
    else:  # an earlier run, which was resumed, trained the best epoch
        details = _measured(plan, network, plan.split.validation, device, steady.part(0.96, 0.97), None, "validation")
    tested = _test(plan, network, device, report.part(0.97, 0.98), details.threshold)
    steady.progress(0.98, "Writing the package and the report")
    card = _finished(plan, outcome, details, tested, device)
    examples = make_examples(network, card, plan.chips, details, plan.recipe.size, device)
    recipe = plan.recipe
    chosen = {"batch_size": recipe.batch_size, "learning_rate": recipe.learning_rate, "backbone": card.backbone}
    facts = all_facts(card, plan.job, plan.split, outcome, {**chosen, "model_type": card.model_type}, device)
    page = write_report(folder, card, outcome, details, examples, facts, plan.seen.objects, tested)
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
        "F1": details.f1,
        "THRESHOLD": card.threshold,
        "VALIDATION_LOSS": outcome.history[outcome.best - 1].validation_loss,
        "BEST_EPOCH": outcome.best,
    }


def _measured(
    plan: Plan,
    network: nn.Module,
    numbers: Sequence[int],
    device: torch.device,
    report: Reporter,
    threshold: float | None,
    what: str,
) -> Details:
    """Let the finished network look at chips."""
    size, batch = plan.recipe.size, plan.recipe.batch_size
    return measure(network, plan.card, plan.chips, numbers, size, batch, device, report, threshold, what)


def _test(plan: Plan, network: nn.Module, device: torch.device, report: Reporter, threshold: float) -> Details | None:
    """Measure the finished model on the test chips; None when there are none, or the user does not want to wait."""
    test = plan.split.test
    if not test:
        return None
    try:
        tested = _measured(plan, network, test, device, report, threshold, "test")
    except Cancelled:
        report.warning("The test chips were not measured: cancelled.")
        return None
    report.info(f"AP50 on the {len(test)} test chips: {tested.scores.ap50:.3f}.")
    return tested


def _finished(plan: Plan, outcome: Outcome, details: Details, tested: Details | None, device: torch.device) -> ModelCard:
    """Return the card with what was found while training."""
    job, recipe, split = plan.job, plan.recipe, plan.split
    metrics: dict[str, Any] = details.metrics()
    if tested:
        metrics |= {f"{name}_test": value for name, value in tested.metrics().items() if not name.endswith("_per_class")}
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
    return replace(plan.card, threshold=details.threshold, metrics=metrics, training=training)


def _number(value: float) -> float | None:
    """Return what JSON can hold."""
    return value if np.isfinite(value) else None
