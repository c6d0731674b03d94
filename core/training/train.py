"""Train a model: the job."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..device import choose_devices, half_precision
from ..errors import Cancelled
from ..jobs import TrainModel
from ..models import MODELS
from ..models.compiling import compile_backbone
from ..new_folder import new_folder
from ..packages import arcgis_verdict
from ..reporting import Reporter, silent
from ..sharing import is_first
from ..training_data.joined import open_training_data
from . import starting
from .batch_size import choose_batch_size
from .checkpoints import Checkpoints
from .data.chips import Chips
from .data.dividing import divide
from .data.survey import survey
from .loop import Loop
from .outcome import RateSearch
from .plan import Plan
from .rate_search import find_rate
from .recipe import make_recipe
from .results import write_results
from .stepping import Stepper
from .team import Team, gathered
from .tensorboard import EventFiles

EVENTS = "tensorboard"  # folder of the event files
_NOT_OF_THE_TRAINING = ("RESUME", "OUTPUT", "PROCESSOR", "GPU_ID", "TENSORBOARD", "COMPILE")  # may change when it is resumed


def run(job: TrainModel, report: Reporter) -> dict[str, Any]:
    """Train or fine-tune a model and write its package and report.

    On several cards a process for each trains with the others; so do those that ``torchrun`` started, of which the first
    reports and writes.

    Returns:
        ``MODEL`` and ``REPORT`` (paths), ``AP``, ``AP50``, ``F1``, ``VALIDATION_LOSS`` (None when nothing could be measured),
        ``THRESHOLD``, ``BEST_EPOCH``, ``OUTPUT``. Nothing in a process that is not the first.

    Raises:
        InputError, ModelError, DeviceError, InvalidParameter, OutputError, OutOfMemory: see their text.
        Cancelled: before the first epoch was finished; nothing is left.
    """
    report = report if is_first() else silent()
    devices = choose_devices(job.processor, job.gpu_id, report)
    with gathered(devices, _join, (job.values(),)) as team, _few_threads(team.device):
        return _train(job, team, report)


def _join(team: Team, values: dict[str, Any]) -> None:
    """Be one of the processes that train beside the first one."""
    with _few_threads(team.device):
        _train(TrainModel.from_values(values), team, silent())


@contextlib.contextmanager
def _few_threads(device: torch.device) -> Iterator[None]:
    """Beside a card, let torch compute in one thread on the processor, whose cores make the next chips meanwhile."""
    before = torch.get_num_threads()
    if device.type == "cuda":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _train(job: TrainModel, team: Team, report: Reporter) -> dict[str, Any]:
    plan, network = _prepared(job, team, report)
    checkpoints = Checkpoints(job.output, _key(job, plan.chips, team), report)
    saved = checkpoints.find() if job.resume else None
    if not job.resume:
        checkpoints.warn_of_old()
    with _working(checkpoints), _event_files(job, team, checkpoints, saved, report) as events:
        plan, search = _settled(plan, network, saved, team, report)
        checkpoints.notes = {
            "found": {"batch_size": plan.recipe.batch_size, "learning_rate": plan.recipe.learning_rate},
            "search": search and dict(search.__dict__),
        }
        stepper = _stepper(plan, network, team, report)
        loop = Loop(
            stepper, plan.card, plan.chips, plan.split, plan.recipe, team, report.part(0.07, 0.96), checkpoints,
            lambda: starting.unfreeze(network, plan.card, job, plan.package), events,
        )  # fmt: skip
        if saved:
            loop.resume(saved)
        outcome = replace(loop.run(), search=search)
    if not team.first:
        return {}
    network.load_state_dict(outcome.state)
    output = Path(job.output).absolute()
    with new_folder(output) as folder:
        if events:
            (checkpoints.folder / EVENTS).rename(folder / EVENTS)
        card, values = write_results(folder, output.name, plan, network, outcome, team.device, report)
    checkpoints.remove()
    report.info(arcgis_verdict(card))
    result = {"MODEL": output / f"{output.name}.dlpk", "REPORT": output / "model_metrics.html"}
    for name, path in result.items():
        report.artifact(name, path)
    return {**{key: str(path) for key, path in result.items()}, **values, "OUTPUT": str(output)}


def _prepared(job: TrainModel, team: Team, report: Reporter) -> tuple[Plan, nn.Module]:
    """Open and look through everything; return what is known, and the network with the weights to start from."""
    package = starting.open_package(job, report)
    data = open_training_data(job.input, job.additional_inputs, job.validation_folder)
    for text in data.warnings:
        report.warning(text)
    kind = starting.check_format(job, package, data)
    chips = Chips(data, MODELS[kind].MASKS)
    seen = survey(chips, report.part(0, 0.04))
    split = divide(data, seen.per_chip, job, report)
    card = starting.new_card(job, kind, package, data, seen.sides, seen.statistics, report)
    network = starting.new_network(job, card, package, report.part(0.04, 0.05)).to(team.device)
    if team.device.type == "cuda":
        network.to(memory_format=torch.channels_last)
    starting.freeze(network, card, job, package)
    recipe = make_recipe(job, card.tile_size, starting.from_nothing(job, package))
    return Plan(job, package, card, chips, seen, split, recipe), network


def _settled(
    plan: Plan, network: nn.Module, saved: dict[str, Any] | None, team: Team, report: Reporter
) -> tuple[Plan, RateSearch | None]:
    """Find the batch size and the learning rate where the user left them open, or take those of the run that goes on."""
    if saved:
        search = RateSearch(**saved["search"]) if saved["search"] else None
        return replace(plan, recipe=replace(plan.recipe, **saved["found"])), search
    if not plan.recipe.batch_size:
        size = choose_batch_size(plan, network, team, report)
        plan = replace(plan, recipe=replace(plan.recipe, batch_size=size))
    search = None
    if not plan.recipe.learning_rate:
        rate, search = find_rate(plan, network, team, report.part(0.05, 0.07))
        plan = replace(plan, recipe=replace(plan.recipe, learning_rate=rate))
    return plan, search


def _stepper(plan: Plan, network: nn.Module, team: Team, report: Reporter) -> Stepper:
    """Return what changes the weights; it knows those that learn later too."""
    recipe = plan.recipe
    if recipe.compile and team.device.type == "cuda":
        sample = torch.zeros(recipe.batch_size, len(plan.card.bands), recipe.size, recipe.size, device=team.device)
        half = half_precision(team.device) if recipe.mixed_precision else None
        if reason := compile_backbone(network.train(), sample, half, learning=True):
            report.warning(f"The backbone cannot be compiled: {reason}. Training goes on without.")
        else:
            report.info("The backbone is compiled for this card.")
    if recipe.unfreeze_after:
        starting.unfreeze(network, plan.card, plan.job, plan.package)
    stepper = Stepper(network, recipe, plan.steps(team.size), team, report)
    if recipe.unfreeze_after:
        starting.freeze(network, plan.card, plan.job, plan.package)
        stepper.rewrap()
    return stepper


def _key(job: TrainModel, chips: Chips, team: Team) -> dict[str, Any]:
    """Return what makes this training the one that it is."""
    values = {name: value for name, value in job.values().items() if name not in _NOT_OF_THE_TRAINING}
    names = "\n".join(chip.name for chip in chips.data.chips)
    return {
        **values,
        "number of chips": len(chips),
        "names of the chips": hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()[:8],
        "number of cards": team.size,
    }


@contextlib.contextmanager
def _working(checkpoints: Checkpoints) -> Iterator[None]:
    """Leave nothing behind when the user cancels, or there is nothing to resume."""
    try:
        yield
    except Exception as error:
        if not checkpoints.there or (isinstance(error, Cancelled) and checkpoints.own):
            checkpoints.remove()
        raise


@contextlib.contextmanager
def _event_files(
    job: TrainModel, team: Team, checkpoints: Checkpoints, saved: dict[str, Any] | None, report: Reporter
) -> Iterator[EventFiles | None]:
    """Give what writes event files for TensorBoard, if the user wants them."""
    if not job.tensorboard or not team.first:
        yield None
        return
    folder = checkpoints.folder / EVENTS
    report.info(f"To watch: tensorboard --logdir '{folder}'")
    events = EventFiles(folder, len(saved["position"]["rates"]) + 1 if saved else None)
    try:
        yield events
    finally:
        events.close()
