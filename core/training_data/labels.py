"""The labels of a raster: read once, brought into its pixels, cut chip by chip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..errors import InputError
from ..imagery import Raster, Window
from ..imagery.extent import bounds_text
from ..packages.classes import ClassInfo
from ..reporting import Reporter
from ..vectors import Features, read_features, to_map, to_pixels
from .chips import ChipObjects
from .class_values import SINGLE_CLASS, number_classes

_ARC = 16  # segments of a quarter circle of a buffer: off by 0.5 % of the radius at most
_SLIVER = 1.0  # square pixels: less than this left of an object that a chip edge cuts is no object
_PLAY = 0.5  # pixels by which a chip may leave a mask polygon: the coordinates of the two are rounded


@dataclass(frozen=True)
class Labels:
    """The labelled objects on a raster, n of them.

    Attributes:
        classes: ascending by value.
        polygons: (n,) in pixels of the working grid.
        positions: (n,) position of each one's class, counted from 0.
        planes: (n,) see :class:`.chips.ChipObjects`.
        tree: index of ``polygons``.
        width: columns of the working grid.
        height: rows of the working grid.
    """

    classes: tuple[ClassInfo, ...]
    polygons: np.ndarray
    positions: np.ndarray
    planes: np.ndarray
    tree: shapely.STRtree
    width: int
    height: int

    def cut(self, window: Window) -> ChipObjects:
        """Return the objects in a window, clipped to it and to the raster, in its pixels.

        Objects that the edge cuts stay, as in ArcGIS Pro, unless less than one square pixel of them is left.
        """
        left, top, right, bottom = window.bounds
        limits = np.array([max(left, 0), max(top, 0), min(right, self.width), min(bottom, self.height)])
        frame = shapely.box(*limits)
        found = np.sort(self.tree.query(frame))
        polygons = self.polygons[found]
        bounds = shapely.bounds(polygons)
        cut = (bounds[:, :2] < limits[:2]).any(axis=1) | (bounds[:, 2:] > limits[2:]).any(axis=1)
        polygons[cut] = shapely.intersection(polygons[cut], frame)
        keep = ~cut | (shapely.area(polygons) >= _SLIVER)
        polygons, found = _polygonal(polygons[keep]), found[keep]
        polygons = shapely.transform(polygons, lambda points: points - (window.col, window.row))
        return ChipObjects(polygons, self.positions[found], self.planes[found])


def read_labels(
    source: str, class_field: str | None, buffer: float, raster: Raster, separate: bool, report: Reporter
) -> Labels:
    """Read the labels that lie on a raster.

    Args:
        source: the layer.
        class_field: field with the class of each object; None if all are of one.
        buffer: radius in units of the layer's coordinate system.
        raster: the grid.
        separate: whether overlapping objects must be kept apart (:attr:`Labels.planes`); else all have plane 0.
        report: hears of repaired, dropped and renamed things.

    Raises:
        InputError: the layer cannot be read, is empty, lacks the field or values in it, holds points or lines without a
            buffer, or does not overlap the raster.
    """
    features = read_features(source, [class_field] if class_field else [], ("polygon", "point", "line"))
    _tell(features, report)
    if not len(features):
        raise InputError(f"{features.name} holds no features.", "Label some objects first.")
    classes: tuple[ClassInfo, ...] = (SINGLE_CLASS,)
    positions = np.zeros(len(features), int)
    if class_field:
        classes, positions = number_classes(features.fields[class_field], class_field, features.name)
    polygons = _buffered(features, buffer)
    polygons = to_pixels(polygons, features.crs, raster, features.name)
    grid = shapely.box(0, 0, raster.width, raster.height)
    on_raster = shapely.intersects(polygons, grid)
    if not on_raster.any():
        raise InputError(
            f"No object of {features.name} lies on {raster.name}: the objects span {_span(polygons, raster)}, "
            f"the raster {bounds_text(raster.transform, raster.width, raster.height)}"
            f"{f' in {raster.crs.to_string()}' if raster.crs else ''}.",
            "Check that the two belong together and that both coordinate systems are right.",
        )
    polygons, positions = polygons[on_raster], positions[on_raster]
    tree = shapely.STRtree(polygons)
    planes = _planes(polygons, positions, tree) if separate else np.zeros(len(polygons), int)
    return Labels(classes, polygons, positions, planes, tree, raster.width, raster.height)


class MaskPolygons:
    """Where chips may be written.

    Args:
        source: layer of polygons.
        raster: the grid.
        report: hears of repaired and dropped polygons.

    Raises:
        InputError: the layer cannot be read or is empty.
    """

    def __init__(self, source: str, raster: Raster, report: Reporter) -> None:
        features = read_features(source, [], ("polygon",))
        _tell(features, report)
        if not len(features):
            raise InputError(f"{features.name} holds no mask polygons.", "Draw one, or leave the mask empty.")
        self._polygons = to_pixels(features.geometries, features.crs, raster, features.name)
        self._tree = shapely.STRtree(self._polygons)

    def hold(self, window: Window) -> bool:
        """Whether one polygon holds the whole window, give or take half a pixel."""
        left, top, right, bottom = window.bounds
        inner = shapely.box(left + _PLAY, top + _PLAY, right - _PLAY, bottom - _PLAY)
        return len(self._tree.query(inner, predicate="covered_by")) > 0


def _buffered(features: Features, buffer: float) -> np.ndarray:
    """The polygons of the features."""
    if buffer > 0:
        return shapely.buffer(features.geometries, buffer, quad_segs=_ARC)
    flat = int((shapely.get_dimensions(features.geometries) < 2).sum())
    if flat:
        raise InputError(
            f"{features.name} holds {flat} points or lines, which have no area.",
            "Give a Buffer Radius to turn them into polygons.",
        )
    return features.geometries


def _planes(polygons: np.ndarray, positions: np.ndarray, tree: shapely.STRtree) -> np.ndarray:
    """Give each object the lowest plane where it overlaps no other of its class; shared walls are no overlap."""
    first, second = tree.query(polygons, predicate="intersects")
    later = (first < second) & (positions[first] == positions[second])
    first, second = first[later], second[later]
    overlap = shapely.area(shapely.intersection(polygons[first], polygons[second])) > _SLIVER
    earlier: dict[int, list[int]] = {}
    for i, j in zip(first[overlap].tolist(), second[overlap].tolist(), strict=True):
        earlier.setdefault(j, []).append(i)
    planes = np.zeros(len(polygons), int)
    for j in sorted(earlier):
        taken = {int(planes[i]) for i in earlier[j]}
        planes[j] = next(plane for plane in range(len(taken) + 1) if plane not in taken)
    return planes


def _polygonal(geometries: np.ndarray) -> np.ndarray:
    """Drop the points and lines that clipping leaves where an object touches the edge."""
    for i in np.flatnonzero(shapely.get_type_id(geometries) == 7):
        parts = shapely.get_parts(geometries[i])
        geometries[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return geometries


def _span(polygons: np.ndarray, raster: Raster) -> str:
    """The map rectangle around pixel geometries, in words."""
    bounds = shapely.total_bounds(to_map(polygons, raster))
    if np.isnan(bounds).any():
        return "no place that its coordinate system knows"
    return "x {0:.10g} to {2:.10g}, y {1:.10g} to {3:.10g}".format(*bounds)


def _tell(features: Features, report: Reporter) -> None:
    """Tell what reading had to change."""
    if features.repaired:
        report.warning(f"{features.repaired} features of {features.name} had an invalid geometry and were repaired.")
    if features.dropped:
        report.warning(f"{features.dropped} features of {features.name} have no geometry and are left out.")
