"""Draw the demo's map with QGIS: ``python scripts/demo_map.py RASTER TRUTH DETECTIONS PICTURE``."""

from __future__ import annotations

import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFillSymbol,
    QgsMapLayer,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QRect, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter, QPen

TRUTH, FOUND, PAPER = "#ffffff", "#ff7a00", "#1d2733"


def main(raster: str, truth: str, detections: str, picture: str) -> None:
    """Draw imagery, truth and detections with a legend into ``picture``, one image pixel a raster pixel.

    Raises:
        SystemExit: a layer cannot be read or the picture cannot be written.
    """
    application = QgsApplication([], False)
    application.initQgis()
    imagery = QgsRasterLayer(raster, "imagery")
    true_trees = outlined(truth, TRUTH, 0.25, "dash")
    found_trees = outlined(detections, FOUND, 0.45, "solid")
    for layer in (imagery, true_trees, found_trees):
        if not layer.isValid():
            sys.exit(f"{layer.source()} cannot be read.")

    settings = QgsMapSettings()
    settings.setLayers([found_trees, true_trees, imagery])
    settings.setDestinationCrs(imagery.crs())
    settings.setExtent(imagery.extent())
    settings.setOutputSize(QSize(imagery.width(), imagery.height()))
    settings.setOutputDpi(96)
    settings.setFlag(Qgis.MapSettingsFlag.Antialiasing)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = with_legend(job.renderedImage(), true_trees.featureCount(), found_trees.featureCount())
    if not image.save(picture):
        sys.exit(f"{picture} cannot be written.")


def outlined(source: str, color: str, width: float, style: str) -> QgsMapLayer:
    """Return a polygon layer drawn as outlines, ``width`` in millimetres."""
    layer = QgsVectorLayer(source, source, "ogr")
    symbol = QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": color, "outline_width": str(width), "outline_style": style}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer


def with_legend(image: QImage, truth: int, found: int) -> QImage:
    """Return the map with a strip below that says what is what."""
    strip = 44
    whole = QImage(image.width(), image.height() + strip, QImage.Format.Format_RGB32)
    whole.fill(QColor(PAPER))
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawImage(0, 0, image)
    font = QFont("DejaVu Sans")
    font.setPixelSize(16)
    painter.setFont(font)
    left, middle = 16, image.height() + strip // 2
    for color, style, text in (
        (TRUTH, Qt.PenStyle.DashLine, f"drawn by hand ({truth})"),
        (FOUND, Qt.PenStyle.SolidLine, f"found by the model ({found})"),
    ):
        painter.setPen(QPen(QColor(color), 2, style))
        painter.drawRect(left, middle - 9, 26, 18)
        painter.setPen(QColor("white"))
        painter.drawText(QRect(left + 36, middle - 16, 280, 32), Qt.AlignmentFlag.AlignVCenter, text)
        left += 300
    painter.setPen(QColor("#aab6c2"))
    source = "Yellowstone, 10 cm. Imagery: NSF's NEON. Labels: DeepForest (Weinstein et al., MIT)."
    font.setPixelSize(12)
    painter.setFont(font)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRect(left, middle - 16, whole.width() - left - 16, 32), right, source)
    painter.end()
    return whole


if __name__ == "__main__":
    main(*sys.argv[1:5])
