"""How good detections are, drawn alike in every report: precision against recall, what a threshold does, which classes mix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ..figures import ACCENT, GRID, INK, SECOND, SERIES, SOFT, THIRD, labels, new_figure, plain_axes
from .confusion import MOST_CELLS, pooled
from .matching import COCO_IOUS, RECALLS

MOST_LINES = len(SERIES)  # classes drawn as lines; more would be a tangle


@dataclass(frozen=True)
class ClassLines:
    """What is drawn of a class.

    Attributes:
        name: of the class.
        precision: (101,) at :data:`core.accuracy.matching.RECALLS`.
        f1: (L,) F1 scores at the limits that are drawn; None where they are not.
    """

    name: str
    precision: np.ndarray
    f1: np.ndarray | None


@dataclass(frozen=True)
class Threshold:
    """The lowest confidence that counts, and what is best.

    Attributes:
        limits: (L,) rising confidences that are drawn.
        ends: of the axis.
        best: the recommended one.
        best_f1: F1 score there.
        digits: of confidences in words.
    """

    limits: np.ndarray
    ends: tuple[float, float]
    best: float
    best_f1: float
    digits: int = 2

    @property
    def text(self) -> str:
        """The recommended one, as people read it."""
        return f"{self.best:.{self.digits}f}"


def threshold_figure(threshold: Threshold, precision: np.ndarray, recall: np.ndarray, f1: np.ndarray) -> Figure:
    """Return precision, recall and F1, (L,) each, when detections from each confidence on count."""
    figure = new_figure(9, 3.4)
    axes = figure.add_subplot()
    plain_axes(axes)
    limits = threshold.limits
    axes.plot(limits, precision, color=SECOND, linewidth=1.5, label="precision: share of the detections that is right")
    axes.plot(limits, recall, color=THIRD, linewidth=1.5, label="recall: share of the objects that is found")
    axes.plot(limits, f1, color=ACCENT, linewidth=2.4, label="F1 score: both in one")
    axes.plot([threshold.best], [threshold.best_f1], "o", color=ACCENT, markersize=7)
    axes.axvline(threshold.best, color=INK, linewidth=1, linestyle=":", label=f"threshold {threshold.text}")
    axes.set_xlabel("lowest confidence that counts", fontsize=9, color=INK)
    axes.set(xlim=threshold.ends, ylim=(0, 1.03))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False, fontsize=9)
    return figure


def class_figure(classes: Sequence[ClassLines], threshold: Threshold | None) -> Figure:
    """Return precision against recall of each class, and, of several classes, F1 over the confidence beside it.

    Args:
        classes: those with true objects, at least one, the most frequent first.
        threshold: None where there is no confidence.
    """
    several, two = len(classes) > 1, len(classes) > 1 and threshold is not None
    figure = new_figure(9 if two else 6, 3.6)
    places = list(figure.subplots(1, 1 + two, squeeze=False)[0])
    _draw_lines(places[0], classes, several, RECALLS, lambda item: item.precision)
    places[0].set_xlim(0, 1)
    places[0].set_title("Precision against recall", fontsize=10, color=INK, loc="left")
    places[0].set_xlabel("recall", fontsize=9, color=INK)
    places[0].set_ylabel("precision", fontsize=9, color=INK)
    if two and threshold is not None:
        _draw_lines(places[1], classes, True, threshold.limits, lambda item: item.f1)
        places[1].set_xlim(*threshold.ends)
        places[1].axvline(threshold.best, color=INK, linewidth=1, linestyle=":")
        places[1].set_title(f"F1 score over confidence; dotted: {threshold.text}", fontsize=10, color=INK, loc="left")
        places[1].set_xlabel("lowest confidence that counts", fontsize=9, color=INK)
    if several:
        handles, texts = places[0].get_legend_handles_labels()
        columns = 3 if max(map(len, texts)) > 22 else 4
        figure.legend(handles, texts, loc="outside lower center", ncols=columns, frameon=False, fontsize=9)
    return figure


def _draw_lines(
    axes: Axes, classes: Sequence[ClassLines], several: bool, x: np.ndarray, of: Callable[[ClassLines], np.ndarray | None]
) -> None:
    """Draw a line for each of the largest classes, and the mean of all."""
    plain_axes(axes)
    values = [line for item in classes if (line := of(item)) is not None]
    if several:
        for line, color, name in zip(values, SERIES, labels([item.name for item in classes], 30), strict=False):
            axes.plot(x, line, color=color, linewidth=1.3, label=name)
    mean = np.mean(values, axis=0)
    axes.plot(x, mean, color=INK if several else ACCENT, linewidth=2.4, label=f"mean of {len(classes)} classes")
    axes.set_ylim(0, 1.03)


def exactness_figure(average_precision: np.ndarray) -> Figure:
    """Return the average precision, (10,), over the IoU that is asked for, 0.5 to 0.95."""
    figure = new_figure(6, 3.0)
    axes = figure.add_subplot()
    plain_axes(axes)
    axes.plot(COCO_IOUS, average_precision, "o-", color=ACCENT, linewidth=2.4, markersize=4)
    axes.set_xlabel("IoU that is asked for", fontsize=9, color=INK)
    axes.set_ylabel("average precision", fontsize=9, color=INK)
    axes.set(xlim=(0.48, 0.97), ylim=(0, 1.03))
    return figure


def confusion_figure(names: list[str], table: np.ndarray, finder: str = "what the model says") -> Figure:
    """Return the confusion matrix: true classes from top to bottom, found ones from left to right.

    Args:
        names: K class names.
        table: (K + 1, K + 1) of :func:`core.accuracy.confusion.confusion_table`.
        finder: what the columns are.
    """
    names, table = pooled(names, table)
    size = len(names) + 1
    names = [*labels(names[: MOST_CELLS - 1], 24), *names[MOST_CELLS - 1 :]]
    rows, columns = [*names, "false alarm"], [*names, "missed"]
    long = max(map(len, rows))
    cell = 0.62 if size <= 8 else 0.46
    turned = 0.08 * max(map(len, columns)) > cell
    figure = new_figure(0.7 + 0.075 * long + cell * size + 0.8 * turned, 0.8 + 0.055 * long * turned + cell * size)
    axes = figure.add_subplot()
    share = table / np.maximum(table.sum(1, keepdims=True), 1)
    share[-1] = table[-1] / np.maximum(table.sum(0), 1)
    colors = np.ones((size, size, 3))
    for (i, j), value in np.ndenumerate(share):
        tint = to_rgb(SECOND if i == j else ACCENT)
        colors[i, j] = [1 - (1 - part) * (0.9 * value if table[i, j] else 0) for part in tint]
    colors[-1, -1] = to_rgb(GRID)
    axes.imshow(colors, aspect="equal")
    large = int(table.max(initial=0)) >= 10_000
    for (i, j), count in np.ndenumerate(table):
        if count and (i, j) != (size - 1, size - 1):
            dark = share[i, j] > 0.7
            text = f"{count / 1000:,.0f}k" if large and count >= 1000 else f"{count:,}"
            axes.text(j, i, text, ha="center", va="center", fontsize=9 if size <= 8 else 8, color="white" if dark else INK)
    axes.xaxis.tick_top()
    axes.set_xticks(range(size), columns, fontsize=9)
    if turned:
        for tick in axes.get_xticklabels():
            tick.set(rotation=40, horizontalalignment="left", rotation_mode="anchor")
    axes.set_yticks(range(size), rows, fontsize=9)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(finder, fontsize=9, color=SOFT)
    axes.set_ylabel("what is there", fontsize=9, color=SOFT)
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0, colors=INK)
    axes.spines[:].set_visible(False)
    return figure
