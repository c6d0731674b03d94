"""Areas in which everything is labelled: the mask of an export, so that what was not looked at does not count as background."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCsException,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QMetaType

from ...core.errors import OutputError
from .edited_layer import EditedLayer
from .grid import Grid
from .label_layer import AUTHOR_FIELD, TIME_FIELD, author, now
from .tables import Neighbours

SUFFIX = "_areas"


class AreaLayer(EditedLayer):
    """The layer of areas beside a layer of labels."""

    def add(self, geometry: QgsGeometry) -> None:
        """Mark an area, given in the layer's coordinate system.

        Raises:
            OutputError: the layer does not take it.
        """
        feature = QgsFeature(self.layer.fields())
        made = self.layer.dataProvider().convertToProviderType(geometry)
        feature.setGeometry(geometry if made.isNull() else made)
        for name, value in ((AUTHOR_FIELD, author()), (TIME_FIELD, now())):
            if self.layer.fields().lookupField(name) >= 0:
                feature.setAttribute(name, value)
        with self.edit(_tr("Mark area")) as layer:
            if not layer.addFeature(feature):
                raise OutputError(_tr("The layer {} does not take the area.").format(layer.name()))

    def remove_at(self, geometry: QgsGeometry) -> int:
        """Take out the areas that a geometry touches; return how many."""
        ids = [item.id() for item in self.layer.getFeatures(geometry.boundingBox()) if item.geometry().intersects(geometry)]
        if ids:
            with self.edit(_tr("Remove area")) as layer:
                layer.deleteFeatures(ids)
        return len(ids)

    def share(self, grid: Grid) -> float | None:
        """Return the share of the picture that the areas cover, 0 to 1; None for a map service, which has no end."""
        frame = grid.frame()
        if frame.isEmpty():
            return None
        pieces = []
        for feature in self.layer.getFeatures():
            try:
                piece = grid.to_pixels(feature.geometry(), self.layer.crs())
            except QgsCsException:  # far from the picture
                continue
            pieces.append(piece if piece.isGeosValid() else piece.makeValid())
        return QgsGeometry.unaryUnion(pieces).intersection(frame).area() / frame.area() if pieces else 0.0


def find_areas(labels: QgsVectorLayer) -> QgsVectorLayer | None:
    """Return the areas that were marked for a layer of labels before; None for none."""
    neighbours = Neighbours.of(labels)
    if neighbours is not None:
        source = neighbours.open(neighbours.table + SUFFIX)
    else:
        path = _file_beside(labels)
        source = QgsVectorLayer(f"{path}|layername=areas", "areas", "ogr") if path and path.exists() else None
    if source is None or not source.isValid():
        return None
    known = [item for item in QgsProject.instance().mapLayers().values() if item.source() == source.source()]
    if known:
        return known[0]
    source.setName(labels.name() + SUFFIX)
    return source


def create_areas(labels: QgsVectorLayer) -> QgsVectorLayer:
    """Make the layer of areas: in the labels' database, in a file beside theirs, or in memory as they are.

    Raises:
        OutputError: it cannot be made.
    """
    neighbours, path = Neighbours.of(labels), _file_beside(labels)
    if neighbours is not None:
        layer = neighbours.create(neighbours.table + SUFFIX, _fields(), Qgis.WkbType.Polygon, labels.crs())
    elif path is not None:
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", "areas"
        context = QgsProject.instance().transformContext()
        writer = QgsVectorFileWriter.create(str(path), _fields(), Qgis.WkbType.Polygon, labels.crs(), context, options)
        text = writer.errorMessage()
        del writer  # closes the file
        layer = QgsVectorLayer(f"{path}|layername=areas", "areas", "ogr")
        if not layer.isValid():
            raise OutputError(_tr("The GeoPackage {} cannot be made: {}").format(path, text), _tr("Check the rights."))
    else:
        layer = QgsVectorLayer("Polygon", "areas", "memory")
        layer.setCrs(labels.crs())
        layer.dataProvider().addAttributes(list(_fields()))
        layer.updateFields()
    layer.setName(labels.name() + SUFFIX)
    return layer


def _file_beside(labels: QgsVectorLayer) -> Path | None:
    """The GeoPackage of areas beside a file of labels that is no GeoPackage."""
    provider = labels.dataProvider().name()
    path = QgsProviderRegistry.instance().decodeUri(provider, labels.source()).get("path") or ""
    return Path(path).with_name(Path(path).stem + SUFFIX + ".gpkg") if provider == "ogr" and path else None


def _fields() -> QgsFields:
    fields = QgsFields()
    fields.append(QgsField(AUTHOR_FIELD, QMetaType.Type.QString))
    fields.append(QgsField(TIME_FIELD, QMetaType.Type.QDateTime))
    return fields


def _tr(text: str) -> str:
    return QCoreApplication.translate("AreaLayer", text)
