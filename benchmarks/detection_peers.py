"""One tool searching one raster with one network: ``python -m benchmarks.detection_peers TOOL MODEL FOLDER``.

Runs in any Python that has the tool beside what Kestrel's core needs; prints one line of JSON with the CPU seconds of one
thread, the seconds that passed, and the tool's version. MODEL is ``free``, see :class:`benchmarks.networks.Free`, or a kind of
network, whose weights lie in the folder beside ``image.tif``. Tiles have 512 pixels and overlap by 128; what the tools do with
seams, and how they draw outlines, is left as it comes. The raster is searched twice and the quicker run counts.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import rasterio
import torch
from torch import nn

from benchmarks.bench_detection import PADDING, TILE, detection_card
from benchmarks.networks import Free
from core.models import build

OVERLAP = 2 * PADDING
Work = Callable[[], int]  # returns the number of objects


def bare(image: str, network: nn.Module, model: str) -> Work:
    """Read each tile, make a tensor, run the network."""
    from benchmarks.bench_detection import bare_loop

    return lambda: bare_loop(image, network, detection_card(model))


def kestrel(image: str, network: nn.Module, model: str) -> Work:
    """Whole objects as outlines; tile by tile, as most of the others, which takes less of one thread than four at once."""
    from core.detection.pipeline import detect

    card = detection_card(model)
    return lambda: sum(len(part) for part in detect(image, network, card, threshold=0.0, padding=PADDING, batch_size=1))


def sahi(image: str, network: nn.Module, model: str) -> Work:
    """``get_sliced_prediction``, which merges all objects in the end."""
    from sahi.models.torchvision import TorchVisionDetectionModel
    from sahi.predict import get_sliced_prediction

    if model == "free":
        network.roi_heads = SimpleNamespace(mask_predictor=True)  # by this sahi knows that there are masks
    known = TorchVisionDetectionModel(model=network, category_mapping={"1": "object"}, confidence_threshold=0.0, device="cpu")

    def work() -> int:
        with torch.inference_mode():
            result = get_sliced_prediction(
                image, known, TILE, TILE, OVERLAP / TILE, OVERLAP / TILE, perform_standard_pred=False, verbose=0
            )
        return len(result.object_prediction_list)

    return work


def supervision(image: str, network: nn.Module, model: str) -> Work:
    """``InferenceSlicer`` with its default suppression and masks of the size of the objects."""
    import supervision as sv

    def look(tile: np.ndarray) -> sv.Detections:
        with torch.inference_mode():
            found = network([torch.from_numpy(tile).permute(2, 0, 1).float().div_(255)])[0]
        values = {name: value.numpy() for name, value in found.items()}
        mask = values["masks"][:, 0] > 0.5 if "masks" in values else None
        return sv.Detections(xyxy=values["boxes"], mask=mask, confidence=values["scores"], class_id=values["labels"])

    slicer = sv.InferenceSlicer(look, slice_wh=TILE, overlap_wh=OVERLAP, compact_masks=True)

    def work() -> int:
        with rasterio.open(image) as file:
            pixels = np.ascontiguousarray(file.read().transpose(1, 2, 0))
        return len(slicer(pixels))

    return work


def geoai(image: str, network: nn.Module, model: str) -> Work:
    """``ObjectDetector.process_raster``, outlines without its regularisation."""
    from geoai.extract import ObjectDetector

    with tempfile.NamedTemporaryFile(suffix=".pth") as file:  # without one it fetches weights of its own
        torch.save(network.state_dict(), file.name)
        detector = ObjectDetector(file.name, model=network, num_classes=2, device="cpu")
    settings: dict[str, Any] = {
        "chip_size": (TILE, TILE), "overlap": OVERLAP / TILE, "confidence_threshold": 0.0, "batch_size": 4,
        "filter_edges": False, "min_object_area": 0,
    }  # fmt: skip

    def work() -> int:
        found = detector.process_raster(image, **settings)
        return 0 if found is None else len(found)

    return work


TOOLS: dict[str, tuple[Callable[[str, nn.Module, str], Work], str]] = {  # with the distribution that it comes from
    "bare": (bare, "torch"), "kestrel": (kestrel, ""), "sahi": (sahi, "sahi"), "supervision": (supervision, "supervision"),
    "geoai": (geoai, "geoai-py"),
}  # fmt: skip


def main(tool: str, model: str, folder: str) -> None:
    """Do it and print the figures; standard output is for them alone."""
    torch.set_num_threads(1)
    make_ready, distribution = TOOLS[tool]
    if model == "free":
        network: nn.Module = Free()
    else:
        network = build(detection_card(model))
        network.load_state_dict(torch.load(Path(folder) / f"{model}.pth", weights_only=True))
    runs = []
    with contextlib.redirect_stdout(sys.stderr):
        work = make_ready(str(Path(folder) / "image.tif"), network.eval(), model)
        for _ in range(2):
            begun, passed = time.process_time(), time.perf_counter()
            found = work()
            runs.append((time.process_time() - begun, time.perf_counter() - passed))
    seconds, passed = np.min(runs, axis=0).tolist()
    version = importlib.metadata.version(distribution) if distribution else ""
    print(json.dumps({"cpu": seconds, "passed": passed, "found": found, "version": version}))


if __name__ == "__main__":
    main(*sys.argv[1:])
