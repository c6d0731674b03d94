"""What the tool of each step begins with: the results of the steps before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsVectorLayer

from ...core.errors import KestrelError
from ...core.jobs import Job, Kind, TrainModel
from ...core.packages.definition import read_definition
from ..free_names import free_path
from ..inspector.page import wkt_of
from .labels import Labeled, find_layer
from .record import Record


def model_of(record: Record) -> str:
    """Return the model to detect with: the trained one or the package that was chosen, whichever is newer."""
    trained = record.good.get("train")
    path = str(trained.results.get("MODEL", "")) if trained else ""
    if record.package is not None and (not path or trained is None or record.package.when > trained.when):
        path = record.package.path
    return path


def found_objects(record: Record) -> str:
    """Return the layer of objects to measure: that of the suppression if it came after the detection."""
    detected, left = record.good.get("detect"), record.good.get("suppress")
    if left is not None and (detected is None or left.when > detected.when):
        return _as_input(left.results.get("OUTPUT"))
    return _detections(record)


def export(record: Record, labels: Labeled) -> dict[str, Any]:
    """Begin with imagery, labels and the marked areas."""
    values = {
        "INPUT_RASTER": labels.imagery.id() if labels.imagery else "",
        "INPUT_LABELS": labels.layer.id() if labels.layer else "",
        "CLASS_FIELD": labels.value_field,
        "CLASS_NAME_FIELD": labels.name_field,
        "MASK": labels.areas,
        "MODEL": record.package.path if record.package else "",
    }
    source = Path(labels.layer.source().partition("|")[0]) if labels.layer else Path()
    if source.is_file():
        values["OUTPUT"] = free_path(source.with_name(f"{source.stem}_chips"))
    return _filled(values)


def train(record: Record, labels: Labeled) -> dict[str, Any]:
    """Begin with the chips, and the package that was chosen."""
    values: dict[str, Any] = {}
    if chips := record.good.get("export"):
        folder = Path(str(chips.results.get("OUTPUT", "")))
        values["INPUT"] = str(folder)
        values["OUTPUT"] = free_path(folder.with_name(f"{folder.name.removesuffix('_chips')}_model"))
    if record.package is not None:
        values["PRETRAINED_MODEL"] = record.package.path
        try:  # the package's kind is used anyway; so the dialog says so
            kind = read_definition(record.package.path, wkt_of).card.model_type
            values["MODEL_TYPE"] = kind if kind in TrainModel.parameters()["model_type"].choices else ""
        except (KestrelError, OSError):  # which the tool will say
            pass
    return _filled(values)


def detect(record: Record, labels: Labeled) -> dict[str, Any]:
    """Begin with the imagery and the model."""
    return _filled({"INPUT": labels.imagery.id() if labels.imagery else _imagery(record), "MODEL": model_of(record)})


def suppress(record: Record, labels: Labeled) -> dict[str, Any]:
    """Begin with what was detected."""
    found = _detections(record)
    return {"INPUT": found, "CONFIDENCE_FIELD": "Confidence", "CLASS_FIELD": "Class"} if found else {}


def accuracy(record: Record, labels: Labeled) -> dict[str, Any]:
    """Begin with what was found, and the labels as the truth; by class, unless none of the classes has the same name."""
    found = found_objects(record)
    values = {"DETECTIONS": found, "TRUTH": labels.layer.id() if labels.layer else "", "MASK": labels.areas}
    truth = labels.name_field or labels.value_field
    if found and truth and labels.layer is not None:
        fields = labels.layer.fields()
        detected = "ClassValue" if fields.at(fields.lookupField(truth)).isNumeric() else "Class"
        if _words(found, detected) & _words(labels.layer.id(), truth):
            values |= {"TRUTH_CLASS_FIELD": truth, "DETECTION_CLASS_FIELD": detected}
    return _filled(values)


def _words(source: str, field: str) -> set[str]:
    """The values that a field of a layer has, as texts."""
    layer = find_layer(source) or QgsVectorLayer(source, "", "ogr")
    index = layer.fields().lookupField(field) if isinstance(layer, QgsVectorLayer) and layer.isValid() else -1
    return {str(value) for value in layer.uniqueValues(index)} if index >= 0 else set()


def again(job: type[Job], parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run with new names for what is there already, unless it was added to."""
    values = dict(parameters)
    for name, described in job.parameters().items():
        value = values.get(name.upper())
        if described.kind in (Kind.RASTER, Kind.FEATURES) and isinstance(value, str):
            layer = find_layer(value)
            values[name.upper()] = layer.id() if layer is not None else value
        elif described.kind.is_output and isinstance(value, str) and Path(value).is_absolute() and not values.get("APPEND"):
            values[name.upper()] = free_path(value)
    return values


def _detections(record: Record) -> str:
    detected = record.good.get("detect")
    return _as_input(detected.results.get("OUTPUT")) if detected else ""


def _imagery(record: Record) -> str:
    exported = record.good.get("export")
    return _as_input(exported.parameters.get("INPUT_RASTER")) if exported else ""


def _as_input(value: Any) -> str:
    """A result as a tool takes it: the id of the layer in the project, else its source if that is still there."""
    text = str(value or "")
    layer = find_layer(text)
    if layer is not None:
        return layer.id()
    return text if Path(text.partition("|")[0]).exists() and text else ""


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}
