"""The labels of an export: read once, brought into the pixels of each raster, cut chip by chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from affine import Affine
from rasterio.crs import CRS

from ..errors import InputError
from ..imagery import Raster, Window
from ..imagery.extent import bounds_text
from ..jobs.export_training_data import ExportTrainingData
from ..packages.classes import ClassInfo
from ..reporting import Reporter
from ..vectors import Features, read_features, to_pixels
from ..vectors.projection import same_crs
from .chips import ChipObjects
from .class_values import SINGLE_CLASS, number_classes
from .clipping import clip, narrowed, planes_of

_ARC = 16  # segments of a quarter circle of a buffer: off by 0.5 % of the radius at most
_PLAY = 0.5  # pixels by which a chip may leave a mask polygon: the coordinates of the two are rounded


@dataclass(frozen=True)
class MapObjects:
    """The labelled objects as they lie on the map, N of them, whatever the raster.

    Attributes:
        name: of the layer or classified raster, for messages.
        geometries: (N,) polygons in ``crs``.
        crs: coordinate system; None when there is none.
        positions: (N,) position of each one's class, counted from 0.
        classes: ascending by value.
    """

    name: str
    geometries: np.ndarray
    crs: CRS | None
    positions: np.ndarray
    classes: tuple[ClassInfo, ...]

    def on(self, raster: Raster, separate: bool, report: Reporter) -> Labels:
        """Return the objects that lie on a raster, in its pixels, cut to it; none is not an error.

        Args:
            raster: the grid.
            separate: whether overlapping objects must be kept apart (:attr:`Labels.planes`); else all have plane 0.
            report: hears how many objects lie off the raster.

        Raises:
            InputError: only one of the two has a coordinate system.
        """
        polygons = to_pixels(self.geometries, self.crs, raster, self.name)
        grid = np.array([[0, 0, raster.width, raster.height]], float)
        found, polygons = clip(polygons, np.broadcast_to(grid, (len(polygons), 4)))
        if 0 < len(found) < len(self.geometries):
            report.info(
                f"{len(self.geometries) - len(found)} of {len(self.geometries)} objects of {self.name} lie off {raster.name}."
            )
        positions = self.positions[found]
        planes = planes_of(polygons, positions) if separate else np.zeros(len(polygons), int)
        return Labels(self.classes, polygons, positions, planes)

    def nowhere(self, rasters: Sequence[Raster]) -> InputError:
        """Return the error of an export in which no object lies on any raster; it names both places."""
        first = rasters[0]
        where = f"the raster {bounds_text(first.transform, first.width, first.height)}"
        on = first.name
        if len(rasters) > 1:
            on, where = f"any of the {len(rasters)} rasters", f"{first.name}, the first of them,{where[10:]}"
        crs = getattr(first, "ground_crs", first.crs)
        return InputError(
            f"No object of {self.name} lies on {on}: the objects span {self._span(crs)}, "
            f"{where}{f' in {crs.to_string()}' if crs else ''}.",
            "Check that the two belong together and that both coordinate systems are right.",
        )

    def _span(self, crs: CRS | None) -> str:
        """The map rectangle around the objects, in words."""
        bounds = shapely.total_bounds(same_crs(self.geometries, self.crs, crs, self.name))
        if np.isnan(bounds).any():
            return "no place that its coordinate system knows"
        return "x {0:.10g} to {2:.10g}, y {1:.10g} to {3:.10g}".format(*bounds)


@dataclass(frozen=True)
class Labels:
    """The labelled objects on a raster, n of them.

    Attributes:
        classes: ascending by value.
        polygons: (n,) in pixels of the working grid, cut to it.
        positions: (n,) position of each one's class, counted from 0.
        planes: (n,) see :class:`.chips.ChipObjects`.
    """

    classes: tuple[ClassInfo, ...]
    polygons: np.ndarray
    positions: np.ndarray
    planes: np.ndarray

    def __len__(self) -> int:
        return len(self.polygons)

    @cached_property
    def areas(self) -> np.ndarray:
        """(n,) square pixels of each object, of its part on the raster."""
        return np.asarray(shapely.area(self.polygons))

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    def cut(self, windows: Sequence[Window], min_overlap: float = 0.0) -> list[ChipObjects]:
        """Return the objects in each window, clipped to it, in its pixels.

        Objects that the edge cuts stay, as in ArcGIS Pro, unless less than one square pixel of them is left.

        Args:
            windows: of the working grid; they may overhang it. Many at a time, such as a row of tiles, are much cheaper.
            min_overlap: objects of which less than this share of the area, 0..1, lies inside are left out of that window.
                The area is that of the object's part on the raster.

        Returns:
            One element per window; its objects in the order of the layer.
        """
        edges = np.array([window.bounds for window in windows], float).reshape(-1, 4)
        chip, found = self._tree.query(shapely.box(*edges.T))
        order = np.lexsort((found, chip))
        chip, found = chip[order], found[order]
        kept, polygons = clip(narrowed(self.polygons, found, edges[chip]), edges[chip])
        chip, found = chip[kept], found[kept]
        if min_overlap > 0:
            enough = shapely.area(polygons) >= min_overlap * self.areas[found] * (1 - 1e-9)
            chip, found, polygons = chip[enough], found[enough], polygons[enough]
        points, owner = shapely.get_coordinates(polygons, return_index=True)
        polygons = shapely.set_coordinates(polygons, points - edges[chip, :2][owner])
        ends = np.searchsorted(chip, np.arange(len(edges) + 1))
        positions, planes = self.positions[found], self.planes[found]
        return [
            ChipObjects(polygons[start:end], positions[start:end], planes[start:end])
            for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        ]

    def cut_turned(self, matrix: Affine, width: int, height: int, min_overlap: float = 0.0) -> ChipObjects:
        """Return the objects in a turned chip, clipped to it, in its pixels; see :meth:`cut`.

        Args:
            matrix: pixel (col, row) of the chip to pixel of the working grid.
            width: columns of the chip.
            height: rows of the chip.
            min_overlap: see :meth:`cut`.
        """
        found = np.sort(self._tree.query(_frame(matrix, 0, 0, width, height), predicate="intersects"))
        inverse = ~matrix
        linear = np.array([[inverse.a, inverse.d], [inverse.b, inverse.e]])
        polygons = shapely.transform(self.polygons[found], lambda points: points @ linear + (inverse.c, inverse.f))
        kept, polygons = clip(polygons, np.broadcast_to((0.0, 0.0, width, height), (len(polygons), 4)))
        found = found[kept]
        if min_overlap > 0:
            whole = self.areas[found] * abs(inverse.determinant)
            enough = shapely.area(polygons) >= min_overlap * whole * (1 - 1e-9)
            found, polygons = found[enough], polygons[enough]
        return ChipObjects(polygons, self.positions[found], self.planes[found])


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
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def hold(self, windows: Sequence[Window]) -> np.ndarray:
        """Return for each window whether one polygon holds all of it, give or take half a pixel: (n,) bool."""
        edges = np.array([window.bounds for window in windows], float).reshape(-1, 4)
        return self._hold(shapely.box(*(edges + np.array([_PLAY, _PLAY, -_PLAY, -_PLAY])).T))

    def hold_turned(self, matrix: Affine, width: int, height: int) -> bool:
        """Return whether one polygon holds all of a turned chip, give or take half a pixel; see :meth:`Labels.cut_turned`."""
        frame = _frame(matrix, _PLAY, _PLAY, width - _PLAY, height - _PLAY)
        return bool(self._hold(np.array([frame], object))[0])

    def _hold(self, frames: np.ndarray) -> np.ndarray:
        """Whether one polygon covers each frame."""
        chip, polygon = self._tree.query(frames)
        held = np.zeros(len(frames), bool)
        held[chip[shapely.covers(self._polygons[polygon], frames[chip])]] = True
        return held


def read_objects(job: ExportTrainingData, known: Sequence[ClassInfo] | None, report: Reporter) -> MapObjects:
    """Read the labelled objects of an export.

    Args:
        job: names the layer, its class field and the buffer.
        known: classes of the model that the export is for; None for none.
        report: hears of repaired, dropped and renamed things.

    Raises:
        InputError: the layer cannot be read, is empty, lacks the field or values in it, or holds points or lines without a
            buffer.
    """
    assert job.input_labels is not None
    features = read_features(job.input_labels, [job.class_field] if job.class_field else [], ("polygon", "point", "line"))
    _tell(features, report)
    if not len(features):
        raise InputError(f"{features.name} holds no features.", "Label some objects first.")
    classes: tuple[ClassInfo, ...] = (SINGLE_CLASS,)
    positions = np.zeros(len(features), int)
    if job.class_field:
        classes, positions = number_classes(features.fields[job.class_field], job.class_field, features.name)
    return MapObjects(features.name, _buffered(features, job.buffer), features.crs, positions, classes)


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


def _frame(matrix: Affine, left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle of a turned chip as a polygon in the working grid."""
    return shapely.Polygon([matrix * corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))])


def _tell(features: Features, report: Reporter) -> None:
    """Tell what reading had to change."""
    if features.repaired:
        report.warning(f"{features.repaired} features of {features.name} had an invalid geometry and were repaired.")
    if features.dropped:
        report.warning(f"{features.dropped} features of {features.name} have no geometry and are left out.")
