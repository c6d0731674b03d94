"""Geometries from one coordinate system to another, and between the map and the pixels of a raster."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from affine import Affine
from rasterio.crs import CRS

from ..errors import InputError
from ..imagery import Raster
from ..imagery.coordinates import project


def to_pixels(geometries: np.ndarray, crs: CRS | None, raster: Raster, what: str) -> np.ndarray:
    """Bring map geometries into the working grid of a raster: x is the column, y the row, of pixel corners, in float64.

    Args:
        geometries: (N,) shapely geometries.
        crs: their coordinate system; None only if the raster has none either.
        raster: the grid.
        what: the layer's name, for errors.

    Returns:
        (N,) geometries; one that has no place in the raster's coordinate system (a latitude of 95) or image is empty.

    Raises:
        InputError: see :func:`same_crs`.
    """
    return _transform(same_crs(geometries, crs, raster.ground_crs, what, raster.name), raster.to_grid)


def to_map(geometries: np.ndarray, raster: Raster) -> np.ndarray:
    """Bring pixel geometries, (N,), of the working grid into the raster's coordinate system."""
    return _affine(geometries, raster.transform)


def same_crs(
    geometries: np.ndarray, crs: CRS | None, target_crs: CRS | None, what: str, target: str = "the other input"
) -> np.ndarray:
    """Bring geometries, (N,), from one coordinate system into another.

    Args:
        geometries: (N,) shapely geometries.
        crs: their coordinate system.
        target_crs: the one wanted; both None leaves the geometries as they are.
        what: name of the geometries' layer, for errors.
        target: name of the other input, for errors.

    Returns:
        (N,) geometries; one that cannot be expressed in the target system is empty.

    Raises:
        InputError: only one side has a coordinate system.
    """
    if crs == target_crs:
        return geometries
    if crs is None or target_crs is None:
        without, other = (what, target) if crs is None else (target, what)
        raise InputError(
            f"{without} has no coordinate system, but {other} is in {crs or target_crs}.",
            f"Assign one to {without} (in QGIS: Assign Projection).",
        )

    return _transform(geometries, lambda points: project(points, crs, target_crs))


def _affine(geometries: np.ndarray, matrix: Affine) -> np.ndarray:
    """Apply an affine transform to geometries."""
    linear = np.array([[matrix.a, matrix.b], [matrix.d, matrix.e]]).T
    return _transform(geometries, lambda points: points @ linear + (matrix.c, matrix.f))


def _transform(geometries: np.ndarray, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Apply ``function``, (n, 2) to (n, 2), to all points; empty what becomes infinite, repair what becomes invalid."""
    moved = np.array(geometries, dtype=object)
    points, owner = shapely.get_coordinates(moved, return_index=True)
    if not len(points):
        return moved
    points = function(points)
    lost = np.unique(owner[~np.isfinite(points).all(axis=1)])
    points[~np.isfinite(points).all(axis=1)] = 0
    moved = shapely.set_coordinates(moved, points)
    moved[lost] = shapely.Point()
    broken = ~shapely.is_valid(moved)
    if broken.any():
        moved[broken] = shapely.make_valid(moved[broken], method="structure", keep_collapsed=False)
    return moved
