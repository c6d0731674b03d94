"""Suggestions on the map: dashed outlines with their confidence, drawn over the canvas and not in a layer.

They are drawn once into an image for each view and each change: the mouse, the tools' rubber bands and the panning of the map
then only need the image, so that thousands of them stay fluid. A layer would be drawn again, and listed, and saved.
"""

from __future__ import annotations

from qgis.core import QgsCsException, QgsGeometry, QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from ..grid import Grid
from .pool import Pool, Suggestion

_MOST_TEXTS = 400
_LEAST_WIDTH = 22  # screen pixels of an object that has room for its confidence


class SuggestionPicture(QgsMapCanvasItem):
    """Draws what a pool shows.

    Attributes:
        grid: the pixels that the suggestions are given in; None: nothing is drawn.
    """

    def __init__(self, canvas: QgsMapCanvas, pool: Pool) -> None:
        super().__init__(canvas)
        self._canvas, self._pool = canvas, pool
        self.grid: Grid | None = None
        self._outlines: dict[Suggestion, QPolygonF] = {}  # in map coordinates
        self._image: QImage | None = None
        self._corner = QgsPointXY()  # of the image, on the map
        self._drawn_for: object = None
        self.setZValue(5)  # over the map, under the rubber bands of the tools
        canvas.destinationCrsChanged.connect(self.forget)
        pool.changed.connect(self.redraw)
        pool.moved.connect(self.update)

    def close(self) -> None:
        """Take it off the map."""
        self._canvas.destinationCrsChanged.disconnect(self.forget)
        self._pool.changed.disconnect(self.redraw)
        self._pool.moved.disconnect(self.update)
        self._canvas.scene().removeItem(self)

    def forget(self) -> None:
        """The map has another coordinate system, or the imagery is another one."""
        self._outlines.clear()
        self.redraw()

    def redraw(self) -> None:
        """Others are shown, or in other colours."""
        self._image = None
        self.update()

    def boundingRect(self) -> QRectF:
        """Return what it covers: the canvas."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:
        """The map was moved."""
        self.prepareGeometryChange()
        self.setPos(0, 0)
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the image, and the current one on top."""
        if self.grid is None or not self._pool.shown():
            return
        settings = self._canvas.mapSettings()
        view = (settings.visibleExtent().toString(9), settings.rotation(), self._canvas.width(), self._canvas.height())
        if self._image is None or self._drawn_for != view:
            self._image, self._drawn_for = self._draw(), view
        shift = self.toCanvasCoordinates(self._corner)
        painter.drawImage(shift, self._image)
        current = self._pool.current
        if current is not None and (outline := self._outline(current)) is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(shift)
            shape = self._canvas.getCoordinateTransform().transform().map(outline)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(0, 0, 0, 160), 5))
            painter.drawPolygon(shape)
            painter.setPen(QPen(QColor(self._pool.colour(current)), 3))
            painter.drawPolygon(shape)
            painter.translate(-shift)

    def _draw(self) -> QImage:
        """Draw the outlines and confidences that the map shows into an image of the canvas's size."""
        transform = self._canvas.getCoordinateTransform()
        self._corner = transform.toMapCoordinates(0, 0)
        to_screen, ratio = transform.transform(), self._canvas.devicePixelRatioF()
        size = self._canvas.size() * ratio
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.boundingRect()
        texts: list[tuple[QPointF, str]] = []
        pens: dict[str, QPen] = {}
        dark = QPen(QColor(0, 0, 0, 110), 2.6)
        for item in self._pool.shown():
            outline = self._outline(item)
            if outline is None:
                continue
            shape = to_screen.map(outline)
            box = shape.boundingRect()
            if not box.intersects(frame):
                continue
            colour = self._pool.colour(item)
            painter.setPen(dark)  # a line below makes the dashes stand out on any imagery
            painter.drawPolygon(shape)
            painter.setPen(pens.setdefault(colour, _dashed(colour)))
            painter.drawPolygon(shape)
            if box.width() >= _LEAST_WIDTH and len(texts) < _MOST_TEXTS:
                texts.append((box.center(), f"{item.confidence:.0f}"))
        self._write(painter, texts)
        painter.end()
        return image

    def _write(self, painter: QPainter, texts: list[tuple[QPointF, str]]) -> None:
        """Write the confidences into the middle of the objects, with a dark edge."""
        font = QFont(self._canvas.font())
        font.setBold(True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for centre, text in texts:
            path = QPainterPath()
            place = centre + QPointF(-metrics.horizontalAdvance(text) / 2, metrics.capHeight() / 2)
            path.addText(place, font, text)
            painter.strokePath(path, QPen(QColor(0, 0, 0, 200), 3, join=Qt.PenJoinStyle.RoundJoin))
            painter.fillPath(path, QColor("white"))

    def _outline(self, item: Suggestion) -> QPolygonF | None:
        """The outer ring of a suggestion in map coordinates; None where the map's coordinate system does not reach."""
        if item not in self._outlines:
            try:
                made = self.grid.to_map(item.outline, self._canvas.mapSettings().destinationCrs())
            except QgsCsException:
                made = QgsGeometry()
            self._outlines[item] = made.asQPolygonF()
        outline = self._outlines[item]
        return None if outline.isEmpty() else outline


def _dashed(colour: str) -> QPen:
    pen = QPen(QColor(colour), 1.8)
    pen.setDashPattern([4, 2.5])
    return pen
