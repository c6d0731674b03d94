"""A field for several folders in the dialogs of QGIS, whose own asks for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from processing.gui.wrappers import WidgetWrapper
from qgis.core import Qgis, QgsProcessingParameterDefinition, QgsProcessingParameterFile, QgsSettings
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from ..core.jobs.conversion import split_paths

_LAST = "/Processing/LastInputPath"  # QGIS's own


class FoldersWidget(WidgetWrapper):
    """A line with ``;`` between the folders, and a button that adds one.

    In the model designer QGIS's own field for one folder: that for several files does not offer the folders that other tools
    write. More of them come by an expression, such as ``array(@Export_OUTPUT, @Export_2_OUTPUT)``.

    Args:
        parameter: several files, which are folders here.
        dialog: that it is for.
        row, column: of a batch.
    """

    def __new__(cls, parameter: QgsProcessingParameterDefinition, dialog: Any, row: int = 0, column: int = 0) -> Any:
        """Return a wrapper of this class, or in the model designer one that takes the outputs of other tools."""
        if type(dialog).__name__ != "ModelerParametersDialog":
            return super().__new__(cls)
        folder = QgsProcessingParameterFile(
            parameter.name(), parameter.description(), Qgis.ProcessingFileParameterBehavior.Folder, optional=True
        )
        wrapper = QgsGui.processingGuiRegistry().createModelerParameterWidget(
            dialog.model, dialog.childId, folder, dialog.context
        )
        wrapper.setDialog(dialog)
        wrapper.folder = folder  # it only points to it
        return wrapper

    def createWidget(self) -> QWidget:
        """Return the line and the button."""
        self._line = QLineEdit()
        self._line.setPlaceholderText(QCoreApplication.translate("FoldersWidget", "Folders, with ; between them"))
        self._line.textChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        button = QToolButton()
        button.setText("…")
        add = QCoreApplication.translate("FoldersWidget", "Add a folder")
        button.setToolTip(add)
        button.setAccessibleName(add)
        button.clicked.connect(self._add)
        widget = QWidget()
        layout = QHBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line)
        layout.addWidget(button)
        return widget

    def value(self) -> list[str]:
        """Return the folders."""
        return list(split_paths(self._line.text()))

    def setValue(self, value: Any) -> None:
        """Show folders, given as a list or a text."""
        self._line.setText(";".join(split_paths(value or "")))

    def _add(self) -> None:
        """Ask for a folder and add it to those there are."""
        folders = self.value()
        start = folders[-1] if folders else QgsSettings().value(_LAST, "")
        folder = QFileDialog.getExistingDirectory(self.widget, "Add a folder", start)
        if folder:
            QgsSettings().setValue(_LAST, str(Path(folder).parent))
            self.setValue([*folders, folder])
