"""The labels as a table, fed by the layer's signals: a hundred thousand rows, never read twice.

Rows are read in slices of a few milliseconds, so that QGIS stays usable meanwhile. It sorts and filters itself, with Python's
own sort over plain values: a proxy would call back for each comparison.
"""

from __future__ import annotations

import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qgis.core import NULL, QgsFeature, QgsFeatureRequest
from qgis.PyQt.QtCore import QAbstractTableModel, QDateTime, QModelIndex, QObject, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon

from .grid import Grid
from .label_layer import LabelLayer

CLASS, SIZE, AUTHOR, TIME, DELETE = range(5)
_SLICE = 0.02  # seconds of reading at a time
_SAME = 0.5  # pixels by which a size may differ: formats round
_ONE_BY_ONE = 100  # rows that are put in or taken out singly; more of them reset the view


@dataclass
class Row:
    """One label: its id, the value of its class field, its size in pixels, who drew it and when."""

    id: int
    key: Any
    width: float
    height: float
    author: str
    time: QDateTime | None

    def sort_key(self, column: int, names: dict[Any, str]) -> Any:
        """Return what a column is sorted by."""
        if column == CLASS:
            return names.get(self.key) or str(self.key)
        if column == SIZE:
            return self.width * self.height
        if column == AUTHOR:
            return self.author
        return self.time.toMSecsSinceEpoch() if self.time else 0


