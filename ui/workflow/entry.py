"""How the panel comes into QGIS: a button on the toolbar and an entry in the menu, which show and hide it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QAction

from ..icons import icon
from .record import Record

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...processing_provider.runs import Runs
    from ..desktop import Desktop
    from ..labeling.entry import Labeling
    from .panel import WorkflowPanel

MENU = "Kestrel"


class Workflow:
    """The panel in QGIS's window. What is done is recorded from the beginning, whether the panel is open or not.

    Args:
        iface: of QGIS.
        desktop: opens tools and models.
        labeling: opens the Label Objects dock.
        runs: tells of the tools.
        open_report: shows a report, given its path.

    Attributes:
        action: shows and hides the panel.
        panel: None until it is first wanted.
    """

    def __init__(
        self, iface: QgisInterface, desktop: Desktop, labeling: Labeling, runs: Runs, open_report: Callable[[str], None]
    ) -> None:
        self._iface, self._desktop, self._labeling, self._open_report = iface, desktop, labeling, open_report
        self.record = Record(runs)
        self.panel: WorkflowPanel | None = None
        text = QCoreApplication.translate("Workflow", "Kestrel Workflow")
        self.action = QAction(icon("workflow"), text, self._iface.mainWindow())
        self.action.setObjectName("kestrel_workflow")
        self.action.setCheckable(True)
        self.action.triggered.connect(self.show)
        self._iface.addToolBarIcon(self.action)
        self._iface.addPluginToMenu(MENU, self.action)
        self._iface.registerMainWindowAction(self.action, "")

    def show(self, shown: bool = True) -> None:
        """Show or hide the panel."""
        if self.panel is None:
            from .panel import WorkflowPanel  # what nobody opens costs no time when QGIS starts

            self.panel = WorkflowPanel(self._iface, self.record)
            self.panel.tool_wanted.connect(self._desktop.open_tool)
            self.panel.model_wanted.connect(self._desktop.open_inspector)
            self.panel.page_wanted.connect(self._open_report)
            self.panel.labeling_wanted.connect(self._labeling.show)
            self.panel.setToggleVisibilityAction(self.action)
            # Full height, with a tab beside that of the labels when both are there.
            self._iface.addTabifiedDockWidget(
                Qt.DockWidgetArea.RightDockWidgetArea, self.panel, ["kestrel_label_objects"], True
            )
        self.panel.setUserVisible(shown)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        if self.panel is not None:
            self.panel.unload()
            self._iface.removeDockWidget(self.panel)
            self.panel.deleteLater()
            self.panel = None
        self.record.unload()
        self._iface.unregisterMainWindowAction(self.action)
        self._iface.removeToolBarIcon(self.action)
        self._iface.removePluginMenu(MENU, self.action)
        self.action.deleteLater()
