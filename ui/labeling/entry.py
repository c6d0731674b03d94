"""The Label Objects dock in QGIS's window, and what it hands on to the other parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QCoreApplication

from ..door import Door

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...core.classes import ClassInfo
    from .dock import LabelDock


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
        self._door = Door(iface, "kestrel_label_objects", "label_objects", text, self.show)
        self.action = self._door.action

    def show(self, shown: bool = True) -> None:
        """Show or hide the dock."""
        if self.dock is None:
            from .dock import LabelDock  # what nobody opens costs no time when QGIS starts

            self.dock = LabelDock(self._iface)
            self.dock.export.tool_wanted.connect(self._open_tool)
            self._door.add(self.dock, ["kestrel_workflow"])
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
        self._door.close(self.dock)
        self.dock = None
