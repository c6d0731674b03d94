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
    return QgsFillSymbol.createSimple(
        {"color": f"{colour}30", "outline_color": colour, "outline_width": "0.5", "outline_width_unit": "MM"}
    )
