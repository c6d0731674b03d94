"""Train a model: the job."""

from __future__ import annotations

import statistics as median
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..device import choose_device, describe_device
from ..errors import Cancelled, InputError
from ..jobs import TrainModel
from ..models import MODELS
from ..new_folder import new_folder
from ..packages import ModelCard, Package, arcgis_verdict, write_package
from ..reporting import Reporter
from ..training_data import TrainingData
from ..training_data.sides import TEST
from . import loop, starting
from .chips import Chips
from .dividing import divide
from .examples import make_examples
from .facts import all_facts, versions
from .measures import Details
from .outcome import Outcome
from .report import write_report
from .split import Split
from .testing import measure


def run(job: TrainModel, report: Reporter) -> dict[str, Any]:
    """Train or fine-tune a model and write its package and report.

    Returns:
        ``MODEL`` and ``REPORT`` (paths), ``AP50`` (0..1, None when nothing could be measured), ``BEST_EPOCH``, ``OUTPUT``.

    Raises:
        InputError, ModelError, DeviceError, InvalidParameter, OutputError: see their text.
        Cancelled: before the first epoch was finished; nothing is left.
    """
    package = starting.open_package(job, report)
    device = choose_device(job.processor, job.gpu_id, report)
    data = TrainingData.open(job.input)
    for text in data.warnings:
        report.warning(text)
    kind = starting.check_format(job, package, data)
    chips = Chips(data, MODELS[kind].MASKS)
    output = Path(job.output).absolute()
    with new_folder(output) as folder:
        sides, per_chip, objects, bands = _read_all(chips, report.part(0, 0.04))
        divided = divide(data, per_chip, job, report)
        card = starting.new_card(job, kind, package, data, median.median(sides), bands)
        network = starting.new_network(job, card, package, report.part(0.04, 0.05))
        starting.freeze(network, card, job, package)
        recipe = _recipe(job, card, package, report)
        network.to(device)
        if device.type == "cuda":
            network.to(memory_format=torch.channels_last)
        outcome = loop.train(network, card, chips, divided, recipe, device, report.part(0.05, 0.97))
        network.load_state_dict(outcome.state)
        shown = (card, chips, divided.validation, recipe.size, recipe.batch_size, device)
        patient = Reporter(lambda _: None)  # after a cancel too the finished epochs are worth a report
        details = measure(network, *shown, patient, what="validation")
        tested = _test(network, card, chips, divided, recipe, device, report.part(0.97, 0.98), details.threshold)
        report.progress(0.98, "Writing the package and the report")
        card = _finished_card(card, job, outcome, details, tested, recipe, divided, device, package)
        examples = make_examples(network, card, chips, details, recipe.size, device)
        chosen = {"batch_size": recipe.batch_size, "learning_rate": f"{recipe.learning_rate:.3g}", "backbone": card.backbone}
        facts = all_facts(card, job, divided, outcome, chosen, device)
        page = write_report(folder, card, outcome, details, examples, facts, objects, tested)
        characteristics = sorted((folder / "ModelCharacteristics").iterdir())
        extras = {page.name: page, **{f"ModelCharacteristics/{file.name}": file for file in characteristics}}
        write_package(folder, output.name, card, outcome.state, extras)
    report.info(arcgis_verdict(card))
    report.info(f"Training ended: {outcome.ended}. Kept: epoch {outcome.best}, AP50 {outcome.scores.ap50:.3f}.")
    result = {"MODEL": output / f"{output.name}.dlpk", "REPORT": output / "model_metrics.html"}
    for name, path in result.items():
        report.artifact(name, path)
    ap50 = None if np.isnan(outcome.scores.ap50) else outcome.scores.ap50
    return {**{key: str(path) for key, path in result.items()}, "AP50": ap50, "BEST_EPOCH": outcome.best, "OUTPUT": str(output)}


