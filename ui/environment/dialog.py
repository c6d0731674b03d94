"""What deep learning runs on: its state in plain words, and buttons that build, repair, update and remove it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QMessageBox, QPushButton, QVBoxLayout, QWidget

from ...core.errors import Cancelled, KestrelError
from ...core.jobs import CheckEnvironment
from ...core.reporting import Reporter
from ...core.runtime.checkup import check_environment
from ...core.runtime.folder_changes import remove_environments
from ...core.runtime.folders import setting
from ...core.runtime.managed import ManagedEnvironment
from ...core.runtime.state import State, look
from ...processing_provider.network import hand_on_proxy
from ..background import Work
from .diagnostics import diagnostics
from .removal import RemovalDialog
from .sources import SourceFields
from .state_view import StateView
from .work_view import WorkView


class EnvironmentDialog(QDialog):
    """Not modal: QGIS stays usable, and what was begun goes on when the dialog is closed.

    Signals:
        told: a text and a :class:`Qgis.MessageLevel`, when something ended while the dialog was closed.
    """

    told = pyqtSignal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Kestrel environment"))
        self.state: State | None = None
        self.checked: list[tuple[str, str]] = []
        self._folder = tempfile.TemporaryDirectory(prefix="kestrel-", ignore_cleanup_errors=True)
        self._reports = 0
        self._look: Work | None = None
        self.view, self.work, self.sources = StateView(), WorkView(), SourceFields()
        self.build = self._button(
            self.tr("Build"), self._build, self.tr("Download and install the packages for deep learning.")
        )
        self.update_button = self._button(
            self.tr("Update"), self._build, self.tr("Build what this version of Kestrel and this machine need.")
        )
        self.repair = self._button(self.tr("Repair"), self._repair, self.tr("Build the environment anew."))
        self.remove = self._button(self.tr("Remove …"), self._remove, self.tr("Delete environments from the disk."))
        self.again = self._button(self.tr("Check again"), self.refresh, self.tr("Look at everything again."))
        self.report = self._button(self.tr("Full report"), self._open_report, self.tr("Open the page with all versions."))
        self.copy = self._button(
            self.tr("Copy diagnostics"), self._copy, self.tr("Copy what somebody who helps has to know. No passwords.")
        )
        self.apply = self._button(self.tr("Apply"), self._apply, self.tr("Use what these fields say from now on."))
        self._lay_out()
        self.sources.changed.connect(self._enable)
        self.sources.entered.connect(self.apply.click)
        self._enable()

    # What it looks like

    def _button(self, text: str, slot: Callable[[], None], tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        doing, looking, applying = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for button in (self.build, self.update_button, self.repair, self.remove):
            doing.addWidget(button)
        for button in (self.again, self.report, self.copy):
            looking.addWidget(button)
        doing.addStretch(1)
        looking.addStretch(1)
        applying.addStretch(1)
        applying.addWidget(self.apply)
        group = QgsCollapsibleGroupBox(self.tr("Where it comes from"))
        inside = QVBoxLayout(group)
        inside.addWidget(self.sources)
        inside.addLayout(applying)
        group.setCollapsed(True)
        group.collapsedStateChanged.connect(lambda _collapsed: QTimer.singleShot(0, self._grow))
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        close.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter in a field must not close the dialog
        layout = QVBoxLayout(self)
        layout.addWidget(self.view)
        layout.addLayout(doing)
        layout.addLayout(looking)
        layout.addWidget(group)
        layout.addWidget(self.work, 1)
        layout.addWidget(close)
        width = self.fontMetrics().averageCharWidth()
        self.resize(100 * width, 90 * width)

    def _grow(self) -> None:
        """Make room for what was unfolded: labels that wrap would be squeezed else."""
        self.resize(self.width(), max(self.height(), self.layout().totalHeightForWidth(self.width())))

    def _enable(self) -> None:
        """Enable what can be done now."""
        state, idle = self.state, not self.work.is_busy and self._look is None
        managed = state is not None and not state.named
        current = managed and any(item.current and item.facts for item in state.installed)
        self.build.setEnabled(idle and managed and state.kind == "missing")
        self.update_button.setEnabled(idle and managed and state.kind == "outdated")
        self.repair.setEnabled(idle and current)
        self.remove.setEnabled(idle and state is not None and bool(state.installed))
        self.again.setEnabled(idle)
        self.report.setEnabled(self._report_file().is_file())
        self.apply.setEnabled(idle and self.sources.is_changed)

    # Looking

    def showEvent(self, event: Any) -> None:
        """Look at what there is whenever the dialog comes up."""
        super().showEvent(event)
        if not event.spontaneous() and not self.work.is_busy:
            self.refresh()

    def refresh(self) -> None:
        """Look at files and the driver, then, when there is an environment, check it from inside."""
        if self._look is not None:
            return
        self.sources.reload()
        self.checked = []
        if self.state is None:
            self.view.show_state("asking", self.tr("Looking at what there is …"), "", [])
        self._look = Work(self.tr("Looking at Kestrel's environment"), lambda report: look())
        self._look.ended.connect(self._looked)
        self._look.start()
        self._enable()

    def _looked(self, state: State | None, error: KestrelError | None) -> None:
        self._look = None
        self.state = state
        if state is None:
            self.view.show_state("broken", str(error), "", [])
        else:
            self._show()
            if state.python is not None:
                self._check()
        self._enable()

    def _check(self) -> None:
        hand_on_proxy()
        self._reports += 1
        job = CheckEnvironment(output_report=str(self._report_file()))
        said: list[str] = []

        def check(report: Reporter) -> tuple[dict[str, Any], list[str]]:
            outputs = check_environment(
                job, lambda event: said.append(event.text) if event.kind == "message" else None, lambda: report.cancelled
            )
            return outputs, said

        self.view.show_state("asking", self.tr("Trying the environment …"), "", self.state.rows if self.state else [])
        self._look = Work(self.tr("Checking Kestrel's environment"), check)
        self._look.ended.connect(self._found)
        self._look.start()

    def _found(self, found: tuple[dict[str, Any], list[str]] | None, error: KestrelError | None) -> None:
        self._look = None
        if found is None:
            self.checked = [(self.tr("Check"), str(error))]
            self._show({"READY": 0}, [str(error)])
        else:
            outputs, said = found
            self.checked = [(name.capitalize().replace("_", " "), str(value)) for name, value in outputs.items()
                            if name != "OUTPUT_REPORT"]  # fmt: skip
            self.checked += [(self.tr("Said"), text) for text in said]
            self._show(outputs, said)
        self._enable()

    def _show(self, outputs: dict[str, Any] | None = None, said: list[str] | None = None) -> None:
        """Show the state, and what the check from inside found."""
        state = self.state
        if state is None:
            return
        rows, kind, headline, advice = dict(state.rows), state.kind, state.headline, state.advice
        if outputs and outputs["READY"]:
            if outputs["GPU_NAME"]:
                rows["Graphics card"] = self.tr("{name}, {memory:.1f} GiB of memory, driver {driver}; it works").format(
                    name=outputs["GPU_NAME"], memory=outputs["GPU_MEMORY"], driver=outputs["DRIVER"]
                )
            else:
                why = next((text.partition("No GPU is used. ")[2] for text in said or [] if "No GPU is used. " in text), "")
                rows["Graphics card"] = why or rows["Graphics card"]
            rows["PyTorch"] = outputs["TORCH_VERSION"]
        elif outputs:
            kind, headline = "broken", self.tr("The environment does not work.")
            # The check says where it looks, and sends those who run it headless to itself.
            reasons = [text.removesuffix("Run Check Deep Learning Environment.").strip() for text in said or []]
            reasons = [text for text in reasons if not text.startswith("Environment: ")][-1:]
            advice = " ".join([*reasons, "" if state.named else self.tr("Repair it.")]).strip()
        self.view.show_state(kind, headline, advice, rows.items())

    def _report_file(self) -> Path:
        return Path(self._folder.name) / f"environment{self._reports}.html"

    def _open_report(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report_file())))

    def _copy(self) -> None:
        text = diagnostics(self.state, self.checked, self.work.log.toPlainText())
        QgsApplication.clipboard().setText(text)
        self.work.say(self.tr("The diagnostics are in the clipboard."))

    # Doing

    def _apply(self) -> None:
        if self.sources.apply():
            self.refresh()

    def _build(self) -> None:
        wheels = _wheels()
        self._do(self.tr("Building Kestrel's environment"), lambda report: ManagedEnvironment().build(report, wheels))

    def _repair(self) -> None:
        question = self.tr(
            "The environment is built anew, with all downloads. Until that ends no tool of Kestrel can run; when it fails, the "
            "old environment comes back. Go on?"
        )
        if self._asks(self.tr("Repair"), question):
            wheels = _wheels()
            self._do(self.tr("Repairing Kestrel's environment"), lambda report: ManagedEnvironment().repair(report, wheels))

    def _remove(self) -> None:
        dialog = RemovalDialog(self.state.installed if self.state else (), self)
        if dialog.exec():
            folders = [item.path for item in dialog.chosen()]
            self._do(self.tr("Removing environments of Kestrel"), lambda report: remove_environments(folders, report))

    def _asks(self, title: str, question: str) -> bool:
        buttons = QMessageBox.StandardButton
        return QMessageBox.question(self, title, question, buttons.Yes | buttons.No, buttons.No) == buttons.Yes

    def _do(self, title: str, function: Callable[[Reporter], Any]) -> None:
        hand_on_proxy()
        work = self.work.follow(Work(title, function))
        work.ended.connect(self._done)
        self._enable()

    def _done(self, _result: Any, error: KestrelError | None) -> None:
        if error is None:
            text, level = self.tr("Done."), Qgis.MessageLevel.Success
        elif isinstance(error, Cancelled):
            text, level = self.tr("Cancelled; what was there before is there again."), Qgis.MessageLevel.Info
        else:
            text, level = str(error), Qgis.MessageLevel.Critical
        if error is None or isinstance(error, Cancelled):
            self.work.say(text)
        if self.isVisible():
            if level == Qgis.MessageLevel.Critical:
                QMessageBox.critical(self, self.windowTitle(), text)
            self.refresh()
        else:
            self.told.emit(text, level)
            self.state = None
            self._enable()


def _wheels() -> Path | None:
    named = setting("wheels")
    return Path(named) if named else None
