"""Chips with their objects drawn on them, in a grid: one picture that shows a wrong offset or class at a glance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Outline

from ..figures import INK, new_figure
from ..packages.classes import ClassInfo
from .chip_samples import Sample
from .class_values import coloured

COLUMNS, ROWS = 6, 4
_DPI = 120  # of the figures
_CELL, _GAP, _CAPTION, _MARGIN = 256, 14, 26, 20  # pixels of the picture
_SOFT = "#5b6b7b"
_NO_DATA = np.array(to_rgb("#e7ebef"))
_LEGEND = 20  # classes named; more would be a wall


def class_colors(classes: Sequence[ClassInfo]) -> list[str]:
    """Return a colour for each class, as ``#rrggbb``: its own, or one of the palette."""
    return ["#{:02x}{:02x}{:02x}".format(*item.color) for item in coloured(classes) if item.color]


def chips_figure(
    title: str, samples: Sequence[Sample], classes: Sequence[ClassInfo], objects: Sequence[int], sides: Mapping[str, str],
    unit: str = "",
) -> Figure:  # fmt: skip
    """Return the grid of chips.

    Args:
        title: above the grid.
        samples: at most :data:`COLUMNS` x :data:`ROWS`.
        classes: what positions in the samples mean.
        objects: number of objects of each class in all chips, for the legend.
        sides: side of each chip by name, if there is a split.
        unit: of ``objects``, such as `` px``.
    """
    columns = min(COLUMNS, max(len(samples), 3))
    rows = max(1, math.ceil(len(samples) / COLUMNS))
    colors = class_colors(classes)
    width = 2 * _MARGIN + columns * (_CELL + _GAP) - _GAP
    order = sorted(range(len(classes)), key=lambda i: -objects[i])
    legend = _legend_lines(classes, [f"{number:,}{unit}" for number in objects], order, colors, width - 2 * _MARGIN)
    top = _MARGIN + 34 + 24 * len(legend) + 8
    height = top + rows * (_CELL + _CAPTION + _GAP) - _GAP + _MARGIN - 8
    figure = new_figure(width / _DPI, height / _DPI)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    axes.text(_MARGIN, _MARGIN + 10, title, fontsize=13, color=INK, weight="bold", va="center")
    _draw_legend(axes, legend)
    ranges = _ranges(samples)
    for number, sample in enumerate(samples):
        row, column = divmod(number, COLUMNS)
        x, y = _MARGIN + column * (_CELL + _GAP), top + row * (_CELL + _CAPTION + _GAP)
        _draw(axes, sample, displayed(sample, ranges), x, y, colors)
        _caption(axes, sample, classes, sides.get(sample.name, ""), x, y)
    return figure


