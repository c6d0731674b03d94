"""A rectangle on the map, as QGIS writes it, and the pixels it covers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import InputError, InvalidParameter
from .coordinates import project
from .ground import Ground
from .windows import Window

_FORMAT = re.compile(r"^\s*([^,\[\]]+),([^,\[\]]+),([^,\[\]]+),([^,\[\]]+?)\s*(?:\[(.+)\])?\s*$")
_EDGE_POINTS = 21  # per edge, as gdalwarp does: a straight edge is a curve in another projection


@dataclass(frozen=True)
class Extent:
    """A rectangle in map coordinates; ``crs`` is None when it is that of the raster."""

    xmin: float
    xmax: float
    ymin: float
    ymax: float
    crs: CRS | None = None

    @classmethod
    def parse(cls, text: str) -> Extent:
        """Read ``"xmin,xmax,ymin,ymax"`` or ``"xmin,xmax,ymin,ymax [EPSG:code]"``, the order of QGIS.

        Raises:
            InvalidParameter: anything else, an unknown coordinate system, or a rectangle without area.
        """
        hint = "Write it as xmin,xmax,ymin,ymax with an optional [EPSG:code]."
        match = _FORMAT.match(text)
        if match is None:
            raise InvalidParameter(f"EXTENT is {text!r}, which is not a rectangle.", hint)
        try:
            xmin, xmax, ymin, ymax = (float(number) for number in match.groups()[:4])
        except ValueError:
            raise InvalidParameter(f"EXTENT is {text!r}, which is not a rectangle.", hint) from None
        if not all(math.isfinite(number) for number in (xmin, xmax, ymin, ymax)):
            raise InvalidParameter(f"EXTENT is {text!r}; its numbers must be finite.", hint)
        if xmin >= xmax or ymin >= ymax:
            raise InvalidParameter(f"EXTENT is {text!r}: xmin must be below xmax and ymin below ymax.", hint)
        name = match.group(5)
        try:
            crs = CRS.from_user_input(name.strip()) if name else None
        except CRSError:
            raise InvalidParameter(f"EXTENT names the coordinate system {name}, which is unknown.", hint) from None
        return cls(xmin, xmax, ymin, ymax, crs)

    def window(self, ground: Ground, width: int, height: int, name: str) -> Window:
        """Return the pixels of a grid that the rectangle covers, cut to the grid.

        Edges go to the nearest whole pixel; on a rotated grid, or from another coordinate system, the result is the smallest
        window of pixels around the rectangle.

        Args:
            ground: where the grid's pixels are.
            width: columns of the grid.
            height: rows of the grid.
            name: of the raster, for errors.

        Raises:
            NoOverlap: the rectangle covers no pixel.
            InputError: coordinate systems that cannot be brought together.
        """
        crs = ground.crs
        if self.crs is not None and crs is None:
            raise InputError(
                f"The extent is in {self.crs.to_string()}, but {name} has no coordinate system.",
                "Assign one to the raster, or give the extent in the raster's own numbers.",
            )
        own, other = crs or CRS(), self.crs or crs or CRS()
        edge = project(ground.to_map(outline(0, 0, width, height)), own, other)
        if ((edge >= (self.xmin, self.ymin)) & (edge <= (self.xmax, self.ymax))).all():
            return Window(0, 0, width, height)  # also for extents, such as the world, that have no place in the raster's system
        points = project(outline(self.xmin, self.ymin, self.xmax, self.ymax), other, own)
        pixels = ground.to_pixels(points) if np.isfinite(points).all() else points
        window = window_around(pixels)
        part = window and window.intersection(Window(0, 0, width, height))
        if part is None:
            raise NoOverlap(
                f"The extent {self} covers no pixel of {name}, which spans {span(ground, width, height)}.",
                "Check the extent and its coordinate system.",
            )
        return part

    def __str__(self) -> str:
        numbers = f"x {self.xmin:.10g} to {self.xmax:.10g}, y {self.ymin:.10g} to {self.ymax:.10g}"
        return f"{numbers} in {self.crs.to_string()}" if self.crs else numbers


class NoOverlap(InputError):
    """An extent that covers no pixel of a raster."""


def outline(left: float, low: float, right: float, high: float) -> np.ndarray:
    """Return points along the four edges of a rectangle, (n, 2) float64."""
    x, y = np.linspace(left, right, _EDGE_POINTS), np.linspace(low, high, _EDGE_POINTS)
    edges = ((x, low), (x, high), (left, y), (right, y))
    return np.concatenate([np.column_stack(np.broadcast_arrays(*edge)) for edge in edges])


def window_around(pixels: np.ndarray) -> Window | None:
    """Return the window around points, (n, 2) in pixels, to the nearest whole pixel; None if it is empty or unknown."""
    if not np.isfinite(pixels).all():
        return None
    left, top = (round(float(value)) for value in pixels.min(axis=0))
    right, bottom = (round(float(value)) for value in pixels.max(axis=0))
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def span(ground: Ground, width: int, height: int) -> str:
    """Return the map rectangle around a grid for a message: ``"x 1 to 2, y 3 to 4 in EPSG:32645"``."""
    corners = ground.to_map(np.array([(0, 0), (width, 0), (width, height), (0, height)], float))
    (xmin, ymin), (xmax, ymax) = corners.min(axis=0), corners.max(axis=0)
    system = f" in {ground.crs.to_string()}" if ground.crs else ""
    return f"x {xmin:.10g} to {xmax:.10g}, y {ymin:.10g} to {ymax:.10g}{system}"
