"""How a dock comes into QGIS's window: a button on the toolbar and an entry in the menu, which show and hide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAction

from .icons import icon

if TYPE_CHECKING:
    from qgis.gui import QgisInterface, QgsDockWidget

MENU = "Kestrel"


class Door:
    """The action of one dock, which is made when it is first wanted: what nobody opens costs no time when QGIS starts.

    Args:
        iface: of QGIS.
        name: of the action, by which QGIS keeps its shortcut.
        symbol: of its icon.
        text: of the button and the entry.
        show: called with whether the dock is to be seen.

    Attributes:
        action: shows and hides the dock.
    """

    def __init__(self, iface: QgisInterface, name: str, symbol: str, text: str, show: Callable[[bool], None]) -> None:
        self._iface = iface
        self.action = QAction(icon(symbol), text, self._iface.mainWindow())
        self.action.setObjectName(name)
        self.action.setCheckable(True)
        self.action.triggered.connect(show)
        self._iface.addToolBarIcon(self.action)
        self._iface.addPluginToMenu(MENU, self.action)
        self._iface.registerMainWindowAction(self.action, "")

    def add(self, dock: QgsDockWidget, others: Sequence[str], raised: bool = True) -> None:
        """Put the dock at the right in full height, with a tab beside ``others`` that are there, given by their names."""
        dock.setToggleVisibilityAction(self.action)
        self._iface.addTabifiedDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock, list(others), raised)

    def close(self, dock: QgsDockWidget | None) -> None:
        """Take everything out of QGIS again, with the dock if it was made; it must have let go of all else."""
        if dock is not None:
            self._iface.removeDockWidget(dock)
            dock.deleteLater()
        self._iface.unregisterMainWindowAction(self.action)
        self._iface.removeToolBarIcon(self.action)
        self._iface.removePluginMenu(MENU, self.action)
        self.action.deleteLater()
