"""Which features meet a rectangle on the map."""

from __future__ import annotations

import numpy as np
import shapely
from rasterio.crs import CRS

from ..errors import InputError
from ..imagery.coordinates import project
from ..imagery.extent import Extent


def meets(geometries: np.ndarray, crs: CRS | None, extent: Extent, what: str) -> np.ndarray:
    """Return (N,) bool: which features have a point in common with the rectangle.

    Args:
        geometries: (N,) shapely geometries.
        crs: their coordinate system.
        extent: the rectangle, in its own coordinate system or in that of the features.
        what: name of the features' layer, for errors.

    Raises:
        InputError: the rectangle is in a coordinate system, the features are not, or it has no place in theirs.
    """
    area = shapely.box(extent.xmin, extent.ymin, extent.xmax, extent.ymax)
    if extent.crs is not None and extent.crs != crs:
        if crs is None:
            raise InputError(
                f"The extent is in {extent.crs.to_string()}, but {what} has no coordinate system.",
                f"Assign one to {what}, or give the extent in the layer's own numbers.",
            )
        # Straight edges are curves in another system: as many points as gdalwarp takes.
        edges = shapely.segmentize(area, max(extent.xmax - extent.xmin, extent.ymax - extent.ymin) / 20)
        area = shapely.make_valid(shapely.transform(edges, lambda points: project(points, extent.crs, crs)))
        if not np.isfinite(shapely.bounds(area)).all():
            raise InputError(f"The extent {extent} has no place in the coordinate system of {what}.", "Check the extent.")
    shapely.prepare(area)
    return shapely.intersects(area, geometries)
