"""The job of finding objects in imagery."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .export_training_data import PROCESSING_MODES
from .job import Job
from .parameters import (
    Kind,
    Output,
    boolean,
    choice,
    decimals,
    features,
    integer,
    number,
    parameter,
    raster,
    text,
    texts,
)

MERGE_POLICIES = ("MEAN", "MAX", "MIN")
CLASS_VALUE_FIELDS = ("Class", "ClassValue", "NONE")
UNREADABLE = ("STOP", "SKIP")
FIELDS = {"Class": "str", "Confidence": "float64", "ClassValue": "int32", "Area": "float64", "Raster": "str"}
"""What is written of each object: the name of the class, the confidence from 0 to 100, the number of the class, the square
metres, and the name of the raster that its centre lies in. No name has more than ten letters, for the sake of shapefiles."""


@dataclass(frozen=True, kw_only=True)
class DetectObjects(Job):
    """Run a model package over a raster and write the objects it finds."""

    name = "detectobjects"
    title = "Detect Objects Using Deep Learning"
    summary = (
        "Runs a trained model package over imagery of any size and writes the objects it finds as polygons with their "
        "class (Class, ClassValue), confidence (Confidence, 0 to 100), area (Area, square metres) and raster (Raster)."
    )
    returns = (Output("COUNT", "number", "Number of objects"),)
    runner = "core.detection.detect:run"

    input: str = raster(
        "Input Raster",
        "The imagery to search: any raster that GDAL reads, a mosaic (VRT), or the path of a folder of rasters.",
        folders=True,
    )
    additional_rasters: tuple[str, ...] | None = parameter(
        Kind.RASTERS,
        "Additional Input Rasters",
        "More rasters with the same bands; see Processing Mode. Folders stand for the rasters in them.",
        None,
        folders=True,
        advanced=True,
    )
    model: str = common.model("Model Definition", "The model package to search with.")
    # What is kept
    threshold: float | None = number(
        "Threshold",
        "Objects with a lower confidence are left out; 0 to 1. Empty: the package's recommended one, else 0.5.",
        None,
        maximum=1.0,
    )
    objects_of_interest: tuple[str, ...] | None = texts(
        "Objects of Interest",
        "Names of the classes to look for, with ; between them. Empty: all classes of the model.",
        advanced=True,
    )
    nms: bool = boolean("Non Maximum Suppression", "Remove objects that overlap one of higher confidence, of any class.", False)
    max_overlap: float = number(
        "Max Overlap Ratio",
        "Used with Non Maximum Suppression: two objects may share this part of their common area (IoU), 0 to 1.",
        0.0,
        maximum=1.0,
    )
    class_value_field: str = choice(
        "Class Value Field",
        "Used with Non Maximum Suppression, which goes by the field Confidence: duplicates are sought within the classes of "
        "this field first, then across them. NONE: all objects are of one class.",
        CLASS_VALUE_FIELDS,
        "Class",
        advanced=True,
    )
    # How it is searched
    tile_size: int | None = integer(
        "Tile Size",
        "Side of the tiles that the model sees, in pixels. Empty: the package's.",
        None,
        minimum=32,
        maximum=8192,
        advanced=True,
    )
    padding: int | None = integer(
        "Padding",
        "Border of each tile, in pixels, that overlaps its neighbours. Empty: a quarter of the tile size.",
        None,
        maximum=4096,
        advanced=True,
    )
    batch_size: int | None = integer(
        "Batch Size",
        "How many tiles the model works on at once. Empty: as many as the GPU's memory takes; 4 on the CPU.",
        None,
        minimum=1,
        maximum=4096,
    )
    exclude_pad_detections: bool = boolean(
        "Exclude Padding Detections",
        "Leave out objects that only a neighbouring tile saw, in its padding; they are often pieces of something else.",
        True,
        advanced=True,
    )
    nms_overlap: float | None = number(
        "NMS Overlap",
        "Overlap (IoU) above which the model itself takes two boxes in a tile for one object, 0 to 1. Empty: the package's.",
        None,
        maximum=1.0,
        advanced=True,
    )
    detections_per_tile: int | None = integer(
        "Detections per Tile",
        "The most objects that the model gives for a tile. Empty: the package's, 100 of ArcGIS's and 500 of Kestrel's.",
        None,
        minimum=1,
        maximum=10_000,
        advanced=True,
    )
    test_time_augmentation: bool = boolean(
        "Test Time Augmentation",
        "Show each tile to the model turned and mirrored in all ways as well and merge what it sees: better, and eight times "
        "slower. In pixel space: mirrored left to right only.",
        False,
        advanced=True,
    )
    tta_scales: tuple[float, ...] | None = decimals(
        "Test Time Augmentation Scales",
        "Used with Test Time Augmentation: sizes at which each tile is shown, such as 0.9,1,1.1. Empty: 1.",
        0.25,
        4.0,
        advanced=True,
    )
    merge_policy: str = choice(
        "Merge Policy",
        "Used with Test Time Augmentation: the confidence of an object that several views show is their MEAN (a view that "
        "does not show it counts as 0), MAX or MIN.",
        MERGE_POLICIES,
        "MEAN",
        advanced=True,
    )
    pixel_space: bool = boolean(
        "Use Pixel Space",
        "Search the image as it was taken, rows and columns, such as an oblique picture, and put the objects on the map "
        "afterwards.",
        False,
        advanced=True,
    )
    processing_mode: str = choice(
        "Processing Mode",
        "Several rasters, or a folder of them: searched as one mosaic, in which the first raster lies on top, or each on its "
        "own.",
        PROCESSING_MODES,
        "PROCESS_AS_MOSAICKED_IMAGE",
        advanced=True,
    )
    unreadable: str = choice(
        "Unreadable Parts",
        "What to do where a raster breaks while it is read: STOP with an error, or SKIP those tiles and say which.",
        UNREADABLE,
        "STOP",
        advanced=True,
    )
    extent: str | None = common.extent()
    mask: str | None = features("Mask", "Only objects that touch one of these polygons are kept.", None, advanced=True)
    cell_size: float | None = common.cell_size(
        "the raster's own, unless it is more than twice as coarse or as fine as the model's; then the model's."
    )
    # What comes out
    return_bboxes: bool = boolean(
        "Return Bounding Boxes", "Boxes instead of outlines, from a model that draws masks.", False, advanced=True
    )
    simplify: float = number(
        "Simplification Tolerance",
        "Corners that leave the outline by less than this are removed, in pixels of the imagery. 0: none.",
        0.0,
        maximum=100.0,
        advanced=True,
    )
    regularize: bool = boolean(
        "Regularize Right Angles",
        "Give outlines of buildings straight sides and right angles; one that would change too much stays as it is.",
        False,
        advanced=True,
    )
    output_crs: str | None = common.output_crs("that of the imagery.")
    # Where it runs
    processor: str = common.processor()
    gpu_id: tuple[int, ...] | None = common.gpu_ids("all cards, which share the tiles.")
    mixed_precision: bool = common.mixed_precision()
    compile: bool = common.compile("pays on large imagery")
    parallel: int | None = integer(
        "Parallel Processing Factor",
        "Number of threads that read tiles and draw outlines. Empty: by the number of cores.",
        None,
        minimum=1,
        maximum=64,
        advanced=True,
    )
    scheduler: str | None = text(
        "Dask Scheduler",
        "Address of a Dask cluster whose workers share the work, such as tcp://server:8786; they need the imagery and the "
        "model under the same paths. Empty: this machine alone.",
        advanced=True,
    )
    resume: bool = boolean(
        "Resume",
        "Go on with an earlier run of exactly the same search that was killed or cancelled; the result is the same.",
        True,
        advanced=True,
    )
    append: bool = boolean(
        "Append",
        "Add the objects to the output file if it is there: a GeoPackage, shapefile, GeoJSON or FlatGeobuf file. In the dialog "
        "of QGIS choose Append to Layer at the output instead.",
        False,
        advanced=True,
    )
    output: str = parameter(
        Kind.NEW_FEATURES, "Output Detected Objects", "Polygon layer with Class, Confidence, ClassValue, Area and Raster."
    )

    def check(self) -> None:
        """Check the parameters; see :meth:`Job.check`."""
        super().check()
        if self.pixel_space and self.cell_size:
            raise InvalidParameter(
                "CELL_SIZE has no meaning with PIXEL_SPACE, where pixels are taken as they are.",
                "Leave it empty, or search in map space.",
            )
        if self.tta_scales and not self.test_time_augmentation:
            raise InvalidParameter("TTA_SCALES needs TEST_TIME_AUGMENTATION.", "Switch that on, or leave the scales empty.")

    def may_exist(self, name: str) -> bool:
        """Return whether the layer in ``output`` is added to; see :meth:`Job.may_exist`."""
        return name == "output" and self.append