class ObjectsModel(QAbstractTableModel):
    """The labels of a layer.

    Signal: ``countsChanged``: another number of labels, in all or of a class.

    Attributes:
        counts: number of labels by value of the class field.
    """

    countsChanged = pyqtSignal()

    def __init__(self, delete_icon: QIcon, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.counts: Counter[Any] = Counter()
        self._icon = delete_icon
        self._labels: LabelLayer | None = None
        self._grid: Grid | None = None
        self._all: dict[int, Row] = {}
        self._rows: list[Row] = []  # those that are shown, in their order
        self._places: dict[int, int] | None = None  # row by id; None when it has to be made again
        self._shown: set[Any] | None = None  # keys of the classes that are shown; None for all
        self._column, self._descending = -1, False
        self._touched: set[int] = set()  # ids of features that were added, changed or deleted
        self._reading: Iterator[QgsFeature] | None = None
        self._read: list[QgsFeature] = []
        self._asked: set[int] | None = None  # ids that are being read; None for all
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)
        self._connections: list[tuple[Any, Any]] = []

    def open(self, labels: LabelLayer, grid: Grid) -> None:
        """Show the labels of a layer, measured in the pixels of a grid."""
        self.close()
        self._labels, self._grid = labels, grid
        layer = labels.layer
        self._connections = [
            (layer.featureAdded, self._touch),
            (layer.featureDeleted, self._touch),
            (layer.geometryChanged, self._touch),
            (layer.attributeValueChanged, self._touch),
            (layer.afterRollBack, self.reload),
            (labels.rewritten, self.reload),
            (labels.schema.changed, self._repaint),
        ]
        for signal, slot in self._connections:
            signal.connect(slot)
        self.reload()

    def close(self) -> None:
        """Show nothing."""
        for signal, slot in self._connections:
            try:
                signal.disconnect(slot)
            except (TypeError, RuntimeError):  # the layer is gone
                continue
        self._connections, self._labels = [], None
        self._timer.stop()
        self._reading, self._read, self._touched = None, [], set()
        self.beginResetModel()
        self._all, self._rows, self._places = {}, [], None
        self.endResetModel()
        self.counts.clear()
        self.countsChanged.emit()

    def reload(self, *_: object) -> None:
        """Read all labels again: another program may have changed them."""
        self._reading, self._asked, self._read = None, None, []
        self._touched.clear()
        if self._labels is not None:
            self._start(None)

    def finish(self) -> None:
        """Do at once what would be done in slices."""
        while self._reading is not None or self._touched:
            self._work(until=None)

    def total(self) -> int:
        """Return the number of labels, shown or not."""
        return len(self._all)

    def ids(self, rows: Iterable[int]) -> list[int]:
        """Return the ids of the labels in rows."""
        return [self._rows[row].id for row in rows]

    def rows_of(self, ids: Iterable[int]) -> list[int]:
        """Return the rows of labels, ascending; those that are not shown have none."""
        if self._places is None:
            self._places = {row.id: place for place, row in enumerate(self._rows)}
        return sorted(self._places[key] for key in ids if key in self._places)

    def stale(self, features: Iterable[QgsFeature]) -> set[int]:
        """Return the ids of features that have another class or size than the table shows, unless it is about to read them."""
        found = set()
        pending = self._touched | (self._asked or set())
        for feature in features:
            known = self._all.get(feature.id())
            if known is None or feature.id() in pending:
                continue
            row = self._row(feature)
            if row.key != known.key or max(abs(row.width - known.width), abs(row.height - known.height)) > _SAME:
                found.add(feature.id())
        return found

    def show_only(self, keys: set[Any] | None) -> None:
        """Show only labels of these values of the class field; None for all."""
        if keys != self._shown:
            self._shown = keys
            self._arrange()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of labels that are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Class"), self.tr("Size (px)"), self.tr("Author"), self.tr("Time"), "")[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == SIZE:
            return self.tr("Width × height of the object's box in pixels of the imagery")
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.ToolTipRole and column == CLASS:
            parts = (self.data(self.index(index.row(), other)) for other in (CLASS, SIZE, AUTHOR, TIME))
            return " · ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.DisplayRole or (role == Qt.ItemDataRole.ToolTipRole and column != DELETE):
            if column == CLASS:
                item = self._labels.class_of(row.key)
                return item.name if item else self.tr("(no class)") if row.key in (None, NULL) else str(row.key)
            if column == SIZE:
                return f"{row.width:.0f} × {row.height:.0f}"
            if column == AUTHOR:
                return row.author
            if column == TIME and row.time:
                return row.time.toLocalTime().toString("yyyy-MM-dd HH:mm")
        elif role == Qt.ItemDataRole.DecorationRole:
            if column == CLASS:
                item = self._labels.class_of(row.key)
                return QColor(item.colour) if item else None
            if column == DELETE:
                return self._icon
        elif role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Delete this object")
        elif role == Qt.ItemDataRole.AccessibleTextRole and column == DELETE:
            return self.tr("Delete")
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 for the order in which labels were drawn."""
        self._column = -1 if column == DELETE else column
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def touch(self, ids: Iterable[int]) -> None:
        """Read labels again."""
        for key in ids:
            self._touch(key)

    def _touch(self, key: int, *_: object) -> None:
        self._touched.add(key)
        if not self._timer.isActive():
            self._timer.start(0)

    def _start(self, ids: set[int] | None) -> None:
        """Begin to read labels."""
        labels = self._labels
        wanted = [index for index in (labels.class_field, labels.author, labels.time) if index >= 0]
        request = QgsFeatureRequest().setSubsetOfAttributes(wanted)
        if ids is not None:
            request.setFilterFids(list(ids))
        self._sizes = self._grid.sizes(labels.layer.crs())
        self._asked, self._read, self._reading = ids, [], iter(labels.layer.getFeatures(request))
        self._timer.start(0)

    def _work(self, until: float | None = _SLICE) -> None:
        """Read on for a while."""
        if self._labels is None:
            return
        if self._reading is None:
            touched, self._touched = self._touched, set()
            if not touched:
                return
            self._start(touched)
        end = None if until is None else time.perf_counter() + until
        for feature in self._reading:
            self._read.append(self._row(feature))
            if end is not None and time.perf_counter() > end:
                self._timer.start(0)
                return
        rows, asked = self._read, self._asked
        self._reading, self._read, self._asked = None, [], None
        self._take(rows, asked)
        if self._touched:
            self._timer.start(0)

    def _row(self, feature: QgsFeature) -> Row:
        labels = self._labels
        size = self._sizes.of(feature.geometry())
        key, who, when = (feature[index] if index >= 0 else None for index in (labels.class_field, labels.author, labels.time))
        return Row(
            feature.id(),
            None if key == NULL else key,
            size.width if size else 0.0,
            size.height if size else 0.0,
            who if isinstance(who, str) else "",
            when if isinstance(when, QDateTime) and when.isValid() else None,
        )

    def _take(self, rows: list[Row], asked: set[int] | None) -> None:
        """Take rows that were read; ids that were asked for and are not among them are gone."""
        found = {row.id: row for row in rows}
        gone = self._all.keys() - found.keys() if asked is None else (asked & self._all.keys()) - found.keys()
        new = [row for key, row in found.items() if key not in self._all]
        changed = [row for key, row in found.items() if key in self._all]
        before = dict(self.counts)
        for row in (self._all[key] for key in (*gone, *(row.id for row in changed))):
            self.counts[row.key] -= 1
        for row in rows:
            self.counts[row.key] += 1
        moved = any(self._place_matters(self._all[row.id], row) for row in changed)
        if moved or len(new) + len(gone) > _ONE_BY_ONE:
            for key in gone:
                del self._all[key]
            self._all.update(found)
            self._arrange()
        else:
            self._remove(gone)
            self._replace(changed)
            self._insert(new)
        self.counts = Counter({key: count for key, count in self.counts.items() if count})
        if self.counts != before:
            self.countsChanged.emit()

    def _place_matters(self, old: Row, new: Row) -> bool:
        """Whether a change moves a row, or shows or hides it."""
        if self._shown is not None and (old.key in self._shown) != (new.key in self._shown):
            return True
        names = self._names()
        return self._column >= 0 and old.sort_key(self._column, names) != new.sort_key(self._column, names)

    def _remove(self, ids: Iterable[int]) -> None:
        for place in reversed(self.rows_of(ids)):
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._rows[place]
            self.endRemoveRows()
        for key in ids:
            del self._all[key]
        self._places = None

    def _replace(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._all[row.id] = row
            for place in self.rows_of([row.id]):
                self._rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, TIME))

    def _insert(self, rows: Iterable[Row]) -> None:
        names = self._names()
        for row in rows:
            self._all[row.id] = row
            if self._shown is not None and row.key not in self._shown:
                continue
            place = len(self._rows)
            if self._column >= 0:
                sign = self._rows[::-1] if self._descending else self._rows
                place = bisect(sign, row.sort_key(self._column, names), key=lambda item: item.sort_key(self._column, names))
                place = len(sign) - place if self._descending else place
            self.beginInsertRows(QModelIndex(), place, place)
            self._rows.insert(place, row)
            self.endInsertRows()
            self._places = None

    def _arrange(self) -> None:
        """Make the list of shown rows again."""
        names = self._names()
        rows = [row for row in self._all.values() if self._shown is None or row.key in self._shown]
        if self._column >= 0:
            rows.sort(key=lambda row: row.sort_key(self._column, names), reverse=self._descending)
        self.beginResetModel()
        self._rows, self._places = rows, None
        self.endResetModel()

    def _names(self) -> dict[Any, str]:
        return {self._labels.key(item): item.name for item in self._labels.schema} if self._labels else {}

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, CLASS))
