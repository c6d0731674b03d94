"""One step in the panel: a mark for its state, a few words, what it made, and its buttons."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from qgis.PyQt.QtWidgets import (
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from ..flow import FlowLayout
from .steps import Product

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
_COLOURS = {RUNNING: QColor("#0072b2"), DONE: QColor("#1a8f3c"), FAILED: QColor("#c4321c")}  # white on them is legible


class Mark(QWidget):
    """A disc with the number of the step; a tick once it is done. Drawn, so that it is sharp on any screen and theme."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self._number, self._state = number, WAITING
        side = round(self.fontMetrics().height() * 1.6)
        self.setFixedSize(side, side)

    def set_state(self, state: str) -> None:
        """Show a state."""
        self._state = state
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Paint the disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.width()
        disc = QRectF(1, 1, side - 2, side - 2)
        colour = _COLOURS.get(self._state)
        if colour is None:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1.5))
            painter.drawEllipse(disc)
            ink = self.palette().color(QPalette.ColorRole.WindowText)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(disc)
            ink = QColor("white")
        painter.setPen(QPen(ink, side / 11, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if self._state == DONE:
            places = ((0.28, 0.53), (0.44, 0.68), (0.73, 0.35))
            painter.drawPolyline([QPointF(x * side, y * side) for x, y in places])
            return
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, "!" if self._state == FAILED else self._number)


class Card(QWidget):
    """A step.

    Signals:
        opened: one of its products was clicked.
        stopped: its run is to be cancelled.

    Attributes:
        go, again: its buttons.
    """

    opened = pyqtSignal(object)
    stopped = pyqtSignal()

    def __init__(self, number: int, title: str, go: str, again: str, stop: str) -> None:
        super().__init__()
        self._products: list[Product] = []
        self._gone = ""
        self.mark = Mark(str(number))
        self.title = QLabel(title)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.state, self.figures, self.made, self.note = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self.title, self.state, self.figures, self.made, self.note):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(1)
        self.made.setTextFormat(Qt.TextFormat.RichText)
        self.made.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.made.linkActivated.connect(lambda number: self.opened.emit(self._products[int(number)]))
        self.state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(max(self.fontMetrics().height() // 2, 6))
        self.go, self.again, self.stop = QPushButton(go), QPushButton(again), QPushButton(stop)
        self.stop.clicked.connect(self.stopped)
        gap = self.fontMetrics().height() // 2
        self._buttons = FlowLayout((self.go, self.again, self.stop), gap)
        grid = QGridLayout(self)
        grid.setContentsMargins(gap, gap, gap, gap)
        grid.setHorizontalSpacing(gap)
        grid.setVerticalSpacing(max(gap // 3, 2))
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.title, 0, 1)
        for row, item in enumerate((self.state, self.bar, self.note, self.figures, self.made), 1):
            grid.addWidget(item, row, 1)
        grid.addLayout(self._buttons, 6, 1)

    def add_button(self, button: QPushButton) -> None:
        """Add a button to those that are there."""
        self._buttons.addWidget(button)

    def show_state(self, state: str, text: str, figures: str = "", note: str = "") -> None:
        """Show a state, in words, with the numbers that matter and a remark."""
        self.mark.set_state(state)
        self.mark.setToolTip(text)
        self.setAccessibleName(f"{self.title.text()}: {text}")
        for label, content in ((self.state, text), (self.figures, figures), (self.note, note)):
            label.setText(content)
            label.setVisible(bool(content))
        self.bar.setVisible(state == RUNNING)
        self.stop.setVisible(state == RUNNING)
        self.go.setVisible(state != RUNNING)

    def show_progress(self, fraction: float | None, text: str) -> None:
        """Show how far its run is; None while nobody knows."""
        self.state.setText(text)
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))

    def show_products(self, made: list[Product], gone: str) -> None:
        """Show what was made, as links; what is there no more is struck out, with the word ``gone``."""
        self._products, self._gone = made, gone
        # Qt's links are dark blue on any ground, dark themes of QGIS included.
        ground_is_dark = self.made.palette().color(QPalette.ColorRole.WindowText).lightness() > 128
        colour = "#7cc4ff" if ground_is_dark else "#0b5cad"
        lines = []
        for number, product in enumerate(made):
            name = escape(product.name)
            label = escape(product.label) if product.label != product.name else ""  # as QGIS names what has no name
            if product.is_there:
                place = f'href="{number}" title="{escape(product.value)}" style="color: {colour}"'
                lines.append(f"<a {place}>{name}</a> <small>{label}</small>")
            else:
                lines.append(f"<s>{name}</s> <small>{label}: {escape(gone)}</small>")
        self.made.setText("<br>".join(lines))
        self.made.setVisible(bool(lines))

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Paint the edge, within the card: on screens that are scaled by 1.25 a frame of one pixel loses some of its sides."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        corner = self.fontMetrics().height() / 4
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), corner, corner)

    def changeEvent(self, event: QEvent | None) -> None:
        """Follow QGIS to another theme."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and self._products:
            self.show_products(self._products, self._gone)
