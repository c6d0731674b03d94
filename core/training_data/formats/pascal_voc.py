"""PASCAL_VOC_rectangles: one XML file per chip with a box for each object.

The layout is that of ArcGIS Pro: ``name`` holds the class value, coordinates are pixels with two decimals, clipped to the chip.
A chip with an XML file without objects is a negative; one without an XML file is left out.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from .base import ChipFormat

_HEAD = """<?xml version="1.0"?>
<annotation>
    <filename>{image}</filename>
    <source>
        <annotation>Kestrel</annotation>
    </source>
    <size>
        <width>{width}</width>
        <height>{height}</height>
        <depth>{depth}</depth>
    </size>
"""
_OBJECT = """    <object>
        <name>{value}</name>
        <bndbox>
            <xmin>{0:.2f}</xmin>
            <ymin>{1:.2f}</ymin>
            <xmax>{2:.2f}</xmax>
            <ymax>{3:.2f}</ymax>
        </bndbox>
    </object>
"""


class PascalVoc(ChipFormat):
    """See the top of this module."""

    name = "PASCAL_VOC_rectangles"

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write ``labels/<stem>.xml``; see :class:`.formats.ChipFormat`."""
        parts = [_HEAD.format(image=frame.image, width=frame.width, height=frame.height, depth=frame.bands)]
        for box, position in zip(shapely.bounds(objects.polygons), objects.classes, strict=True):
            parts.append(_OBJECT.format(*(box + 0.0), value=classes[position].value))  # + 0.0: no "-0.00"
        parts.append("</annotation>\n")
        name = f"labels/{frame.stem}.xml"
        (folder / name).write_text("".join(parts), "ascii", newline="\n")
        return [name]

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> tuple[dict[str, Targets], list[str]]:
        """Read all XML files; see :class:`.formats.ChipFormat`. Boxes are small, so they are kept."""
        known = {name: number for number, item in enumerate(classes, 1) for name in (item.name, str(item.value))}
        chips: dict[str, Targets] = {}
        unknown: dict[str, int] = {}
        for path in sorted((folder / "labels").glob("*.xml")):
            boxes, labels = [], []
            for name, box in _objects(path):
                label = known.get(name) or known.get(_whole(name))
                if label is None:
                    unknown[name] = unknown.get(name, 0) + 1
                else:
                    boxes.append(box)
                    labels.append(label)
            chips[path.stem] = Targets(np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64))
        if not unknown:
            return chips, []
        names = ", ".join(sorted(unknown)[:10])
        return chips, [
            f"{sum(unknown.values())} boxes are of classes that the folder does not define ({names}) and are left out."
        ]

    def read(self, labels: Targets, width: int, height: int) -> Targets:
        """Clip the boxes of :func:`find` to the chip; see :class:`.formats.ChipFormat`."""
        limits = np.array([width, height, width, height], np.float32)
        boxes = np.clip(labels.boxes, 0, limits)
        inside = (labels.boxes[:, 2:] > 0).all(axis=1) & (labels.boxes[:, :2] < limits[:2]).all(axis=1)
        thin = boxes[:, 2:] - boxes[:, :2] < 0.01  # a box without area breaks training: widened by a pixel, as Esri does
        boxes[:, 2:] = np.where(thin, np.minimum(boxes[:, :2] + 1, limits[:2]), boxes[:, 2:])
        boxes[:, :2] = np.where(thin, boxes[:, 2:] - 1, boxes[:, :2])
        return Targets(boxes[inside], labels.labels[inside])


def _objects(path: Path) -> list[tuple[str, tuple[float, ...]]]:
    """Class name and box of each object in a file."""
    try:
        root = ElementTree.parse(path).getroot()
        return [
            (
                (item.findtext("name") or "").strip(),
                tuple(float(item.findtext(f"bndbox/{edge}") or "nan") for edge in ("xmin", "ymin", "xmax", "ymax")),
            )
            for item in root.iter("object")
        ]
    except (ElementTree.ParseError, ValueError, OSError) as error:
        raise InputError(f"The label file {path} is broken: {error}.", "Export the training data again.") from error


def _whole(name: str) -> str:
    """``"2.0"`` as ``"2"``, which some tools write."""
    head, _, tail = name.partition(".")
    return head if tail.strip("0") == "" else name
