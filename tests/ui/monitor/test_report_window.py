"""Reports inside QGIS: the texts, the tables and the pictures of our pages, and nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QBuffer, QIODevice, Qt
from qgis.PyQt.QtGui import QImage

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><rect width="300" height="100" fill="#00f"/></svg>'


def png(width: int) -> str:
    image = QImage(width, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    return base64.b64encode(bytes(buffer.data())).decode()


@pytest.fixture
def window(kestrel: Any, qgis_app: Any, tmp_path: Path) -> Iterator[Any]:
    from kestrel.core import page
    from kestrel.ui.monitor.report_window import ReportWindow

    path = tmp_path / "report.html"
    page.write(
        path,
        page.page(
            "Mask R-CNN", "A model <that> finds roofs.", page.tiles([("0.454", "AP50"), ("0.62", "threshold")]),
            page.section(
                "Classes",
                page.table(("Class", "Objects"), [(page.swatch("#ff0000", "roof"), 1504)]),
                page.image(png(4000), "image/png", "Wide chips.", wide=True),
                page.image(base64.b64encode(SVG).decode(), "image/svg+xml", "A drawing."),
                page.image("AAAA", "image/png", "Broken."),
            ),
            page.folded("More", page.terms([("IoU", "What two shapes share.")])),
            '<img src="https://example.org/spy.png"><img src="file:///etc/passwd">',
        ),
    )  # fmt: skip
    made = ReportWindow(path, "Report")
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    yield made
    sip.delete(made)


def test_a_report_with_its_pictures(window: Any) -> None:
    text = window.page.toPlainText()
    for part in (
        "Mask R-CNN",
        "A model <that> finds roofs.",
        "0.454",
        "threshold",
        "roof",
        "1504",
        "Wide chips.",
        "More",
        "IoU",
    ):
        assert part in text, part
    wide, drawing, broken = window.page.pictures
    room = window.page.viewport().width()
    assert room - 60 < wide.width() <= room and wide.pixelColor(5, 5).name() == "#ff0000"
    assert drawing.pixelColor(5, 5).name() == "#0000ff" and drawing.width() == 360
    assert broken.isNull()
    shown = window.page.grab().toImage()  # the picture is where the page has it
    assert any(shown.pixelColor(100, y).name() == "#ff0000" for y in range(shown.height()))


def test_pictures_follow_the_width_of_the_window(window: Any, wait: Any) -> None:
    before = window.page.pictures[0].width()
    window.resize(window.width() - 200, window.height())
    wait(lambda: window.page.pictures[0].width() < before - 100)


def test_nothing_else_is_opened(window: Any) -> None:
    from qgis.PyQt.QtCore import QUrl

    for name in ("https://example.org/spy.png", "file:///etc/passwd", "kestrel:picture99"):
        assert window.page.loadResource(2, QUrl(name)) is None
