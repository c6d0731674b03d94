"""What a report tells about a training in words: the parameters and who set them, the data, the model, the machine."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torchvision
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ...device import describe_device
from ...jobs import TrainModel
from ...packages import ModelCard
from ...runtime.machine import describe_machine
from ...telemetry import driver_version
from ..data.split import Split
from ..outcome import Outcome

USER, KESTREL, DEFAULT = "you", "Kestrel", "default"


@dataclass(frozen=True)
class Facts:
    """The words of a report.

    Attributes:
        parameters: rows of label, value, and who set it: :data:`USER`, :data:`KESTREL`, :data:`DEFAULT`.
        tables: rows of name and value by heading.
        warnings: sentences that the reader should heed.
    """

    parameters: list[tuple[str, str, str]]
    tables: dict[str, list[tuple[str, str]]]
    warnings: list[str] = field(default_factory=list)


def parameter_rows(job: TrainModel, chosen: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Return a row for each parameter: label, value, who set it.

    Args:
        job: what the user asked for.
        chosen: by name, what was taken where the user left it open or a pre-trained model decided, such as
            ``{"batch_size": 16, "learning_rate": 3e-4, "backbone": "resnet50"}``.
    """
    rows = []
    for name, described in job.parameters().items():
        asked, used = getattr(job, name), chosen.get(name)
        if used is not None and (asked in (None, 0) or _word(asked) != _word(used)):
            rows.append((described.label, _word(used), KESTREL))
        elif asked is not None:
            rows.append((described.label, _word(asked), DEFAULT if asked == job.default(name) else USER))
    return rows


def versions() -> dict[str, str]:
    """Return what the model was made with."""
    return {"Python": platform.python_version(), "PyTorch": torch.__version__, "torchvision": torchvision.__version__}


def environment_rows(device: torch.device) -> list[tuple[str, str]]:
    """Return the machine and the software."""
    rows = [("Device", describe_device(device))]
    if device.type == "cuda":
        card = torch.cuda.get_device_properties(device)
        rows.append(("Memory of the card", f"{card.total_memory / 2**30:.1f} GB"))
        rows.append(("NVIDIA driver", driver_version() or "unknown"))
        rows.append(("CUDA of PyTorch", torch.version.cuda or "none"))
    machine = [row for row in describe_machine(Path()) if row[0] in ("Processor", "Main memory", "System")]
    return [*rows, *machine, *versions().items()]


def all_facts(
    card: ModelCard, job: TrainModel, divided: Split, outcome: Outcome, chosen: Mapping[str, object], device: torch.device
) -> Facts:
    """Return what the report of a training tells.

    Args:
        card: of the finished model.
        job: what the user asked for.
        divided: which chips were used for what.
        outcome: what training gave.
        chosen: see :func:`parameter_rows`.
        device: where it was trained.
    """
    data = [
        ("Training chips", f"{len(divided.training):,}"),
        ("Validation chips", f"{len(divided.validation):,}; {divided.how}"),
    ]
    if divided.test:
        data.append(("Test chips", f"{len(divided.test):,}; never looked at while training"))
    if divided.left_out:
        data.append(("Chips left out", f"{len(divided.left_out):,}"))
    bands = [name or f"band {band + 1}" for band, name in zip(card.bands, card.band_names, strict=True)]
    data += [
        ("Chip size", f"{card.tile_size} x {card.tile_size} pixels"),
        ("Cell size", _cell_size(card)),
        ("Bands", ", ".join(bands)),
        ("Pixel type", card.dtype),
    ]
    scaling = "as photographs: divided by 255, then ImageNet's mean and deviation taken off"
    if card.normalisation.kind != "imagenet":
        scaling = "each band by its own statistics over the training chips"
    anchors = ", ".join(f"{value:g}" for value in card.options.get("anchor_sizes", ()))
    model = [
        ("Model type", card.model_type),
        ("Backbone", card.backbone),
        ("Started from", _start(card)),
        ("Scaling of pixels", scaling),
        *([("Sizes of the anchor boxes", f"{anchors} pixels")] if anchors else []),
    ]
    seconds = sum(epoch.seconds for epoch in outcome.history)
    model += [("Training ended", outcome.ended), ("Time for all epochs", _duration(seconds))]
    warnings = [f"Validation chips are {divided.how}."] if divided.leaks else []
    tables = {"Data": data, "Model": model, "Environment": environment_rows(device)}
    return Facts(parameter_rows(job, chosen), tables, warnings)


def _cell_size(card: ModelCard) -> str:
    if card.cell_size is None:
        return "unknown"
    size = " x ".join(dict.fromkeys(f"{value:.4g}" for value in card.cell_size))
    with contextlib.suppress(CRSError):
        if card.crs_wkt:
            return f"{size} {CRS.from_wkt(card.crs_wkt).units_factor[0]}"
    return size


def _start(card: ModelCard) -> str:
    start = str(card.training.get("start", ""))
    known = {"IMAGENET": "ImageNet weights", "COCO": "a detector trained on COCO", "RANDOM": "random weights"}
    return known.get(start, start) or "unknown"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_word(item)}" for name, item in value.items())
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_word, value))
    return str(value)


__all__ = ["Facts", "all_facts", "environment_rows", "parameter_rows", "versions"]
