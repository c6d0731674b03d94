"""One run, as far as it came: where it is, how fast, its curves, its device, and in the end what it gave."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...core.console import duration, load_texts
from .chart import Chart, Curve
from .meter import Meter
from .record import Record, Series

_LEAST_SECONDS, _MOST_SECONDS = 60, 240  # that the pictures of the device show
_NONE = Series()


class RunView(QWidget):
    """Shows a :class:`Record`; :meth:`refresh` when it has changed.

    Signals:
        report_wanted: path of a report.
        model_wanted: path of a model package.
        part_wanted: path of the layer that a search had written when it was cancelled.
    """

    report_wanted = pyqtSignal(str)
    model_wanted = pyqtSignal(str)
    part_wanted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.record: Record | None = None
        self._seen: tuple[object, ...] = ()
        self.stage, self.speed, self.found, self.device, self.warnings = (_text() for _ in range(5))
        font = QFont(self.stage.font())
        font.setBold(True)
        self.stage.setFont(font)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.cancel = self._button(self.tr("Cancel"), "mActionCancelAllEdits.svg", self._cancel)
        self.cancel.setToolTip(self.tr("Stop soon. What is done is kept where it is of use; the log says what."))
        self.loss = Chart(self.tr("Loss"), self.tr("Epoch"))
        self.logarithmic = QCheckBox(self.tr("Logarithmic"))
        self.logarithmic.setToolTip(self.tr("Show small losses as clearly as large ones."))
        self.logarithmic.toggled.connect(lambda: self.refresh())
        self.quality = Chart(self.tr("Quality on the validation chips"), self.tr("Epoch"), zero=True)
        self.memory, self.load = Meter(), Meter()
        self.report = self._button(self.tr("Open report"), "mActionPropertiesWidget.svg", self._open_report)
        self.model = self._button(self.tr("Show model"), "mActionIdentify.svg", self._show_model)
        self.part = self._button(self.tr("Add to map"), "mActionAddOgrLayer.svg", self._add_part)
        self.part.setToolTip(self.tr("Add the layer with what was found before the search was cancelled."))
        self.numbers = QWidget()
        self._rows = QGridLayout(self.numbers)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setColumnStretch(1, 1)
        self._shown: list[tuple[str, str]] = []
        self._lay_out()

    def show_record(self, record: Record | None) -> None:
        """Show another run; None for none."""
        self.record, self._seen = record, ()
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        record = self.record
        self.setVisible(record is not None)
        if record is None:
            return
        progress = record.progress
        self.bar.setVisible(record.running)
        self.cancel.setVisible(record.running)
        self.cancel.setEnabled(not record.stopping)
        self.bar.setValue(int(1000 * progress.fraction))
        self.stage.setText(self._state(record))
        left = "" if progress.remaining is None else self.tr("{time} left").format(time=duration(progress.remaining))
        speed = [progress.rate, left] if record.running else []
        _say(self.speed, "\n".join(part for part in speed if part))
        _say(self.found, self._found(record))
        _say(self.warnings, "\n".join(f"⚠ {text}" for text in record.warnings))
        self._refresh_charts(record)
        self._refresh_meters(record)
        if not record.running:
            self._refresh_results(record)
        self.numbers.setVisible(not record.running and bool(self._shown))
        self.report.setVisible(not record.running and Path(record.output("html") or "?").is_file())
        self.model.setVisible(not record.running and Path(self._package() or "?").is_file())

        self.part.setVisible(bool(self._partial()))

    # Parts

    def _state(self, record: Record) -> str:
        if record.running:
            if record.stopping:
                return self.tr("Stopping …")
            return record.progress.stage or self.tr("Starting")
        taken = duration((record.ended or record.begun) - record.begun)
        if record.cancelled:
            return self.tr("Cancelled after {time}").format(time=taken)
        if record.error:
            return self.tr("Failed after {time}: {reason}").format(time=taken, reason=record.error)
        return self.tr("Done in {time}").format(time=taken)

    def _found(self, record: Record) -> str:
        """Return what is to be said of the objects on the map; the rate counts them."""
        if not record.found or not record.running:
            return ""
        if record.found > record.shown > 0:
            return self.tr("The first {shown} objects are on the map; the layer will hold all.").format(
                shown=f"{record.shown:,}"
            )
        return "" if record.final else self.tr("Non maximum suppression, which comes last, may remove some of the objects.")

    def _refresh_charts(self, record: Record) -> None:
        curves = {
            name: record.curves.get(name, _NONE)
            for name in ("step_loss", "training_loss", "validation_loss", "ap", "ap50", "f1")
        }
        seen = (record, self.logarithmic.isChecked(), *((len(curve), curve.x[-1:]) for curve in curves.values()))
        if seen == self._seen:
            return
        self._seen = seen
        loss = [
            Curve(self.tr("steps"), curves["step_loss"], "grey", dots=False, faint=True),
            Curve(self.tr("training"), curves["training_loss"], "blue"),
            Curve(self.tr("validation"), curves["validation_loss"], "orange"),
        ]
        quality = [
            Curve("AP50", curves["ap50"], "blue"),
            Curve("AP", curves["ap"], "orange"),
            Curve("F1", curves["f1"], "green"),
        ]
        self.loss.show_curves(loss, self.logarithmic.isChecked())
        self.quality.show_curves(quality)
        has_loss = any(len(curve.series) for curve in loss)
        self.loss.setVisible(has_loss)
        self.logarithmic.setVisible(has_loss)
        self.quality.setVisible(any(len(curve.series) for curve in quality))

    def _refresh_meters(self, record: Record) -> None:
        progress, total = record.progress, record.progress.memory_total
        most = min(max(len(record.loads), _LEAST_SECONDS), _MOST_SECONDS)
        texts = load_texts(progress)
        there = record.running and bool(texts)
        memories = [memory for _, memory, _ in record.loads if memory is not None]
        loads = [load for _, _, load in record.loads if load is not None]
        self.memory.setVisible(there and progress.memory is not None)
        self.load.setVisible(there and bool(loads))
        _say(self.device, progress.device if there else "")
        if not there:
            return
        if progress.memory is not None:
            top = total or max(memories, default=1) or 1
            text = self.tr("Memory of this run: {used}") if progress.device.startswith("CPU") else self.tr("Memory: {used}")
            self.memory.show_shares(text.format(used=texts[0]), [memory / top for memory in memories], most)
        if loads:
            text = self.tr("Load: {load}").format(load=f"{100 * loads[-1]:.0f} %")
            self.load.show_shares(text, loads, most)

    def _refresh_results(self, record: Record) -> None:
        rows = [(_short(label), _number(value)) for label, value in record.numbers()]
        if self._shown == rows:
            return
        self._shown = rows
        while item := self._rows.takeAt(0):
            item.widget().deleteLater()
        for number, (label, value) in enumerate(rows):
            name, digits = _text(), QLabel(f"<b>{value}</b>")
            name.setText(label)
            self._rows.addWidget(digits, number, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            self._rows.addWidget(name, number, 1)

    def _package(self) -> str:
        """Return the path of the model that was trained."""
        if self.record is None or self.record.algorithm != "kestrel:trainmodel":
            return ""
        return str(self.record.results.get("MODEL") or "")

    def _partial(self) -> str:
        """Return the path of the layer of a search that was cancelled, which QGIS does not load."""
        if self.record is None or not self.record.cancelled or self.record.algorithm != "kestrel:detectobjects":
            return ""
        path = str(self.record.results.get("OUTPUT") or "")
        return path if Path(path or "?").is_file() else ""

    # Doing

    def _cancel(self) -> None:
        if self.record is not None and self.record.running:
            self.record.stopping = True
            self.record.cancel()
            self.refresh()

    def _open_report(self) -> None:
        if self.record is not None:
            self.report_wanted.emit(self.record.output("html"))

    def _show_model(self) -> None:
        self.model_wanted.emit(self._package())

    def _add_part(self) -> None:
        self.part_wanted.emit(self._partial())

    # What it looks like

    def _button(self, text: str, icon: str, slot: object) -> QPushButton:
        button = QPushButton(QgsApplication.getThemeIcon(icon), text)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        running = QHBoxLayout()
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)
        doing = QHBoxLayout()
        doing.addWidget(self.report)
        doing.addWidget(self.model)
        doing.addWidget(self.part)
        doing.addStretch(1)
        loss = QGridLayout()  # the check box lies in the empty corner of the chart
        loss.addWidget(self.loss, 0, 0)
        loss.addWidget(self.logarithmic, 0, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.addWidget(self.stage)
        layout.addLayout(running)
        layout.addWidget(self.speed)
        layout.addWidget(self.found)
        layout.addLayout(doing)
        layout.addWidget(self.numbers)
        layout.addLayout(loss)
        layout.addWidget(self.quality)
        layout.addWidget(self.device)
        layout.addWidget(self.memory)
        layout.addWidget(self.load)
        layout.addWidget(self.warnings)
        layout.addStretch(1)


def _text() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _say(label: QLabel, text: str) -> None:
    label.setVisible(bool(text))
    if label.text() != text:
        label.setText(text)


def _short(label: str) -> str:
    """Return the label of an output without its range, which the number shows."""
    return label.split("; ")[0].removesuffix(", 0 to 1")


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) or float(value).is_integer() else f"{value:.3f}"
