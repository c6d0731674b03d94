"""How a raster is cut into tiles that overlap, and which tile answers for which part of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import InvalidParameter
from ..imagery import Window
from ..lattice import starts

EDGE = 2.0
"""A box that ends this close to its tile's edge, in pixels, is taken to be cut by it: networks are not exact to the pixel."""


@dataclass(frozen=True)
class Tile:
    """One tile.

    Attributes:
        number: counted from 0, row by row.
        window: the pixels that the model sees.
        core: left, top, right, bottom of the part that the tile owns; the cores cover the plane without overlap.
        inner: left, top, right, bottom: whether the raster goes on beyond that edge.
    """

    number: int
    window: Window
    core: tuple[float, float, float, float]
    inner: tuple[bool, bool, bool, bool]

    def owns(self, points: np.ndarray) -> np.ndarray:
        """Return (N,) bool for points (N, 2): inside the core, its right and lower edge not."""
        left, top, right, bottom = self.core
        x, y = points[:, 0], points[:, 1]
        return (x >= left) & (x < right) & (y >= top) & (y < bottom)

    def distances(self, points: np.ndarray) -> np.ndarray:
        """Return (N,) float64, how far points (N, 2) lie outside of the core, the larger of across and down; 0 inside."""
        left, top, right, bottom = self.core
        x, y = points[:, 0], points[:, 1]
        return np.max([left - x, x - right, top - y, y - bottom, np.zeros(len(points))], axis=0)

    def cuts(self, boxes: np.ndarray) -> np.ndarray:
        """Return (N,) bool for boxes (N, 4): touching an edge beyond which the raster goes on."""
        left, top, right, bottom = self.window.bounds
        distance = np.abs(boxes - (left, top, right, bottom))
        return ((distance <= EDGE) & np.array(self.inner)).any(axis=1)


@dataclass(frozen=True)
class Grid:
    """The tiles of a raster.

    Tiles lie ``size - 2 * padding`` apart, the last of a row or column is shifted inwards to be full, and a raster smaller than
    a tile has one, which overhangs it. Neighbours share at least twice the padding, and the border between their cores is the
    middle of what they share. At the raster's own border there is no padding.

    Args:
        width, height: of the raster, pixels.
        size: side of a tile, pixels.
        padding: pixels, 0 to below half of ``size``.

    Raises:
        InvalidParameter: a padding out of these limits.
    """

    width: int
    height: int
    size: int
    padding: int

    def __post_init__(self) -> None:
        if not 0 <= 2 * self.padding < self.size:
            raise InvalidParameter(
                f"PADDING is {self.padding} pixels, but the model's tiles have {self.size} pixels a side.",
                f"The padding must be below half a tile, {self.size / 2:g}; {self.size // 4} is usual.",
            )

    def __len__(self) -> int:
        """Return the number of tiles."""
        return len(self._starts(self.width)) * len(self._starts(self.height))

    def rows(self) -> Iterator[list[Tile]]:
        """Yield the tiles, a row at a time, from the top."""
        columns = list(self._axis(self.width))
        number = 0
        for top, core_top, core_bottom, above, below in self._axis(self.height):
            row = []
            for left, core_left, core_right, before, after in columns:
                window = Window(left, top, self.size, self.size)
                core = (core_left, core_top, core_right, core_bottom)
                row.append(Tile(number, window, core, (before, above, after, below)))
                number += 1
            yield row

    def _starts(self, length: int) -> list[int]:
        return starts(length, self.size, self.size - 2 * self.padding)

    def _axis(self, length: int) -> Iterator[tuple[int, float, float, bool, bool]]:
        """Yield start of the tile, start and end of its core, and whether there is a tile before and after."""
        begin = self._starts(length)
        borders = [(one + self.size + other) / 2 for one, other in pairwise(begin)]
        edges = [-math.inf, *borders, math.inf]
        for position, start in enumerate(begin):
            yield start, edges[position], edges[position + 1], position > 0, position < len(begin) - 1
