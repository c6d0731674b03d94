"""Files of classes: names with fixed values, so that labels, exports and models agree.

Such a file is a ``.csv`` with the columns value, name and perhaps color and parent; the ``.emd`` of an export or of a model; a
``.dlpk``; or the ``.ecs`` schema of ArcGIS Pro's Label Objects pane, whose layout Esri has not published: every object in its
JSON that has a name and a value is taken as a class, and those inside it as kinds of it. The worker reads class tables with
this module, the labeling dock its classes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .classes import ClassInfo
from .errors import InputError, OutputError

_MAX_BYTES = 64 * 2**20
_HINT = "A class table is a .csv with the columns value, name and perhaps color and parent, an .emd, a .dlpk or an .ecs."
_VALUE = ("value", "classvalue", "class_value")
_NAME = ("name", "classname", "class_name")
_COLOR = ("color", "colour")
_PARENT = ("parent",)
_BACKGROUND = ("nodata", "background")  # what Esri calls value 0, which no object has

Color = tuple[int, int, int]


def read_classes(path: str | Path) -> tuple[ClassInfo, ...]:
    """Read a file of classes.

    Args:
        path: the file; its ending says the format. Texts are in UTF-8, with or without a byte-order mark, or in the code page
            of a Western Windows. Columns are divided by commas, semicolons or tabs. A color is ``#rrggbb``, ``r g b`` or
            ``r,g,b``, a parent the value or the name of another class. Of a ``.dlpk`` only the definition is looked at, not
            the weights.

    Returns:
        The classes in the order of the file.

    Raises:
        InputError: no such file, not a class table, no classes in it, a value that is not a whole number from 1 on, two
            classes with the same value or name, or a parent that is no other class or lies within its own child.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no class table {path}.", "Check the path.")
    ending = path.suffix.lower()
    if ending == ".csv":
        try:
            classes = list(_from_csv(_decoded(_bytes(path), path.name), path.name))
        except csv.Error as error:
            raise InputError(f"{path.name} is not a table ({error}).", _HINT) from error
    elif ending in (".emd", ".ecs", ".dlpk"):
        data = _definition(path) if ending == ".dlpk" else _bytes(path)
        try:
            content = json.loads(_decoded(data, path.name))
            listed = content.get("Classes") if ending != ".ecs" and isinstance(content, dict) else content
            classes = list(_from_json(listed))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path.name} is not a class table: it is not JSON ({error}).", _HINT) from error
    else:
        raise InputError(f"{path.name} is not a class table.", _HINT)
    check_classes(classes, path.name)
    return tuple(classes)


