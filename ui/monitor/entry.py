"""The run monitor in QGIS's window: its dock, and a layer for what a search finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QCoreApplication

from ..door import Door
from .dock import OPENS, SHOWS, MonitorDock, is_on
from .live_layer import LiveLayers

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...processing_provider.runs import Run, Runs


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
        self._runs, self._show_model = runs, show_model
        text = QCoreApplication.translate("Monitor", "Run Monitor")
        self._door = Door(iface, "kestrel_run_monitor_action", "run_monitor", text, self.show)
        self.action = self._door.action
        self.live = LiveLayers(runs)
        self.dock: MonitorDock | None = None
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
        self._door.close(self.dock)
        self.dock = None

    def _made(self) -> MonitorDock:
        if self.dock is None:
            self.dock = MonitorDock(self._runs, self._show_model, self._show_live)
            self._door.add(self.dock, ["kestrel_workflow", "kestrel_label_objects"], raised=False)
            self.dock.hide()
        return self.dock

    def _begun(self, run: Run) -> None:
        self._made().begin(run)
        if run.algorithm == "kestrel:trainmodel" and is_on(OPENS):
            self.show()

    def _show_live(self, on: bool) -> None:
        self._runs.live = on
