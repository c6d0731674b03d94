"""What a training leaves beside the package: a page for people, and the files that ArcGIS leaves too."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ... import page
from ...accuracy.charts import MOST_LINES
from ...accuracy.confusion import MOST_CELLS
from ...errors import OutputError
from ...figures import drawing_html, figure_png, photo_html, shortened
from ...packages import ModelCard, arcgis_verdict
from ...packages.advice import model_kind
from ..measuring.measures import Details
from ..outcome import Epoch, Outcome
from .charts import class_figure, confusion_figure, known_classes, threshold_figure
from .curves import loss_figure, rate_figure
from .examples import BEST, WORST, Example
from .facts import DEFAULT, Facts
from .pictures import examples_figure

_WEAK = 0.5  # F1 score: below, more is wrong or missing than right
_LONG = 30  # rows of a table that are shown without a click


def write_report(
    folder: Path,
    card: ModelCard,
    outcome: Outcome,
    details: Details,
    examples: Sequence[Example],
    facts: Facts,
    objects: Counter[str],
    tested: Details | None = None,
) -> Path:
    """Write ``model_metrics.html`` and ``ModelCharacteristics/`` into ``folder``; return the page.

    Args:
        folder: exists.
        card: of the finished model; its threshold is that of ``details``.
        outcome: the history.
        details: measures on the validation chips.
        examples: validation chips with what the model finds there; see :func:`core.training.report.examples.make_examples`.
        facts: what is told in words.
        objects: number of labelled objects by class name, in all chips.
        tested: measures on the test chips, at the card's threshold.

    Raises:
        OutputError: a file cannot be written.
    """
    extras = folder / "ModelCharacteristics"
    try:
        extras.mkdir(exist_ok=True)
        for name, data in _files(card, outcome, details, examples).items():
            (extras / name).write_bytes(data)
    except OSError as error:
        raise OutputError(f"The folder {extras} cannot be written: {error.strerror}.", "Check the disk.") from error
    file = folder / "model_metrics.html"
    page.write(file, report_html(card, outcome, details, examples, facts, objects, tested))
    return file


def _files(card: ModelCard, outcome: Outcome, details: Details, examples: Sequence[Example]) -> dict[str, bytes]:
    """Return the files of ``ModelCharacteristics`` by name; those of which there is nothing to show are left out."""
    files = {
        "training_validation_loss.json": history_json(outcome.history).encode("ascii"),
        "loss_graph.png": figure_png(loss_figure(outcome.history, outcome.best)),
    }
    if examples:
        files["show_results.png"] = figure_png(examples_figure(examples, card))
    if details.scores.objects:
        files["confusion_matrix.png"] = figure_png(confusion_figure(details))
        files["precision_recall.png"] = figure_png(class_figure(details))
    rate = rate_figure(outcome)
    if rate is not None:
        files["learning_rate.png"] = figure_png(rate)
    return files


def report_html(
    card: ModelCard,
    outcome: Outcome,
    details: Details,
    examples: Sequence[Example],
    facts: Facts,
    objects: Counter[str],
    tested: Details | None = None,
) -> str:
    """Return the page; the arguments are those of :func:`write_report`."""
    kind = model_kind(card)
    names = ", ".join(shortened(item.name, 40) for item in card.classes[:3])
    more = len(card.classes) - 3
    what = f"{kind.finds}: {names}" + (f" and {more} more {'class' if more == 1 else 'classes'}" if more > 0 else "")
    return page.page(
        f"{kind.title} with {card.backbone}",
        f"Training report of a model that finds {what}.",
        page.tiles(_tiles(outcome, details, tested)),
        *_verdict(card, outcome, details),
        *(page.paragraph(text, "warning") for text in facts.warnings),
        page.paragraph(arcgis_verdict(card)),
        *_pictures(card, details, examples),
        *_classes(card, details, objects),
        *_curves(details),
        *_test(details, tested),
        *_course(outcome),
        _parameters(facts),
        *(page.section(heading, page.table(("", ""), rows)) for heading, rows in facts.tables.items()),
        page.section("What the words mean", page.terms(_TERMS)),
    )


def _tiles(outcome: Outcome, details: Details, tested: Details | None) -> list[tuple[str, str]]:
    scores = details.scores
    tiles = [(_number(scores.ap50), "AP50"), (_number(scores.ap), "AP")]
    tiles += [(_number(value), name) for name, value in _at_threshold(details)]
    if tested:
        tiles.append((_number(tested.scores.ap50), "AP50 on test chips"))
    tiles.append((f"{details.threshold:.2f}", "threshold"))
    return [*tiles, (f"{outcome.best} of {len(outcome.history)}", "epoch kept")]


def _at_threshold(details: Details) -> list[tuple[str, float]]:
    return [("F1 score", details.f1), ("precision", details.precision), ("recall", details.recall)]


def _verdict(card: ModelCard, outcome: Outcome, details: Details) -> list[str]:
    """Return how to use the model, in sentences."""
    if not details.scores.objects:
        return [
            page.paragraph(
                "The validation chips hold no objects, so that nobody knows how good this model is, and the threshold of "
                f"{card.threshold:.2f} is a guess. Label more, or raise the share of validation chips.",
                "warning",
            )
        ]
    if not details.f1:
        return [
            page.paragraph(
                f"The model finds none of the {details.scores.objects:,} objects on the validation chips. Train for more "
                "epochs, start from published weights or from a package, or check the labels.",
                "warning",
            )
        ]
    several = len(known_classes(details)) > 1
    weak = details.f1 < _WEAK
    return [
        page.paragraph(
            f"Detect with a threshold of {details.threshold:.2f}, which Detect Objects takes by itself. On the validation "
            f"chips it then finds {details.recall:.0%} of the objects, and {details.precision:.0%} of what it finds is right"
            f"{' (means over the classes)' if several else ''}. A higher threshold gives fewer false alarms, a lower one "
            "misses less."
            f"{' The model is weak: more labels, more epochs or better weights to start from help more.' if weak else ''}",
            "warning" if weak else "good",
        )
    ]


def _pictures(card: ModelCard, details: Details, examples: Sequence[Example]) -> list[str]:
    if not examples:
        return []
    parts = [
        page.paragraph(
            f"In each pair the labels are on the left, and what the model finds with a confidence of {card.threshold:.2f} or "
            "more on the right. A detection of the wrong class, or one that covers an object too badly (IoU below 0.5), is a "
            "false alarm, and the object is missed."
        )
    ]
    for group, heading, caption in (
        (BEST, "Where it does best", "Validation chips with the highest F1 scores."),
        (WORST, "Where it fails", "Validation chips with the most errors for what they hold."),
    ):
        shown = [example for example in examples if example.group == group]
        if shown:
            parts += [page.heading(heading), photo_html(examples_figure(shown, card), caption, wide=len(shown) > 1)]
    chips = details.chips
    clean = sum(1 for chip in chips if not chip.errors)
    parts.append(page.paragraph(f"{clean:,} of all {len(chips):,} validation chips are without an error."))
    return [page.section("Validation chips: truth and prediction", *parts)]


def _classes(card: ModelCard, details: Details, objects: Counter[str]) -> list[str]:
    header = ("Class", "Labelled objects", "In validation", "AP", "AP50", "AP75", "Precision", "Recall", "F1 score")
    rows: list[tuple[object, ...]] = []
    for item in details.classes:
        ratios = (item.ap, item.ap50, item.ap75, item.precision, item.recall, item.f1)
        rows.append((item.name, *map(_cell, (objects.get(item.name, 0), item.objects, *ratios))))
    if len(rows) > 1:
        overall = (details.scores.ap, details.scores.ap50, details.ap75, details.precision, details.recall, details.f1)
        total = (sum(objects.values()), details.scores.objects)
        rows.append((page.Markup("<b>All, mean of the classes</b>"), *map(_cell, (*total, *overall))))
    shape = "outlines" if card.model_type == "MaskRCNN" else "boxes"
    parts = [
        page.table(header, rows),
        page.paragraph(
            f"Precision, recall and F1 at a confidence of {details.threshold:.2f} and an IoU of 0.5, of {shape}. Classes "
            "without objects in validation have no measures."
        ),
    ]
    if details.scores.objects:
        hidden = len(details.classes) - MOST_CELLS
        pooled = f" The {hidden + 1} smallest classes are taken together." if hidden > 0 else ""
        parts += [
            page.heading("Right, mixed up, missed and false"),
            drawing_html(
                confusion_figure(details),
                "Confusion matrix: each row is what is there, each column what the model says, with the number of objects. "
                "On the diagonal (blue) it is right; the last column counts objects that it misses, the last row false alarms. "
                f"The colour is the share of the row, in the last row that of the column.{pooled}",
            ),
        ]
    return [page.section("Classes", *parts)]


def _curves(details: Details) -> list[str]:
    if not details.scores.objects:
        return []
    known = known_classes(details)
    hidden = len(known) - MOST_LINES
    note = f" Lines of the {MOST_LINES} classes with the most objects; {hidden} more are in the mean." if hidden > 0 else ""
    means = "Means over the classes. " if len(known) > 1 else ""
    return [
        page.section(
            "Which threshold",
            drawing_html(
                threshold_figure(details),
                f"{means}The dot marks the recommended threshold of {details.threshold:.2f}, where the F1 score is highest. Go "
                "to the right where a false alarm costs more, to the left where a missed object does.",
            ),
            drawing_html(
                class_figure(details),
                "How many false alarms come with how many objects found: the further a curve goes to the upper right, the "
                f"better. The area below it is the AP50.{note}",
            ),
        )
    ]


def _test(details: Details, tested: Details | None) -> list[str]:
    if tested is None:
        return []
    rows = []
    for name, one, other in (
        ("Objects", details.scores.objects, tested.scores.objects),
        ("AP50", details.scores.ap50, tested.scores.ap50),
        ("AP", details.scores.ap, tested.scores.ap),
        *((name, one, other) for (name, one), (_, other) in zip(_at_threshold(details), _at_threshold(tested), strict=True)),
    ):
        rows.append((name.capitalize() if name.islower() else name, *map(_cell, (one, other))))
    note = (
        "Nothing was learned from the test chips or chosen by them, neither epoch nor threshold: they tell best what to expect "
        "from new imagery of the same kind."
    )
    return [page.section("Test chips", page.table(("", "Validation", "Test"), rows), page.paragraph(note))]


def _course(outcome: Outcome) -> list[str]:
    parts = [
        drawing_html(
            loss_figure(outcome.history, outcome.best),
            "Each point is one epoch, in which the model sees all training chips once; the dotted line marks the one whose "
            f"weights were kept. Training ended: {outcome.ended}.",
        )
    ]
    rate = rate_figure(outcome)
    if rate is not None:
        search = "Left: before training, rising rates were tried, and one where the loss falls fast was taken. Right: t"
        parts.append(drawing_html(rate, f"{search if outcome.search else 'T'}he rate of each step of the training."))
    table = page.table(_COLUMNS, [_row(epoch, outcome.best) for epoch in outcome.history])
    many = len(outcome.history) > _LONG
    parts.append(page.folded(f"Numbers of all {len(outcome.history):,} epochs", table) if many else table)
    return [page.section("How training went", *parts)]


_COLUMNS = ("Epoch", "Training loss", "Validation loss", "AP", "AP50", "F1", "Learning rate", "Seconds")


def _row(epoch: Epoch, best: int) -> tuple[object, ...]:
    losses = [f"{value:.4f}" if math.isfinite(value) else "–" for value in (epoch.training_loss, epoch.validation_loss)]
    rate, seconds = f"{epoch.learning_rate:.2e}", f"{epoch.seconds:.1f}"
    number = page.Markup(f"<b>{epoch.number}, kept</b>") if epoch.number == best else str(epoch.number)
    measures = map(_cell, (epoch.ap, epoch.ap50, epoch.f1))
    return (number, *map(page.Digits, losses), *measures, page.Digits(rate), page.Digits(seconds))


def _parameters(facts: Facts) -> str:
    header = ("Parameter", "Value", "Set by")
    chosen = [row for row in facts.parameters if row[2] != DEFAULT]
    rest = [row[:2] for row in facts.parameters if row[2] == DEFAULT]
    parts = [page.table(header, chosen)] if chosen else []
    if rest:
        parts.append(page.folded("All other parameters, at their defaults", page.table(header[:2], rest)))
    return page.section("Parameters", *parts)


def _cell(value: float) -> page.Digits:
    return page.Digits(f"{value:,}" if isinstance(value, int) else _number(value))


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


_TERMS = (
    ("IoU", "Intersection over union: the area that two shapes share, divided by the area that they cover together, 0 to 1."),
    ("Precision", "The share of the detections that is a true object. The rest are false alarms."),
    ("Recall", "The share of the true objects that is found. The rest is missed."),
    ("F1 score", "Precision and recall in one number, their harmonic mean, 0 to 1."),
    ("AP50", "Average precision: precision, averaged over all recalls, when an IoU of 0.5 counts as found; 0 to 1."),
    ("AP75", "The same, when only an IoU of 0.75 counts as found: how exact the shapes are."),
    ("AP", "The mean of the average precisions at IoU 0.50, 0.55 to 0.95, as the COCO benchmark defines it."),
    ("Confidence", "How sure the model is of a detection, 0 to 1. The threshold leaves out what is below."),
    ("Loss", "What training makes small: how far the model's answers are from the labels."),
    ("Learning rate", "How large the steps of training are."),
    ("Validation chips", "Chips that are not learned from, but by which the best epoch and the threshold are chosen."),
)


def history_json(history: Sequence[Epoch]) -> str:
    """Return the curves in the layout of ArcGIS's ``training_validation_loss.json``; what was not measured is null."""

    def known(value: float) -> float | None:
        return value if math.isfinite(value) else None

    lines = [
        {
            "epoch": epoch.number,
            "training_loss": known(epoch.training_loss),
            "validation_loss": known(epoch.validation_loss),
            "average_precision": known(epoch.ap50),
            "ap": known(epoch.ap),
            "f1_score": known(epoch.f1),
            "learning_rate": epoch.learning_rate,
            "time": round(epoch.seconds, 2),
        }
        for epoch in history
    ]
    return json.dumps({"training_validation_loss_per_epoch": lines}, indent=2)
