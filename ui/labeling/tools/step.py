"""Decides about one proposed object after another, by click and by key; draws nothing."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QApplication

_ACCEPT = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_A)
_REJECT = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_R)
_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_N)
_BACK = (Qt.Key.Key_Left, Qt.Key.Key_P)
_FIX = (Qt.Key.Key_F,)
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class StepTool(QgsMapTool):
    """Keys: Enter or A accepts, Delete or R rejects, F fixes, → or N goes on, ← or P goes back, 1 to 9 accepts as a class.

    Signals: ``clicked`` (QgsPointXY on the map, whether it was the right button); ``accepted``, ``rejected`` and ``fixed``;
    ``stepped`` (1 or -1); ``classed`` (position of a class, counted from 0).
    """

    clicked = pyqtSignal(QgsPointXY, bool)
    accepted = pyqtSignal()
    rejected = pyqtSignal()
    fixed = pyqtSignal()
    stepped = pyqtSignal(int)
    classed = pyqtSignal(int)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._pressed: QPoint | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Remember where: a click is no drag."""
        self._pressed = event.originalPixelPoint()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Tell of a click."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        if (event.originalPixelPoint() - pressed).manhattanLength() < QApplication.startDragDistance():
            self.clicked.emit(event.mapPoint(), event.button() == Qt.MouseButton.RightButton)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of a key; those with Ctrl, Alt or Meta are somebody else's."""
        digit = "123456789".find(event.text() or "none")
        if event.modifiers() & _COMMAND:
            return
        if event.key() in _ACCEPT:
            self.accepted.emit()
        elif event.key() in _REJECT:
            self.rejected.emit()
        elif event.key() in _FIX:
            self.fixed.emit()
        elif event.key() in _NEXT:
            self.stepped.emit(1)
        elif event.key() in _BACK:
            self.stepped.emit(-1)
        elif digit >= 0:
            self.classed.emit(digit)
        else:
            return
        event.ignore()  # so that the canvas does not take it as well
