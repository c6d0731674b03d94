"""The job: features from a file, what is left of them into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.crs import CRS

from ..errors import InputError
from ..imagery.extent import Extent
from ..reporting import Reporter
from ..vectors import Features, FeatureWriter, read_features, same_crs
from ..vectors.extent import meets
from ..vectors.fields import confidence_of, field_of, repairs
from ..vectors.projection import known_crs
from .greedy import suppressors
from .merging import merged

if TYPE_CHECKING:
    from ..jobs import NonMaximumSuppression

_BATCH = 50_000  # features written between two looks at whether the user cancelled


def run(job: NonMaximumSuppression, report: Reporter) -> dict[str, int]:
    """Do the job; see :class:`core.jobs.NonMaximumSuppression`.

    Returns:
        ``REMOVED``, the number of features removed.

    Raises:
        InputError: the layer cannot be read, a field is missing, a feature has no confidence, or coordinate systems cannot be
            brought together.
        InvalidParameter: an extent or a coordinate system that is none.
        OutputError: the output exists or cannot be written.
    """
    report.progress(0.0, "Reading features")
    extent = None if job.extent is None else Extent.parse(job.extent)
    target = None if job.output_crs is None else known_crs(job.output_crs)
    features = read_features(job.input)
    for note in repairs(features, ids=True):
        report.warning(note)
    if extent is not None:
        features = features.part(meets(features.geometries, features.crs, extent, features.name))
    confidence = confidence_of(features, job.confidence_field)
    classes = None if job.class_field is None else field_of(features, job.class_field)
    winners = suppressors(
        features.geometries, confidence, classes, job.max_overlap, report.part(0.1, 0.8),
        measure=job.overlap_measure, within=job.within_classes, across=job.across_classes,
    )  # fmt: skip
    stays = np.flatnonzero(winners == np.arange(len(winners)))
    geometries = features.geometries[stays]
    if job.duplicates == "MERGE":
        geometries = merged(features.geometries, winners, report.part(0.8, 0.9))[stays]
    _write(job.output, features.part(stays), geometries, target, report.part(0.9, 1.0))
    removed = len(winners) - len(stays)
    if extent is not None:
        report.info(f"{len(winners)} features meet the extent.")
    report.info(f"{removed} of {len(winners)} features removed, {len(stays)} remain.")
    return {"REMOVED": removed}


def _write(path: str, features: Features, geometries: np.ndarray, target: CRS | None, report: Reporter) -> None:
    """Write ``features`` with other ``geometries`` (N,), in the coordinate system ``target`` if there is one."""
    if target is not None:
        moved = same_crs(geometries, features.crs, target, features.name, "the output")
        lost = np.flatnonzero(shapely.is_empty(moved))
        if len(lost):
            raise InputError(
                f"Feature {features.numbers[lost[0]]} of {features.name} has no place in {target.to_string()}.",
                "Choose an OUTPUT_CRS that is made for this part of the world.",
            )
        geometries = moved
    crs = target or features.crs
    kind = "Polygon"
    if (shapely.get_type_id(geometries) == 6).any():
        kind, geometries = "MultiPolygon", _multi(geometries)
    with FeatureWriter(path, crs.to_wkt() if crs else None, features.types, kind) as writer:
        for start in range(0, len(geometries), _BATCH):
            report.check_cancelled()
            report.progress(start / len(geometries), "Writing features")
            part = slice(start, start + _BATCH)
            writer.write(geometries[part], {name: values[part] for name, values in features.fields.items()})


def _multi(geometries: np.ndarray) -> np.ndarray:
    """Return (N,) multipolygons: the geometry type of a layer is one."""
    single = shapely.get_type_id(geometries) == 3
    result = geometries.copy()
    result[single] = shapely.multipolygons(geometries[single], indices=np.arange(single.sum()))
    return result
