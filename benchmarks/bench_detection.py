"""Detection: from file to objects, 50 of them in each tile, against the bare forward pass of the same network.

Further rows: the pipeline alone, with a network that costs nothing, against the bare loop of reading, tensor and network; how
memory grows with the raster; and the tools that a user would pick instead, in CPU seconds of one thread, when ``KESTREL_PEERS``
names a Python that has them (``pip install sahi supervision geoai-py`` beside what Kestrel's core needs); see
:mod:`benchmarks.detection_peers`.

Each figure is the best of some runs that take turns: what the machine can do when nothing disturbs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from torch import nn

from benchmarks.networks import Free, new_card
from core.detection.pipeline import detect
from core.detection.tiles import Grid
from core.device import half_precision
from core.imagery import Raster
from core.models import build, prepare
from core.packages import ModelCard

NAME = "Detection"
TILE, PADDING = 512, 64
OBJECTS = 50  # in each tile, of every network
RUNS = 3
PEERS = ("sahi", "supervision", "geoai")
ROOT = Path(__file__).resolve().parent.parent
Row = dict[str, float | str]


def measure(quick: bool = False) -> list[Row]:
    """Return the rows of the table; the networks have random weights."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    size = (1280 if quick else 2048) if device.type == "cpu" else (2048 if quick else 8192)
    runs = 1 if quick else RUNS
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _image(folder / "image.tif", size)
        for model_type in ("FasterRCNN", "MaskRCNN"):
            network = _network(detection_card(model_type))
            torch.save(network.state_dict(), folder / f"{model_type}.pth")
            rows.append(_whole(model_type, network.to(device), source, device, 1 if quick else 4, runs))
        rows.append(_pipeline_alone(source, runs))
        rows.append(_memory(folder, (1024, 4096) if quick else (4096, 32768)))
        if os.environ.get("KESTREL_PEERS"):
            models = ("free",) if quick else ("free", "MaskRCNN")
            rows += [row for model in models for row in _beside_peers(model, folder)]
    return rows


def detection_card(model_type: str) -> ModelCard:
    """Return the card of the network that is measured; of ``"free"``, one for pixels of the same kind."""
    kind = "MaskRCNN" if model_type == "free" else model_type
    return new_card(kind, "mobilenet_v2", TILE, 60, box_detections_per_img=OBJECTS, box_score_thresh=0.0)


def bare_loop(source: str, network: nn.Module, card: ModelCard) -> int:
    """Read each tile, make a tensor, run the network; return the number of what it sees."""
    seen = 0
    with Raster(source) as raster, torch.inference_mode():
        for row in Grid(raster.width, raster.height, TILE, PADDING).rows():
            for tile in row:
                found = network([prepare(raster.read(tile.window, card.bands)[0], card)])
                seen += len(found[0]["scores"])
    return seen


def _row(what: str, speed: float, limit: float, limit_is: str, unit: str = "tiles/s") -> Row:
    return {
        "tool": f"{NAME}, {what}", "unit": unit, "kestrel": speed, "limit": limit, "ratio": speed / limit, "limit_is": limit_is,
    }  # fmt: skip


def _whole(model_type: str, network: nn.Module, source: str, device: torch.device, batches: int, runs: int) -> Row:
    """Measure a real network against its own forward pass, at the same batch and precision."""
    card, batch = detection_card(model_type), 4 if device.type == "cpu" else 16
    with Raster(source) as raster:
        tiles = [tile for row in Grid(raster.width, raster.height, TILE, PADDING).rows() for tile in row]
        images = [prepare(raster.read(tile.window)[0], card).to(device) for tile in tiles[:batch]]

    def forward() -> float:
        half = half_precision(device)
        with torch.inference_mode(), torch.autocast(device.type, half or torch.float16, enabled=half is not None):
            network(images)
            start = time.perf_counter()
            for _ in range(batches):
                network(images)
            if device.type == "cuda":
                torch.cuda.synchronize()
        return batches * batch / (time.perf_counter() - start)

    rounds = [(forward(), len(tiles) / _seconds(network, card, source, batch, device)) for _ in range(runs)]
    limit, speed = (max(values) for values in zip(*rounds, strict=True))
    return _row(f"{model_type} mobilenet_v2, {device.type}", speed, limit, "forward pass alone")


