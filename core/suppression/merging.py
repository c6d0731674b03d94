"""Features united with those that they removed."""

from __future__ import annotations

import numpy as np
import shapely

from ..overlap import in_threads
from ..reporting import Reporter

_WIDTH = 32  # shapes united at a time: a heap of thousands is united part by part, so that a cancel is heard
_ROWS = 64  # such unions that one thread does in turn
_STEP = 4  # of which there are so many between two looks at whether the user cancelled


def merged(geometries: np.ndarray, winners: np.ndarray, report: Reporter) -> np.ndarray:
    """Return the geometries in which those that remain hold what they removed.

    Args:
        geometries: (N,) valid shapely polygons or multipolygons.
        winners: (N,) int64 of :func:`core.suppression.suppressors`. What a removed feature had removed before goes to the one
            that remains in the end.
        report: is told the progress and asked for a cancel.

    Returns:
        (N,) geometries; those that nothing was united with are the same objects as before.

    Raises:
        Cancelled: the user asked to stop.
    """
    heirs = winners
    while (heirs[heirs] != heirs).any():
        heirs = heirs[heirs]
    result = geometries.copy()
    sizes = np.bincount(heirs, minlength=len(heirs))
    members = np.flatnonzero(sizes[heirs] > 1)
    shapes, groups = geometries[members], heirs[members]
    whole = max(len(shapes), 1)
    while len(shapes):
        order = np.argsort(groups, kind="stable")
        shapes, groups = shapes[order], groups[order]
        shapes, groups = _round(shapes, groups, report.part(1 - len(shapes) / whole, 1.0))
        alone = np.bincount(groups)[groups] == 1
        result[groups[alone]] = shapes[alone]
        shapes, groups = shapes[~alone], groups[~alone]
    report.progress(1.0, "Uniting duplicates")
    return result


def _round(shapes: np.ndarray, groups: np.ndarray, report: Reporter) -> tuple[np.ndarray, np.ndarray]:
    """Unite neighbours in the arrays of one group each, :data:`_WIDTH` at most; return the unions and their groups."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    place = np.arange(len(groups)) - np.repeat(first, np.diff(np.append(first, len(groups))))
    starts = np.flatnonzero(place % _WIDTH == 0)
    counts = np.diff(np.append(starts, len(groups)))

    def unite(start: int) -> np.ndarray:
        rows = slice(start, start + _ROWS)
        table = np.full((len(counts[rows]), counts[rows].max()), None, dtype=object)
        filled = np.arange(table.shape[1]) < counts[rows, None]
        table[filled] = shapes[starts[start] : starts[start] + counts[rows].sum()]
        return shapely.union_all(table, axis=1)

    united = []
    for start in range(0, len(starts), _STEP * _ROWS):
        report.check_cancelled()
        report.progress(start / len(starts), "Uniting duplicates")
        united += in_threads(unite, range(start, min(start + _STEP * _ROWS, len(starts)), _ROWS))
    return np.concatenate(united), groups[starts]
