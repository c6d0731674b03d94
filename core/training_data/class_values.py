"""From the values of a field to numbered, named, coloured classes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..packages.classes import ClassInfo

SINGLE_CLASS = ClassInfo(1, "object")  # without a class field
_WHOLE = re.compile(r"[+-]?\d+")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # devices, on Windows
# Told apart at a glance, on imagery too: Trubetskoy's list (sashamaps.net/docs/resources/20-colors), without white and black.
PALETTE = (  # bright ones first, which stand out from vegetation, soil and roofs
    (255, 212, 0), (0, 213, 255), (255, 95, 168), (125, 255, 90), (255, 138, 31), (185, 154, 255), (61, 139, 255),
    (214, 255, 0), (255, 75, 58), (0, 200, 160), (240, 50, 230), (250, 190, 212), (170, 110, 40), (0, 128, 128),
    (220, 190, 255), (255, 250, 200), (128, 0, 0), (128, 128, 0), (0, 0, 128), (128, 128, 128),
)  # fmt: skip


@dataclass(frozen=True)
class ClassValues:
    """The distinct class values of N objects.

    Attributes:
        what: where they come from, for messages: ``"the class field kind of labels.gpkg"``.
        texts: each value as text, in the order of texts; ``""`` for none.
        names: its name, ``""`` for none.
        rows: (N,) position of each object's value in ``texts``.
        whole: whether every value is a whole number, or none.
    """

    what: str
    texts: tuple[str, ...]
    names: tuple[str, ...]
    rows: np.ndarray
    whole: bool

    @classmethod
    def of(cls, values: np.ndarray, what: str, names: np.ndarray | None = None) -> ClassValues:
        """Find the distinct values.

        Args:
            values: (N,) whole numbers or texts, at least one.
            what: where they come from, for messages.
            names: (N,) name of each object's class; None for none.

        Raises:
            InputError: values of another kind, numbers that are not whole, a value with two names.
        """
        if values.dtype.kind not in "iufO":
            raise InputError(f"{_capital(what)} holds neither whole numbers nor text.", "Choose another field.")
        texts = [_text(value) for value in values.tolist()]
        whole = all(_WHOLE.fullmatch(text) for text in texts if text)
        if values.dtype.kind == "f" and not whole:
            wrong = next(text for text in texts if text and not _WHOLE.fullmatch(text))
            raise InputError(f"{_capital(what)} holds {wrong}, which is not a whole number.", "Choose another field.")
        if whole:
            texts = [str(int(text)) if text else "" for text in texts]  # "007" and "+7" are 7
        distinct, rows = np.unique(np.array(texts, object), return_inverse=True)
        named = [""] * len(distinct)
        for row, name in zip(rows.tolist(), [""] * len(rows) if names is None else map(_text, names.tolist()), strict=True):
            if name and named[row] and name != named[row]:
                raise InputError(
                    f"The value {distinct[row]} in {what} has two names: {named[row]} and {name}.",
                    "A class has one name; correct one of them.",
                )
            named[row] = name or named[row]
        return cls(what, tuple(distinct.tolist()), tuple(named), rows, whole)

    def numbered(self) -> tuple[tuple[ClassInfo, ...], np.ndarray]:
        """Return the classes, ascending, and the (N,) position of each object's class among them, counted from 0.

        Whole numbers from 1 on are class values as they are. Texts are numbered 1, 2, ... in alphabetical order. A class is
        named as it says, else by its value.

        Raises:
            InputError: objects without a value, numbers below 1.
        """
        self._check_complete()
        values = [int(text) for text in self.texts] if self.whole else list(range(1, len(self.texts) + 1))
        self._check_positive(values)
        return self._sorted(
            [ClassInfo(value, name or text) for value, name, text in zip(values, self.names, self.texts, strict=True)],
            list(range(len(values))),
        )

    def matched(self, table: Sequence[ClassInfo], source: str) -> tuple[np.ndarray, str]:
        """Find each object's class in a table: by its value, or by its name, letter by letter or else without letter case.

        Args:
            table: the classes.
            source: what the table is called.

        Returns:
            (N,) positions in the table, -1 for objects of none of its classes; and these in words, ``""`` for none.

        Raises:
            InputError: no object has a class of the table; a value and its name are of two classes of it.
        """
        places = np.array(self._places(table, source))
        positions = places[self.rows]
        if (positions < 0).all():
            raise InputError(
                f"No object has a class of {source}: {self.what} holds {_listed(self.texts)}; "
                f"{source} has {_listed(f'{item.value} {item.name}' for item in table)}.",
                "Values or names must be the same in both.",
            )
        counts = np.bincount(self.rows, minlength=len(places))
        missing = np.flatnonzero(places < 0)
        words = [f"{self.texts[i] or 'no class'} ({counts[i]})" for i in missing[np.argsort(-counts[missing], kind="stable")]]
        return positions, _listed(words) if words else ""

    def added_to(self, known: Sequence[ClassInfo], source: str) -> tuple[tuple[ClassInfo, ...], np.ndarray, list[str]]:
        """Find each object's class among known ones as :meth:`matched` does, and add those that are new.

        New whole numbers keep their value; new texts are numbered on after the largest known value.

        Returns:
            The classes, ascending; (N,) positions among them, counted from 0; and the names of the new ones.

        Raises:
            InputError: objects without a value, numbers below 1, a value and its name of two known classes.
        """
        self._check_complete()
        places = self._places(known, source)
        new = [i for i, place in enumerate(places) if place < 0]
        first = max(item.value for item in known) + 1
        values = [int(self.texts[i]) for i in new] if self.whole else list(range(first, first + len(new)))
        self._check_positive(values)
        added = [ClassInfo(value, self.names[i] or self.texts[i]) for value, i in zip(values, new, strict=True)]
        for number, i in enumerate(new):
            places[i] = len(known) + number
        return *self._sorted([*known, *added], places), [item.name for item in added]

    def _sorted(self, classes: list[ClassInfo], places: list[int]) -> tuple[tuple[ClassInfo, ...], np.ndarray]:
        """The classes ascending by value, and the objects' positions among them."""
        order = sorted(range(len(classes)), key=lambda i: classes[i].value)
        rank = np.argsort(order)
        return tuple(classes[i] for i in order), rank[np.array(places)][self.rows]

    def _places(self, table: Sequence[ClassInfo], source: str) -> list[int]:
        """The position of each value in a table, -1 for none."""
        values = {item.value: place for place, item in enumerate(table)}
        names = {item.name: place for place, item in reversed(list(enumerate(table)))}
        alike = {_key(item.name): place for place, item in reversed(list(enumerate(table)))}

        def named(name: str) -> int:
            return names.get(name, alike.get(_key(name), -1)) if name else -1

        places = []
        for text, name in zip(self.texts, self.names, strict=True):
            by_value = values.get(int(text), -1) if _WHOLE.fullmatch(text) else -1
            by_text = by_value if by_value >= 0 else named(text)
            by_name = named(name)
            if by_text >= 0 and by_name >= 0 and by_text != by_name:
                raise InputError(
                    f"The value {text} in {self.what} is named {name}, but in {source} {text} is {table[by_text].name} "
                    f"and {name} has the value {table[by_name].value}.",
                    "Correct one of the two, or leave the Class Name Field empty.",
                )
            places.append(by_text if by_text >= 0 else by_name)
        return places

    def _check_complete(self) -> None:
        if "" in self.texts:
            missing = np.flatnonzero(self.rows == self.texts.index(""))
            rows = ", ".join(str(row + 1) for row in missing[:5]) + (", ..." if len(missing) > 5 else "")
            raise InputError(
                f"{len(missing)} of {len(self.rows)} objects have no value in {self.what} (number {rows}).",
                "Fill in their class, or delete or filter them.",
            )

    def _check_positive(self, values: Iterable[int]) -> None:
        low = min(values, default=1)
        if low < 1:
            raise InputError(
                f"{_capital(self.what)} holds the value {low}; class values are whole numbers from 1 on.",
                "0 means background in training data. Renumber the classes, or use a text field.",
            )


