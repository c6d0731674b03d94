"""Geometries from one coordinate system to another, and between the map and the pixels of a raster."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import InputError, InvalidParameter
from ..imagery import Raster
from ..imagery.coordinates import project

Function = Callable[[np.ndarray], np.ndarray]
BENT = 0.1
"""How far, in pixels, an edge may be from its right place after it was brought into another coordinate system."""
_MOST_CORNERS = 1000  # of an edge


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
    """Bring pixel geometries, (N,), of the working grid into the raster's :attr:`~core.imagery.Raster.ground_crs`.

    Where straight edges of pixels are bent on the ground, polygons get the corners that it takes. A geometry that has no place
    there is empty.
    """
    if not raster.is_straight:
        geometries = with_corners(geometries, raster.to_ground, BENT)
    return _transform(geometries, raster.to_ground)


def known_crs(text: str) -> CRS:
    """Return the coordinate system of the parameter OUTPUT_CRS, a code or WKT.

    Raises:
        InvalidParameter: it is none.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise InvalidParameter(
            f"OUTPUT_CRS is {text[:80]!r}, which is no known coordinate system.", "Write it as EPSG:code or as WKT."
        ) from None


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


def with_corners(geometries: np.ndarray, function: Function, tolerance: float) -> np.ndarray:
    """Give polygons, (N,), the corners that they need to keep their shape when only the corners are moved.

    How far an edge leaves the straight line grows with the square of its length: what the middles of the edges tell is enough
    to know how short they must be.

    Args:
        geometries: polygons; others are returned as they are.
        function: how the corners will be moved, (n, 2) float64 to (n, 2).
        tolerance: how far an edge may end up from its right place, in units of ``geometries``.
    """
    rings, owner = shapely.get_rings(geometries, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    one = np.flatnonzero(ring[:-1] == ring[1:]) if len(ring) else np.empty(0, int)
    if not len(one):
        return geometries
    begin, end = points[one], points[one + 1]
    moved, middles = function(points), function((begin + end) / 2)
    chord = moved[one + 1] - moved[one]
    length = np.hypot(*(end - begin).T)
    off = np.hypot(*(middles - moved[one] - chord / 2).T)
    with np.errstate(divide="ignore", invalid="ignore"):
        off *= length / np.hypot(*chord.T)  # in units of the geometries
        longest = length * np.sqrt(tolerance / off)
    bent = np.flatnonzero(np.isfinite(longest) & (off > tolerance))
    if not len(bent):
        return geometries
    limits = np.full(len(geometries), np.inf)
    np.minimum.at(limits, owner[ring[one[bent]]], np.maximum(longest[bent], length[bent] / _MOST_CORNERS))
    some = np.flatnonzero(np.isfinite(limits))
    result = np.array(geometries, dtype=object)
    result[some] = shapely.segmentize(result[some], limits[some])
    return result


def _transform(geometries: np.ndarray, function: Function) -> np.ndarray:
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
