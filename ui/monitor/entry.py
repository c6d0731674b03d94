"""How the monitor comes into QGIS: an entry in the menu and a button, a dock, and a layer for what a search finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QAction

from ..icons import icon
from .dock import OPENS, SHOWS, MonitorDock, is_on
from .live_layer import LiveLayers

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...processing_provider.runs import Run, Runs

MENU = "Kestrel"


class Monitor:
    """The run monitor in QGIS's window.

    Args:
        iface: of QGIS.
        runs: tells what the tools do.
        show_model: opens the inspector with a package.

    Attributes:
        action: shows and hides the dock.
        dock: None until something runs or it is first wanted.
        live: keeps the layers of searches.
    """

    def __init__(self, iface: QgisInterface, runs: Runs, show_model: Callable[[str], None]) -> None:
        self._iface, self._runs, self._show_model = iface, runs, show_model
        text = QCoreApplication.translate("Monitor", "Run Monitor")
        self.action = QAction(icon("run_monitor"), text, iface.mainWindow())
        self.action.setObjectName("kestrel_run_monitor_action")
        self.action.setCheckable(True)
        self.action.triggered.connect(self.show)
        self.live = LiveLayers(runs)
        self.dock: MonitorDock | None = None
        iface.addToolBarIcon(self.action)
        iface.addPluginToMenu(MENU, self.action)
        iface.registerMainWindowAction(self.action, "")
        runs.begun.connect(self._begun)
        self._show_live(is_on(SHOWS))

    def show(self, shown: bool = True) -> None:
        """Show or hide the dock."""
        self._made().setUserVisible(shown)

    def open_report(self, path: str) -> None:
        """Show a report of a tool in a window of QGIS."""
        self._made().open_report(path)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        self._show_live(False)
        self._runs.begun.disconnect(self._begun)
        self.live.unload()
        if self.dock is not None:
            self.dock.unload()
            self._iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        self._iface.unregisterMainWindowAction(self.action)
        self._iface.removeToolBarIcon(self.action)
        self._iface.removePluginMenu(MENU, self.action)
        self.action.deleteLater()

    def _made(self) -> MonitorDock:
        if self.dock is None:
            self.dock = MonitorDock(self._runs, self._show_model, self._show_live)
            # Full height, with a tab beside those of the other panels: the curves need it.
            others = ["kestrel_workflow", "kestrel_label_objects"]
            self._iface.addTabifiedDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock, others, False)
            self.dock.hide()
            self.dock.setToggleVisibilityAction(self.action)
        return self.dock

    def _begun(self, run: Run) -> None:
        self._made().begin(run)
        if run.algorithm == "kestrel:trainmodel" and is_on(OPENS):
            self.show()

    def _show_live(self, on: bool) -> None:
        self._runs.live = on
