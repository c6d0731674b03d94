"""What the formats share that read boxes: classes by value or name, and boxes that a network can learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from ...packages.classes import ClassInfo
from ..chips import Targets


class ClassLookup:
    """The labels of classes, by the value or name that a label file holds; counts those that no class has."""

    def __init__(self, classes: Sequence[ClassInfo]) -> None:
        names = {item.name: label for label, item in enumerate(classes, 1)}
        self._labels = {**names, **{str(item.value): label for label, item in enumerate(classes, 1)}}
        self._unknown: Counter[str] = Counter()

    def label(self, name: str) -> int | None:
        """Return the 1-based position of a class; None, and count it, when there is none of this value or name."""
        label = self._labels.get(name) or self._labels.get(_whole(name))
        if label is None:
            self._unknown[name] += 1
        return label

    @property
    def warnings(self) -> list[str]:
        """What was counted, as a sentence, or nothing."""
        if not self._unknown:
            return []
        names = ", ".join(sorted(self._unknown)[:10])
        count = self._unknown.total()
        return [f"{count} objects are of classes that the folder does not define ({names[:200]}) and are left out."]


def targets(lookup: ClassLookup, objects: Iterable[tuple[str, Sequence[float]]]) -> Targets:
    """Return the objects of known classes from class values or names and boxes ``x0, y0, x1, y1`` in pixels, unclipped."""
    boxes, labels = [], []
    for name, box in objects:
        label = lookup.label(name)
        if label is not None:
            boxes.append(box)
            labels.append(label)
    return Targets(np.array(boxes, np.float64).reshape(-1, 4), np.array(labels, np.int64))


def finite(text: str | float) -> float:
    """Return a coordinate; raise ValueError when it is none."""
    value = float(text)
    if not abs(value) < 1e9:
        raise ValueError(f"{text!r} is no coordinate")
    return value


def edges(mask: np.ndarray) -> np.ndarray:
    """Return the box ``x0, y0, x1, y1`` around what is True in a (h, w) mask, (4,) float64; zeros for nothing."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1] if len(rows) else [0, 0, 0, 0], float)


def clip(boxes: np.ndarray, labels: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clip boxes to a chip and leave out those beside it.

    A box without area breaks training: it is widened by a pixel, as Esri does.

    Args:
        boxes: (n, 4) ``x0, y0, x1, y1`` in pixels.
        labels: (n,).
        width: of the chip in pixels.
        height: of the chip in pixels.

    Returns:
        (m, 4) float32 boxes, (m,) labels, and (m,) their numbers among the n.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    limits = np.array([width, height, width, height], np.float64)
    inside = np.flatnonzero((boxes[:, 2:] > 0).all(axis=1) & (boxes[:, :2] < limits[:2]).all(axis=1))
    boxes = np.clip(boxes[inside], 0, limits)
    thin = boxes[:, 2:] - boxes[:, :2] < 0.01
    boxes[:, 2:] = np.where(thin, np.minimum(boxes[:, :2] + 1, limits[:2]), boxes[:, 2:])
    boxes[:, :2] = np.where(thin, boxes[:, 2:] - 1, boxes[:, :2])
    return boxes.astype(np.float32), np.asarray(labels, np.int64).reshape(-1)[inside], inside


class BoxReader:
    """Mixin: :meth:`.ChipFormat.read` for formats whose ``find`` gives unclipped :class:`.Targets`."""

    def read(self, labels: Targets, width: int, height: int) -> Targets:
        """Clip the boxes to the chip; see :class:`.formats.ChipFormat`."""
        boxes, numbers, _ = clip(labels.boxes, labels.labels, width, height)
        return Targets(boxes, numbers)


def _whole(name: str) -> str:
    """``"2.0"`` as ``"2"``, which some tools write."""
    head, _, tail = name.partition(".")
    return head if tail.strip("0") == "" else name
