"""One session of labeling: imagery, classes, labels and areas, and what happens when something was drawn. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qgis.core import (
    Qgis,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.core import QgsCoordinateReferenceSystem as Crs
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.errors import InputError, KestrelError
from .areas import AreaLayer, create_areas, find_areas
from .class_store import load_classes, save_classes
from .grid import Grid
from .history import History
from .label_layer import LabelLayer
from .schema import LabelClass, Schema
from .style import style_areas, style_labels


class Session(QObject):
    """What the dock shows and the tools work on; empty until :meth:`open`.

    Signals: ``opened`` and ``closed``; ``classChosen`` (LabelClass or None); ``warned`` and ``failed`` (a text for the message
    bar); ``unsavedChanged`` (number of edits that are not saved); ``areasChanged``; ``outdated`` (ids of labels that
    somebody else has changed or deleted).

    Attributes:
        ask_class: called when an object is finished and no class is chosen; returns the class, or None to drop the object.
        by_key: told a number from 0 on, returns the class that its key chooses; None for none.
        stale: told the features that are about to be edited, returns the ids of those that the user sees in another state.
        smallest: width or height in pixels below which an object is warned about.
        autosave: whether each edit is saved at once.
    """

    opened = pyqtSignal()
    closed = pyqtSignal()
    classChosen = pyqtSignal(object)
    warned = pyqtSignal(str)
    failed = pyqtSignal(str)
    unsavedChanged = pyqtSignal(int)
    areasChanged = pyqtSignal()
    outdated = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.schema = Schema(parent=self)
        self.history = History(self)
        self.grid = Grid.plain(Crs("EPSG:3857"))
        self.imagery: QgsRasterLayer | None = None
        self.labels: LabelLayer | None = None
        self.areas: AreaLayer | None = None
        self.current: LabelClass | None = None
        self.ask_class: Callable[[], LabelClass | None] = lambda: None
        self.by_key: Callable[[int], LabelClass | None] = lambda number: next(
            iter(list(self.schema)[number : number + 1]), None
        )
        self.stale: Callable[[list[QgsFeature]], set[int]] = lambda features: set()
        self.smallest = 0.0
        self.autosave = True
        self.schema.changed.connect(self._schema_changed)
        self.schema.edited.connect(self._class_edited)
        self._loading = False
        self._classes_wait = False
        QgsProject.instance().layersWillBeRemoved.connect(self._layers_go)

    def open(self, imagery: QgsRasterLayer, layer: QgsVectorLayer, class_field: str, cell_size: float = 0.0) -> None:
        """Begin with a layer of labels; layers that the project lacks are added to it.

        Args:
            imagery: what is labelled.
            layer: takes the labels.
            class_field: its field with the class.
            cell_size: of imagery without pixels of its own, in units of its coordinate system.

        Raises:
            InputError: the layer cannot take labels.
            OutputError: it cannot be edited.
        """
        self.close()
        grid = Grid.of(imagery, cell_size)
        if not layer.crs().isValid():
            raise InputError(
                self.tr("The layer {} has no coordinate system.").format(layer.name()),
                self.tr("Set it in the layer's properties."),
            )
        labels = LabelLayer(layer, class_field, self.schema, self.history, self.autosave, self)
        classes = load_classes(layer, class_field)
        try:
            labels.start()
        except KestrelError:
            labels.close()
            raise
        self.labels = labels
        self.labels.unsavedChanged.connect(self._unsaved)
        self.labels.failed.connect(self.failed)
        self.labels.told.connect(self.warned)
        self.labels.saved.connect(self._saved)
        self.imagery, self.grid = imagery, grid
        for item in (imagery, layer):
            if QgsProject.instance().mapLayer(item.id()) is None:
                QgsProject.instance().addMapLayer(item)
        self._loading = True
        self.schema.replace(classes)
        self._loading = False
        style_labels(self.labels)
        areas = find_areas(layer)
        if areas is not None:
            self._try(lambda: self._take_areas(areas))
        self.choose(None)
        self.opened.emit()

    def close(self) -> None:
        """End; labels that are not saved stay in the layer's edit buffer."""
        if self.labels is None:
            return
        for item in (self.labels, self.areas):
            if item is not None:
                item.close()
                item.deleteLater()
        self.labels = self.areas = self.imagery = None
        self._loading = True
        self.schema.replace([])
        self._loading = False
        self.choose(None)
        self.closed.emit()

    def choose(self, item: LabelClass | None) -> None:
        """Choose the class of what is drawn next."""
        self.current = item
        self.classChosen.emit(item)

    def take(self, drawn: QgsGeometry) -> None:
        """Make a label of a polygon in the grid's pixels, of the class that is chosen or asked for."""
        if self.labels is None:
            return
        item = self.current or self.ask_class()
        if item is None:
            return
        if self.current is None:
            self.choose(item)
        try:
            self.labels.add(self.grid.to_map(drawn, self.labels.layer.crs()), item)
        except (KestrelError, QgsCsException) as error:
            self.failed.emit(str(error))
            return
        self._warn(drawn)

    def take_all(self, drawn: list[tuple[QgsGeometry, LabelClass]], text: str) -> list[int]:
        """Make labels of polygons in the grid's pixels, in one step that ``text`` names; return their ids.

        When they cannot be made that is said, there are none of them, and the list is empty.
        """
        if self.labels is None or not drawn:
            return []
        try:
            crs = self.labels.layer.crs()
            return self.labels.add_all([(self.grid.to_map(outline, crs), item) for outline, item in drawn], text)
        except (KestrelError, QgsCsException) as error:
            self.failed.emit(str(error))
            return []

    def labels_in(self, box: QgsRectangle) -> dict[int, QgsGeometry]:
        """Return the labels that touch a box, by id; the box and the labels are in the grid's pixels."""
        found: dict[int, QgsGeometry] = {}
        if self.labels is None:
            return found
        crs = self.labels.layer.crs()
        try:
            area = self.grid.to_map(QgsGeometry.fromRect(box), crs).boundingBox()
            for feature in self.labels.layer.getFeatures(QgsFeatureRequest(area).setNoAttributes()):
                found[feature.id()] = self.grid.to_pixels(feature.geometry(), crs)
        except QgsCsException:  # nowhere in the labels' coordinate system, where there are none then
            pass
        return found

    def class_like(self, name: str, value: int | None) -> LabelClass | None:
        """Return the class that a model's class means: of that name, else of that value; None for one that is not here."""
        alike = [item for item in self.schema if item.name.casefold() == name.strip().casefold()]
        return self.schema.by_name(name) or (alike[0] if alike else self.schema.by_value(value) if value else None)

    def class_for(self, name: str, value: int | None, colour: str = "") -> LabelClass:
        """Return what :meth:`class_like` does, after a class that is not here was added, which is said."""
        known = self.class_like(name, value)
        if known is not None:
            return known
        proposal = self.schema.proposal()
        free = value and value > 0 and self.schema.by_value(value) is None
        added = LabelClass(value if free else proposal.value, name.strip() or "object", colour or proposal.colour)
        self.schema.add(added)
        self.warned.emit(self.tr("The class {} was added.").format(added.name))
        return added

    def take_area(self, drawn: QgsGeometry) -> None:
        """Mark a polygon in the grid's pixels as completely labelled; what lies off the picture is cut away."""
        if self.labels is None:
            return
        frame = self.grid.frame()
        inside = drawn if frame.isEmpty() else drawn.intersection(frame)
        if inside.isEmpty() or inside.type() != Qgis.GeometryType.Polygon:
            self.warned.emit(self.tr("The area lies outside the imagery."))
            return
        try:
            if self.areas is None:
                # The project may have lost the layer of areas that are there.
                self._take_areas(find_areas(self.labels.layer) or create_areas(self.labels.layer))
            for part in inside.asGeometryCollection():
                self.areas.add(self.grid.to_map(part, self.areas.layer.crs()))
        except (KestrelError, QgsCsException) as error:
            self.failed.emit(str(error))

    def mark_view(self, view: QgsRectangle, crs: Crs) -> None:
        """Mark what is seen on the map, given in ``crs``, as completely labelled."""
        try:
            self.take_area(self.grid.to_pixels(QgsGeometry.fromRect(view), crs))
        except QgsCsException:
            self.warned.emit(self.tr("The area lies outside the imagery."))

    def clear_areas(self, drawn: QgsGeometry) -> None:
        """Take out the areas that a polygon in the grid's pixels touches."""
        if self.areas is not None:
            self._try(lambda: self.areas.remove_at(self.grid.to_map(drawn, self.areas.layer.crs())))

    def set_class(self, ids: Iterable[int], item: LabelClass) -> None:
        """Give labels a class."""
        self._try(lambda: self.labels.set_class(self._as_seen(ids), item))

    def remove(self, ids: Iterable[int]) -> None:
        """Delete labels."""
        self._try(lambda: self.labels.remove(self._as_seen(ids)))

    def move(self, geometries: dict[int, QgsGeometry]) -> None:
        """Give labels other places, in the layer's coordinate system."""
        self._try(lambda: self.labels.move({key: geometries[key] for key in self._as_seen(geometries)}))

    def undo(self) -> None:
        """Take the last edit back: QGIS's own step while edits are not saved, else the last save."""
        self._step(redo=False)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._step(redo=True)

    def set_autosave(self, on: bool) -> None:
        """Save each edit at once, or not; going back to it saves what has gathered."""
        self.autosave = on
        for item in (self.labels, self.areas):
            if item is not None:
                item.autosave = on
        if on:
            self.save()

    def save(self) -> None:
        """Save all edits."""
        for item in (self.labels, self.areas):
            if item is not None:
                item.save()

    def unsaved(self) -> int:
        """Return the number of objects and areas with edits that are not saved."""
        return sum(item.unsaved() for item in (self.labels, self.areas) if item is not None)

    def _step(self, redo: bool) -> None:
        for item in (self.areas, self.labels):
            stack = item.layer.undoStack() if item is not None else None
            if stack is not None and (stack.canRedo() if redo else stack.canUndo()):
                stack.redo() if redo else stack.undo()
                return
        text = self.history.redo_text() if redo else self.history.undo_text()
        if text and not (self.history.redo() if redo else self.history.undo()):
            self.failed.emit(
                self.tr("“{}” cannot be taken back: the objects were changed since by somebody else.").format(text)
            )

    def _as_seen(self, ids: Iterable[int]) -> list[int]:
        """Those of the labels that are still what the user sees; says how many are gone or were changed by somebody else."""
        wanted = set(ids)
        features = list(self.labels.features(wanted))
        gone, stale = wanted.difference(feature.id() for feature in features), self.stale(features)
        if gone:
            self.warned.emit(self.tr("{} of the objects are gone: somebody else has deleted them.").format(len(gone)))
        if stale:
            text = self.tr("{} of the objects were left alone: somebody else has changed them. Look at them again.")
            self.warned.emit(text.format(len(stale)))
        if gone or stale:
            self.outdated.emit(sorted(gone | stale))
            self.labels.layer.triggerRepaint()
        return sorted(wanted - gone - stale)

    def _try(self, action: Callable[[], object]) -> None:
        if self.labels is None:
            return
        try:
            action()
        except (KestrelError, QgsCsException) as error:
            self.failed.emit(str(error))

    def _warn(self, drawn: QgsGeometry) -> None:
        """Warn about an object that a network could not learn from."""
        box, frame = drawn.boundingBox(), self.grid.frame()
        if not frame.isEmpty() and not frame.intersects(drawn):
            self.warned.emit(
                self.tr("The object lies outside the imagery {}: no chip will show it.").format(self.imagery.name())
            )
        elif min(box.width(), box.height()) < self.smallest:
            self.warned.emit(
                self.tr("The object is small, {:.0f} × {:.0f} pixels: below {:.0f} pixels little can be learned.").format(
                    box.width(), box.height(), self.smallest
                )
            )

    def _take_areas(self, layer: QgsVectorLayer) -> None:
        areas = AreaLayer(layer, self.history, self.autosave, self)
        areas.start()
        style_areas(layer)
        if QgsProject.instance().mapLayer(layer.id()) is None:
            # Below the labels; so the labels stay the active layer, too.
            QgsProject.instance().addMapLayer(layer, False)
            labels = QgsProject.instance().layerTreeRoot().findLayer(self.labels.layer.id())
            group = labels.parent()
            group.insertLayer(group.children().index(labels) + 1, layer)
        self.areas = areas
        self.areas.failed.connect(self.failed)
        self.areas.unsavedChanged.connect(self._unsaved)
        self.areas.unsavedChanged.connect(lambda _count: self.areasChanged.emit())

    def _unsaved(self, _count: int) -> None:
        self.unsavedChanged.emit(self.unsaved())

    def _saved(self) -> None:
        """Labels could be saved: perhaps the classes can be now."""
        if self._classes_wait and self.labels is not None:
            self._keep_classes()

    def _class_edited(self, old: LabelClass, new: LabelClass) -> None:
        if self.current == old:
            self.current = new

    def _schema_changed(self) -> None:
        if self.labels is None or self._loading:
            return
        if self.current is not None:  # it may have another colour, or be gone
            self.choose(self.schema.by_value(self.current.value))
        style_labels(self.labels)
        self._keep_classes()

    def _keep_classes(self) -> None:
        """Keep the classes with the labels; what fails now, as on a full disk, is tried again when labels are saved."""
        try:
            save_classes(self.labels.layer, self.schema)
            self._classes_wait = False
        except KestrelError as error:
            self._classes_wait = True
            self.failed.emit(str(error))

    def _layers_go(self, ids: list[str]) -> None:
        """The project loses layers: end when one of them is ours."""
        ours: list[QgsMapLayer | None] = [self.imagery, self.labels and self.labels.layer]
        if any(item is not None and item.id() in ids for item in ours):
            self.close()
        elif self.areas is not None and self.areas.layer.id() in ids:
            self.areas.close()
            self.areas = None
            self.areasChanged.emit()
