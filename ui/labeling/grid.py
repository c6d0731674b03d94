"""The pixels of the imagery: what is a rectangle, how large an object is, whether it lies on the picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtGui import QTransform

from ...core.lattice import scale_between, whole_pixels


@dataclass(frozen=True)
class PixelSize:
    """Width and height of an object's box in pixels."""

    width: float
    height: float


class Grid:
    """Brings points between a coordinate system and the pixels of a raster: column to the right, row down, from the corner.

    Attributes:
        crs: of the raster.
        columns, rows: its size in pixels; 0 for a map service, which has no end.
    """

    def __init__(self, crs: QgsCoordinateReferenceSystem, to_map: QTransform, columns: int = 0, rows: int = 0) -> None:
        """Take what describes a raster; ``to_map`` brings (column, row) to map coordinates."""
        self.crs = crs
        self.columns, self.rows = columns, rows
        self._to_map = to_map
        self._to_pixels, _ = to_map.inverted()

    @classmethod
    def of(cls, layer: QgsRasterLayer, cell_size: float = 0.0) -> Grid:
        """Return the grid of a raster layer.

        Args:
            layer: any raster layer. Turned rasters are taken as they are in the file, not as QGIS draws them.
            cell_size: of a layer that has no pixels of its own, in units of its coordinate system.
        """
        columns, rows, extent = layer.width(), layer.height(), layer.extent()
        turned = _turned(layer)
        if turned is not None:
            return cls(layer.crs(), *turned)
        if columns and rows:
            width, height = extent.width() / columns, extent.height() / rows
            return cls(layer.crs(), QTransform(width, 0, 0, -height, extent.xMinimum(), extent.yMaximum()), columns, rows)
        return cls.plain(layer.crs(), cell_size)

    @classmethod
    def plain(cls, crs: QgsCoordinateReferenceSystem, cell_size: float = 0.0) -> Grid:
        """Return the grid where there is no raster: squares along the axes of a coordinate system."""
        size = cell_size or 1.0
        return cls(crs, QTransform(size, 0, 0, -size, 0, 0))

    @property
    def cell_size(self) -> float:
        """Width of a pixel in units of the raster's coordinate system."""
        return math.hypot(self._to_map.m11(), self._to_map.m12())

    def pixel(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> QgsPointXY:
        """Return (column, row) of a point given in ``crs``.

        Raises:
            QgsCsException: the point cannot be brought to the raster's coordinate system.
        """
        x, y = self._to_pixels.map(*_xy(_transform(crs, self.crs).transform(point)))
        return QgsPointXY(x, y)

    def to_pixels(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
        """Return a geometry in pixels; raises as :meth:`pixel`."""
        made = QgsGeometry(geometry)
        made.transform(_transform(crs, self.crs))
        made.transform(self._to_pixels)
        return made

    def to_map(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
        """Return a geometry that is in pixels in ``crs``; raises as :meth:`pixel`."""
        made = QgsGeometry(geometry)
        made.transform(self._to_map)
        made.transform(_transform(self.crs, crs))
        return made

    def pixels_from(self, crs: QgsCoordinateReferenceSystem) -> Callable[[QgsGeometry], QgsGeometry]:
        """Return what does the same as :meth:`to_pixels` in any thread, as the project has it now."""
        transform, to_pixels = _transform(crs, self.crs), self._to_pixels

        def bring(geometry: QgsGeometry) -> QgsGeometry:
            made = QgsGeometry(geometry)
            made.transform(transform)
            made.transform(to_pixels)
            return made

        return bring

    def path_to(self, crs: QgsCoordinateReferenceSystem) -> tuple[QTransform, QgsCoordinateTransform]:
        """Return the two steps from pixels to ``crs``, for many points at once."""
        return self._to_map, _transform(self.crs, crs)

    def scaled(self, cell_size: float | None) -> Grid:
        """Return the grid that an export with this cell size works on; the grid itself for None, 0 and its own size."""
        steps = self._to_map
        own = math.hypot(steps.m11(), steps.m12()), math.hypot(steps.m21(), steps.m22())
        scale = scale_between(own, cell_size)
        if scale == (1.0, 1.0):
            return self
        columns, rows = whole_pixels(self.columns, scale[0]), whole_pixels(self.rows, scale[1])
        return Grid(self.crs, QTransform.fromScale(*scale) * self._to_map, columns, rows)

    def frame(self) -> QgsGeometry:
        """Return the picture's border in pixels; null for a map service."""
        if not self.columns:
            return QgsGeometry()
        return QgsGeometry.fromRect(QgsRectangle(0, 0, self.columns, self.rows))

    def sizes(self, crs: QgsCoordinateReferenceSystem) -> Sizes:
        """Return what measures boxes given in ``crs``, fast enough for a hundred thousand of them."""
        return Sizes(self, crs)


class Sizes:
    """Measures outlines in pixels."""

    def __init__(self, grid: Grid, crs: QgsCoordinateReferenceSystem) -> None:
        """Take what :meth:`Grid.sizes` is given."""
        transform = _transform(crs, grid.crs)
        self._transform = None if transform.isShortCircuited() else transform
        self._to_pixels = grid._to_pixels
        straight = self._transform is None and not self._to_pixels.m12() and not self._to_pixels.m21()
        # Along the axes two factors do; else the outline is brought over, as the box of a box would be too large.
        self._factors = (abs(self._to_pixels.m11()), abs(self._to_pixels.m22())) if straight else None

    def of(self, geometry: QgsGeometry) -> PixelSize | None:
        """Return the size of a geometry's box; None for an empty one, or one that is nowhere on the raster's map."""
        if geometry.isEmpty():
            return None
        if self._factors is not None:
            box = geometry.boundingBox()
            return PixelSize(box.width() * self._factors[0], box.height() * self._factors[1])
        try:
            made = QgsGeometry(geometry)
            if self._transform is not None:
                made.transform(self._transform)
            made.transform(self._to_pixels)
        except QgsCsException:
            return None
        box = made.boundingBox()
        return PixelSize(box.width(), box.height())


def _transform(source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem) -> QgsCoordinateTransform:
    return QgsCoordinateTransform(source, target, QgsProject.instance())


def _xy(point: QgsPointXY) -> tuple[float, float]:
    return point.x(), point.y()


def _turned(layer: QgsRasterLayer) -> tuple[QTransform, int, int] | None:
    """The transform and size of a raster that is turned or lies head down in its file; None for all others.

    QGIS shows it straightened, with a corner of its own.
    """
    if layer.providerType() != "gdal":
        return None
    try:  # with or without exceptions: that is a setting of the whole process, which is not ours
        dataset = gdal.Open(layer.source().split("|option:")[0])
    except RuntimeError:
        return None
    if dataset is None:
        return None
    left, across, skew_x, top, skew_y, down = dataset.GetGeoTransform()
    if not skew_x and not skew_y and across > 0 > down:
        return None
    if (left, across, top, down) == (0, 1, 0, 1):  # no place at all: QGIS and the tools have y = -row
        return None
    return QTransform(across, skew_y, skew_x, down, left, top), dataset.RasterXSize, dataset.RasterYSize
