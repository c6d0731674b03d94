"""What a model has suggested in this session: which are open, which were decided about and how. No widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from qgis.core import QgsGeometry, QgsPointXY, QgsRectangle
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..overlaps import Places
from ..schema import LabelClass
from ..session import Session

SAME_PLACE = 0.3  # IoU from which on two outlines are taken for the same object
_OTHERS = "#9a9a9a"


@dataclass(eq=False)
class Suggestion:
    """An object that a model has found.

    Attributes:
        outline: polygon in the pixels of the imagery.
        name, value: the model's class.
        colour: that the package gives the class; empty for none.
        confidence: 0 to 100.
        accepted, rejected: what was decided; neither: it is open.
    """

    outline: QgsGeometry
    name: str
    value: int | None
    colour: str
    confidence: float
    accepted: bool = False
    rejected: bool = False
    box: QgsRectangle = field(init=False)

    def __post_init__(self) -> None:
        self.box = self.outline.boundingBox()

    @property
    def open(self) -> bool:
        """Whether nothing was decided."""
        return not (self.accepted or self.rejected)


class Pool(QObject):
    """The suggestions of a session, and the one that is looked at.

    Signals: ``changed``: others are shown; ``moved``: another one is looked at.

    Attributes:
        threshold: confidence, 0 to 100, from which on open suggestions are shown.
        current: the one that is looked at; always one that is shown, or None.
    """

    changed = pyqtSignal()
    moved = pyqtSignal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.threshold = 50.0
        self.current: Suggestion | None = None
        self._all: list[Suggestion] = []
        self._shown: list[Suggestion] = []
        session.closed.connect(self.clear)

    def take(self, found: Iterable[Suggestion], view: QgsRectangle) -> tuple[int, int]:
        """Take what a model has found in a view, given in pixels, in place of what is open there.

        What lies on a label, on a suggestion that was decided about, or on one that is open elsewhere, is left out.

        Returns:
            How many were taken and how many left out.
        """
        self._all = [item for item in self._all if not (item.open and view.contains(item.box.center()))]
        found = sorted(
            (item for item in found if view.contains(item.box.center())), key=lambda item: item.confidence, reverse=True
        )
        around = QgsRectangle(view)
        for item in found:
            around.combineExtentWith(item.box)
        # What was accepted stands among the labels, unless its label was deleted; what was accepted and undone is open again.
        places = Places([*self._session.labels_in(around).values(), *(item.outline for item in self._all)])
        new = [item for item in found if places.most_alike(item.outline)[1] < SAME_PLACE]
        self._all += new
        self._arrange()
        return len(new), len(found) - len(new)

    def clear(self) -> None:
        """Forget all suggestions and what was decided."""
        self._all = []
        self._arrange()

    def drop_open(self) -> None:
        """Forget the suggestions that are open: another model is asked."""
        self._all = [item for item in self._all if not item.open]
        self._arrange()

    def set_threshold(self, value: float) -> None:
        """Show open suggestions from a confidence on, 0 to 100."""
        self.threshold = value
        self._arrange()

    def shown(self) -> list[Suggestion]:
        """Return those that are open and sure enough, the surest first."""
        return self._shown

    def open(self) -> list[Suggestion]:
        """Return those that nothing was decided about, shown or not."""
        return [item for item in self._all if item.open]

    def at(self, point: QgsPointXY) -> Suggestion | None:
        """Return the smallest that is shown at a point, in pixels."""
        place = QgsGeometry.fromPointXY(point)
        hit = [item for item in self._shown if item.box.contains(point) and item.outline.intersects(place)]
        return min(hit, key=lambda item: item.box.width() * item.box.height(), default=None)

    def colour(self, item: Suggestion) -> str:
        """Return the colour of a suggestion's class."""
        known = self._session.class_like(item.name, item.value)
        return known.colour if known else item.colour or _OTHERS

    def title(self, item: Suggestion) -> str:
        """Return the name of the class that a suggestion would get, and what the model calls it if that is something else."""
        known = self._session.class_like(item.name, item.value)
        if known is None or known.name.casefold() == item.name.strip().casefold():
            return known.name if known else item.name
        return self.tr("{} (the model says {})").format(known.name, item.name)

    def look_at(self, item: Suggestion | None) -> None:
        """Make one the current one."""
        self.current = item
        self.moved.emit()

    def step(self, by: int) -> None:
        """Look at the next, or the one before; after the last comes the first."""
        if self._shown:
            place = self._shown.index(self.current) + by if self.current in self._shown else 0 if by > 0 else -1
            self.look_at(self._shown[place % len(self._shown)])

    def accept(self, items: list[Suggestion], item_class: LabelClass | None = None) -> int:
        """Make labels of suggestions, in one step; return how many.

        Args:
            items: open suggestions.
            item_class: the class of all of them; None for what the model says.
        """
        session = self._session
        if session.labels is None or not items:
            return 0
        drawn = [(item.outline, item_class or session.class_for(item.name, item.value, item.colour)) for item in items]
        text = self.tr("Accept suggestions ({})").format(len(items)) if len(items) > 1 else self.tr("Accept suggestion")
        before = session.history.newest()
        if not session.take_all(drawn, text):
            return 0
        for item in items:
            item.accepted = True
        step = session.history.newest()
        if step is not None and step is not before:
            step.follow = lambda back: self._follow(items, back)
        self._go_on(items)
        return len(items)

    def reject(self, items: list[Suggestion]) -> None:
        """Do not suggest these again in this session."""
        for item in items:
            item.rejected = True
        self._go_on(items)

    def _go_on(self, decided: list[Suggestion]) -> None:
        """Show what is left; look at the one that comes after what was decided."""
        following: Suggestion | None = None
        if self.current in decided:
            gone = set(decided)
            start = self._shown.index(self.current) if self.current in self._shown else 0
            order = [*self._shown[start:], *self._shown[:start]]
            following = next((item for item in order if item not in gone), None)
        else:
            following = self.current
        self.current = following
        self._arrange()

    def _arrange(self) -> None:
        """Find out which are shown."""
        self._shown = sorted(
            (item for item in self._all if item.open and item.confidence >= self.threshold),
            key=lambda item: item.confidence,
            reverse=True,
        )
        if self.current not in self._shown:
            self.current = self._shown[0] if self._shown else None
        self.changed.emit()
        self.moved.emit()

    def _follow(self, items: list[Suggestion], back: bool) -> None:
        """A step that is taken back gives its suggestions back; one that is done again takes them."""
        for item in items:
            item.accepted = not back
        self._arrange()
