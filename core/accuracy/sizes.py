"""Small, medium and large objects: where the limits are, and in which unit a user reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError

SMALL, LARGE = 32, 96  # pixels: an object is small below the square of the one, and large from that of the other
NAMES = ("small", "medium", "large")
_DEGREE = 111_320.0  # metres of a degree of latitude, of one of longitude at the equator


@dataclass(frozen=True)
class Sizes:
    """The limits between small, medium and large.

    Attributes:
        limits: two areas in square units of the coordinate system.
        by_pixels: whether they are COCO's, 32 x 32 and 96 x 96 pixels; else thirds of the true objects.
    """

    limits: tuple[float, float]
    by_pixels: bool

    @property
    def ranges(self) -> list[tuple[float, float]]:
        """Least and largest area of small, medium and large."""
        low, high = self.limits
        return [(0.0, low), (low, high), (high, float("inf"))]


def size_limits(true_areas: np.ndarray, cell_size: float | None) -> Sizes | None:
    """Return the limits; None where there is nothing to part: no true objects, or all are of the same size.

    Args:
        true_areas: (M,) in square units of the coordinate system.
        cell_size: of the imagery, in units of the coordinate system; without one each range holds about a third of the true
            objects.
    """
    if cell_size:
        return Sizes(((SMALL * cell_size) ** 2, (LARGE * cell_size) ** 2), True)
    areas, counts = np.unique(true_areas, return_counts=True)
    if len(areas) < 2:
        return None
    # Between two areas that occur, so that no object lies on a limit, where it would count on both sides.
    between, below = (areas[:-1] + areas[1:]) / 2, np.cumsum(counts)[:-1] / len(true_areas)
    low, high = (float(between[np.abs(below - share).argmin()]) for share in (1 / 3, 2 / 3))
    return Sizes((low, high), False)


def square_metres(crs: CRS | None, latitude: float) -> float | None:
    """Return the square metres of a square unit of a coordinate system, about; None when that is not known.

    Args:
        crs: the system.
        latitude: where, for systems in degrees.
    """
    if crs is None:
        return None
    if crs.is_geographic:
        return float(_DEGREE**2 * max(np.cos(np.radians(latitude)), 1e-6))
    try:
        return float(crs.linear_units_factor[1] ** 2)
    except CRSError:  # such as a local system
        return None


def area_text(area: float, unit: float | None) -> str:
    """Return an area in square units of the map as people read it.

    Args:
        area: in square units.
        unit: square metres of one; None when not known.
    """
    if unit is None:
        return f"{area:.4g} square map units"
    metres = area * unit
    return f"{metres / 1e4:,.3g} ha" if metres >= 1e5 else f"{metres:,.0f} m²" if metres >= 100 else f"{metres:.3g} m²"
