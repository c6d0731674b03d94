"""One run of a tool in the background, as the toolbox does it: a task with progress and cancel in QGIS's task bar."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsTask,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

_running: set[ToolRun] = set()  # the task does not keep its context and feedback alive


class _Feedback(QgsProcessingFeedback):
    """Keeps what the tool says when it fails, and its warnings."""

    def __init__(self) -> None:
        super().__init__(False)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def reportError(self, error: str, fatalError: bool = False) -> None:
        """Keep an error."""
        self.errors.append(error)
        super().reportError(error, fatalError)

    def pushWarning(self, warning: str) -> None:
        """Keep a warning."""
        self.warnings.append(warning)
        super().pushWarning(warning)


class ToolRun(QObject):
    """A run without a dialog.

    Signals:
        progressed: percent, 0 to 100.
        ended: what the tool returned, or an empty dict, and why it failed, in its own words; both empty after a cancel.

    Attributes:
        warnings: what the tool warned of so far.
    """

    progressed = pyqtSignal(float)
    ended = pyqtSignal(dict, str)

    def __init__(self, algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any]) -> None:
        super().__init__()
        self._context, self._feedback = QgsProcessingContext(), _Feedback()
        self._context.setProject(QgsProject.instance())
        self._context.setFeedback(self._feedback)
        flags = QgsTask.Flag.CanCancel | QgsTask.Flag.Silent  # whoever starts it tells how it ended; QGIS need not as well
        self._task = QgsProcessingAlgRunnerTask(algorithm, parameters, self._context, self._feedback, flags)
        self._task.executed.connect(self._executed)
        self._task.progressChanged.connect(self.progressed)

    @property
    def warnings(self) -> list[str]:
        """What the tool warned of so far."""
        return self._feedback.warnings

    @staticmethod
    def check(algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any]) -> str:
        """Return why a tool would refuse the parameters; empty if it takes them."""
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        good, text = algorithm.checkParameterValues(parameters, context)
        return "" if good else text

    def start(self) -> None:
        """Hand it to QGIS; it lives until it has ended, whoever lets go of it."""
        _running.add(self)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Ask it to stop."""
        self._feedback.cancel()

    def _executed(self, good: bool, results: dict[str, Any]) -> None:
        _running.discard(self)
        if good or results:  # a cancel that came too late, when all was written
            self.ended.emit(results, "")
        elif self._feedback.isCanceled():
            self.ended.emit({}, "")
        else:
            # The last error is the tool's own; QGIS adds none to it.
            self.ended.emit({}, self._feedback.errors[-1] if self._feedback.errors else self.tr("The tool failed."))
