"""The classes that labels may have: names, values, colours, in an order of the user's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ...core.classes import ClassInfo
from ...core.errors import InvalidParameter
from ..palette import next_colour

_COLOUR = re.compile(r"#[0-9a-f]{6}")
LARGEST = 2**31 - 1  # of a 32 bit integer field


@dataclass(frozen=True)
class LabelClass:
    """One class.

    Attributes:
        value: whole number from 1 on; 0 means background in training data.
        name: what people call it.
        colour: ``#rrggbb``, small letters.
    """

    value: int
    name: str
    colour: str


class Schema(QObject):
    """The classes, each with a value and a name of its own.

    Signals: ``changed`` after any change; ``edited`` (old class, new class) before it, when a class has another name or value.
    """

    changed = pyqtSignal()
    edited = pyqtSignal(object, object)

    def __init__(self, classes: Iterable[LabelClass] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._classes: list[LabelClass] = []
        for item in classes:
            self.check(item)
            self._classes.append(item)

    def __iter__(self) -> Iterator[LabelClass]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __getitem__(self, position: int) -> LabelClass:
        return self._classes[position]

    def by_value(self, value: int) -> LabelClass | None:
        """Return the class of that value."""
        return next((item for item in self._classes if item.value == value), None)

    def by_name(self, name: str) -> LabelClass | None:
        """Return the class of that name."""
        return next((item for item in self._classes if item.name == name), None)

    def proposal(self) -> LabelClass:
        """Return a class that could be added: the next value, a colour that stands out, no name yet."""
        value = max((item.value for item in self._classes), default=0) + 1
        return LabelClass(value, "", next_colour(item.colour for item in self._classes))

    def add(self, item: LabelClass) -> None:
        """Add a class at the end.

        Raises:
            InvalidParameter: no name, a value below 1, or one of them taken.
        """
        self.check(item)
        self._classes.append(item)
        self.changed.emit()

    def edit(self, position: int, item: LabelClass) -> None:
        """Replace the class at ``position``; raises as :meth:`add`."""
        old = self._classes[position]
        if old == item:
            return
        self.check(item, position)
        if (old.value, old.name) != (item.value, item.name):
            self.edited.emit(old, item)
        self._classes[position] = item
        self.changed.emit()

    def remove(self, position: int) -> None:
        """Take a class out."""
        del self._classes[position]
        self.changed.emit()

    def move(self, position: int, to: int) -> None:
        """Put the class at ``position`` where ``to`` is now."""
        self._classes.insert(to, self._classes.pop(position))
        self.changed.emit()

    def replace(self, classes: Iterable[LabelClass]) -> None:
        """Take other classes."""
        self._classes = []
        for item in classes:
            self.check(item)
            self._classes.append(item)
        self.changed.emit()

    def merge(self, classes: Iterable[ClassInfo]) -> tuple[int, list[str]]:
        """Add classes that were read from a file; those whose name and value are here already stay as they are.

        Returns:
            How many were added, and the names of those left out because only their name or only their value is taken.
        """
        added, refused = 0, []
        for info in classes:
            if (same := self.by_name(info.name)) is not None and same.value == info.value:
                continue
            if same is not None or self.by_value(info.value) is not None:
                refused.append(info.name)
                continue
            colour = "#{:02x}{:02x}{:02x}".format(*info.color) if info.color else self.proposal().colour
            self._classes.append(LabelClass(info.value, info.name, colour))
            added += 1
        if added:
            self.changed.emit()
        return added, refused

    def infos(self) -> list[ClassInfo]:
        """Return the classes as files of classes have them."""
        return [ClassInfo(item.value, item.name, _rgb(item.colour)) for item in self._classes]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the classes as plain values, for JSON and tables; :meth:`from_rows` takes them back."""
        return [{"value": item.value, "name": item.name, "color": item.colour} for item in self._classes]

    @staticmethod
    def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[LabelClass]:
        """Return the classes that rows describe; rows that are none, or the same again, are left out."""
        classes = Schema()
        for row in rows:
            try:
                colour = str(row.get("color") or "").lower()
                known = colour if _COLOUR.fullmatch(colour) else classes.proposal().colour
                classes.add(LabelClass(int(row["value"]), str(row["name"]), known))
            except (InvalidParameter, KeyError, TypeError, ValueError):
                continue
        return list(classes)

    def check(self, item: LabelClass, but: int = -1) -> None:
        """Raise :class:`InvalidParameter` if a class cannot stand beside the others, of which the one at ``but`` goes."""
        others = [other for position, other in enumerate(self._classes) if position != but]
        if not item.name.strip():
            raise InvalidParameter(_tr("The class has no name."), _tr("Give it one, such as house."))
        if not 1 <= item.value <= LARGEST:
            raise InvalidParameter(
                _tr("The class {} has the value {}; values are whole numbers from 1 on.").format(item.name, item.value),
                _tr("0 means background in training data."),
            )
        for other in others:
            if other.value == item.value:
                raise InvalidParameter(
                    _tr("The class {} has the value {} already.").format(other.name, other.value), _tr("Choose another value.")
                )
            if other.name == item.name:
                raise InvalidParameter(_tr("There is a class {} already.").format(item.name), _tr("Choose another name."))


def recoloured(item: LabelClass, colour: str) -> LabelClass:
    """Return the class in another colour."""
    return replace(item, colour=colour.lower())


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Schema", text)
