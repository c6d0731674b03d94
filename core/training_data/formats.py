"""The chip formats, by Esri's names. A new one is a module with these three functions, listed here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ..packages.classes import ClassInfo
from . import pascal_voc, rcnn_masks
from .chips import ChipFrame, ChipObjects, Targets


class ChipFormat(Protocol):
    """What a chip format can do. ``folder`` is always the one that holds ``images`` and ``labels``."""

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write the labels of a chip, also when there are none; return the files, relative to ``folder``, with ``/``."""

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> tuple[dict[str, Any], list[str]]:
        """Return the labels on disk by chip name, as :meth:`read` wants them, and sentences on what was left out."""

    def read(self, labels: Any, width: int, height: int) -> Targets:
        """Return the targets of a chip of this size in pixels; raise InputError if its files are broken."""


FORMATS: dict[str, ChipFormat] = {"PASCAL_VOC_rectangles": pascal_voc, "RCNN_Masks": rcnn_masks}
