"""YOLO_rectangles and YOLO_segments: a text file per chip, as Ultralytics' tools read them, and one ``data.yaml``.

A line is an object: the number of its class counted from 0, in the order of the class values, then centre and size of its
box, or the points of its outline, as shares of the chip's width and height. An empty file, or none, is a negative. An outline
is one ring: parts and holes hang on it by bridges of no width, there and back. Data sets of other software need a
``data.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely

from ...errors import InputError, OutputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from ..metadata import EMD
from .base import ChipFormat, Finished, Found
from .boxes import clip, finite
from .bridges import bridged, loops
from .data_yaml import DATA, DataYaml, images_in
from .foreign import chip_names, known_sides
from .outlines import DECIMALS, masks, rings

Lines = list[tuple[int, np.ndarray]]  # label, and the numbers of the line as shares
_LISTS = {"train": "train.txt", "validation": "val.txt", "test": "test.txt"}


class Yolo(ChipFormat):
    """See the top of this module.

    Args:
        segments: outlines rather than boxes.
    """

    by_position = True

    def __init__(self, segments: bool) -> None:
        self.name = "YOLO_segments" if segments else "YOLO_rectangles"
        self._segments = segments

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write ``labels/<stem>.txt``; see :class:`.formats.ChipFormat`."""
        size = np.array([frame.width, frame.height], np.float64)
        if self._segments:
            shapes = [bridged(outline) for outline in rings(objects.polygons)]
        else:
            edges = np.round(shapely.bounds(objects.polygons).reshape(-1, 2, 2), DECIMALS)
            shapes = list(np.stack([edges.mean(axis=1), edges[:, 1] - edges[:, 0]], axis=1))
        lines = [
            f"{position}" + " %.7f" * shape.size % tuple((shape / size).ravel().tolist()) + "\n"
            for position, shape in zip(objects.classes.tolist(), shapes, strict=True)
        ]
        name = f"labels/{frame.stem}.txt"
        (folder / name).write_text("".join(lines), "ascii", newline="\n")
        return [name]

    def finish(self, folder: Path, finished: Finished) -> None:
        """Write ``data.yaml`` and, with sides, the lists of their images.

        Raises:
            InputError: an earlier export into the folder numbers the classes otherwise.
            OutputError: they cannot be written.
        """
        earlier = DataYaml.read(folder)
        before, now = list(earlier.names.values()) if earlier else [], [item.name for item in finished.classes]
        if now[: len(before)] != before:
            raise InputError(
                f"{folder / DATA} numbers the classes {', '.join(before)}; now they would be {', '.join(now)}.",
                "Export into a new folder, or give new classes higher values.",
            )
        names = "".join(f"  {number}: {json.dumps(item.name)}\n" for number, item in enumerate(finished.classes))
        entries = {"train": "images", "val": "images"}  # Ultralytics' tools demand both
        try:
            if finished.sides:
                for side, name in _LISTS.items():
                    chosen = [f"./images/{chip}\n" for chip in finished.chips if finished.sides.get(chip) == side]
                    (folder / name).write_text("".join(chosen), "utf-8", newline="\n")
                    if chosen:
                        entries["val" if side == "validation" else side] = name
            text = "".join(f"{key}: {value}\n" for key, value in entries.items())
            (folder / DATA).write_text(f"# Exported by Kestrel Object Detection\n{text}names:\n{names}", "ascii", newline="\n")
        except OSError as error:
            raise OutputError(f"{folder / DATA} cannot be written: {error}.", "Check the disk and the folder.") from error

    def classes_in(self, folder: Path) -> tuple[ClassInfo, ...] | None:
        """Return the classes of ``data.yaml``, numbered from 1; see :class:`.formats.ChipFormat`."""
        data = DataYaml.read(folder)
        if data is None or self._segments != _has_outlines(_images(folder, data)):
            return None
        return tuple(ClassInfo(value, name) for value, name in enumerate(data.names.values(), 1))

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """Read all text files; see :class:`.formats.ChipFormat`. Their numbers are kept."""
        data = DataYaml.read(folder)
        numbers = list(data.names) if data else range(len(classes))
        labels = {number: label for label, number in enumerate(numbers, 1) if label <= len(classes)}
        images = _images(folder, data)
        found: dict[str, Lines | InputError] = {}
        sides: dict[str, str] = {}
        unknown = 0
        names = chip_names(list(images), folder)
        for name, (image, side) in zip(names, images.items(), strict=True):
            if side:
                sides[name] = side
            try:
                lines = list(_lines(_label_file(image)))
            except InputError as error:
                found[name] = error
                continue
            found[name] = own = [(labels[number], shares) for number, shares in lines if number in labels]
            unknown += len(lines) - len(own)
        warnings = [f"{unknown} objects are of classes that the folder does not define and are left out."] if unknown else []
        return Found(found, warnings, dict(zip(names, images, strict=True)), known_sides(sides))

    def read(self, labels: Lines, width: int, height: int) -> Targets:
        """Bring the shares of a chip into pixels; see :class:`.formats.ChipFormat`."""
        boxes = np.zeros((len(labels), 4))
        outlines = []
        for box, (_, shares) in zip(boxes, labels, strict=True):
            points = shares.reshape(-1, 2).astype(np.float64) * (width, height)
            if len(points) == 2:
                box[:] = np.round(np.concatenate([points[0] - points[1] / 2, points[0] + points[1] / 2]), DECIMALS)
                outlines.append([box[[[0, 1], [2, 1], [2, 3], [0, 3]]]])
            else:
                points = np.round(points, DECIMALS)
                box[:] = *points.min(axis=0), *points.max(axis=0)
                outlines.append(loops(points))
        clipped, numbers, kept = clip(boxes, np.array([label for label, _ in labels], np.int64), width, height)
        if not self._segments:
            return Targets(clipped, numbers)
        drawn = masks([outlines[i] for i in kept], height, width)
        shown = drawn.any(axis=(1, 2))
        return Targets(clipped[shown], numbers[shown], drawn[shown])


