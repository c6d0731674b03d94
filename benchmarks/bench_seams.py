"""Seams: what tiles do to objects, on a raster whose right answer is known (:mod:`benchmarks.seams`).

3000 discs and slanted bars of 4 to 1500 pixels, touching neighbours among them, tiles of 512: found by an exact network at
three places of the tile grid, by one that is unsure at its tile's edges, and by networks that give boxes alone (there, bars
along the axes: boxes of slanting neighbours do not tell them apart). The quick run has 300 objects.

The peers are measured, on 300 objects, when ``KESTREL_PEERS`` names a Python that has them and PyTorch
(``pip install sahi supervision``); those that it lacks are left out. See :mod:`benchmarks.seams_peers`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely
from torch import nn

from benchmarks.seams import Exact, Shaky, Verdict, draw, judge, scene
from benchmarks.seams_peers import TOOLS
from core.detection.objects import Objects
from core.detection.pipeline import detect
from core.packages import IMAGENET, ClassInfo, ModelCard

NAME = "Seams"
TILE = 512
OFFSETS = ((0, 0), (97, 201), (256, 130))
LARGE, SMALL = (3000, 6144), (300, 2048)  # objects, pixels


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table: objects with nothing wrong, of those drawn."""
    count, size = SMALL if quick else LARGE
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        slanted, upright = scene(count, size), scene(count, size, upright=True)
        boxes = shapely.box(*shapely.bounds(upright).T)
        for offset in OFFSETS:
            verdict = _kestrel(folder, slanted, slanted, size, Exact(), offset)
            rows.append(_row(f"exact network, grid moved by {offset[0]}, {offset[1]}", verdict))
        rows.append(_row("exact boxes", _kestrel(folder, upright, boxes, size, Exact(masks=False))))
        rows.append(_row("shaky network", _kestrel(folder, slanted, slanted, size, Shaky())))
        rows.append(_row("shaky boxes", _kestrel(folder, upright, boxes, size, Shaky(masks=False))))
        rows += _beside_peers(folder, *SMALL)
    return rows


def _row(what: str, verdict: Verdict) -> dict[str, float | str]:
    return {
        "tool": f"{NAME}, {what}", "unit": "objects", "kestrel": verdict.right, "limit": verdict.drawn,
        "ratio": verdict.right / verdict.drawn, "limit_is": f"drawn: {verdict}",
    }  # fmt: skip


def _kestrel(
    folder: Path, drawn: np.ndarray, truth: np.ndarray, size: int, network: nn.Module, offset: tuple[int, int] = (0, 0)
) -> Verdict:
    card = ModelCard(
        model_type="MaskRCNN", backbone="none", classes=(ClassInfo(1, "object"),), bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=TILE, normalisation=IMAGENET,
    )  # fmt: skip
    path = draw(folder / "scene.tif", drawn, size, offset)
    found = Objects.join(list(detect(path, network, card, threshold=0.05))).polygons
    return judge(shapely.transform(found, lambda points: points - offset), truth, TILE)


def _beside_peers(folder: Path, count: int, size: int) -> list[dict[str, float | str]]:
    """Return a row for each peer that is installed."""
    python = os.environ.get("KESTREL_PEERS", "")
    if not python:
        return []
    drawn = scene(count, size)
    own = _kestrel(folder, drawn, drawn, size, Exact())
    path = draw(folder / "scene.tif", drawn, size)
    rows: list[dict[str, float | str]] = []
    for tool in TOOLS:
        out = folder / f"{tool}.json"
        command = [python, "-m", "benchmarks.seams_peers", tool, path, str(out)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parent.parent)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            print(f"{tool}: not measured, {reason[0]}", file=sys.stderr)
            continue
        answer = json.loads(out.read_text())
        found = shapely.make_valid(shapely.from_wkt(answer["found"]))
        verdict = judge(found, drawn, TILE)
        rows.append(
            {
                "tool": f"{NAME} beside {tool} {answer['version']}", "unit": "objects", "kestrel": own.right,
                "limit": verdict.right, "ratio": own.right / max(verdict.right, 1),
                "limit_is": f"{verdict.drawn} drawn: {verdict}; Kestrel: {own}",
            }
        )  # fmt: skip
    return rows
