"""The classes that labels may have: names, values, colours, in an order of the user's, some of them kinds of others.

A label has one class, whatever that is a kind of: groups order what people see, and change nothing for a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
        parent: value of the class that it is a kind of; 0 for none.
    """

    value: int
    name: str
    colour: str
    parent: int = 0


class Schema(QObject):
    """The classes, each with a value and a name of its own, as the rows of a tree: each is followed by the kinds of it.

    Signals: ``changed`` after any change; ``edited`` (old class, new class) before it, when a class has another name or value.

    Attributes:
        carry: called with the old and the new class before one gets another name or value: takes its labels along, and raises
            :class:`core.errors.KestrelError` if they cannot go, so that the class stays as it is.
    """

    changed = pyqtSignal()
    edited = pyqtSignal(object, object)

    def __init__(self, classes: Iterable[LabelClass] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.carry: Callable[[LabelClass, LabelClass], None] = lambda old, new: None
        self._classes: list[LabelClass] = []
        self._take(classes)

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

    def kinds(self, value: int) -> list[LabelClass]:
        """Return the classes that are kinds of the class of that value, their own kinds not among them; of 0 the uppermost."""
        return [item for item in self._classes if item.parent == value]

    def within(self, item: LabelClass) -> list[LabelClass]:
        """Return a class and all that lies within it."""
        return [item, *(other for kind in self.kinds(item.value) for other in self.within(kind))]

    def path(self, item: LabelClass) -> list[LabelClass]:
        """Return what a class is a kind of, from the uppermost down to itself."""
        above = self.by_value(item.parent) if item.parent else None
        return [*(self.path(above) if above else ()), item]

    def full_name(self, item: LabelClass) -> str:
        """Return the name of a class after the names of those that it lies within."""
        return " › ".join(above.name for above in self.path(item))

    def proposal(self, parent: int = 0) -> LabelClass:
        """Return a class that could be added: the next value, a colour that stands out, no name yet."""
        value = max((item.value for item in self._classes), default=0) + 1
        return LabelClass(value, "", next_colour(item.colour for item in self._classes), parent)

    def add(self, item: LabelClass) -> None:
        """Add a class at the end, or after the other kinds of its parent.

        Raises:
            InvalidParameter: no name, a value below 1, or one of them taken; a parent that is no class.
        """
        self.check(item)
        self._set([*self._classes, item])

    def edit(self, position: int, item: LabelClass) -> None:
        """Replace the class at ``position``; raises as :meth:`add`, and what ``carry`` raises."""
        old = self._classes[position]
        if old == item:
            return
        self.check(item, position)
        if (old.value, old.name) != (item.value, item.name):
            self.carry(old, item)
            self.edited.emit(old, item)
        rest = [other for other in self._classes if other != old] if old.parent != item.parent else []
        classes = [*rest, item] if rest else [item if other == old else other for other in self._classes]
        self._set(replace(other, parent=item.value) if other.parent == old.value else other for other in classes)

    def remove(self, position: int, with_kinds: bool = False) -> None:
        """Take a class out, and the classes within it too or else leave them in its place."""
        item = self._classes[position]
        gone = self.within(item) if with_kinds else [item]
        classes = [other for other in self._classes if other not in gone]
        self._set(replace(other, parent=item.parent) if other.parent == item.value else other for other in classes)

    def move(self, position: int, parent: int, place: int) -> None:
        """Put a class, with all that lies within it, somewhere else.

        Args:
            position: of the class.
            parent: value of the class that it shall be a kind of; 0 for none.
            place: among the other kinds of that, counted from 0.

        Raises:
            InvalidParameter: the parent lies within the class, or is no class.
        """
        item = replace(self._classes[position], parent=parent)
        self.check(item, position)
        rest = [other for other in self._classes if other.value != item.value]
        after = [other for other in rest if other.parent == parent][place:]
        rest.insert(rest.index(after[0]) if after else len(rest), item)
        self._set(rest)

    def step(self, position: int, by: int) -> tuple[int, int] | None:
        """Return where a class goes that is moved up (-1) or down (1), as :meth:`move` takes it; None for nowhere.

        It changes places with its neighbour, and leaves its parent where there is none.
        """
        item = self._classes[position]
        beside = [other.value for other in self.kinds(item.parent)]
        place = beside.index(item.value) + by
        if 0 <= place < len(beside):
            return item.parent, place
        above = self.by_value(item.parent)
        if above is None:
            return None
        beside = [other.value for other in self.kinds(above.parent)]
        return above.parent, beside.index(above.value) + (by > 0)

    def replace(self, classes: Iterable[LabelClass]) -> None:
        """Take other classes; a parent that is none of them is forgotten."""
        self._take(classes)
        self.changed.emit()

    def merge(self, classes: Iterable[ClassInfo]) -> tuple[int, list[str]]:
        """Add classes that were read from a file; those whose name and value are here already stay as they are.

        Returns:
            How many were added, and the names of those left out because only their name or only their value is taken.
        """
        added: list[LabelClass] = []
        refused: list[str] = []
        classes = list(classes)
        names = {info.value: info.name for info in classes}
        for info in classes:
            if (same := self.by_name(info.name)) is not None and same.value == info.value:
                continue
            if same is not None or self.by_value(info.value) is not None:
                refused.append(info.name)
                continue
            colour = "#{:02x}{:02x}{:02x}".format(*info.color) if info.color else self.proposal().colour
            added.append(LabelClass(info.value, info.name, colour, info.parent))
            self._classes.append(added[-1])
        if added:
            # What is a kind of a class that was left out belongs to none.
            known = {item.value for item in self._classes if names.get(item.value) == item.name}
            strays = [item for item in added if item.parent not in known]
            self._set(replace(item, parent=0) if item in strays else item for item in self._classes)
        return len(added), refused

    def infos(self) -> list[ClassInfo]:
        """Return the classes as files of classes have them."""
        return [ClassInfo(item.value, item.name, _rgb(item.colour), item.parent) for item in self._classes]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the classes as plain values, for JSON and tables; :meth:`from_rows` takes them back."""
        return [
            {"value": item.value, "name": item.name, "color": item.colour, **({"parent": item.parent} if item.parent else {})}
            for item in self._classes
        ]

    @staticmethod
    def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[LabelClass]:
        """Return the classes that rows describe; rows that are none, or the same again, are left out."""
        classes = Schema()
        parents: dict[int, int] = {}
        for row in rows:
            try:
                colour = str(row.get("color") or "").lower()
                known = colour if _COLOUR.fullmatch(colour) else classes.proposal().colour
                item = LabelClass(int(row["value"]), str(row["name"]), known)
                classes.add(item)
                parents[item.value] = int(row.get("parent") or 0)
            except (InvalidParameter, KeyError, TypeError, ValueError):
                continue
        return list(Schema(replace(item, parent=parents.get(item.value, 0)) for item in classes))

    def check(self, item: LabelClass, but: int = -1) -> None:
        """Raise :class:`InvalidParameter` if a class cannot stand beside the others, of which the one at ``but`` goes."""
        self._check_alone(item, but)
        above = self.by_value(item.parent)
        if item.parent and above is None:
            raise InvalidParameter(_tr("There is no class of the value {}.").format(item.parent), _tr("Choose another parent."))
        if above is not None and but >= 0 and above in self.within(self._classes[but]):
            raise InvalidParameter(
                _tr("The class {} cannot be a kind of {}, which lies within it.").format(item.name, above.name),
                _tr("Choose another parent."),
            )

    def _check_alone(self, item: LabelClass, but: int = -1) -> None:
        """Check name and value, whatever the parent."""
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

    def _take(self, classes: Iterable[LabelClass]) -> None:
        """Take classes that may come in any order, the parents after the kinds of them."""
        self._classes = []
        for item in classes:
            self._check_alone(item)
            self._classes.append(item)
        self._classes = _as_tree(self._classes)

    def _set(self, classes: Iterable[LabelClass]) -> None:
        self._classes = _as_tree(list(classes))
        self.changed.emit()


def _as_tree(classes: list[LabelClass]) -> list[LabelClass]:
    """The classes in the order of the rows of a tree; what has no parent among them, or would lie within itself, has none."""
    kinds: dict[int, list[LabelClass]] = {}
    values = {item.value for item in classes}
    for item in classes:
        kinds.setdefault(item.parent if item.parent in values else 0, []).append(item)
    rows: list[LabelClass] = []

    def lay(item: LabelClass, parent: int) -> None:
        rows.append(item if item.parent == parent else replace(item, parent=parent))
        for kind in kinds.pop(item.value, ()):
            lay(kind, item.value)

    for item in kinds.pop(0, ()):
        lay(item, 0)
    while kinds:  # a circle: begin somewhere
        value = next(iter(kinds))
        first = next(item for item in classes if item.value == value)
        kinds = {key: left for key, items in kinds.items() if (left := [other for other in items if other != first])}
        lay(first, 0)
    return rows


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Schema", text)
