"""A rectangle on the map, as QGIS writes it, and the pixels it covers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform as warp

from ..errors import InputError, InvalidParameter
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

    def window(self, transform: Affine, width: int, height: int, crs: CRS | None, name: str) -> Window:
        """Return the pixels of a grid that the rectangle covers, cut to the grid.

        Edges go to the nearest whole pixel; on a rotated grid, or from another coordinate system, the result is the smallest
        window of pixels around the rectangle.

        Args:
            transform: pixel (col, row) to map of the grid.
            width: columns of the grid.
            height: rows of the grid.
            crs: coordinate system of the grid.
            name: of the raster, for errors.

        Raises:
            InputError: no overlap, or coordinate systems that cannot be brought together.
        """
        x, y = self._outline()
        if self.crs is not None:
            if crs is None:
                raise InputError(
                    f"The extent is in {self.crs.to_string()}, but {name} has no coordinate system.",
                    "Assign one to the raster, or give the extent in the raster's own numbers.",
                )
            if self.crs != crs:
                try:
                    x, y = (np.asarray(values) for values in warp(self.crs, crs, x, y))
                except RasterioError as error:
                    raise InputError(
                        f"The extent cannot be brought from {self.crs.to_string()} to {crs.to_string()}: {error}."
                    ) from error
        inverse = ~transform
        col = inverse.a * x + inverse.b * y + inverse.c
        row = inverse.d * x + inverse.e * y + inverse.f
        if np.isfinite(col).all() and np.isfinite(row).all():
            left, top = max(round(col.min()), 0), max(round(row.min()), 0)
            right, bottom = min(round(col.max()), width), min(round(row.max()), height)
            if left < right and top < bottom:
                return Window(left, top, right - left, bottom - top)
        raise InputError(
            f"The extent {self} covers no pixel of {name}, which spans {bounds_text(transform, width, height)}"
            f"{f' in {crs.to_string()}' if crs else ''}.",
            "Check the extent and its coordinate system.",
        )

    def _outline(self) -> tuple[np.ndarray, np.ndarray]:
        """Points along the four edges, as arrays of x and of y."""
        x, y = np.linspace(self.xmin, self.xmax, _EDGE_POINTS), np.linspace(self.ymin, self.ymax, _EDGE_POINTS)
        left, right, low, high = (np.full(_EDGE_POINTS, v) for v in (self.xmin, self.xmax, self.ymin, self.ymax))
        return np.concatenate([x, x, left, right]), np.concatenate([low, high, y, y])

    def __str__(self) -> str:
        numbers = f"x {self.xmin:.10g} to {self.xmax:.10g}, y {self.ymin:.10g} to {self.ymax:.10g}"
        return f"{numbers} in {self.crs.to_string()}" if self.crs else numbers


def bounds_text(transform: Affine, width: int, height: int) -> str:
    """Return the map rectangle around a grid for a message: ``"x 1 to 2, y 3 to 4"``."""
    corners = [transform * corner for corner in ((0, 0), (width, 0), (width, height), (0, height))]
    x, y = zip(*corners, strict=True)
    return f"x {min(x):.10g} to {max(x):.10g}, y {min(y):.10g} to {max(y):.10g}"
