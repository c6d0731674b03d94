"""Draws a shape of a few clicks, or of one drag, on the pixels of the imagery."""

from __future__ import annotations

from qgis.core import Qgis, QgsCsException, QgsGeometry, QgsPointLocator, QgsPointXY, QgsSettings
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand, QgsSnapIndicator
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent
from qgis.PyQt.QtWidgets import QApplication

from ..grid import Grid
from ..shapes import MANY, Shape

_STEP = 4  # screen pixels between the points of a line drawn by hand


class DrawTool(QgsMapTool):
    """Draws one shape after another.

    Escape drops what is being drawn, Backspace its last point; the right button or a double click finishes it, or drops what is
    not enough. Points snap as the project says.

    Signal: ``drawn`` (QgsGeometry): a polygon in the pixels of the grid.

    Attributes:
        grid: the pixels of the imagery.
        shape: what is drawn.
        colour: of the outline while it is drawn; None for that of QGIS's digitizing tools.
        streaming: whether a shape of many points takes them as the mouse moves, from the first click on.
    """

    drawn = pyqtSignal(QgsGeometry)

    def __init__(self, canvas: QgsMapCanvas, grid: Grid, shape: Shape) -> None:
        super().__init__(canvas)
        self.grid, self.shape = grid, shape
        self.colour: QColor | None = None
        self.streaming = False
        self._points: list[QgsPointXY] = []  # in pixels
        self._pressed: QPoint | None = None  # where the button went down, while it is
        self._last = QPoint()  # on the screen, of the last point
        self._waiting = False  # for the second click of a shape that could have been dragged
        self._twice = False  # the button is down for the second time of a double click
        self._band: QgsRubberBand | None = None
        self._snap = QgsSnapIndicator(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Begin a shape."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = event.originalPixelPoint()
        if not self._points and self.shape.drags:
            self._take(event)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Show what the shape would be."""
        point = self._pixel(event)
        self._snap.setMatch(event.mapPointMatch())
        if point is None:
            return
        by_hand = not self.shape.clicks and self._pressed is not None
        streamed = self.streaming and self.shape.clicks == MANY and self._points
        if (by_hand or streamed) and _far(event.originalPixelPoint(), self._last, _STEP):
            self._take(event)
        self._show([*self._points, point])

    def canvasDoubleClickEvent(self, event: QgsMapMouseEvent) -> None:
        """Finish with the release that follows."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._twice = event.originalPixelPoint(), True

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Take a point, or finish."""
        if event.button() == Qt.MouseButton.RightButton:
            self._finish()
            return
        pressed, self._pressed = self._pressed, None
        twice, self._twice = self._twice, False
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        dragged = _far(event.originalPixelPoint(), pressed, QApplication.startDragDistance())
        if self.shape.clicks and self.shape.drags and not self._waiting and not dragged:  # the press took the first point
            self._waiting = bool(self._points)
            return
        if not (twice and self.shape.clicks == MANY):
            self._take(event)
        if twice or len(self._points) >= self.shape.clicks:
            self._finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Drop the shape or its last point."""
        if event.key() == Qt.Key.Key_Escape and self._points:
            self.drop()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._points:
            self._points.pop()
            self._waiting = bool(self._points) and self._waiting
            self._show(self._points)
        else:
            return
        event.ignore()  # so that the canvas does not take it as well

    def deactivate(self) -> None:
        """Leave nothing on the map."""
        self.drop()
        super().deactivate()

    def drop(self) -> None:
        """Forget the shape that is being drawn."""
        self._points.clear()
        self._pressed, self._waiting, self._twice = None, False, False
        self._snap.setMatch(QgsPointLocator.Match())
        if self._band is not None:
            self.canvas().scene().removeItem(self._band)
            self._band = None

    def _finish(self) -> None:
        """Give the shape away, if its points make one."""
        enough = self.shape.clicks in (0, MANY) or len(self._points) >= self.shape.clicks
        made = self.shape.outline(self._points) if enough else QgsGeometry()
        self.drop()
        if not made.isEmpty():
            self.drawn.emit(made)

    def _take(self, event: QgsMapMouseEvent) -> None:
        """Take the place of the mouse as a point, unless it is the last one again."""
        point = self._pixel(event)
        if point is not None and (not self._points or point != self._points[-1]):
            self._points.append(point)
            self._last = event.originalPixelPoint()

    def _pixel(self, event: QgsMapMouseEvent) -> QgsPointXY | None:
        """The (column, row) of the mouse, snapped; None where the imagery's coordinate system does not reach."""
        try:
            return self.grid.pixel(event.snapPoint(), self.canvas().mapSettings().destinationCrs())
        except QgsCsException:
            return None

    def _show(self, points: list[QgsPointXY]) -> None:
        """Draw the outline on the map, or the line there is so far."""
        made = self.shape.outline(points)
        if made.isEmpty():
            made = QgsGeometry.fromPolylineXY(points) if len(points) > 1 else QgsGeometry()
        if self._band is None:
            self._band = QgsRubberBand(self.canvas(), Qgis.GeometryType.Polygon)
        colour = self.colour or _digitizing_colour()
        self._band.setStrokeColor(colour)
        self._band.setFillColor(QColor(colour.red(), colour.green(), colour.blue(), 40))
        self._band.setWidth(2)
        if made.isEmpty():
            self._band.reset(Qgis.GeometryType.Polygon)
            return
        try:
            made = self.grid.to_map(made, self.canvas().mapSettings().destinationCrs())
        except QgsCsException:
            return
        self._band.setToGeometry(made)


def _digitizing_colour() -> QColor:
    """The colour that the user has chosen for QGIS's digitizing tools."""
    settings = QgsSettings()
    usual = {"red": 255, "green": 0, "blue": 0}
    return QColor(*(settings.value(f"qgis/digitizing/line_color_{part}", value, int) for part, value in usual.items()))


def _far(one: QPoint, other: QPoint, distance: int) -> bool:
    return (one - other).manhattanLength() >= distance
