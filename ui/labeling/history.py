"""What was saved and can be taken back.

QGIS forgets its undo stack when a layer is saved, and labels are saved one by one (:mod:`.edited_layer`). So each save is kept
as a step: the features that it touched, as they were before and as they are after. Taking it back is an edit like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.core import QgsFeature
from qgis.PyQt.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from .edited_layer import EditedLayer

MOST_STEPS = 200

States = dict[int, QgsFeature | None]
"""Features by id; None for one that is not there."""


@dataclass
class Step:
    """One save: a text for the user, the layer, and its features before and after.

    ``follow`` is called when the step was taken back (True) or done again (False).
    """

    text: str
    edited: EditedLayer
    before: States
    after: States
    follow: Callable[[bool], None] = lambda back: None


class History(QObject):
    """The steps of all layers of a session, the newest last.

    Signal: ``changed`` when another step, or none, can be taken back or done again.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        """Remember a step that was saved."""
        self._done = [*self._done[1 - MOST_STEPS :], step]
        self._undone = []
        self.changed.emit()

    def newest(self) -> Step | None:
        """Return the step that :meth:`undo` would take back."""
        return self._done[-1] if self._done else None

    def undo_text(self) -> str:
        """Return what :meth:`undo` would take back; empty for nothing."""
        return self._done[-1].text if self._done else ""

    def redo_text(self) -> str:
        """Return what :meth:`redo` would do again; empty for nothing."""
        return self._undone[-1].text if self._undone else ""

    def undo(self) -> bool:
        """Take the newest step back; return whether that went well."""
        return self._turn(self._done, self._undone, back=True)

    def redo(self) -> bool:
        """Do the step again that was taken back last; return whether that went well."""
        return self._turn(self._undone, self._done, back=False)

    def forget(self, edited: EditedLayer) -> None:
        """Forget the steps of a layer: it was changed in a way that they do not know."""
        self._done = [step for step in self._done if step.edited is not edited]
        self._undone = [step for step in self._undone if step.edited is not edited]
        self.changed.emit()

    def renumber(self, edited: EditedLayer, ids: dict[int, int]) -> None:
        """A feature that comes back may have another id: tell the other steps."""
        for step in (*self._done, *self._undone):
            if step.edited is edited:
                for states in (step.before, step.after):
                    for old in ids.keys() & states.keys():
                        states[ids[old]] = states.pop(old)

    def _turn(self, source: list[Step], target: list[Step], back: bool) -> bool:
        if not source:
            return False
        step = source[-1]
        good = step.edited.restore(step.text, *((step.after, step.before) if back else (step.before, step.after)))
        if good:
            target.append(source.pop())
            step.follow(back)
        else:  # somebody else changed these features
            self.forget(step.edited)
        self.changed.emit()
        return good
