"""Small, medium and large objects: where the limits are, and in which unit a user reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rasterio.crs import CRS

from ..imagery.coordinates import project

SMALL, LARGE = 32, 96  # pixels: an object is small below the square of the one, and large from that of the other
NAMES = ("small", "medium", "large")
_DEGREES, _METRES = CRS.from_epsg(4326), 111_195.0  # of a degree on the Earth's mean sphere


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


def square_metres(crs: CRS | None, x: float, y: float) -> float | None:
    """Return the square metres on the ground of a square unit of a coordinate system at a place, within 1 %.

    So that a unit of web Mercator is what it is there, and one of degrees too. None when it is not known.
    """
    if crs is None:
        return None
    step = 1e-4 if crs.is_geographic else 1.0
    points = np.array([(x, y), (x + step, y), (x, y + step)])
    degrees = project(points, crs, _DEGREES)
    if not np.isfinite(degrees).all():
        return None
    sides = (degrees[1:] - degrees[0]) * (_METRES * np.cos(np.radians(degrees[0, 1])), _METRES) / step
    return abs(float(np.linalg.det(sides))) or None


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
