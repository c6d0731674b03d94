"""Small things that the tests of the labeling dock share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

LEFT, TOP, PIXEL, COLUMNS, ROWS = 500000.0, 5000000.0, 0.5, 400, 300  # of the picture, in metres of UTM 33


def write_picture(path: Path, transform: tuple[float, ...] = (LEFT, PIXEL, 0, TOP, 0, -PIXEL)) -> Path:
    pixels = np.random.default_rng(1).integers(0, 255, (3, ROWS, COLUMNS), dtype=np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), COLUMNS, ROWS, 3, gdal.GDT_Byte)
    dataset.SetGeoTransform(transform)
    system = osr.SpatialReference()
    system.ImportFromEPSG(32633)
    dataset.SetProjection(system.ExportToWkt())
    dataset.WriteArray(pixels)
    dataset.FlushCache()
    return path


def rectangle(column: float, row: float, width: float, height: float) -> QgsGeometry:
    """A rectangle given in pixels of the picture, in its coordinate system."""
    left, top = LEFT + column * PIXEL, TOP - row * PIXEL
    return QgsGeometry.fromRect(QgsRectangle(left, top - height * PIXEL, left + width * PIXEL, top))


def label(layer: QgsVectorLayer, box: tuple[float, float, float, float], attributes: dict[str, Any]) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    feature.setGeometry(rectangle(*box))
    for name, value in attributes.items():
        feature.setAttribute(name, value)
    return feature
