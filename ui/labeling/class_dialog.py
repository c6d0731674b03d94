"""Define Class: an existing class, or a new one with name, value and colour."""

from __future__ import annotations

from qgis.gui import QgsColorButton
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import InvalidParameter
from .class_rows import swatch
from .schema import LARGEST, LabelClass, Schema


class ClassDialog(QDialog):
    """Asks for a class.

    Attributes:
        chosen: the class, once the dialog was accepted; a new one is not in the schema yet.
    """

    def __init__(self, schema: Schema, window: QWidget | None = None, edited: int = -1, parent: int = 0) -> None:
        """Ask for a class of a schema or a new one.

        Args:
            schema: the classes that there are.
            window: that the dialog belongs to.
            edited: position of the class that shall be changed; -1 to ask for one.
            parent: value of the class that a new one is a kind of, to begin with.
        """
        super().__init__(window)
        self._schema, self._edited, self._parent = schema, edited, parent
        self.chosen: LabelClass | None = None
        self.setWindowTitle(self.tr("Define Class") if edited < 0 else self.tr("Edit Class"))
        form = QFormLayout()
        self.existing = QComboBox()
        for item in schema:
            self.existing.addItem(swatch(item.colour, self.existing.iconSize()), schema.full_name(item), item)
        self.existing.addItem(self.tr("Add new class"), None)
        self.existing.currentIndexChanged.connect(self._pick)
        if edited < 0 and len(schema):
            form.addRow(self.tr("Class"), self.existing)
        self.name, self.value, self.colour = QLineEdit(), QSpinBox(), QgsColorButton()
        self.name.setPlaceholderText(self.tr("such as house"))
        self.value.setRange(1, LARGEST)
        self.value.setToolTip(self.tr("The number that stands for the class in training data; 0 is background."))
        self.parent_class = QComboBox()
        self.parent_class.addItem(self.tr("(no other class)"), 0)
        inside = schema.within(schema[edited]) if edited >= 0 else []
        for item in schema:
            if item not in inside:
                self.parent_class.addItem(swatch(item.colour, self.parent_class.iconSize()), schema.full_name(item), item.value)
        self.parent_class.setToolTip(self.tr("The class that this one is a kind of: it stands inside it in the list."))
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Value"), self.value)
        form.addRow(self.tr("Colour"), self.colour)
        if self.parent_class.count() > 1:
            form.addRow(self.tr("Kind of"), self.parent_class)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.setMinimumWidth(45 * self.fontMetrics().averageCharWidth())  # so that the title and a name have room
        self._fill(schema[edited] if edited >= 0 else schema[0] if len(schema) else None)
        (self.existing if edited < 0 and len(schema) else self.name).setFocus()

    def accept(self) -> None:
        """Take the class if it can stand beside the others; else say why not."""
        if self._edited < 0 and self.existing.currentData() is not None:
            self.chosen = self.existing.currentData()
            super().accept()
            return
        name, colour = self.name.text().strip(), self.colour.color().name()
        item = LabelClass(self.value.value(), name, colour, self.parent_class.currentData())
        try:
            self._schema.check(item, self._edited)
        except InvalidParameter as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.chosen = item
        super().accept()

    def _pick(self) -> None:
        self._fill(self.existing.currentData())
        if self.existing.currentData() is None:
            self.name.setFocus()

    def _fill(self, item: LabelClass | None) -> None:
        """Show a class, or what a new one could be."""
        new = item is None
        item = item or self._schema.proposal(self._parent)
        self.name.setText(item.name)
        self.value.setValue(item.value)
        self.colour.setColor(QColor(item.colour))
        self.parent_class.setCurrentIndex(max(self.parent_class.findData(item.parent), 0))
        for widget in (self.name, self.value, self.colour, self.parent_class):
            widget.setEnabled(new or self._edited >= 0)
        self.problem.hide()


def ask_class(schema: Schema, parent: QWidget | None = None) -> LabelClass | None:
    """Ask for a class and add it to the schema if it is new; None when the user does not want one."""
    dialog = ClassDialog(schema, parent)
    if not dialog.exec() or dialog.chosen is None:
        return None
    if schema.by_value(dialog.chosen.value) is None:
        schema.add(dialog.chosen)
    return dialog.chosen
