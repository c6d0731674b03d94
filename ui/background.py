"""Work of the core in the background of QGIS: a task with progress, cancel and events, while QGIS stays usable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ..core.errors import KestrelError
from ..core.library_errors import translate
from ..core.reporting import Reporter

_running: set[Work] = set()  # the task manager does not keep the Python side alive


class Work(QgsTask):
    """Runs one function in a thread; shown in QGIS's task bar, where it can be cancelled too.

    Signals:
        told: an event of the function, in the thread of whoever listens.
        ended: its result and None; or None and the :class:`core.errors.KestrelError`, Cancelled among them. Last of all.

    Args:
        title: what the task bar shows.
        function: takes a :class:`core.reporting.Reporter`; touches neither widgets nor the project.
        quiet: whether the task bar shows nothing, for what is over in a moment.
    """

    told = pyqtSignal(object)
    ended = pyqtSignal(object, object)

    def __init__(self, title: str, function: Callable[[Reporter], Any], quiet: bool = False) -> None:
        flags = QgsTask.Flag.CanCancel | QgsTask.Flag.Silent  # whoever starts it tells how it ended; QGIS need not as well
        super().__init__(title, flags | QgsTask.Flag.Hidden if quiet else flags)
        self._function = function
        self._stop = threading.Event()
        self._answer: tuple[Any, KestrelError | None] = (None, None)

    def start(self) -> Work:
        """Hand it to QGIS."""
        _running.add(self)
        QgsApplication.taskManager().addTask(self)
        return self

    def run(self) -> bool:
        """Run the function, in a thread."""
        try:
            self._answer = self._function(Reporter(self._send, self._stop)), None
        except BaseException as error:
            self._answer = None, translate(error, self.description())
        return self._answer[1] is None

    def cancel(self) -> None:
        """Ask it to stop."""
        self._stop.set()
        super().cancel()

    def finished(self, _good: bool) -> None:
        """Tell the end, in the main thread."""
        _running.discard(self)
        self.ended.emit(*self._answer)

    def _send(self, event: Any) -> None:
        if event.kind == "progress":
            self.setProgress(100 * event.fraction)
        self.told.emit(event)


def cancel_all(seconds: float = 10.0) -> None:
    """Cancel whatever runs and wait for it: for a plugin that is unloaded."""
    for work in list(_running):
        work.cancel()
        work.waitForFinished(int(1000 * seconds))
