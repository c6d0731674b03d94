"""The plugin object: brings the Processing provider, and on the desktop a menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction

from .processing_provider.provider import KestrelProvider
from .ui.door import MENU
from .ui.icons import icon

if TYPE_CHECKING:
    from qgis.gui import QgisInterface
    from qgis.PyQt.QtCore import QTranslator

    from .ui.desktop import Desktop
    from .ui.labeling.entry import Labeling
    from .ui.monitor.entry import Monitor
    from .ui.workflow.entry import Workflow

_IN_A_WINDOW = {"checkenvironment", "modelinformation"}  # tools that the menu has as a window of its own


class KestrelPlugin:
    """What QGIS loads. Headless it gets no ``iface``, and only :meth:`initProcessing` and :meth:`unload` are called."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self.iface = iface
        self.provider: KestrelProvider | None = None
        self.desktop: Desktop | None = None
        self.translator: QTranslator | None = None
        self.actions: list[QAction] = []
        self.separators: list[QAction] = []
        self.labeling: Labeling | None = None
        self.monitor: Monitor | None = None
        self.workflow: Workflow | None = None

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
        # They need widgets, which qgis_process has none of.
        from .ui.desktop import Desktop
        from .ui.labeling.entry import Labeling
        from .ui.language import install_translation
        from .ui.monitor.entry import Monitor
        from .ui.workflow.entry import Workflow

        self.translator = install_translation()
        self.desktop = Desktop(self.iface, self.provider)
        # The menu follows the work: label, follow, the tools in their order, what describes and sets up.
        self.labeling = Labeling(self.iface, self.desktop.open_tool)
        self.desktop.classes_chosen.connect(self.labeling.take_classes)
        self.workflow = Workflow(self.iface, self.desktop, self.labeling, self.provider.runs, self._open_report)
        self.monitor = Monitor(self.iface, self.provider.runs, self.desktop.open_inspector)
        self._separate()
        for algorithm in self.provider.in_order():
            if algorithm.name() not in _IN_A_WINDOW:
                # Bound now, by its id: the algorithm itself is deleted when the provider refreshes.
                slot = partial(self.desktop.open_tool, algorithm.id())
                self._add(algorithm.name(), algorithm.name(), f"{algorithm.displayName()}…", slot)
        self._separate()
        translate = QCoreApplication.translate
        self._add("inspector", "modelinformation", translate("Kestrel", "Model Inspector…"), self.desktop.open_inspector)
        self._add("environment", "checkenvironment", translate("Kestrel", "Environment…"), self.desktop.open_environment)
        self._separate()
        self._add("settings", "/mActionOptions.svg", translate("Kestrel", "Settings…"), self.desktop.open_settings)
        self._add("help", "/mActionHelpContents.svg", translate("Kestrel", "Help"), self.desktop.open_help)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        for action in self.actions:
            self.iface.removePluginMenu(MENU, action)
            self.iface.unregisterMainWindowAction(action)
            action.deleteLater()
        self.actions.clear()
        for line in self.separators:
            self.iface.removePluginMenu(MENU, line)
            line.deleteLater()
        self.separators.clear()
        if self.labeling is not None:
            self.labeling.unload()
            self.labeling = None
        if self.monitor is not None:
            self.monitor.unload()
            self.monitor = None
        if self.workflow is not None:
            self.workflow.unload()
            self.workflow = None
        if self.desktop is not None:
            self.desktop.unload()
            self.desktop = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None

    def _open_report(self, path: str) -> None:
        if self.monitor is not None:
            self.monitor.open_report(path)

    def _separate(self) -> None:
        """Add a line to the menu."""
        line = QAction(self.iface.mainWindow())
        line.setSeparator(True)
        self.iface.addPluginToMenu(MENU, line)
        self.separators.append(line)

    def _add(self, name: str, symbol: str, text: str, slot: Callable[[], None]) -> QAction:
        """Add an action to the menu; users can give it a shortcut in QGIS's settings, where its name keeps it.

        Args:
            name: permanent.
            symbol: an icon of the plugin, or of QGIS's theme if it begins with a slash.
            text: what the menu shows.
            slot: is called.
        """
        picture = QgsApplication.getThemeIcon(symbol) if symbol.startswith("/") else icon(symbol)
        action = QAction(picture, text, self.iface.mainWindow())
        action.setObjectName(f"kestrel_{name}")
        action.triggered.connect(lambda _checked=False: slot())
        self.iface.addPluginToMenu(MENU, action)
        self.iface.registerMainWindowAction(action, "")
        self.actions.append(action)
        return action
