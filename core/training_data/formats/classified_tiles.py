"""Classified_Tiles: one image of class values per chip, ``labels/<stem>.tif``, for networks that classify each pixel.

Pixel 0 is background. Where objects overlap, the later one of the layer is on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects
from ..drawing import draw
from ..images import write_tiff
from .base import ChipFormat


class ClassifiedTiles(ChipFormat):
    """See the top of this module."""

    name = "Classified_Tiles"
    by_pixel = True
    trainable = False

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write ``labels/<stem>.tif``, in the smallest type that holds every class; see :class:`.formats.ChipFormat`."""
        values = np.array([item.value for item in classes], np.int64)
        dtype = np.min_scalar_type(int(values.max(initial=0)))
        pixels = draw(objects.polygons, values[objects.classes], frame.height, frame.width, dtype)
        name = f"labels/{frame.stem}.tif"
        write_tiff(folder / name, frame, pixels[None], compress=True)
        return [name]
