"""The steps: which tool each has, what it begins with, and what a run of it has made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.jobs import ComputeAccuracy, DetectObjects, ExportTrainingData, Job, Kind, NonMaximumSuppression, TrainModel
from . import prefill
from .labels import Labeled, find_layer
from .record import Record

LABEL = "label"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        key: of the record; :data:`LABEL` for that of labeling, which has no tool.
        job: of its tool; None for none.
        prefilled: returns what the tool's dialog begins with.
        optional: whether the next step can do without it.
    """

    key: str
    job: type[Job] | None = None
    prefilled: Callable[[Record, Labeled], dict[str, Any]] = lambda record, labels: {}
    optional: bool = False

    @property
    def tool(self) -> str:
        """The id of its algorithm."""
        return f"kestrel:{self.job.name}" if self.job is not None else ""


@dataclass(frozen=True)
class Product:
    """Something that a run has made.

    Attributes:
        kind: ``"layer"``, ``"page"``, ``"model"`` or ``"folder"``.
        label: what it is.
        value: its path, or the id of a layer.
    """

    kind: str
    label: str
    value: str

    @property
    def name(self) -> str:
        """What it is called: the layer's name, or that of the file."""
        layer = find_layer(self.value) if self.kind == "layer" else None
        return layer.name() if layer is not None else Path(self.value.partition("|")[0]).name

    @property
    def is_there(self) -> bool:
        """Whether it can still be opened."""
        if self.kind == "layer" and find_layer(self.value) is not None:
            return True
        path = Path(self.value.partition("|")[0])
        return path.is_absolute() and path.exists()


def products(step: Step, results: dict[str, Any]) -> list[Product]:
    """Return what a run of a step has made, from the declarations of its job."""
    found: list[Product] = []
    if step.job is None:
        return found
    kinds = {Kind.NEW_FOLDER: "folder", Kind.NEW_FEATURES: "layer", Kind.NEW_TABLE: "layer", Kind.NEW_HTML: "page"}
    for name, parameter in step.job.parameters().items():
        if parameter.kind in kinds and results.get(name.upper()):
            found.append(Product(kinds[parameter.kind], parameter.label, str(results[name.upper()])))
    for output in step.job.returns:
        if results.get(output.name) and (output.kind == "html" or output.name == "MODEL"):  # no pictures of pages
            kind = "page" if output.kind == "html" else "model"
            found.append(Product(kind, output.label.partition(":")[0], str(results[output.name])))
    return found


def again(step: Step, record: Record) -> dict[str, Any]:
    """Return the parameters of the last run of a step, with new names for what is there already."""
    last = record.last.get(step.key) or record.good.get(step.key)
    return prefill.again(step.job, last.parameters) if last is not None and step.job is not None else {}


STEPS = (
    Step(LABEL),
    Step("export", ExportTrainingData, prefill.export),
    Step("train", TrainModel, prefill.train),
    Step("detect", DetectObjects, prefill.detect),
    Step("suppress", NonMaximumSuppression, prefill.suppress, optional=True),
    Step("accuracy", ComputeAccuracy, prefill.accuracy),
)
