"""The plugin object: brings the Processing provider, and on the desktop a menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction

from .processing_provider.about import icon
from .processing_provider.provider import KestrelProvider

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .ui.labeling.entry import Labeling

MENU = "Kestrel"


class KestrelPlugin:
    """What QGIS loads. Headless it gets no ``iface``, and only :meth:`initProcessing` and :meth:`unload` are called."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self.iface = iface
        self.provider: KestrelProvider | None = None
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
        for algorithm in self.provider.algorithms():
            text = QCoreApplication.translate(MENU, "Check environment") if algorithm.name() == "checkenvironment" else ""
            action = QAction(icon(), f"{text or algorithm.displayName()}…", self.iface.mainWindow())
            action.setObjectName(f"kestrel_{algorithm.name()}")
            # Bound now, by its id: the algorithm itself is deleted when the provider refreshes.
            action.triggered.connect(partial(self.open, algorithm.id()))
            self.iface.addPluginToMenu(MENU, action)
            self.actions.append(action)
        from .ui.labeling.entry import Labeling  # needs widgets

        self.labeling = Labeling(self.iface)

    def open(self, algorithm_id: str, _checked: bool = False) -> None:
        """Open the dialog of an algorithm."""
        import processing  # a plugin of its own, which may be loaded after this one

        processing.execAlgorithmDialog(algorithm_id)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        for action in self.actions:
            self.iface.removePluginMenu(MENU, action)
            action.deleteLater()
        self.actions.clear()
        if self.labeling is not None:
            self.labeling.unload()
            self.labeling = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
