"""The fragments of chips merged into one ``labels.json``; nothing but one fragment is in memory at a time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, TextIO

from ...errors import InputError, OutputError
from .base import Finished
from .json_stream import members

LABELS = "labels.json"


def merge(folder: Path, finished: Finished) -> None:
    """Write ``labels.json`` from the fragments ``labels/<stem>.json`` and remove these.

    The file of an earlier export is kept, but for chips that have a new fragment; ids are counted on.

    Raises:
        InputError: that file is broken.
        OutputError: the disk is full or the folder cannot be written.
    """
    path = folder / LABELS
    whole, tail = (path.with_name(f"{LABELS}.{name}.part") for name in ("whole", "tail"))
    fragments = [folder / "labels" / f"{Path(name).stem}.json" for name in finished.chips]
    fragments = [fragment for fragment in fragments if fragment.is_file()]
    try:
        with whole.open("w", encoding="ascii", newline="\n") as file, tail.open("w+", encoding="ascii", newline="\n") as images:
            classes = [{"id": item.value, "name": item.name, "supercategory": "object"} for item in finished.classes]
            file.write(
                f'{{"info": {{"description": "Exported by Kestrel Object Detection"}},\n"categories": {json.dumps(classes)},'
            )
            merged = _Merged(_Array(images, "images"), _Array(file, "annotations"), finished.sides)
            if path.is_file():
                merged.add_earlier(path, {fragment.stem for fragment in fragments})
            for fragment in fragments:
                merged.add(json.loads(fragment.read_bytes()))
            file.write("\n],\n")
            images.seek(0)
            shutil.copyfileobj(images, file)
            file.write("\n]}\n")
        whole.replace(path)
        for fragment in fragments:
            fragment.unlink()
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}.", "Check the disk and the rights of the folder.") from error
    finally:
        whole.unlink(missing_ok=True)
        tail.unlink(missing_ok=True)


class _Array:
    """A JSON array that is being written, an item a line."""

    def __init__(self, file: TextIO, key: str) -> None:
        self._file, self._comma = file, ""
        file.write(f'\n"{key}": [')

    def add(self, item: dict[str, Any]) -> None:
        """Write one more item."""
        self._file.write(f"{self._comma}\n{json.dumps(item, allow_nan=False)}")
        self._comma = ","


class _Merged:
    """Images and annotations that get their ids."""

    def __init__(self, images: _Array, annotations: _Array, sides: dict[str, str]) -> None:
        self._images, self._annotations, self._sides = images, annotations, sides
        self._image = self._annotation = 0  # the last ids

    def add_earlier(self, path: Path, anew: set[str]) -> None:
        """Take in an earlier file, but for the chips that are written anew, by stem."""
        gone = set()
        try:
            for key, image in members(path):
                if key == "images":
                    self._image = max(self._image, int(image["id"]))
                    if Path(image["file_name"]).stem in anew:
                        gone.add(image["id"])
                    else:
                        self._add_image(image)
            for key, annotation in members(path):
                if key == "annotations":
                    self._annotation = max(self._annotation, int(annotation["id"]))
                    if annotation["image_id"] not in gone:
                        self._annotations.add(annotation)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path} is not in the form that Kestrel writes ({error!r}).", "Export into a new folder."
            ) from error

    def add(self, fragment: dict[str, Any]) -> None:
        """Take in the fragment of a chip."""
        self._image += 1
        self._add_image({"id": self._image, **fragment["image"]})
        for annotation in fragment["annotations"]:
            self._annotation += 1
            self._annotations.add({"id": self._annotation, "image_id": self._image, **annotation})

    def _add_image(self, image: dict[str, Any]) -> None:
        image.pop("split", None)
        side = self._sides.get(image["file_name"])
        self._images.add({**image, "split": side} if side else image)
