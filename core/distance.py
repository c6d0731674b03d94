"""How far apart two rectangles on the Earth are, in whatever coordinate systems."""

from __future__ import annotations

import math

import numpy as np
from rasterio.crs import CRS

from .imagery.coordinates import project

Extent = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax
_RADIUS = 6371.0  # km, of the Earth's mean sphere
_DEGREES = CRS.from_epsg(4326)


def degrees(extent: Extent, crs: CRS) -> Extent | None:
    """Return the rectangle ``(west, south, east, north)`` in degrees around one in a system; None when it has no place."""
    x, y = np.linspace(extent[0], extent[2], 5), np.linspace(extent[1], extent[3], 5)
    points = project(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2), crs, _DEGREES)
    points = points[np.isfinite(points).all(1)]
    if not len(points) or (np.abs(points) > (360.0, 90.001)).any():
        return None
    west, south = points.min(0).tolist()
    east, north = points.max(0).tolist()
    return west, south, east, north


def distance(one: Extent, other: Extent) -> float:
    """Return the kilometres between two rectangles in degrees, 0 where they touch; on a sphere, which is right within 1 %.

    Between rectangles side by side it is measured at the latitude, of those that they share, where it is shortest.
    """
    gap = max(one[0] - other[2], other[0] - one[2], 0.0)
    around = 360.0 - (max(one[2], other[2]) - min(one[0], other[0]))  # the other way, across the 180th meridian
    longitude = math.radians(max(min(gap, around), 0.0))
    if one[1] > other[3]:
        here, there = one[1], other[3]
    elif other[1] > one[3]:
        here, there = one[3], other[1]
    else:
        low, high = max(one[1], other[1]), min(one[3], other[3])
        here = there = low if abs(low) > abs(high) else high
    a, b = math.radians(here), math.radians(there)
    half = math.sin((a - b) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(longitude / 2) ** 2
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(half)))


def place_name(extent: Extent) -> str:
    """Return the middle of a rectangle in degrees for people, such as ``"27.63° N, 85.52° E"``."""
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    return f"{abs(y):.2f}° {'N' if y >= 0 else 'S'}, {abs(x):.2f}° {'E' if x >= 0 else 'W'}"
