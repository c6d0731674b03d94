"""From the values of a field to numbered, named classes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from ..packages.classes import ClassInfo

SINGLE_CLASS = ClassInfo(1, "object")  # without a class field
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # devices, on Windows


def number_classes(values: np.ndarray, field: str, layer: str) -> tuple[tuple[ClassInfo, ...], np.ndarray]:
    """Return the classes in a field, ascending, and the position of each feature's class among them.

    Whole numbers from 1 on are class values as they are, named by themselves. Texts are numbered 1, 2, ... in alphabetical
    order; texts that are all whole numbers count as numbers.

    Args:
        values: (N,) values of the field, at least one.
        field: its name, for errors.
        layer: the layer's name, for errors.

    Returns:
        The classes and (N,) positions counted from 0.

    Raises:
        InputError: empty values, numbers that are not whole or below 1, or a field of another kind.
    """
    if values.dtype.kind not in "iufO":
        raise InputError(f"The class field {field} of {layer} holds neither whole numbers nor text.", "Choose another field.")
    texts = [_text(value) for value in values.tolist()]
    empty = [row for row, text in enumerate(texts) if not text]
    if empty:
        rows = ", ".join(str(row + 1) for row in empty[:5]) + (", ..." if len(empty) > 5 else "")
        raise InputError(
            f"{len(empty)} of {len(texts)} features of {layer} have no value in the class field {field} (number {rows}).",
            "Fill in their class, or delete or filter them.",
        )
    if all(re.fullmatch(r"[+-]?\d+", text) for text in texts):
        numbers, positions = np.unique([int(text) for text in texts], return_inverse=True)
        if numbers[0] < 1:
            raise InputError(
                f"The class field {field} of {layer} holds the value {numbers[0]}; class values are whole numbers from 1 on.",
                "0 means background in training data. Renumber the classes, or use a text field.",
            )
        return tuple(ClassInfo(int(number), str(number)) for number in numbers), positions
    if values.dtype.kind == "f":
        wrong = next(text for text in texts if not re.fullmatch(r"[+-]?\d+", text))
        raise InputError(
            f"The class field {field} of {layer} holds {wrong}, which is not a whole number.", "Choose another field."
        )
    names, positions = np.unique(texts, return_inverse=True)
    return tuple(ClassInfo(number, name) for number, name in enumerate(safe_names(names.tolist()), 1)), positions


def safe_names(names: Sequence[str]) -> list[str]:
    """Return the names in a form that every system takes as name of a folder, still all different when letter case is ignored.

    Class names are folder names in RCNN_Masks. Blanks, dots and all letters stay; what Windows forbids becomes ``_``.
    """
    result: list[str] = []
    taken: set[str] = set()
    for name in names:
        safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))[:80].strip().rstrip(".") or "_"
        if _RESERVED.fullmatch(safe):
            safe = f"_{safe}"
        base, number = safe, 2
        while safe.casefold() in taken:
            safe, number = f"{base}_{number}", number + 1
        taken.add(safe.casefold())
        result.append(safe)
    return result


def _text(value: object) -> str:
    """A field value as text, ``""`` for nothing; 3.0 is ``"3"``, as databases give whole numbers when some are missing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
