"""The algorithm that removes duplicate detections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from osgeo import ogr
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsWkbTypes,
)

from ..core.jobs import Job, NonMaximumSuppression
from .base import JobAlgorithm
from .crs import sound
from .relay import Relay
from .results import ResultFile
from .sinks import Sink
from .sources import ID_FIELD, every, export, straight
from .styling import style_on_load


class NonMaximumSuppressionAlgorithm(JobAlgorithm):
    """Features in, those that remain out.

    The worker sees only what it needs. The features that remain are copied from the source itself, so that every attribute
    of every type, and curves and heights, stay as they are; only a shape that the worker united or repaired is its own.
    """

    job = NonMaximumSuppression
    group_id = "detection"
    group_name = "Detection"
    words = ("NMS", "duplicates", "overlap", "IoU", "deduplicate")
    page = "non-maximum-suppression"

    def export_source(
        self,
        name: str,
        source: QgsProcessingFeatureSource,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        folder: Path,
    ) -> str:
        """Write the geometries with confidence and class only."""
        fields = [self.parameterAsString(parameters, field, context) for field in ("CONFIDENCE_FIELD", "CLASS_FIELD")]
        return export(source, parameters[name], folder, context, feedback, [field for field in fields if field])

    def execute(self, job: Job, relay: Relay, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Run the job; the coordinate system of the output is for :meth:`collect`."""
        return super().execute(replace(job, output_crs=None), relay, feedback)

    def collect(
        self,
        job: Job,
        outputs: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Copy the features that remain from the source, in its order."""
        source = self.parameterAsSource(parameters, "INPUT", context)
        crs, into = self._target(source, parameters, context)
        with ResultFile(outputs["OUTPUT"]) as remaining:
            kept = _Kept(remaining.layer)
            single = source.wkbType()
            wkb_type = QgsWkbTypes.multiType(single) if kept.any_of_many_parts else single
            with Sink(self, parameters, "OUTPUT", context, source.fields(), wkb_type, crs) as sink:
                for feature in every(source, parameters["INPUT"]):
                    if feedback.isCanceled():
                        raise QgsProcessingException("Cancelled.")
                    if feature.id() not in kept:
                        continue
                    shape = kept.new_shape(feature)
                    if shape is not None or wkb_type != single:
                        feature.setGeometry(_as(wkb_type, feature.geometry() if shape is None else shape))
                    if into is not None:
                        feature.setGeometry(into(feature))
                    sink.add(feature)
        style_on_load(sink.destination, context)
        return {**outputs, "OUTPUT": sink.destination}

    def _target(
        self, source: QgsProcessingFeatureSource, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[QgsCoordinateReferenceSystem, Callable[[QgsFeature], QgsGeometry] | None]:
        """Return the coordinate system of the output, and what brings a feature there; None when it is there already.

        Raises:
            QgsProcessingException: only one of source and output has a coordinate system.
        """
        own, wanted = sound(source.sourceCrs()), sound(self.parameterAsCrs(parameters, "OUTPUT_CRS", context))
        if not wanted.isValid() or wanted == own:
            return own, None
        if not own.isValid():
            raise QgsProcessingException(
                f"{source.sourceName()} has no coordinate system, but the output is in {wanted.authid()}. Assign one to "
                f"{source.sourceName()} (Assign Projection)."
            )
        transform = QgsCoordinateTransform(own, wanted, context.transformContext())

        def into(feature: QgsFeature) -> QgsGeometry:
            geometry = feature.geometry()
            try:
                geometry.transform(transform)
            except QgsCsException as error:
                raise QgsProcessingException(
                    f"Feature {feature.id()} of {source.sourceName()} has no place in {wanted.authid()}: {error}. Choose an "
                    "OUTPUT_CRS that is made for this part of the world."
                ) from error
            return geometry

        return wanted, into


class _Kept:
    """The features in a result of the worker, by QGIS's ids; open as long as this is used.

    Attributes:
        any_of_many_parts: whether one of them has several parts.
    """

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._rows: dict[int, tuple[int, int]] = {}  # key in the layer, and a hash: all the shapes would fill the memory
        self.any_of_many_parts = False
        for row in layer:
            shape = row.GetGeometryRef()
            self._rows[row[ID_FIELD]] = row.GetFID(), hash(bytes(shape.ExportToIsoWkb()))
            if ogr.GT_IsSubClassOf(shape.GetGeometryType(), ogr.wkbGeometryCollection):
                self.any_of_many_parts |= shape.GetGeometryCount() > 1

    def __contains__(self, number: int) -> bool:
        return number in self._rows

    def new_shape(self, feature: QgsFeature) -> QgsGeometry | None:
        """Return the shape that the worker gave to ``feature`` of the source; None if it has its own."""
        key, shape = self._rows[feature.id()]
        if hash(bytes(straight(feature.geometry()).asWkb())) == shape:
            return None
        row = self._layer.GetFeature(key)  # which owns its geometry
        geometry = QgsGeometry()
        geometry.fromWkb(bytes(row.GetGeometryRef().ExportToIsoWkb()))
        return geometry


def _as(wkb_type: Qgis.WkbType, geometry: QgsGeometry) -> QgsGeometry:
    """Return ``geometry`` in the type of a layer; heights that it lacks are 0."""
    shapes = geometry.coerceToType(wkb_type)
    return shapes[0] if len(shapes) == 1 else geometry
