"""A desk to label at: what the dock needs of QGIS's window, around a canvas of the test's own."""

from __future__ import annotations

from kestrel.ui.labeling.schema import LabelClass
from qgis.core import QgsMapLayer, QgsProject
from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QMainWindow

HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")


class Desk(QObject):
    """Stands in for QgisInterface."""

    currentLayerChanged = pyqtSignal(object)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__()
        self.window = QMainWindow()
        self.window.setCentralWidget(canvas)
        self._canvas, self._active = canvas, ""
        self.bar = QgsMessageBar()
        self.registered: list[QAction] = []
        self.vertex_tool = QAction("Vertex tool")

    def mainWindow(self) -> QMainWindow:
        return self.window

    def mapCanvas(self) -> QgsMapCanvas:
        return self._canvas

    def messageBar(self) -> QgsMessageBar:
        return self.bar

    def activeLayer(self) -> QgsMapLayer | None:
        return QgsProject.instance().mapLayer(self._active)

    def setActiveLayer(self, layer: QgsMapLayer) -> None:
        self._active = layer.id()
        self.currentLayerChanged.emit(layer)

    def actionVertexTool(self) -> QAction:
        return self.vertex_tool

    def registerMainWindowAction(self, action: QAction, _shortcut: str) -> bool:
        self.registered.append(action)
        return True

    def unregisterMainWindowAction(self, action: QAction) -> bool:
        self.registered.remove(action)
        return True

    def messages(self) -> list[str]:
        return [item.text() for item in self.bar.items()]
