"""The ``data.yaml`` of a YOLO data set, read: class names, and where the images of each side are.

Such files use a small part of YAML: texts, and lists or mappings of texts, in lines or in brackets. Only that is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError
from ..opening import IMAGES
from .foreign import is_file, is_folder

DATA = "data.yaml"
_FILES = (DATA, "data.yml", "dataset.yaml", "*.yaml", "*.yml")
_SIDES = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "test": "test"}
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'"""
_BEFORE_COMMENT = re.compile(rf"(?:(?<![^\s\[{{,:-])(?:{_QUOTED})|[^#]|(?<=\S)#)*")  # it begins the line or follows a blank
_PAIR = re.compile(rf"({_QUOTED}|[^\s:\"'\[\]{{}},#-][^:\"']*):(?:\s+(.*))?$")
_PLAIN = re.compile(r"[,\[\]{}]|:(?=\s|$)|(?:[^\s,\[\]{}:]|:(?!\s|$))+|\s+")
_TOKEN = re.compile(f"{_QUOTED}|{_PLAIN.pattern}")
_SHORT = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|.)")


@dataclass(frozen=True)
class DataYaml:
    """What the file says.

    Attributes:
        path: of the file.
        names: name of each class by its number in the label files, ascending.
        entries: folders of images, or text files that list them, by side.
    """

    path: Path
    names: dict[int, str]
    entries: dict[str, list[Path]]

    @classmethod
    def read(cls, folder: Path) -> DataYaml | None:
        """Read ``data.yaml``, or what is there of the same ending, in a folder; None when there is none.

        Raises:
            InputError: it cannot be read or does not name the classes.
        """
        path = next((path for pattern in _FILES for path in sorted(folder.glob(pattern))), None)
        if path is None:
            return None
        try:
            content = dict(_content(path.read_bytes().decode("utf-8-sig", "replace")))
            names = content.get("names")
            if not names:
                raise ValueError("it has no names of classes")
            pairs = names.items() if isinstance(names, dict) else enumerate([names] if isinstance(names, str) else names)
            numbered = {int(number): name for number, name in pairs}
            if min(numbered) < 0:
                raise ValueError("a class has a number below 0")
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path} does not describe a YOLO data set: {error}.",
                'It must say the classes, as in "names: [tree, car]", and where the images are, as in "train: images/train".',
            ) from error
        roots = [folder]
        if isinstance(content.get("path"), str):
            roots.insert(0, folder / str(content["path"]).replace("\\", "/"))
        entries: dict[str, list[Path]] = {}
        for key, side in _SIDES.items():
            value = content.get(key)
            for text in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                place = _place(roots, text)
                if place:
                    entries.setdefault(side, []).append(place)
        return cls(path, dict(sorted(numbered.items())), entries)

    def images(self) -> dict[Path, str]:
        """Return the images with their sides; the first side that names an image counts."""
        result: dict[Path, str] = {}
        for side, places in self.entries.items():
            for place in places:
                for image in images_in(place) if place.is_dir() else _listed(place):
                    result.setdefault(image, side)
        return result


def images_in(folder: Path) -> list[Path]:
    """Return the images in a folder and those below it, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGES)


def _place(roots: list[Path], text: str) -> Path | None:
    """The folder or file that an entry means; as Ultralytics, it may lie in ``./`` where it says ``../``."""
    text = text.replace("\\", "/").strip()
    tries = [root / name for root in roots for name in (text, text.removeprefix("../"))] if text else []
    home = roots[-1].resolve()
    for place in tries:
        if is_file(place):
            return place
        # Not a folder above the data set: all that is on the disk may lie there.
        if is_folder(place) and (place.resolve() == home or not home.is_relative_to(place.resolve())):
            return place
    return None


def _listed(path: Path) -> Iterator[Path]:
    """The images that a text file names, one a line; those that are not there are left out."""
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    except OSError as error:
        raise InputError(f"The list of images {path} cannot be read: {error}.", "Check the disk.") from error
    for line in lines:
        image = path.parent / line.strip().replace("\\", "/")
        if image.suffix.lower() in IMAGES and is_file(image):
            yield image


def _content(text: str) -> Iterator[tuple[str, str | list[str] | dict[str, str]]]:
    """The pairs at the top of a YAML text."""
    matches = (_BEFORE_COMMENT.match(line) for line in text.splitlines())
    lines = [match[0] for match in matches if match and match[0].strip()]
    starts = [i for i, line in enumerate(lines) if not line[0].isspace() and _PAIR.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        match = _PAIR.match(lines[start])
        assert match  # nosec B101
        rest, below = (match[2] or "").strip(), [line.strip() for line in lines[start + 1 : end]]
        yield _text(match[1]), _value(rest, below)


def _value(rest: str, below: list[str]) -> str | list[str] | dict[str, str]:
    """The value of a pair: what follows the colon, and the lines below it."""
    if rest[:1] in ("[", "{"):
        items = list(_items(" ".join([rest[1:], *below])))
        return {key: value for key, value in items if key is not None} if rest[0] == "{" else [value for _, value in items]
    if rest or not below:
        return _text(rest)
    if all(line.startswith("-") for line in below):
        return [_text(line[1:]) for line in below]
    pairs = (_PAIR.match(line) for line in below)
    return {_text(pair[1]): _text(pair[2] or "") for pair in pairs if pair}


def _items(text: str) -> Iterator[tuple[str | None, str]]:
    """Key, if there is one, and value of each item in brackets."""
    key: str | None = None
    words: list[str] = []
    at = 0
    while match := (_PLAIN if words else _TOKEN).match(text, at):  # a quote inside a word is a letter
        mark, at = match[0], match.end()
        if mark == ":":
            key, words = _text(" ".join(words)), []
        elif mark in ",]}":
            if words:
                yield key, _text(" ".join(words))
            key, words = None, []
            if mark != ",":
                return
        elif not mark.isspace():
            words.append(mark)
    if words:
        yield key, _text(" ".join(words))


def _text(text: str) -> str:
    """A YAML text without its quotes."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:  # as JSON, but for the short escapes
            return str(json.loads(_SHORT.sub(lambda match: f"\\u00{match[1]}" if match[1] else match[0], text)))
        except ValueError:
            return text[1:-1]
    return text
