"""Coverage in the dock: where everything is labelled, and what share of the imagery that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from ..flow import FlowLayout
from .session import Session
from .toolbox import ToolBox

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas


class CoverageBox(QWidget):
    """Buttons that mark areas, and a bar with the share of the imagery that they cover."""

    def __init__(self, session: Session, tools: ToolBox, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        about = QLabel(
            self.tr(
                "Mark where every object is labelled. Export Training Data takes these areas as its Input Mask Polygons, so "
                "that places that nobody looked at are not learned as background."
            )
        )
        about.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Share of the imagery that is marked"))
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.view = QToolButton()
        self.view.setIcon(QgsApplication.getThemeIcon("/mActionZoomFullExtent.svg"))
        self.view.setText(self.tr("Mark the view"))
        self.view.setToolTip(self.tr("Mark what the map shows as completely labelled"))
        self.view.clicked.connect(self._mark_view)
        buttons = FlowLayout((self.view, _button(tools.mark), _button(tools.unmark)))
        for number in range(buttons.count()):
            buttons.itemAt(number).widget().setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        for item in (about, self.bar, self.text):
            column.addWidget(item)
        column.insertLayout(1, buttons)
        column.addStretch()
        self._timer = QTimer(self)  # one measurement after many edits
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        for signal in (session.opened, session.closed, session.areasChanged):
            signal.connect(lambda: self._timer.start(0))
        self.refresh()

    def refresh(self) -> None:
        """Measure again."""
        session = self._session
        self.view.setEnabled(session.labels is not None)
        share: float | None = 0.0
        if session.areas is not None:
            share = session.areas.share(session.grid)
        elif session.labels is not None and session.grid.frame().isEmpty():
            share = None
        self.bar.setVisible(share is not None)
        if session.labels is None:
            self.text.setText("")
        elif share is None:
            self.text.setText(
                self.tr("{} is a map service without an end: no share can be given.").format(session.imagery.name())
            )
        else:
            self.text.setText(self.tr("{:.1f} % of {} is marked.").format(100 * share, session.imagery.name()))
        self.bar.setValue(round(1000 * (share or 0)))
        self.bar.setFormat(f"{100 * (share or 0):.1f} %")

    def _mark_view(self) -> None:
        self._session.mark_view(self._canvas.extent(), self._canvas.mapSettings().destinationCrs())


def _button(action: object) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    return button
