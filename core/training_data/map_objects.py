"""The labelled objects of an export as they lie on the map: read once, whatever the rasters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from rasterio.crs import CRS

from ..class_files import check_classes
from ..errors import InputError
from ..imagery import Raster
from ..imagery.coordinates import project
from ..imagery.grid import map_points
from ..jobs.export_training_data import ExportTrainingData
from ..packages.classes import ClassInfo
from ..reporting import Reporter, silent
from ..vectors import Features, read_features, same_crs, to_pixels
from ..vectors.fields import repairs
from .class_table import read_class_table
from .class_values import SINGLE_CLASS, ClassValues, coloured, has_gaps, safe_names
from .clipping import clip, planes_of
from .label_raster import read_class_areas
from .labels import Labels

_ARC = 16  # segments of a quarter circle of a buffer: off by 0.5 % of the radius at most
_WIDE = 0.1  # degrees, eleven kilometres: more than any radius that somebody means
_PROBES = 21  # along each side of a raster
_STEP = 64  # pixels of a classified raster


@dataclass(frozen=True)
class MapObjects:
    """The labelled objects as they lie on the map, N of them, whatever the raster.

    Attributes:
        name: of the layer or classified raster, for messages.
        geometries: (N,) polygons in ``crs``.
        crs: coordinate system; None when there is none.
        positions: (N,) position of each one's class, counted from 0.
        classes: ascending by value.
        overlapping: whether objects of a class may overlap; False saves looking.
        step: longest edge, in units of ``crs``, that stays straight in another coordinate system; None for any.
    """

    name: str
    geometries: np.ndarray
    crs: CRS | None
    positions: np.ndarray
    classes: tuple[ClassInfo, ...]
    overlapping: bool = True
    step: float | None = None

    def on_each(self, rasters: Sequence[Raster], separate: bool, report: Reporter) -> list[Labels]:
        """Return the objects that lie on each raster; see :meth:`on`.

        Raises:
            InputError: there are none on any, or only one side has a coordinate system.
            Cancelled: the user cancelled.
        """
        if len(rasters) == 1:
            found = [self.on(rasters[0], separate, report)]
        else:
            quiet = silent()
            found = []
            for raster in rasters:
                report.check_cancelled()
                found.append(self.on(raster, separate, quiet))
            off = len(self.geometries) - len(np.unique(np.concatenate([labels.rows for labels in found])))
            if 0 < off < len(self.geometries):
                report.info(f"{off} of {len(self.geometries)} objects of {self.name} lie off all {len(rasters)} rasters.")
        if not any(map(len, found)):
            raise self.nowhere(rasters)
        return found

    def on(self, raster: Raster, separate: bool, report: Reporter) -> Labels:
        """Return the objects that lie on a raster, in its pixels, cut to it; none is not an error.

        Args:
            raster: the grid.
            separate: whether overlapping objects must be kept apart (:attr:`Labels.planes`); else all have plane 0.
            report: hears how many objects lie off the raster.

        Raises:
            InputError: only one of the two has a coordinate system.
        """
        near = self._near(raster)
        geometries = self.geometries[near]
        if self.step and self.crs != raster.ground_crs:
            geometries = shapely.segmentize(geometries, self.step)
        polygons = to_pixels(geometries, self.crs, raster, self.name)
        edges = np.array([0, 0, raster.width, raster.height], float)
        found, polygons = clip(polygons, np.broadcast_to(edges, (len(polygons), 4)))
        off = len(self.geometries) - len(found)
        if off and len(found):
            report.info(f"{off} of {len(self.geometries)} objects of {self.name} lie off {raster.name}.")
        positions = self.positions[near[found]]
        planes = planes_of(polygons, positions) if separate and self.overlapping else np.zeros(len(polygons), int)
        return Labels(self.classes, polygons, positions, planes, near[found])

    def nowhere(self, rasters: Sequence[Raster]) -> InputError:
        """Return the error of an export in which no object lies on any raster; it names both places."""
        first, more = rasters[0], len(rasters) > 1
        return InputError(
            f"No object of {self.name} lies on {f'any of the {len(rasters)} rasters' if more else first.name}: the objects "
            f"span {self._span(first.ground_crs)}, the {'first ' if more else ''}raster {first.span}.",
            "Check that the two belong together and that both coordinate systems are right.",
        )

    def _near(self, raster: Raster) -> np.ndarray:
        """The objects, as positions, that may lie on a raster: the others need not be brought into its pixels."""
        everything = np.arange(len(self.geometries))
        if self.crs is None or raster.crs is None:  # without a map, or in pixel space
            return everything
        steps = np.linspace(0, 1, _PROBES)
        pixels = np.stack(np.meshgrid(steps * raster.width, steps * raster.height), axis=-1).reshape(-1, 2)
        points = project(map_points(raster.transform, pixels), raster.crs, self.crs)
        if not np.isfinite(points).all():
            return everything
        low, high = points.min(axis=0), points.max(axis=0)
        margin = (high - low) / _PROBES  # the raster's edge and, on a globe, its middle may bulge between two probes
        bounds = shapely.bounds(self.geometries)
        return np.flatnonzero(((bounds[:, :2] <= high + margin) & (bounds[:, 2:] >= low - margin)).all(axis=1))

    def _span(self, crs: CRS | None) -> str:
        """The map rectangle around the objects, in words."""
        bounds = shapely.total_bounds(same_crs(self.geometries, self.crs, crs, self.name))
        if np.isnan(bounds).any():
            return "no place that its coordinate system knows"
        return "x {0:.10g} to {2:.10g}, y {1:.10g} to {3:.10g}".format(*bounds)


def read_objects(
    job: ExportTrainingData, known: Sequence[ClassInfo] | None, report: Reporter, rasters: Sequence[Raster] = ()
) -> MapObjects:
    """Read the labelled objects of an export: features, or a classified raster.

    With a class table, the classes are those of the table, and objects of others are left out. With known classes, those come
    first and new ones are added.

    Args:
        job: names the labels, their class fields, the class table and the buffer.
        known: classes of the model that the export is for, or of the export that it adds to; None for none. A class table
            comes before them.
        report: hears of repaired, dropped and renamed things.
        rasters: the imagery; only the part of a classified raster that lies on it is read. Empty: all of it.

    Raises:
        InputError: the labels or the class table cannot be read, are empty, lack the field or values in it, hold points or
            lines without a buffer, or none of the classes in the table.
        ModelError: the class table is a model package that cannot be read.
        Cancelled: the user cancelled.
    """
    if job.input_class_raster:
        areas = read_class_areas(job.input_class_raster, report, rasters)
        values = ClassValues.of(areas.values, areas.name)
        classes, positions = _classes(job, values, areas.colors, known, report)
        kept = positions >= 0
        return MapObjects(
            areas.name, areas.polygons[kept], areas.crs, positions[kept], classes, False, _STEP * max(areas.cell_size)
        )
    assert job.input_labels is not None  # nosec B101
    columns = [name for name in (job.class_field, job.class_name_field) if name]
    features = read_features(job.input_labels, list(dict.fromkeys(columns)), ("polygon", "point", "line"))
    for note in repairs(features):
        report.warning(note)
    if not len(features):
        raise InputError(f"{features.name} holds no features.", "Label some objects first.")
    field = None
    if job.class_field:
        names = features.fields[job.class_name_field] if job.class_name_field else None
        field = ClassValues.of(features.fields[job.class_field], f"the class field {job.class_field} of {features.name}", names)
    classes, positions = _classes(job, field, {}, known, report)
    if field is None:
        positions = np.zeros(len(features), int)
    polygons = _buffered(features, job.buffer, report)
    kept = positions >= 0
    return MapObjects(features.name, polygons[kept], features.crs, positions[kept], classes)


def _classes(
    job: ExportTrainingData, values: ClassValues | None, colors: Mapping[int, tuple[int, int, int]],
    known: Sequence[ClassInfo] | None, report: Reporter,
) -> tuple[tuple[ClassInfo, ...], np.ndarray]:  # fmt: skip
    """The classes of an export, and the position of each object's, -1 for one to be left out; none without values."""
    if job.class_table:
        source, given = Path(job.class_table).name, read_class_table(job.class_table)
    else:
        source = "the earlier export" if job.append else "the model"
        given = check_classes(known, source) if known else ()
    if values is None:
        if len(given) > 1:
            raise InputError(
                f"{source[:1].upper()}{source[1:]} has {len(given)} classes, but no CLASS_FIELD says which one an object has.",
                "Choose the field, or give a Class Table with one class.",
            )
        classes, positions = given or (SINGLE_CLASS,), np.empty(0, int)
    elif job.class_table:
        classes = given
        positions, others = values.matched(given, source)
        if others:
            report.warning(
                f"{(positions < 0).sum()} of {len(positions)} objects have classes that {source} does not have and are left "
                f"out: {others}."
            )
    elif given:
        classes, positions, new = values.added_to(given, source)
        if new:
            some = ", ".join(new[:10]) + (", ..." if len(new) > 10 else "")
            report.info(f"{len(new)} of the classes are new to {source} and are added to its own: {some}.")
    else:
        classes, positions = values.numbered()
    return _presentable(classes, colors, job.metadata_format, report), positions


