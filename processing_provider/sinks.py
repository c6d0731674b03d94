"""Puts features into any QGIS sink: a new file, a table of a database, a temporary layer."""

from __future__ import annotations

import re
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
    QgsFields,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsVectorFileWriter,
)


class Sink:
    """An output layer being filled. A context manager: what was begun in a file is deleted when an error comes.

    A layer that is added to ("Append to Layer" in the dialog) gets all features in the end, and when one is refused loses them
    again: QGIS's own transactions keep those before it.

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
        self._held: list[QgsFeature] | None = None
        if is_added_to(parameters.get(name)):
            self._held, self._target = [], _Target(parameters[name])
            parameters = {**parameters, name: _from(parameters[name], crs)}
        self._invalid = lambda sink: QgsProcessingException(algorithm.writeFeatureError(sink, parameters, name))
        self._sink, self.destination = algorithm.parameterAsSink(parameters, name, context, fields, wkb_type, crs)
        if self._sink is None:
            raise QgsProcessingException(f"{algorithm.invalidSinkError(parameters, name)} Check the path and its format.")

    def add(self, feature: QgsFeature) -> None:
        """Write one feature.

        Raises:
            QgsProcessingException: it could not be written: the disk is full, or the format does not take it.
        """
        if self._held is not None:
            self._held.append(feature)
        elif not self._sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise self._invalid(self._sink)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        before = self._target.ids() if self._held else set()
        error = None if kind is not None or self._flush() else self._invalid(self._sink)
        del self._sink  # closes the file
        if error and self._held:
            self._target.delete_all_but(before)
        if kind is not None or error:
            self._delete()
        if error:
            raise error

    def _flush(self) -> bool:
        """Write what is held; return whether all is written."""
        if self._held and not self._sink.addFeatures(self._held, QgsFeatureSink.Flag.FastInsert):
            return False
        return self._sink.flushBuffer()

    def _delete(self) -> None:
        """Delete the file that was begun, with those that belong to it."""
        if self._path is None:
            return
        if self._path.suffix.lower() == ".shp":
            QgsVectorFileWriter.deleteShapeFile(str(self._path))
            return
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                Path(f"{self._path}{ending}").unlink(missing_ok=True)


class _Target:
    """A layer that is added to, opened anew: that of the project belongs to another thread."""

    def __init__(self, definition: QgsProcessingOutputLayerDefinition) -> None:
        self._context = QgsProcessingContext()  # without a project; owns the layer
        self._layer = QgsProcessingUtils.mapLayerFromString(definition.sink.staticValue(), self._context)

    def ids(self) -> set[int]:
        """Return the ids of its features."""
        if self._layer is None:
            return set()
        request = QgsFeatureRequest().setNoAttributes().setFlags(Qgis.FeatureRequestFlag.NoGeometry)
        return {feature.id() for feature in self._layer.getFeatures(request)}

    def delete_all_but(self, before: set[int]) -> None:
        """Delete the features that were added since."""
        if self._layer is not None:
            self._layer.dataProvider().deleteFeatures(list(self.ids() - before))


def _from(
    definition: QgsProcessingOutputLayerDefinition, crs: QgsCoordinateReferenceSystem
) -> QgsProcessingOutputLayerDefinition:
    """Return the definition for features that come in another coordinate system than the dialog could know."""
    mapping = definition.remappingDefinition()
    mapping.setSourceCrs(crs)
    definition = QgsProcessingOutputLayerDefinition(definition)
    definition.setRemappingDefinition(mapping)
    return definition


def folder_destination(value: Any) -> Path | None:
    """Return the folder that an output goes to; None when it is a temporary one, or not known yet."""
    is_text = isinstance(value, str) and value not in ("", QgsProcessing.TEMPORARY_OUTPUT)
    return Path(value) if is_text else None


def file_destination(value: Any) -> Path | None:
    """Return the file that an output layer is to be written to.

    None when it is a temporary layer, lies in a database, or is there already and added to.
    """
    if is_added_to(value):
        return None
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    if value is None or value == NULL or value == QgsProcessing.TEMPORARY_OUTPUT:
        return None
    text = str(value)
    if not text or re.match(r"\w{2,}:", text):  # "memory:", "ogr:dbname=...", "postgis:..."; not the drive of C:\data
        return None
    known = QgsVectorFileWriter.driverForExtension(Path(text).suffix)
    return Path(text if known else f"{text}.gpkg")  # as QGIS does


def is_added_to(value: Any) -> bool:
    """Whether an output is a layer that is there already and gets more features."""
    return isinstance(value, QgsProcessingOutputLayerDefinition) and value.useRemapping()
