"""The job of finding objects in imagery."""

from __future__ import annotations

from dataclasses import dataclass

from . import common
from .job import Job
from .parameters import Kind, Output, boolean, features, integer, number, parameter, raster


@dataclass(frozen=True, kw_only=True)
class DetectObjects(Job):
    """Run a model package over a raster and write the objects it finds."""

    name = "detectobjects"
    title = "Detect Objects Using Deep Learning"
    summary = (
        "Runs a trained model package over imagery of any size and writes the objects it finds as polygons with their "
        "class (Class) and confidence (Confidence, 0 to 100)."
    )
    returns = (Output("COUNT", "number", "Number of objects"),)
    runner = "core.detection.detect:run"

    input: str = raster("Input Raster", "The imagery to search: any raster that GDAL reads.")
    model: str = common.model("Model Definition", "The model package to search with.")
    threshold: float | None = number(
        "Threshold",
        "Objects with a lower confidence are left out; 0 to 1. Empty: the package's own, else 0.5.",
        None,
        maximum=1.0,
    )
    padding: int | None = integer(
        "Padding",
        "Border of each tile, in pixels, that overlaps its neighbours. Empty: a quarter of the tile size.",
        None,
        maximum=4096,
        advanced=True,
    )
    batch_size: int = common.batch_size(4, "tiles")
    nms: bool = boolean("Non Maximum Suppression", "Remove objects that overlap one of higher confidence, of any class.", False)
    max_overlap: float = number(
        "Max Overlap Ratio",
        "Used with Non Maximum Suppression: two objects may share this part of their common area (IoU), 0 to 1.",
        0.0,
        maximum=1.0,
    )
    extent: str | None = common.extent()
    mask: str | None = features("Mask", "Only objects that touch one of these polygons are kept.", None, advanced=True)
    cell_size: float | None = common.cell_size(
        "the raster's own, unless it is more than twice as coarse or as fine as the model's; then the model's."
    )
    processor: str = common.processor()
    gpu_id: int = common.gpu_id()
    output: str = parameter(Kind.NEW_FEATURES, "Output Detected Objects", "Polygon layer with Class and Confidence.")
