"""Reads the layers and tables that the worker wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from osgeo import gdal, ogr
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
)
from qgis.PyQt.QtCore import QMetaType

from .crs import sound

_TYPES = {
    ogr.OFTInteger: QMetaType.Type.Int,
    ogr.OFTInteger64: QMetaType.Type.LongLong,
    ogr.OFTReal: QMetaType.Type.Double,
}


class ResultFile:
    """A file of the worker; a context manager.

    Read with GDAL and not as a QgsVectorLayer, because a layer that is opened in a background thread takes its coordinate
    system with it when the thread ends (see :func:`.crs.sound`), and because the coordinate system is known already.

    Args:
        path: file with one layer.

    Attributes:
        layer: of GDAL.
        fields: without the key.
        wkb_type: of the features; NoGeometry for a table.
        crs: coordinate system; invalid when there is none.

    Raises:
        QgsProcessingException: the file cannot be read.
    """

    def __init__(self, path: str) -> None:
        try:  # with or without exceptions: that is a setting of the whole process, which is not ours
            self._dataset = gdal.OpenEx(path, gdal.OF_VECTOR)
        except RuntimeError:
            self._dataset = None
        if self._dataset is None:
            reason = gdal.GetLastErrorMsg()
            raise QgsProcessingException(f"The worker's result {Path(path).name} cannot be read: {reason}. Please report this.")
        self.layer: Any = self._dataset.GetLayer(0)
        definition = self.layer.GetLayerDefn()
        self.fields = QgsFields()
        for index in range(definition.GetFieldCount()):
            field = definition.GetFieldDefn(index)
            self.fields.append(QgsField(field.GetName(), _TYPES.get(field.GetType(), QMetaType.Type.QString)))
        self.wkb_type = Qgis.WkbType(self.layer.GetGeomType())
        self.crs = _crs(self.layer.GetSpatialRef())

    def features(self) -> Iterator[QgsFeature]:
        """Yield the features in their order."""
        count = self.fields.count()
        for row in self.layer:
            feature = QgsFeature(self.fields)
            feature.setAttributes([row.GetField(index) for index in range(count)])
            shape = row.GetGeometryRef()
            if shape is not None:
                geometry = QgsGeometry()
                geometry.fromWkb(bytes(shape.ExportToIsoWkb()))
                feature.setGeometry(geometry)
            yield feature

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.layer = self._dataset = None  # closes the file, so that it can be deleted on Windows


def _crs(system: Any) -> QgsCoordinateReferenceSystem:
    """Return a coordinate system of GDAL, by its authority code if it has one."""
    if system is None or system.GetName().startswith("Undefined "):  # so GDAL names the lack of one in a GeoPackage
        return QgsCoordinateReferenceSystem()
    code = QgsCoordinateReferenceSystem(f"{system.GetAuthorityName(None)}:{system.GetAuthorityCode(None)}")
    return sound(code if code.isValid() else QgsCoordinateReferenceSystem.fromWkt(system.ExportToWkt(["FORMAT=WKT2_2019"])))
