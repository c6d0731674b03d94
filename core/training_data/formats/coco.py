"""COCO: one file, ``labels.json``, with all images, classes and objects; outlines as rings or, with holes, as run lengths.

The layout is that of cocodataset.org; Esri's reader knows it as ``COCO_rectangles``. ``id`` of a category is the class value,
coordinates are pixels with two decimals. Chips are written by several processes at once: each chip gives a fragment
``labels/<stem>.json``, and :mod:`.coco_merging` joins them at the end. An image without objects is a negative. Data sets of
other software are read as well; see :mod:`.coco_reading`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from ..drawing import instance_planes
from . import coco_reading, run_lengths
from .base import ChipFormat, Finished, Found
from .coco_merging import LABELS, merge
from .outlines import rings


class Coco(ChipFormat):
    """See the top of this module."""

    name = "COCO"

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write the fragment of a chip; see :class:`.formats.ChipFormat`."""
        bounds = np.round(shapely.bounds(objects.polygons).reshape(-1, 4), 2) + 0.0  # + 0.0: no -0.0
        boxes = np.round(np.hstack([bounds[:, :2], bounds[:, 2:] - bounds[:, :2]]), 2)
        areas = np.maximum(np.round(shapely.area(objects.polygons), 2), 0.01)
        annotations = [
            {"category_id": classes[position].value, "bbox": box, "area": area, "iscrowd": 0, "segmentation": outline}
            for position, box, area, outline in zip(
                objects.classes.tolist(), boxes.tolist(), areas.tolist(), _outlines(objects.polygons, frame), strict=True
            )
        ]
        image = {"file_name": frame.image, "width": frame.width, "height": frame.height}
        text = json.dumps({"image": image, "annotations": annotations}, separators=(",", ":"))
        (folder / "labels" / f"{frame.stem}.json").write_text(text, "ascii", newline="\n")
        return [LABELS]

    def finish(self, folder: Path, finished: Finished) -> None:
        """Merge the fragments into ``labels.json``, after what an earlier export wrote there."""
        merge(folder, finished)

    def classes_in(self, folder: Path) -> tuple[ClassInfo, ...] | None:
        """Return the categories of a data set; see :class:`.formats.ChipFormat`."""
        return coco_reading.classes_in(folder)

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """Read the JSON files; see :class:`.formats.ChipFormat`. Outlines are kept as numbers."""
        return coco_reading.find(folder, classes)

    def read(self, labels: coco_reading.Annotations, width: int, height: int) -> Targets:
        """Draw the outlines of a chip; see :class:`.formats.ChipFormat`."""
        return labels.targets(width, height)


def _outlines(polygons: np.ndarray, frame: ChipFrame) -> list[Any]:
    """COCO's ``segmentation`` of each polygon."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    holes = np.bincount(owner, shapely.get_num_interior_rings(parts), minlength=len(polygons)) > 0
    return [
        run_lengths.encode(instance_planes(polygons[i : i + 1], np.zeros(1, int), frame.height, frame.width)[0] > 0)
        if holes[i]
        else [ring.ravel().tolist() for ring in outline]
        for i, outline in enumerate(rings(polygons))
    ]
