"""Points from one coordinate system to another."""

from __future__ import annotations

import numpy as np
from rasterio._err import CPLE_BaseError  # what GDAL raises in places where rasterio does not translate
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.warp import transform

_PROBES = 16


def project(points: np.ndarray, source: CRS, target: CRS) -> np.ndarray:
    """Bring points from one coordinate system to another, x before y in both whatever the authority says.

    Args:
        points: (n, 2) float64.
        source: the system they are in.
        target: the system wanted.

    Returns:
        (n, 2) float64; NaN for points that have no place in ``target``, such as a latitude of 95.
    """
    if source == target or len(points) == 0:
        return points
    try:
        moved = np.column_stack(transform(source, target, points[:, 0], points[:, 1]))
    except (RasterioError, CPLE_BaseError):  # one bad point fails them all
        if len(points) == 1:
            return np.full((1, 2), np.nan)
        if len(points) > 4 * _PROBES:
            probes = np.linspace(0, len(points) - 1, _PROBES).astype(int)
            if all(np.isnan(project(points[i : i + 1], source, target)).all() for i in probes):
                return np.full(points.shape, np.nan)  # the wrong system: do not ask for millions one by one
        half = len(points) // 2
        return np.concatenate([project(points[:half], source, target), project(points[half:], source, target)])
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved
