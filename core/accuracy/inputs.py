"""The two layers that are compared: read, brought into one coordinate system, and cut to the place that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.crs import CRS

from ..errors import InputError, InvalidParameter
from ..imagery.extent import Extent
from ..vectors import Features, read_features, same_crs
from ..vectors.fields import classes_of, confidence_of, repairs

if TYPE_CHECKING:
    from ..jobs import ComputeAccuracy

BOXES = "BOXES"
_EDGE_PARTS = 20
_QGIS_ID = "kestrel_id"  # in the files that the QGIS side exports: the number of a feature in its own layer


@dataclass(frozen=True)
class Objects:
    """The objects of one layer, in the coordinate system of the comparison.

    Attributes:
        name: of the layer.
        geometries: (N,) polygons as they were drawn.
        shapes: (N,) what is compared: the polygons, or the boxes around them.
        classes: (N,) texts; one for all where no field tells them.
        ids: (N,) int64 numbers in the layer, which QGIS shows as ``$id``.
        confidence: (N,) float64, falling; None for true objects, and where detections have none.
    """

    name: str
    geometries: np.ndarray
    shapes: np.ndarray
    classes: np.ndarray
    ids: np.ndarray
    confidence: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.geometries)

    def where(self, which: np.ndarray) -> Objects:
        """Return those at these positions, or of this (N,) mask."""
        confidence = None if self.confidence is None else self.confidence[which]
        return Objects(self.name, self.geometries[which], self.shapes[which], self.classes[which], self.ids[which], confidence)


@dataclass(frozen=True)
class Inputs:
    """What is compared.

    Attributes:
        found: the detections, by falling confidence, equal ones in the order of their layer.
        truth: the true objects.
        crs: coordinate system of both: that of the detections.
        notes: what the user should know of the layers, one sentence each.
    """

    found: Objects
    truth: Objects
    crs: CRS | None
    notes: list[str]


def read_inputs(job: ComputeAccuracy) -> Inputs:
    """Read what the job compares.

    Raises:
        InputError: a layer cannot be read, a field is missing, a detection has no confidence, or the coordinate systems cannot
            be brought together.
        InvalidParameter: only one of the two class fields is given, or EXTENT is no rectangle.
    """
    if (job.detection_class_field is None) != (job.truth_class_field is None):
        given, missing = "DETECTION_CLASS_FIELD", "TRUTH_CLASS_FIELD"
        if job.detection_class_field is None:
            given, missing = missing, given
        raise InvalidParameter(f"{given} is given, but {missing} is not.", "Give both, or none to treat all as one class.")
    extent = None if job.extent is None else Extent.parse(job.extent)
    detections, truth = read_features(job.detections), read_features(job.truth)
    notes = [*repairs(detections), *repairs(truth)]
    crs = detections.crs
    found = _objects(detections, detections.geometries, job.detection_class_field, job.geometry)
    found = replace(found, confidence=_confidence(detections, job.confidence_field))
    moved = same_crs(truth.geometries, truth.crs, crs, truth.name, detections.name)
    there = _objects(truth, moved, job.truth_class_field, job.geometry)
    lost = shapely.is_empty(moved) | (shapely.area(moved) == 0)
    if lost.any():
        notes.append(f"{truth.name}: {lost.sum()} features have no place in the coordinate system of the detections.")
        there = there.where(~lost)
    for area in _areas(job, extent, crs, detections.name):
        found, there = found.where(_touching(area, found.geometries)), there.where(_touching(area, there.geometries))
    if (job.mask or extent) and len(detections) and not len(found):
        notes.append(f"{detections.name}: no detection touches the area that is asked for.")
    if (job.mask or extent) and len(truth) and not len(there):
        notes.append(f"{truth.name}: no true object touches the area that is asked for.")
    if found.confidence is not None:
        found = found.where(np.argsort(-found.confidence, kind="stable"))
    return Inputs(found, there, crs, notes)


def _objects(features: Features, geometries: np.ndarray, field: str | None, geometry: str) -> Objects:
    classes = np.full(len(features), "object") if field is None else classes_of(features, field)
    own = features.fields.get(_QGIS_ID, features.fids)
    shapes = shapely.envelope(geometries) if geometry == BOXES else geometries
    return Objects(features.name, geometries, shapes, classes, np.asarray(own, np.int64))


def _confidence(found: Features, name: str | None) -> np.ndarray | None:
    """Return what ranks the detections: the field asked for, else the usual one where there is one."""
    if name is None:
        usual = found.types.get("Confidence")
        if usual is None or usual.kind not in "iuf":
            return None
        name = "Confidence"
    values = confidence_of(found, name)
    if np.isinf(values).any():
        row = int(found.ids[np.flatnonzero(np.isinf(values))[0]]) + 1
        raise InputError(f"Row {row} of {found.name} has an infinite value in the field {name}.", "Correct or delete it.")
    return values


def _areas(job: ComputeAccuracy, extent: Extent | None, crs: CRS | None, name: str) -> list[shapely.STRtree]:
    """Return the places that objects must touch, each as an index of polygons."""
    places = []
    if job.mask is not None:
        mask = read_features(job.mask)
        places.append(shapely.STRtree(same_crs(mask.geometries, mask.crs, crs, mask.name, name)))
    if extent is not None:
        box = shapely.box(extent.xmin, extent.ymin, extent.xmax, extent.ymax)
        # A straight edge is a curve in another system.
        box = shapely.segmentize(box, max(extent.xmax - extent.xmin, extent.ymax - extent.ymin) / _EDGE_PARTS)
        moved = same_crs(np.array([box]), extent.crs or crs, crs, "EXTENT", name)
        if shapely.is_empty(moved[0]):
            raise InputError(f"The extent {extent} has no place in the coordinate system of {name}.", "Check it.")
        places.append(shapely.STRtree(moved))
    return places


def _touching(tree: shapely.STRtree, polygons: np.ndarray) -> np.ndarray:
    """Return (N,) bool: which polygons touch one of the tree's."""
    result = np.zeros(len(polygons), dtype=bool)
    result[tree.query(polygons, predicate="intersects")[0]] = True
    return result


