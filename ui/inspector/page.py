"""The page about a model package, in the HTML that Qt's text widgets know, and in the colours of QGIS's theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsUnitTypes
from qgis.PyQt.QtCore import QCoreApplication

from ...core.errors import KestrelError
from ...core.packages import loose
from ...core.packages.advice import model_kind
from ...core.packages.card import ModelCard
from ...core.packages.definition import Definition
from ...core.packages.kinds import DETECTORS
from ...core.packages.measures import MEASURES
from ...core.runtime.machine import size_text

PICTURE = "kestrel:sample"  # the name under which the page shows the sample picture
_MOST_ROWS = 200
_TRAINING = ("epochs", "best_epoch", "training_chips", "validation_chips", "test_chips")


def wkt_of(authority: str, code: int) -> str | None:
    """Return a coordinate system as WKT, as QGIS knows it; see :data:`core.packages.esri_emd.Systems`."""
    system = QgsCoordinateReferenceSystem(f"{authority}:{code}")
    return system.toWkt() if system.isValid() else None


def can_detect(definition: Definition) -> bool:
    """Whether Kestrel runs models of this kind, and the weights are there; whether they fit is seen when they are read."""
    return definition.card.model_type in DETECTORS and definition.weights_bytes is not None


def model_page(definition: Definition, picture_width: int = 0) -> str:
    """Return the page.

    Args:
        definition: of the package.
        picture_width: in pixels, of the sample picture, which is shown as :data:`PICTURE`; 0 for none.
    """
    card, kind = definition.card, model_kind(definition.card)
    title = _tr("{kind} with {backbone}").format(kind=kind.title, backbone=card.backbone) if card.backbone else kind.title
    finds = _tr("A model that finds {what}.").format(what=kind.finds) if kind.finds else ""
    parts = [f"<h2>{escape(title)}</h2>", f"<p>{escape(f'{definition.path.name}. {finds}'.strip())}</p>", _verdict(definition)]
    parts += [_heading(_tr("What it finds")), _classes(card)]
    parts += [_heading(_tr("The imagery it takes")), _table(_imagery(card))]
    if measures := list(_measures(card)):
        parts += [_heading(_tr("How well it does")), _table(measures)]
    if picture_width:
        parts += [_heading(_tr("What it found in sample chips")), f'<p><img src="{PICTURE}" width="{picture_width}"></p>']
    if training := list(_training(card)):
        parts += [_heading(_tr("How it was trained")), _table(training)]
    parts += [_heading(_tr("The package")), _table(_package(definition))]
    return "\n".join(parts)


def error_page(error: KestrelError, path: str) -> str:
    """Return the page of a file that is no model package, or a broken one."""
    return "\n".join(
        [
            f"<h2>{escape(_tr('This cannot be read as a model'))}</h2>",
            f"<p>{escape(error.message)}</p>",
            f"<p>{escape(error.hint)}</p>" if error.hint else "",
            f"<p><i>{escape(path)}</i></p>",
        ]
    )


def empty_page() -> str:
    """Return the page before anything was chosen."""
    text = _tr("Choose a model package (.dlpk, or .emd with its weights beside it) above, or drop one here.")
    return f"<p>{escape(text)}</p><p>{escape(_tr('Nothing in a package is run to describe it.'))}</p>"


def _verdict(definition: Definition) -> str:
    card = definition.card
    if definition.weights_bytes is None:
        weights = definition.weights or _tr("no file")
        text = _tr("The weights are missing: the package names {weights}. Copy the whole package again.").format(
            weights=weights
        )
    elif card.model_type in DETECTORS:
        text = _tr("Kestrel detects objects with models of this kind and trains them further.")
    else:
        known = ", ".join(DETECTORS)
        text = _tr("Kestrel cannot run models of the kind {kind}; it runs {known}.").format(kind=card.model_type, known=known)
    return f"<p><b>{escape(text)}</b></p>"


def _classes(card: ModelCard) -> str:
    if not card.classes:
        return f"<p>{escape(_tr('The package names no classes.'))}</p>"
    rows = []
    for item in card.classes[:_MOST_ROWS]:
        color = "#{:02x}{:02x}{:02x}".format(*item.color) if item.color else ""
        swatch = f'<span style="background-color: {color}">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;</span>' if color else ""
        rows.append(f"<td>{swatch}</td><td>{escape(item.name)}</td><td align='right'>{item.value}</td>")
    head = "".join(f"<th align='left'>{escape(text)}</th>" for text in ("", _tr("Class"), _tr("Value")))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    more = len(card.classes) - _MOST_ROWS
    note = f"<p>{escape(_tr('… and {count} more.').format(count=more))}</p>" if more > 0 else ""
    return f"<table cellpadding='3'><tr>{head}</tr>{body}</table>{note}"


def _imagery(card: ModelCard) -> Iterable[tuple[str, str]]:
    names = [f"{band + 1} {name}".strip() for band, name in zip(card.bands, card.band_names, strict=False)]
    unknown = _tr("not known")
    yield _tr("Bands"), ", ".join(names) or unknown
    yield _tr("Pixel type"), card.dtype or unknown
    unit, system = _system(card)
    size = card.cell_size
    if size is None:
        yield _tr("Cell size"), unknown
    else:
        sides = _number(size[0]) if size[0] == size[1] else f"{_number(size[0])} x {_number(size[1])}"
        yield _tr("Cell size"), f"{sides} {unit}".strip() + (f" ({system})" if system else "")
    if card.tile_size:
        ground = f", {_number(card.tile_size * size[0])} {unit}" if size else ""
        yield _tr("Tile size"), _tr("{side} pixels").format(side=card.tile_size) + ground
    else:
        yield _tr("Tile size"), unknown


def _system(card: ModelCard) -> tuple[str, str]:
    """Return the unit of the cell size and the name of its coordinate system; empty when unknown."""
    system = QgsCoordinateReferenceSystem.fromWkt(card.crs_wkt) if card.crs_wkt else QgsCoordinateReferenceSystem()
    if not system.isValid():
        return "", ""
    return QgsUnitTypes.toAbbreviatedString(system.mapUnits()), system.authid() or system.description()


def _measures(card: ModelCard) -> Iterable[tuple[str, str]]:
    """Yield how well the model does, as its package says."""
    for key, label in MEASURES.items():
        if (value := loose.number(card.metrics.get(key))) is not None:
            yield label, f"{value:.3f}"
    for name, value in loose.mapping(card.metrics.get("average_precision_score")).items():
        if (number := loose.number(value)) is not None:
            yield _tr("Average precision, {name}").format(name=name), f"{number:.3f}"


def _training(card: ModelCard) -> Iterable[tuple[str, str]]:
    labels = (_tr("Epochs, at most"), _tr("Epoch kept"), _tr("Training chips"), _tr("Validation chips"), _tr("Test chips"))
    for key, label in zip(_TRAINING, labels, strict=True):
        if (number := loose.number(card.training.get(key))) is not None:
            yield label, f"{number:,.0f}"


def _package(definition: Definition) -> Iterable[tuple[str, str]]:
    card = definition.card
    yield _tr("File"), str(definition.path)
    yield _tr("Written by"), "Kestrel" if card.origin == "kestrel" else _tr("ArcGIS, or a program that writes as it does")
    if card.model_type in DETECTORS:
        yield _tr("Recommended threshold"), f"{card.threshold:.2f}"
    size = definition.weights_bytes
    yield _tr("Weights"), f"{definition.weights}, {size_text(size)}" if size is not None else _tr("missing")
    described = loose.text(card.definition.get("Description"))
    if described and card.origin != "kestrel":
        yield _tr("Description"), described


def _heading(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def _table(rows: Iterable[Sequence[Any]]) -> str:
    cells = "".join(f"<tr><td>{escape(str(name))}&nbsp;&nbsp;</td><td>{escape(str(text))}</td></tr>" for name, text in rows)
    return f"<table cellpadding='3'>{cells}</table>"


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelPage", text)
