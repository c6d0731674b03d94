"""Rows inside the dock: tool bars with small icons, reachable with the Tab key, which bars of QGIS's window are not."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QAction, QComboBox, QHBoxLayout, QToolBar, QToolButton, QWidget


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
