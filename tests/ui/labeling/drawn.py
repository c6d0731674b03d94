"""Small things that the tests of the labeling dock share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QApplication

LEFT, TOP, PIXEL, COLUMNS, ROWS = 500000.0, 5000000.0, 0.5, 400, 300  # of the picture, in metres of UTM 33


def write_picture(path: Path, transform: tuple[float, ...] = (LEFT, PIXEL, 0, TOP, 0, -PIXEL)) -> Path:
    pixels = np.random.default_rng(1).integers(0, 255, (3, ROWS, COLUMNS), dtype=np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), COLUMNS, ROWS, 3, gdal.GDT_Byte)
    dataset.SetGeoTransform(transform)
    system = osr.SpatialReference()
    system.ImportFromEPSG(32633)
    dataset.SetProjection(system.ExportToWkt())
    dataset.WriteArray(pixels)
    dataset.FlushCache()
    return path


def rectangle(column: float, row: float, width: float, height: float) -> QgsGeometry:
    """A rectangle given in pixels of the picture, in its coordinate system."""
    left, top = LEFT + column * PIXEL, TOP - row * PIXEL
    return QgsGeometry.fromRect(QgsRectangle(left, top - height * PIXEL, left + width * PIXEL, top))


def label(layer: QgsVectorLayer, box: tuple[float, float, float, float], attributes: dict[str, Any]) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    feature.setGeometry(rectangle(*box))
    for name, value in attributes.items():
        feature.setAttribute(name, value)
    return feature


class Mouse:
    """A hand on the mouse over a canvas that shows the picture; places are pixels of the picture."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self.canvas = canvas

    def screen(self, column: float, row: float) -> QPoint:
        crs = self.canvas.mapSettings().destinationCrs()
        transform = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:32633"), crs, QgsProject.instance())
        point = transform.transform(QgsPointXY(LEFT + column * PIXEL, TOP - row * PIXEL))
        place = self.canvas.getCoordinateTransform().transform(point)
        return QPoint(round(place.x()), round(place.y()))

    def send(
        self,
        kind: QEvent.Type,
        place: tuple[float, float],
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        viewport, at = self.canvas.viewport(), self.screen(*place)
        down = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        event = QMouseEvent(kind, QPointF(at), QPointF(viewport.mapToGlobal(at)), button, down, keys)
        QApplication.sendEvent(viewport, event)

    def move(self, *place: float, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        self.send(QEvent.Type.MouseMove, place, button)

    def press(self, *place: float, **how: Any) -> None:
        self.send(QEvent.Type.MouseButtonPress, place, **how)

    def release(self, *place: float, **how: Any) -> None:
        self.send(QEvent.Type.MouseButtonRelease, place, **how)

    def click(self, *place: float, **how: Any) -> None:
        self.move(*place)
        self.press(*place, **how)
        self.release(*place, **how)

    def double_click(self, *place: float) -> None:
        self.click(*place)
        self.send(QEvent.Type.MouseButtonDblClick, place)
        self.release(*place)

    def drag(self, *places: tuple[float, float], **how: Any) -> None:
        self.press(*places[0], **how)
        for place in places[1:]:
            self.move(*place, button=Qt.MouseButton.LeftButton)
        self.release(*places[-1], **how)

    def key(self, key: Qt.Key, text: str = "") -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(self.canvas, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def show(canvas: QgsMapCanvas, picture: QgsRasterLayer) -> Mouse:
    """Let a canvas show the picture in the project's coordinate system."""
    project = QgsProject.instance()
    canvas.setDestinationCrs(project.crs())
    canvas.setLayers(list(project.mapLayers().values()))
    canvas.resize(800, 600)
    canvas.show()
    QApplication.processEvents()
    transform = QgsCoordinateTransform(picture.crs(), project.crs(), project)
    canvas.setExtent(transform.transformBoundingBox(picture.extent()))
    return Mouse(canvas)
