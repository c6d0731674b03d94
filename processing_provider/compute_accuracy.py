"""The algorithm that measures detections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
)

from ..core.jobs import ComputeAccuracy
from .accuracy_style import style_on_load
from .base import JobAlgorithm
from .crs import sound
from .results import ResultFile
from .sources import export

_USUAL = "Confidence"  # the field that ranks the detections when none is named


class ComputeAccuracyAlgorithm(JobAlgorithm):
    """Detections and the truth in, a table, a report and a layer of marks out."""

    job = ComputeAccuracy
    page = "accuracy"
    group_id = "detection"
    group_name = "Detection"
    words = ("precision", "recall", "F1", "average precision", "mAP", "IoU", "validation", "ground truth", "confusion matrix")

    def export_source(
        self,
        name: str,
        source: QgsProcessingFeatureSource,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        folder: Path,
    ) -> str:
        """Write the geometries with class, confidence and QGIS's ids only, which the marked layer tells."""
        wanted = {"DETECTIONS": ("DETECTION_CLASS_FIELD", "CONFIDENCE_FIELD"), "TRUTH": ("TRUTH_CLASS_FIELD",)}.get(name, ())
        fields = [self.parameterAsString(parameters, field, context) for field in wanted]
        if name == "DETECTIONS" and not fields[1] and _USUAL in source.fields().names():
            fields.append(_USUAL)
        return export(source, parameters[name], folder, context, feedback, [field for field in fields if field])

    def result_crs(
        self, found: ResultFile, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsCoordinateReferenceSystem:
        """Return the system of the detections."""
        return sound(self.parameterAsSource(parameters, "DETECTIONS", context).sourceCrs())

    def style(self, name: str, layer_id: str, context: QgsProcessingContext) -> None:
        """Have the marks styled; the table has nothing to style."""
        if name == "OUTPUT_MARKED":
            style_on_load(layer_id, context)
