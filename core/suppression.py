"""Non maximum suppression: of two features that overlap, the one with the lower confidence goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .errors import InputError
from .overlap import ROUNDING, Shapes, iou
from .reporting import Reporter, silent
from .vectors import FeatureWriter, read_features
from .vectors.fields import confidence_of, field_of, repairs

if TYPE_CHECKING:
    from .jobs import NonMaximumSuppression

_Filter = Callable[[np.ndarray, np.ndarray], np.ndarray]  # positions i (P,), j (P,) -> (P,) bool: which pairs may meet
_PAIRS = 200_000  # pairs of neighbours worked on at a time: bounds the memory, and the wait for progress and cancel


def run(job: NonMaximumSuppression, report: Reporter) -> dict[str, int]:
    """Do the job; see :class:`core.jobs.NonMaximumSuppression`.

    Returns:
        ``REMOVED``, the number of features removed.

    Raises:
        InputError: the layer cannot be read, a field is missing, or a feature has no confidence.
        OutputError: the output exists or cannot be written.
    """
    report.progress(0.0, "Reading features")
    features = read_features(job.input)
    for note in repairs(features):
        report.warning(note)
    confidence = confidence_of(features, job.confidence_field)
    classes = None if job.class_field is None else field_of(features, job.class_field)
    keep = suppress(features.geometries, confidence, classes, job.max_overlap, report.part(0.1, 0.9))
    report.progress(0.9, "Writing features")
    geometries = features.geometries[keep]
    kind = "Polygon"
    if (shapely.get_type_id(geometries) == 6).any():
        kind, geometries = "MultiPolygon", _multi(geometries)
    crs = features.crs.to_wkt() if features.crs else None
    with FeatureWriter(job.output, crs, features.types, kind) as writer:
        writer.write(geometries, {name: values[keep] for name, values in features.fields.items()})
    removed = int(len(keep) - keep.sum())
    report.info(f"{removed} of {len(keep)} features removed, {len(keep) - removed} remain.")
    return {"REMOVED": removed}


def _multi(geometries: np.ndarray) -> np.ndarray:
    """Return (N,) multipolygons: the geometry type of a layer is one."""
    single = shapely.get_type_id(geometries) == 3
    result = geometries.copy()
    result[single] = shapely.multipolygons(geometries[single], indices=np.arange(single.sum()))
    return result


def suppress(
    geometries: np.ndarray,
    confidence: np.ndarray,
    classes: np.ndarray | None,
    max_overlap: float,
    report: Reporter | None = None,
) -> np.ndarray:
    """Return which features remain when those that overlap one of higher confidence are removed.

    Greedy, by falling confidence, equal ones in the order of the features: a feature that remains removes all later ones
    whose IoU with it is larger than ``max_overlap``; a removed feature removes nothing. First within each class, then, among
    those that remain, across all classes: ArcGIS's two passes. Features that only touch do not overlap.

    Args:
        geometries: (N,) shapely polygons or multipolygons, valid, in one coordinate system.
        confidence: (N,) numbers; any range.
        classes: (N,) class of each feature, numbers or texts; None when all are one class.
        max_overlap: intersection divided by union (IoU) that two features may have, 0..1. The IoU is exact; a difference of
            1e-9 is taken for rounding.
        report: is told the progress and asked for a cancel.

    Returns:
        (N,) bool, True for the features that remain.

    Raises:
        InputError: a confidence is NaN; the text names its position.
        Cancelled: the user asked to stop.
    """
    confidence = np.asarray(confidence, dtype=np.float64)
    if np.isnan(confidence).any():
        raise InputError(f"Feature {int(np.flatnonzero(np.isnan(confidence))[0])} has no confidence.")
    report = report or silent()
    shapes = Shapes(np.asarray(geometries, dtype=object))
    order = np.argsort(-confidence, kind="stable")
    keep = np.ones(len(shapes), dtype=bool)
    if classes is None:
        _sweep(shapes, order, keep, lambda i, j: np.ones(len(i), bool), max_overlap, report)
    else:
        codes = _codes(classes)
        _sweep(shapes, order, keep, lambda i, j: codes[i] == codes[j], max_overlap, report.part(0, 0.5))
        _sweep(shapes, order, keep, lambda i, j: codes[i] != codes[j], max_overlap, report.part(0.5, 1))
    return keep


def _codes(classes: np.ndarray) -> np.ndarray:
    """Return (N,) int64, equal for equal classes; None and NaN are classes of their own."""
    values = np.asarray(classes)
    return np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)[1]


def _sweep(
    shapes: Shapes, order: np.ndarray, alive: np.ndarray, may_meet: _Filter, max_overlap: float, report: Reporter
) -> None:
    """Run one pass: clear ``alive`` (N,) of the features removed by one before them in ``order`` (N,)."""
    count = len(order)
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    start, size = 0, 16
    while start < count:
        report.check_cancelled()
        report.progress(start / count, "Suppressing duplicates")
        block = order[start : start + size]
        block = np.sort(block[alive[block]])  # neighbours in the file are often neighbours in memory and on the map
        i, j = shapes.neighbours(block)
        found = len(i)
        meet = (rank[j] > rank[i]) & alive[j] & may_meet(i, j)
        i, j = i[meet], j[meet]
        over = iou(shapes, i, shapes, j, above=max_overlap) > max_overlap + ROUNDING
        i, j = i[over], j[over]
        _remove(alive, *(pairs[np.argsort(rank[i], kind="stable")] for pairs in (i, j)))
        start += size
        # As many features next time as promise to have as many neighbours as fit; crowded places need small steps.
        size = int(min(max(16, size * _PAIRS / max(found, 1)), 4 * size))
    report.progress(1.0, "Suppressing duplicates")


def _remove(alive: np.ndarray, i: np.ndarray, j: np.ndarray) -> None:
    """Let each ``i`` that is alive remove its ``j``; in falling confidence of ``i``, so that its own fate is known by then."""
    state = memoryview(alive.data)
    for one, other in zip(i.tolist(), j.tolist(), strict=True):
        if state[one]:
            state[other] = False
