"""Where on the map training data come from, as the world files of their chips tell."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .folder import TrainingData
from .joined import same_system


def footprints(data: TrainingData) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of each chip on the map, (n, 4, 2), NaN where unknown, and the number of its coordinate system."""
    corners = np.full((len(data.chips), 4, 2), np.nan)
    systems = np.zeros(len(data.chips), np.int64)
    known: list[str | None] = []
    for part in data.parts:
        system = next((i for i, wkt in enumerate(known) if same_system(wkt, part.data.crs_wkt)), len(known))
        known += [part.data.crs_wkt] if system == len(known) else []
        for number in part.numbers:
            systems[number] = system
            try:
                found = data.chips[number].corners
            except InputError:  # it cannot be opened
                continue
            if found is not None:
                corners[number] = found
    return corners, systems


def training_extent(data: TrainingData) -> tuple[float, float, float, float] | None:
    """Return ``(xmin, ymin, xmax, ymax)`` around all chips of the first folder's coordinate system, in that system.

    Chips of another system, such as those of a second folder, are left out, and so are those without a world file and those
    that cannot be opened. A folder that does not tell its system is taken to have the first one's.

    Returns:
        None when no chip has a place, or the system is not known.
    """
    if data.crs_wkt is None:
        return None
    corners, _ = footprints(data)
    systems = [(part, part.data.crs_wkt) for part in data.parts]
    alike = [number for part, wkt in systems if wkt is None or same_system(wkt, data.crs_wkt) for number in part.numbers]
    points = corners[alike].reshape(-1, 2)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        return None
    (left, bottom), (right, top) = points.min(0).tolist(), points.max(0).tolist()
    return left, bottom, right, top
