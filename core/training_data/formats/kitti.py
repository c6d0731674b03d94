"""KITTI_rectangles: one text file per chip with a line of 15 columns for each object.

As ArcGIS Pro writes it, column 1 is the class value and columns 5 to 8 are the left, top, right and bottom edge in pixels; the
others, which KITTI uses for objects in space, are 0. An empty file is a negative; a chip without a file is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import shapely

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from .base import ChipFormat, Found, or_error
from .boxes import BoxReader, ClassLookup, finite, targets

_LINE = "{value} 0.00 0 0.00 {0:.2f} {1:.2f} {2:.2f} {3:.2f} 0.00 0.00 0.00 0.00 0.00 0.00 0.00\n"


class Kitti(BoxReader, ChipFormat):
    """See the top of this module."""

    name = "KITTI_rectangles"

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write ``labels/<stem>.txt``; see :class:`.formats.ChipFormat`."""
        boxes = shapely.bounds(objects.polygons) + 0.0  # + 0.0: no "-0.00"
        lines = [
            _LINE.format(*box, value=classes[position].value)
            for box, position in zip(boxes.tolist(), objects.classes.tolist(), strict=True)
        ]
        name = f"labels/{frame.stem}.txt"
        (folder / name).write_text("".join(lines), "ascii", newline="\n")
        return [name]

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """Read all text files; see :class:`.formats.ChipFormat`. Boxes are small, so they are kept."""
        lookup = ClassLookup(classes)
        chips: dict[str, Targets | InputError] = {}
        for path in sorted((folder / "labels").glob("*.txt")):
            chips[path.stem] = or_error(lambda path=path: targets(lookup, _objects(path)))  # type: ignore[misc]
        return Found(chips, lookup.warnings)


def _objects(path: Path) -> Iterator[tuple[str, list[float]]]:
    """Class value and box of each line of a file."""
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    except OSError as error:
        raise InputError(f"The label file {path} cannot be read: {error}.", "Check the disk.") from error
    for number, line in enumerate(lines, 1):
        columns = line.split()
        if not columns:
            continue
        try:
            if len(columns) < 8:
                raise ValueError(f"it has {len(columns)} columns, KITTI has 15")
            yield columns[0], [finite(text) for text in columns[4:8]]
        except ValueError as error:
            raise InputError(
                f"The label file {path} is broken in line {number}: {error}.", "Export the training data again."
            ) from error
