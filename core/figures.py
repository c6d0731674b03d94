"""matplotlib figures in HTML reports and as files; no global state, no display."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from . import page

INK, SOFT, GRID = "#1d2733", "#5b6b7b", "#d9e0e7"
ACCENT, SECOND, THIRD = "#c2552d", "#2b6cb0", "#2f8f46"
SERIES = (SECOND, ACCENT, THIRD, "#8a5cc2", "#d9a022", "#118a8a", "#b83280", "#7a5230")  # lines told apart, also in print
_DPI, _PHOTO_DPI = 120, 180


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of this size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plain_axes(axes: Axes) -> None:
    """Give axes the look of the reports: a light grid, no frame above and to the right."""
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(colors=INK, labelsize=9)


def shortened(text: str, length: int) -> str:
    """Return a text of at most this many characters, the middle left out: names often differ at their ends."""
    if len(text) <= length:
        return text
    head = length // 2
    return f"{text[:head].rstrip()}…{text[head + 1 - length :].lstrip()}"


def label(text: str, length: int) -> str:
    """Return a text that matplotlib shows as it is, not as a formula or a hidden line, at most this long."""
    text = shortened(text, length).replace("$", r"\$")
    return f"\u200b{text}" if text.startswith("_") else text


def labels(texts: Sequence[str], length: int) -> list[str]:
    """Return :func:`label` of each text; where some become the same, all get their number, counted from 1, before them."""
    short = [label(text, length) for text in texts]
    if len(set(short)) == len(short):
        return short
    return [label(f"{number} {text}", length) for number, text in enumerate(texts, 1)]


def figure_html(figure: Figure, caption: str = "") -> str:
    """Return a figure as an HTML element that holds its pixels."""
    return page.image(_base64(figure_png(figure)), "image/png", caption)


def drawing_html(figure: Figure, caption: str = "") -> str:
    """Return a figure of lines and letters as an HTML element that holds its vectors: crisp at any size and in print."""
    stream = io.StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "kestrel"}):  # letters as shapes: any machine shows the same
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return page.image(_base64(stream.getvalue().encode()), "image/svg+xml", caption)


def photo_html(figure: Figure, caption: str = "", *, wide: bool = False) -> str:
    """Return a figure of photographs as an HTML element, at 180 pixels an inch for screens of high resolution."""
    return page.image(
        _base64(_saved(figure, "jpeg", _PHOTO_DPI, {"quality": 88, "subsampling": 0})), "image/jpeg", caption, wide=wide
    )


def figure_png(figure: Figure) -> bytes:
    """Return a figure as a PNG file, 120 pixels an inch."""
    return _saved(figure, "png", _DPI, {"compress_level": 3}, {"Software": None})


def figure_pixels(figure: Figure) -> np.ndarray:
    """Return a figure as pixels (h, w, 3) uint8, 120 an inch."""
    canvas = _canvas(figure)
    figure.set_dpi(_DPI)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _saved(figure: Figure, kind: str, dpi: int, options: dict[str, int], metadata: dict[str, None] | None = None) -> bytes:
    _canvas(figure)
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=dpi, metadata=metadata, pil_kwargs=options)
    return stream.getvalue()


def _canvas(figure: Figure) -> FigureCanvasAgg:
    return figure.canvas if isinstance(figure.canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
