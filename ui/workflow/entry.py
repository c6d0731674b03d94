"""The panel in QGIS's window, and what it hands on to the other parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QCoreApplication

from ..door import Door
from .record import Record

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...processing_provider.runs import Runs
    from ..desktop import Desktop
    from ..labeling.entry import Labeling
    from .panel import WorkflowPanel


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
        self._door = Door(iface, "kestrel_workflow", "workflow", text, self.show)
        self.action = self._door.action

    def show(self, shown: bool = True) -> None:
        """Show or hide the panel."""
        if self.panel is None:
            from .panel import WorkflowPanel  # what nobody opens costs no time when QGIS starts

            self.panel = WorkflowPanel(self._iface, self.record)
            self.panel.tool_wanted.connect(self._desktop.open_tool)
            self.panel.model_wanted.connect(self._desktop.open_inspector)
            self.panel.page_wanted.connect(self._open_report)
            self.panel.labeling_wanted.connect(self._labeling.show)
            self._door.add(self.panel, ["kestrel_label_objects"])
        self.panel.setUserVisible(shown)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        if self.panel is not None:
            self.panel.unload()
        self.record.unload()
        self._door.close(self.panel)
        self.panel = None
