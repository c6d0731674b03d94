"""Where on the map training data come from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rasterio.crs import CRS

from .chips import Chip
from .opening import open_image


class Placed(Protocol):
    """Training data, of one folder or of several."""

    chips: list[Chip]
    crs_wkt: str | None


def training_extent(data: Placed) -> tuple[float, float, float, float] | None:
    """Return ``(xmin, ymin, xmax, ymax)`` around all chips of the first chip's coordinate system, in that system.

    Chips of another system, such as those of a second folder, are left out, and so are those without a world file. The chips
    of a folder are taken to have one system.

    Returns:
        None when no chip has a place, or the system is not known.
    """
    if data.crs_wkt is None:
        return None
    first: CRS | None = None
    systems: dict[Path, CRS | None] = {}
    boxes = []
    for chip in data.chips:
        folder = chip.image.parent
        if folder not in systems:
            with open_image(chip.image) as image:
                systems[folder] = image.crs
            first = first or systems[folder]
        bounds = chip.bounds if systems[folder] in (None, first) else None
        if bounds:
            boxes.append(bounds)
    if not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)
