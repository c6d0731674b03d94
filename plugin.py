"""The plugin object: brings the Processing provider, and on the desktop a menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QAction

from .processing_provider.about import icon, manual
from .processing_provider.provider import KestrelProvider

if TYPE_CHECKING:
    from qgis.gui import QgisInterface
    from qgis.PyQt.QtCore import QTranslator

    from .ui.desktop import Desktop
    from .ui.labeling.entry import Labeling

MENU = "Kestrel"
_IN_A_WINDOW = {"checkenvironment", "modelinformation"}  # tools that the menu has as a window of its own


def open_manual() -> None:
    """Open the manual's first page in the browser."""
    QDesktopServices.openUrl(QUrl(manual()))


class KestrelPlugin:
    """What QGIS loads. Headless it gets no ``iface``, and only :meth:`initProcessing` and :meth:`unload` are called."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self.iface = iface
        self.provider: KestrelProvider | None = None
        self.desktop: Desktop | None = None
        self.translator: QTranslator | None = None
        self.actions: list[QAction] = []
        self.labeling: Labeling | None = None

    def initProcessing(self) -> None:
        """Register the algorithms."""
        self.provider = KestrelProvider()
        registry = QgsApplication.processingRegistry()
        if not registry.addProvider(self.provider):  # the registry has deleted it
            self.provider = None
            return
        # The models among the algorithms find the algorithms that they use only once the provider is registered.
        self.provider.refreshAlgorithms()

    def initGui(self) -> None:
        """Register the algorithms and add the menu."""
        self.initProcessing()
        if self.provider is None or self.iface is None:
            return
        from .ui.desktop import Desktop  # needs widgets, which qgis_process has none of
        from .ui.language import install_translation

        self.translator = install_translation()
        self.desktop = Desktop(self.iface, self.provider)
        self._add("environment", QCoreApplication.translate("Kestrel", "Environment…"), self.desktop.open_environment)
        self._add("inspector", QCoreApplication.translate("Kestrel", "Model inspector…"), self.desktop.open_inspector)
        for algorithm in self.provider.algorithms():
            if algorithm.name() not in _IN_A_WINDOW:
                # Bound now, by its id: the algorithm itself is deleted when the provider refreshes.
                self._add(algorithm.name(), f"{algorithm.displayName()}…", partial(self.desktop.open_tool, algorithm.id()))
        self._add("manual", QCoreApplication.translate("Kestrel", "Manual"), open_manual)
        from .ui.labeling.entry import Labeling

        self.labeling = Labeling(self.iface)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        for action in self.actions:
            self.iface.removePluginMenu(MENU, action)
            self.iface.unregisterMainWindowAction(action)
            action.deleteLater()
        self.actions.clear()
        if self.labeling is not None:
            self.labeling.unload()
            self.labeling = None
        if self.desktop is not None:
            self.desktop.unload()
            self.desktop = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None

    def _add(self, name: str, text: str, slot: Callable[[], None]) -> QAction:
        """Add an action to the menu; users can give it a shortcut in QGIS's settings, where its name keeps it."""
        action = QAction(icon(), text, self.iface.mainWindow())
        action.setObjectName(f"kestrel_{name}")
        action.triggered.connect(lambda _checked=False: slot())
        self.iface.addPluginToMenu(MENU, action)
        self.iface.registerMainWindowAction(action, "")
        self.actions.append(action)
        return action
