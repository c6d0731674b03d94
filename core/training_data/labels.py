"""The labels on a raster, in its pixels, cut chip by chip; and the polygons that chips must lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from affine import Affine

from ..errors import InputError
from ..imagery import Raster, Window
from ..imagery.grid import map_points
from ..lattice import PLAY
from ..packages.classes import ClassInfo
from ..reporting import Reporter
from ..vectors import read_features, to_pixels
from ..vectors.fields import repairs
from .chips import ChipObjects
from .clipping import clip, narrowed


@dataclass(frozen=True)
class Labels:
    """The labelled objects on a raster, n of them.

    Attributes:
        classes: ascending by value.
        polygons: (n,) in pixels of the working grid, cut to it.
        positions: (n,) position of each one's class, counted from 0.
        planes: (n,) see :class:`.chips.ChipObjects`.
        rows: (n,) number of each among all objects on the map; empty when unknown.
    """

    classes: tuple[ClassInfo, ...]
    polygons: np.ndarray
    positions: np.ndarray
    planes: np.ndarray
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

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
        polygons = shapely.transform(self.polygons[found], lambda points: map_points(inverse, points))
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
        for note in repairs(features):
            report.warning(note)
        if not len(features):
            raise InputError(f"{features.name} holds no mask polygons.", "Draw one, or leave the mask empty.")
        self._polygons = to_pixels(features.geometries, features.crs, raster, features.name)
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def hold(self, windows: Sequence[Window]) -> np.ndarray:
        """Return for each window whether one polygon holds all of it, give or take half a pixel: (n,) bool."""
        edges = np.array([window.bounds for window in windows], float).reshape(-1, 4)
        return self._hold(shapely.box(*(edges + np.array([PLAY, PLAY, -PLAY, -PLAY])).T))

    def hold_turned(self, matrix: Affine, width: int, height: int) -> bool:
        """Return whether one polygon holds all of a turned chip, give or take half a pixel; see :meth:`Labels.cut_turned`."""
        frame = _frame(matrix, PLAY, PLAY, width - PLAY, height - PLAY)
        return bool(self._hold(np.array([frame], object))[0])

    def _hold(self, frames: np.ndarray) -> np.ndarray:
        """Whether one polygon covers each frame."""
        chip, polygon = self._tree.query(frames)
        held = np.zeros(len(frames), bool)
        held[chip[shapely.covers(self._polygons[polygon], frames[chip])]] = True
        return held


def _frame(matrix: Affine, left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle of a turned chip as a polygon in the working grid."""
    return shapely.Polygon([matrix * corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))])
