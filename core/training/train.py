"""Train a model: the job."""

from __future__ import annotations

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
from .chips import Chips, validation_item
from .dividing import divide
from .measures import Scores
from .pictures import Example
from .report import versions, write_report
from .split import Split
from .testing import measure

EXAMPLES = 8  # validation chips in the report


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
        card = starting.new_card(job, kind, package, data, sides, bands, report)
        network = starting.new_network(job, card, package, report.part(0.04, 0.05))
        starting.freeze(network, card, job, package)
        recipe = _recipe(job, card, package, report)
        network.to(device)
        if device.type == "cuda":
            network.to(memory_format=torch.channels_last)
        outcome = loop.train(network, card, chips, divided, recipe, device, report.part(0.05, 0.97))
        network.load_state_dict(outcome.state)
        tested = _test(network, card, chips, divided, recipe, device, report.part(0.97, 0.98))
        report.progress(0.98, "Writing the package and the report")
        card = _finished_card(card, job, outcome, tested, recipe, divided, device, package)
        examples = _examples(network, card, chips, divided, recipe, device)
        page = write_report(folder, card, outcome, examples, _facts(card, job, divided, objects, outcome), objects)
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


def _read_all(chips: Chips, report: Reporter) -> tuple[np.ndarray, list[int], Counter[str], dict[str, tuple[float, ...]]]:
    """Look at every chip once: broken ones are found now, not in an hour.

    Chips that the folder sets apart for a test are only opened: nothing that is learned or chosen may depend on them.

    Returns:
        Width and height of the box of each object (n, 2) in pixels, the number of objects in each chip, the number of
        objects by class name, and the statistics of the bands.
    """
    sides: list[np.ndarray] = []
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
        sides.append(sample.boxes[:, 2:] - sample.boxes[:, :2])
        per_chip.append(len(sample.labels))
        labels.update(sample.labels.tolist())
        if chips.data.statistics is None:
            sums.add(sample.image)
    if not any(len(some) for some in sides):
        raise InputError(f"No chip to train with in {chips.data.folder} holds an object.", "Export chips with labels.")
    given = chips.data.statistics
    bands = (
        {key: tuple(float(getattr(band, key)) for band in given) for key in ("min", "max", "mean", "std")}
        if given
        else sums.statistics()
    )
    names = Counter({item.name: labels[label] for label, item in enumerate(chips.data.classes, 1)})
    return np.concatenate(sides), per_chip, names, bands


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
) -> Scores | None:
    """Measure the finished model on the test chips; None when there are none, or the user does not want to wait."""
    if not divided.test:
        return None
    try:
        scores = measure(network, card, chips, divided.test, recipe, device, report)
    except Cancelled:
        report.warning("The test chips were not measured: cancelled.")
        return None
    report.info(f"AP50 on the {len(divided.test)} test chips: {scores.ap50:.3f}.")
    return scores


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
    outcome: loop.Outcome,
    tested: Scores | None,
    recipe: loop.Recipe,
    divided: Split,
    device: torch.device,
    package: Package | None,
) -> ModelCard:
    scores = outcome.scores
    measured = {"AP50": scores.ap50, "AP": scores.ap, "precision": scores.precision, "recall": scores.recall, "F1": scores.f1}
    if tested:
        measured["AP50_test"] = tested.ap50
    metrics: dict[str, Any] = {name: round(value, 6) for name, value in measured.items() if np.isfinite(value)}
    if scores.ap50_per_class:
        metrics["AP50_per_class"] = {name: round(value, 6) for name, value in scores.ap50_per_class.items()}
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
    threshold = round(min(max(scores.threshold, 0.05), 0.95), 2)
    return starting.with_outcome(card, threshold, metrics, training)


def _number(value: float) -> float | None:
    """Return what JSON can hold."""
    return value if np.isfinite(value) else None


def _facts(card: ModelCard, job: TrainModel, divided: Split, objects: Counter[str], outcome: loop.Outcome) -> dict[str, Any]:
    """Return the table of the report."""
    training = card.training
    size = " x ".join(f"{value:g}" for value in card.cell_size) if card.cell_size else "unknown"
    facts: dict[str, Any] = {
        "Training data": job.input,
        "Chips": f"{training['training_chips']} to train, {training['validation_chips']} to validate, "
        f"{training['left_out_chips']} left out",
        "Validation chips": divided.how,
        **_test_fact(card, divided),
        "Labelled objects": sum(objects.values()),
        "Chip size": f"{card.tile_size} px",
        "Cell size": size,
        "Bands": ", ".join(name or f"band {band + 1}" for band, name in zip(card.bands, card.band_names, strict=True)),
        "Pixel type": card.dtype,
        "Scaling of pixels": "8-bit photograph, ImageNet" if card.normalisation.kind == "imagenet" else "own statistics",
        "Started from": {"IMAGENET": "ImageNet weights", "RANDOM": "random weights"}.get(training["start"], training["start"]),
        "Batch size": training["batch_size"],
        "Learning rate": f"{training['learning_rate']:.3g}",
        "Frozen backbone": "yes" if job.freeze else "no",
        "Random seed": job.seed,
        "Anchor sizes": ", ".join(f"{value:g} px" for value in card.options.get("anchor_sizes", ())) or "as ArcGIS has them",
        "Device": training["device"],
        "Time": f"{sum(epoch.seconds for epoch in outcome.history):.0f} s",
        **training["versions"],
    }
    if divided.leaks:
        facts["warning"] = f"Validation chips are {divided.how}."
    return facts


def _test_fact(card: ModelCard, divided: Split) -> dict[str, str]:
    if not divided.test:
        return {}
    text = f"AP50 {card.metrics['AP50_test']:.3f}" if "AP50_test" in card.metrics else "not measured"
    return {"Test chips": f"{len(divided.test)}, never looked at in training: {text}"}


@torch.no_grad()
def _examples(
    network: torch.nn.Module, card: ModelCard, chips: Chips, divided: Split, recipe: loop.Recipe, device: torch.device
) -> list[Example]:
    """Return some validation chips, evenly taken, those with objects first, with what the network finds."""
    numbers = [i for i in divided.validation if len(chips.read(i).labels)] or list(divided.validation)
    chosen = [numbers[i] for i in np.unique(np.linspace(0, len(numbers) - 1, min(EXAMPLES, len(numbers))).astype(int))]
    network.eval()
    result = []
    for number in chosen:
        image, target = validation_item(chips, card, number, recipe.size)
        found = network([image.to(device)])[0]
        result.append(Example(chips.data.chips[number].name, image, target, {k: v.cpu() for k, v in found.items()}))
    return result
