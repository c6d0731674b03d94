"""How good a model is, drawn: precision against recall, what a threshold does, which classes are mixed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ...figures import ACCENT, GRID, INK, SECOND, SERIES, SOFT, THIRD, labels, new_figure, plain_axes
from ..measuring.coco import RECALLS
from ..measuring.measures import ClassDetails, Details, at_thresholds

MOST_LINES = len(SERIES)  # classes drawn as lines; more would be a tangle
MOST_CELLS = 16  # classes told apart in the confusion matrix
_LIMITS = np.linspace(0, 1, 501)


def known_classes(details: Details) -> list[ClassDetails]:
    """Return the classes that have true objects, the most frequent first."""
    return sorted((item for item in details.classes if item.objects), key=lambda item: -item.objects)


def threshold_figure(details: Details) -> Figure:
    """Return precision, recall and F1, mean over the classes, when detections from each confidence on count."""
    known = known_classes(details)
    figure = new_figure(9, 3.4)
    axes = figure.add_subplot()
    plain_axes(axes)
    recall = np.mean([at_thresholds(item.curve.confidence, item.curve.recall, _LIMITS) for item in known], axis=0)
    each = np.array([at_thresholds(item.curve.confidence, item.curve.precision, _LIMITS, np.nan) for item in known])
    precision = _mean_of_known(each)
    f1 = at_thresholds(details.confidence, details.f1_over, _LIMITS)
    axes.plot(_LIMITS, precision, color=SECOND, linewidth=1.5, label="precision: share of the detections that is right")
    axes.plot(_LIMITS, recall, color=THIRD, linewidth=1.5, label="recall: share of the objects that is found")
    axes.plot(_LIMITS, f1, color=ACCENT, linewidth=2.4, label="F1 score: both in one")
    axes.plot([details.threshold], [details.f1], "o", color=ACCENT, markersize=7)
    axes.axvline(details.threshold, color=INK, linewidth=1, linestyle=":", label=f"threshold {details.threshold:.2f}")
    axes.set_xlabel("lowest confidence that counts", fontsize=9, color=INK)
    axes.set(xlim=(0, 1), ylim=(0, 1.03))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False, fontsize=9)
    return figure


def class_figure(details: Details) -> Figure:
    """Return precision against recall of each class, and, of several classes, F1 over the confidence beside it."""
    known = known_classes(details)
    several = len(known) > 1
    figure = new_figure(9 if several else 6, 3.6)
    places = list(figure.subplots(1, 1 + several, squeeze=False)[0])
    _draw_lines(places[0], known, several, RECALLS, lambda item: item.precision_at)
    places[0].set_title("Precision against recall", fontsize=10, color=INK, loc="left")
    places[0].set_xlabel("recall", fontsize=9, color=INK)
    places[0].set_ylabel("precision", fontsize=9, color=INK)
    if several:
        _draw_lines(
            places[1], known, True, _LIMITS, lambda item: at_thresholds(item.curve.confidence, item.curve.f1(), _LIMITS)
        )
        places[1].axvline(details.threshold, color=INK, linewidth=1, linestyle=":")
        places[1].set_title(f"F1 score over confidence; dotted: {details.threshold:.2f}", fontsize=10, color=INK, loc="left")
        places[1].set_xlabel("lowest confidence that counts", fontsize=9, color=INK)
        handles, texts = places[0].get_legend_handles_labels()
        columns = 3 if max(map(len, texts)) > 22 else 4
        figure.legend(handles, texts, loc="outside lower center", ncols=columns, frameon=False, fontsize=9)
    return figure


def _draw_lines(
    axes: Axes, known: Sequence[ClassDetails], several: bool, x: np.ndarray, of: Callable[[ClassDetails], np.ndarray]
) -> None:
    """Draw a line for each of the largest classes, and the mean of all."""
    plain_axes(axes)
    if several:
        for item, color, name in zip(known, SERIES, labels([item.name for item in known], 30), strict=False):
            axes.plot(x, of(item), color=color, linewidth=1.3, label=name)
    mean = np.mean([of(item) for item in known], axis=0)
    axes.plot(x, mean, color=INK if several else ACCENT, linewidth=2.4, label=f"mean of {len(known)} classes")
    axes.set(xlim=(0, 1), ylim=(0, 1.03))


def confusion_figure(details: Details) -> Figure:
    """Return the confusion matrix: true classes from top to bottom, found ones from left to right."""
    names, table = pooled(details)
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
            dark = share[i, j] > 0.55
            text = f"{count / 1000:,.0f}k" if large and count >= 1000 else f"{count:,}"
            axes.text(j, i, text, ha="center", va="center", fontsize=9 if size <= 8 else 8, color="white" if dark else INK)
    axes.xaxis.tick_top()
    axes.set_xticks(range(size), columns, fontsize=9)
    if turned:
        for tick in axes.get_xticklabels():
            tick.set(rotation=40, horizontalalignment="left", rotation_mode="anchor")
    axes.set_yticks(range(size), rows, fontsize=9)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("what the model says", fontsize=9, color=SOFT)
    axes.set_ylabel("what is there", fontsize=9, color=SOFT)
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0, colors=INK)
    axes.spines[:].set_visible(False)
    return figure


def pooled(details: Details) -> tuple[list[str], np.ndarray]:
    """Return class names and the confusion matrix; beyond :data:`MOST_CELLS` classes the smallest are taken together."""
    names, table = [item.name for item in details.classes], details.confusion
    if len(names) <= MOST_CELLS:
        return names, table
    weight = table.sum(0)[:-1] + table.sum(1)[:-1]
    shown = np.sort(np.argsort(-weight, kind="stable")[: MOST_CELLS - 1])
    place = np.full(len(names) + 1, MOST_CELLS - 1)
    place[shown] = np.arange(len(shown))
    place[-1] = MOST_CELLS
    result = np.zeros((MOST_CELLS + 1, MOST_CELLS + 1), np.int64)
    np.add.at(result, (place[:, None], place[None, :]), table)
    rest = len(names) - len(shown)
    return [*(names[i] for i in shown), f"{rest} other classes"], result


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(0)
    return np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0))
