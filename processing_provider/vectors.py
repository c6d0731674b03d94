"""Carries features between QGIS and files: out of any source for the worker, out of the worker's file into any sink."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsFileUtils,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType

_PLAIN_TYPES = {
    QMetaType.Type.Bool, QMetaType.Type.Int, QMetaType.Type.UInt, QMetaType.Type.LongLong, QMetaType.Type.ULongLong,
    QMetaType.Type.Double, QMetaType.Type.QString,
}  # fmt: skip
ID_FIELD = "kestrel_id"  # QGIS's id of each feature in an exported file
_KEY_FIELD = "kestrel_key"  # the file's own key; not "fid", which the source may have as a field


def every(source: QgsProcessingFeatureSource, request: QgsFeatureRequest | None = None) -> Iterator[QgsFeature]:
    """Yield the features of ``source`` as QGIS shows them: selection, filter, edits and joins; invalid geometries too."""
    return source.getFeatures(request or QgsFeatureRequest(), Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks)


def export(
    source: QgsProcessingFeatureSource,
    folder: Path,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    columns: list[str] | None = None,
) -> str:
    """Write ``source`` to a GeoPackage for the worker, as straight two-dimensional geometries, in the source's order.

    Args:
        source: any layer.
        folder: where to write; the file is named after the layer, because the worker's messages name it.
        context: of the algorithm.
        feedback: asked for a cancel.
        columns: fields to write; None for all of numbers, texts and booleans. :data:`ID_FIELD` comes in addition.

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
    indices = (
        [i for i in range(present.count()) if present.at(i).type() in _PLAIN_TYPES]
        if columns is None
        else [present.lookupField(column) for column in dict.fromkeys(columns)]
    )
    fields = QgsFields()
    fields.append(QgsField(ID_FIELD, QMetaType.Type.LongLong))
    for index in indices:
        fields.append(QgsField(present.at(index).name(), present.at(index).type()))
    path = folder / f"{QgsFileUtils.stringToSafeFilename(name) or 'layer'}.gpkg"
    counter = 1
    while path.exists():
        counter += 1
        path = path.with_stem(f"{path.stem}_{counter}")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerOptions = ["SPATIAL_INDEX=NO", f"FID={_KEY_FIELD}"]
    writer = QgsVectorFileWriter.create(
        str(path), fields, _straight(source.wkbType()), source.sourceCrs(), context.transformContext(), options
    )
    request = QgsFeatureRequest().setSubsetOfAttributes(indices)
    for feature in every(source, request):
        if feedback.isCanceled():
            raise QgsProcessingException("Cancelled.")
        copy = QgsFeature(fields)
        copy.setAttributes([feature.id(), *(feature[index] for index in indices)])
        geometry = feature.geometry()
        if not geometry.isNull():
            geometry.convertToStraightSegment()
            copy.setGeometry(geometry)
        if not writer.addFeature(copy, QgsFeatureSink.Flag.FastInsert):
            break
    error = writer.errorMessage() if writer.hasError() != QgsVectorFileWriter.WriterError.NoError else ""
    del writer  # closes the file
    if error:
        raise QgsProcessingException(f"The layer {name} could not be written to a temporary file: {error}.")
    return str(path)


def _straight(wkb_type: Qgis.WkbType) -> Qgis.WkbType:
    """Return the multi-part, two-dimensional type without curves; shapefiles and others mix one and many parts."""
    return QgsWkbTypes.multiType(QgsWkbTypes.linearType(QgsWkbTypes.flatType(wkb_type)))


class Sink:
    """An output layer being filled. A context manager: what was begun in a file is deleted when an error comes.

    Args:
        algorithm: whose output it is.
        parameters, name, context: as QGIS gives them; ``name`` is the output's.
        fields, wkb_type, crs: of the features to come.

    Attributes:
        destination: the id of the layer, which the algorithm returns.

    Raises:
        QgsProcessingException: the layer cannot be created.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        name: str,
        context: QgsProcessingContext,
        fields: QgsFields,
        wkb_type: Qgis.WkbType,
        crs: QgsCoordinateReferenceSystem,
    ) -> None:
        self._path = file_destination(parameters.get(name))
        self._invalid = lambda sink: QgsProcessingException(algorithm.writeFeatureError(sink, parameters, name))
        self._sink, self.destination = algorithm.parameterAsSink(parameters, name, context, fields, wkb_type, crs)
        if self._sink is None:
            raise QgsProcessingException(f"{algorithm.invalidSinkError(parameters, name)} Check the path and its format.")

    def add(self, feature: QgsFeature) -> None:
        """Write one feature.

        Raises:
            QgsProcessingException: it could not be written: the disk is full, or the format does not take it.
        """
        if not self._sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise self._invalid(self._sink)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        flushed = self._sink.flushBuffer() if kind is None else True
        error = None if flushed else self._invalid(self._sink)
        del self._sink  # closes the file
        if (kind is not None or error) and self._path is not None:
            for file in self._path.parent.glob(f"{_escape(self._path.stem)}.*"):
                if file.suffix.lower() in _SIDECARS | {self._path.suffix.lower()}:
                    with suppress(OSError):
                        file.unlink()
        if error:
            raise error


_SIDECARS = {".shx", ".dbf", ".prj", ".cpg", ".qmd", ".gpkg-journal", ".gpkg-wal", ".gpkg-shm"}


def _escape(text: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", text)


def copy_layer(
    path: str,
    sink_of: Callable[[QgsFields, Qgis.WkbType, QgsCoordinateReferenceSystem], Sink],
    is_cancelled: Callable[[], bool],
) -> str:
    """Copy the features of the worker's file ``path`` into the sink that ``sink_of`` opens; return its id.

    Raises:
        QgsProcessingException: the file is not readable, a feature could not be written, or the user cancelled.
    """
    layer = QgsVectorLayer(path, Path(path).stem, "ogr")
    if not layer.isValid():
        raise QgsProcessingException(f"The worker's result {path} cannot be read by QGIS. Please report this.")
    keys = set(layer.primaryKeyAttributes())
    indices = [i for i in range(layer.fields().count()) if i not in keys]
    fields = QgsFields()
    for index in indices:
        fields.append(layer.fields().at(index))
    with sink_of(fields, layer.wkbType(), layer.crs()) as sink:
        for feature in layer.getFeatures():
            if is_cancelled():
                raise QgsProcessingException("Cancelled.")
            copy = QgsFeature(fields)
            copy.setAttributes([feature[index] for index in indices])
            copy.setGeometry(feature.geometry())
            sink.add(copy)
    return sink.destination


def file_destination(value: Any) -> Path | None:
    """Return the file that an output layer is to be written to; None when it is a temporary layer or lies in a database."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    if value is None or value == NULL or value == QgsProcessing.TEMPORARY_OUTPUT:
        return None
    text = str(value)
    # "memory:", "ogr:dbname=...", "postgis:..."; not the drive of C:\data.
    return None if not text or re.match(r"\w{2,}:", text) else Path(text)
