"""The fields of where the environment comes from, for the dialog and for QGIS's options; headless runs heed them too."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget

from ...core.errors import EnvironmentMissing
from ...core.runtime.folders import change_settings, setting
from ...core.runtime.resolve import VARIABLE, prove_packages


class SourceFields(QWidget):
    """A Python of the user's own, and a folder of wheels.

    Signals:
        changed: something was typed or chosen.
        entered: Enter was pressed in one of the fields.
    """

    changed = pyqtSignal()
    entered = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.python = _file_widget(QgsFileWidget.StorageMode.GetFile, self.tr("Choose a Python interpreter"))
        self.python.setToolTip(
            self.tr(
                "The interpreter itself, such as bin/python or python.exe, with the packages of Kestrel's requirements.txt."
            )
        )
        self.wheels = _file_widget(QgsFileWidget.StorageMode.GetDirectory, self.tr("Choose a folder of wheels"))
        self.wheels.setToolTip(
            self.tr("For machines without a network: a folder with all wheels of Kestrel's requirements.txt.")
        )
        self.python.lineEdit().setPlaceholderText(self.tr("empty: the environment that Kestrel builds"))
        self.wheels.lineEdit().setPlaceholderText(self.tr("empty: packages come from the internet"))
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.hide()
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, field in ((self.tr("Own Python"), self.python), (self.tr("Offline folder"), self.wheels)):
            layout.addRow(text, field)
            layout.labelForField(field).setBuddy(field.lineEdit())  # so that who cannot see it hears what it is
        layout.addRow(self.message)
        self.reload()
        for field in (self.python, self.wheels):
            field.fileChanged.connect(self._edited)
            field.lineEdit().returnPressed.connect(self.entered)

    def reload(self) -> None:
        """Show what the settings say."""
        self.python.setFilePath(str(setting("python") or ""))
        self.wheels.setFilePath(str(setting("wheels") or ""))
        named = os.environ.get(VARIABLE, "").strip()
        self.python.setEnabled(not named)
        text = self.tr("The environment variable {name} names the Python: {path}").format(name=VARIABLE, path=named)
        self.say(text if named else "")

    @property
    def is_changed(self) -> bool:
        """Whether the fields say something else than the settings."""
        return (self._text(self.python), self._text(self.wheels)) != (setting("python") or "", setting("wheels") or "")

    def problem(self) -> str:
        """Return why what the fields say cannot be used, in a sentence; empty when it can. Runs the interpreter once."""
        python, wheels = self._text(self.python), self._text(self.wheels)
        if wheels and not any(Path(wheels).glob("*.whl")):
            return self.tr("There are no wheels (*.whl) in the folder {folder}.").format(folder=wheels)
        if not python or not self.python.isEnabled():
            return ""
        path = Path(python).expanduser()
        if not path.is_file():
            return self.tr("There is no file {path}.").format(path=path)
        try:
            prove_packages(path, self.tr("this field"))
        except EnvironmentMissing as error:
            return str(error)
        return ""

    def apply(self) -> bool:
        """Write the settings, and return whether that could be done; what cannot be used is said and not written."""
        trouble = self.problem() if self.is_changed else ""
        if not trouble:
            try:
                change_settings(python=self._text(self.python), wheels=self._text(self.wheels))
            except OSError as error:
                trouble = self.tr("The settings cannot be written: {reason}").format(reason=error)
        self.say(trouble)
        return not trouble

    def say(self, text: str) -> None:
        """Show a sentence below the fields."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _edited(self) -> None:
        self.say("")
        self.changed.emit()

    @staticmethod
    def _text(field: QgsFileWidget) -> str:
        return field.filePath().strip()


def _file_widget(mode: QgsFileWidget.StorageMode, title: str) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setStorageMode(mode)
    widget.setDialogTitle(title)
    return widget
