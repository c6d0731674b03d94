"""Shows work that runs in the background: how far it is, a button that cancels it, and what it said."""

from __future__ import annotations

import time
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ...core.console import duration
from ...core.errors import Cancelled, KestrelError
from ..background import Work


class WorkView(QWidget):
    """A bar with a sentence, Cancel, and a log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work: Work | None = None
        self._stage = ""
        self.stage = QLabel()
        self.stage.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self._cancel)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setPlaceholderText(self.tr("What is built, repaired or removed is told here."))
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log.setMinimumHeight(6 * self.log.fontMetrics().lineSpacing())
        self.copy = QPushButton(QgsApplication.getThemeIcon("mActionEditCopy.svg"), self.tr("Copy log"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QgsApplication.clipboard().setText(self.log.toPlainText()))
        running = QHBoxLayout()
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(running)
        layout.addWidget(self.stage)
        layout.addWidget(self.log, 1)
        layout.addLayout(below)
        self._show_running(False)

    def follow(self, work: Work) -> Work:
        """Start ``work`` and show it to its end."""
        self._work = work
        self._stage = ""
        self.say(work.description())
        self.stage.setText(work.description())
        self.bar.setValue(0)
        self.cancel.setEnabled(True)
        self._show_running(True)
        work.told.connect(self._told)
        work.ended.connect(self._ended)
        return work.start()

    @property
    def is_busy(self) -> bool:
        """Whether something runs."""
        return self._work is not None

    def say(self, text: str) -> None:
        """Add a line to the log."""
        self.log.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")

    def _told(self, event: Any) -> None:
        if event.kind == "message":
            self.say(event.text if event.level == "info" else self.tr("Warning: {text}").format(text=event.text))
        elif event.kind == "progress":
            self.bar.setValue(int(1000 * event.fraction))
            left = self.tr("{time} left").format(time=duration(event.remaining)) if event.remaining is not None else ""
            self.stage.setText(", ".join(part for part in (event.stage, event.rate, left) if part))
            words = event.stage.partition(",")[0]
            if words and words != self._stage:
                self._stage = words
                self.say(words)

    def _ended(self, _result: Any, error: KestrelError | None) -> None:
        self._work = None
        if error and not isinstance(error, Cancelled):  # whoever began it says what that means
            self.say(str(error))
            if error.details:
                self.log.appendPlainText(error.details)
        self._show_running(False)

    def _cancel(self) -> None:
        if self._work:
            self.cancel.setEnabled(False)
            self.stage.setText(self.tr("Cancelling …"))
            self._work.cancel()

    def _show_running(self, running: bool) -> None:
        for widget in (self.bar, self.stage, self.cancel):
            widget.setVisible(running)
