"""What a training leaves beside the package: a page, and the files that ArcGIS leaves too."""

from __future__ import annotations

import json
import math
import platform
from collections import Counter
from pathlib import Path
from typing import Any

import torch
import torchvision

from .. import page
from ..figures import figure_html, figure_png
from ..packages import ModelCard, arcgis_verdict
from .loop import Epoch, Outcome
from .pictures import Example, examples_figure, loss_figure


def versions() -> dict[str, str]:
    """Return what the model was made with."""
    return {"Python": platform.python_version(), "PyTorch": torch.__version__, "torchvision": torchvision.__version__}


def write_report(
    folder: Path, card: ModelCard, outcome: Outcome, examples: list[Example], facts: dict[str, Any], objects: Counter[str]
) -> Path:
    """Write ``model_metrics.html`` and ``ModelCharacteristics/`` into ``folder``; return the page.

    Args:
        folder: exists.
        card: of the finished model.
        outcome: the history and the measures.
        examples: validation chips with what the model finds there.
        facts: shown as a table, in their order.
        objects: number of labelled objects by class name.
    """
    extras = folder / "ModelCharacteristics"
    extras.mkdir()
    losses, shown = loss_figure(outcome.history, outcome.best), examples_figure(examples, card)
    (extras / "loss_graph.png").write_bytes(figure_png(losses))
    (extras / "show_results.png").write_bytes(figure_png(shown))
    (extras / "training_validation_loss.json").write_text(_history(outcome.history), encoding="ascii")
    scores = outcome.scores
    best = outcome.history[outcome.best - 1]
    parts = [
        page.tiles(
            [
                (_number(scores.ap50), "AP50"),
                (_number(scores.precision), f"precision at {card.threshold:.2f}"),
                (_number(scores.recall), f"recall at {card.threshold:.2f}"),
                *([(_number(card.metrics["AP50_test"]), "AP50 on the test chips")] if "AP50_test" in card.metrics else []),
                (f"{outcome.best} of {len(outcome.history)}", "epoch kept"),
                (_number(best.validation_loss), "validation loss"),
            ]
        ),
        page.paragraph(
            f"Detect with a confidence of {card.threshold:.2f}: there the F1 score on the validation chips is highest "
            f"({_number(scores.f1)}). Training ended: {outcome.ended}."
        ),
        page.paragraph(arcgis_verdict(card)),
    ]
    if facts.get("warning"):
        parts.append(page.paragraph(str(facts["warning"]), "warning"))
    rows = [(name, objects.get(name, 0), _number(scores.ap50_per_class.get(name, math.nan))) for name in _names(card)]
    parts += [
        page.section(
            "Curves", figure_html(losses, "Each point is one epoch; the dotted line marks the weights that were kept.")
        ),
        page.section(
            "Validation chips",
            figure_html(
                shown, f"Left: the labels. Right: what the model finds at a confidence of {card.threshold:.2f} or more."
            ),
        ),
        page.section(
            "Classes",
            page.table(("Class", "Labelled objects", "AP50"), rows),
            page.paragraph(
                f"AP50 is the average precision at IoU 0.5 of {'outlines' if card.model_type == 'MaskRCNN' else 'boxes'}, "
                f"as COCO defines it; averaged over IoU 0.50 to 0.95 it is {_number(scores.ap)}. "
                f"Measured on {scores.objects} objects."
            ),
        ),
        page.section("Facts", page.table(("", ""), [(key, str(value)) for key, value in facts.items() if key != "warning"])),
        page.section("Epochs", page.table(_COLUMNS, [_row(epoch) for epoch in outcome.history])),
    ]
    file = folder / "model_metrics.html"
    title = f"{card.model_type} with {card.backbone}"
    file.write_text(page.page(title, "Training report", *parts), encoding="utf-8")
    return file


_COLUMNS = ("Epoch", "Training loss", "Validation loss", "AP50", "Learning rate", "Seconds")


def _row(epoch: Epoch) -> tuple[object, ...]:
    numbers = (epoch.training_loss, epoch.validation_loss, epoch.ap50, epoch.learning_rate)
    return (epoch.number, *(value if math.isfinite(value) else "–" for value in numbers), round(epoch.seconds, 1))


def _names(card: ModelCard) -> list[str]:
    return [item.name for item in card.classes]


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _history(history: list[Epoch]) -> str:
    """Return the curves in the layout of ArcGIS's ``training_validation_loss.json``."""
    lines = [
        {
            "epoch": epoch.number,
            "training_loss": epoch.training_loss,
            "validation_loss": epoch.validation_loss if math.isfinite(epoch.validation_loss) else None,
            "average_precision": epoch.ap50 if math.isfinite(epoch.ap50) else None,
            "time": round(epoch.seconds, 2),
        }
        for epoch in history
    ]
    return json.dumps({"training_validation_loss_per_epoch": lines}, indent=2)
