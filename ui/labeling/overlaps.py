"""Whether objects lie where others lie already: the share of their common area (IoU), as NMS and accuracy know it."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsGeometry, QgsRectangle, QgsSpatialIndex


class Places:
    """Outlines that others are compared with, all in one coordinate system.

    Args:
        outlines: polygons.
    """

    def __init__(self, outlines: Iterable[QgsGeometry]) -> None:
        self._outlines: list[QgsGeometry] = []
        self._index = QgsSpatialIndex()
        for outline in outlines:
            self.add(outline)

    def add(self, outline: QgsGeometry) -> None:
        """Add one."""
        self._index.addFeature(len(self._outlines), outline.boundingBox())
        self._outlines.append(outline)

    def most_alike(self, outline: QgsGeometry) -> tuple[int, float]:
        """Return the position of the outline with the largest IoU, 0..1, and that; (-1, 0) when none touches."""
        found = ((iou(outline, self._outlines[there]), there) for there in self._index.intersects(outline.boundingBox()))
        value, there = max(found, default=(0.0, -1))
        return (there, value) if value > 0 else (-1, 0.0)


def iou(one: QgsGeometry, other: QgsGeometry) -> float:
    """Return intersection over union of two polygons, 0..1; that of their boxes where an outline is not sound."""
    box, other_box = one.boundingBox(), other.boundingBox()
    if not box.intersects(other_box):
        return 0.0
    common = one.intersection(other)
    if common.isNull():  # an outline that crosses itself
        return _share(_area(box.intersect(other_box)), _area(box), _area(other_box))
    return _share(common.area(), one.area(), other.area())


def _share(common: float, one: float, other: float) -> float:
    union = one + other - common
    return common / union if union > 0 else 0.0


def _area(box: QgsRectangle) -> float:
    return box.width() * box.height()
