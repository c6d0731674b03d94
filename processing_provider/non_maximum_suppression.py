"""The algorithm that removes duplicate detections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
)

from ..core.jobs import Job, NonMaximumSuppression
from .base import JobAlgorithm
from .crs import sound
from .results import ResultFile
from .sinks import Sink
from .sources import ID_FIELD, every, export
from .styling import style_on_load


class NonMaximumSuppressionAlgorithm(JobAlgorithm):
    """Features in, those that remain out.

    The worker sees only what it needs. The features that remain are copied from the source itself, so that every attribute
    of every type, and curves and heights, stay as they are.
    """

    job = NonMaximumSuppression
    group_id = "detection"
    group_name = "Detection"
    words = ("NMS", "duplicates", "overlap", "IoU", "deduplicate")

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

    def collect(
        self,
        job: Job,
        outputs: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Copy the features that remain from the source, in its order."""
        with ResultFile(outputs["OUTPUT"]) as remaining:
            kept = {feature[ID_FIELD] for feature in remaining.layer}
        source = self.parameterAsSource(parameters, "INPUT", context)
        sink = Sink(self, parameters, "OUTPUT", context, source.fields(), source.wkbType(), sound(source.sourceCrs()))
        with sink:
            for feature in every(source, parameters["INPUT"]):
                if feedback.isCanceled():
                    raise QgsProcessingException("Cancelled.")
                if feature.id() in kept:
                    sink.add(feature)
        style_on_load(sink.destination, context)
        return {**outputs, "OUTPUT": sink.destination}
