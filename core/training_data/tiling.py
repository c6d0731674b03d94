"""Which parts of a raster become chips, and which objects are in them. Reads no pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine

from ..imagery import Raster, Window
from ..lattice import Starts, around
from .chips import ChipObjects
from .chips import around as frame_of
from .labels import Labels, MaskPolygons

_CACHE = 48 * 2**20  # bytes of pixels that the order of reading relies on staying in GDAL's cache
_AT_ONCE = 256  # windows looked at in one go


@dataclass(frozen=True)
class Tile:
    """A place for a chip.

    Attributes:
        width, height: of the chip, pixels.
        window: the pixels of the grid that it shows; None for a turned one.
        matrix: pixel of the chip (col, row; corners) to pixel of the grid.
        objects: what it shows.
    """

    width: int
    height: int
    window: Window | None
    matrix: Affine
    objects: ChipObjects

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The rectangle around it in pixels of the grid: left, top, right, bottom."""
        return frame_of(self.matrix, self.width, self.height)


@dataclass(frozen=True)
class Lattice:
    """How a raster is covered with tiles.

    Attributes:
        tile: width and height of a tile, pixels.
        stride: step to the next column and row, pixels, up to the tile.
        edge: what becomes of tiles that overhang the raster; see :class:`core.lattice.Starts`.
        angles: by which each tile is written turned, degrees.
        min_overlap: share of an object that a tile must hold, 0..1.
        empty: whether tiles without objects count.
    """

    tile: tuple[int, int]
    stride: tuple[int, int]
    edge: str = "SHIFT"
    angles: tuple[float, ...] = ()
    min_overlap: float = 0.0
    empty: bool = False

    def count(self, raster: Raster) -> int:
        """Return the number of places on a raster, unturned."""
        return len(self._starts(raster.width, 0)) * len(self._starts(raster.height, 1))

    def tiles(self, raster: Raster, labels: Labels, masks: MaskPolygons | None) -> Iterator[tuple[float, list[Tile]]]:
        """Yield the tiles that may become chips, some at a time, with the share of the places looked at so far.

        Tiles go row by row, in strips so narrow that the rows of blocks they are read from stay in memory.
        """
        total, seen = max(self.count(raster), 1), 0
        rows = self._starts(raster.height, 1)
        for columns in self._strips(raster):
            for row in rows:
                for begin in range(0, len(columns), _AT_ONCE):
                    windows = [Window(col, row, *self.tile) for col in columns[begin : begin + _AT_ONCE]]
                    seen += len(windows)
                    yield seen / total, self._eligible(windows, raster, labels, masks)

    def _eligible(self, windows: list[Window], raster: Raster, labels: Labels, masks: MaskPolygons | None) -> list[Tile]:
        width, height = self.tile
        found = []
        inside = masks.hold(windows) if masks else np.ones(len(windows), bool)
        windows = [window for window, kept in zip(windows, inside, strict=True) if kept]
        for window, objects in zip(windows, labels.cut(windows, self.min_overlap), strict=True):
            if not len(objects) and not self.empty:
                continue
            found.append(Tile(width, height, window, Affine.translation(window.col, window.row), objects))
            for angle in self.angles:
                matrix = turned(window, angle)
                tile = Tile(width, height, None, matrix, labels.cut_turned(matrix, width, height, self.min_overlap))
                if (
                    (len(tile.objects) or self.empty)
                    and (self.edge != "SKIP" or _on(raster, tile.bounds))
                    and (masks is None or masks.hold_turned(matrix, width, height))
                ):
                    found.append(tile)
        return found

    def _starts(self, length: int, axis: int) -> Starts:
        return Starts(length, self.tile[axis], self.stride[axis], self.edge)

    def _strips(self, raster: Raster) -> Iterator[list[int]]:
        """Divide the columns of tiles so that a row of tiles with the blocks below it fits into the cache."""
        columns = self._starts(raster.width, 0)
        rows = self.tile[1] + raster.block_shape[0]
        width = max(_CACHE // (rows * raster.count * raster.dtype.itemsize), 4 * self.tile[0])
        number = max(len(columns) * self.stride[0] // width, 1)
        yield from (part.tolist() for part in np.array_split(np.array(columns, int), number) if len(part))


def turned(window: Window, angle: float) -> Affine:
    """Return the matrix from a chip to the grid for a window turned about its centre by ``angle`` degrees, clockwise."""
    middle = window.col + window.width / 2, window.row + window.height / 2
    # By quarters the sines are exact, so that pixels are taken over and not mixed.
    sine, cosine = (round(f(math.radians(angle)), 15) for f in (math.sin, math.cos))
    turn = Affine(cosine, -sine, 0, sine, cosine, 0)
    return Affine.translation(*middle) * turn * Affine.translation(-window.width / 2, -window.height / 2)


def object_tiles(
    raster: Raster, labels: Labels, masks: MaskPolygons | None, tile: tuple[int, int] | None, edge: str
) -> Iterator[tuple[float, list[Tile]]]:
    """Yield a tile for each object, which holds nothing else, with the share of the objects so far.

    Args:
        raster: the grid.
        labels: the objects.
        masks: polygons in which a tile must lie.
        tile: width and height of tiles that have the object in their middle; None for tiles as large as its box.
        edge: what becomes of tiles that overhang the raster: SHIFT, PAD or SKIP.
    """
    bounds = shapely.bounds(labels.polygons)
    order = np.lexsort((bounds[:, 0], bounds[:, 1] // 512)) if len(bounds) else np.zeros(0, int)  # neighbours together
    for begin in range(0, len(order), _AT_ONCE):
        some = order[begin : begin + _AT_ONCE]
        windows = [Window(*around(box, raster.width, raster.height, tile, edge)) for box in bounds[some].tolist()]
        inside = masks.hold(windows) if masks else np.ones(len(windows), bool)
        places = np.array([window.bounds for window in windows], float)
        polygons = shapely.intersection(labels.polygons[some], shapely.box(*places.T))
        found = []
        for i, window, polygon, kept in zip(some.tolist(), windows, polygons, inside, strict=True):
            if not kept or shapely.area(polygon) == 0 or (edge == "SKIP" and not _on(raster, window.bounds)):
                continue
            own = shapely.transform(np.array([polygon]), lambda xy, at=(window.col, window.row): xy - at)
            objects = ChipObjects(own, labels.positions[i : i + 1], np.zeros(1, int))
            matrix = Affine.translation(window.col, window.row)
            found.append(Tile(window.width, window.height, window, matrix, objects))
        yield (begin + len(some)) / len(order), found


def _on(raster: Raster, bounds: tuple[float, float, float, float]) -> bool:
    """Whether a rectangle of pixels lies wholly on the raster."""
    left, top, right, bottom = bounds
    return left >= -1e-6 and top >= -1e-6 and right <= raster.width + 1e-6 and bottom <= raster.height + 1e-6