def _ranges(samples: Sequence[Sample]) -> np.ndarray | None:
    """Return what becomes black and white in each band, (3, 2): 2 and 98 % of all pixels shown.

    None for 8-bit pixels of good contrast, which are shown as they are.
    """
    values = [sample.bands[:, sample.valid][:, :: max(1, sample.valid.sum() // 20_000)] for sample in samples]
    pixels = np.concatenate(values, axis=1) if values else np.empty((3, 0))
    if not pixels.size:
        return None
    limits = np.percentile(pixels.astype(np.float64), (2, 98), axis=1).T
    if pixels.dtype == np.uint8 and (limits[:, 1] - limits[:, 0]).max() > 80:
        return None
    return limits


def displayed(sample: Sample, ranges: np.ndarray | None) -> np.ndarray:
    """Return a chip as a picture (h, w, 3), 0..1; pixels without data are light grey.

    Args:
        sample: the chip.
        ranges: (3, 2) values that become black and white; None: 0 and 255.
    """
    low, high = (np.zeros(3), np.full(3, 255.0)) if ranges is None else ranges.T
    scaled = (sample.bands.astype(np.float32) - low[:, None, None]) / np.maximum(high - low, 1e-12)[:, None, None]
    picture = np.clip(np.nan_to_num(scaled), 0, 1).transpose(1, 2, 0)
    picture[~sample.valid] = _NO_DATA
    return picture


def _draw(axes: Axes, sample: Sample, picture: np.ndarray, x: float, y: float, colors: Sequence[str]) -> None:
    """Draw a chip and its objects with its upper-left corner at (x, y); the longer side fills the cell."""
    height, width = picture.shape[:2]
    scale = _CELL / max(height, width)
    x, y = x + (_CELL - width * scale) / 2, y + (_CELL - height * scale) / 2
    right, bottom = x + width * scale, y + height * scale
    way = "nearest" if scale >= 1 else "antialiased"
    axes.imshow(picture, extent=(x, right, bottom, y), interpolation=way, aspect="auto", zorder=1)
    frame = Rectangle((x, y), right - x, bottom - y, transform=axes.transData)
    for position in np.unique(sample.positions):
        chosen = sample.outlines[sample.positions == position]
        paths = [_outline(shape, scale, x, y) for shape in chosen]
        color = colors[position]
        halo = PathCollection(paths, facecolors="none", edgecolors=_halo(color), linewidths=2.2, zorder=2)
        fill = "none" if sample.boxes else (*to_rgb(color), 0.14)  # boxes overlap, and hold more than the object
        line = PathCollection(paths, facecolors=fill, edgecolors=color, linewidths=1.0, zorder=3)
        for drawn in (halo, line):
            axes.add_collection(drawn, autolim=False)
            drawn.set_clip_path(frame)
    if sample.whole is not None:
        inset = Rectangle(
            (x + 2, y + 2), right - x - 4, bottom - y - 4, fill=False, edgecolor=colors[sample.whole], linewidth=3, zorder=3
        )
        axes.add_patch(inset)
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())


def _halo(color: str) -> tuple[float, float, float, float]:
    """A dark line around a light one, a light line around a dark one."""
    light = float(np.dot(to_rgb(color), (0.3, 0.59, 0.11))) > 0.35
    return (0, 0, 0, 0.55) if light else (1, 1, 1, 0.7)


def _outline(shape: shapely.Geometry, scale: float, x: float, y: float) -> Outline:
    """The rings of polygons in pixels of a chip as one path of the picture."""
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    paths = [Outline(shapely.get_coordinates(ring) * scale + (x, y), closed=True) for ring in rings]
    return Outline.make_compound_path(*paths) if paths else Outline(np.empty((0, 2)))


def _caption(axes: Axes, sample: Sample, classes: Sequence[ClassInfo], side: str, x: float, y: float) -> None:
    """Write the name, the side and the number of objects below a chip."""
    line = y + _CELL + 11
    if sample.whole is None:
        count, one, more = len(sample.outlines), *(("class", "classes") if sample.by_pixel else ("object", "objects"))
        text = f"{count} {one if count == 1 else more}" if count else f"no {one}"
    else:
        text = classes[sample.whole].name[:24]
    axes.text(x, line, sample.name[-16:] + (f"  {side}" if side else ""), fontsize=7.5, color=_SOFT, va="center")
    axes.text(x + _CELL, line, text, fontsize=7.5, color=INK, va="center", ha="right")


def _legend_lines(
    classes: Sequence[ClassInfo], counts: Sequence[str], order: Sequence[int], colors: Sequence[str], width: float
) -> list[list[tuple[float, str, str]]]:
    """Place the entries of the legend, in this order: lines of (x, colour, text)."""
    entries = [(colors[i], f"{classes[i].name[:40]}  {counts[i]}") for i in order[:_LEGEND]]
    if len(order) > _LEGEND:
        entries.append(("none", f"and {len(order) - _LEGEND} more classes"))
    lines: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for color, text in entries:
        length = 26 + 9.0 * len(text) + 18
        if lines[-1] and x + length > width:
            lines.append([])
            x = 0.0
        lines[-1].append((_MARGIN + x, color, text))
        x += length
    return lines


def _draw_legend(axes: Axes, lines: Sequence[Sequence[tuple[float, str, str]]]) -> None:
    for number, line in enumerate(lines):
        y = _MARGIN + 34 + 24 * number + 6
        for x, color, text in line:
            if color != "none":
                axes.add_patch(Rectangle((x, y - 7), 16, 14, facecolor=color, edgecolor=INK, linewidth=0.6))
            axes.text(x + (24 if color != "none" else 0), y, text, fontsize=9, color=INK, va="center")
