"""The tiles of an export drawn over the map: only what is in view, and only while a tile is large enough to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from qgis.core import QgsCsException, QgsGeometry, QgsPointXY
from qgis.gui import QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF, QTransform
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ....core.lattice import Box, Starts
from .plan import Chips, Tiling

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas

_MOST = 3000  # tiles that are drawn
_SMALLEST = 7.0  # pixels of the screen from one tile to the next below which none is drawn
_PIECES = 8  # of a line that another coordinate system may bend
_DARK, _LINE, _SHADE = QColor(0, 0, 0, 140), QColor(255, 255, 255, 200), QColor(0, 0, 0, 120)
_SAMPLE = QColor("#2fb4ff")  # labels are orange first


@dataclass
class _Drawing:
    """What is drawn for one view, in pixels of the canvas."""

    frame: QPolygonF = field(default_factory=QPolygonF)
    lines: list[QPolygonF] = field(default_factory=list)
    chips: list[QPolygonF] = field(default_factory=list)
    shade: QImage | None = None  # over what no chip shows
    sample: QPolygonF | None = None
    next: list[QPolygonF] = field(default_factory=list)


class TileOverlay(QgsMapCanvasItem):
    """Lies over the map until :meth:`remove`.

    Attributes:
        too_small: whether the tiles are too small on the screen to be drawn.
        drawn: number of the chips in view that are drawn.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._tiling: Tiling | None = None
        self._chips: Chips | None = None
        self._drawing: _Drawing | None = None
        self.too_small = False
        self.drawn = 0
        self.setZValue(50)  # above the map, below what the tools draw

    def show_tiles(self, tiling: Tiling | None, chips: Chips | None = None) -> None:
        """Show a tiling, or nothing; what no chip shows is darkened once it is known."""
        self._tiling, self._chips = tiling, chips
        self.updatePosition()

    def remove(self) -> None:
        """Take it off the map."""
        self._tiling = None
        self._canvas.scene().removeItem(self)

    def updatePosition(self) -> None:
        """Follow the map; called by the canvas when its view changes."""
        self.prepareGeometryChange()
        self.setPos(0, 0)
        self._drawing = self._draw() if self._tiling is not None else None
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole canvas."""
        return QRectF(self._canvas.viewport().rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem | None = None, widget: QWidget | None = None) -> None:
        """Paint what :meth:`updatePosition` has prepared."""
        drawing = self._drawing
        if drawing is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if drawing.shade is not None:
            painter.drawImage(0, 0, drawing.shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (_pen(_DARK, 2.4), _pen(_LINE, 0.9)):
            painter.setPen(pen)
            for line in drawing.lines:
                painter.drawPolyline(line)
        for pen in (_pen(_DARK, 3.4), _pen(_SAMPLE, 1.6)):
            painter.setPen(pen)
            painter.drawPolygon(drawing.frame)
        self._paint_sample(painter, drawing)

    def _paint_sample(self, painter: QPainter, drawing: _Drawing) -> None:
        """Paint one tile and its neighbours boldly: among overlapping ones nobody else would see how large a tile is."""
        if drawing.sample is None or self._tiling is None:
            return
        for polygon in drawing.next:
            for pen in (_pen(_DARK, 3.0), _pen(_SAMPLE, 1.8, Qt.PenStyle.DashLine)):
                painter.setPen(pen)
                painter.drawPolygon(polygon)
        for pen in (_pen(_DARK, 4.6), _pen(_SAMPLE, 2.8)):
            painter.setPen(pen)
            painter.drawPolygon(drawing.sample)
        text = "{} × {}".format(*self._tiling.tile)
        metrics, box = QFontMetricsF(painter.font()), drawing.sample.boundingRect()
        label = metrics.boundingRect(text).adjusted(-4, -2, 4, 2)
        if label.width() < box.width() - 6 and label.height() < box.height() - 6:
            label.moveTopLeft(box.topLeft() + QPointF(3, 3))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 150))
            painter.drawRoundedRect(label, 3, 3)
            painter.setPen(QColor("white"))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    # What is in view

    def _draw(self) -> _Drawing | None:
        tiling = self._tiling
        assert tiling is not None  # nosec B101
        self.drawn, self.too_small = 0, False
        crs = self._canvas.mapSettings().destinationCrs()
        try:
            place = _Place(self._canvas, tiling)
            view = tiling.grid.to_pixels(QgsGeometry.fromRect(self._canvas.extent()), crs).boundingBox()
            columns = tiling.columns.touching(view.xMinimum(), view.xMaximum())
            rows = tiling.rows.touching(view.yMinimum(), view.yMaximum())
            drawing = _Drawing(place.outline((0, 0, tiling.grid.columns, tiling.grid.rows)))
            if not columns or not rows:
                return drawing
            middle = columns[len(columns) // 2], rows[len(rows) // 2]
            self.too_small = len(columns) * len(rows) > _MOST or place.step(tiling, *middle) < _SMALLEST
            if self.too_small:
                return drawing
            if tiling.one_object:
                self._add_objects(drawing, place, view.toRectF())
                return drawing
            self._add_lines(drawing, place, columns, rows)
            self._add_chips(drawing, place, columns, rows)
            width = len(tiling.columns)
            centre = view.center()
            column, row = _nearest(tiling.columns, columns, centre.x()), _nearest(tiling.rows, rows, centre.y())
            drawing.sample = place.outline(tiling.box(row * width + column))
            for other in ((column + 1, row), (column, row + 1)):
                if other[0] < width and other[1] < len(tiling.rows):
                    drawing.next.append(place.outline(tiling.box(other[1] * width + other[0])))
        except QgsCsException:  # the map's coordinate system does not reach there
            return None
        return drawing

    def _add_lines(self, drawing: _Drawing, place: _Place, columns: range, rows: range) -> None:
        """Add the edges of the tiles: each line once, though many tiles share it."""
        tiling = self._tiling
        assert tiling is not None  # nosec B101
        across, down = (
            sorted({edge for i in numbers for edge in (axis[i], axis[i] + size)})
            for axis, numbers, size in ((tiling.columns, columns, tiling.tile[0]), (tiling.rows, rows, tiling.tile[1]))
        )
        drawing.lines += [place.line((x, down[0]), (x, down[-1])) for x in across]
        drawing.lines += [place.line((across[0], y), (across[-1], y)) for y in down]

    def _add_chips(self, drawing: _Drawing, place: _Place, columns: range, rows: range) -> None:
        tiling, chips = self._tiling, self._chips
        if tiling is None or chips is None:
            return
        width = len(tiling.columns)
        for row, column in product(rows, columns):
            number = row * width + column
            if chips.numbers is None or number in chips.numbers:
                drawing.chips.append(place.outline(tiling.box(number)))
        self.drawn = len(drawing.chips)
        self._add_shade(drawing)

    def _add_shade(self, drawing: _Drawing) -> None:
        """Darken the imagery where no chip will be: chips overlap, so they are cut out of a picture of the shade."""
        ratio = self._canvas.devicePixelRatioF()
        shade = QImage(self._canvas.viewport().size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        shade.setDevicePixelRatio(ratio)
        shade.fill(Qt.GlobalColor.transparent)
        painter = QPainter(shade)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawPolygon(drawing.frame)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        for polygon in drawing.chips:
            painter.drawPolygon(polygon)
        painter.end()
        drawing.shade = shade

    def _add_objects(self, drawing: _Drawing, place: _Place, view: QRectF) -> None:
        """Add the tiles of an export that has one for each object."""
        for left, top, right, bottom in self._chips.boxes if self._chips else ():
            if view.intersects(QRectF(left, top, right - left, bottom - top)):
                outline = place.outline((left, top, right, bottom))
                drawing.chips.append(outline)
                drawing.lines.append(QPolygonF([*outline, outline[0]]))
                if len(drawing.chips) > _MOST:
                    break
        self.drawn = len(drawing.chips)
        if self._chips is not None:
            self._add_shade(drawing)


class _Place:
    """Brings pixels of the imagery to pixels of the canvas."""

    def __init__(self, canvas: QgsMapCanvas, tiling: Tiling) -> None:
        self._to_map, self._over = tiling.grid.path_to(canvas.mapSettings().destinationCrs())
        self._bent = not self._over.isShortCircuited()
        self._to_canvas: QTransform = canvas.getCoordinateTransform().transform()

    def points(self, places: list[tuple[float, float]]) -> QPolygonF:
        """Bring points; raises QgsCsException for one that has no place on the map."""
        made = self._to_map.map(QPolygonF([QPointF(*each) for each in places]))
        if self._bent:
            moved = (self._over.transform(QgsPointXY(point)) for point in made)
            made = QPolygonF([point.toQPointF() for point in moved])
        return self._to_canvas.map(made)

    def outline(self, box: Box) -> QPolygonF:
        left, top, right, bottom = box
        return self.points([(left, top), (right, top), (right, bottom), (left, bottom)])

    def line(self, begin: tuple[float, float], end: tuple[float, float]) -> QPolygonF:
        pieces = _PIECES if self._bent else 1
        return self.points(
            [
                (begin[0] + (end[0] - begin[0]) * i / pieces, begin[1] + (end[1] - begin[1]) * i / pieces)
                for i in range(pieces + 1)
            ]
        )

    def step(self, tiling: Tiling, column: int, row: int) -> float:
        """Return the pixels of the screen from one tile to the next there, the smaller of across and down."""
        left, top = tiling.columns[column], tiling.rows[row]
        across, down = tiling.columns.stride or tiling.tile[0], tiling.rows.stride or tiling.tile[1]
        corner, right, below = self.points([(left, top), (left + across, top), (left, top + down)])
        return min(_length(right - corner), _length(below - corner))


def _nearest(axis: Starts, numbers: range, middle: float) -> int:
    """The tile whose middle is nearest to a place."""
    return min(numbers, key=lambda number: abs(axis[number] + axis.tile / 2 - middle))


def _length(vector: QPointF) -> float:
    return (vector.x() ** 2 + vector.y() ** 2) ** 0.5


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen
