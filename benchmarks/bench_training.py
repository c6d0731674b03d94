"""Training: chips per second of the loop, from files to updated weights, against bare steps of the same network.

A bare step is forward, backward, gradient clipping and optimizer on one batch that lies ready on the device, in the same
precision. Kestrel's epoch changes every chip at random besides (preset DEFAULT) and reports. Rounds of both alternate, and the
best of each counts: what the machine can do when nothing disturbs it. On a card a further row compares with torchvision's
reference loop: single precision, no other memory format, SGD.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from torch import nn

from benchmarks.networks import new_card
from core.jobs import TrainModel
from core.models import build
from core.packages import ModelCard
from core.reporting import silent
from core.training.data.chips import Chips, validation_item
from core.training.data.split import Split
from core.training.loop import Loop
from core.training.recipe import Recipe, make_recipe
from core.training.stepping import Stepper, compile_backbone, half_precision
from core.training.team import Team
from core.training_data import TrainingData

NAME = "Train"
SIZE, OBJECTS = 256, 12  # pixels; in each chip
RUNS = 3
Row = dict[str, float | str]


def measure(quick: bool = False) -> list[Row]:
    """Return the rows of the table: boxes, and on a card what half precision brings."""
    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    count, batch = (16 if quick else 48, 4) if device.type == "cpu" else (128 if quick else 512, 16)
    backbone = "mobilenet_v2" if device.type == "cpu" else "resnet50"
    card = new_card("FasterRCNN", backbone, SIZE, 32)
    with tempfile.TemporaryDirectory() as folder:
        _write_chips(Path(folder), count)
        chips = Chips(TrainingData.open(folder), masks=False)
        values = {"input": folder, "output": "o", "batch_size": batch, "learning_rate": 1e-5, "epochs": RUNS + 1}
        recipe = make_recipe(TrainModel.from_values(values), SIZE, scratch=False)
        bare = _Bare(card, chips, recipe, device, half_precision(device))
        rows = [_row(card, device, "bare forward, backward and update", count, _epochs(card, chips, recipe, device), bare.run)]
        if device.type == "cuda":
            compiled = replace(recipe, compile=True)
            reference = _Bare(card, chips, replace(recipe, optimizer="SGD"), device, None)
            for name, own in (("", recipe), (", compiled", compiled)):
                row = _row(card, device, "reference loop, fp32", count, _epochs(card, chips, own, device), reference.run)
                rows.append({**row, "tool": f"{row['tool']}{name}"})
        return rows


def _row(
    card: ModelCard, device: torch.device, limit_is: str, count: int, ours: Callable[[], int], theirs: Callable[[int], int]
) -> Row:
    """Measure both in turns; the first round warms up."""
    limit = kept = 0.0
    for number in range(RUNS + 1):
        speeds = _speed(lambda: theirs(count), device), _speed(ours, device)
        if number:
            limit, kept = max(limit, speeds[0]), max(kept, speeds[1])
    return {
        "tool": f"{NAME}, {card.model_type} {card.backbone}, {device.type}", "unit": "chips/s", "kestrel": kept,
        "limit": limit, "ratio": kept / limit, "limit_is": limit_is,
    }  # fmt: skip


class _Bare:
    """Steps on one batch that is ready."""

    def __init__(self, card: ModelCard, chips: Chips, recipe: Recipe, device: torch.device, half: torch.dtype | None) -> None:
        torch.manual_seed(1)
        self._network = build(card).to(device).train()
        self._device, self._half = device, half
        if half:
            self._network.to(memory_format=torch.channels_last)
        kind: Any = torch.optim.AdamW if recipe.optimizer == "ADAMW" else torch.optim.SGD
        self._optimizer = kind([p for p in self._network.parameters() if p.requires_grad], lr=1e-5)
        items = [validation_item(chips, card, number, SIZE) for number in range(recipe.batch_size)]
        self._images = [image.to(device) for image, _ in items]
        self._targets = [{name: value.to(device) for name, value in target.items()} for _, target in items]

    def run(self, count: int) -> int:
        """Take so many chips; return how many."""
        for _ in range(count // len(self._images)):
            with torch.autocast(self._device.type, self._half or torch.float16, enabled=self._half is not None):
                loss = sum(self._network(self._images, self._targets).values())
            self._optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
            self._optimizer.step()
        return count


def _epochs(card: ModelCard, chips: Chips, recipe: Recipe, device: torch.device) -> Callable[[], int]:
    """Return what trains an epoch, the next one each time, and returns the number of chips."""
    torch.manual_seed(1)
    network, team, quiet = build(card).to(device), Team(device), silent()
    if device.type == "cuda":
        network.to(memory_format=torch.channels_last)
    if recipe.compile:
        sample = torch.zeros(recipe.batch_size, 3, SIZE, SIZE, device=device)
        compile_backbone(network.train(), sample, half_precision(device), quiet)
    split = Split(tuple(range(len(chips))), (), (), "")
    steps = recipe.epochs * -(-len(chips) // recipe.batch_size)
    loop = Loop(Stepper(network, recipe, steps, team, quiet), card, chips, split, recipe, team, quiet)

    def epoch() -> int:
        loop._train_epoch()
        position = loop._position
        position.epoch, position.step, position.losses = position.epoch + 1, 0, []
        return len(chips)

    return epoch


def _speed(work: Callable[[], int], device: torch.device) -> float:
    """Return chips per second."""
    began = _now(device)
    count = work()
    return count / (_now(device) - began)


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _write_chips(folder: Path, count: int) -> None:
    """Write chips of noise with boxes."""
    rng = np.random.default_rng(1)
    for name in ("images", "labels"):
        (folder / name).mkdir()
    lines = []
    for number in range(count):
        stem = f"{number:09d}"
        with rasterio.open(
            folder / "images" / f"{stem}.tif", "w", "GTiff", SIZE, SIZE, 3, dtype="uint8", compress="deflate"
        ) as file:
            file.write(rng.integers(0, 255, (3, SIZE, SIZE), dtype=np.uint8))
        corners = rng.integers(0, SIZE - 48, (OBJECTS, 2))
        boxes = "".join(
            f"<object><name>1</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
            f"<xmax>{x + 32}</xmax><ymax>{y + 32}</ymax></bndbox></object>"
            for x, y in corners
        )
        (folder / "labels" / f"{stem}.xml").write_text(f"<annotation>{boxes}</annotation>")
        lines.append(f"images\\{stem}.tif  labels\\{stem}.xml ")
    (folder / "map.txt").write_text("\n".join(lines))
    emd = {"MetaDataMode": "PASCAL_VOC_rectangles", "Classes": [{"Value": 1, "Name": "object", "Color": [1, 2, 3]}]}
    (folder / "esri_model_definition.emd").write_text(json.dumps({"ImageHeight": SIZE, "ImageWidth": SIZE, **emd}))
    (folder / "esri_accumulated_stats.json").write_text(json.dumps({"NumBands": 3, "MetaDataMode": "PASCAL_VOC_rectangles"}))
