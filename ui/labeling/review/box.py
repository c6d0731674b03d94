"""Review in the dock: one object after another, kept, fixed or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapLayerComboBox, QgsRubberBand
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QAction,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...icons import icon
from ..bars import bar
from ..overlaps import Places
from ..schema import LabelClass
from ..tools import StepTool
from .walk import DROPPED, FALSE, FIXED, KEPT, MISSED, Walk

if TYPE_CHECKING:
    from ..session import Session
    from ..toolbox import ToolBox

_THERE = 0.5  # IoU from which on a label is the object itself
_CONTEXT = 4.0  # the view is so many times as wide as the object
_OTHERS = "#ffffff"


class ReviewBox(QWidget):
    """Walks through the objects of a layer.

    Signals: ``failed`` and ``told`` (a text), for the message bar.

    Attributes:
        walk: what is gone through; None before it begins.
        tool: takes the keys while the map has the keyboard.
    """

    failed = pyqtSignal(str)
    told = pyqtSignal(str)

    def __init__(self, session: Session, tools: ToolBox, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._tools, self._canvas = session, tools, canvas
        self.walk: Walk | None = None
        self.tool = StepTool(canvas)
        self._bands: list[QgsRubberBand] = []
        self._make_actions()
        self._lay_out()
        self._connect()
        self.refresh()

    def actions(self) -> list[QAction]:
        """Return the actions that take shortcuts of QGIS's."""
        return [self.back, self.next, self.keep, self.fix, self.drop]

    def unload(self) -> None:
        """Take everything off the map."""
        self.stop()
        QgsProject.instance().layersAdded.disconnect(self._offer)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._layers_go)

    def start(self) -> None:
        """Begin with the chosen layer, or go on where it was left."""
        layer = self.layer.currentLayer()
        if self._session.labels is None or not isinstance(layer, QgsVectorLayer):
            return
        self.walk = Walk(layer)
        self.name.blockSignals(True)
        self.name.clear()
        self.name.addItem(self.tr("All classes"), None)
        for name in self.walk.names():
            self.name.addItem(name or self.tr("(no class)"), name)
        self.name.blockSignals(False)
        self._filter()
        self._canvas.setMapTool(self.tool)
        self._canvas.setFocus()

    def stop(self) -> None:
        """End; what was decided is kept with the layer."""
        self.walk = None
        if self._canvas.mapTool() is self.tool:
            self._canvas.unsetMapTool(self.tool)
        self._show()

    def step(self, by: int) -> None:
        """Go on or back."""
        if self.walk is not None:
            self.walk.step(by)
            self._look()

    def keep_one(self, item: LabelClass | None = None) -> None:
        """Make a label of the object, unless it has one, and go on.

        Args:
            item: its class; None for its own.
        """
        what = KEPT if item is None else FIXED
        if self._label(item, what) is not None:
            self._decided(what)

    def fix_one(self) -> None:
        """Make a label of the object, unless it has one, and put the vertex tool on it."""
        key = self._label(None, FIXED)
        if key is None or self.walk is None:
            return
        self.walk.decide(FIXED)
        self._session.labels.layer.selectByIds([key])
        self._tools.edit_vertices()
        self._hide()
        self.refresh()

    def drop_one(self) -> None:
        """Make no label, and go on."""
        if self.walk is not None and self.walk.current is not None:
            self._decided(DROPPED)

    def refresh(self) -> None:
        """Say where it is, and enable what can be done."""
        running, walk = self._session.labels is not None, self.walk
        entry = walk.current if walk is not None else None
        self.begin.setEnabled(running and self.layer.currentLayer() is not None)
        self.begin.setText(self.tr("Stop review") if walk is not None else self.tr("Start review"))
        self.layer.setEnabled(walk is None)
        for widget in (self.name, self.least, self.most):
            widget.setEnabled(walk is not None)
        self.marks.setVisible(walk is not None and walk.has_marks)
        for action in self.actions():
            action.setEnabled(entry is not None)
        if walk is None:
            self.text.setText("")
            return
        if entry is None:
            self.text.setText(self.tr("No objects."))
            return
        facts = [entry.name or self.tr("(no class)")]
        if entry.confidence >= 0:
            facts.append(f"{entry.confidence:.0f} %")
        if entry.mark:
            facts.append({MISSED: self.tr("missed"), FALSE: self.tr("false alarm")}.get(entry.mark, self.tr("found")))
        decided = walk.decided.get(entry.id)
        if decided:
            facts.append({KEPT: self.tr("kept"), FIXED: self.tr("fixed"), DROPPED: self.tr("dropped")}[decided])
        where = self.tr("{} of {} · {} decided").format(
            f"{walk.place + 1:n}", f"{len(walk.entries):n}", f"{walk.count_decided():n}"
        )
        self.text.setText(f"<b>{' · '.join(facts)}</b><br>{where}")

    def _make_actions(self) -> None:
        theme = QgsApplication.getThemeIcon
        self.back = self._action("back", theme("/mActionArrowLeft.svg"), self.tr("Previous"), "← P", lambda: self.step(-1))
        self.next = self._action("next", theme("/mActionArrowRight.svg"), self.tr("Next"), "→ N", lambda: self.step(1))
        self.keep = self._action("keep", icon("accept"), self.tr("Keep: make it a label"), "Enter A", self.keep_one)
        self.fix = self._action(
            "fix", theme("/mActionVertexTool.svg"), self.tr("Fix: make it a label and edit its outline"), "F", self.fix_one
        )
        self.drop = self._action("drop", icon("delete"), self.tr("Drop: no label"), "Delete R", self.drop_one)

    def _lay_out(self) -> None:
        self.layer = QgsMapLayerComboBox()
        self.layer.setFilters(Qgis.LayerFilter.PolygonLayer)
        self.layer.setToolTip(self.tr("Detected objects, or the marked objects of Compute Accuracy"))
        self.begin = QPushButton()
        self.begin.clicked.connect(lambda: self.start() if self.walk is None else self.stop())
        self.name = QComboBox()
        self.marks = QComboBox()
        for text, marks in (
            (self.tr("Missed and false alarms"), (MISSED, FALSE)),
            (self.tr("Missed"), (MISSED,)),
            (self.tr("False alarms"), (FALSE,)),
            (self.tr("All"), None),
        ):
            self.marks.addItem(text, marks)
        self.least, self.most = QSpinBox(), QSpinBox()
        for box, value, text in (
            (self.least, 0, self.tr("Lowest confidence")),
            (self.most, 100, self.tr("Highest confidence")),
        ):
            box.setRange(0, 100)
            box.setValue(value)
            box.setSuffix(" %")
            box.setToolTip(text)
            box.setAccessibleName(text)
        self.text = QLabel()
        between = QHBoxLayout()
        for widget in (self.least, QLabel("–"), self.most):
            between.addWidget(widget)
        between.addStretch()
        form = QFormLayout()
        form.addRow(self.tr("Layer"), self.layer)
        form.addRow(self.begin)
        form.addRow(self.tr("Class"), self.name)
        form.addRow(self.tr("Confidence"), between)
        form.addRow(self.marks)
        keys = QLabel(
            self.tr("Keys on the map: Enter/A keep, F fix, Delete/R drop, 1–9 keep with that class, ←/→ step.")
        )  # fmt: skip
        keys.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(form)
        column.addWidget(bar([self.back, self.next], [self.keep, self.fix, self.drop]))
        column.addWidget(self.text)
        column.addWidget(keys)
        column.addStretch()

    def _connect(self) -> None:
        self.name.currentIndexChanged.connect(lambda _index: self._filter())
        self.marks.currentIndexChanged.connect(lambda _index: self._filter())
        self.least.valueChanged.connect(lambda _value: self._filter())
        self.most.valueChanged.connect(lambda _value: self._filter())
        self.layer.layerChanged.connect(lambda _layer: self.refresh())
        self.tool.accepted.connect(self.keep_one)
        self.tool.rejected.connect(self.drop_one)
        self.tool.fixed.connect(self.fix_one)
        self.tool.stepped.connect(self.step)
        self.tool.classed.connect(self._keep_as)
        self._session.opened.connect(self.refresh)
        self._session.closed.connect(self.stop)
        QgsProject.instance().layersAdded.connect(self._offer)
        QgsProject.instance().layersWillBeRemoved.connect(self._layers_go)
        self._offer()

    def _offer(self, _layers: object = None) -> None:
        """Offer the layers that can be reviewed."""
        layers = QgsProject.instance().mapLayers().values()
        others = [layer for layer in layers if isinstance(layer, QgsVectorLayer) and not _can_be_reviewed(layer)]
        self.layer.setExceptedLayerList(others)
        self.refresh()

    def _layers_go(self, ids: list[str]) -> None:
        if self.walk is not None and self.walk.layer.id() in ids:
            self.stop()

    def _filter(self) -> None:
        if self.walk is not None:
            marks = self.marks.currentData() if self.walk.has_marks else None
            self.walk.filter(self.name.currentData(), self.least.value(), self.most.value(), marks)
            self._look()

    def _keep_as(self, number: int) -> None:
        if number < len(self._session.schema):
            self.keep_one(self._session.schema[number])

    def _decided(self, what: str) -> None:
        """Note it, and go to the next that is open."""
        self.walk.decide(what)
        if not self.walk.to_undecided():
            self.told.emit(self.tr("All {} objects of the list are reviewed.").format(len(self.walk.entries)))
        self._look()

    def _label(self, item: LabelClass | None, what: str) -> int | None:
        """Return the id of the object's label, which is made unless it is there; None if it cannot be made.

        Who takes the label back takes back what was decided.
        """
        session, feature = self._session, self.walk.feature() if self.walk is not None else None
        if feature is None or session.labels is None:
            return None
        try:
            outline = session.grid.to_pixels(feature.geometry(), self.walk.layer.crs())
        except QgsCsException:
            self.failed.emit(self.tr("The object lies outside of where the imagery's coordinate system reaches."))
            return None
        known = session.labels_in(outline.boundingBox())
        place, alike = Places(known.values()).most_alike(outline)
        if alike >= _THERE:
            key = list(known)[place]
            if item is not None:
                session.set_class([key], item)
            else:
                self.told.emit(self.tr("The object has a label already."))
            return key
        entry = self.walk.current
        item = item or session.class_for(entry.name, self.walk.value_of(feature))
        before = session.history.newest()
        made = session.take_all([(part, item) for part in outline.asGeometryCollection()], self.tr("Keep object"))
        step = session.history.newest()
        if made and step is not None and step is not before:
            walk, earlier = self.walk, self.walk.decided.get(entry.id)
            step.follow = lambda back: self._follow(walk, entry.id, earlier if back else what)
        return made[0] if made else None

    def _follow(self, walk: Walk, key: int, what: str | None) -> None:
        """A label was taken back or made again."""
        if walk is self.walk:
            walk.set_decided(key, what)
            self.refresh()

    def _look(self) -> None:
        """Bring the object into the middle of the map, near enough to be judged, and draw its outline."""
        if self.walk is not None and self._canvas.mapTool() is not self.tool:
            self._canvas.setMapTool(self.tool)
            self._canvas.setFocus()
        self._show()

    def _show(self) -> None:
        self._hide()
        feature = self.walk.feature() if self.walk is not None else None
        if feature is not None:
            try:
                self._frame(feature.geometry())
            except QgsCsException:
                self.failed.emit(self.tr("The object has no place on the map's coordinate system."))
        self.refresh()

    def _frame(self, outline: QgsGeometry) -> None:
        crs = self._canvas.mapSettings().destinationCrs()
        made = QgsGeometry(outline)
        made.transform(QgsCoordinateTransform(self.walk.layer.crs(), crs, QgsProject.instance()))
        box, view = made.boundingBox(), self._canvas.extent()
        share = max(box.width() / view.width(), box.height() / view.height())
        if 1 / (3 * _CONTEXT) < share < 1 / 2:  # it is seen well: the map keeps its scale
            self._canvas.setCenter(box.center())
        else:
            wide = max(box.width(), box.height()) * _CONTEXT
            self._canvas.setExtent(box.buffered((wide - min(box.width(), box.height())) / 2))
        self._canvas.refresh()
        entry = self.walk.current
        known = self._session.class_like(entry.name, self.walk.value_of(self.walk.feature()))
        for colour, width in ((QColor(0, 0, 0, 170), 6), (QColor(known.colour if known else _OTHERS), 3)):
            band = QgsRubberBand(self._canvas, Qgis.GeometryType.Polygon)
            band.setStrokeColor(colour)
            band.setFillColor(QColor(0, 0, 0, 0))
            band.setWidth(width)
            band.setToGeometry(made)
            self._bands.append(band)

    def _hide(self) -> None:
        for band in self._bands:
            self._canvas.scene().removeItem(band)
        self._bands = []

    def _action(self, name: str, symbol: object, text: str, keys: str, slot: object) -> QAction:
        action = QAction(symbol, text, self)
        action.setObjectName(f"kestrel_label_review_{name}")
        action.setToolTip(f"<b>{text}</b><br>{keys}")
        action.triggered.connect(lambda _checked=False: slot())
        return action


def _can_be_reviewed(layer: QgsVectorLayer) -> bool:
    fields = layer.fields()
    return fields.lookupField("Confidence") >= 0 or fields.lookupField("Accuracy") >= 0
