"""matplotlib figures in HTML reports and as files; no global state, no display."""

from __future__ import annotations

import base64
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from . import page

INK, ACCENT, SECOND = "#1d2733", "#c2552d", "#2b6cb0"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of this size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def figure_html(figure: Figure, caption: str = "") -> str:
    """Return a figure as an HTML element that holds its pixels."""
    return page.image(base64.b64encode(figure_png(figure)).decode("ascii"), "image/png", caption)


def figure_png(figure: Figure) -> bytes:
    """Return a figure as a PNG file, 120 pixels an inch."""
    if not isinstance(figure.canvas, FigureCanvasAgg):
        FigureCanvasAgg(figure)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return stream.getvalue()
