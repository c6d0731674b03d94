"""The tools of the dock: their buttons, which one is on the map, the keys 1 to 9."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsGeometry
from qgis.gui import QgsMapTool
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QColor, QKeyEvent
from qgis.PyQt.QtWidgets import QAction

from ..icons import icon
from .schema import LabelClass
from .session import Session
from .shapes import CIRCLE, LASSO, POLYGON, RECTANGLE, TURNED_RECTANGLE, fixed_box
from .tools import DrawTool, SelectTool

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

_AREA = QColor("#009e73")


class ToolBox(QObject):
    """The actions that put a tool on the map.

    Attributes:
        drawing: the actions of the tools that draw and edit labels, in the order of their buttons.
        mark, unmark: the actions that draw an area, and take areas out.
        streaming: whether polygons take points as the mouse moves.
    """

    def __init__(self, iface: QgisInterface, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._iface, self._session = iface, session
        self._canvas = self._iface.mapCanvas()
        self._tools: dict[QAction, QgsMapTool] = {}
        self._box = (32, 32)
        self._before: QgsMapTool | None = None
        self.select = self._action(
            "select", QgsApplication.getThemeIcon("/mActionSelectRectangle.svg"), self.tr("Select, move, delete"),
            self.tr("Click selects, Ctrl adds, dragging moves, Delete deletes."),
        )  # fmt: skip
        self.vertices = self._action(
            "vertices", QgsApplication.getThemeIcon("/mActionVertexTool.svg"), self.tr("Edit vertices"),
            self.tr("QGIS's vertex tool on the labels."), checkable=False,
        )  # fmt: skip
        self.vertices.triggered.connect(lambda _checked=False: self.edit_vertices())
        twice = self.tr("Drag, or click two corners.")
        self.shapes = {
            self._action("rectangle", icon("draw_rectangle"), self.tr("Rectangle"), twice): RECTANGLE,
            self._action(
                "turned_rectangle", icon("draw_turned_rectangle"), self.tr("Rotated rectangle"),
                self.tr("Click both ends of one side, then the other side."),
            ): TURNED_RECTANGLE,
            self._action(
                "polygon", icon("draw_polygon"), self.tr("Polygon"),
                self.tr("Click the corners; the right button or a double click finishes, Backspace takes one back."),
            ): POLYGON,
            self._action(
                "circle", icon("draw_circle"), self.tr("Circle"), self.tr("Drag from the centre, or click it and the border.")
            ): CIRCLE,
            self._action(
                "lasso", icon("draw_lasso"), self.tr("Lasso"), self.tr("Draw the outline with the button held down.")
            ): LASSO,
            self._action(
                "box", icon("draw_box"), self.tr("Box of a fixed size"), self.tr("Each click makes a box about it.")
            ): fixed_box(*self._box),
        }  # fmt: skip
        self.box = next(reversed(self.shapes))
        self.drawing = [self.select, self.vertices, *self.shapes]
        self.mark = self._action(
            "mark_area", icon("mark_area"), self.tr("Draw area"), self.tr("Drag a rectangle in which all objects are labelled.")
        )
        self.unmark = self._action(
            "unmark_area",
            icon("unmark_area"),
            self.tr("Remove areas"),
            self.tr("Draw a rectangle that touches the areas to remove."),
        )
        self.streaming = QAction(icon("stream"), self.tr("Streaming"), self)
        self.streaming.setObjectName("kestrel_label_streaming")
        self.streaming.setCheckable(True)
        self.streaming.setToolTip(self.tr("Streaming: polygons take points as the mouse moves"))
        self.streaming.toggled.connect(self._stream)
        session.opened.connect(self._opened)
        session.closed.connect(self._closed)
        session.classChosen.connect(self._colour)
        self._canvas.keyPressed.connect(self._key)
        self._closed()

    def actions(self) -> list[QAction]:
        """Return all actions, for the shortcuts of QGIS."""
        return [*self.drawing, self.streaming, self.mark, self.unmark]

    def set_box(self, width: float, height: float) -> None:
        """Choose the size of the box of a click, in pixels."""
        self._box = (width, height)
        self.shapes[self.box] = fixed_box(width, height)
        if self.box in self._tools:
            self._tools[self.box].shape = self.shapes[self.box]

    def is_ours(self, tool: QgsMapTool | None) -> bool:
        """Return whether a map tool is one of the dock's."""
        return tool is not None and tool in self._tools.values()

    def unload(self) -> None:
        """Take the tools off the map."""
        self._closed()
        self._canvas.keyPressed.disconnect(self._key)

    def _action(self, name: str, symbol: object, text: str, help_text: str, checkable: bool = True) -> QAction:
        action = QAction(symbol, text, self)
        action.setObjectName(f"kestrel_label_{name}")
        action.setCheckable(checkable)
        action.setToolTip(f"<b>{text}</b><br>{help_text}")
        if checkable:
            action.triggered.connect(lambda _checked=False: self._activate(action))
        return action

    def _opened(self) -> None:
        """Make the tools for the session's layer and grid."""
        session = self._session
        select = SelectTool(self._canvas, session.labels.layer, session.grid)
        select.moved.connect(session.move)
        select.removed.connect(session.remove)
        self._tools = {self.select: select}
        for action, shape in self.shapes.items():
            self._tools[action] = self._draw_tool(shape, session.take)
        self._tools[self.mark] = self._draw_tool(RECTANGLE, session.take_area)
        self._tools[self.unmark] = self._draw_tool(RECTANGLE, session.clear_areas)
        for action in (self.mark, self.unmark):
            self._tools[action].colour = _AREA
        for action, tool in self._tools.items():
            tool.setAction(action)
        self._stream(self.streaming.isChecked())
        for action in self.actions():
            action.setEnabled(True)

    def _closed(self) -> None:
        tool = self._canvas.mapTool()
        if self.is_ours(tool):
            self._canvas.unsetMapTool(tool)
            with suppress(RuntimeError):  # the tool before may be gone with its plugin
                if self._before is not None:
                    self._canvas.setMapTool(self._before)
        for old in self._tools.values():
            old.deleteLater()
        self._tools, self._before = {}, None
        for action in self.actions():
            action.setEnabled(False)

    def _draw_tool(self, shape: object, taker: Callable[[QgsGeometry], None]) -> DrawTool:
        tool = DrawTool(self._canvas, self._session.grid, shape)
        tool.drawn.connect(taker)
        return tool

    def _activate(self, action: QAction) -> None:
        tool = self._tools.get(action)
        if tool is None:
            return
        before = self._canvas.mapTool()
        if not self.is_ours(before):
            self._before = before
        self._canvas.setMapTool(tool)
        action.setChecked(True)

    def edit_vertices(self) -> None:
        """Put QGIS's vertex tool on the labels."""
        if self._session.labels is not None:
            self._iface.setActiveLayer(self._session.labels.layer)
            self._iface.actionVertexTool().trigger()

    def _stream(self, on: bool) -> None:
        for action in self.shapes:
            if action in self._tools:
                self._tools[action].streaming = on

    def _colour(self, item: LabelClass | None) -> None:
        for action in self.shapes:
            if action in self._tools:
                self._tools[action].colour = QColor(item.colour) if item else None

    def _key(self, event: QKeyEvent) -> None:
        """A digit, whatever keys the keyboard needs for it, chooses a class; it is given to labels that are being selected."""
        number = "123456789".find(event.text() or "none")
        if number >= 0 and self.is_ours(self._canvas.mapTool()) and not event.modifiers() & _COMMAND:
            self.choose(number)

    def choose(self, number: int) -> None:
        """Choose the class of a row of the class tree, counted from 0 as they are seen."""
        session = self._session
        item = session.by_key(number) if session.labels is not None else None
        if item is None:
            return
        session.choose(item)
        selected = list(session.labels.layer.selectedFeatureIds())
        if selected and self._canvas.mapTool() is self._tools.get(self.select):
            session.set_class(selected, item)


_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
