"""The dock Run Monitor: the runs of this session, and the one that is chosen in full."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsProject, QgsSettings, QgsVectorLayer
from qgis.gui import QgsDockWidget, QgsMessageBar
from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...core.events import Event, Progress
from ...processing_provider.runs import Outcome, Run, Runs
from ...processing_provider.styling import style_detections
from .record import Record
from .report_window import ReportWindow
from .run_view import RunView

REFRESH = 250  # milliseconds between two looks of the same run
MOST_RUNS = 30  # that are remembered
OPENS = "kestrel/monitor/opens"  # settings of QGIS
SHOWS = "kestrel/monitor/shows_found"


class MonitorDock(QgsDockWidget):
    """Costs next to nothing while it is hidden. Whoever makes it calls :meth:`begin`; the rest it hears by itself.

    Args:
        runs: tells of them.
        show_model: opens the inspector with a package.
        show_live: called with whether searches are to show what they find.
    """

    def __init__(self, runs: Runs, show_model: Callable[[str], None], show_live: Callable[[bool], None]) -> None:
        super().__init__()
        self.setObjectName("kestrel_run_monitor")
        self.setWindowTitle(self.tr("Run Monitor"))
        self._runs = runs
        self.records: dict[Run, Record] = {}  # the oldest first
        self.chooser = QComboBox()
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(16)
        self.chooser.currentIndexChanged.connect(lambda _index: self._choose())
        self.bar = QgsMessageBar()
        self.view = RunView()
        self.view.report_wanted.connect(self.open_report)
        self.view.model_wanted.connect(show_model)
        self.view.part_wanted.connect(self.add_part)
        self.empty = QLabel(self.tr("No tool of Kestrel has run yet in this session. What runs is followed here."))
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.options = self._options(show_live)
        self._reports: list[ReportWindow] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REFRESH)
        self._later.timeout.connect(self.view.refresh)
        self._lay_out()
        runs.told.connect(self._told)
        runs.ended.connect(self._ended)
        self.view.show_record(None)

    def unload(self) -> None:
        """Listen no more, and close the reports."""
        self._runs.told.disconnect(self._told)
        self._runs.ended.disconnect(self._ended)
        self._later.stop()
        for window in self._reports:
            window.close()

    def open_report(self, path: str) -> None:
        """Show a report in QGIS; what cannot be shown here opens in the browser."""
        try:
            window = ReportWindow(Path(path), self.tr("Report: {name}").format(name=Path(path).parent.name), self.window())
        except (OSError, ValueError):
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
                text = self.tr("{path} cannot be opened.").format(path=path)
                self.bar.pushMessage(text, Qgis.MessageLevel.Warning)
            return
        self._reports.append(window)
        window.destroyed.connect(lambda: self._reports.remove(window))
        window.show()

    def add_part(self, path: str) -> None:
        """Add what a search that was cancelled had found to the project."""
        layer = QgsVectorLayer(path, self.tr("Objects (partial)"), "ogr")
        if not layer.isValid():
            self.bar.pushMessage(self.tr("{path} cannot be opened.").format(path=path), Qgis.MessageLevel.Warning)
            return
        layer.loadDefaultMetadata()
        style_detections(layer)
        QgsProject.instance().addMapLayer(layer)

    # What runs

    def begin(self, run: Run) -> None:
        """Follow a run that begins."""
        record = Record(run.algorithm, run.title, run.job, run.cancel, run.begun)
        self.records[run] = record
        when = time.strftime("%H:%M", time.localtime(run.begun))
        self.chooser.insertItem(0, f"{when}  {run.title}", run)
        for old in [run for run, record in self.records.items() if not record.running][: max(len(self.records) - MOST_RUNS, 0)]:
            del self.records[old]
            self.chooser.removeItem(self._index(old))
        self.empty.hide()
        self.chooser.show()
        self._area.show()
        self.chooser.setCurrentIndex(0)
        self._choose()

    def _told(self, run: Run, event: Event) -> None:
        record = self.records.get(run)
        if record is None:
            return
        stage = record.progress.stage
        record.take(event)
        if record is self.view.record and self.isVisible():
            if isinstance(event, Progress) and event.stage != stage and not self._later.isActive():
                self.view.refresh()
            elif not self._later.isActive():
                self._later.start()

    def _ended(self, run: Run, outcome: Outcome) -> None:
        record = self.records.get(run)
        if record is None:
            return
        record.end(outcome.results, outcome.error, outcome.cancelled)
        index = self._index(run)
        if outcome.cancelled:
            mark, symbol = self.tr("cancelled"), "mIconWarning.svg"
        elif outcome.error:
            mark, symbol = self.tr("failed"), "mIconCritical.svg"
        else:
            mark, symbol = self.tr("done"), "mIconSuccess.svg"
        self.chooser.setItemIcon(index, QgsApplication.getThemeIcon(symbol))
        self.chooser.setItemData(index, f"{self.chooser.itemText(index)}, {mark}", Qt.ItemDataRole.ToolTipRole)
        if record is self.view.record:
            self.view.refresh()

    def _choose(self) -> None:
        self.view.show_record(self.records.get(self.chooser.currentData()))

    def _index(self, run: Run) -> int:
        return next(index for index in range(self.chooser.count()) if self.chooser.itemData(index) is run)

    def showEvent(self, event: Any) -> None:
        """Show what came while it was hidden."""
        super().showEvent(event)
        self.view.refresh()

    # What it looks like

    def _options(self, show_live: Callable[[bool], None]) -> QToolButton:
        button = QToolButton()
        button.setIcon(QgsApplication.getThemeIcon("mActionOptions.svg"))
        button.setToolTip(self.tr("Options"))
        button.setAutoRaise(True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for text, key, slot in (
            (self.tr("Open by itself when a training begins"), OPENS, lambda _on: None),
            (self.tr("Show objects on the map as they are found"), SHOWS, show_live),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(is_on(key))
            action.toggled.connect(lambda on, key=key: QgsSettings().setValue(key, on))
            action.toggled.connect(slot)
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.chooser, 1)
        head.addStretch(0)
        head.addWidget(self.options)
        self._area = area = QScrollArea()
        area.setWidget(self.view)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setMinimumWidth(20 * self.fontMetrics().height())
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(6, 6, 6, 0)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.empty)
        layout.addWidget(area, 1)
        layout.addStretch(0)
        self.chooser.hide()
        area.hide()
        self.setWidget(inside)


def is_on(key: str) -> bool:
    """Return an option of the monitor; they are on until somebody switches them off."""
    return bool(QgsSettings().value(key, True, type=bool))
