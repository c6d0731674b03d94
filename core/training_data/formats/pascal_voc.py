"""PASCAL_VOC_rectangles: one XML file per chip with a box for each object.

The layout is that of ArcGIS Pro: ``name`` holds the class value, coordinates are pixels with two decimals, clipped to the chip.
A chip with an XML file without objects is a negative; one without an XML file is left out.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # nosec B405  see _objects
from collections.abc import Sequence
from pathlib import Path

import shapely

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from .base import ChipFormat, Found, or_error
from .boxes import BoxReader, ClassLookup, finite, targets

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


class PascalVoc(BoxReader, ChipFormat):
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

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """Read all XML files; see :class:`.formats.ChipFormat`. Boxes are small, so they are kept."""
        lookup = ClassLookup(classes)
        chips: dict[str, Targets | InputError] = {}
        for path in sorted((folder / "labels").glob("*.xml")):
            chips[path.stem] = or_error(lambda path=path: targets(lookup, _objects(path)))  # type: ignore[misc]
        return Found(chips, lookup.warnings)


def _objects(path: Path) -> list[tuple[str, tuple[float, ...]]]:
    """Class name and box of each object in a file."""
    try:
        # External entities are not read by ElementTree, and those that explode are stopped by expat (2.4.1 and newer).
        root = ElementTree.parse(path).getroot()  # nosec B314
        return [
            (
                (item.findtext("name") or "").strip(),
                tuple(finite(item.findtext(f"bndbox/{edge}") or "") for edge in ("xmin", "ymin", "xmax", "ymax")),
            )
            for item in root.iter("object")
        ]
    except (ElementTree.ParseError, LookupError, ValueError, OSError) as error:  # LookupError: an unknown encoding
        raise InputError(f"The label file {path} is broken: {error}.", "Export the training data again.") from error
