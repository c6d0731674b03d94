"""The job of describing a model package."""

from __future__ import annotations

from dataclasses import dataclass

from . import common
from .job import Job
from .parameters import Kind, Output, parameter


@dataclass(frozen=True, kw_only=True)
class ModelInformation(Job):
    """Tell what a model package finds, what imagery it takes, and what it can be used for."""

    name = "modelinformation"
    title = "Model Information"
    summary = (
        "Describes a model package, Kestrel's or ArcGIS's: what it finds, what imagery it takes, how well it does, how it was "
        "trained, and whether Kestrel and ArcGIS Pro can run it. Numbers for graphs come with it, to export or to detect with. "
        "Nothing in the package is run."
    )
    returns = (
        Output("MODEL_TYPE", "text", "Kind of model, such as MaskRCNN"),
        Output("BACKBONE", "text", "Network that reads the image, such as resnet50"),
        Output("TILE_SIZE", "number", "Side of the chips it was trained on, in pixels; 0 when unknown"),
        Output("CELL_SIZE", "number", "Pixel size it was trained at; 0 when unknown"),
        Output("CELL_SIZE_UNIT", "text", "Unit of CELL_SIZE, such as metre or degree"),
        Output("CELL_SIZE_CRS", "text", "Coordinate system of CELL_SIZE, such as EPSG:32632"),
        Output("BANDS", "text", "Numbers of the bands it takes, counted from 1, with commas between them"),
        Output("BAND_NAMES", "text", "Names of these bands, with commas between them"),
        Output("PIXEL_TYPE", "text", "Pixel type it was trained on, such as uint8"),
        Output("CLASS_NAMES", "text", "Names of its classes, with commas between them"),
        Output("CLASS_VALUES", "text", "Values of its classes, with commas between them"),
        Output("METADATA_FORMAT", "text", "Metadata format of the chips it learns from"),
        Output("STRIDE", "number", "Recommended stride of an export, in pixels"),
        Output("PADDING", "number", "Recommended padding of a detection, in pixels"),
        Output("THRESHOLD", "number", "Recommended threshold of a detection, 0 to 1"),
        Output("PARAMETERS", "number", "Number of weights; 0 when unknown"),
        Output("CAN_DETECT", "number", "1 when Kestrel can detect objects with it, else 0"),
        Output("CAN_FINE_TUNE", "number", "1 when Kestrel can train it further, else 0"),
        Output("FOR_ARCGIS", "number", "1 when ArcGIS Pro can open it, else 0"),
    )
    runner = "core.model_information:run"

    model: str = common.model("Model Definition", "The model package to describe.")
    output_report: str = parameter(Kind.NEW_HTML, "Model Report", "HTML page that describes the model.")
