"""The order in which the objects of a layer are reviewed, and what was decided; kept with the layer. No widgets."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from qgis.core import NULL, Qgis, QgsFeature, QgsFeatureRequest, QgsProject, QgsVectorLayer

KEPT, FIXED, DROPPED = "kept", "fixed", "dropped"
MISSED, FALSE = "FN", "FP"
PROPERTY = "kestrel/review"


@dataclass(frozen=True)
class Entry:
    """What is read of each object: its id, class, confidence (0 to 100; -1 for none), and mark (TP, FP, FN; or empty)."""

    id: int
    name: str
    confidence: float
    mark: str


class Walk:
    """The objects of a layer in their order: the misses of an accuracy run, then the least certain upward.

    Args:
        layer: polygons with a field ``Confidence`` or ``Accuracy``.

    Attributes:
        entries: those that the filter lets through, in order.
        place: position of the current one among them; -1 when there are none.
        decided: what was decided, by id.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        self.layer = layer
        fields = layer.fields()
        self._confidence, self._mark = fields.lookupField("Confidence"), fields.lookupField("Accuracy")
        self._name, self._true_name = fields.lookupField("Class"), fields.lookupField("True_Class")
        self._value = fields.lookupField("ClassValue")
        self._all = sorted(self._read(), key=lambda entry: entry.confidence)
        self._sorted = [entry.confidence for entry in self._all]
        self.decided: dict[int, str] = {}
        start = self._recall()
        self.entries = self._all
        self.place = next((place for place, entry in enumerate(self._all) if entry.id == start), 0 if self._all else -1)

    @property
    def has_marks(self) -> bool:
        """Whether it is the layer of an accuracy run."""
        return self._mark >= 0

    @property
    def current(self) -> Entry | None:
        """The one that is looked at."""
        return self.entries[self.place] if 0 <= self.place < len(self.entries) else None

    def names(self) -> list[str]:
        """Return the names of the classes, sorted."""
        return sorted({entry.name for entry in self._all})

    def filter(self, name: str | None, least: float, most: float, marks: Iterable[str] | None) -> None:
        """Go through some objects only; the current one stays if it is among them.

        Args:
            name: of their class; None for all.
            least: their lowest confidence, 0 to 100; those without one are always in.
            most: their highest.
            marks: what they are, such as ``FP``; None for all.
        """
        current, wanted = self.current, None if marks is None else set(marks)
        first, last = bisect_left(self._sorted, least), bisect_right(self._sorted, most)
        without = bisect_left(self._sorted, 0.0)
        chosen = [*self._all[:without], *self._all[max(first, without) : max(last, without)]]
        self.entries = [
            entry
            for entry in chosen
            if (name is None or entry.name == name) and (wanted is None or entry.mark in wanted)
        ]  # fmt: skip
        same = (place for place, entry in enumerate(self.entries) if current is not None and entry.id == current.id)
        self.place = next(same, 0 if self.entries else -1)

    def step(self, by: int) -> bool:
        """Go on or back; return whether there was somewhere to go."""
        there = self.place + by
        if not 0 <= there < len(self.entries):
            return False
        self.place = there
        self._keep()
        return True

    def to_undecided(self) -> bool:
        """Go to the next object that nothing was decided about, from the start after the end; return whether there is one."""
        order = [*range(self.place + 1, len(self.entries)), *range(max(self.place, 0))]
        there = next((place for place in order if self.entries[place].id not in self.decided), None)
        if there is not None:
            self.place = there
        self._keep()
        return there is not None

    def decide(self, what: str) -> None:
        """Note what was decided about the current one."""
        if self.current is not None:
            self.set_decided(self.current.id, what)

    def set_decided(self, key: int, what: str | None) -> None:
        """Note what was decided about an object; None for nothing."""
        self.decided.pop(key, None)
        if what is not None:
            self.decided[key] = what
        self._keep()

    def count_decided(self) -> int:
        """Return how many of the entries were decided about."""
        return sum(entry.id in self.decided for entry in self.entries)

    def feature(self) -> QgsFeature | None:
        """Read the current object; None when it is gone."""
        if self.current is None:
            return None
        feature = self.layer.getFeature(self.current.id)
        return feature if feature.isValid() and feature.hasGeometry() else None

    def value_of(self, feature: QgsFeature) -> int | None:
        """Return the value of an object's class; None where the layer has none."""
        value = feature[self._value] if self._value >= 0 else None
        return int(value) if isinstance(value, (int, float)) else None

    def _read(self) -> Iterable[Entry]:
        wanted = [index for index in (self._confidence, self._mark, self._name, self._true_name) if index >= 0]
        request = QgsFeatureRequest().setSubsetOfAttributes(wanted).setFlags(Qgis.FeatureRequestFlag.NoGeometry)

        def text(feature: QgsFeature, index: int) -> str:
            value = feature[index] if index >= 0 else None
            return "" if value in (None, NULL) else str(value)

        for feature in self.layer.getFeatures(request):
            confidence = feature[self._confidence] if self._confidence >= 0 else None
            mark = text(feature, self._mark)
            name = text(feature, self._true_name if mark == MISSED and self._true_name >= 0 else self._name)
            sure = float(confidence) if isinstance(confidence, (int, float)) else -1.0
            yield Entry(feature.id(), name, -1.0 if mark == MISSED else sure, mark)

    def _recall(self) -> int | None:
        """Take what was decided before; return the id of the object that was looked at last."""
        try:
            kept = json.loads(self.layer.customProperty(PROPERTY, "") or "{}")
            for what in (KEPT, FIXED, DROPPED):
                self.decided.update((int(key), what) for key in kept.get(what, []))
            return kept.get("at")
        except (ValueError, TypeError, AttributeError):
            return None

    def _keep(self) -> None:
        """Write it down: with the layer, in the project."""
        kept: dict[str, object] = {what: [] for what in (KEPT, FIXED, DROPPED)}
        for key, what in self.decided.items():
            kept[what].append(key)
        kept["at"] = self.current.id if self.current else None
        self.layer.setCustomProperty(PROPERTY, json.dumps(kept))
        QgsProject.instance().setDirty(True)
