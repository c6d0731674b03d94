"""Rectangles of pixels, and how a raster is covered with tiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from affine import Affine

from ..lattice import Starts


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


def tile_windows(
    width: int, height: int, tile_x: int, tile_y: int, stride_x: int, stride_y: int, edge: str = "SHIFT"
) -> Iterator[Window]:
    """Yield the tiles of a grid of ``width`` x ``height`` pixels, row by row; see :class:`core.lattice.Starts`."""
    columns = Starts(width, tile_x, stride_x, edge)
    for row in Starts(height, tile_y, stride_y, edge):
        for col in columns:
            yield Window(col, row, tile_x, tile_y)
