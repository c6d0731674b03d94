"""The page Kestrel in QGIS's options: the settings that the core heeds, on the desktop and headless."""

from __future__ import annotations

import os

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QGroupBox, QLabel, QVBoxLayout, QWidget

from ..core.runtime.folders import VARIABLE, change_settings, own_folder, setting, settings_file
from .environment.sources import SourceFields
from .icons import icon

PAGE = "kestrelOptions"  # by which QGIS shows the page, when asked to and when isValid() says no


class SettingsPageFactory(QgsOptionsWidgetFactory):
    """Makes the page whenever the options are opened."""

    def __init__(self) -> None:
        super().__init__("Kestrel", QIcon())
        self.setTitle("Kestrel")

    def icon(self) -> QIcon:
        """Return the icon in the list of pages."""
        return icon()

    def createWidget(self, parent: QWidget) -> SettingsPage:
        """Return a new page."""
        return SettingsPage(parent)


class SettingsPage(QgsOptionsPageWidget):
    """Shows what the settings say, and writes what was changed when the options are closed with OK."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE)
        self.sources = SourceFields()
        self.cache = QgsFileWidget()
        self.cache.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.cache.setDialogTitle(self.tr("Choose a folder for environments and weights"))
        self.cache.setFilePath(str(setting("cache") or ""))
        self.cache.lineEdit().setPlaceholderText(str(own_folder()))
        self.cache.setToolTip(
            self.tr("Environments take up to 10 GB. What lies in another folder stays there; it is not moved.")
        )
        self.processor = QComboBox()
        self.processor.addItem(self.tr("The graphics card, where there is one"), "")
        self.processor.addItem(self.tr("The CPU; graphics cards are left alone"), "CPU")
        self.processor.setCurrentIndex(max(self.processor.findData(setting("processor") or ""), 0))
        self.processor.setToolTip(self.tr("What AUTO means in the parameter Processor Type of the tools."))
        self._lay_out()

    def _lay_out(self) -> None:
        environment, disk = QGroupBox(self.tr("Environment")), QGroupBox(self.tr("Running"))
        inside = QVBoxLayout(environment)
        inside.addWidget(self.sources)
        form = QFormLayout(disk)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Cache folder"), self.cache)
        if named := os.environ.get(VARIABLE):
            self.cache.setEnabled(False)
            form.addRow(_note(self.tr("The environment variable {name} names it: {path}").format(name=VARIABLE, path=named)))
        form.addRow(self.tr("Default processor"), self.processor)
        note = _note(
            self.tr("These settings hold for all profiles of this user, and for qgis_process. They are kept in {file}.").format(
                file=settings_file()
            )
        )
        layout = QVBoxLayout(self)
        for widget in (environment, disk, note):
            layout.addWidget(widget)
        layout.addStretch(1)

    def isValid(self) -> bool:
        """Return whether what was typed can be used; what cannot is said on the page."""
        trouble = self.sources.problem() if self.sources.is_changed else ""
        self.sources.say(trouble)
        return not trouble

    def apply(self) -> None:
        """Write the settings."""
        cache = self.cache.filePath().strip()
        if self.sources.apply():
            change_settings(cache=cache, processor=self.processor.currentData())


def _note(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
