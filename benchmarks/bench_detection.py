"""Detection: tiles per second from file to objects, against the bare forward pass of the same network on the same device.

A last row gives the pipeline alone: a network that costs nothing and sees twenty round objects in each tile, against reading
the same windows and nothing else. Each figure is the best of three runs: what the machine can do when nothing disturbs it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
import torch
from torch import nn

from benchmarks.networks import new_card
from core.detection.pipeline import detect
from core.detection.tiles import Grid
from core.imagery import Raster
from core.models import build, prepare
from core.packages import ModelCard

NAME = "Detection"
TILE, PADDING = 512, 64
OBJECTS = 20  # in each tile, of every network
RUNS = 3


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table: two kinds of networks, with random weights, and the pipeline alone."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    size = (1024 if quick else 2048) if device.type == "cpu" else (2048 if quick else 8192)
    batch = 4 if device.type == "cpu" else 16
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = _image(Path(folder) / "image.tif", size)
        for model_type in ("FasterRCNN", "MaskRCNN"):
            card = _card(model_type)
            network = _network(card).to(device)
            images = _images(source, card, batch, device)
            rounds = [
                (_forward(network, images, device, 1 if quick else 4), _pipeline(network, card, source, batch, device))
                for _ in range(RUNS)
            ]
            limit, speed = (max(values) for values in zip(*rounds, strict=True))
            rows.append(_row(f"{model_type} mobilenet_v2, {device.type}", speed, limit, "forward pass alone"))
        free, card = _Free(), _card("MaskRCNN")
        speed = max(_pipeline(free, card, source, batch, torch.device("cpu")) for _ in range(RUNS))
        rows.append(_row("pipeline alone", speed, max(_reading(source) for _ in range(RUNS)), "window reads, one thread"))
    return rows


def _row(what: str, speed: float, limit: float, limit_is: str) -> dict[str, float | str]:
    return {
        "tool": f"{NAME}, {what}", "unit": "tiles/s", "kestrel": speed, "limit": limit, "ratio": speed / limit,
        "limit_is": limit_is,
    }  # fmt: skip


def _image(path: Path, size: int) -> str:
    """A tiled RGB GeoTIFF of noise, JPEG-compressed as aerial imagery is."""
    random = np.random.default_rng(5)
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": 3, "dtype": "uint8", "crs": "EPSG:32633", "tiled": True,
        "transform": rasterio.Affine(0.1, 0, 500000, 0, -0.1, 5000000), "photometric": "YCBCR", "compress": "JPEG",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        coarse = random.integers(0, 256, (3, size // 16, size // 16), "uint8")
        file.write(coarse.repeat(16, axis=1).repeat(16, axis=2))
    return str(path)


def _card(model_type: str) -> ModelCard:
    return new_card(model_type, "mobilenet_v2", TILE, 60, box_detections_per_img=OBJECTS, box_score_thresh=0.0)


def _network(card: ModelCard) -> nn.Module:
    torch.manual_seed(1)
    network = build(card).eval()
    if card.model_type == "MaskRCNN":
        network.roi_heads.mask_predictor.mask_fcn_logits.bias.data.fill_(3)  # untrained masks are empty otherwise
    return network


def _images(source: str, card: ModelCard, batch: int, device: torch.device) -> list[torch.Tensor]:
    """The first batch, ready on the device."""
    with Raster(source) as raster:
        tiles = [tile for row in Grid(raster.width, raster.height, TILE, PADDING).rows() for tile in row][:batch]
        return [prepare(raster.read(tile.window)[0], card).to(device) for tile in tiles]


def _forward(network: nn.Module, images: list[torch.Tensor], device: torch.device, batches: int) -> float:
    """Tiles a second through the network, the results left on the device."""
    with torch.inference_mode(), torch.autocast(device.type, torch.float16, enabled=device.type == "cuda"):
        network(images)
        start = time.perf_counter()
        for _ in range(batches):
            network(images)
        if device.type == "cuda":
            torch.cuda.synchronize()
    return batches * len(images) / (time.perf_counter() - start)


def _pipeline(network: nn.Module, card: ModelCard, source: str, batch: int, device: torch.device) -> float:
    """Tiles a second from file to objects."""
    with Raster(source) as raster:
        tiles = len(Grid(raster.width, raster.height, TILE, PADDING))
    start = time.perf_counter()
    found = sum(
        len(objects)
        for objects in detect(source, network, card, threshold=0.0, padding=PADDING, batch_size=batch, device=device)
    )
    assert found > 0
    return tiles / (time.perf_counter() - start)


def _reading(source: str) -> float:
    """Tiles a second that are only read."""
    with Raster(source) as raster:
        tiles = [tile for row in Grid(raster.width, raster.height, TILE, PADDING).rows() for tile in row]
        start = time.perf_counter()
        for tile in tiles:
            raster.read(tile.window)
    return len(tiles) / (time.perf_counter() - start)


class _Free(nn.Module):
    """Sees round objects of 40 pixels on a lattice, in every tile the same, at no cost."""

    def __init__(self) -> None:
        super().__init__()
        x, y = torch.meshgrid(torch.arange(TILE) + 0.5, torch.arange(TILE) + 0.5, indexing="xy")
        centres = [(60.0 + 95 * column, 60.0 + 120 * row) for row in range(4) for column in range(5)][:OBJECTS]
        distance = torch.stack([torch.hypot(x - a, y - b) for a, b in centres])
        self.result = {
            "boxes": torch.tensor([(a - 22, b - 22, a + 22, b + 22) for a, b in centres]),
            "labels": torch.ones(len(centres), dtype=torch.int64),
            "scores": torch.full((len(centres),), 0.9),
            "masks": ((20 - distance) / 4 + 0.5).clamp(0, 1)[:, None],
        }

    def forward(self, images: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        return [self.result] * len(images)
