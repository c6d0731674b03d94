"""The page that describes a model to people."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from .. import page
from ..distance import degrees, place_name
from ..figures import drawing_html
from ..fitting import TOLERATED
from ..packages import ModelCard, loose
from ..packages.measures import MEASURES
from ..training.outcome import Epoch
from ..training.report.curves import loss_figure
from .findings import Findings

_TRAINING = {
    "start": "Started from", "epochs": "Epochs, at most", "best_epoch": "Epoch kept", "ended": "Ended",
    "training_chips": "Training chips", "validation_chips": "Validation chips", "test_chips": "Test chips",
    "left_out_chips": "Chips left out", "split": "Validation", "batch_size": "Batch size", "learning_rate": "Learning rate",
    "freeze": "Frozen backbone", "seed": "Random seed", "device": "Device",
}  # fmt: skip
_STARTS = {"IMAGENET": "ImageNet weights", "RANDOM": "random weights"}
_ESRI_TRAINING = {
    "LearningRate": "Learning rate", "resize_to": "Chips resized to", "ArcGISLearnVersion": "arcgis.learn",
    "ImageSpaceUsed": "Image space",
}  # fmt: skip


def report_html(findings: Findings) -> str:
    """Return the page."""
    card, path = findings.card, findings.package.path
    name = f"{findings.kind.title}" + (f" with {card.backbone}" if card.backbone else "")
    lead = f"{path.name}: a model that finds {findings.kind.finds}" if findings.kind.finds else path.name
    return page.page(
        name,
        f"{lead}.",
        page.tiles(_tiles(findings)),
        *_verdicts(findings),
        *(page.paragraph(note, "warning") for note in findings.notes),
        page.section("What it finds", _classes(card)),
        page.section("The imagery it takes", *_imagery(findings)),
        page.section("Parameters that fit it", *_settings(findings)),
        *_measures(card),
        *_training(card),
        page.section("The package", page.table(("", ""), _package(findings))),
    )


def _tiles(findings: Findings) -> list[tuple[str, str]]:
    card = findings.card
    tiles = [(f"{len(card.classes):,}", "class" if len(card.classes) == 1 else "classes")]
    tiles.append((f"{card.tile_size:,} px" if card.tile_size else "–", "tile size"))
    tiles.append((_cell_size(findings) or "–", "cell size"))
    if "AP50" in card.metrics:
        tiles.append((_figure(card.metrics["AP50"]), "AP50"))
    if findings.is_detector:
        tiles.append((f"{card.threshold:.2f}", "threshold"))
    if findings.parameters:
        tiles.append((_short(findings.parameters), "weights"))
    return tiles


def _verdicts(findings: Findings) -> list[str]:
    """Return what can be done with the model, in sentences."""
    if findings.refusal:
        ours = page.paragraph(f"Kestrel cannot detect with it. {findings.refusal}", "warning")
    else:
        ours = page.paragraph("Kestrel can detect objects with it and train it further.", "good")
    return [ours, page.paragraph(findings.arcgis, "good" if findings.for_arcgis else "")]


def _classes(card: ModelCard) -> str:
    if not card.classes:
        return page.paragraph("The package names no classes.")
    measures, scores = _class_scores(card)
    rows = []
    for item in card.classes:
        name = page.swatch("#{:02x}{:02x}{:02x}".format(*item.color), item.name) if item.color else item.name
        rows.append((name, item.value, *(scores.get(item.name, {}).get(measure, "–") for measure in measures)))
    return page.table(("Class", "Value", *measures), rows)


def _imagery(findings: Findings) -> list[str]:
    """Return the bands with their numbers, and in words how pixels are scaled and how large they are."""
    card, numbers = findings.card, findings.card.normalisation
    header = ["Band", "Name"]
    columns: list[tuple[Any, ...]] = [tuple(band + 1 for band in card.bands), tuple(name or "–" for name in card.band_names)]
    if card.value_range:
        header += ["Lowest value seen", "Highest value seen"]
        columns += [tuple(low for low, _ in card.value_range), tuple(high for _, high in card.value_range)]
    if numbers.kind == "statistics":
        header += ["Becomes 0", "Becomes 1", "Mean", "Standard deviation"]
        columns += [numbers.minimum, numbers.maximum, numbers.mean, numbers.std]
    parts = [page.table(header, zip(*columns, strict=True)) if card.bands else page.paragraph("Its bands are not known.")]
    facts = [
        ("Pixel type", card.dtype or "not known"),
        ("No-data value", "none" if card.nodata is None else f"{card.nodata:g}"),
    ]
    facts.append(("Scaling of pixels", _SCALING.get(numbers.kind, "not known")))
    cell = _cell_size(findings)
    if card.extent:
        facts.append(("Trained at", _place(findings)))
    facts.append(("Cell size", f"{cell}, in {findings.crs_name}" if cell and findings.crs_name else cell or "not known"))
    if card.tile_size:
        ground = f", {_ground(findings)} on the ground" if _ground(findings) else ""
        facts.append(("Tile size", f"{card.tile_size} x {card.tile_size} pixels{ground}"))
    return [*parts, page.table(("", ""), facts)]


_SCALING = {
    "imagenet": "as photographs: divided by 255, then the mean and deviation of photographs taken off",
    "statistics": "by the statistics of the training chips: each band to 0 to 1, then mean and deviation taken off",
}


def _settings(findings: Findings) -> list[str]:
    """Return the parameters of the tools, which take them by themselves when the model is given."""
    advised, cell = findings.advice, _cell_size(findings) or "not known"
    bands = ", ".join(str(band + 1) for band in advised.bands)
    rows = [
        ("Metadata Format", advised.metadata_format or "none that Kestrel writes", ""),
        ("Tile Size X, Tile Size Y", str(advised.tile_size or "not known"), ""),
        ("Stride X, Stride Y", str(advised.stride or "not known"), ""),
        ("Bands", bands or "not known", ""),
        ("Cell Size", cell, _searched_at(findings)),
        ("Padding", "", str(advised.padding)),
        ("Threshold", "", f"{advised.threshold:.2f}"),
    ]
    header: tuple[str, ...] = ("Parameter", "Export Training Data", "Detect Objects")
    shown: list[tuple[str, ...]] = list(rows)
    if not findings.is_detector:
        header, shown = header[:2], [row[:2] for row in rows if row[1]]
    note = "The tools take these by themselves when they are given the model and their parameters are left empty."
    return [page.paragraph(note), page.table(header, shown)]


def _measures(card: ModelCard) -> list[str]:
    """Return how well the model does; empty when nobody says."""
    rows = [(label, _figure(card.metrics[key])) for key, label in MEASURES.items() if key in card.metrics]
    if "accuracy" in card.definition:
        rows.append(("Accuracy", _figure(card.definition["accuracy"])))
    rows += [
        (f"Monitored: {key.removeprefix('monitored_').replace('_', ' ')}", _figure(value))
        for key, value in card.definition.items()
        if key.startswith("monitored_")
    ]
    if not rows:
        return []
    where = "On the validation chips of its training." if card.origin == "kestrel" else "As its package says."
    return [page.section("How well it does", page.paragraph(where), page.table(("Measure", "Value"), rows))]


def _training(card: ModelCard) -> list[str]:
    """Return how the model was trained."""
    told = card.training
    rows = [(label, _word(told[key])) for key, label in _TRAINING.items() if told.get(key) is not None]
    rows += [(str(name), str(version)) for name, version in loose.mapping(told.get("versions")).items()]
    if card.origin != "kestrel":
        rows += [(label, _word(card.definition[key])) for key, label in _ESRI_TRAINING.items() if card.definition.get(key)]
    if not rows:
        return []
    history = _history(told.get("log"))
    curves = []
    if history:
        best = told.get("best_epoch")
        figure = loss_figure(history, best if isinstance(best, int) else len(history))
        curves = [drawing_html(figure, "Each point is one epoch; the dotted line marks the weights that were kept.")]
    return [page.section("How it was trained", *curves, page.table(("", ""), rows))]


def _package(findings: Findings) -> list[tuple[str, str]]:
    package, card = findings.package, findings.card
    learn = card.definition.get("ArcGISLearnVersion")
    author = "Kestrel" if card.origin == "kestrel" else "ArcGIS, or a program that writes as it does"
    rows = [("File", str(package.path)), ("Kind of model", card.model_type), ("Backbone", card.backbone or "not known")]
    rows.append(("Written by", f"{author} (arcgis.learn {learn})" if learn and card.origin != "kestrel" else author))
    rows.append(("Network", "built as ArcGIS builds it" if card.layout == "esri" else "built in Kestrel's own way"))
    size = package.weights_bytes
    rows.append(("Weights", f"{package.weights}, {_megabytes(size)}" if size is not None else f"{package.weights}, missing"))
    if findings.parameters:
        rows.append(("Number of weights", f"{findings.parameters:,}"))
    if card.definition.get("Description") and card.origin != "kestrel":
        rows.append(("Description", str(card.definition["Description"])))
    return rows


def _cell_size(findings: Findings, factor: float = 1.0) -> str:
    """Return the cell size, times a factor, with its unit, such as "0.25 m"; empty when unknown."""
    size = findings.card.cell_size
    if size is None:
        return ""
    unit = {"metre": "m", "degree": "°", "US survey foot": "ft", "foot": "ft"}.get(findings.cell_unit, findings.cell_unit)
    return f"{_numbers((size[0] * factor, size[1] * factor))} {unit}".strip()


def _searched_at(findings: Findings) -> str:
    """Return at which cell size imagery is searched, in words."""
    size = findings.card.cell_size
    if size is None:
        return "that of the imagery"
    low, high = (_cell_size(findings, factor) for factor in (1 / TOLERATED, TOLERATED))
    return f"that of imagery from {low} to {high}, else {_cell_size(findings)}"


def _ground(findings: Findings) -> str:
    size = findings.card.cell_size
    return f"{_numbers((size[0] * findings.card.tile_size,))} m" if size and findings.cell_unit == "metre" else ""


def _place(findings: Findings) -> str:
    """Return where the training chips lie: in degrees, if that can be told, and in their coordinate system."""
    extent, crs = findings.card.extent, findings.crs
    assert extent is not None  # nosec B101
    corners = f"x {extent[0]:.10g} to {extent[2]:.10g}, y {extent[1]:.10g} to {extent[3]:.10g}"
    corners += f" in {findings.crs_name}" if findings.crs_name else ""
    there = degrees(extent, crs) if crs else None
    return f"{place_name(there)} ({corners})" if there else corners


def _numbers(values: tuple[float, ...]) -> str:
    return " x ".join(dict.fromkeys(f"{value:.4g}" for value in values))


def _class_scores(card: ModelCard) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Return the names of the measures that are known for each class, and their values by class and measure."""
    scores: dict[str, dict[str, str]] = {}
    ours = [(name, card.metrics.get(f"{name}_per_class")) for name in ("AP50", "AP", "AP75", "precision", "recall", "F1")]
    theirs = [("AP", card.metrics.get("average_precision_score") if card.origin != "kestrel" else None)]
    for label, values in (*ours, *theirs):
        for name, value in loose.mapping(values).items():
            scores.setdefault(str(name), {})[label[0].upper() + label[1:]] = _figure(value)
    for name, values in loose.mapping(card.definition.get("per_class_metrics")).items():
        for measure, value in loose.mapping(values).items():
            scores.setdefault(str(name), {})[str(measure).capitalize()] = _figure(value)
    known = [scores[item.name] for item in card.classes if item.name in scores]
    return list(dict.fromkeys(measure for values in known for measure in values)), scores


def _history(log: Any) -> list[Epoch]:
    """Return the epochs that the package tells of; empty when it tells of none, or in another form."""
    names = [field.name for field in fields(Epoch)]
    try:
        lines = [[_measure(line, name) for name in names] for line in log or ()]
        return [Epoch(int(number), *values) for number, *values in lines]
    except (TypeError, KeyError, ValueError, OverflowError):
        return []


def _measure(line: dict[str, Any], name: str) -> float:
    """Return a number of an epoch; NaN where it was not measured, as AP and F1 were not by the first versions."""
    value = line.get(name) if name in ("ap", "f1") else line[name]
    return math.nan if value is None else float(value)


def _figure(value: Any) -> str:
    """Return a measure with three digits."""
    number = loose.number(value)
    return str(value) if number is None else f"{number:.3f}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else _STARTS.get(str(value), str(value))


def _short(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count:,}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
