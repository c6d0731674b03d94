"""Tool bars inside the dock: small icons, and reachable with the Tab key, which bars of QGIS's window are not."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QAction, QToolBar, QToolButton, QWidget


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


def icon_size(widget: QWidget) -> QSize:
    """Return the size of small icons for the screen and font of a widget."""
    height = round(widget.fontMetrics().height() * 1.25)
    return QSize(height, height)
