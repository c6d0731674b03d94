"""The map in the report: what was found, what is false and what was missed."""

from __future__ import annotations

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from rasterio.crs import CRS

from ..figures import SOFT, new_figure
from .marks import FN, FP, TP, Marks

COLORS = {TP: ("green", "#2f8f46"), FP: ("red", "#c8102e"), FN: ("orange, dashed", "#e08a00")}
"""What the marks are called and drawn in, here and in QGIS."""

_OUTLINES = 3000  # objects that are drawn as outlines; more as dots
_WIDTH, _LOWEST, _HIGHEST = 9.0, 3.0, 9.0  # inches


def overview_figure(marked: Marks, crs: CRS | None) -> Figure:
    """Return a map of all marks, at least one, north up."""
    left, low, right, high = shapely.total_bounds(marked.geometries)
    stretch = 1 / max(float(np.cos(np.radians((low + high) / 2))), 0.05) if crs is not None and crs.is_geographic else 1.0
    width, height = max(right - left, 1e-12), max(high - low, 1e-12) * stretch
    figure = new_figure(_WIDTH, float(np.clip(0.94 * _WIDTH * height / width, _LOWEST, _HIGHEST)) + 0.5)
    axes = figure.add_subplot()
    dots = len(marked.geometries) > _OUTLINES
    for accuracy in (TP, FN, FP):
        rows = marked.of(accuracy)
        (_draw_dots if dots else _draw_outlines)(axes, marked.geometries[rows], accuracy)
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


def _draw_dots(axes: Axes, polygons: np.ndarray, accuracy: str) -> None:
    bounds = shapely.bounds(polygons)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    size = max(0.3, min(6.0, 60_000 / max(len(polygons), 1)))
    axes.scatter(x, y, s=size, color=COLORS[accuracy][1], linewidths=0)
