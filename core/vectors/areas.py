"""How large polygons are on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..imagery.coordinates import project
from .projection import same_crs

_EQUAL_AREA = CRS.from_epsg(6933)  # cylindrical, of the whole Earth: areas in it are those on the ellipsoid
_FAITHFUL = 0.01  # a projection that keeps areas as well as this is measured in itself, as GIS users expect
_STEP = 100.0  # metres, about


class AreaMeter:
    """Measures polygons in square metres.

    In a projected coordinate system it is the plane area where that is within 1 % of the area on the ground, such as in UTM;
    else, in degrees and in Web Mercator for example, it is the area on the ellipsoid. Which of the two is decided once, so that
    the objects of one raster are measured alike.

    Args:
        crs: coordinate system of the polygons; None when there is none: then no area is known.
        place: x and y of a point among them.
    """

    def __init__(self, crs: CRS | None, place: tuple[float, float]) -> None:
        self._crs, self._square = crs, None
        if crs is None or crs.is_geographic:
            return
        try:
            unit = float(crs.linear_units_factor[1])
        except CRSError:
            unit = 1.0
        step = _STEP / unit
        corners = project(np.array([place, (place[0] + step, place[1]), (place[0], place[1] + step)]), crs, _EQUAL_AREA)
        (ax, ay), (bx, by) = corners[1:] - corners[0]
        scale = abs(ax * by - ay * bx) / _STEP**2
        if not np.isfinite(scale) or abs(scale - 1) <= _FAITHFUL:  # not finite: a site's own system, or not on Earth
            self._square = unit**2

    def __call__(self, polygons: np.ndarray) -> np.ndarray:
        """Return the areas, (N,) float64 square metres, of polygons (N,); NaN where they are not known."""
        if self._crs is None:
            return np.full(len(polygons), np.nan)
        if self._square is not None:
            return shapely.area(polygons) * self._square
        areas = shapely.area(same_crs(polygons, self._crs, _EQUAL_AREA, "the result"))
        return np.where(areas > 0, areas, np.nan)