def write_classes(path: str | Path, classes: Iterable[ClassInfo]) -> None:
    """Write a ``.csv`` that :func:`read_classes` reads and Export takes as its Class Table.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    classes = tuple(classes)
    columns = 4 if any(item.parent for item in classes) else 3  # without groups the table stays as plain as it can be
    rows.writerow(("value", "name", "color", "parent")[:columns])
    for item in classes:
        color = "#{:02x}{:02x}{:02x}".format(*item.color) if item.color else ""
        rows.writerow((item.value, item.name, color, item.parent or "")[:columns])
    target, beside = Path(path), Path(f"{path}.part")
    try:
        beside.write_text(text.getvalue(), encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}.", "Choose another folder.") from error


def check_classes(classes: Sequence[ClassInfo], source: str) -> tuple[ClassInfo, ...]:
    """Return the classes ascending by value.

    Args:
        classes: as they were found.
        source: where, for errors.

    Raises:
        InputError: there are none, a value below 1, or two classes with the same value or name.
    """
    classes = sorted(classes, key=lambda item: item.value)
    if not classes:
        raise InputError(f"{source} holds no classes.", _HINT)
    if classes[0].value < 1:
        raise InputError(
            f"{source} gives {classes[0].name} the value {classes[0].value}; class values are whole numbers from 1 on.",
            "0 means background in training data. Renumber the classes.",
        )
    values: dict[int, str] = {}
    names: dict[str, int] = {}
    for item in classes:
        if item.value in values:
            raise InputError(
                f"{source} gives the value {item.value} to two classes, {values[item.value]} and {item.name}.", "Renumber one."
            )
        if item.name in names:
            raise InputError(
                f"{source} gives the name {item.name} to two classes, {names[item.name]} and {item.value}.", "Rename one."
            )
        values[item.value], names[item.name] = item.name, item.value
    return tuple(classes)


def _from_csv(text: str, source: str) -> list[ClassInfo]:
    """The classes of a table with a header."""
    classes: list[ClassInfo] = []
    parents: list[tuple[str, str]] = []  # where, and what stands there
    header = next((line for line in text.splitlines() if line.strip()), "")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), skipinitialspace=True)
    columns: dict[str, int] | None = None
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = {cell.strip().casefold(): number for number, cell in enumerate(row)}
            kinds = (_VALUE, _NAME, _COLOR, _PARENT)
            places = [next((columns[key] for key in keys if key in columns), None) for keys in kinds]
            if places[0] is None or places[1] is None:
                raise InputError(
                    f"{source} has no columns value and name; its first line is {header.strip()[:80]!r}.",
                    "Begin the file with the line value,name or value,name,color.",
                )
            continue
        line = f"Line {rows.line_num} of {source}"
        if len(row) > len(columns):
            raise InputError(
                f"{line} has {len(row)} columns, the first line {len(columns)}.",
                'Put text with a separator in it between quotes: "House, detached" or "255,0,0".',
            )
        value, name, color, parent = ("" if place is None or place >= len(row) else row[place].strip() for place in places)
        number = _whole(value)
        if number is None:
            raise InputError(f"{line} has the value {value!r}, which is not a whole number.", "Correct it.")
        rgb = _color(color)
        if color and rgb is None:
            raise InputError(f"{line} has the color {color!r}.", "Write it as #rrggbb or as red green blue, 0 to 255 each.")
        classes.append(ClassInfo(number, name or value, rgb))
        parents.append((line, parent))
    return _nested(classes, parents)


def _nested(classes: list[ClassInfo], parents: list[tuple[str, str]]) -> list[ClassInfo]:
    """The classes with the parents that the lines of a table give them, by value or by name."""
    names = {item.name: item.value for item in classes}
    above = dict.fromkeys((item.value for item in classes), 0)
    for item, (line, parent) in zip(classes, parents, strict=True):
        number = _whole(parent)
        value = number if number in above else names.get(parent)
        if not parent or number == 0:
            continue
        if value is None:
            raise InputError(f"{line} has the parent {parent!r}, which is no class of the table.", "Correct it.")
        above[item.value] = value
    for item, (line, parent) in zip(classes, parents, strict=True):
        seen, value = {item.value}, above[item.value]
        while value and value not in seen:
            seen.add(value)
            value = above[value]
        if value:
            raise InputError(f"{line} has the parent {parent!r}, which lies within the class itself.", "Correct it.")
    return [replace(item, parent=above[item.value]) for item in classes]


def _from_json(node: Any, parent: int = 0) -> Iterator[ClassInfo]:
    """Every object below a node that has a name and a value: the classes, and within them those that are kinds of them."""
    if isinstance(node, dict):
        keys = {str(key).casefold(): item for key, item in node.items()}
        value, name = (next((keys[key] for key in names if key in keys), None) for names in (_VALUE, _NAME))
        number = _whole(value)
        group = any(isinstance(item, list) and item and isinstance(item[0], dict) for item in keys.values())
        hidden = number is not None and number < 1 and (group or str(name).casefold() in _BACKGROUND)
        if number is not None and not hidden and (name is None or isinstance(name, (str, int, float))):
            color = next((keys[key] for key in _COLOR if key in keys), None)
            yield ClassInfo(number, str(name if name is not None else "").strip() or str(number), _color(color), parent)
            parent = number
        for item in node.values():
            yield from _from_json(item, parent)
    elif isinstance(node, list):
        for item in node:
            yield from _from_json(item, parent)


def _whole(value: Any) -> int | None:
    """A whole number from a number or a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = re.sub(r"\.0*$", "", str(value).strip())
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else None


def _color(value: Any) -> Color | None:
    """Red, green and blue from ``#rrggbb``, three numbers in a text or a list, or an object that has them; None for none."""
    if isinstance(value, dict):
        keys = {str(key).casefold(): item for key, item in value.items()}
        value = keys.get("values") or [keys.get(name) for name in ("red", "green", "blue")]
    if isinstance(value, str):
        if re.fullmatch(r"#[0-9a-fA-F]{6}", value.strip()):
            digits = value.strip()
            return int(digits[1:3], 16), int(digits[3:5], 16), int(digits[5:7], 16)
        value = re.split(r"[\s,;]+", value.strip())
    if not isinstance(value, (list, tuple)) or len(value) < 3:
        return None
    parts = [_whole(part) for part in value[:3]]
    if any(part is None or not 0 <= part <= 255 for part in parts):
        return None
    red, green, blue = (int(part or 0) for part in parts)
    return red, green, blue


def _definition(path: Path) -> bytes:
    """The definition in a model package: the ``.emd`` with the package's name, or the only one."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.lower().endswith(".emd")]
            named = [info for info in members if Path(info.filename).stem.casefold() == path.stem.casefold()] or members
            if len(named) != 1:
                raise InputError(f"{path.name} holds {len(members)} definitions (.emd); a model package has one.", _HINT)
            if named[0].file_size > _MAX_BYTES:
                raise InputError(f"The definition in {path.name} has {named[0].file_size:,} bytes.", _HINT)
            return archive.read(named[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise InputError(f"{path.name} is not a model package ({error}).", _HINT) from error


def _bytes(path: Path) -> bytes:
    """The bytes of a small file."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path.name} has {path.stat().st_size:,} bytes; a class table is small.", _HINT)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", "Check its rights.") from error


def _decoded(data: bytes, name: str) -> str:
    """The text that bytes stand for."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name} is not text.", _HINT)
