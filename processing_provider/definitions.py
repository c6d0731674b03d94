"""QGIS's description of a job's parameters and outputs, made from the job's own."""

from __future__ import annotations

from html import escape

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputFile,
    QgsProcessingOutputFolder,
    QgsProcessingOutputHtml,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..core.jobs import Job, Kind, Output, Parameter
from ..core.jobs.arguments import names_of, table_rows

_PLUGIN = __name__.rpartition(".processing_provider.")[0]
_SOURCE_TYPES = {
    "point": Qgis.ProcessingSourceType.VectorPoint,
    "line": Qgis.ProcessingSourceType.VectorLine,
    "polygon": Qgis.ProcessingSourceType.VectorPolygon,
}
_OUTPUTS = {
    "number": QgsProcessingOutputNumber,
    "text": QgsProcessingOutputString,
    "file": QgsProcessingOutputFile,
    "html": QgsProcessingOutputHtml,
    "folder": QgsProcessingOutputFolder,
}


def parameter_definitions(job: type[Job]) -> list[QgsProcessingParameterDefinition]:
    """Return the parameters of ``job`` in its order; their names are the attributes in upper case."""
    return [_definition(job, attribute, described) for attribute, described in job.parameters().items()]


def output_definitions(job: type[Job]) -> list[QgsProcessingOutputDefinition]:
    """Return what ``job`` returns besides its output parameters."""
    return [_output(output) for output in job.returns]


def help_text(job: type[Job]) -> str:
    """Return the help of ``job`` as HTML: what it does, its parameters and outputs."""
    lines = [f"<p>{job.summary}</p>", "<h2>Parameters</h2>"]
    for attribute, described in job.parameters().items():
        lines.append(f"<p><b>{described.label}</b> <code>{attribute.upper()}</code><br>{described.help}</p>")
        if rows := table_rows(described.known):
            items = (escape(row.text(), quote=False).replace(row.name, f"<code>{row.name}</code>", 1) for row in rows)
            lines += ["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"]
    if job.returns:
        lines.append("<h2>Outputs</h2>")
        lines.extend(f"<p><code>{output.name}</code><br>{output.label}</p>" for output in job.returns)
    return "\n".join(lines)


def _definition(job: type[Job], attribute: str, described: Parameter) -> QgsProcessingParameterDefinition:
    definition = _bare(attribute.upper(), described, job.default(attribute))
    definition.setHelp(described.help)
    if described.advanced:
        definition.setFlags(definition.flags() | Qgis.ProcessingParameterFlag.Advanced)
    return definition


def _bare(name: str, described: Parameter, default: object) -> QgsProcessingParameterDefinition:
    """Return the definition without help and flags."""
    kind, label, optional = described.kind, described.label, described.optional
    if kind is Kind.RASTER:
        return QgsProcessingParameterRasterLayer(name, label, default, optional)
    if kind is Kind.RASTERS:
        return QgsProcessingParameterMultipleLayers(name, label, Qgis.ProcessingSourceType.Raster, default, optional)
    if kind is Kind.BANDS:
        return QgsProcessingParameterBand(name, label, default, described.parent.upper(), optional, allowMultiple=True)
    if kind is Kind.FEATURES:
        types = [_SOURCE_TYPES[geometry] for geometry in described.geometry]
        return QgsProcessingParameterFeatureSource(name, label, types, default, optional)
    if kind is Kind.FIELD:
        parent = described.parent.upper()
        return QgsProcessingParameterField(name, label, default, parent, optional=optional)
    if kind is Kind.FILE:
        files = " ".join(f"*.{extension}" for extension in described.extensions)
        return QgsProcessingParameterFile(
            name, label, defaultValue=default, optional=optional, fileFilter=f"{label} ({files})" if files else ""
        )
    if kind is Kind.FOLDER:
        folder = Qgis.ProcessingFileParameterBehavior.Folder
        return QgsProcessingParameterFile(name, label, folder, defaultValue=default, optional=optional)
    if kind is Kind.FOLDERS:
        definition = QgsProcessingParameterMultipleLayers(name, label, Qgis.ProcessingSourceType.File, default, optional)
        # QGIS's own widget takes the files that are in a folder. Named, not imported: qgis_process has no widgets.
        definition.setMetadata({"widget_wrapper": {"class": f"{_PLUGIN}.ui.folders_widget.FoldersWidget"}})
        return definition
    if kind is Kind.TABLE:
        return _table(name, described)
    if kind is Kind.CRS:
        return QgsProcessingParameterCrs(name, label, default, optional)
    if kind in (Kind.NUMBERS, Kind.DECIMALS, Kind.TEXT, Kind.TEXTS):
        return QgsProcessingParameterString(name, label, default, optional=optional)
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(name, described, default)
    if kind is Kind.BOOLEAN:
        return QgsProcessingParameterBoolean(name, label, default, optional)
    if kind is Kind.CHOICE:
        return QgsProcessingParameterEnum(name, label, described.choices, False, default, optional, usesStaticStrings=True)
    if kind is Kind.EXTENT:
        return QgsProcessingParameterExtent(name, label, default, optional)
    if kind is Kind.NEW_FOLDER:
        return QgsProcessingParameterFolderDestination(name, label, default, optional)
    if kind is Kind.NEW_FEATURES:
        return QgsProcessingParameterFeatureSink(name, label, Qgis.ProcessingSourceType.VectorPolygon, default, optional)
    if kind is Kind.NEW_TABLE:
        return QgsProcessingParameterFeatureSink(name, label, Qgis.ProcessingSourceType.Vector, default, optional)
    if kind is Kind.NEW_HTML:
        # A report is nice to have: without a name it goes to a temporary file, on the command line too.
        default = default or QgsProcessing.TEMPORARY_OUTPUT
        return QgsProcessingParameterFileDestination(name, label, "HTML files (*.html)", default, optional)
    raise NotImplementedError(f"{name}: no QGIS parameter for {kind}.")


def _table(name: str, described: Parameter) -> QgsProcessingParameterMatrix:
    """Return a table to fill in: a row for each name there is, without a value, which means nothing is given."""
    names = names_of(described.known)
    rows = [cell for row in names for cell in (row, "")]
    return QgsProcessingParameterMatrix(name, described.label, len(names), False, ["Name", "Value"], rows, described.optional)


def _number(name: str, described: Parameter, default: object) -> QgsProcessingParameterNumber:
    types = Qgis.ProcessingNumberParameterType
    definition = QgsProcessingParameterNumber(
        name,
        described.label,
        types.Integer if described.kind is Kind.INTEGER else types.Double,
        default,
        described.optional,
    )
    if described.minimum is not None:
        definition.setMinimum(described.minimum)
    if described.maximum is not None:
        definition.setMaximum(described.maximum)
    return definition


def _output(output: Output) -> QgsProcessingOutputDefinition:
    return _OUTPUTS[output.kind](output.name, output.label)
