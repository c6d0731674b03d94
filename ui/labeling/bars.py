"""Rows inside the dock: tool bars with small icons, reachable with the Tab key, which bars of QGIS's window are not."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QEvent, QSize, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QAction, QComboBox, QHBoxLayout, QLabel, QToolBar, QToolButton, QWidget


def bar(*groups: Iterable[QAction | QToolButton]) -> QToolBar:
    """Return a bar with groups of actions or buttons, parted by lines."""
    made = QToolBar()
    made.setIconSize(icon_size(made))
    for number, group in enumerate(groups):
        if number:
            made.addSeparator()
        for item in group:
            if isinstance(item, QAction):
                made.addAction(item)
                item = made.widgetForAction(item)
            else:
                made.addWidget(item)
            item.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # by Tab only: a click leaves the keyboard with the map
    return made


class ShortenedLabel(QLabel):
    """A line of text that ends in … where there is no room for it; its tip says all of it."""

    def minimumSizeHint(self) -> QSize:
        """Return that it can be as narrow as is wanted."""
        return QSize(0, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Show the whole text as the tip."""
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self.text())
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment(), text)


def together(*widgets: QWidget) -> QWidget:
    """Return widgets side by side that stay so."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    return made


def shrinking(box: QComboBox) -> QComboBox:
    """Let a box be narrower than its longest entry, which would widen the dock; return it."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    return box


def icon_size(widget: QWidget) -> QSize:
    """Return the size of small icons for the screen and font of a widget."""
    height = round(widget.fontMetrics().height() * 1.25)
    return QSize(height, height)
