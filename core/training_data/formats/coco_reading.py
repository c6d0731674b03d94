"""COCO data sets read: Kestrel's ``labels.json``, and those of other software, in one file or one for each side.

Read are ``labels.json``; ``annotations/instances_*.json``, else ``annotations/*.json``; ``_annotations.coco.json`` at the top
or in the folder of each side (Roboflow); ``annotations.json``; ``result.json`` (Label Studio). The images lie in ``images``, at
the top, beside the file, or in a folder whose name is part of the file's (``train2017`` of ``instances_train2017.json``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import Targets
from . import run_lengths
from .base import Found
from .boxes import clip, edges, finite
from .foreign import chip_names, is_file, known_sides, side_of
from .json_stream import members
from .outlines import DECIMALS, masks

_FILES = (
    "labels.json", "annotations/instances_*.json", "annotations/*.json", "_annotations.coco.json", "*/_annotations.coco.json",
    "annotations.json", "result.json",
)  # fmt: skip
_HINT = "It must hold the lists images, categories and annotations, as described on cocodataset.org."
Runs = tuple[np.ndarray, tuple[int, int]]


@dataclass
class Annotations:
    """The objects of an image: labels, boxes ``x0, y0, x1, y1`` (None: as the outline) and outlines (None: as the box).

    An outline is a list of rings, (k, 2) float32 pixels each, or run lengths with the size of their mask.
    """

    where: str
    labels: list[int] = field(default_factory=list)
    boxes: list[tuple[float, ...] | None] = field(default_factory=list)
    outlines: list[list[np.ndarray] | Runs | None] = field(default_factory=list)

    def add(self, other: Annotations | None) -> None:
        """Take in the objects of the same image from another file."""
        if other is not None:
            self.labels += other.labels
            self.boxes += other.boxes
            self.outlines += other.outlines

    def targets(self, width: int, height: int) -> Targets:
        """Draw them on a chip; objects beside it are left out.

        Raises:
            InputError: the runs of a mask are for another size.
        """
        boxes = np.zeros((len(self.labels), 4))
        drawn = np.zeros((len(self.labels), height, width), bool)
        polygons: dict[int, list[np.ndarray]] = {}
        for i, (box, outline) in enumerate(zip(self.boxes, self.outlines, strict=True)):
            if isinstance(outline, tuple):
                if outline[1] != (height, width):
                    raise InputError(
                        f"An outline in {self.where} is for {outline[1][1]} x {outline[1][0]} pixels, its image has "
                        f"{width} x {height}.",
                        "Export the data set again.",
                    )
                drawn[i] = run_lengths.mask(*outline)
                boxes[i] = edges(drawn[i]) if box is None else box
            else:
                rings = [np.array(box)[[[0, 1], [2, 1], [2, 3], [0, 3]]]] if outline is None else outline
                polygons[i] = [np.round(ring.astype(np.float64), DECIMALS) for ring in rings]
                points = np.concatenate(polygons[i])
                boxes[i] = (*points.min(axis=0), *points.max(axis=0)) if box is None else box
        drawn[list(polygons)] = masks(list(polygons.values()), height, width, united=True)
        clipped, labels, kept = clip(boxes, np.array(self.labels, np.int64), width, height)
        shown = drawn[kept].any(axis=(1, 2))
        return Targets(clipped[shown], labels[shown], drawn[kept[shown]])


def classes_in(folder: Path) -> tuple[ClassInfo, ...] | None:
    """Return the categories of a folder, ascending by value; None when it holds no COCO file.

    The value is the category's ``id``; if there is an id below 1, which would be background, they are numbered from 1 on in the
    order of the ids. The group that Roboflow puts before the categories, with the id 0, is none.

    Raises:
        InputError: the file has no categories.
    """
    names: dict[int, str] = {}
    groups: set[str] = set()
    files = _files(folder)
    for path in files:
        for key, item in members(path):
            if key == "categories":
                try:
                    names[int(item["id"])] = str(item["name"])
                    groups.add(str(item.get("supercategory", "")))
                except (TypeError, KeyError, ValueError, AttributeError, OverflowError) as error:
                    raise InputError(f"A category in {path} has no id or name.", _HINT) from error
    if not files:
        return None
    if len(names) > 1 and 0 in names and names[0] in groups:
        del names[0]
    if not names:
        raise InputError(f"{files[0]} defines no categories.", _HINT)
    values = {number: number if min(names) > 0 else rank for rank, number in enumerate(sorted(names), 1)}
    return tuple(ClassInfo(values[number], names[number]) for number in sorted(names))


def find(folder: Path, classes: Sequence[ClassInfo]) -> Found:
    """Return the objects of each image; see :class:`.formats.ChipFormat`.

    Raises:
        InputError: there is no COCO file, or it is broken.
    """
    files = _files(folder)
    if not files:
        raise InputError(f"There is no labels.json in {folder}.", "Export the training data again.")
    sets = [_File(folder, path, classes) for path in files]
    objects: dict[Path, Annotations] = {}
    told: dict[Path, str | None] = {}
    for one in sets:
        for number, path in one.images.items():
            if path:
                objects.setdefault(path, Annotations(str(one.path))).add(one.objects.get(number))
                told.setdefault(path, one.sides.get(number) or (side_of(one.word) if len(files) > 1 else None))
    names = dict(zip(chip_names(list(objects), folder), objects, strict=True))
    sides = {name: side for name, path in names.items() if (side := told[path])}
    labels = {name: objects[path] for name, path in names.items()}
    return Found(labels, [text for one in sets for text in one.warnings()], names, known_sides(sides))


class _File:
    """One COCO file.

    Attributes:
        path: of the file.
        word: what may tell the side: its name, or that of its folder.
        images: path of each image by id; None when it is not there.
        objects: by id of the image.
        sides: by id of the image, where the file tells.
    """

    def __init__(self, folder: Path, path: Path, classes: Sequence[ClassInfo]) -> None:
        self.path = path
        self.word = path.parent.name if path.stem.startswith("_annotations") else path.stem
        self.images: dict[Any, Path | None] = {}
        self.objects: dict[Any, Annotations] = {}
        self.sides: dict[Any, str] = {}
        self._places = _places(folder, path)
        self._crowds = self._unknown = self._boxes = 0
        self._read(classes)

    def warnings(self) -> list[str]:
        """What was left out, in sentences."""
        gone = sum(path is None for path in self.images.values())
        texts = {
            f"{gone} of {len(self.images)} images that {self.path.name} names are not there.": gone,
            f"{self._crowds} crowds (iscrowd) in {self.path.name} are left out.": self._crowds,
            f"{self._unknown} objects in {self.path.name} are of no category or image that it defines and are left out.": (
                self._unknown
            ),
            f"{self._boxes} objects in {self.path.name} have no outline; their box is taken.": self._boxes,
        }
        return [text for text, count in texts.items() if count]

    def _read(self, classes: Sequence[ClassInfo]) -> None:
        often = Counter(item.name for item in classes)
        names = {item.name: label for label, item in enumerate(classes, 1) if often[item.name] == 1}
        values: dict[Any, int] = {item.value: label for label, item in enumerate(classes, 1)}
        categories: dict[Any, int] = {}
        objects: list[tuple[Any, Any, tuple[float, ...] | None, list[np.ndarray] | Runs | None]] = []
        item: Any = None
        try:
            for key, item in members(self.path):
                if key == "images":
                    self.images[_id(item["id"])] = self._find(str(item["file_name"]))
                    side = side_of(str(item.get("split", "")))
                    if side:
                        self.sides[item["id"]] = side
                elif key == "categories":
                    label = names.get(str(item["name"]), values.get(_id(item["id"])))
                    if label:
                        categories[_id(item["id"])] = label
                elif key == "annotations":
                    if item.get("iscrowd") not in (None, 0, False):
                        self._crowds += 1
                    else:
                        objects.append((_id(item["image_id"]), _id(item["category_id"]), *_shape(item)))
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError) as error:
            raise InputError(
                f"{self.path} is no COCO file: {_words(error)} in {str(item)[:100]} of its {key}.", _HINT
            ) from error
        for image, category, box, outline in objects:
            label = categories.get(category)
            if label is None or image not in self.images:
                self._unknown += 1
                continue
            self._boxes += outline is None
            found = self.objects.setdefault(image, Annotations(str(self.path)))
            found.labels.append(label)
            found.boxes.append(box)
            found.outlines.append(outline)

    def _find(self, name: str) -> Path | None:
        """The image of this name; the place that had the one before is tried first."""
        relative = PurePosixPath(name.replace("\\", "/"))
        tries = [relative.name] if relative.is_absolute() or ".." in relative.parts else [str(relative), relative.name]
        for text in dict.fromkeys(tries):
            for number, place in enumerate(self._places):
                if text and is_file(place / text):
                    self._places.insert(0, self._places.pop(number))
                    return place / text
        return None


def _files(folder: Path) -> list[Path]:
    """The COCO files of a folder."""
    return next((found for pattern in _FILES if (found := sorted(folder.glob(pattern)))), [])


def _places(folder: Path, path: Path) -> list[Path]:
    """Where the images of a file may lie."""
    homes = [home for home in (folder / "images", folder) if home.is_dir()]
    named = [place for home in homes for place in sorted(home.iterdir()) if place.name in path.stem and place.is_dir()]
    return [*named, path.parent, *homes]


def _id(value: Any) -> int | float | str:
    """An id: a number, or a text in some files."""
    if not isinstance(value, int | float | str):
        raise TypeError(f"the id {value!r} is no number")
    return value


def _shape(item: dict[str, Any]) -> tuple[tuple[float, ...] | None, list[np.ndarray] | Runs | None]:
    """Box and outline of an annotation; at least one of them."""
    outline = _outline(item.get("segmentation"))
    box = item.get("bbox")
    if not box:
        if outline is None:
            raise ValueError("neither bbox nor segmentation")
        return None, outline
    x, y, width, height = (finite(number) for number in box)
    return (x, y, x + width, y + height), outline


def _outline(segmentation: Any) -> list[np.ndarray] | Runs | None:
    """An outline as :class:`Annotations` has it; rings of fewer than three points are none."""
    if not segmentation:
        return None
    if isinstance(segmentation, dict):
        return run_lengths.decode(segmentation)
    rings = [np.array(ring, np.float64).reshape(-1, 2) for ring in segmentation if len(ring) >= 6]
    if any(not (np.abs(ring) < 1e9).all() for ring in rings):
        raise ValueError("a coordinate that is no number")
    return [ring.astype(np.float32) for ring in rings] or None


def _words(error: Exception) -> str:
    """What is wrong, also for a missing key."""
    return f"no {error}" if isinstance(error, KeyError) else str(error)
