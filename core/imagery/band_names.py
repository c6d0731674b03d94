"""What the names of bands tell about their colours."""

from __future__ import annotations

from collections.abc import Sequence

_COLORS = {"red": 0, "r": 0, "green": 1, "g": 1, "blue": 2, "b": 2}


def color_of(band_name: str) -> int | None:
    """Return 0, 1, 2 for a band that is called red, green, blue (or r, g, b); None for any other."""
    return _COLORS.get(band_name.strip().lower())


def picture_bands(names: Sequence[str]) -> list[int]:
    """Return which three bands to show as red, green and blue, as positions in ``names``.

    Those that are called so; else the first three; of one or two bands the first, three times, which shows it in grey.
    """
    colors = [color_of(name) for name in names]
    if {0, 1, 2} <= set(colors):
        return [colors.index(color) for color in range(3)]
    return [0, 1, 2] if len(names) >= 3 else [0, 0, 0]
