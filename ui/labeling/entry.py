"""How the dock comes into QGIS: a button on the toolbar and an entry in the menu, which show and hide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QAction

from ..icons import icon

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...core.classes import ClassInfo
    from .dock import LabelDock

MENU = "Kestrel"


class Labeling:
    """The dock in QGIS's window.

    Args:
        iface: of QGIS.
        open_tool: opens the dialog of an algorithm, given its id and the parameters that it begins with.

    Attributes:
        action: shows and hides the dock.
        dock: None until it is first wanted.
    """

    def __init__(self, iface: QgisInterface, open_tool: Callable[[str, dict[str, Any]], None]) -> None:
        self._iface, self._open_tool = iface, open_tool
        self.dock: LabelDock | None = None
        text = QCoreApplication.translate("Labeling", "Label Objects")
        self.action = QAction(icon("label_objects"), text, self._iface.mainWindow())
        self.action.setObjectName("kestrel_label_objects")
        self.action.setCheckable(True)
        self.action.triggered.connect(self.show)
        self._iface.addToolBarIcon(self.action)
        self._iface.addPluginToMenu(MENU, self.action)
        self._iface.registerMainWindowAction(self.action, "")

    def show(self, shown: bool = True) -> None:
        """Show or hide the dock."""
        if self.dock is None:
            from .dock import LabelDock  # what nobody opens costs no time when QGIS starts

            self.dock = LabelDock(self._iface)
            self.dock.export.tool_wanted.connect(self._open_tool)
            self.dock.setToggleVisibilityAction(self.action)
            # Full height, with a tab beside that of the workflow when both are there.
            self._iface.addTabifiedDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock, ["kestrel_workflow"], True)
        self.dock.setUserVisible(shown)

    def take_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Show the dock and give it the classes of a model."""
        self.show()
        assert self.dock is not None  # nosec B101
        self.dock.take_classes(classes)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        if self.dock is not None:
            self.dock.unload()
            self._iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        self._iface.unregisterMainWindowAction(self.action)
        self._iface.removeToolBarIcon(self.action)
        self._iface.removePluginMenu(MENU, self.action)
        self.action.deleteLater()
