"""The check of the environment from inside: versions, graphics cards, and whether they compute."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
import torchvision

from . import page
from .jobs import CheckEnvironment
from .reporting import Reporter
from .runtime.accelerator import Card, choose_build, find_cards
from .runtime.folders import cache_folder
from .runtime.machine import describe_machine
from .runtime.managed import MARKER, read_marker
from .telemetry import driver_version

SMALL_CARD = 8 * 10**9  # bytes; a card sold with 8 GB shows a little less than 8 GiB
_PACKAGES = ("torchvision", "numpy", "rasterio", "pyogrio", "shapely", "matplotlib", "faster_coco_eval", "pynvml")


@dataclass(frozen=True)
class Gpu:
    """A card as PyTorch sees it.

    Attributes:
        name: of the model.
        memory: bytes in total.
        capability: compute capability, such as 8.9.
        problem: why it does not compute; empty when it does.
    """

    name: str
    memory: int
    capability: float
    problem: str


def run(job: CheckEnvironment, report: Reporter) -> dict[str, Any]:
    """Look, compute a little, and write the report.

    Returns:
        READY 1 (or 0 when PyTorch does not compute), GPU_COUNT cards that compute, and of the first of them GPU_MEMORY in GiB,
        GPU_NAME, COMPUTE_CAPABILITY; DRIVER, TORCH_VERSION. Without a card 0 and empty texts.

    Raises:
        OutputError: the report cannot be written.
    """
    report.progress(0.1, "Asking the driver")
    cards, reason = find_cards()
    driver = driver_version() or (cards[0].driver if cards else "")
    report.progress(0.4, "Computing on the CPU")
    trouble = _compute(torch.device("cpu"))
    report.progress(0.6, "Computing on the GPU")
    gpus = find_gpus()
    working = [gpu for gpu in gpus if not gpu.problem]
    first = working[0] if working else None
    unused = "" if working else why_unused(gpus, cards, reason)
    warnings = [f"PyTorch does not compute: {trouble}"] if trouble else []
    warnings += [f"{gpu.name} does not compute: {gpu.problem}" for gpu in gpus if gpu.problem]
    if unused and (cards or reason):
        warnings.append(unused)
    warnings += [
        f"{gpu.name} has {gpu.memory / 2**30:.1f} GiB of memory; below 8 GB use small batches and tiles."
        for gpu in working
        if gpu.memory < SMALL_CARD
    ]
    for text in warnings:
        report.warning(text)
    report.info(f"GPU: {first.name}, driver {driver}." if first else f"No GPU is used. {unused}")
    report.progress(0.9, "Writing the report")
    page.write(Path(job.output_report), _page(gpus, driver, warnings, unused, not trouble))
    report.progress(1.0, "Done")
    return {
        "READY": int(not trouble),
        "GPU_COUNT": len(working),
        "GPU_MEMORY": round(first.memory / 2**30, 2) if first else 0.0,
        "GPU_NAME": first.name if first else "",
        "DRIVER": driver,
        "COMPUTE_CAPABILITY": first.capability if first else 0.0,
        "TORCH_VERSION": torch.__version__,
        "OUTPUT_REPORT": job.output_report,
    }


def find_gpus() -> list[Gpu]:
    """Return the CUDA cards that PyTorch sees, each tried with a small computation."""
    if not torch.cuda.is_available():
        return []
    gpus = []
    for number in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(number)
        problem = _compute(torch.device("cuda", number))
        gpus.append(Gpu(card.name, card.total_memory, float(f"{card.major}.{card.minor}"), problem))
    return gpus


def _compute(device: torch.device) -> str:
    """Convolve and suppress boxes on ``device``; return what went wrong, empty when the results are right."""
    try:
        image = torch.ones(1, 1, 8, 8, device=device)
        total = float(torch.nn.functional.conv2d(image, torch.ones(1, 1, 3, 3, device=device)).sum())
        boxes = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 4], [5, 5, 9, 9]], device=device)
        kept = torchvision.ops.nms(boxes, torch.tensor([0.5, 0.9, 0.8], device=device), 0.5).tolist()
    except (RuntimeError, NotImplementedError, AttributeError) as error:
        return (str(error).strip() or type(error).__name__).splitlines()[0]
    if total != 36 * 9 or kept != [1, 2]:
        return f"wrong results ({total:g} for 324, {kept} for [1, 2])"
    return ""


def why_unused(gpus: list[Gpu], cards: list[Card], reason: str) -> str:
    """Say why no card computes.

    Args:
        gpus: as PyTorch sees them.
        cards: as the driver sees them.
        reason: why the driver sees none, if that is known.
    """
    if gpus:
        return "PyTorch sees a card but cannot compute on it."
    if not cards:
        return reason or "No NVIDIA card was found; everything runs on the CPU."
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return f"{cards[0].name} is there, but the environment variable CUDA_VISIBLE_DEVICES hides it."
    build = choose_build(cards)
    if not build.gpu:
        return build.reason
    if torch.version.cuda is None:
        return f"{cards[0].name} is there, but this PyTorch was built without CUDA. Build the environment again (BUILD=true)."
    why = _cuda_error()
    return f"{cards[0].name} is there, but PyTorch {torch.__version__} cannot use it: {why} Build the environment again."


def _cuda_error() -> str:
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        return str(error).strip().splitlines()[0].rstrip(".") + "."
    return "CUDA finds no card."


def versions() -> list[tuple[str, str]]:
    """Return the packages and libraries with their versions; what is lacking says so."""
    rows = [("Python", sys.version.split()[0]), ("PyTorch", torch.__version__)]
    rows.append(("CUDA of PyTorch", torch.version.cuda or "none"))
    cudnn = torch.backends.cudnn.version() if torch.backends.cudnn.is_available() else None
    rows.append(("cuDNN", str(cudnn or "none")))
    for name in _PACKAGES:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            rows.append((name, f"missing ({error})"))
            continue
        rows.append((name, str(getattr(module, "__version__", "")) or _distribution_version(name)))
        if name == "rasterio":
            rows.append(("GDAL, PROJ of rasterio", f"{module.__gdal_version__}, {module.__proj_version__}"))
        elif name == "pyogrio":
            rows.append(("GDAL of pyogrio", module.__gdal_version_string__))
        elif name == "shapely":
            rows.append(("GEOS of shapely", module.geos_version_string))
    return rows


def _distribution_version(module: str) -> str:
    """Return the version of the package that brought a module without a version of its own, such as pynvml."""
    names = metadata.packages_distributions().get(module)
    return metadata.version(names[0]) if names else "unknown"


def _page(gpus: list[Gpu], driver: str, warnings: list[str], unused: str, ready: bool) -> str:
    """Return the report as HTML."""
    working = [gpu for gpu in gpus if not gpu.problem]
    first = working[0] if working else None
    tiles = [
        ("yes" if ready else "no", "Ready"),
        (first.name if first else "CPU", "Runs on"),
        (f"{first.memory / 2**30:.1f} GiB" if first else "–", "GPU memory"),
        (driver or "–", "NVIDIA driver"),
        (torch.__version__.partition("+")[0], "PyTorch"),
    ]
    rows = [(gpu.name, f"{gpu.memory / 2**30:.1f} GiB", gpu.capability, gpu.problem or "computes") for gpu in gpus]
    cards = page.table(["Card", "Memory", "Compute capability", "State"], rows) if rows else page.paragraph(unused)
    return page.page(
        "Deep Learning Environment",
        "Everything is ready." if ready else "PyTorch does not compute on this machine.",
        page.tiles(tiles),
        *(page.paragraph(text, "warning") for text in warnings),
        page.section("Graphics card", cards),
        page.section("Environment", page.table(["", ""], _environment())),
        page.section("Versions", page.table(["Package", "Version"], versions())),
        page.section("Machine", page.table(["", ""], describe_machine(cache_folder()))),
    )


def _environment() -> list[tuple[str, str]]:
    """Return where the environment is and how it was made, and which others take up disk."""
    folder = Path(sys.prefix)
    marker = read_marker(folder)
    rows = [("Interpreter", sys.executable), ("Folder", str(folder))]
    if not marker:
        return [*rows, ("Kind", "named by the user (KESTREL_PYTHON or the setting)")]
    rows += [
        ("Kind", f"managed by Kestrel, PyTorch from {marker.get('torch', '?')}, installed by {marker.get('installer', '?')}"),
        ("Built", str(marker.get("built", ""))),
    ]
    others = [str(other.parent) for other in folder.parent.glob(f"*/{MARKER}") if other.parent != folder]
    return [*rows, ("Other environments (may be deleted)", ", ".join(sorted(others)))] if others else rows
