"""The list of labels in the dock: filter, sort, zoom, change of class, delete; its selection is the map's."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QObject, Qt, QTimer
from qgis.PyQt.QtGui import QKeyEvent, QResizeEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QAction,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..icons import icon
from .bars import bar, shrinking
from .class_rows import swatch
from .objects_model import AUTHOR, CLASS, DELETE, SIZE, TIME, ObjectsModel
from .schema import LabelClass
from .session import Session

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas


class ObjectsView(QWidget):
    """The table over an :class:`ObjectsModel`."""

    def __init__(self, session: Session, model: ObjectsModel, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._model, self._canvas = session, model, canvas
        self._syncing = False
        self._layer: QObject | None = None
        self._scroll = QTimer(self)
        self._scroll.setSingleShot(True)
        self._scroll.timeout.connect(self._show_selected)
        self.filter = shrinking(QComboBox())
        self.filter.setToolTip(self.tr("Show the objects of one class only"))
        self.filter.setAccessibleName(self.tr("Class that is shown"))
        self.filter.currentIndexChanged.connect(self._filter)
        self.zoom_action = self._action("/mActionZoomToSelected.svg", self.tr("Zoom to the selected objects"), self.zoom)
        self.delete_action = QAction(icon("delete"), self.tr("Delete the selected objects"), self)
        self.delete_action.triggered.connect(lambda _checked=False: self.delete())
        self.refresh_action = self._action(
            "/mActionRefresh.svg", self.tr("Refresh: read what others have changed"), self.refresh
        )
        self.class_button = QToolButton()
        self.class_button.setIcon(QgsApplication.getThemeIcon("/mActionMultiEdit.svg"))
        self.class_button.setToolTip(self.tr("Change the class of the selected objects"))
        self.class_button.setAccessibleName(self.class_button.toolTip())
        self.class_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.class_button)
        menu.aboutToShow.connect(lambda: self._class_menu(menu))
        self.class_button.setMenu(menu)
        self.table = QTableView()
        self.table.setModel(model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.setWordWrap(False)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)  # Tab leaves the list, as the arrows move in it
        self.table.setAccessibleName(self.tr("Labelled objects"))
        self.table.verticalHeader().hide()
        height = round(self.fontMetrics().height() * 1.5)
        self.table.verticalHeader().setDefaultSectionSize(height)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(height)
        header.setSectionResizeMode(CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(DELETE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(DELETE, height + 4)
        width = self.fontMetrics().averageCharWidth()
        self._widths = {SIZE: 12 * width, AUTHOR: 10 * width, TIME: 17 * width}
        for column, wide in self._widths.items():
            header.resizeSection(column, wide)
        self.table.clicked.connect(self._clicked)
        self.table.doubleClicked.connect(lambda index: index.column() != DELETE and self.zoom())
        self.table.installEventFilter(self)
        self.table.selectionModel().selectionChanged.connect(self._to_map)
        model.modelReset.connect(self._from_map)
        model.rowsInserted.connect(lambda *_: self._from_map())
        session.opened.connect(self._opened)
        session.closed.connect(self._closed)
        session.schema.changed.connect(self._classes)
        top = QHBoxLayout()
        top.addWidget(self.filter, 1)
        top.addWidget(bar([self.zoom_action, self.class_button, self.delete_action, self.refresh_action]))
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.addLayout(top)
        column_.addWidget(self.table)
        self._classes()
        self._enable()

    def selected(self) -> list[int]:
        """Return the ids of the selected objects."""
        ranges = self.table.selectionModel().selection()
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return self._model.ids(sorted(rows))

    def show_class(self, item: LabelClass | None) -> None:
        """Show the objects of one class only; None for all."""
        found = next((row for row in range(self.filter.count()) if self.filter.itemData(row) == item), 0)
        self.filter.setCurrentIndex(found)

    def zoom(self) -> None:
        """Bring the selected objects onto the map."""
        ids, labels = self.selected(), self._session.labels
        if ids and labels is not None:
            self._canvas.zoomToFeatureIds(labels.layer, ids)
            self._canvas.flashFeatureIds(labels.layer, ids[:50])

    def delete(self) -> None:
        """Delete the selected objects."""
        if ids := self.selected():
            self._session.remove(ids)

    def refresh(self) -> None:
        """Read the layer again, so that what others have changed is seen."""
        labels = self._session.labels
        if labels is not None:
            labels.layer.dataProvider().reloadData()
            labels.layer.triggerRepaint()
            self._model.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what was written when and by whom where the class would have no room; the class's tip says it."""
        super().resizeEvent(event)
        header, width = self.table.horizontalHeader(), self.fontMetrics().averageCharWidth()
        room = self.width() - header.sectionSize(DELETE) - header.sectionSize(SIZE) - 14 * width
        for column in (AUTHOR, TIME):
            room -= header.sectionSize(column) or self._widths[column]
            self.table.setColumnHidden(column, room < 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in the table: Delete deletes, Enter zooms."""
        if watched is self.table and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.delete()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.zoom()
                return True
        return super().eventFilter(watched, event)

    def _action(self, symbol: str, text: str, slot: object) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(symbol), text, self)
        action.triggered.connect(lambda _checked=False: slot())
        return action

    def _opened(self) -> None:
        self._layer = self._session.labels.layer
        self._layer.selectionChanged.connect(self._from_map)
        self._enable()

    def _closed(self) -> None:
        if self._layer is not None:
            with suppress(TypeError, RuntimeError):  # the layer is gone
                self._layer.selectionChanged.disconnect(self._from_map)
        self._layer = None
        self._enable()

    def _clicked(self, index: QModelIndex) -> None:
        """The red x: the object of its row, or all that are selected with it."""
        if index.column() == DELETE:
            (key,) = self._model.ids([index.row()])
            chosen = self.selected()
            self._session.remove(chosen if key in chosen else [key])

    def _filter(self) -> None:
        item, labels = self.filter.currentData(), self._session.labels
        wanted = self._session.schema.within(item) if item is not None else []
        self._model.show_only({labels.key(one) for one in wanted} if wanted and labels is not None else None)

    def _classes(self) -> None:
        """Offer the classes to show."""
        chosen = self.filter.currentData()
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.addItem(self.tr("All classes"), None)
        for item in self._session.schema:
            self.filter.addItem(swatch(item.colour, self.filter.iconSize()), self._inset(item), item)
        self.filter.blockSignals(False)
        self.show_class(chosen)
        self._filter()

    def _inset(self, item: LabelClass) -> str:
        """The name of a class, set in as far as it lies within others."""
        return "    " * (len(self._session.schema.path(item)) - 1) + item.name

    def _class_menu(self, menu: QMenu) -> None:
        menu.clear()
        ids = self.selected()
        for item in self._session.schema:
            action = menu.addAction(swatch(item.colour, self.filter.iconSize()), self._inset(item))
            action.triggered.connect(lambda _checked=False, item=item: self._session.set_class(ids, item))

    def _to_map(self, *_: object) -> None:
        """Select on the map what is selected here."""
        if not self._syncing and self._session.labels is not None:
            self._syncing = True
            self._session.labels.layer.selectByIds(self.selected())
            self._syncing = False
        self._enable()

    def _from_map(self, *_: object) -> None:
        """Select here what is selected on the map."""
        labels = self._session.labels
        if self._syncing or labels is None:
            return
        selection = QItemSelection()
        rows = self._model.rows_of(labels.layer.selectedFeatureIds())
        start = 0
        for number in range(1, len(rows) + 1):  # a range for each run of rows
            if number == len(rows) or rows[number] != rows[number - 1] + 1:
                selection.select(self._model.index(rows[start], 0), self._model.index(rows[number - 1], DELETE))
                start = number
        self._syncing = True
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._syncing = False
        self._scroll.start(0)  # once the table is laid out again
        self._enable()

    def _show_selected(self) -> None:
        """Scroll to the first selected object."""
        ranges = self.table.selectionModel().selection()
        if ranges:
            self.table.scrollTo(self._model.index(min(part.top() for part in ranges), 0))

    def _enable(self) -> None:
        some = self.table.selectionModel().hasSelection()
        for widget in (self.zoom_action, self.delete_action, self.class_button):
            widget.setEnabled(some)
        self.refresh_action.setEnabled(self._layer is not None)
