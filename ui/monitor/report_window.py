"""A window that shows a report of a tool inside QGIS, with a button that opens it in the browser, for which it was drawn.

Qt's browser engines do not come with every QGIS; its text widget does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QImage, QImageReader, QPainter, QPalette
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from .report_page import PICTURE, for_qt, with_widths

_MOST_BYTES = 200 * 10**6
_MOST_PIXELS = 4000  # along a side of a picture
_STYLE = """
h1 {{ font-size: x-large; }} h2 {{ font-size: large; margin-top: 1.2em; }} h3, h4 {{ margin-top: 1em; }}
.lead {{ color: {soft}; }} .tile {{ background-color: {tint}; }}
.warning {{ background-color: {warning}; }} .good {{ background-color: {good}; }} th {{ color: {soft}; }}
dt {{ font-weight: bold; }}
"""


class _Page(QTextBrowser):
    """Shows a page and its pictures, and opens nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[QImage] = []
        self.setOpenLinks(False)

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """Return a picture of the page."""
        number = name.toString().removeprefix(PICTURE)
        return self.pictures[int(number)] if number.isdigit() and int(number) < len(self.pictures) else None


class ReportWindow(QDialog):
    """Not modal.

    Args:
        path: of the report.
        title: of the window.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no text, or absurdly large.
    """

    def __init__(self, path: Path, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"{path} is too large")
        self._path = path
        self._html, self._files = for_qt(path.read_text(encoding="utf-8"))
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = _Page()
        self.page.document().setDefaultStyleSheet(_style(self.palette()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.browser = QPushButton(QgsApplication.getThemeIcon("propertyicons/metadata.svg"), self.tr("Open in browser"))
        buttons.addButton(self.browser, QDialogButtonBox.ButtonRole.ActionRole)
        self.browser.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page, 1)
        layout.addWidget(buttons)
        width = self.fontMetrics().averageCharWidth()
        self.resize(130 * width, 110 * width)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(150)
        self._later.timeout.connect(self._fit)

    def showEvent(self, event: Any) -> None:
        """Fit the pictures to the window, whose size is known now."""
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: Any) -> None:
        """Fit the pictures when the window has its new size."""
        super().resizeEvent(event)
        self._later.start()

    def _fit(self) -> None:
        room = self.page.viewport().width() - 2 * int(self.page.document().documentMargin()) - 4
        ratio = self.devicePixelRatioF()
        self.page.pictures, widths = [], []
        for data in self._files:
            image, width = _image(data, room, ratio)
            self.page.pictures.append(image)
            widths.append(width)
        place = self.page.verticalScrollBar().value()
        self.page.setHtml(with_widths(self._html, widths))
        self.page.verticalScrollBar().setValue(place)


def _image(data: bytes, room: int, ratio: float) -> tuple[QImage, int]:
    """Return a picture for a page that is ``room`` wide, sharp on a screen of ``ratio``, and the width that it is shown at."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if not size.isValid() or size.isEmpty():
        return QImage(), 1
    vector = bytes(reader.format()).startswith(b"svg")
    width = min(room, int(1.2 * size.width()) if vector else size.width())
    sharp = min(int(width * ratio), _MOST_PIXELS)
    if vector or sharp < size.width():
        reader.setScaledSize(QSize(sharp, max(round(sharp * size.height() / size.width()), 1)))
    image = reader.read()
    if image.hasAlphaChannel():  # a drawing in dark ink: it needs paper on a dark theme
        paper = QImage(image.size(), QImage.Format.Format_RGB32)
        paper.fill(Qt.GlobalColor.white)
        image = _on(paper, image)
    return image, width


def _on(paper: QImage, image: QImage) -> QImage:
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    return paper


def _style(palette: QPalette) -> str:
    dark = palette.color(QPalette.ColorRole.Base).lightness() < 128
    if dark:
        return _STYLE.format(soft="#a8b4c0", tint="#3a4148", warning="#5a4420", good="#24472c")
    return _STYLE.format(soft="#5b6b7b", tint="#f0f3f6", warning="#fff4e5", good="#eaf6ec")