def _presentable(
    classes: Sequence[ClassInfo], colors: Mapping[int, tuple[int, int, int]], metadata_format: str | None, report: Reporter
) -> tuple[ClassInfo, ...]:
    """Give the classes names that can be folders, and colours; tell what may surprise."""
    names = safe_names([item.name for item in classes])
    changed = [f"{item.name} is {name}" for item, name in zip(classes, names, strict=True) if item.name != name]
    if changed:
        report.info(f"Class names are names of folders, so some are changed: {', '.join(changed[:10])}.")
    if metadata_format == "RCNN_Masks" and has_gaps(classes):
        values = ", ".join(str(item.value) for item in classes[:10]) + (", ..." if len(classes) > 10 else "")
        report.warning(f"The class values are {values}, but MaskRCNN.predict of ArcGIS needs 1, 2, 3 and so on without gaps.")
    return coloured([replace(item, name=name) for item, name in zip(classes, names, strict=True)], colors)


def _buffered(features: Features, buffer: float, report: Reporter) -> np.ndarray:
    """The polygons of the features."""
    if buffer > 0:
        if features.crs is not None and features.crs.is_geographic and buffer > _WIDE:
            report.warning(
                f"The Buffer Radius of {buffer:g} is in degrees, the units of {features.name}, and covers whole regions."
            )
        return shapely.buffer(features.geometries, buffer, quad_segs=_ARC)
    flat = int((shapely.get_dimensions(features.geometries) < 2).sum())
    if flat:
        raise InputError(
            f"{features.name} holds {flat} points or lines, which have no area.",
            "Give a Buffer Radius to turn them into polygons.",
        )
    return features.geometries
