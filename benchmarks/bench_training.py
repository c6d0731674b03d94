"""Training: chips per second of the loop, from files to updated weights, against bare steps of the same network.

A bare step is forward, backward, gradient clipping and optimizer on one batch that lies ready on the device. Rounds of
both alternate, and the best of each counts: what the machine can do when nothing disturbs it.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
import torch

from core.models import build, new_options
from core.packages import IMAGENET, ClassInfo, ModelCard
from core.reporting import Reporter
from core.training import loop
from core.training.chips import Chips, validation_item
from core.training.split import Split
from core.training_data import TrainingData

NAME = "Train"
SIZE, OBJECTS = 256, 12  # pixels; in each chip
RUNS = 3


def measure(quick: bool = False) -> dict[str, float | str]:
    """Return the row of the table for Faster R-CNN with MobileNetV2."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    count, batch = (16 if quick else 48, 4) if device.type == "cpu" else (128 if quick else 512, 16)
    card = ModelCard(
        model_type="FasterRCNN", backbone="mobilenet_v2", classes=(ClassInfo(1, "object"),), bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=SIZE, normalisation=IMAGENET,
        options=new_options("FasterRCNN", "mobilenet_v2"),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        _write_chips(Path(folder), count)
        chips = Chips(TrainingData.open(folder), masks=False)
        torch.manual_seed(1)
        network = build(card).to(device)
        recipe = loop.Recipe(RUNS + 1, batch, 1e-5, 0.25, SIZE, False, 1)
        split = Split(tuple(range(count)), (), (), "")
        run = loop._Run(network, card, chips, split, recipe, device, Reporter(lambda event: None))
        items = [validation_item(chips, card, number, SIZE) for number in range(batch)]
        images = [image.to(device) for image, _ in items]
        targets = [{name: value.to(device) for name, value in target.items()} for _, target in items]
        limit = kept = 0.0
        for number in range(RUNS + 1):
            speeds = _bare(run, images, targets, count // batch), _epoch(run, number + 1, count)
            if number:  # the first round warms up
                limit, kept = max(limit, speeds[0]), max(kept, speeds[1])
    return {
        "tool": f"{NAME}, FasterRCNN mobilenet_v2, {device.type}", "unit": "chips/s", "kestrel": kept, "limit": limit,
        "ratio": kept / limit, "limit_is": "bare forward, backward and update",
    }  # fmt: skip


def _bare(run: loop._Run, images: list[torch.Tensor], targets: list[dict[str, torch.Tensor]], steps: int) -> float:
    run.network.train()
    began = _now(run.device)
    for step in range(steps):
        run._step(images, targets, 1, step)
    return steps * len(images) / (_now(run.device) - began)


def _epoch(run: loop._Run, number: int, count: int) -> float:
    began = _now(run.device)
    run.train_epoch(number)
    return count / (_now(run.device) - began)


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
