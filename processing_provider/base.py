"""What all algorithms share: a job of the core as a QGIS algorithm."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProperty,
    QgsRectangle,
)
from qgis.PyQt.QtGui import QIcon

from ..core.errors import InvalidParameter, KestrelError
from ..core.jobs import Job, Kind
from ..core.model_files import model_file
from ..core.outputs import check_new_file, check_new_folder, check_old_file
from ..core.runtime.client import command_of, run_job
from ..ui.icons import icon, icon_file
from .about import manual
from .crs import sound
from .definitions import help_text, output_definitions, parameter_definitions
from .network import hand_on_proxy
from .raster_parameters import RasterParameters, check_entries, entries, is_folder
from .readiness import ready
from .relay import Relay
from .results import ResultFile
from .runs import Following, Run, Runs, as_json
from .sinks import Sink, file_destination, folder_destination
from .sources import export
from .styling import style_on_load

_LAYERS = (Kind.RASTER, Kind.RASTERS, Kind.FEATURES)
_SINKS = (Kind.NEW_FEATURES, Kind.NEW_TABLE)


class JobAlgorithm(QgsProcessingAlgorithm):
    """A Processing algorithm that declares, checks and runs one job of the core in the worker.

    Subclasses name the job, the group, the words it is found by and its page of the manual.
    """

    job: ClassVar[type[Job]]
    group_id: ClassVar[str]
    group_name: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ()
    page: ClassVar[str]  # of the manual: its file in docs/ without .md

    def __init__(self) -> None:
        super().__init__()
        self._rasters = RasterParameters(self.job)

    # Who it is

    def createInstance(self) -> JobAlgorithm:
        """Return a new algorithm of this class."""
        return type(self)()

    def name(self) -> str:
        """Return the permanent id."""
        return self.job.name

    def displayName(self) -> str:
        """Return the name shown."""
        return self.job.title

    def group(self) -> str:
        """Return the group shown."""
        return self.group_name

    def groupId(self) -> str:
        """Return the permanent id of the group."""
        return self.group_id

    def tags(self) -> list[str]:
        """Return the words it is found by."""
        return ["deep learning", "object detection", *self.words]

    def shortDescription(self) -> str:
        """Return what it does, in a sentence or two."""
        return self.job.summary

    def shortHelpString(self) -> str:
        """Return the help beside the dialog."""
        return help_text(self.job)

    def helpUrl(self) -> str:
        """Return the address of the page of the manual, which the button Help opens."""
        return manual(self.page)

    def icon(self) -> QIcon:
        """Return the icon in the toolbox."""
        return icon(self.job.name)

    def svgIconPath(self) -> str:
        """Return the path of the icon."""
        return icon_file(self.job.name)

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the job's parameters and outputs."""
        for parameter in parameter_definitions(self.job):
            self.addParameter(parameter)
        for output in output_definitions(self.job):
            self.addOutput(output)

    # Checks before the run

    def canExecute(self) -> tuple[bool, str]:
        """Return whether there is an environment, and if not how to get one; looks at files only."""
        return ready(self.provider())

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Check names, limits, words, files and how values fit each other, in the core's words; then what QGIS checks."""
        try:
            self.job.refuse_unknown(parameters, exact=True)
            self._check_values(parameters, context)
            known = self._known_to_qgis(parameters)
        except KestrelError as error:
            return False, str(error)
        good, text = super().checkParameterValues(known, context)
        if not good and any(
            kind in _LAYERS and not self.parameterDefinition(name).checkValueIsAcceptable(parameters.get(name), context)
            for name, kind in self._kinds()
        ):
            text = f"{text.rstrip('.')}. Check the path, and that it opens in QGIS."
        return good, text

    def _check_values(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        # Layers and outputs are QGIS's to check: any text stands for those that are there.
        values = {
            name: name
            for name, kind in self._kinds()
            if (kind in _LAYERS or kind.is_output) and (kind.is_output or _is_set(parameters.get(name)))
        }
        job = self.job.from_values({**values, **self._plain_values(parameters, context)})
        job.check()
        for name, kind in self._kinds():
            value = parameters.get(name)
            if kind is Kind.RASTERS:
                check_entries(name, value, context)
            elif kind in _SINKS and (path := file_destination(value)):
                check = check_old_file if job.may_exist(name.lower()) else check_new_file
                check(path)
            elif kind is Kind.NEW_FOLDER and (path := folder_destination(value)):
                check_new_folder(path, job.may_exist(name.lower()))

    def _known_to_qgis(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return ``parameters`` without what QGIS would refuse, such as folders as rasters, and what is checked already."""
        known = dict(parameters)
        for attribute, described in self.job.parameters().items():
            name = attribute.upper()
            lists = described.kind in (Kind.RASTERS, Kind.FOLDERS, Kind.TABLE)
            if lists or (described.kind is Kind.CHOICE and not _is_set(known.get(name))):
                known.pop(name, None)
            elif described.kind is Kind.FILE and described.folders and is_folder(known.get(name)):
                known[name] = str(model_file(known[name]))
            elif described.kind is Kind.RASTER and described.folders and is_folder(known.get(name)):
                known[name] = QgsProperty.fromExpression("@folder")  # which it takes for a layer that comes later
        return known

    # The run

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Look the raster layers and the proxy up, in the thread that they live in."""
        hand_on_proxy()
        self._rasters.look_up(self, parameters, context)
        return True

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Build the job, run it in the worker and bring its results into QGIS."""
        ready, how_to = self.canExecute()
        if not ready:
            raise QgsProcessingException(how_to)
        with tempfile.TemporaryDirectory(dir=QgsProcessingUtils.tempFolder(), ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary)
            try:
                self.job.refuse_unknown(parameters, exact=True)
                job = self.job.from_values(
                    {
                        **self._plain_values(parameters, context),
                        **self._input_values(parameters, context, feedback, folder),
                        **self._output_values(parameters, context, folder),
                    }
                )
                with self._followed(job, parameters, context, feedback) as following:
                    relay = Relay(feedback, following.tell, following.live)
                    outputs = self.execute(job, relay, feedback)
                    following.results = self.collect(job, outputs, parameters, context, feedback)
            except KestrelError as error:
                if error.details and error.unforeseen:
                    feedback.pushDebugInfo(error.details)
                raise QgsProcessingException(str(error)) from error
            return following.results

    def _followed(
        self, job: Job, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Following:
        """Return the context of a run that the panels of the desktop can follow."""
        runs = getattr(self.provider(), "runs", None) or Runs()  # an algorithm of no provider has nobody to follow it
        described = as_json(self.asMap(parameters, context).get("inputs", {}))
        return runs.follow(Run(self.id(), self.displayName(), job, described), feedback)

    def execute(self, job: Job, relay: Relay, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Run ``job`` and return its outputs by name. Here: in the worker."""
        feedback.pushCommandInfo(command_of(job))
        return run_job(job, relay.show, relay.is_cancelled, live=relay.live)

    def export_source(
        self,
        name: str,
        source: QgsProcessingFeatureSource,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        folder: Path,
    ) -> str:
        """Write the features of the parameter ``name`` for the worker and return the path."""
        return export(source, parameters[name], folder, context, feedback)

    def collect(
        self,
        job: Job,
        outputs: dict[str, Any],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Return what the algorithm returns: ``outputs``, with the worker's layers copied into the sinks."""
        # A job that was cancelled may have kept a part: then that is what the user gets.
        is_cancelled = (lambda: False) if feedback.isCanceled() else feedback.isCanceled
        results = dict(outputs)
        for name in (name for name, kind in self._kinds() if kind in _SINKS and name in outputs):
            with ResultFile(outputs[name]) as found:
                crs = self.result_crs(found, parameters, context)
                sink = Sink(self, parameters, name, context, found.fields, found.wkb_type, crs)
                with sink:
                    for feature in found.features():
                        if is_cancelled():
                            raise QgsProcessingException("Cancelled.")
                        sink.add(feature)
            results[name] = sink.destination
            self.style(name, sink.destination, context)
        return results

    def result_crs(
        self, found: ResultFile, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsCoordinateReferenceSystem:
        """Return the system of a layer that the job wrote: what is found in a raster lies in its own, as QGIS has it."""
        return self._rasters.crs

    def style(self, name: str, layer_id: str, context: QgsProcessingContext) -> None:
        """Have the layer of the output ``name`` styled if it is going to be loaded. Here: as detected objects."""
        style_on_load(layer_id, context)

    # Values of the job

    def _kinds(self) -> list[tuple[str, Kind]]:
        """Name and kind of each parameter."""
        return [(attribute.upper(), described.kind) for attribute, described in self.job.parameters().items()]

    def _plain_values(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Numbers, words, fields and paths, as texts, and lists and tables: the job converts and checks them."""
        return {
            name: self._plain_value(parameters, name, kind, context)
            for name, kind in self._kinds()
            if kind not in _LAYERS and kind is not Kind.EXTENT and not kind.is_output and _is_set(parameters.get(name))
        }

    def _plain_value(self, parameters: dict[str, Any], name: str, kind: Kind, context: QgsProcessingContext) -> Any:
        if kind is Kind.BANDS:
            return ";".join(map(str, entries(parameters[name], context)))
        if kind is Kind.FOLDERS:
            return [str(entry) for entry in entries(parameters[name], context)]
        if kind in (Kind.TABLE, Kind.NUMBERS, Kind.DECIMALS, Kind.TEXTS):
            return _plain(parameters[name], context)
        if kind is Kind.CRS:
            crs = sound(self.parameterAsCrs(parameters, name, context))
            if not crs.isValid():
                raise InvalidParameter(
                    f"{name} is {parameters[name]!r}, which is no known coordinate system.", "Write it as EPSG:code or as WKT."
                )
            return crs.authid() or crs.toWkt()
        return self.parameterAsString(parameters, name, context)

    def _input_values(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback, folder: Path
    ) -> dict[str, Any]:
        """Layers as paths, and the extent in the coordinate system of the raster."""
        values: dict[str, Any] = {}
        extent, crs = QgsRectangle(), self._rasters.crs
        for name, kind in self._kinds():
            if kind is Kind.EXTENT and _is_set(parameters.get(name)):
                if self._rasters.is_folder or self._rasters.is_empty:
                    crs = self._extent_crs(parameters, name, context)
                extent = self.parameterAsExtent(parameters, name, context, crs)
                edges = (extent.xMinimum(), extent.xMaximum(), extent.yMinimum(), extent.yMaximum())
                values[name] = ",".join(repr(edge) for edge in edges)
                if (
                    self._rasters.is_empty or self._rasters.are_several
                ) and crs.isValid():  # of several rasters each may have another
                    values[name] += f" [{crs.authid() or crs.toWkt()}]"
            if kind is Kind.FEATURES and _is_set(parameters.get(name)):
                source = self.parameterAsSource(parameters, name, context)
                if source is None:
                    raise QgsProcessingException(f"{self.invalidSourceError(parameters, name)}. Check that it opens in QGIS.")
                values[name] = self.export_source(name, source, parameters, context, feedback, folder)
        cell_size = self.parameterAsDouble(parameters, "CELL_SIZE", context) if "cell_size" in self.job.parameters() else 0.0
        return {**values, **self._rasters.sources(folder, extent, crs, cell_size, context, feedback)}

    def _extent_crs(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> QgsCoordinateReferenceSystem:
        """Return the coordinate system of an extent; invalid for bare numbers, which QGIS would take for the project's."""
        value = parameters[name]
        if isinstance(value, str) and "[" not in value and value.count(",") == 3:
            return QgsCoordinateReferenceSystem()
        return sound(self.parameterAsExtentCrs(parameters, name, context))

    def _output_values(self, parameters: dict[str, Any], context: QgsProcessingContext, folder: Path) -> dict[str, Any]:
        """Where the worker writes: sinks to a temporary file that is copied later, the rest to its place.

        An optional layer that nobody asked for is not written.
        """
        described = self.job.parameters()
        return {
            name: self.sink_path(name, parameters, context, folder)
            if kind in _SINKS
            else self.parameterAsFileOutput(parameters, name, context)
            for name, kind in self._kinds()
            if kind.is_output
            and not (described[name.lower()].optional and kind in _SINKS and not _is_set(parameters.get(name)))
        }

    def sink_path(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext, folder: Path) -> str:
        """Return where the worker writes the layer or table ``name``. Here: into the temporary ``folder``."""
        return str(folder / f"{name.lower()}.gpkg")


def _plain(value: Any, context: QgsProcessingContext) -> Any:
    """Return a parameter's value with expressions worked out and QGIS's nulls, at any depth, as empty texts."""
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    if isinstance(value, dict):
        return {name: _plain(part, context) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, context) for part in value]
    return "" if value is None or value == NULL else value


def _is_set(value: Any) -> bool:
    """Whether a parameter was given: neither missing, nor null, nor an empty text or list."""
    return value is not None and value != NULL and value not in ("", [], {})
