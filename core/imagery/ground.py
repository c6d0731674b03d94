"""Where the pixels of an image are on the ground: by its transform, by ground control points, or by its camera model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import rasterio
from affine import Affine
from rasterio._err import CPLE_BaseError  # what GDAL raises in places where rasterio does not translate
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.rpc import RPC
from rasterio.transform import GCPTransformer, RPCTransformer, TransformerBase

from .grid import map_points

IN_PIXELS = Affine(1, 0, 0, 0, -1, 0)
"""The transform of an image without georeference as QGIS shows it: x = column, y = -row."""


class Ground(ABC):
    """How pixels and map coordinates belong together.

    Points are (n, 2) float64. Pixels are corner based: (0, 0) is the upper-left corner of the upper-left pixel. A point that
    has no partner becomes NaN.

    Attributes:
        crs: system of the map coordinates; None when there is none.
    """

    crs: CRS | None

    @abstractmethod
    def to_map(self, pixels: np.ndarray) -> np.ndarray:
        """Return the map coordinates of pixels."""

    @abstractmethod
    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Return the pixels of map coordinates."""


@dataclass(frozen=True)
class AffineGround(Ground):
    """Pixels on the map by an affine transform."""

    transform: Affine
    crs: CRS | None

    def to_map(self, pixels: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return map_points(self.transform, pixels)

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return map_points(~self.transform, points)


@dataclass(frozen=True)
class ControlPointGround(Ground):
    """Pixels on the map by a polynomial through ground control points, as GDAL fits it to show such an image."""

    points: Sequence[GroundControlPoint]
    crs: CRS | None

    def to_map(self, pixels: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return _map(lambda: GCPTransformer(self.points), pixels)

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return _pixels(lambda: GCPTransformer(self.points), points)


@dataclass(frozen=True)
class CameraGround(Ground):
    """Pixels on the ground by rational polynomial coefficients (RPC), at the mean height of the scene.

    Without a model of the terrain, places that lie higher or lower are off by their height times the tangent of the angle
    under which the image was taken.
    """

    model: RPC
    crs: CRS | None

    def to_map(self, pixels: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return _map(self._transformer, pixels)

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """See :class:`Ground`."""
        return _pixels(self._transformer, points)

    def _transformer(self) -> TransformerBase:
        return RPCTransformer(self.model, RPC_HEIGHT=self.model.height_off)


def ground_of(dataset: rasterio.DatasetReader) -> Ground:
    """Return where an image lies that is not to be warped: by its transform, else its control points, else its RPCs.

    An image with none of these has x = column and y = -row, as QGIS shows it.
    """
    if not dataset.transform.is_identity:
        return AffineGround(dataset.transform, dataset.crs or None)
    points, crs = dataset.gcps
    if points:
        return ControlPointGround(tuple(points), crs or None)
    if dataset.rpcs:
        return CameraGround(dataset.rpcs, CRS.from_epsg(4326))
    return AffineGround(IN_PIXELS, dataset.crs or None)


def _map(transformer: Callable[[], TransformerBase], pixels: np.ndarray) -> np.ndarray:
    try:
        with transformer() as made:
            return _points(made.xy(pixels[:, 1], pixels[:, 0], offset="ul"))
    except (RasterioError, CPLE_BaseError):
        return np.full(pixels.shape, np.nan)


def _pixels(transformer: Callable[[], TransformerBase], points: np.ndarray) -> np.ndarray:
    try:
        with transformer() as made:
            rows, cols = made.rowcol(points[:, 0], points[:, 1], op=np.positive)  # not rounded
    except (RasterioError, CPLE_BaseError):
        return np.full(points.shape, np.nan)
    return _points((cols, rows))


def _points(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Two columns as points, NaN where either has no value."""
    points = np.column_stack(columns).astype(np.float64)
    points[~np.isfinite(points).all(axis=1)] = np.nan
    return points
