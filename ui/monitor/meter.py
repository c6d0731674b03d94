"""How busy the device is: a line of words over the last minutes as a small picture."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget


class Meter(QWidget):
    """A share, 0..1, as it was in the last minutes; the newest on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._shares, self._most = "", list[float](), 2
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, text: str, shares: Sequence[float], most: int) -> None:
        """Show ``text`` over ``shares``, of which ``most`` fill the width."""
        self._text, self._shares, self._most = text, list(shares)[-most:], most
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size for a line of text and the picture."""
        line = self.fontMetrics().height()
        return QSize(12 * line, int(2.9 * line))

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size."""
        line = self.fontMetrics().height()
        return QSize(8 * line, int(2.9 * line))

    def paintEvent(self, _event: object) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width() - 4)
        painter.drawText(QPointF(2, 0.85 * line), text)
        frame = QRectF(1, 1.15 * line, self.width() - 2, 1.6 * line)
        soft = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        soft.setAlphaF(0.12)
        painter.fillRect(frame, soft)
        if not self._shares:
            return
        colour = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        step = frame.width() / max(self._most - 1, 1)
        right = frame.right()
        tops = [
            QPointF(right - (len(self._shares) - 1 - number) * step, frame.bottom() - min(share, 1.0) * frame.height())
            for number, share in enumerate(self._shares)
        ]
        if len(tops) == 1:
            tops.insert(0, QPointF(tops[0].x() - max(step, 2.0), tops[0].y()))
        area = QPolygonF([QPointF(tops[0].x(), frame.bottom()), *tops, QPointF(right, frame.bottom())])
        fill = QColor(colour)
        fill.setAlphaF(0.35)
        painter.setPen(QPen(fill, 0))
        painter.setBrush(fill)
        painter.drawPolygon(area)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(QPolygonF(tops))