def _seconds(network: nn.Module, card: ModelCard, source: str, batch: int, device: torch.device) -> float:
    """Seconds from file to objects."""
    start = time.perf_counter()
    found = detect(source, network, card, threshold=0.0, padding=PADDING, batch_size=batch, device=device)
    assert sum(len(objects) for objects in found) > 0
    return time.perf_counter() - start


def _pipeline_alone(source: str, runs: int) -> Row:
    """Measure what is not the network: reading, cutting, outlining, stitching."""
    network, card, cpu = Free(), detection_card("free"), torch.device("cpu")
    rounds = []
    for _ in range(2 * runs):
        start = time.perf_counter()
        bare_loop(source, network, card)
        rounds.append((time.perf_counter() - start, _seconds(network, card, source, 4, cpu)))
    bare, whole = np.min(rounds, axis=0).tolist()
    with Raster(source) as raster:
        tiles = len(Grid(raster.width, raster.height, TILE, PADDING))
    limit_is = f"bare loop: read, tensor, network; takes {whole / bare:.2f} times as long"
    return _row("pipeline alone, network nearly free", tiles / whole, tiles / bare, limit_is)


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


def _network(card: ModelCard) -> nn.Module:
    torch.manual_seed(1)
    network: Any = build(card).eval()
    if card.model_type == "MaskRCNN":
        network.roi_heads.mask_predictor.mask_fcn_logits.bias.data.fill_(3)  # untrained masks are empty otherwise
    return network


# Memory

_CHILD = """
import re, sys, torch
torch.set_num_threads(1)
from benchmarks.bench_detection import detection_card
from benchmarks.networks import Few
from core.detection.pipeline import detect
found = sum(len(part) for part in detect(sys.argv[1], Few(), detection_card("free"), threshold=0.0, padding=64))
assert found > 0
# Not ru_maxrss, which begins with that of the process that started this one.
print(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
"""


def _memory(folder: Path, sides: tuple[int, int]) -> Row:
    """Measure the most memory that a search takes, of a small and a large raster, which are sparse files."""
    most = []
    for side in sides:
        path = folder / f"{side}.tif"
        profile = {
            "driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8", "crs": "EPSG:32633", "tiled": True,
            "transform": rasterio.Affine(0.1, 0, 500000, 0, -0.1, 5000000), "compress": "DEFLATE", "SPARSE_OK": True,
        }  # fmt: skip
        with rasterio.open(path, "w", **profile):
            pass  # blocks that are not written are zeros
        done = subprocess.run([sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, cwd=ROOT, check=True)
        most.append(int(done.stdout.split()[-1]) / 1024)
    what = f"most memory, {sides[1]} beside {sides[0]} pixels square"
    return _row(what, most[1], most[0], f"the smaller raster, of {(sides[1] // sides[0]) ** 2} times fewer pixels", "MB")


# Peers


def _beside_peers(model: str, folder: Path) -> list[Row]:
    """Measure the bare loop, Kestrel and every peer that is installed, each in a process of its own."""
    own, bare = (_run(tool, sys.executable, model, folder) for tool in ("kestrel", "bare"))
    if own is None or bare is None:
        raise RuntimeError("Kestrel's own search did not run.")
    what = "network nearly free" if model == "free" else model
    rows = []
    for tool, run in (("bare", bare), *((peer, _run(peer, os.environ["KESTREL_PEERS"], model, folder)) for peer in PEERS)):
        if run is None:
            continue
        name = "the bare loop" if tool == "bare" else f"{tool} {run['version']}"
        times = run["cpu"] / bare["cpu"], own["cpu"] / bare["cpu"]
        limit_is = name if tool == "bare" else f"{name}: {times[0]:.2f} times the bare loop, Kestrel {times[1]:.2f}"
        rows.append(_row(f"{what}, beside {name}", 1 / own["cpu"], 1 / run["cpu"], limit_is, "1/CPU s"))
    return rows


def _run(tool: str, python: str, model: str, folder: Path) -> dict[str, Any] | None:
    """Measure a tool in a child process; None when it is not installed or fails."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GDAL_NUM_THREADS"), "1")
    command = [python, "-m", "benchmarks.detection_peers", tool, model, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **one_thread})
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        print(f"{tool}: not measured, {reason[0]}", file=sys.stderr)
        return None
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
