"""The job of cutting labelled imagery into chips."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .job import Job
from .parameters import Kind, Output, boolean, choice, features, field_of, integer, number, parameter, raster

METADATA_FORMATS = (
    "PASCAL_VOC_rectangles",
    "RCNN_Masks",
    "KITTI_rectangles",
    "Labeled_Tiles",
    "Classified_Tiles",
    "COCO",
    "YOLO_rectangles",
    "YOLO_segments",
)
IMAGE_FORMATS = ("TIFF", "PNG", "JPEG")
REFERENCE_SYSTEMS = ("MAP_SPACE", "PIXEL_SPACE")
PROCESSING_MODES = ("PROCESS_AS_MOSAICKED_IMAGE", "PROCESS_ITEMS_SEPARATELY")
CROP_MODES = ("FIXED_SIZE", "BOUNDING_BOX")
EDGES = ("SHIFT", "PAD", "SKIP")
TILE_SIZE = 256  # without a model


@dataclass(frozen=True, kw_only=True)
class ExportTrainingData(Job):
    """Cut rasters and their labels into chips that a model can be trained with."""

    name = "exporttrainingdata"
    title = "Export Training Data For Deep Learning"
    summary = (
        "Cuts imagery and labelled objects into small images (chips) with their labels, in the formats that ArcGIS Pro "
        "writes and reads, and in COCO and YOLO. The result is the input of Train Deep Learning Model."
    )
    returns = (
        Output("CHIPS", "number", "Number of chips"),
        Output("OBJECTS", "number", "Number of labelled objects in all chips"),
        Output("PREVIEW", "html", "Contact sheet: chips with their labels drawn, and numbers"),
        Output("PREVIEW_PICTURE", "file", "The chips of the contact sheet as a picture"),
    )
    runner = "core.training_data.export:run"

    input_raster: str = raster(
        "Input Raster",
        "The imagery to cut: any raster that GDAL reads, a mosaic (VRT), or the path of a folder of rasters.",
        folders=True,
    )
    additional_rasters: tuple[str, ...] | None = parameter(
        Kind.RASTERS,
        "Additional Input Rasters",
        "More rasters with the same bands, labelled by the same layer; see Processing Mode. Folders stand for the rasters in "
        "them.",
        None,
        folders=True,
        advanced=True,
    )
    input_labels: str | None = features(
        "Input Feature Class",
        "The labelled objects: polygons, or points or lines with a Buffer Radius. Any coordinate system. Empty: the "
        "classified raster is given instead.",
        None,
        geometry=("polygon", "point", "line"),
    )
    input_class_raster: str | None = raster(
        "Input Classified Raster",
        "Labels as a raster instead of features: each connected area of one value is an object, the value is its class; 0 and "
        "no-data are background.",
        None,
        advanced=True,
    )
    class_field: str | None = field_of(
        "input_labels",
        "Class Value Field",
        "Integer or text field with the class of each object. Empty: all objects are one class.",
    )
    class_name_field: str | None = field_of(
        "input_labels",
        "Class Name Field",
        "Field with the name of each object's class, when the Class Value Field holds numbers.",
        advanced=True,
    )
    class_table: str | None = parameter(
        Kind.FILE,
        "Class Table",
        "Classes with fixed values, so that exports agree: a .csv with the columns value, name and perhaps color, the .emd of "
        "another export, a model package, or an ArcGIS schema (.ecs). Objects of other classes are left out and counted.",
        None,
        extensions=("csv", "emd", "dlpk", "ecs"),
        advanced=True,
    )
    buffer: float = number(
        "Buffer Radius",
        "Radius, in units of the features' coordinate system, that turns points and lines into polygons and widens polygons.",
        0.0,
    )
    mask: str | None = features(
        "Input Mask Polygons", "Only chips that lie completely inside one of these polygons are written.", None
    )
    model: str | None = common.model(
        "Model Definition",
        "A model package that will be fine-tuned: it fills the tile size, metadata format, cell size, bands and classes that "
        "are left empty, and imagery that does not fit it is reported.",
        None,
    )
    metadata_format: str | None = choice(
        "Metadata Format",
        "PASCAL_VOC_rectangles, KITTI_rectangles, YOLO_rectangles: a box for each object, for FasterRCNN. RCNN_Masks, COCO, "
        "YOLO_segments: outlines, for MaskRCNN. Classified_Tiles: a class for each pixel. Labeled_Tiles: a chip for each "
        "object. Empty: what the Model needs, else PASCAL_VOC_rectangles.",
        METADATA_FORMATS,
        None,
    )
    image_format: str = choice(
        "Image Format",
        "Format of the chips. TIFF keeps every band and the bit depth; PNG and JPEG take 8 bits and 1 or 3 bands.",
        IMAGE_FORMATS,
        "TIFF",
    )
    jpeg_quality: int = integer(
        "JPEG Quality", "Used with JPEG: 1 to 100; less is smaller and blurs more.", 95, minimum=1, maximum=100, advanced=True
    )
    bands: tuple[int, ...] | None = parameter(
        Kind.BANDS,
        "Bands",
        "Numbers of the bands that the chips get, counted from 1, in this order. Empty: all, without alpha.",
        None,
        parent="input_raster",
        advanced=True,
    )
    tile_size_x: int | None = integer(
        "Tile Size X", f"Width of a chip in pixels. Empty: that of the Model, else {TILE_SIZE}.", None, minimum=32, maximum=8192
    )
    tile_size_y: int | None = integer(
        "Tile Size Y", "Height of a chip in pixels. Empty: the width.", None, minimum=32, maximum=8192
    )
    stride_x: int | None = integer(
        "Stride X",
        "Step from one chip to the next in pixels. 0: the tile size, that is no overlap. Empty: half the tile size.",
        None,
        maximum=8192,
    )
    stride_y: int | None = integer(
        "Stride Y",
        "Step from one row of chips to the next in pixels. 0: the tile size. Empty: half the tile size.",
        None,
        maximum=8192,
    )
    no_feature_tiles: bool = boolean(
        "Output No Feature Tiles",
        "Write chips without objects too. They teach the model what not to detect.",
        False,
    )
    min_overlap: float = number(
        "Minimum Polygon Overlap Ratio",
        "An object that a chip's edge cuts is left out of the chip when less than this share of its area is inside, 0 to 1.",
        0.0,
        maximum=1.0,
        advanced=True,
    )
    edge: str = choice(
        "Tiles at the Edge",
        "What becomes of tiles that would overhang the raster: SHIFT moves them inwards, PAD fills them up with no-data, "
        "SKIP leaves them out.",
        EDGES,
        "SHIFT",
        advanced=True,
    )
    rotation_angle: float = number(
        "Rotation Angle",
        "Every chip is written again, turned about its centre, at each multiple of this angle, in degrees. 0: not turned.",
        0.0,
        maximum=180.0,
        advanced=True,
    )
    reference_system: str = choice(
        "Reference System",
        "MAP_SPACE: chips lie on the map. PIXEL_SPACE: rows and columns of the image as it was taken, for oblique pictures; "
        "the image is not warped and training does not turn it.",
        REFERENCE_SYSTEMS,
        "MAP_SPACE",
        advanced=True,
    )
    processing_mode: str = choice(
        "Processing Mode",
        "Several rasters, or a folder of them: cut as one mosaic, in which the first raster lies on top, or each on its own.",
        PROCESSING_MODES,
        "PROCESS_AS_MOSAICKED_IMAGE",
        advanced=True,
    )
    crop_mode: str = choice(
        "Crop Mode",
        "Used with Labeled_Tiles: chips of the tile size around each object, or cut to the object's box.",
        CROP_MODES,
        "FIXED_SIZE",
        advanced=True,
    )
    blacken: bool = boolean(
        "Blacken Around Feature", "Used with Labeled_Tiles: pixels outside the object become 0.", False, advanced=True
    )
    validation_percentage: float = number(
        "Validation Percentage",
        "Share of the area, in percent, whose chips are set apart for validation. Whole blocks of the map are drawn, so that "
        "no pixel is on two sides. 0: training divides the chips itself.",
        0.0,
        maximum=90.0,
        advanced=True,
    )
    test_percentage: float = number(
        "Test Percentage",
        "Share of the area, in percent, whose chips are set apart for a test and never used in training.",
        0.0,
        maximum=90.0,
        advanced=True,
    )
    split_block: int = integer(
        "Split Block Size",
        "Side of the blocks of the division, in tiles. Larger blocks lose fewer chips that lie on a border.",
        4,
        minimum=1,
        maximum=1000,
        advanced=True,
    )
    append: bool = boolean(
        "Append",
        "Add the chips to an export that is in the Output Folder already, of the same format, tile size and bands.",
        False,
        advanced=True,
    )
    start_index: int = integer("Start Index", "Number of the first chip.", 0, maximum=999_999_999, advanced=True)
    extent: str | None = common.extent()
    cell_size: float | None = common.cell_size("that of the Model, else the raster's own.")
    snap_raster: str | None = raster(
        "Snap Raster", "Pixels are aligned with those of this raster, in its coordinate system.", None, advanced=True
    )
    parallel: int | None = integer(
        "Parallel Processing Factor",
        "Number of processes that cut chips. Empty: one for each core, up to 8.",
        None,
        minimum=1,
        maximum=64,
        advanced=True,
    )
    output: str = parameter(
        Kind.NEW_FOLDER, "Output Folder", "Folder for the chips; new, or empty, or with Append that of an export."
    )

    def check(self) -> None:
        """Check the parameters; see :meth:`Job.check`."""
        super().check()
        self._check_labels()
        self._check_tiles()
        shares = self.validation_percentage + self.test_percentage
        if shares > 90:
            raise InvalidParameter(
                f"VALIDATION_PERCENTAGE and TEST_PERCENTAGE are {shares:g} together: too little is left to train with.",
                "Choose at most 90 together.",
            )
        if self.reference_system == "PIXEL_SPACE" and (self.cell_size or self.snap_raster):
            raise InvalidParameter(
                "CELL_SIZE and SNAP_RASTER have no meaning in PIXEL_SPACE, where pixels are taken as they are.",
                "Leave them empty, or choose MAP_SPACE.",
            )

    def tiles(self, usual: int = TILE_SIZE) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return width and height of the tiles, and the strides across and down, all in pixels and none of them 0.

        Args:
            usual: the tile size where none is given.
        """
        width = self.tile_size_x or usual
        height = self.tile_size_y or width
        across, down = (
            tile // 2 if stride is None else stride or tile
            for tile, stride in ((width, self.stride_x), (height, self.stride_y))
        )
        return (width, height), (across, down)

    def may_exist(self, name: str) -> bool:
        """Return whether the export in ``output`` is added to; see :meth:`Job.may_exist`."""
        return name == "output" and self.append

    def _check_labels(self) -> None:
        if (self.input_labels is None) == (self.input_class_raster is None):
            given = "none is given" if self.input_labels is None else "both are given"
            raise InvalidParameter(
                f"Either INPUT_LABELS or INPUT_CLASS_RASTER tells the objects; {given}.", "Give one of them."
            )
        if self.class_name_field and not self.class_field:
            raise InvalidParameter(
                "CLASS_NAME_FIELD names the values of CLASS_FIELD, which is empty.",
                "Give CLASS_FIELD; if it holds texts, it names the classes by itself.",
            )

    def _check_tiles(self) -> None:
        tile_x = self.tile_size_x
        tile_y = self.tile_size_y or tile_x
        for axis, tile, stride in (("X", tile_x, self.stride_x), ("Y", tile_y, self.stride_y)):
            if tile and stride and stride > tile:
                raise InvalidParameter(
                    f"STRIDE_{axis} is {stride} but TILE_SIZE_{axis} is {tile}: strips between the chips would be left out.",
                    "Choose a stride up to the tile size.",
                )
        labeled = self.metadata_format == "Labeled_Tiles"
        if not labeled and (self.blacken or self.crop_mode != "FIXED_SIZE"):
            raise InvalidParameter(
                "BLACKEN and CROP_MODE are for chips of one object each.", "Choose Labeled_Tiles as METADATA_FORMAT."
            )
        if labeled and self.rotation_angle:
            raise InvalidParameter("ROTATION_ANGLE turns tiles, but Labeled_Tiles have none.", "Set it to 0.")
