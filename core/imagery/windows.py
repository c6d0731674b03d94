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

    def transform(self, grid: Affine) -> Affine:
        """Return the transform of the window's own pixels, given that of the ``grid``."""
        return grid * Affine.translation(self.col, self.row)

    def __str__(self) -> str:
        return f"columns {self.col} to {self.col + self.width}, rows {self.row} to {self.row + self.height}"


def starts(length: int, tile: int, stride: int) -> list[int]:
    """Return where the tiles along one axis begin.

    Tiles lie ``stride`` apart from 0 on. When the last one would overhang the end it is shifted inwards to end there, so
    that every tile is full and every pixel is in one. An axis shorter than a tile gets one tile at 0, which overhangs.

    Args:
        length: pixels of the axis, at least 1.
        tile: tile size in pixels, at least 1.
        stride: step in pixels, 1 to ``tile``; 0 means ``tile``.
    """
    last = max(length - tile, 0)
    return [*range(0, last, stride or tile), last]


def tile_windows(width: int, height: int, tile_x: int, tile_y: int, stride_x: int, stride_y: int) -> Iterator[Window]:
    """Yield the tiles that cover a grid of ``width`` x ``height`` pixels, row by row; see :func:`starts` for the edges."""
    columns = starts(width, tile_x, stride_x)
    for row in starts(height, tile_y, stride_y):
        for col in columns:
            yield Window(col, row, tile_x, tile_y)
