"""The window of the model inspector: a package is picked or dropped, described, and handed on to a tool."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsFileWidget, QgsMessageBar
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices, QImage, QImageReader
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from ...core.errors import KestrelError
from ...core.events import Event
from ...core.jobs import ModelInformation
from ...core.packages.definition import Definition, read_definition
from ...core.runtime.client import run_job
from ..background import Work
from .page import PICTURE, can_detect, empty_page, error_page, model_page, wkt_of

ENDINGS = (".dlpk", ".emd")
_MOST_PIXELS = 10**8  # of a sample picture: it comes from a stranger


class _Browser(QTextBrowser):
    """Shows a page and the one picture in it; opens nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.picture: QImage | None = None
        self.setOpenLinks(False)

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """Return the picture; a page that asks for anything else gets nothing."""
        return self.picture if name.toString() == PICTURE else None


class ModelInspector(QDialog):
    """Not modal.

    Signals:
        tool_wanted: id of an algorithm and the parameters to open its dialog with.
        classes_chosen: the classes of the package, a tuple of :class:`core.packages.classes.ClassInfo`. The button that sends
            it is there when somebody listens.
    """

    tool_wanted = pyqtSignal(str, dict)
    classes_chosen = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Model Inspector"))
        self.setAcceptDrops(True)
        self.definition: Definition | None = None
        self._picture: QImage | None = None
        self._report: Work | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="kestrel-", ignore_cleanup_errors=True)
        self.bar = QgsMessageBar()
        self.file = QgsFileWidget()
        self.file.setDialogTitle(self.tr("Choose a model package"))
        self.file.setFilter(f"{self.tr('Model packages')} (*.dlpk *.emd)")
        self.file.fileChanged.connect(self._typed)
        self.browser = _Browser()
        self.browser.setAcceptDrops(False)  # the window takes them
        self.detect = self._button(self.tr("Use for detection"), "mActionFilter2.svg", self._detect)
        self.tune = self._button(self.tr("Fine-tune"), "mActionToggleEditing.svg", self._tune)
        self.classes = self._button(self.tr("Import classes"), "rendererCategorizedSymbol.svg", self._import)
        self.full = self._button(self.tr("Full report"), "mActionPropertiesWidget.svg", self._full_report)
        self.full.setToolTip(self.tr("Try the weights, and open a page with everything that is known, curves included."))
        self._lay_out()
        self._show()

    def inspect(self, path: str | Path) -> None:
        """Show a package."""
        self.file.setFilePath(str(path))  # which tells of it if it is another one
        if self.definition is None or self.definition.path != Path(path):
            self._read(str(path))

    # What it looks like

    def _button(self, text: str, icon: str, slot: Any) -> QPushButton:
        button = QPushButton(QgsApplication.getThemeIcon(icon), text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        return button

    def _lay_out(self) -> None:
        doing = QHBoxLayout()
        for button in (self.detect, self.tune, self.classes, self.full):
            doing.addWidget(button)
        doing.addStretch(1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        close.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter is for the field
        layout = QVBoxLayout(self)
        layout.addWidget(self.bar)
        layout.addWidget(self.file)
        layout.addWidget(self.browser, 1)
        layout.addLayout(doing)
        layout.addWidget(close)
        width = self.fontMetrics().averageCharWidth()
        self.resize(90 * width, 100 * width)

    def showEvent(self, event: Any) -> None:
        """See whether somebody wants classes."""
        super().showEvent(event)
        self._enable()

    def _enable(self) -> None:
        good = self.definition is not None and can_detect(self.definition)
        self.detect.setEnabled(good)
        self.tune.setEnabled(good)
        self.classes.setVisible(self.receivers(self.classes_chosen) > 0)
        self.classes.setEnabled(self.definition is not None and bool(self.definition.card.classes))
        self.full.setEnabled(self.definition is not None and self._report is None)

    # Reading

    def _typed(self, path: str) -> None:
        """Read what was chosen; while a path is still being typed, nothing is there to read."""
        if Path(path.strip()).exists() and path.strip():
            self._read(path.strip())

    def _read(self, path: str) -> None:
        QgsApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        self.definition, self._picture, problem = None, None, None
        try:
            self.definition = read_definition(path, wkt_of)
            self._picture = _image(self.definition.sample_picture())
        except KestrelError as error:
            problem = error
        except OSError as error:
            problem = KestrelError(f"{path}: {error.strerror or error}.")
        finally:
            QgsApplication.restoreOverrideCursor()
        self._show(problem, path)

    def _show(self, problem: KestrelError | None = None, path: str = "") -> None:
        width = 0
        if self._picture is not None:
            room = self.browser.viewport().width() - 2 * int(self.browser.document().documentMargin()) - 20
            width = max(min(self._picture.width(), room), 100)
            sharp = round(width * self.devicePixelRatioF())
            self.browser.picture = self._picture.scaledToWidth(sharp, Qt.TransformationMode.SmoothTransformation)
        else:
            self.browser.picture = None
        if self.definition is not None:
            html = model_page(self.definition, width)
        else:
            html = error_page(problem, path) if problem else empty_page()
        self.browser.setHtml(html)
        if problem and self.definition is not None:
            self.bar.pushMessage(str(problem), Qgis.MessageLevel.Warning)
        self._enable()

    def resizeEvent(self, event: Any) -> None:
        """Fit the picture to the window."""
        super().resizeEvent(event)
        if self._picture is not None and event.oldSize().width() != event.size().width():
            place = self.browser.verticalScrollBar().value()
            self._show()
            self.browser.verticalScrollBar().setValue(place)

    # Dropping

    def dragEnterEvent(self, event: Any) -> None:
        """Take files that may be packages."""
        if dropped_package(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        """Show the package."""
        if path := dropped_package(event.mimeData()):
            event.acceptProposedAction()
            self.inspect(path)

    # Handing on

    def _detect(self) -> None:
        self.tool_wanted.emit("kestrel:detectobjects", {"MODEL": self._path()})

    def _tune(self) -> None:
        if self.definition is not None:
            kind = self.definition.card.model_type  # the package's is used anyway; so the dialog says so
            self.tool_wanted.emit("kestrel:trainmodel", {"PRETRAINED_MODEL": self._path(), "MODEL_TYPE": kind})

    def _import(self) -> None:
        if self.definition is not None:
            self.classes_chosen.emit(self.definition.card.classes)

    def _full_report(self) -> None:
        """Let the worker read the weights too, and open its page."""
        target = Path(tempfile.mkdtemp(dir=self._folder.name)) / "model.html"
        job = ModelInformation(model=self._path(), output_report=str(target))

        def work(report: Any) -> str:
            def relay(event: Event) -> None:
                if event.kind == "progress":
                    report.progress(event.fraction, event.stage)

            return str(run_job(job, relay, lambda: report.cancelled)["OUTPUT_REPORT"])

        self._report = Work(self.tr("Describing a model"), work)
        self._report.ended.connect(self._reported)
        self._report.start()
        self.bar.pushMessage(self.tr("The weights are being read; the page opens when it is done."), Qgis.MessageLevel.Info, 5)
        self._enable()

    def _reported(self, page: str | None, error: KestrelError | None) -> None:
        self._report = None
        self.bar.clearWidgets()
        if page:
            QDesktopServices.openUrl(QUrl.fromLocalFile(page))
        elif error is not None:
            self.bar.pushMessage(str(error), Qgis.MessageLevel.Warning, 0)
        self._enable()

    def _path(self) -> str:
        return str(self.definition.path) if self.definition else ""


def dropped_package(data: Any) -> str:
    """Return the path of the model package among what is dragged; empty when there is none."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.lower().endswith(ENDINGS) or Path(path).is_dir()), "")


def _image(data: bytes | None) -> QImage | None:
    """Return the picture in ``data``; None for none, or one that is broken or absurdly large."""
    if not data:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"png")
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    if size.width() > 2000:
        reader.setScaledSize(size.scaled(QSize(2000, size.height()), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image