def coloured(classes: Sequence[ClassInfo], colors: Mapping[int, tuple[int, int, int]] | None = None) -> tuple[ClassInfo, ...]:
    """Give each class a colour that has none: that of its value in ``colors``, else one of a palette, by its position."""
    known = [item if item.color else replace(item, color=(colors or {}).get(item.value)) for item in classes]
    taken = {item.color for item in known}
    free = [color for color in PALETTE if color not in taken] or list(PALETTE)
    return tuple(item if item.color else replace(item, color=free[i % len(free)]) for i, item in enumerate(known))


def has_gaps(classes: Sequence[ClassInfo]) -> bool:
    """Whether the values are others than 1, 2, ... n."""
    return [item.value for item in classes] != list(range(1, len(classes) + 1))


def safe_names(names: Sequence[str]) -> list[str]:
    """Return the names in a form that every system takes as name of a folder, still all different when letter case is ignored.

    Class names are folder names in RCNN_Masks. Blanks, dots and all letters stay; what Windows forbids becomes ``_``.
    """
    result: list[str] = []
    taken: set[str] = set()
    for name in names:
        base = _safe(name)
        safe, number = base, 2
        while safe.casefold() in taken:
            safe, number = f"{base}_{number}", number + 1
        taken.add(safe.casefold())
        result.append(safe)
    return result


def _safe(name: str) -> str:
    """One name as a folder's."""
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))[:80].strip().rstrip(".") or "_"
    return f"_{safe}" if _RESERVED.fullmatch(safe) else safe


def _key(name: str) -> str:
    """What two names have in common that differ by letter case, or because one has been a folder's."""
    return _safe(name).casefold()


def _text(value: object) -> str:
    """A field value as text, ``""`` for nothing; 3.0 is ``"3"``, as databases give whole numbers when some are missing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _listed(words: Iterable[str]) -> str:
    """Up to ten of the words, and how many more there are."""
    words = [word or "no value" for word in words]
    return ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