def _read_all(chips: Chips, report: Reporter) -> tuple[list[float], list[int], Counter[str], dict[str, tuple[float, ...]]]:
    """Look at every chip once: broken ones are found now, not in an hour.

    Chips that the folder sets apart for a test are only opened: nothing that is learned or chosen may depend on them.

    Returns:
        The side of each object (root of the area of its box, pixels), the number of objects in each chip, the number of
        objects by class name, and the statistics of the bands.
    """
    sides: list[float] = []
    per_chip: list[int] = []
    labels: Counter[int] = Counter()
    sums = _Sums(chips.data.bands)
    for number in range(len(chips)):
        report.check_cancelled()
        sample = chips.read(number)
        report.progress((number + 1) / len(chips), f"Reading chips, {number + 1} of {len(chips)}")
        if chips.data.sides.get(chips.data.chips[number].name) == TEST:
            per_chip.append(0)
            continue
        sides += np.sqrt((sample.boxes[:, 2:] - sample.boxes[:, :2]).prod(1)).tolist()
        per_chip.append(len(sample.labels))
        labels.update(sample.labels.tolist())
        if chips.data.statistics is None:
            sums.add(sample.image)
    if not sides:
        raise InputError(f"No chip to train with in {chips.data.folder} holds an object.", "Export chips with labels.")
    given = chips.data.statistics
    bands = (
        {key: tuple(float(getattr(band, key)) for band in given) for key in ("min", "max", "mean", "std")}
        if given
        else sums.statistics()
    )
    names = Counter({item.name: labels[label] for label, item in enumerate(chips.data.classes, 1)})
    return sides, per_chip, names, bands


class _Sums:
    """Statistics of the bands of many chips, for folders that do not give them."""

    def __init__(self, bands: int) -> None:
        self._count = 0
        self._sum, self._squares = np.zeros(bands), np.zeros(bands)
        self._min, self._max = np.full(bands, np.inf), np.full(bands, -np.inf)

    def add(self, image: np.ndarray) -> None:
        """Add (bands, h, w)."""
        values = image.reshape(len(image), -1).astype(np.float64)
        self._count += values.shape[1]
        self._sum += values.sum(1)
        self._squares += (values**2).sum(1)
        self._min, self._max = np.minimum(self._min, values.min(1)), np.maximum(self._max, values.max(1))

    def statistics(self) -> dict[str, tuple[float, ...]]:
        """Return min, max, mean and std of each band."""
        mean = self._sum / max(self._count, 1)
        std = np.sqrt(np.maximum(self._squares / max(self._count, 1) - mean**2, 0))
        return {"min": tuple(self._min), "max": tuple(self._max), "mean": tuple(mean), "std": tuple(std)}


def _test(
    network: torch.nn.Module,
    card: ModelCard,
    chips: Chips,
    divided: Split,
    recipe: loop.Recipe,
    device: torch.device,
    report: Reporter,
    threshold: float,
) -> Details | None:
    """Measure the finished model on the test chips; None when there are none, or the user does not want to wait."""
    if not divided.test:
        return None
    try:
        tested = measure(network, card, chips, divided.test, recipe.size, recipe.batch_size, device, report, threshold)
    except Cancelled:
        report.warning("The test chips were not measured: cancelled.")
        return None
    report.info(f"AP50 on the {len(divided.test)} test chips: {tested.scores.ap50:.3f}.")
    return tested


def _recipe(job: TrainModel, card: ModelCard, package: Package | None, report: Reporter) -> loop.Recipe:
    rate = job.learning_rate or starting.automatic_rate(card, job.batch_size, package)
    scratch = not package and job.backbone_weights == "RANDOM"
    report.info(f"Learning rate {rate:.2g}" + ("." if job.learning_rate else ", chosen automatically."))
    return loop.Recipe(
        epochs=job.epochs,
        batch_size=job.batch_size,
        learning_rate=rate,
        backbone_rate=1.0 if scratch else 0.25,
        size=card.tile_size,
        stop_early=job.stop_early,
        seed=job.seed,
    )


def _finished_card(
    card: ModelCard,
    job: TrainModel,
    outcome: Outcome,
    details: Details,
    tested: Details | None,
    recipe: loop.Recipe,
    divided: Split,
    device: torch.device,
    package: Package | None,
) -> ModelCard:
    metrics: dict[str, Any] = details.metrics()
    if tested:
        metrics |= {f"{name}_test": value for name, value in tested.metrics().items() if not name.endswith("_per_class")}
    training = {
        "epochs": job.epochs,
        "best_epoch": outcome.best,
        "ended": outcome.ended,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "freeze": job.freeze,
        "start": package.path.name if package else job.backbone_weights,
        "seed": job.seed,
        "training_chips": len(divided.training),
        "validation_chips": len(divided.validation),
        "test_chips": len(divided.test),
        "left_out_chips": len(divided.left_out),
        "split": divided.how,
        "device": describe_device(device),
        "versions": versions(),
        "log": [{name: _number(value) for name, value in asdict(epoch).items()} for epoch in outcome.history],
    }
    return starting.with_outcome(card, details.threshold, metrics, training)


def _number(value: float) -> float | None:
    """Return what JSON can hold."""
    return value if np.isfinite(value) else None