def _images(folder: Path, data: DataYaml | None) -> dict[Path, str]:
    """The images of a data set with their sides, "" when unknown; those of an export are told by ``split.csv``."""
    images = data.images() if data and not (folder / EMD).is_file() else {}
    return images or dict.fromkeys(images_in(folder / "images"), "")


def _label_file(image: Path) -> Path:
    """The label file of an image: in the folder ``labels`` beside the last one called ``images``."""
    parts = list(image.with_suffix(".txt").parts)
    for number in range(len(parts) - 2, -1, -1):
        if parts[number] == "images":
            parts[number] = "labels"
            break
    return Path(*parts)


def _has_outlines(images: Iterator[Path] | dict[Path, str]) -> bool:
    """Whether the first object found has an outline rather than a box."""
    first = next((line for image in images for line in _lines(_label_file(image))), None)
    return first is not None and len(first[1]) > 4


def _lines(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Class number and shares, float32, of each line of a label file; nothing when there is no file."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"The label file {path} cannot be read: {error}.", "Check the disk.") from error
    for number, line in enumerate(text.splitlines(), 1):
        columns = line.split()
        if not columns:
            continue
        try:
            if len(columns) not in (5, 6) and (len(columns) < 7 or len(columns) % 2 == 0):
                raise ValueError(f"it has {len(columns)} columns, a box has 5 and an outline 7, 9, 11, ...")
            shares = np.array(columns[1:5] if len(columns) == 6 else columns[1:], np.float64)  # 6: with a confidence
            if not (np.abs(shares - 0.5) <= 1).all():
                raise ValueError("coordinates must be shares of the width and height, 0 to 1")
            yield int(finite(columns[0])), shares.astype(np.float32)
        except ValueError as error:
            raise InputError(
                f"The label file {path} is broken in line {number}: {error}.", "Correct it or export again."
            ) from error
