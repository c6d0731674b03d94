"""The classes in the dock: their rows, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QPoint, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAction,
    QFileDialog,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...core.class_files import read_classes, write_classes
from ...core.classes import ClassInfo
from ...core.errors import KestrelError
from .bars import bar
from .class_dialog import ClassDialog
from .class_rows import ClassRows
from .class_store import from_values
from .objects_model import ObjectsModel
from .schema import LabelClass
from .session import Session

_LAST = "kestrel/labeling/class_folder"


class ClassTree(QWidget):
    """Shows the session's classes; the current row is the class of what is drawn next.

    Signal: ``filtered`` (LabelClass or None): the user wants to see the objects of that class only, or all.
    """

    filtered = pyqtSignal(object)

    def __init__(self, session: Session, model: ObjectsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._model = session, model
        self.tree = ClassRows()
        self.tree.itemSelectionChanged.connect(self._selected)
        self.tree.itemDoubleClicked.connect(lambda *_: self.edit())
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.dropped.connect(self._move_to)
        session.by_key = lambda number: next(iter(self.tree.shown()[number : number + 1]), None)
        self.add_action = self._action("/symbologyAdd.svg", self.tr("Add class"), self.add)
        self.inside_action = self._action("/symbologyAdd.svg", self.tr("Add class inside"), lambda: self.add(inside=True))
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
        more.setAccessibleName(more.toolTip())
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
        chosen = self.tree.chosen()
        return next((number for number, item in enumerate(self._session.schema) if item == chosen), -1)

    def add(self, inside: bool = False) -> None:
        """Ask for a new class, beside the current one or inside it."""
        current = self.tree.chosen()
        parent = 0 if current is None else current.value if inside else current.parent
        dialog = ClassDialog(self._session.schema, self, parent=parent)
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
        """Take the current class out; its objects stay, and the user says what becomes of the classes inside it."""
        position = self.position()
        if position < 0:
            return
        schema = self._session.schema
        item = schema[position]
        count = self._count_of(item)
        if schema.kinds(item.value):
            with_kinds = self._ask_kinds(item)
            if with_kinds is not None:
                schema.remove(position, with_kinds)
            return
        if count:
            question = self.tr("{} objects have the class {}. They stay, without a class that is known. Remove the class?")
            answer = QMessageBox.question(self, self.tr("Remove class"), question.format(count, item.name))
            if answer != QMessageBox.StandardButton.Yes:
                return
        schema.remove(position)

    def _ask_kinds(self, item: LabelClass) -> bool | None:
        """Ask whether the classes inside one that is removed go too; None to remove nothing."""
        inside = self._session.schema.within(item)[1:]
        own, others = self._count_of(item), sum(self._count_of(other) for other in inside)
        text = self.tr("The class {} holds {} other classes. {} objects have the class itself, {} those inside it.")
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Remove class"))
        box.setText(text.format(item.name, len(inside), f"{own:n}", f"{others:n}"))
        box.setInformativeText(self.tr("Objects stay; those of a class that is removed are drawn grey."))
        keep = box.addButton(self.tr("Remove it, keep those inside"), QMessageBox.ButtonRole.AcceptRole)
        every = box.addButton(self.tr("Remove all of them"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(keep)
        box.exec()
        return {keep: False, every: True}.get(box.clickedButton())

    def move(self, by: int) -> None:
        """Move the current class up or down."""
        position = self.position()
        target = self._session.schema.step(position, by) if position >= 0 else None
        if target is not None:
            self._session.schema.move(position, *target)

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
        self.tree.fill(self._session.schema)
        self._show_chosen(chosen)

    def _count(self) -> None:
        self.tree.count(self._count_of)

    def _count_of(self, item: LabelClass) -> int:
        labels = self._session.labels
        return self._model.counts[labels.key(item)] if labels is not None else 0

    def _selected(self) -> None:
        item = self.tree.chosen()
        if item != self._session.current:
            self._session.choose(item)
        self._enable()

    def _show_chosen(self, item: LabelClass | None) -> None:
        """Make the row of a class the current one."""
        self.tree.choose(item)
        self._enable()

    def _enable(self) -> None:
        position, schema = self.position(), self._session.schema
        for action in (self.edit_action, self.remove_action, self.inside_action):
            action.setEnabled(position >= 0)
        for action, by in ((self.up_action, -1), (self.down_action, 1)):
            action.setEnabled(position >= 0 and schema.step(position, by) is not None)
        self.save_action.setEnabled(len(schema) > 0)

    def _move_to(self, value: int, parent: int, place: int) -> None:
        """Put a class where it was dragged."""
        item = self._session.schema.by_value(value)
        try:
            self._session.schema.move(list(self._session.schema).index(item), parent, place)
        except KestrelError as error:
            self._session.failed.emit(str(error))

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
        menu.addActions([self.inside_action, self.edit_action, self.remove_action, self.up_action, self.down_action])
        menu.exec(self.tree.viewport().mapToGlobal(place))
