"""The algorithm that finds objects in imagery."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsField,
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingUtils,
)
from qgis.PyQt.QtCore import QMetaType

from ..core.errors import InvalidParameter
from ..core.jobs import DetectObjects, Job
from ..core.jobs.detect_objects import FIELDS
from ..core.layer_notes import keep_note, note_of
from .base import JobAlgorithm
from .crs import sound
from .results import ResultFile
from .sinks import file_destination, is_added_to

_TYPES = {"str": QMetaType.Type.QString, "float64": QMetaType.Type.Double, "int32": QMetaType.Type.Int}


class DetectObjectsAlgorithm(JobAlgorithm):
    """Rasters and a model package in, polygons out.

    There are two ways to add to a layer, one for each user: the dialog has QGIS's own "Append to Layer" at the output, with a
    table of fields and for layers of any kind; scripts and qgis_process, which have no such thing, give APPEND, with which the
    worker itself adds to the file. The dialog does not show that one.
    """

    job = DetectObjects
    group_id = "detection"
    group_name = "Detection"
    page = "detect-objects"
    words = ("inference", "predict", "find", "segmentation", "dlpk", "emd")

    def __init__(self) -> None:
        super().__init__()
        self._added_to = ""  # path of the file

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the job's parameters and outputs."""
        super().initAlgorithm(configuration)
        append, output = self.parameterDefinition("APPEND"), self.parameterDefinition("OUTPUT")
        append.setFlags(append.flags() | Qgis.ProcessingParameterFlag.Hidden)
        assert isinstance(output, QgsProcessingParameterFeatureSink)  # nosec B101
        output.setSupportsAppend(True)

    def sinkProperties(
        self, sink: str, parameters: dict[str, Any], context: QgsProcessingContext, source_properties: dict[str, Any]
    ) -> QgsProcessingAlgorithm.VectorProperties:
        """Return what the result will be like: from it the dialog makes the table of fields of a layer that is added to."""
        properties = QgsProcessingAlgorithm.VectorProperties()
        fields = QgsFields()
        for name, kind in FIELDS.items():
            fields.append(QgsField(name, _TYPES[kind]))
        properties.fields, properties.wkbType = fields, Qgis.WkbType.Polygon
        properties.crs = self.parameterAsCrs(parameters, "OUTPUT_CRS", context)
        if not properties.crs.isValid():
            raster = self.parameterAsRasterLayer(parameters, "INPUT", context)
            properties.crs = QgsCoordinateReferenceSystem() if raster is None else sound(raster.crs())
        properties.availability = Qgis.ProcessingPropertyAvailability.Available
        return properties

    def sink_path(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext, folder: Path) -> str:
        """Return where the worker writes: to the layer itself, if it adds to one."""
        if not self.parameterAsBoolean(parameters, "APPEND", context):
            return super().sink_path(name, parameters, context, folder)
        path = file_destination(parameters.get(name))
        if path is None:
            raise InvalidParameter(
                f"APPEND adds to a file, but {name} is none.",
                "Give a file, or choose Append to Layer in the dialog of the tool.",
            )
        return str(path)

    def result_crs(
        self, found: ResultFile, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsCoordinateReferenceSystem:
        """Return the coordinate system of the result: QGIS's of the raster, unless another than that was asked for."""
        wanted = sound(self.parameterAsCrs(parameters, "OUTPUT_CRS", context))
        if wanted.isValid():
            return wanted
        on_ground = self.parameterAsBoolean(parameters, "PIXEL_SPACE", context)  # which QGIS does not know of every image
        return found.crs if on_ground or self._rasters.is_folder else self._rasters.crs

    def collect(
        self,
        job: Job,
        outputs: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Copy the result into the sink; that of a run that was cancelled where the user will find it."""
        if job.may_exist("output"):
            self._added_to = job.output
            return outputs
        partial = feedback.isCanceled()
        if partial and file_destination(parameters["OUTPUT"]) is None:
            # QGIS loads nothing after a cancel, and a layer that is added to must stay as it is.
            kept = _keep(outputs["OUTPUT"], feedback)
            if is_added_to(parameters["OUTPUT"]):
                raise QgsProcessingException("Cancelled. The layer is as it was.")
            return {**outputs, "OUTPUT": kept}
        try:
            results = super().collect(job, outputs, parameters, context, feedback)
        except QgsProcessingException:
            _keep(outputs["OUTPUT"], feedback)  # hours of work: a full disk elsewhere is no reason to lose it
            raise
        if is_added_to(parameters["OUTPUT"]):
            self._added_to = parameters["OUTPUT"].sink.staticValue().partition("|")[0]
        if partial and (path := file_destination(parameters["OUTPUT"])) is not None:
            keep_note(path, note_of(Path(outputs["OUTPUT"])))
            feedback.pushWarning(f"What was found lies in {path}.")
        return results

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Let layers of the project that were added to show it; in the thread that they live in."""
        for layer in context.project().mapLayers().values() if context.project() and self._added_to else ():
            if layer.source().partition("|")[0] == self._added_to:
                layer.dataProvider().reloadData()
                layer.triggerRepaint()
        return {}


def _keep(result: str, feedback: QgsProcessingFeedback) -> str:
    """Copy a result of the worker to where it outlives the run, tell where, and return the path."""
    kept = QgsProcessingUtils.generateTempFilename("detected_objects.gpkg")
    try:
        shutil.copyfile(result, kept)
    except OSError as error:
        feedback.pushWarning(f"What was found could not be kept in {kept}: {error.strerror}.")
        return ""
    feedback.pushWarning(f"What was found lies in {kept} until QGIS is closed.")
    return kept
