"""The Label Objects dock: puts the parts together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsApplication, QgsSettings, QgsVectorLayer
from qgis.gui import QgsDockWidget, QgsMessageBarItem, QgsScrollArea
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QAction, QFrame, QLabel, QSpinBox, QSplitter, QTabWidget, QVBoxLayout, QWidget

from ..flow import FlowLayout
from ..icons import icon
from .bars import ShortenedLabel, bar, together
from .class_dialog import ask_class
from .class_tree import ClassTree
from .coverage_box import CoverageBox
from .export import ExportTab
from .objects_model import ObjectsModel
from .objects_view import ObjectsView
from .review import ReviewBox
from .session import Session
from .start_box import StartBox
from .suggestions import SuggestBox
from .toolbox import ToolBox

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from ...core.classes import ClassInfo

_SETTINGS = "kestrel/labeling"
_SECONDS = 6  # that a message stays


class LabelDock(QgsDockWidget):
    """Label Objects. One for each QGIS window; :meth:`unload` before it is deleted."""

    def __init__(self, iface: QgisInterface) -> None:
        self._iface = iface
        self._said: dict[Qgis.MessageLevel, QgsMessageBarItem] = {}  # the last of each kind
        self._waiting: tuple[ClassInfo, ...] = ()  # classes for when labeling begins
        super().__init__(self._iface.mainWindow())
        self.setObjectName("kestrel_label_objects")
        self.setWindowTitle(self.tr("Label Objects"))
        self.session = Session(self)
        self.session.ask_class = lambda: ask_class(self.session.schema, self)
        self.model = ObjectsModel(icon("delete"), self)
        self.tools = ToolBox(iface, self.session, self)
        self.start_box = StartBox(self.session)
        self.classes = ClassTree(self.session, self.model)
        self.objects = ObjectsView(self.session, self.model, self._iface.mapCanvas())
        self.coverage = CoverageBox(self.session, self.tools, self._iface.mapCanvas())
        self.suggestions = SuggestBox(self.session, self._iface.mapCanvas())
        self.review = ReviewBox(self.session, self.tools, self._iface.mapCanvas())
        self.export = ExportTab(self.session, self._iface.mapCanvas(), self._iface.messageBar())
        self._undo = self._action("/mActionUndo.svg", self.tr("Undo"), self.session.undo)
        self._redo = self._action("/mActionRedo.svg", self.tr("Redo"), self.session.redo)
        self._save = self._action("/mActionSaveAllEdits.svg", self.tr("Save labels"), self.session.save)
        self.autosave = QAction(QgsApplication.getThemeIcon("/mActionFileSave.svg"), self.tr("Save each edit at once"), self)
        self.autosave.setCheckable(True)
        self.autosave.setToolTip(
            self.tr("Save each edit at once: nothing is lost if QGIS or the computer stops. Undo works all the same.")
        )
        self.autosave.setChecked(QgsSettings().value(f"{_SETTINGS}/autosave", True, bool))
        self.session.autosave = self.autosave.isChecked()
        self.autosave.toggled.connect(self._set_autosave)
        self.status = ShortenedLabel()  # a long name of a class must not widen the dock
        self._lay_out()
        self._digits()
        self._connect()
        for action in self._registered():
            self._iface.registerMainWindowAction(action, "F8" if action is self.suggestions.suggest else "")
        self._refresh()

    def take_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Add classes, such as those of a model; before labeling has begun they wait until it does."""
        if self.session.labels is None:
            self._waiting = tuple(classes)
            names = ", ".join(item.name for item in classes)
            text = self.tr("Start labeling first: then the classes come in ({}).").format(names)
            self._say(text, Qgis.MessageLevel.Info)
            return
        self._waiting = ()
        self.classes.take(classes)

    def unload(self) -> None:
        """End the session and let go of QGIS."""
        self.session.close()
        self.suggestions.unload()
        self.review.unload()
        self.tools.unload()
        self.export.unload()
        self.model.close()
        for action in self._registered():
            self._iface.unregisterMainWindowAction(action)
        self._iface.currentLayerChanged.disconnect(self._refresh)

    def _registered(self) -> list[QAction]:
        """The actions that QGIS's settings give shortcuts."""
        return [*self.tools.actions(), *self.suggestions.actions(), *self.review.actions()]

    def _lay_out(self) -> None:
        """Place the parts."""
        drawing = bar(self.tools.drawing)
        editing = bar([self._undo, self._redo], [self._save, self.autosave], [self.tools.streaming])
        self.smallest = self._spin(0, 1000, f"{_SETTINGS}/smallest", 8, self.tr("Objects that are smaller are warned about"))
        self.box_width = self._spin(
            1, 10000, f"{_SETTINGS}/box_width", 32, self.tr("Width of the box of a fixed size, in pixels")
        )
        self.box_height = self._spin(
            1, 10000, f"{_SETTINGS}/box_height", 32, self.tr("Height of the box of a fixed size, in pixels")
        )
        box = together(QLabel(self.tr("Box")), self.box_width, QLabel("×"), self.box_height)
        sizes = FlowLayout((box, together(QLabel(self.tr("Warn below (px)")), self.smallest)), spacing=12)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(drawing)
        column.addWidget(editing)
        column.addLayout(sizes)
        column.addWidget(self.classes)
        tabs = QTabWidget()
        tabs.addTab(self.objects, self.tr("Objects"))
        tabs.addTab(self.coverage, self.tr("Coverage"))
        tabs.addTab(self.suggestions, self.tr("Suggest"))
        tabs.addTab(self.review, self.tr("Review"))
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(upper)
        parts.addWidget(tabs)
        parts.setChildrenCollapsible(False)
        parts.setSizes([1000, 1000])  # of these the splitter takes the ratio
        if state := QgsSettings().value(f"{_SETTINGS}/parts"):
            parts.restoreState(state)
        parts.splitterMoved.connect(lambda *_: QgsSettings().setValue(f"{_SETTINGS}/parts", parts.saveState()))
        self._pages = QTabWidget()  # as in ArcGIS Pro's pane: what is labelled, and its export
        self._pages.setDocumentMode(True)
        self._pages.addTab(parts, self.tr("Label"))
        self._pages.addTab(self.export, self.tr("Export"))
        content = QWidget()
        whole = QVBoxLayout(content)
        margin = self.fontMetrics().height() // 3
        whole.setContentsMargins(margin, margin, margin, margin)
        whole.addWidget(self.start_box)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self.status)
        room = QgsScrollArea()  # where the screen is too low for all of it, the window must not grow beyond it
        room.setWidgetResizable(True)
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setWidget(content)
        self.setWidget(room)

    def _digits(self) -> None:
        """The keys 1 to 9 choose a class while the dock has the keyboard; on the map the tools take them."""
        for number in range(9):
            action = QAction(self)
            action.setShortcut(QKeySequence(str(number + 1)))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, number=number: self.tools.choose(number))
            self.widget().addAction(action)

    def _connect(self) -> None:
        session = self.session
        session.warned.connect(lambda text: self._say(text, Qgis.MessageLevel.Warning))
        session.failed.connect(lambda text: self._say(text, Qgis.MessageLevel.Critical))
        for part in (self.suggestions, self.review):
            part.failed.connect(lambda text: self._say(text, Qgis.MessageLevel.Critical))
            part.told.connect(lambda text: self._say(text, Qgis.MessageLevel.Info))
            part.tool.activated.connect(self._to_labels)
        session.opened.connect(self._opened)
        session.closed.connect(self._closed)
        session.unsavedChanged.connect(self._refresh)
        session.stale = self.model.stale
        session.outdated.connect(self.model.touch)
        session.history.changed.connect(self._refresh)
        session.classChosen.connect(self._refresh)
        self.visibilityChanged.connect(self.export.set_front)
        self.model.countsChanged.connect(self._refresh)
        self.classes.filtered.connect(self.objects.show_class)
        self._iface.currentLayerChanged.connect(self._refresh)
        self.smallest.valueChanged.connect(lambda value: setattr(session, "smallest", float(value)))
        session.smallest = float(self.smallest.value())
        for box in (self.box_width, self.box_height):
            box.valueChanged.connect(lambda _value: self.tools.set_box(self.box_width.value(), self.box_height.value()))
        self.tools.set_box(self.box_width.value(), self.box_height.value())

    def _opened(self) -> None:
        self.model.open(self.session.labels, self.session.grid)
        self._to_labels()
        if self._waiting:
            self.take_classes(self._waiting)
        self._refresh()

    def _closed(self) -> None:
        self.model.close()
        self._refresh()

    def _refresh(self, *_: object) -> None:
        """Show the counts, and enable what can be done."""
        session, running = self.session, self.session.labels is not None
        self._pages.setEnabled(running)
        unsaved = session.unsaved()
        self._save.setEnabled(bool(unsaved))
        for action, text, back in ((self._undo, self.tr("Undo {}"), True), (self._redo, self.tr("Redo {}"), False)):
            step = session.history.undo_text() if back else session.history.redo_text()
            waiting = running and session.labels.layer.undoStack()
            in_buffer = bool(waiting) and (waiting.canUndo() if back else waiting.canRedo())
            action.setEnabled(bool(step) or in_buffer)
            action.setToolTip(text.format(step if not in_buffer else ""))
            action.setShortcuts(_KEYS[back] if self._keys_are_ours(back) else [])
        if not running:
            self.status.setText(self.tr("Choose imagery and labels, then start."))
            return
        current = session.current.name if session.current else self.tr("none")
        self.status.setText(
            self.tr("{} objects · {} unsaved · class: {}").format(f"{self.model.total():n}", f"{unsaved:n}", current)
        )

    def _to_labels(self) -> None:
        """Make the labels the active layer, so that the keys of undo are theirs."""
        if self.session.labels is not None:
            self._iface.setActiveLayer(self.session.labels.layer)

    def _keys_are_ours(self, back: bool) -> bool:
        """Whether the keys of undo go to the dock: not while the active layer has steps that QGIS itself takes back."""
        layer = self._iface.activeLayer()
        if not isinstance(layer, QgsVectorLayer):
            return True
        stack = layer.undoStack()
        ours = [item.layer for item in (self.session.labels, self.session.areas) if item is not None]
        return layer in ours and not (stack.canUndo() if back else stack.canRedo())

    def _set_autosave(self, on: bool) -> None:
        QgsSettings().setValue(f"{_SETTINGS}/autosave", on)
        self.session.set_autosave(on)
        self._refresh()

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        """Show a text in QGIS's message bar; it takes the place of the last one of its kind, so that they do not pile up."""
        messages = self._iface.messageBar()
        if self._said.get(level) in messages.items():
            messages.popWidget(self._said[level])
        item = messages.createMessage(self.windowTitle(), text)
        messages.pushWidget(item, level, _SECONDS)
        self._said[level] = item

    def _action(self, symbol: str, text: str, slot: object) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(symbol), text, self)
        action.triggered.connect(lambda _checked=False: slot())
        return action

    def _spin(self, least: int, most: int, key: str, usual: int, text: str) -> QSpinBox:
        """A box for a number of pixels that QGIS remembers."""
        box = QSpinBox()
        box.setRange(least, most)
        box.setToolTip(text)
        box.setAccessibleName(text)
        box.setValue(QgsSettings().value(key, usual, int))
        box.valueChanged.connect(lambda value: QgsSettings().setValue(key, value))
        return box


_KEYS = {True: [QKeySequence(QKeySequence.StandardKey.Undo)], False: [QKeySequence(QKeySequence.StandardKey.Redo)]}
