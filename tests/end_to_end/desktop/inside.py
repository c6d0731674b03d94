"""Runs in QGIS, which starts it with ``--code``: says where things are and how they stand.

It looks and never acts. Questions come over a local socket, one JSON object a line: the name of a function of this file's
``QUESTIONS`` and its arguments. Places are pixels of the screen.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QAbstractListModel, QObject, QPoint, QPointF, QRect
from qgis.PyQt.QtNetwork import QLocalServer, QLocalSocket
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)
from qgis.utils import iface, plugins


def find(**wanted: Any) -> list[dict[str, Any]]:
    """Return the things on the screen that fit: widgets, entries of menus, tabs, rows of lists and trees.

    Args:
        wanted: any of ``text`` (without ``&`` and dots at the end), ``name`` (of the object or its action), ``kind`` (a class),
            ``window`` (a part of its title), ``within`` (name of an object around it), ``parameter`` (of the tool's dialog),
            ``starts`` (the text's beginning), ``tip`` (a part of its tool tip), ``popup`` (in the list that has popped up).
    """
    return [thing for thing in _things(wanted) if _fits(thing, wanted)]


def place(x: float, y: float, crs: str) -> list[float]:
    """Return where on the screen a point of the map is."""
    canvas = iface.mapCanvas()
    target = canvas.mapSettings().destinationCrs()
    transform = QgsCoordinateTransform(QgsCoordinateReferenceSystem(crs), target, QgsProject.instance())
    pixel = canvas.getCoordinateTransform().transform(transform.transform(QgsPointXY(x, y)))
    corner = canvas.viewport().mapToGlobal(QPoint(0, 0))
    return [corner.x() + pixel.x(), corner.y() + pixel.y()]


def proposed() -> list[list[float]]:
    """Return where on the screen the boxes of what a model suggests are, the surest first: left, top, right, bottom."""
    canvas, box = iface.mapCanvas(), plugins["kestrel"].labeling.dock.suggestions
    transform, corner = canvas.getCoordinateTransform().transform(), canvas.viewport().mapToGlobal(QPoint(0, 0))
    found = []
    for item in box.pool.shown():
        rect = transform.map(box.picture._outline(item)).boundingRect()
        found.append([*_moved(rect.topLeft(), corner), *_moved(rect.bottomRight(), corner)])
    return found


def _moved(point: QPointF, corner: QPoint) -> tuple[float, float]:
    return corner.x() + point.x(), corner.y() + point.y()


def state() -> dict[str, Any]:
    """Return how QGIS stands: windows, layers from the top down, messages, the map, whether something runs."""
    canvas = iface.mapCanvas()
    extent = canvas.extent()
    order = QgsProject.instance().layerTreeRoot().layerOrder()
    tool = canvas.mapTool()
    return {
        "windows": [window.windowTitle() for window in _windows()],
        "layers": [
            {
                "name": layer.name(),
                "source": layer.source(),
                "count": layer.featureCount() if isinstance(layer, QgsVectorLayer) else None,
                "style": layer.renderer().type() if layer.renderer() else "",
            }
            for layer in order
        ],
        "messages": _texts(iface.messageBar()),
        "view": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "drawing": canvas.isDrawing(),
        "tool": tool.action().objectName() if tool is not None and tool.action() is not None else "",
        "tasks": QgsApplication.taskManager().countActiveTasks(),
        "project": QgsProject.instance().fileName(),
        "unsaved": QgsProject.instance().isDirty(),
    }


def _windows() -> list[QWidget]:
    """Everything that stands for itself, the modal one and what popped up first."""
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible() and not window.isMinimized()]
    front = (QApplication.activePopupWidget(), QApplication.activeModalWidget())
    return sorted(windows, key=lambda window: next((n for n, other in enumerate(front) if other is window), 2))


def _things(wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for window in _windows():
        if wanted.get("popup") and window is not QApplication.activePopupWidget():
            continue
        if wanted.get("window") and wanted["window"] not in window.windowTitle():
            continue
        roots = [window]
        if wanted.get("parameter"):
            roots = [found for found in [_parameter(window, wanted["parameter"])] if found is not None]
        elif wanted.get("within"):
            roots = [child for child in [window, *window.findChildren(QWidget)] if child.objectName() == wanted["within"]]
        for root in roots:
            for widget in (root, *root.findChildren(QWidget)):
                if widget.isVisible():
                    yield from _of_widget(widget, window)
                    if wanted.get("kind") == "row" and isinstance(widget, QAbstractItemView):
                        with suppress(RuntimeError):  # some of Qt's own keep their rows to themselves
                            yield from _of_view(widget, window)


def _of_widget(widget: QWidget, window: QWidget) -> Iterator[dict[str, Any]]:
    """A widget, and the things in it that are no widgets."""
    action = widget.defaultAction() if isinstance(widget, QToolButton) else None
    seen = widget.visibleRegion().boundingRect()
    yield {
        **_thing(widget, window, widget.rect(), seen, _text(widget)),
        "name": (action.objectName() if action is not None else "") or widget.objectName(),
        "tip": re.sub(r"<[^>]+>", " ", widget.toolTip()).strip(),
        "checked": widget.isChecked() if isinstance(widget, QAbstractButton | QGroupBox) else None,
        "value": widget.value() if isinstance(widget, QProgressBar) else None,
        "points": sum(len(curve.series) for curve in getattr(widget, "_curves", ())),
    }
    if isinstance(widget, QMenu | QMenuBar):
        for entry in widget.actions():
            if entry.isVisible() and not entry.isSeparator():
                thing = _thing(widget, window, widget.actionGeometry(entry), seen, entry.text())
                yield {**thing, "kind": "entry", "name": entry.objectName(), "enabled": entry.isEnabled()}
    elif isinstance(widget, QTabBar):
        for number in range(widget.count()):
            thing = _thing(widget, window, widget.tabRect(number), seen, widget.tabText(number))
            yield {**thing, "kind": "tab", "checked": widget.currentIndex() == number}


def _of_view(view: QAbstractItemView, window: QWidget) -> Iterator[dict[str, Any]]:
    """The rows that can be seen."""
    seen, model = view.viewport().visibleRegion().boundingRect(), view.model()
    if model is None or not seen.isValid():
        return
    flat = isinstance(model, QAbstractListModel)  # whose columns and children Python may not ask for
    waiting = [view.rootIndex()]
    while waiting:
        parent = waiting.pop()
        for row in range(min(model.rowCount(parent), 500)):
            for column in range(1 if flat else model.columnCount(parent)):
                index = model.index(row, column, parent)
                rect = view.visualRect(index)
                if rect.isValid() and rect.intersects(seen):
                    yield {**_thing(view.viewport(), window, rect, seen, str(index.data() or "")), "kind": "row",
                           "name": view.objectName(), "row": row, "column": column}  # fmt: skip
                if column == 0 and not flat and model.hasChildren(index):
                    waiting.append(index)


def _thing(widget: QWidget, window: QWidget, rect: QRect, seen: QRect, text: str) -> dict[str, Any]:
    part = rect.intersected(seen)
    centre = widget.mapToGlobal(part.center())
    hit = QApplication.widgetAt(centre) if not part.isEmpty() else None
    ours = hit is not None and (hit is widget or widget.isAncestorOf(hit) or hit.isAncestorOf(widget))
    corner = widget.mapToGlobal(rect.topLeft())
    area = _scrolled(widget)
    return {
        "text": _plain(text),
        "kind": type(widget).__name__,
        "kinds": [kind.__name__ for kind in type(widget).__mro__],
        "window": window.windowTitle(),
        "rect": [corner.x(), corner.y(), rect.width(), rect.height()],
        "centre": [centre.x(), centre.y()],
        "whole": part.height() >= min(rect.height(), seen.height() or 1) if rect.height() <= 60 else part.height() >= 40,
        "reachable": ours,
        "enabled": widget.isEnabled(),
        "area": area,
        "within": [item.objectName() for item in _parents(widget) if item.objectName()],
    }


def _scrolled(widget: QWidget) -> list[int] | None:
    """The viewport that a widget can be scrolled in."""
    inner = widget
    for parent in _parents(widget):
        if parent.objectName() == "qt_scrollarea_viewport" and not isinstance(inner, QAbstractItemView):
            corner = parent.mapToGlobal(QPoint(0, 0))
            return [corner.x(), corner.y(), parent.width(), parent.height()]
        inner = parent
    return None


def _parents(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


def _parameter(window: QWidget, name: str) -> QWidget | None:
    """The widget of a parameter in the dialog of a tool, or in a form of the plugin."""
    forms = [window.mainWidget()] if hasattr(window, "mainWidget") else window.findChildren(QWidget)
    wrapper = next((form.wrappers[name] for form in forms if name in getattr(form, "wrappers", {})), None)
    if wrapper is None:
        return None
    return wrapper.wrappedWidget() if hasattr(wrapper, "wrappedWidget") else wrapper.widget


def _text(widget: QWidget) -> str:
    if isinstance(widget, QAbstractButton | QLabel | QLineEdit):
        action = widget.defaultAction() if isinstance(widget, QToolButton) else None
        return widget.text() or (action.text() if action is not None else "")
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return widget.toPlainText()
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QDockWidget) or widget.isWindow():
        return widget.windowTitle()
    return ""


def _plain(text: str) -> str:
    text = re.sub(r"<[^>]+>", " ", text) if "<" in text and len(text) < 500 else text
    return re.sub(r"&(?!&)", "", text).strip().rstrip("….").strip()


def _texts(widget: QWidget) -> list[str]:
    labels = (child for child in widget.findChildren(QWidget) if child.isVisible())
    return [text for text in (_plain(_text(label)) for label in labels) if text]


def _fits(thing: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return (
        ("text" not in wanted or thing["text"] == _plain(wanted["text"]))
        and ("starts" not in wanted or thing["text"].startswith(wanted["starts"]))
        and ("name" not in wanted or thing.get("name") == wanted["name"])
        and ("tip" not in wanted or wanted["tip"] in thing.get("tip", ""))
        and ("kind" not in wanted or wanted["kind"] == thing["kind"] or wanted["kind"] in thing["kinds"])
    )


QUESTIONS = {"find": find, "place": place, "proposed": proposed, "state": state}


class Answers(QObject):
    """Listens and answers; works while dialogs and menus are open too, because they have event loops."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._sockets: list[QLocalSocket] = []  # else garbage collection takes what listens to them
        self._server = QLocalServer(self)
        self._server.newConnection.connect(self._connected)
        if not self._server.listen(address):
            print("probe:", self._server.errorString(), flush=True)

    def _connected(self) -> None:
        socket = self._server.nextPendingConnection()
        self._sockets.append(socket)
        socket.readyRead.connect(lambda: self._read(socket))

    def _read(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            question = json.loads(bytes(socket.readLine()))
            try:
                answer = {"answer": QUESTIONS[question["ask"]](**question["with"])}
            except Exception:
                answer = {"error": traceback.format_exc()}
            socket.write(json.dumps(answer).encode() + b"\n")
            socket.flush()


faulthandler.enable()  # the log says where Python was when QGIS crashes
QApplication.setCursorFlashTime(0)  # so that two pictures of the same thing are the same
_ANSWERS = Answers(os.environ["KESTREL_PROBE"])
