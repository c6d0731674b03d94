"""The chip formats by name. A new one is a module with a subclass of :class:`ChipFormat`, listed here."""

from __future__ import annotations

from .base import ChipFormat, Finished
from .pascal_voc import PascalVoc
from .rcnn_masks import RcnnMasks

FORMATS: dict[str, ChipFormat] = {known.name: known for known in (PascalVoc(), RcnnMasks())}

__all__ = ["FORMATS", "ChipFormat", "Finished"]
