"""Rectangles of pixels, and how a raster is covered with tiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from affine import Affine


@dataclass(frozen=True)
class Window:
    """A rectangle of whole pixels of a grid; it may overhang the grid.

    Attributes:
        col, row: the upper-left pixel, counted from 0; may be negative.
        width, height: size in pixels, at least 1.
    """

    col: int
    row: int
    width: int
    height: int

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """The edges ``(left, top, right, bottom)`` in pixel coordinates, y downwards."""
        return self.col, self.row, self.col + self.width, self.row + self.height

    def intersection(self, other: Window) -> Window | None:
        """Return the pixels that both windows hold, None where there are none."""
        left, top = max(self.col, other.col), max(self.row, other.row)
        width = min(self.col + self.width, other.col + other.width) - left
        height = min(self.row + self.height, other.row + other.height) - top
        return Window(left, top, width, height) if width > 0 and height > 0 else None

    def moved(self, cols: int, rows: int) -> Window:
        """Return the window ``cols`` further to the right and ``rows`` further down."""
        return Window(self.col + cols, self.row + rows, self.width, self.height)

    def slices(self) -> tuple[slice, slice]:
        """Return the rows and the columns, to index an array (..., height, width) with."""
        return slice(self.row, self.row + self.height), slice(self.col, self.col + self.width)

    def transform(self, grid: Affine) -> Affine:
        """Return the transform of the window's own pixels, given that of the ``grid``."""
        return grid * Affine.translation(self.col, self.row)

    def __str__(self) -> str:
        return f"columns {self.col} to {self.col + self.width}, rows {self.row} to {self.row + self.height}"


def starts(length: int, tile: int, stride: int, edge: str = "SHIFT") -> list[int]:
    """Return where the tiles along one axis begin: 0, ``stride``, 2 x ``stride`` and so on.

    Args:
        length: pixels of the axis, at least 1.
        tile: tile size in pixels, at least 1.
        stride: step in pixels, 1 to ``tile``; 0 means ``tile``.
        edge: what becomes of the first tile that would overhang the end. ``"SHIFT"``: it is moved inwards to end there, so that
            every tile is full and every pixel is in one. ``"PAD"``: it stays in its place and overhangs. ``"SKIP"``: it is left
            out. An axis shorter than a tile gets one tile at 0, which overhangs, and none with ``"SKIP"``.

    Returns:
        The first pixel of each tile, ascending; empty only with ``"SKIP"``.
    """
    stride = stride or tile
    last = length - tile
    if edge == "SKIP":
        return list(range(0, last + 1, stride))
    if last <= 0:
        return [0]
    begin = range(0, last, stride)
    return [*begin, begin[-1] + stride if edge == "PAD" else last]


def tile_windows(
    width: int, height: int, tile_x: int, tile_y: int, stride_x: int, stride_y: int, edge: str = "SHIFT"
) -> Iterator[Window]:
    """Yield the tiles of a grid of ``width`` x ``height`` pixels, row by row; see :func:`starts` for the edges."""
    columns = starts(width, tile_x, stride_x, edge)
    for row in starts(height, tile_y, stride_y, edge):
        for col in columns:
            yield Window(col, row, tile_x, tile_y)
