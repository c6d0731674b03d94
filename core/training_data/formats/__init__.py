"""The chip formats by name. A new one is a module with a subclass of :class:`ChipFormat`, listed here."""

from __future__ import annotations

from .base import ChipFormat, Finished, Found, read_labels
from .classified_tiles import ClassifiedTiles
from .coco import Coco
from .kitti import Kitti
from .labeled_tiles import LabeledTiles
from .pascal_voc import PascalVoc
from .rcnn_masks import RcnnMasks
from .yolo import Yolo

FORMATS: dict[str, ChipFormat] = {
    known.name: known
    for known in (
        PascalVoc(), RcnnMasks(), Kitti(), LabeledTiles(), ClassifiedTiles(), Coco(), Yolo(segments=False), Yolo(segments=True),
    )
}  # fmt: skip

__all__ = ["FORMATS", "ChipFormat", "Finished", "Found", "read_labels"]
