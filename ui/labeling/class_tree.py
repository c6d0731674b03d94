"""The classes in the dock: a tree with colour, key, value and count, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QPoint, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QAction,
    QFileDialog,
    QHeaderView,
    QMenu,
    QMessageBox,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.class_files import read_classes, write_classes
from ...core.classes import ClassInfo
from ...core.errors import KestrelError
from .bars import bar, icon_size
from .class_dialog import ClassDialog
from .class_store import from_values
from .objects_model import ObjectsModel
from .schema import LabelClass
from .session import Session

_LAST = "kestrel/labeling/class_folder"
KEY, NAME, VALUE, COUNT = range(4)


class ClassTree(QWidget):
    """Shows the session's classes; the current row is the class of what is drawn next.

    Signal: ``filtered`` (LabelClass or None): the user wants to see the objects of that class only, or all.
    """

    filtered = pyqtSignal(object)

    def __init__(self, session: Session, model: ObjectsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([self.tr("Key"), self.tr("Class"), self.tr("Value"), self.tr("Objects")])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setAccessibleName(self.tr("Classes"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        for column in (KEY, VALUE, COUNT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.tree.itemSelectionChanged.connect(self._selected)
        self.tree.itemDoubleClicked.connect(lambda *_: self.edit())
        self.tree.customContextMenuRequested.connect(self._menu)
        self.add_action = self._action("/symbologyAdd.svg", self.tr("Add class"), self.add)
        self.edit_action = self._action("/symbologyEdit.svg", self.tr("Edit class"), self.edit)
        self.remove_action = self._action("/symbologyRemove.svg", self.tr("Remove class"), self.remove)
        self.up_action = self._action("/mActionArrowUp.svg", self.tr("Move up"), lambda: self.move(-1))
        self.down_action = self._action("/mActionArrowDown.svg", self.tr("Move down"), lambda: self.move(1))
        self.import_action = self._action("/mActionFileOpen.svg", self.tr("Import classes from a file"), self.import_file)
        self.values_action = self._action(
            "/mActionAddAllToOverview.svg", self.tr("Classes from the layer's values"), self.from_field
        )
        self.save_action = self._action("/mActionFileSaveAs.svg", self.tr("Save classes to a file"), self.save_file)
        self.import_action.setToolTip(
            self.tr("Import classes from a model package (.dlpk, .emd), an ArcGIS schema (.ecs) or a class table (.csv)")
        )
        self.save_action.setToolTip(self.tr("Save classes as a class table (.csv), which Export Training Data takes too"))
        more = QToolButton()
        more.setIcon(QgsApplication.getThemeIcon("/mActionFileOpen.svg"))
        more.setToolTip(self.tr("Import and save classes"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.addActions([self.import_action, self.values_action, self.save_action])
        more.setMenu(menu)
        ordering = (self.add_action, self.edit_action, self.remove_action, self.up_action, self.down_action)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(bar(ordering, [more]))
        column.addWidget(self.tree)
        session.schema.changed.connect(self._fill)
        session.classChosen.connect(self._show_chosen)
        model.countsChanged.connect(self._count)
        self._fill()

    def position(self) -> int:
        """Return the position of the current class; -1 for none."""
        items = self.tree.selectedItems()
        return self.tree.indexOfTopLevelItem(items[0]) if items else -1

    def add(self) -> None:
        """Ask for a new class."""
        dialog = ClassDialog(self._session.schema, self)
        dialog.existing.setCurrentIndex(dialog.existing.count() - 1)
        dialog.existing.setEnabled(False)
        if dialog.exec() and dialog.chosen is not None:
            self._session.schema.add(dialog.chosen)
            self._session.choose(dialog.chosen)

    def edit(self) -> None:
        """Ask what the current class shall be."""
        position = self.position()
        if position < 0:
            return
        dialog = ClassDialog(self._session.schema, self, position)
        if dialog.exec() and dialog.chosen is not None:
            try:
                self._session.schema.edit(position, dialog.chosen)
            except KestrelError as error:
                self._session.failed.emit(str(error))

    def remove(self) -> None:
        """Take the current class out; its objects stay."""
        position = self.position()
        if position < 0:
            return
        item = self._session.schema[position]
        count = self._count_of(item)
        if count:
            question = self.tr("{} objects have the class {}. They stay, without a class that is known. Remove the class?")
            answer = QMessageBox.question(self, self.tr("Remove class"), question.format(count, item.name))
            if answer != QMessageBox.StandardButton.Yes:
                return
        self._session.schema.remove(position)

    def move(self, by: int) -> None:
        """Move the current class up or down."""
        position = self.position()
        if position >= 0 and 0 <= position + by < len(self._session.schema):
            self._session.schema.move(position, position + by)

    def import_file(self) -> None:
        """Add the classes of a file that is asked for."""
        text = self.tr("Classes (*.dlpk *.emd *.ecs *.csv)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Import classes"), QgsSettings().value(_LAST, ""), text)
        if path:
            QgsSettings().setValue(_LAST, str(Path(path).parent))
            self.import_from(path)

    def import_from(self, path: str) -> None:
        """Add the classes of a file."""
        try:
            classes = read_classes(path)
        except KestrelError as error:
            self._session.failed.emit(str(error))
            return
        self.take(classes)

    def take(self, classes: Iterable[ClassInfo]) -> None:
        """Add classes that come from elsewhere; says which cannot be."""
        _, refused = self._session.schema.merge(classes)
        if refused:
            text = self.tr("Not imported, because another class has the name or the value: {}.")
            self._session.warned.emit(text.format(", ".join(refused)))

    def from_field(self) -> None:
        """Add the values of the class field that no class has yet."""
        labels = self._session.labels
        if labels is None:
            return
        known = {labels.key(item) for item in self._session.schema}
        for item in from_values(labels.layer, labels.layer.fields().at(labels.class_field).name()):
            if labels.key(item) not in known:
                taken = self._session.schema.by_value(item.value) is not None
                proposal = self._session.schema.proposal()
                self._session.schema.add(LabelClass(proposal.value if taken else item.value, item.name, proposal.colour))

    def save_file(self) -> None:
        """Write the classes to a file that is asked for."""
        text = self.tr("Class table (*.csv)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save classes"), QgsSettings().value(_LAST, ""), text)
        if not path:
            return
        QgsSettings().setValue(_LAST, str(Path(path).parent))
        try:
            write_classes(path if path.lower().endswith(".csv") else f"{path}.csv", self._session.schema.infos())
        except KestrelError as error:
            self._session.failed.emit(str(error))

    def _action(self, symbol: str, text: str, slot: object) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(symbol), text, self)
        action.triggered.connect(lambda _checked=False: slot())
        return action

    def _fill(self) -> None:
        """Make the rows again."""
        chosen = self._session.current
        self.tree.blockSignals(True)
        self.tree.clear()
        for number, item in enumerate(self._session.schema):
            row = QTreeWidgetItem([str(number + 1) if number < 9 else "", item.name, str(item.value), ""])
            row.setIcon(NAME, swatch(item.colour, icon_size(self)))
            for column in (VALUE, COUNT):
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.tree.addTopLevelItem(row)
        self.tree.blockSignals(False)
        self._count()
        self._show_chosen(chosen)

    def _count(self) -> None:
        for number, item in enumerate(self._session.schema):
            row = self.tree.topLevelItem(number)
            if row is not None:
                row.setText(COUNT, f"{self._count_of(item):n}")

    def _count_of(self, item: LabelClass) -> int:
        labels = self._session.labels
        return self._model.counts[labels.key(item)] if labels is not None else 0

    def _selected(self) -> None:
        position = self.position()
        item = self._session.schema[position] if position >= 0 else None
        if item != self._session.current:
            self._session.choose(item)
        self._enable()

    def _show_chosen(self, item: LabelClass | None) -> None:
        """Make the row of a class the current one."""
        position = next((number for number, other in enumerate(self._session.schema) if other == item), -1)
        self.tree.blockSignals(True)
        if position < 0:
            self.tree.clearSelection()
            self.tree.setCurrentItem(None)
        elif (row := self.tree.topLevelItem(position)) is not None:
            self.tree.setCurrentItem(row)
            row.setSelected(True)
        self.tree.blockSignals(False)
        self._enable()

    def _enable(self) -> None:
        position, last = self.position(), len(self._session.schema) - 1
        for action in (self.edit_action, self.remove_action):
            action.setEnabled(position >= 0)
        self.up_action.setEnabled(position > 0)
        self.down_action.setEnabled(0 <= position < last)
        self.save_action.setEnabled(last >= 0)

    def _menu(self, place: QPoint) -> None:
        """What can be done with the class under the mouse."""
        if self.tree.itemAt(place) is None:
            return
        item = self._session.schema[self.position()]
        menu = QMenu(self)
        selected = list(self._session.labels.layer.selectedFeatureIds())
        give = menu.addAction(self.tr("Give this class to the selected objects ({})").format(len(selected)))
        give.setEnabled(bool(selected))
        give.triggered.connect(lambda: self._session.set_class(selected, item))
        menu.addAction(self.tr("Show only its objects")).triggered.connect(lambda: self.filtered.emit(item))
        menu.addSeparator()
        menu.addActions([self.edit_action, self.remove_action, self.up_action, self.down_action])
        menu.exec(self.tree.viewport().mapToGlobal(place))


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
