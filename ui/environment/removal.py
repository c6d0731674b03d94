"""Asks which of the environments on disk are to go."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ...core.runtime.machine import size_text
from ...core.runtime.state import Installed


class RemovalDialog(QDialog):
    """A list to tick; those that this version of Kestrel does not use are ticked.

    Args:
        installed: the environments on disk, at least one.
    """

    def __init__(self, installed: tuple[Installed, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Remove environments"))
        self._installed = installed
        text = QLabel(
            self.tr(
                "What is ticked is deleted. Other versions of Kestrel, in other profiles of QGIS, may use the environments "
                "that this one does not. No tool of Kestrel may be running meanwhile."
            )
        )
        text.setWordWrap(True)
        self.list = QListWidget()
        alone = len(installed) == 1
        for item in installed:
            used = self.tr("used by this version") if item.current and item.facts else self.tr("not used by this version")
            entry = QListWidgetItem(f"{item.title}, {size_text(item.size)}, {used}")
            entry.setToolTip(str(item.path))
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            tick = alone or not item.current or not item.facts
            entry.setCheckState(Qt.CheckState.Checked if tick else Qt.CheckState.Unchecked)
            self.list.addItem(entry)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.remove = self.buttons.addButton(self.tr("Remove"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.list.itemChanged.connect(self._ticked)
        layout = QVBoxLayout(self)
        for widget in (text, self.list, self.buttons):
            layout.addWidget(widget)
        width = self.fontMetrics().averageCharWidth()
        self.resize(80 * width, 30 * width)
        self._ticked()

    def chosen(self) -> list[Installed]:
        """Return what is ticked."""
        states = [self.list.item(row).checkState() for row in range(self.list.count())]
        return [item for item, state in zip(self._installed, states, strict=True) if state == Qt.CheckState.Checked]

    def _ticked(self) -> None:
        self.remove.setEnabled(bool(self.chosen()))
