"""The lattice that pixels lie on: where it is, and how it is made coarser, moved onto another one, and cut."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from ..errors import InputError
from ..lattice import scale_between, whole_pixels
from .coordinates import project
from .windows import Window

ALIGNED = 0.01
"""Corners of pixels that lie this close together, in pixels, are the same: world files and texts round."""
_TURNED = 1e-6  # sine of the angle between two grids from which they count as turned


@dataclass(frozen=True)
class PixelGrid:
    """A grid of pixels on the map; it may be rotated or south-up.

    Attributes:
        transform: pixel (col, row) to map, upper-left corner of the pixel.
        width, height: in pixels.
        crs: coordinate system; None when there is none.
    """

    transform: Affine
    width: int
    height: int
    crs: CRS | None

    @property
    def cell_size(self) -> tuple[float, float]:
        """Width and height of a pixel in units of the coordinate system, both positive."""
        t = self.transform
        return float(np.hypot(t.a, t.d)), float(np.hypot(t.b, t.e))

    @property
    def window(self) -> Window:
        """All of its pixels."""
        return Window(0, 0, self.width, self.height)

    def cut(self, window: Window) -> PixelGrid:
        """Return the part of the grid that is ``window``."""
        return replace(self, transform=window.transform(self.transform), width=window.width, height=window.height)

    def scale_to(self, cell_size: float | None) -> tuple[float, float]:
        """Return how many pixels, across and down, a pixel of the wanted size spans; 1 for None, 0 and the grid's own size."""
        return scale_between(self.cell_size, cell_size)

    def scaled(self, scale: tuple[float, float], name: str) -> PixelGrid:
        """Return the grid with pixels ``scale`` times as large.

        It holds whole pixels only: one that overhangs the raster by a part has no full data.

        Raises:
            InputError: one pixel would be larger than the raster called ``name``.
        """
        if scale == (1.0, 1.0):
            return self
        width, height = whole_pixels(self.width, scale[0]), whole_pixels(self.height, scale[1])
        if width < 1 or height < 1:
            own_x, own_y = self.cell_size
            raise InputError(
                f"The cell size {scale[0] * own_x:g} is larger than {name}, "
                f"which has {self.width} x {self.height} pixels of {own_x:g} x {own_y:g}.",
                "The cell size is in units of the raster's coordinate system, degrees for geographic ones.",
            )
        return replace(self, transform=self.transform * Affine.scale(*scale), width=width, height=height)

    def snapped(self, lattice: PixelGrid, name: str) -> PixelGrid:
        """Return the grid moved by less than a pixel, so that a corner of its pixels lies on a corner of another grid's.

        The corner is that of ``lattice`` next to the grid's origin; where the one cell size is a multiple of the other, all
        corners meet. The grid moves inwards and loses the row and the column that become parts.

        Args:
            lattice: the other grid; its extent does not matter.
            name: of the raster, for errors.

        Raises:
            InputError: the two are in different coordinate systems or turned against each other, or nothing is left.
        """
        if lattice.crs != self.crs:
            raise InputError(
                f"The snap raster is {_system(lattice.crs)}, but {name} is {_system(self.crs)}.",
                f"Pixels align only within one coordinate system: give a snap raster in that of {name}.",
            )
        one, other = self.transform, lattice.transform
        sine = (one.a * other.d - one.d * other.a) / (math.hypot(one.a, one.d) * math.hypot(other.a, other.d))
        cosine = (one.a * other.b + one.d * other.e) / (math.hypot(one.a, one.d) * math.hypot(other.b, other.e))
        if max(abs(sine), abs(cosine)) > _TURNED:
            raise InputError(
                f"The pixels of the snap raster are turned against those of {name}.",
                "Give a snap raster whose rows run in the same direction.",
            )
        col, row = ~other * (one.c, one.f)
        corner = ~one * (other * (round(col), round(row)))
        shift = [value % 1.0 for value in corner]
        if all(min(value, 1 - value) < ALIGNED for value in shift):
            return self
        shift = [0.0 if min(value, 1 - value) < ALIGNED else value for value in shift]
        width, height = (length - (value > 0) for length, value in zip((self.width, self.height), shift, strict=True))
        if width < 1 or height < 1:
            raise InputError(f"{name} has too few pixels to be aligned with the snap raster.", "Leave the snap raster empty.")
        return replace(self, transform=one * Affine.translation(*shift), width=width, height=height)

    def fit(self, other: PixelGrid, tolerance: float = ALIGNED) -> Fit:
        """Return how the pixels of another grid, those of a file, lie under the pixels of this one.

        Args:
            other: the file's.
            tolerance: how far apart corners may be, in pixels, to count as the same.
        """
        if other is self:
            return Fit((1.0, 1.0), (0, 0), True)
        if other.crs != self.crs:
            middle = np.array([other.width, other.height]) / 2
            points = map_points(other.transform, middle + np.array([(0, 0), (1, 0), (0, 1)]))
            here = map_points(~self.transform, project(points, other.crs or CRS(), self.crs or CRS()))
            across, down = (math.dist(here[0], beside) for beside in here[1:])
            return Fit((1 / across, 1 / down), None, False)
        cells, others = self.cell_size, other.cell_size
        scale = (cells[0] / others[0], cells[1] / others[1])
        size = np.array([other.width, other.height], float)
        if np.abs(size / scale - size).max() < tolerance:
            scale = (1.0, 1.0)
        place = ~self.transform * other.transform
        near, far = map_points(place, np.array([(0, 0), size]))
        corner = np.rint(near)

        def meets(corners: tuple[np.ndarray, np.ndarray]) -> bool:
            return bool(np.abs(np.subtract(corners, (near, far))).max() < tolerance)

        turned = Affine(round(place.a), round(place.b), corner[0], round(place.d), round(place.e), corner[1])
        exact = scale == (1.0, 1.0) and abs(turned.determinant) == 1 and meets((corner, np.array(turned * size)))
        offset = None
        if meets((corner, corner + size / scale)):
            col, row = (-int(value) for value in corner)
            reach = np.array([col + self.width, row + self.height]) * scale - size
            offset = (col, row) if min(col, row) >= 0 and reach.max() < ALIGNED else None
        return Fit(scale, offset, exact)


@dataclass(frozen=True)
class Fit:
    """How the pixels of a file lie under those of a grid.

    Attributes:
        scale: how many of them, across and down, a pixel of the grid spans.
        offset: column and row, in pixels of the grid's size, at which the grid begins in the file; None where corners do not
            meet or the grid is larger than the file.
        exact: whether each pixel of the grid is one of the file, perhaps mirrored or turned by a right angle.
    """

    scale: tuple[float, float]
    offset: tuple[int, int] | None
    exact: bool


def map_points(transform: Affine, points: np.ndarray) -> np.ndarray:
    """Apply a transform to points, (n, 2) float64."""
    return points @ np.array([[transform.a, transform.d], [transform.b, transform.e]]) + (transform.c, transform.f)


def _system(crs: CRS | None) -> str:
    return f"in {crs.to_string()}" if crs else "without a coordinate system"
