"""The colours that classes get, and how a class is drawn on imagery."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsFillSymbol

# Distinct on imagery, and for the colour-blind (Okabe and Ito 2008); orange first, as the plugin's icon.
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2")


def next_colour(taken: Iterable[str]) -> str:
    """Return the colour of the palette that the fewest of ``taken`` have."""
    colours = [colour.lower() for colour in taken]
    return min(COLOURS, key=colours.count)


def outline(colour: str) -> QgsFillSymbol:
    """Return an outline in ``colour`` (``#rrggbb``) with a hint of fill."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    fill = f"{red},{green},{blue},48"  # not #rrggbbaa, which Qt reads as #aarrggbb
    return QgsFillSymbol.createSimple(
        {"color": fill, "outline_color": colour, "outline_width": "0.5", "outline_width_unit": "MM"}
    )
