"""Where tiles lie on a raster, and how many pixels it has at another size: for the core and for QGIS, which shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

SLIVER = 1.0
"""Square pixels: less than this left of an object that the edge of a chip cuts is no object."""
PLAY = 0.5
"""Pixels by which a chip may leave a mask polygon: the coordinates of the two are rounded."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels, y downwards."""


@dataclass(frozen=True)
class Starts(Sequence[int]):
    """Where the tiles along one axis begin: 0, ``stride``, 2 x ``stride`` and so on; ascending, empty only with ``"SKIP"``.

    Takes no more memory for a million tiles than for one.

    Attributes:
        length: pixels of the axis, at least 1.
        tile: tile size in pixels, at least 1.
        stride: step in pixels, 1 to ``tile``; 0 means ``tile``.
        edge: what becomes of the first tile that would overhang the end. ``"SHIFT"``: it is moved inwards to end there, so that
            every tile is full and every pixel is in one. ``"PAD"``: it stays in its place and overhangs. ``"SKIP"``: it is left
            out. An axis shorter than a tile gets one tile at 0, which overhangs, and none with ``"SKIP"``.
    """

    length: int
    tile: int
    stride: int
    edge: str = "SHIFT"

    def __len__(self) -> int:
        last = self.length - self.tile
        if self.edge == "SKIP":
            return max(last // self._step + 1, 0) if last >= 0 else 0
        return math.ceil(last / self._step) + 1 if last > 0 else 1

    @overload
    def __getitem__(self, number: int) -> int: ...
    @overload
    def __getitem__(self, number: slice) -> list[int]: ...
    def __getitem__(self, number: int | slice) -> int | list[int]:
        """Return the first pixel of a tile, or of several."""
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        count = len(self)
        place = number + count if number < 0 else number
        if not 0 <= place < count:
            raise IndexError(number)
        if place and place == count - 1 and self.edge == "SHIFT":
            return self.length - self.tile
        return place * self._step

    def touching(self, low: float, high: float) -> range:
        """Return the numbers of the tiles that have something between two places on the axis."""
        return self._between(math.floor((low - self.tile) / self._step) + 1, math.ceil(high / self._step), low, high, False)

    def within(self, low: float, high: float) -> range:
        """Return the numbers of the tiles that lie wholly between two places on the axis."""
        first, end = math.ceil(low / self._step), math.floor((high - self.tile) / self._step) + 1
        return self._between(first, end, low, high, True)

    def _between(self, first: int, end: int, low: float, high: float, whole: bool) -> range:
        """The tiles from ``first`` to ``end`` of a lattice without an end, and the last one, which may lie off it."""
        count = len(self)
        if count and self.edge == "SHIFT":
            begin = self[count - 1]
            hit = low <= begin and begin + self.tile <= high if whole else begin < high and begin + self.tile > low
            first, end = min(max(first, 0), count - 1), min(end, count - 1)
            return range(first, max(end, first)) if not hit else range(first, count)
        first = min(max(first, 0), count)
        return range(first, max(min(end, count), first))

    @property
    def _step(self) -> int:
        return self.stride or self.tile


def starts(length: int, tile: int, stride: int, edge: str = "SHIFT") -> list[int]:
    """Return where the tiles along one axis begin; see :class:`Starts`."""
    return list(Starts(length, tile, stride, edge))


def angles_of(angle: float) -> tuple[float, ...]:
    """Return the multiples of an angle below a full turn, 0 left out; none for 0."""
    return tuple(angle * k for k in range(1, math.ceil(round(360 / angle, 9)))) if angle else ()


def around(box: Box, width: int, height: int, tile: tuple[int, int] | None, edge: str) -> tuple[int, int, int, int]:
    """Return column, row, width and height of the chip for one object, in whole pixels.

    Args:
        box: of the object.
        width: pixels of the raster.
        height: pixels of the raster.
        tile: width and height of a chip that has the object in its middle; None for one as large as the box.
        edge: what becomes of a chip that would overhang the raster: SHIFT moves it inwards.
    """
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if tile is None:
        col, row = math.floor(left + 1e-6), math.floor(top + 1e-6)
        return col, row, max(math.ceil(right - 1e-6) - col, 1), max(math.ceil(bottom - 1e-6) - row, 1)
    col, row = round((left + right - tile[0]) / 2), round((top + bottom - tile[1]) / 2)
    if edge == "SHIFT":
        col, row = max(min(col, width - tile[0]), 0), max(min(row, height - tile[1]), 0)
    return col, row, *tile


def scale_between(own: tuple[float, float], wanted: float | None) -> tuple[float, float]:
    """Return how many pixels, across and down, a pixel of the wanted size spans; 1 for None, 0 and the own size.

    Args:
        own: width and height of the pixels there are.
        wanted: side of the pixels that are wanted, in the same unit.
    """
    scale = (wanted / own[0], wanted / own[1]) if wanted else (1.0, 1.0)
    # The same number, read from a text, is no other size.
    return (1.0, 1.0) if all(abs(value - 1) <= 1e-6 for value in scale) else scale


def whole_pixels(length: int, scale: float) -> int:
    """Return how many whole pixels ``scale`` times as large lie on an axis: one that overhangs by a part has no full data."""
    return int(length / scale + 1e-6)
