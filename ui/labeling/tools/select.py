"""Selects labels by click or by a frame, moves and deletes them."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, QRect, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent
from qgis.PyQt.QtWidgets import QApplication

from ..grid import Grid

_MOST_SHOWN = 200  # outlines that follow the mouse while they are moved


class SelectTool(QgsMapTool):
    """Selects, moves and deletes.

    A click selects the smallest label under it, a frame all that it touches; Ctrl adds or takes away. Dragging moves what is
    selected, Delete deletes it, Escape selects nothing.

    Signals: ``moved`` (dict of id: QgsGeometry in the layer's coordinate system); ``removed`` (list of ids).
    """

    moved = pyqtSignal(object)
    removed = pyqtSignal(object)

    def __init__(self, canvas: QgsMapCanvas, layer: QgsVectorLayer, grid: Grid) -> None:
        super().__init__(canvas)
        self.layer, self.grid = layer, grid
        self._pressed: QPoint | None = None
        self._dragged: dict[int, QgsGeometry] = {}  # in pixels of the grid
        self._band: QgsRubberBand | None = None
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Remember where; a press on a label makes ready to move it."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = event.originalPixelPoint()
        hit = self._at(event.mapPoint())
        if hit is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return
        if hit.id() not in self.layer.selectedFeatureIds():
            self.layer.selectByIds([hit.id()])
        try:
            self._dragged = {
                feature.id(): self.grid.to_pixels(feature.geometry(), self.layer.crs())
                for feature in self.layer.getSelectedFeatures()
            }
        except QgsCsException:
            self._dragged = {}

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Show the frame, or the labels on their way."""
        if self._pressed is None or not self._is_drag(event):
            return
        if self._band is None:
            self._band = QgsRubberBand(self.canvas(), Qgis.GeometryType.Polygon)
            colour = self.canvas().selectionColor()
            self._band.setStrokeColor(QColor(colour.red(), colour.green(), colour.blue()))
            self._band.setFillColor(QColor(colour.red(), colour.green(), colour.blue(), 40))
            self._band.setWidth(2)
        if not self._dragged:
            self._band.setToGeometry(QgsGeometry.fromRect(self._frame(event)))
            return
        self._band.reset(Qgis.GeometryType.Polygon)
        crs = self.canvas().mapSettings().destinationCrs()
        for geometry in list(self._shifted(event).values())[:_MOST_SHOWN]:
            self._band.addGeometry(self.grid.to_map(geometry, crs), doUpdate=False)
        self._band.updatePosition()
        self._band.update()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Select or move."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._dragged and self._is_drag(event):
            self.moved.emit({key: self.grid.to_map(item, self.layer.crs()) for key, item in self._shifted(event).items()})
        elif self._is_drag(event):
            area = self.toLayerCoordinates(self.layer, self._frame(event))
            kind = Qgis.SelectBehavior.AddToSelection if adds else Qgis.SelectBehavior.SetSelection
            request = QgsFeatureRequest(area).setFlags(Qgis.FeatureRequestFlag.ExactIntersect).setNoAttributes()
            self.layer.selectByIds([feature.id() for feature in self.layer.getFeatures(request)], kind)
        else:
            hit = self._at(event.mapPoint())
            if not adds:
                self.layer.selectByIds([] if hit is None else [hit.id()])
            elif hit is not None:
                chosen = set(self.layer.selectedFeatureIds()) ^ {hit.id()}
                self.layer.selectByIds(list(chosen))
        self._drop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete what is selected, or select nothing."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if ids := list(self.layer.selectedFeatureIds()):
                self.removed.emit(ids)
        elif event.key() == Qt.Key.Key_Escape:
            if self._pressed is None:
                self.layer.removeSelection()
            self._drop()
        else:
            return
        event.ignore()  # so that the canvas does not take it as well

    def deactivate(self) -> None:
        """Leave nothing on the map."""
        self._drop()
        super().deactivate()

    def _drop(self) -> None:
        self._pressed, self._dragged = None, {}
        if self._band is not None:
            self.canvas().scene().removeItem(self._band)
            self._band = None

    def _is_drag(self, event: QgsMapMouseEvent) -> bool:
        return (event.originalPixelPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()

    def _frame(self, event: QgsMapMouseEvent) -> QgsRectangle:
        """The frame from the press to the mouse, in map coordinates."""
        screen = QRect(self._pressed, event.originalPixelPoint()).normalized()
        return QgsRectangle(self.toMapCoordinates(screen.topLeft()), self.toMapCoordinates(screen.bottomRight()))

    def _shifted(self, event: QgsMapMouseEvent) -> dict[int, QgsGeometry]:
        """The dragged labels where the mouse has brought them, in pixels: a rectangle of pixels stays one."""
        crs = self.canvas().mapSettings().destinationCrs()
        start, end = (self.grid.pixel(point, crs) for point in (self.toMapCoordinates(self._pressed), event.mapPoint()))
        moved = {key: QgsGeometry(geometry) for key, geometry in self._dragged.items()}
        for geometry in moved.values():
            geometry.translate(end.x() - start.x(), end.y() - start.y())
        return moved

    def _at(self, point: QgsPointXY) -> QgsFeature | None:
        """The smallest label at a point of the map."""
        radius = self.searchRadiusMU(self.canvas()) / 2
        around = QgsRectangle(point.x() - radius, point.y() - radius, point.x() + radius, point.y() + radius)
        try:
            area = self.toLayerCoordinates(self.layer, around)
        except QgsCsException:
            return None
        request = QgsFeatureRequest(area).setFlags(Qgis.FeatureRequestFlag.ExactIntersect).setNoAttributes()
        return min(self.layer.getFeatures(request), key=lambda feature: feature.geometry().area(), default=None)
