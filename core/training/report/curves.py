"""How a training went, drawn: losses and measures over the epochs, the learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ...figures import ACCENT, INK, SECOND, SOFT, THIRD, new_figure, plain_axes
from ..outcome import Epoch, Outcome, RateSearch

_POINTS = 1000  # of the schedule that are drawn


def loss_figure(history: Sequence[Epoch], best: int) -> Figure:
    """Return the losses on the left, AP, AP50 and F1 on the right, over the epochs.

    Args:
        history: at least one epoch.
        best: number of the epoch that was kept.
    """
    figure = new_figure(9, 3.3)
    left, right = figure.subplots(1, 2)
    numbers = [epoch.number for epoch in history]
    _line(left, numbers, [epoch.training_loss for epoch in history], SECOND, "training")
    _line(left, numbers, [epoch.validation_loss for epoch in history], ACCENT, "validation")
    left.set_title("Loss: lower is better", fontsize=10, color=INK, loc="left")
    losses = [value for epoch in history for value in (epoch.training_loss, epoch.validation_loss) if math.isfinite(value)]
    left.set_ylim(0, 1.08 * max(losses, default=1.0) or 1.0)
    measures = [(name, [getattr(epoch, name.lower()) for epoch in history]) for name in ("AP50", "AP", "F1")]
    for (name, values), color in zip(measures, (ACCENT, SECOND, THIRD), strict=True):
        _line(right, numbers, values, color, name)
    right.set_title("Measures on validation chips: higher is better", fontsize=10, color=INK, loc="left")
    highest = max((value for _, values in measures for value in values if math.isfinite(value)), default=1.0)
    right.set_ylim(0, min(1.02, max(0.1, 1.15 * highest)))
    if not right.lines:
        right.text(0.5, 0.5, "nothing to measure on", transform=right.transAxes, ha="center", fontsize=10, color=SOFT)
    for axes in (left, right):
        plain_axes(axes)
        axes.axvline(best, color=INK, linewidth=1, linestyle=":", label=f"kept: epoch {best}")
        axes.set_xlabel("epoch", fontsize=9, color=INK)
        axes.set_xlim(min(numbers) - 0.5, max(numbers) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        _legend_below(axes)
    return figure


def rate_figure(outcome: Outcome) -> Figure | None:
    """Return the search for the learning rate, if there was one, and the rate over the steps; None when neither is known."""
    search, rates = outcome.search, outcome.rates
    if not rates and search is None:
        return None
    parts = (search is not None) + bool(rates)
    figure = new_figure(9 if parts == 2 else 5.5, 3.1)
    places = list(figure.subplots(1, parts, squeeze=False)[0])
    if search is not None:
        _draw_search(places[0], search)
    if rates:
        _draw_schedule(places[-1], rates)
    return figure


def _draw_search(axes: Axes, search: RateSearch) -> None:
    rates, losses = np.array(search.rates), np.array(search.losses)
    known = np.isfinite(losses)
    rates, losses = rates[known], losses[known]
    plain_axes(axes)
    axes.set_xscale("log")
    axes.plot(rates, losses, color=SECOND, linewidth=1.6)
    axes.axvline(search.chosen, color=ACCENT, linewidth=1, linestyle=":")
    if len(rates):
        height = float(np.interp(math.log(search.chosen), np.log(rates), losses))
        axes.plot([search.chosen], [height], "o", color=ACCENT, label=f"chosen: {search.chosen:.2g}")
        # What comes after the loss has run away would squeeze the part that decides.
        low, start = float(losses.min()), float(losses[: max(1, len(losses) // 4)].max())
        axes.set_ylim(low - 0.1 * (start - low + 1e-9), min(float(losses.max()), start + 0.5 * (start - low)) + 1e-9)
        _legend_below(axes)
    axes.set_title("Search for the learning rate", fontsize=10, color=INK, loc="left")
    axes.set_xlabel("learning rate of the trial step", fontsize=9, color=INK)
    axes.set_ylabel("loss", fontsize=9, color=INK)


def _draw_schedule(axes: Axes, rates: Sequence[float]) -> None:
    steps = np.unique(np.linspace(0, len(rates) - 1, min(_POINTS, len(rates))).astype(int))
    plain_axes(axes)
    axes.plot(steps + 1, np.array(rates)[steps], color=SECOND, linewidth=1.6, marker="o" if len(steps) == 1 else "")
    axes.set_ylim(0, 1.08 * max(rates) or 1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2g}"))
    axes.set_title("Learning rate of each step", fontsize=10, color=INK, loc="left")
    axes.set_xlabel("step", fontsize=9, color=INK)


def _line(axes: Axes, x: list[int], y: list[float], color: str, name: str) -> None:
    if any(math.isfinite(value) for value in y):
        axes.plot(x, y, color=color, marker="o", markersize=3.5 if len(x) < 40 else 0, linewidth=1.6, label=name)


def _legend_below(axes: Axes) -> None:
    """Put the legend where it covers nothing."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4, frameon=False, fontsize=9, columnspacing=1.4)
