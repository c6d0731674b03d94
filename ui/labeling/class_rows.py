"""The rows of the class tree: colour, key, value and count of each class, folded and dragged about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qgis.PyQt.QtCore import QPoint, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from .bars import icon_size
from .schema import LabelClass, Schema

KEY, NAME, VALUE, COUNT = range(4)
_KEYS = 9  # that choose a class
_CLASS = Qt.ItemDataRole.UserRole


class ClassRows(QTreeWidget):
    """Shows a schema; says what was dragged where, and leaves it to others to do it.

    Signal: ``dropped`` (value of a class, of its new parent or 0, place among the other kinds of that).
    """

    dropped = pyqtSignal(int, int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count: Callable[[LabelClass], int] = lambda item: 0
        self.setHeaderLabels([self.tr("Key"), self.tr("Class"), self.tr("Value"), self.tr("Objects")])
        self.setTreePosition(NAME)
        self.setIndentation(self.fontMetrics().height())
        self.setUniformRowHeights(True)
        self.setMinimumHeight(round(6 * self.fontMetrics().height()))  # a few rows even on a small screen
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Classes"))
        self.setExpandsOnDoubleClick(False)  # which edits
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        header = self.header()
        header.setStretchLastSection(False)
        for column in (KEY, VALUE, COUNT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for signal in (self.itemExpanded, self.itemCollapsed):
            signal.connect(lambda _item: self.renumber())

    def fill(self, schema: Schema) -> None:
        """Make the rows again; what was folded stays so."""
        folded = {row.data(NAME, _CLASS).value for row in self._rows() if row.childCount() and not row.isExpanded()}
        self.blockSignals(True)
        self.clear()
        made: dict[int, QTreeWidgetItem] = {}
        for item in schema:
            row = QTreeWidgetItem(made.get(item.parent, self.invisibleRootItem()), ["", item.name, str(item.value), ""])
            row.setIcon(NAME, swatch(item.colour, icon_size(self)))
            row.setData(NAME, _CLASS, item)
            row.setToolTip(NAME, schema.full_name(item))
            for column in (VALUE, COUNT):
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            made[item.value] = row
        for value, row in made.items():
            row.setExpanded(value not in folded)
        self.setRootIsDecorated(any(item.parent for item in schema))  # a plain list needs no room for arrows
        self.blockSignals(False)
        self.renumber()

    def shown(self) -> list[LabelClass]:
        """Return the classes whose rows are not folded away, from the top."""
        return [row.data(NAME, _CLASS) for row in self._rows() if _is_open(row.parent())]

    def chosen(self) -> LabelClass | None:
        """Return the class of the row that is selected."""
        rows = self.selectedItems()
        return rows[0].data(NAME, _CLASS) if rows else None

    def choose(self, item: LabelClass | None) -> None:
        """Select the row of a class, and no other, without a signal."""
        found = next((row for row in self._rows() if row.data(NAME, _CLASS) == item), None)
        self.blockSignals(True)
        if found is None:
            self.clearSelection()
        self.setCurrentItem(found)
        self.blockSignals(False)
        self.renumber()  # a row that was folded away has come out

    def count(self, counter: Callable[[LabelClass], int]) -> None:
        """Show how many objects each class has."""
        self._count = counter
        self.renumber()

    def renumber(self) -> None:
        """Write the keys of the rows as they are seen, and the objects: of a folded class with those that it hides."""
        number = 0
        for row in self._rows():
            seen = _is_open(row.parent())
            number += seen
            row.setText(KEY, str(number) if seen and number <= _KEYS else "")
            own, hidden = self._count(row.data(NAME, _CLASS)), sum(self._count(item) for item in _inside(row))
            row.setText(COUNT, f"{own + (0 if row.isExpanded() else hidden):n}")
            row.setToolTip(COUNT, self.tr("{} with the classes inside").format(f"{own + hidden:n}") if row.childCount() else "")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take rows of this tree only."""
        if event.source() is self:
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where the row would go, if it can."""
        super().dragMoveEvent(event)
        if event.source() is not self or self._target(event) is None:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say where the row went; it moves when the schema has."""
        item = self.chosen()
        target = self._target(event) if event.source() is self else None
        event.setDropAction(Qt.DropAction.CopyAction)  # so that Qt leaves the rows alone
        event.accept()
        if item is not None and target is not None:
            self.dropped.emit(item.value, *target)

    def _target(self, event: QDropEvent) -> tuple[int, int] | None:
        """The value of the new parent and the place in it; None for a place within the row that is dragged."""
        dragged = self.selectedItems()
        if not dragged:
            return None
        place: QPoint = event.position().toPoint() if hasattr(event, "position") else event.pos()
        over, indicator = self.itemAt(place), self.dropIndicatorPosition()
        if over is None or indicator == QAbstractItemView.DropIndicatorPosition.OnViewport:
            parent, number = self.invisibleRootItem(), self.topLevelItemCount()
        elif indicator == QAbstractItemView.DropIndicatorPosition.OnItem:
            parent, number = over, over.childCount()
        elif indicator == QAbstractItemView.DropIndicatorPosition.BelowItem and over.childCount() and over.isExpanded():
            parent, number = over, 0
        else:
            parent = over.parent() or self.invisibleRootItem()
            number = parent.indexOfChild(over) + (indicator == QAbstractItemView.DropIndicatorPosition.BelowItem)
        above: QTreeWidgetItem | None = parent
        while above is not None:
            if above is dragged[0]:
                return None
            above = above.parent()
        before = parent.indexOfChild(dragged[0])
        item: LabelClass | None = parent.data(NAME, _CLASS)
        return (item.value if item else 0), number - (0 <= before < number)

    def _rows(self) -> Iterator[QTreeWidgetItem]:
        waiting = [self.invisibleRootItem()]
        while waiting:
            row = waiting.pop()
            if row is not self.invisibleRootItem():
                yield row
            waiting.extend(row.child(number) for number in reversed(range(row.childCount())))


def _is_open(row: QTreeWidgetItem | None) -> bool:
    """Whether what lies in a row is seen."""
    return row is None or (row.isExpanded() and _is_open(row.parent()))


def _inside(row: QTreeWidgetItem) -> Iterator[LabelClass]:
    """The classes of the rows within a row."""
    for number in range(row.childCount()):
        yield row.child(number).data(NAME, _CLASS)
        yield from _inside(row.child(number))


def swatch(colour: str, size: QSize) -> QIcon:
    """Return a square in a colour."""
    pixmap = QPixmap(size * 2)  # sharp on dense screens
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(128, 128, 128))
    margin = pixmap.width() // 8
    painter.drawRoundedRect(pixmap.rect().adjusted(margin, margin, -margin, -margin), margin, margin)
    painter.end()
    return QIcon(pixmap)
