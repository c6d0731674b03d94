"""A layer whose edits are saved as they are made, whoever makes them, and can still be taken back.

All edits go through the layer's edit buffer, ours and those of QGIS's own tools. After each the buffer is committed and the
layer stays in edit mode, so that a crash of QGIS costs nothing; the step goes to the :class:`.history.History`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import QgsFeature, QgsFeatureRequest, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ...core.errors import OutputError
from .history import History, States, Step


class EditedLayer(QObject):
    """Edits of one layer.

    Signals: ``unsavedChanged`` (number of features with edits that are not saved); ``saved``: all of them are now; ``failed``
    (a text): they cannot be.

    Attributes:
        layer: the layer.
        autosave: whether each edit is saved at once. If not, edits stay in QGIS's edit buffer and on its own undo stack.
    """

    unsavedChanged = pyqtSignal(int)
    saved = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, layer: QgsVectorLayer, history: History, autosave: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer = layer
        self.history = history
        self.autosave = autosave
        self._started = False  # edit mode, here
        self._busy = False  # an edit of ours, or a save, is under way
        self._restoring = False
        self._added: list[QgsFeature] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._save_others)
        self._connections = [
            (layer.layerModified, self._modified),
            (layer.committedFeaturesAdded, self._committed),
            (layer.afterCommitChanges, self._after_commit),
            (layer.afterRollBack, self._report),
        ]
        for signal, slot in self._connections:
            signal.connect(slot)

    def start(self) -> None:
        """Put the layer into edit mode.

        A GeoPackage that is only read is opened without locks: it could not be read any more once another of its tables is
        written. In edit mode it is opened with them.

        Raises:
            OutputError: the layer cannot be edited.
        """
        if self.layer.isEditable():
            return
        self._started = self.layer.startEditing()
        if not self._started:
            raise OutputError(
                _tr("The layer {} cannot be edited.").format(self.layer.name()),
                _tr("Its file may be write-protected or open elsewhere, or the layer marked as read-only in the project."),
            )

    def close(self) -> None:
        """Let go of the layer; it leaves edit mode if it was put into it here and nothing is unsaved."""
        self._timer.stop()
        if self._started and self.layer.isEditable() and not self.layer.isModified():
            self.layer.rollBack()
        for signal, slot in self._connections:
            try:
                signal.disconnect(slot)
            except (TypeError, RuntimeError):  # the layer is gone
                continue
        self.history.forget(self)

    def unsaved(self) -> int:
        """Return the number of features with edits that are not saved."""
        buffer = self.layer.editBuffer()
        if buffer is None:
            return 0
        changed = {*buffer.changedGeometries(), *buffer.changedAttributeValues()}
        return len({*buffer.addedFeatures(), *changed, *buffer.deletedFeatureIds()})

    @contextmanager
    def edit(self, text: str) -> Iterator[QgsVectorLayer]:
        """Edit the layer: a step of its own on the undo stack, saved at the end if ``autosave`` is on.

        Raises:
            OutputError: the layer cannot be edited.
        """
        self.start()
        self._busy = True
        self.layer.beginEditCommand(text)
        try:
            yield self.layer
        except BaseException:
            self.layer.destroyEditCommand()
            raise
        else:
            self.layer.endEditCommand()
            if self.autosave:
                self.save(text)
        finally:
            self._busy = False
            self._report()

    def save(self, text: str = "") -> bool:
        """Save all edits and stay in edit mode; return whether that went well.

        Args:
            text: what was done, for the history; empty for what QGIS's undo stack says.
        """
        buffer = self.layer.editBuffer()
        if buffer is None or not self.layer.isModified():
            return True
        if missing := self._missing_file():
            # SQLite would write on into a file that has been moved, and what is in its log would be lost.
            text = _tr("The file {} is gone: it was moved, renamed or deleted. The edits wait here until it is back.")
            self.failed.emit(text.format(missing))
            self._report()
            return False
        fields_changed = bool(buffer.addedAttributes() or buffer.deletedAttributeIds())
        step = None if fields_changed else self._step(text or self.layer.undoStack().undoText())
        self._added, before = [], self._busy
        self._busy = True
        try:
            good = self.layer.commitChanges(False)
        finally:
            self._busy = before
        if not good:
            reason = self.layer.commitErrors()[-1].strip().splitlines()[-1].strip() if self.layer.commitErrors() else "?"
            text = _tr("{} edits of {} could not be saved. They are kept here, and saved with the next edit or by Save: {}")
            self.failed.emit(text.format(self.unsaved(), self.layer.name(), reason))
        elif step is None:
            self.history.forget(self)
        elif not self._restoring:
            step.before.update((feature.id(), None) for feature in self._added)
            self._read_back(step)
            self.history.push(step)
        self._report()
        if good:
            self.saved.emit()
        return good

    def restore(self, text: str, now: States, wanted: States) -> bool:
        """Bring features from the state ``now`` to the state ``wanted``.

        Returns:
            Whether that went well; not if one of them is no longer in the state ``now``, because somebody else changed it.
        """
        present = {feature.id(): feature for feature in self.features(now)}
        expected = {key: feature for key, feature in now.items() if feature is not None}
        if present.keys() != expected.keys() or not all(_same(present[key], item) for key, item in expected.items()):
            return False
        again: dict[int, int] = {}  # ids of features that come back: in the edit buffer, as they were
        good, self._restoring = True, True
        try:
            with self.edit(text) as layer:
                for key, feature in wanted.items():
                    if feature is None:
                        good &= layer.deleteFeature(key)
                    elif key not in present:
                        back = QgsFeature(feature)
                        good &= layer.addFeature(back)
                        again[back.id()] = key
                    else:
                        good &= _change(layer, present[key], feature)
                order = sorted(layer.editBuffer().addedFeatures(), reverse=True)  # as they were added, and are saved
        finally:
            self._restoring = False
        if self.autosave and len(order) == len(self._added):
            ids = {again[old]: new.id() for old, new in zip(order, self._added, strict=True) if old in again}
            self.history.renumber(self, {old: new for old, new in ids.items() if old != new})
        return good

    def features(self, ids: Iterable[int]) -> Iterator[QgsFeature]:
        """Yield those of the features that are there; colleagues may have deleted some."""
        return self.layer.getFeatures(QgsFeatureRequest().setFilterFids(list(ids)))

    def _missing_file(self) -> str:
        """The path of the layer's file if it has one that is not there any more; empty else."""
        provider = self.layer.dataProvider()
        path = QgsProviderRegistry.instance().decodeUri(provider.name(), self.layer.source()).get("path") or ""
        return path if provider.name() == "ogr" and Path(path).is_absolute() and not Path(path).exists() else ""

    def _step(self, text: str) -> Step:
        """The features that are about to be changed, as they are now; new ones have no ids yet."""
        buffer = self.layer.editBuffer()
        deleted = set(buffer.deletedFeatureIds())
        changed = {*buffer.changedGeometries(), *buffer.changedAttributeValues()} - deleted
        request = QgsFeatureRequest().setFilterFids([*deleted, *changed])
        before: States = {item.id(): QgsFeature(item) for item in self.layer.dataProvider().getFeatures(request)}
        return Step(text, self, before, {})

    def _read_back(self, step: Step) -> None:
        """Put into a step what was saved, as the provider has it: rounded, cut, with defaults."""
        step.after = dict.fromkeys(step.before)
        step.after.update((feature.id(), QgsFeature(feature)) for feature in self.features(step.before))

    def _modified(self) -> None:
        """The edit buffer has changed."""
        if not self._busy:
            self._report()
            if self.autosave:
                self._timer.start(0)

    def _save_others(self) -> None:
        """Save what a tool of QGIS or another plugin has edited, once it is through."""
        if self.layer.isEditCommandActive():
            self._timer.start(50)
        elif self.autosave:
            self.save()

    def _committed(self, _layer_id: str, features: list[QgsFeature]) -> None:
        self._added = list(features)

    def _after_commit(self) -> None:
        if not self._busy:  # somebody else saved: the steps no longer follow from each other
            self.history.forget(self)
            self._report()

    def _report(self) -> None:
        self.unsavedChanged.emit(self.unsaved())


def _same(one: QgsFeature, other: QgsFeature) -> bool:
    """Whether two features have the same outline and attributes."""
    return one.attributes() == other.attributes() and one.geometry().equals(other.geometry())


def _change(layer: QgsVectorLayer, present: QgsFeature, wanted: QgsFeature) -> bool:
    """Change what differs."""
    good = True
    if not present.geometry().equals(wanted.geometry()):
        good &= layer.changeGeometry(present.id(), wanted.geometry())
    old, new = present.attributes(), wanted.attributes()
    for index, value in enumerate(new):
        if index < len(old) and old[index] != value:
            good &= layer.changeAttributeValue(present.id(), index, value, old[index])
    return good


def _tr(text: str) -> str:
    return QCoreApplication.translate("EditedLayer", text)
