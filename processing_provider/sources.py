"""Takes features out of any QGIS source into a file for the worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType

from ..core.jobs.common import ID_FIELD
from .crs import sound
from .temporary import file_for

_PLAIN_TYPES = {
    QMetaType.Type.Bool, QMetaType.Type.Int, QMetaType.Type.UInt, QMetaType.Type.LongLong, QMetaType.Type.ULongLong,
    QMetaType.Type.Double, QMetaType.Type.QString,
}  # fmt: skip
# A GeoPackage's own columns: not "fid" and "geom", which the source may have as fields.
_OWN_COLUMNS = ["FID=kestrel_key", "GEOMETRY_NAME=kestrel_geometry"]


def every(source: QgsProcessingFeatureSource, parameter: Any, attributes: list[int] | None = None) -> Iterator[QgsFeature]:
    """Yield the features of ``source`` as QGIS shows them: selection, filter, edits and joins; invalid geometries too.

    Args:
        source: the layer.
        parameter: the value that it came from: QGIS gives selected features in no order, here they come in the layer's.
        attributes: indices of the fields to read; None for all.
    """
    request = QgsFeatureRequest()
    if attributes is not None:
        request.setSubsetOfAttributes(attributes)
    if isinstance(parameter, QgsProcessingFeatureSourceDefinition) and parameter.selectedFeaturesOnly:
        request.addOrderBy("$id")
    return source.getFeatures(request, Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks)


def export(
    source: QgsProcessingFeatureSource,
    parameter: Any,
    folder: Path,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    columns: list[str] | None = None,
) -> str:
    """Write ``source`` to a GeoPackage for the worker, as straight two-dimensional geometries, in the source's order.

    Args:
        source: any layer.
        parameter: the value that it came from.
        folder: where to write.
        context: of the algorithm.
        feedback: asked for a cancel.
        columns: fields to write, with :data:`ID_FIELD` in addition; None for all of numbers, texts and booleans.

    Returns:
        The file's path.

    Raises:
        QgsProcessingException: a field is missing, the file could not be written, or the user cancelled.
    """
    name = source.sourceName()
    present = source.fields()
    missing = [column for column in columns or [] if present.lookupField(column) < 0]
    if missing:
        raise QgsProcessingException(
            f"{name} has no field {', '.join(missing)}. It has {', '.join(present.names()) or 'no fields at all'}."
        )
    if columns is None:
        indices = [index for index in range(present.count()) if present.at(index).type() in _PLAIN_TYPES]
    else:
        indices = [present.lookupField(column) for column in dict.fromkeys(columns)]
    fields = QgsFields()
    for index in indices:
        fields.append(QgsField(present.at(index).name(), present.at(index).type()))
    if columns is not None:
        fields.append(QgsField(ID_FIELD, QMetaType.Type.LongLong))
    path = file_for(folder, name, ".gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerOptions = ["SPATIAL_INDEX=NO", *_OWN_COLUMNS]
    writer = QgsVectorFileWriter.create(
        str(path), fields, _straight(source.wkbType()), sound(source.sourceCrs()), context.transformContext(), options
    )
    for feature in every(source, parameter, indices):
        if feedback.isCanceled():
            raise QgsProcessingException("Cancelled.")
        copy = QgsFeature(fields)
        copy.setAttributes([*(feature[index] for index in indices), *([] if columns is None else [feature.id()])])
        copy.setGeometry(straight(feature.geometry()))
        if not writer.addFeature(copy, QgsFeatureSink.Flag.FastInsert):
            break
    error = writer.errorMessage() if writer.hasError() != QgsVectorFileWriter.WriterError.NoError else ""
    del writer  # closes the file
    if error:
        raise QgsProcessingException(f"The layer {name} could not be written to a temporary file: {error}.")
    return str(path)


def straight(geometry: QgsGeometry) -> QgsGeometry:
    """Return the geometry as the worker gets it: two-dimensional, of many parts, without curves; a missing one as it is."""
    if geometry.isNull():
        return geometry
    geometry = QgsGeometry(geometry)
    geometry.convertToStraightSegment()
    shape = geometry.get()
    shape.dropZValue()
    shape.dropMValue()
    geometry.convertToMultiType()
    return geometry


def _straight(wkb_type: Qgis.WkbType) -> Qgis.WkbType:
    """Return the multi-part, two-dimensional type without curves; shapefiles and others mix one and many parts."""
    return QgsWkbTypes.multiType(QgsWkbTypes.linearType(QgsWkbTypes.flatType(wkb_type)))