def doubts(inputs: Inputs) -> list[str]:
    """Return what makes the numbers doubtful, one sentence each."""
    found, truth = inputs.found, inputs.truth
    notes = []
    if not len(truth):
        notes.append("There are no true objects: every detection counts as false, and recall and AP are not known.")
    if not len(found):
        notes.append("There are no detections to measure.")
    if not len(found) or not len(truth):
        return notes
    if found.confidence is None:
        notes.append(
            "The detections have no confidence field: there is no threshold to choose, AP is that of the one point they give, "
            "and AP by size is not known."
        )
    box, true_box = shapely.box(*shapely.total_bounds(found.geometries)), shapely.box(*shapely.total_bounds(truth.geometries))
    if not box.intersects(true_box):
        notes.append("The detections and the truth lie in different places: check their coordinate systems.")
    return [*notes, *_doubtful_classes(set(found.classes.tolist()), set(truth.classes.tolist()))]


def _doubtful_classes(found: set[str], there: set[str]) -> list[str]:
    notes = []
    unknown = sorted(found - there)
    if len(unknown) == len(found):
        notes.append(
            f"No class of the detections ({listed(unknown)}) is one of the truth ({listed(sorted(there))}): "
            "check the class fields."
        )
    elif unknown:
        notes.append(f"Classes without true objects, whose detections all count as false: {listed(unknown)}.")
    plain = {name.casefold(): name for name in there}
    alike = [f"{name} and {plain[name.casefold()]}" for name in unknown if name.casefold() in plain]
    if alike:
        notes.append(f"Classes that differ in upper and lower case only, and do not match for that: {listed(alike)}.")
    return notes


def listed(names: list[str]) -> str:
    """Return names in words; the first ten of many."""
    shown = ", ".join(name or "(none)" for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown
