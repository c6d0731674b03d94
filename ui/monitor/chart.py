"""A chart of curves that grow: axes with round numbers, a legend, and the values under the mouse. Painted with Qt alone.

Neither Matplotlib nor QtCharts comes with every QGIS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from .record import Series
from .scales import Scale, around, tick_texts

# Okabe and Ito 2008, by how bright the paper is.
_COLOURS = {
    "blue": ("#0072b2", "#56b4e9"),
    "orange": ("#d55e00", "#e69f00"),
    "green": ("#00805f", "#2fd6a4"),
    "grey": ("#b0b0b0", "#777777"),
}


@dataclass(frozen=True)
class Curve:
    """What a chart draws.

    Attributes:
        name: in the legend.
        series: the points.
        colour: a key of the palette: ``"blue"``, ``"orange"``, ``"green"`` or ``"grey"``.
        dots: whether each point is marked, as long as they are few.
        faint: whether it stands behind the others, and the axis need not show its outliers.
    """

    name: str
    series: Series
    colour: str
    dots: bool = True
    faint: bool = False


class Chart(QWidget):
    """Shows curves; :meth:`show_curves` when they have grown.

    Args:
        title: above the chart.
        across: what the axis from left to right counts.
        zero: whether the upright axis begins at 0.
    """

    def __init__(self, title: str, across: str, zero: bool = False) -> None:
        super().__init__()
        self._title, self._across, self._zero = title, across, zero
        self._logarithmic = False
        self._curves: list[Curve] = []
        self._mouse: float | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    def show_curves(self, curves: Sequence[Curve], logarithmic: bool = False) -> None:
        """Draw ``curves``, those without a point left out; with a logarithmic upright axis if wanted."""
        self._curves, self._logarithmic = [curve for curve in curves if len(curve.series)], logarithmic
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size with room for a dozen lines of text."""
        height = self.fontMetrics().height()
        return QSize(24 * height, 13 * height)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that can be read."""
        height = self.fontMetrics().height()
        return QSize(12 * height, 9 * height)

    # Where things are

    def scales(self) -> tuple[Scale, Scale]:
        """Return the axes: across and upright."""
        last = max((curve.series.x[-1] for curve in self._curves), default=1.0)
        first = min((curve.series.x[0] for curve in self._curves), default=0.0)
        across = Scale(0.0 if first < 1 or last <= first else first, max(last, 1.0))
        shown = [value for curve in self._curves for value in _without_outliers(curve)]
        return across, around(shown, self._logarithmic, self._zero)

    def _frame(self, upright: list[str]) -> QRectF:
        metrics = self.fontMetrics()
        line = metrics.height()
        left = max((metrics.horizontalAdvance(text) for text in upright), default=0) + 0.7 * line
        top = (2.5 + 1.1 * max((row for *_, row in self._legend()), default=0)) * line
        return QRectF(left, top, max(self.width() - left - 0.8 * line, 10), max(self.height() - top - 2.4 * line, 10))

    # Painting

    def paintEvent(self, _event: object) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across, upright = self.scales()
        line = self.fontMetrics().height()
        y_ticks = upright.ticks(max(int(self.height() / (2.4 * line)), 3))
        texts = tick_texts(y_ticks)
        frame = self._frame(texts)
        self._draw_axes(painter, frame, across, upright, y_ticks, texts)
        painter.save()
        painter.setClipRect(frame.adjusted(-3, -1, 3, 1))
        for curve in sorted(self._curves, key=lambda curve: not curve.faint):
            self._draw_curve(painter, frame, curve, across, upright)
        painter.restore()
        self._draw_head(painter)
        if self._mouse is not None and self._curves:
            self._draw_readout(painter, frame, across, upright)

    def _draw_axes(
        self, painter: QPainter, frame: QRectF, across: Scale, upright: Scale, y_ticks: list[float], texts: list[str]
    ) -> None:
        grid = self._soft(0.16)
        metrics, line = self.fontMetrics(), self.fontMetrics().height()
        for tick, written in zip(y_ticks, texts, strict=True):
            y = frame.bottom() - upright.place(tick) * frame.height()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(self._soft(0.75))
            painter.drawText(QPointF(frame.left() - 0.35 * line - metrics.horizontalAdvance(written), y + 0.33 * line), written)
        whole = across.high >= 2 or not any(curve.faint for curve in self._curves)  # epochs are counted
        ticks = across.ticks(max(int(frame.width() / (3 * line)), 2), whole=whole)
        for tick, written in zip(ticks, tick_texts(ticks), strict=True):
            x = frame.left() + across.place(tick) * frame.width()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(x, frame.bottom()), QPointF(x, frame.bottom() + 0.25 * line))
            painter.setPen(self._soft(0.75))
            width = metrics.horizontalAdvance(written)
            left = min(x - width / 2, self.width() - width - 1.0)
            painter.drawText(QPointF(left, frame.bottom() + 1.15 * line), written)
        painter.setPen(QPen(self._soft(0.5), 1))
        painter.drawLine(frame.bottomLeft(), frame.bottomRight())
        painter.setPen(self._soft(0.75))
        width = metrics.horizontalAdvance(self._across)
        painter.drawText(QPointF(frame.center().x() - width / 2, frame.bottom() + 2.15 * line), self._across)

    def _draw_curve(self, painter: QPainter, frame: QRectF, curve: Curve, across: Scale, upright: Scale) -> None:
        points = [
            QPointF(frame.left() + across.place(x) * frame.width(), frame.bottom() - upright.place(y) * frame.height())
            for x, y in zip(curve.series.x, curve.series.y, strict=True)
        ]
        colour = self.colour(curve.colour)
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.0 if curve.faint else 1.8, join=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)
        if curve.dots and len(points) <= max(frame.width() / 8, 2):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 2.6, 2.6)

    def _draw_head(self, painter: QPainter) -> None:
        """Draw the title and the legend."""
        line = self.fontMetrics().height()
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(QPointF(2, line), self._title)
        font.setBold(False)
        painter.setFont(font)
        for curve, left, row in self._legend():
            y = (2.05 + 1.1 * row) * line
            painter.setPen(QPen(self.colour(curve.colour), 1.2 if curve.faint else 2.4))
            painter.drawLine(QPointF(left, y - 0.3 * line), QPointF(left + 1.1 * line, y - 0.3 * line))
            painter.setPen(self._soft(0.9))
            painter.drawText(QPointF(left + 1.45 * line, y), curve.name)

    def _legend(self) -> list[tuple[Curve, float, int]]:
        """Return each curve with the left edge and the row of its place in the legend."""
        line, left, row, places = self.fontMetrics().height(), 2.0, 0, []
        for curve in self._curves:
            width = 1.6 * line + self.fontMetrics().horizontalAdvance(curve.name)
            if left > 2.0 and left + width > self.width():
                left, row = 2.0, row + 1
            places.append((curve, left, row))
            left += width + 0.8 * line
        return places

    def _draw_readout(self, painter: QPainter, frame: QRectF, across: Scale, upright: Scale) -> None:
        """Draw the values that are nearest to the mouse beside it."""
        metrics, line = self.fontMetrics(), self.fontMetrics().height()
        where = across.value((min(max(self._mouse or 0.0, frame.left()), frame.right()) - frame.left()) / frame.width())
        marked = [(curve, point) for curve in self._curves if (point := curve.series.at(where))]
        x = frame.left() + across.place(marked[-1][1][0]) * frame.width()
        painter.setPen(QPen(self._soft(0.5), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        rows = readout(marked[-1][1][0], [(curve.name, value) for curve, (_, value) in marked])
        width = max(metrics.horizontalAdvance(row) for row in rows) + 1.2 * line
        box = QRectF(0, frame.top() + 0.2 * line, width, (len(rows) + 0.5) * line)
        left = x + 0.6 * line if x + 0.6 * line + width < self.width() else x - 0.6 * line - width
        box.moveLeft(max(left, 1.0))
        painter.setPen(QPen(self._soft(0.4), 1))
        paper = QColor(self.palette().color(QPalette.ColorRole.ToolTipBase))
        painter.setBrush(paper)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(self.palette().color(QPalette.ColorRole.ToolTipText))
        for number, row in enumerate(rows):
            painter.drawText(QPointF(box.left() + 0.6 * line, box.top() + (number + 1.0) * line), row)
        painter.setPen(Qt.PenStyle.NoPen)
        for curve, (at, value) in marked:
            painter.setBrush(self.colour(curve.colour))
            there = QPointF(
                frame.left() + across.place(at) * frame.width(), frame.bottom() - upright.place(value) * frame.height()
            )
            if frame.contains(there):
                painter.drawEllipse(there, 3.4, 3.4)

    # Colours

    def colour(self, name: str) -> QColor:
        """Return a colour of the palette that is seen on this theme."""
        return QColor(_COLOURS[name][self._is_dark()])

    def _is_dark(self) -> bool:
        return self.palette().color(QPalette.ColorRole.Window).lightness() < 128

    def _soft(self, strength: float) -> QColor:
        colour = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        colour.setAlphaF(strength)
        return colour

    # The mouse

    def mouseMoveEvent(self, event: object) -> None:
        """Show the values there."""
        self._mouse = float(event.pos().x())
        self.update()

    def leaveEvent(self, _event: object) -> None:
        """Show no values any more."""
        self._mouse = None
        self.update()


def readout(epoch: float, values: Sequence[tuple[str, float]]) -> list[str]:
    """Return the lines that say what is at a place: ``["Epoch 3", "training: 0.412"]``."""
    when = f"{epoch:.0f}" if abs(epoch - round(epoch)) < 1e-6 else f"{epoch:.1f}"
    head = QCoreApplication.translate("Chart", "Epoch {number}").format(number=when)
    return [head, *(f"{name}: {value:.4g}" for name, value in values)]


def _without_outliers(curve: Curve) -> list[float]:
    """Return the values that the axis has to show: of a faint curve all but the highest hundredth."""
    if not curve.faint or len(curve.series) < 20:
        return curve.series.y
    ordered = sorted(curve.series.y)
    return ordered[: max(int(len(ordered) * 0.99), 1)]
