"""The job of cutting labelled imagery into chips."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .job import Job
from .parameters import Kind, Output, boolean, choice, features, field_of, integer, number, parameter, raster

METADATA_FORMATS = ("PASCAL_VOC_rectangles", "RCNN_Masks")
IMAGE_FORMATS = ("TIFF", "PNG", "JPEG")


@dataclass(frozen=True, kw_only=True)
class ExportTrainingData(Job):
    """Cut a raster and its labels into chips that a model can be trained with."""

    name = "exporttrainingdata"
    title = "Export Training Data For Deep Learning"
    summary = (
        "Cuts imagery and labelled objects into small images (chips) with their labels, in the formats that ArcGIS Pro "
        "writes and reads. The result is the input of Train Deep Learning Model."
    )
    returns = (
        Output("CHIPS", "number", "Number of chips"),
        Output("OBJECTS", "number", "Number of labelled objects in all chips"),
    )
    runner = "core.training_data.export:run"

    input_raster: str = raster("Input Raster", "The imagery to cut: any raster that GDAL reads.")
    input_labels: str = features(
        "Input Feature Class",
        "The labelled objects: polygons, or points or lines with a Buffer Radius. Any coordinate system.",
        geometry=("polygon", "point", "line"),
    )
    class_field: str | None = field_of(
        "input_labels",
        "Class Value Field",
        "Integer or text field with the class of each object. Empty: all objects are one class.",
    )
    buffer: float = number(
        "Buffer Radius",
        "Radius, in units of the features' coordinate system, that turns points and lines into polygons and widens polygons.",
        0.0,
    )
    mask: str | None = features(
        "Input Mask Polygons", "Only chips that lie completely inside one of these polygons are written.", None
    )
    image_format: str = choice(
        "Image Format",
        "Format of the chips. TIFF keeps every band and the bit depth; PNG and JPEG take 8 bits and 1 or 3 bands.",
        IMAGE_FORMATS,
        "TIFF",
    )
    tile_size_x: int = integer("Tile Size X", "Width of a chip in pixels.", 256, minimum=32, maximum=8192)
    tile_size_y: int = integer("Tile Size Y", "Height of a chip in pixels.", 256, minimum=32, maximum=8192)
    stride_x: int = integer(
        "Stride X",
        "Step from one chip to the next in pixels; 0 means the tile size, that is no overlap.",
        128,
        maximum=8192,
    )
    stride_y: int = integer(
        "Stride Y", "Step from one row of chips to the next in pixels; 0 means the tile size.", 128, maximum=8192
    )
    metadata_format: str = choice(
        "Metadata Format",
        "PASCAL_VOC_rectangles: a box for each object, for FasterRCNN. RCNN_Masks: the outline of each object, for MaskRCNN.",
        METADATA_FORMATS,
        "PASCAL_VOC_rectangles",
    )
    no_feature_tiles: bool = boolean(
        "Output No Feature Tiles",
        "Write chips without objects too. They teach the model what not to detect.",
        False,
    )
    extent: str | None = common.extent()
    cell_size: float | None = common.cell_size()
    output: str = parameter(Kind.NEW_FOLDER, "Output Folder", "Folder for the chips; new, or empty.")

    def check(self) -> None:
        """Check the parameters; see :meth:`Job.check`."""
        super().check()
        for axis, tile, stride in (("X", self.tile_size_x, self.stride_x), ("Y", self.tile_size_y, self.stride_y)):
            if stride > tile:
                raise InvalidParameter(
                    f"STRIDE_{axis} is {stride} but TILE_SIZE_{axis} is {tile}: strips between the chips would be left out.",
                    "Choose a stride up to the tile size.",
                )
