"""The map in the report: what was found, what is false and what was missed."""

from __future__ import annotations

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from rasterio.crs import CRS

from ..figures import SOFT, new_figure
from .marks import FN, FP, TP, Marks

COLORS = {TP: ("green", "#2f8f46"), FP: ("red", "#c8102e"), FN: ("orange, dashed", "#e08a00")}
"""What the marks are called and drawn in, here and in QGIS."""

_OUTLINES = 5000  # objects that are drawn one by one; of more the map would be confetti
_IN_CELL, _MOST_CELLS = 30, 80
_WIDTH, _LOWEST, _HIGHEST = 9.0, 3.0, 9.0  # inches


def in_cells(marked: Marks) -> bool:
    """Whether the map shows shares of mistakes in cells instead of outlines."""
    return len(marked.geometries) > _OUTLINES


def overview_figure(marked: Marks, crs: CRS | None) -> Figure:
    """Return a map of all marks, at least one, north up; see :func:`in_cells`."""
    left, low, right, high = shapely.total_bounds(marked.geometries)
    stretch = 1 / max(float(np.cos(np.radians((low + high) / 2))), 0.05) if crs is not None and crs.is_geographic else 1.0
    width, height = max(right - left, 1e-12), max(high - low, 1e-12) * stretch
    across = (0.8 if in_cells(marked) else 0.94) * _WIDTH  # beside the map are its numbers and the scale of colours
    figure = new_figure(_WIDTH, float(np.clip(across * height / width, _LOWEST, _HIGHEST)) + 0.5)
    axes = figure.add_subplot()
    if in_cells(marked):
        _draw_shares(axes, marked, stretch)
    else:
        for accuracy in (TP, FN, FP):
            _draw_outlines(axes, marked.geometries[marked.of(accuracy)], accuracy)
    margin = 0.02 * max(width, height)
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(low - margin / stretch, high + margin / stretch)
    axes.set_aspect(stretch)
    axes.ticklabel_format(useOffset=False, style="plain")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=2))
    axes.tick_params(colors=SOFT, labelsize=8)
    axes.spines[:].set_color(SOFT)
    axes.spines[:].set_linewidth(0.6)
    axes.set_facecolor("#fbfcfd")
    return figure


def _draw_outlines(axes: Axes, polygons: np.ndarray, accuracy: str) -> None:
    rings = shapely.get_rings(polygons)
    color = COLORS[accuracy][1]
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axes.add_collection(
        LineCollection(lines, colors=color, linewidths=1.1, linestyles=(0, (3, 1.5)) if accuracy == FN else "solid")
    )


def _draw_shares(axes: Axes, marked: Marks, stretch: float) -> None:
    """Colour the map in cells by the share of their objects that is false or missed."""
    bounds = shapely.bounds(marked.geometries)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    width, height = max(float(np.ptp(x)), 1e-12), max(float(np.ptp(y)), 1e-12) * stretch
    side = (width * height * _IN_CELL / len(x)) ** 0.5  # cells of about this many objects, square on the ground
    number = tuple(int(np.clip(round(length / side), 1, _MOST_CELLS)) for length in (width, height))
    wrong = (marked.columns["Accuracy"] != TP).astype(float)
    total, x_edges, y_edges = np.histogram2d(x, y, number)
    false, _, _ = np.histogram2d(x, y, (x_edges, y_edges), weights=wrong)
    share = np.divide(false, total, out=np.full(total.shape, np.nan), where=total > 0)
    colors = LinearSegmentedColormap.from_list("wrong", ["#2f8f46", "#f4efc9", COLORS[FP][1]])
    mesh = axes.pcolormesh(x_edges, y_edges, share.T, cmap=colors, vmin=0, vmax=1)
    bar = axes.figure.colorbar(mesh, ax=axes, shrink=0.6, format=PercentFormatter(1, 0))
    bar.ax.tick_params(colors=SOFT, labelsize=8)
    bar.outline.set_visible(False)
