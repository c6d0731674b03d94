"""What the panel says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QDateTime, QLocale

from ...core.events import Progress
from .record import Attempt
from .steps import LABEL, Step


def title(step: Step) -> str:
    """Return the name of a step."""
    return {
        LABEL: _tr("Label objects"),
        "export": _tr("Export training data"),
        "train": _tr("Train the model"),
        "detect": _tr("Detect objects"),
        "suppress": _tr("Remove duplicates (optional)"),
        "accuracy": _tr("Compute accuracy"),
    }[step.key]


def numbers(step: Step, results: dict[str, Any]) -> str:
    """Return the numbers of a run that matter most, in a line."""

    def number(name: str) -> str:
        return f"{int(results[name]):n}"

    def share(name: str) -> str:
        return f"{100 * float(results[name]):.0f}\u00a0%"  # which do not part at the end of a line

    lines: dict[str, list[tuple[str, str, Callable[[str], str]]]] = {
        "export": [("CHIPS", _tr("{} chips"), number), ("OBJECTS", _tr("{} objects in them"), number)],
        "train": [("AP50", _tr("AP50 {}"), share), ("F1", _tr("F1 {}"), share), ("BEST_EPOCH", _tr("epoch {} kept"), number)],
        "detect": [("COUNT", _tr("{} objects found"), number)],
        "suppress": [("REMOVED", _tr("{} duplicates removed"), number)],
        "accuracy": [("PRECISION", _tr("precision {}"), share), ("RECALL", _tr("recall {}"), share),
                     ("F1", _tr("F1 {}"), share), ("AP50", _tr("AP50 {}"), share)],
    }  # fmt: skip
    parts = []
    for name, text, write in lines.get(step.key, []):
        try:
            parts.append(text.format(write(name)))
        except (KeyError, TypeError, ValueError):  # a run that was stopped knows not all of them
            continue
    return " · ".join(parts)


def when(seconds: float) -> str:
    """Return a time as people say it: today the hour, else the day too."""
    moment, locale = QDateTime.fromSecsSinceEpoch(int(seconds)), QLocale()
    hour = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    if moment.date() == QDateTime.currentDateTime().date():
        return _tr("today, {}").format(hour)
    return f"{locale.toString(moment.date(), QLocale.FormatType.ShortFormat)}, {hour}"


def ended(attempt: Attempt) -> str:
    """Return how a run ended, and when."""
    if attempt.error:
        return _tr("Failed ({}): {}").format(when(attempt.when), attempt.error)
    if attempt.cancelled:
        text = _tr("Stopped ({}); what there was is kept.") if attempt.results else _tr("Stopped ({}).")
        return text.format(when(attempt.when))
    return _tr("Done ({}).").format(when(attempt.when))


def running(progress: Progress | None) -> str:
    """Return how far a run is."""
    if progress is None:
        return _tr("Running …")
    parts = [progress.stage or _tr("Running"), f"{100 * progress.fraction:.0f} %"]  # the run monitor tells the rest
    if progress.remaining is not None:
        minutes = round(progress.remaining / 60)
        parts.append(_tr("about {} min left").format(minutes) if minutes else _tr("less than a minute left"))
    return " · ".join(part for part in parts if part)


def _tr(text: str) -> str:
    return QCoreApplication.translate("WorkflowWords", text)
