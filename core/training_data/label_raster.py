"""A classified raster as labels: each connected area of one value is an object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import rasterio
import shapely
from rasterio.crs import CRS

from ..errors import InputError
from ..imagery import Raster, Window
from ..imagery.coordinates import project
from ..imagery.extent import outline
from ..imagery.grid import map_points
from ..reporting import Reporter
from .connected_areas import ConnectedAreas

_BLOCK = 2048  # pixels: 4 MB of classes at a time
_MOST_CLASSES = 100
_MARGIN = 1  # pixels around the imagery: reprojected corners are rounded


@dataclass(frozen=True)
class ClassAreas:
    """The connected areas of a classified raster, N of them, from top to bottom.

    Attributes:
        name: of the raster.
        polygons: (N,) on the map.
        values: (N,) int64, from 1 on.
        crs: coordinate system; None when there is none.
        colors: red, green, blue by value, of the colour table; empty without one.
        cell_size: width and height of a pixel in units of the coordinate system.
    """

    name: str
    polygons: np.ndarray
    values: np.ndarray
    crs: CRS | None
    colors: dict[int, tuple[int, int, int]]
    cell_size: tuple[float, float]


def read_class_areas(source: str, report: Reporter, rasters: Sequence[Raster] = (), block: int = _BLOCK) -> ClassAreas:
    """Polygonise a classified raster.

    Pixels that share an edge and a value belong together; those that touch at a corner do not. 0 and no-data are background.

    Args:
        source: a raster with one band of whole numbers.
        report: hears of the progress.
        rasters: only the part of the raster that these cover is looked at, and areas that are connected there only outside of
            it are several objects; empty for all.
        block: side in pixels of what is polygonised at a time.

    Raises:
        InputError: no such raster, more than one band, values that are not whole or negative, more than 100 classes, no class
            at all, or another place than ``rasters``.
        Cancelled: the user cancelled.
    """
    with Raster(source) as raster:
        colors = _colors(source, raster)
        part = _part(raster, rasters)
        classes, areas = _Classes(raster.name), ConnectedAreas()
        blocks = list(_blocks(part, block))
        for number, window in enumerate(blocks):
            report.check_cancelled()
            report.progress(number / len(blocks), "Reading the classified raster")
            areas.add(window, classes.numbers(raster.read(window)[0][0]))
        polygons, numbers = areas.united(report)
        if not len(polygons):
            raise InputError(
                f"{raster.name} holds no objects: all its pixels{' on the imagery' if rasters else ''} are 0 or no-data.",
                "Give a raster of classes, numbered from 1 on.",
            )
        return ClassAreas(
            raster.name,
            shapely.transform(polygons, lambda points: map_points(raster.transform, points)),
            np.array(list(classes.found), np.int64)[numbers - 1],
            raster.crs,
            colors,
            raster.cell_size,
        )


class _Classes:
    """The values met so far, numbered 1, 2, ... as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.found: dict[int, int] = {}

    def numbers(self, pixels: np.ndarray) -> np.ndarray:
        """Return the number of each pixel's value as uint8, 0 for background."""
        if pixels.dtype.kind == "f" and (pixels != np.rint(pixels)).any():
            wrong = pixels[pixels != np.rint(pixels)][0]
            raise InputError(
                f"{self._name} holds {wrong:g}, which is not a whole number.", "Give a raster of classes, not a measurement."
            )
        small = pixels.dtype in (np.uint8, np.uint16)  # nearly always, and counting is much quicker than sorting
        values = np.flatnonzero(np.bincount(pixels.ravel())) if small else np.unique(pixels)
        for value in values[values != 0].tolist():
            if value < 0:
                raise InputError(
                    f"{self._name} holds the value {int(value)}; class values are whole numbers from 1 on.",
                    "Renumber the classes, or declare the value as no-data.",
                )
            self.found.setdefault(int(value), len(self.found) + 1)
        if len(self.found) > _MOST_CLASSES:
            raise InputError(
                f"{self._name} holds more than {_MOST_CLASSES} different values: it does not look like a classified raster.",
                "Give a raster of classes, not imagery or a measurement.",
            )
        numbers = np.array([self.found.get(int(value), 0) for value in values.tolist()], np.uint8)
        if not small:
            return numbers[np.searchsorted(values, pixels)]
        table = np.zeros(int(values[-1]) + 1, np.uint8)
        table[values] = numbers
        return table[pixels]


def _colors(source: str, raster: Raster) -> dict[int, tuple[int, int, int]]:
    """Check that the raster may be a classified one, and return the colours of its values."""
    if raster.count != 1 or raster.dtype.kind not in "iuf":
        raise InputError(
            f"{raster.name} has {raster.count} bands of type {raster.dtype}; a classified raster has one of whole numbers.",
            "Give the raster of classes, not the imagery.",
        )
    with rasterio.open(source) as file:
        if file.transform.is_identity and file.gcps[0]:
            raise InputError(
                f"{raster.name} is placed by ground control points only, and warping it would blend its classes.",
                "Warp it with the nearest neighbour method first.",
            )
        try:
            table = file.colormap(1)
        except ValueError:  # there is none
            return {}
    return {int(value): (int(red), int(green), int(blue)) for value, (red, green, blue, *_) in table.items()}


def _part(raster: Raster, rasters: Sequence[Raster]) -> Window:
    """The pixels that lie on any of the rasters, all of them when that cannot be told."""
    whole = Window(0, 0, raster.width, raster.height)
    outlines = []
    for other in rasters:
        if other.crs != other.ground_crs or (other.crs is None) != (raster.crs is None):
            return whole
        points = map_points(other.transform, outline(0, 0, other.width, other.height))
        if other.crs is not None and raster.crs is not None:
            points = project(points, other.crs, raster.crs)
        points = raster.to_grid(points)
        if not np.isfinite(points).all():
            return whole
        outlines.append(points)
    if not outlines:
        return whole
    points = np.concatenate(outlines)
    left, top = np.maximum(np.floor(points.min(axis=0)) - _MARGIN, 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(points.max(axis=0)) + _MARGIN, (raster.width, raster.height)).astype(int).tolist()
    if left >= right or top >= bottom:
        raise InputError(
            f"{raster.name} does not lie on {rasters[0].name}{' or the other rasters' if len(rasters) > 1 else ''}: it spans "
            f"{raster.span}, the imagery {rasters[0].span}.",
            "Check that the two belong together and that both coordinate systems are right.",
        )
    return Window(left, top, right - left, bottom - top)


def _blocks(part: Window, size: int) -> Iterator[Window]:
    """Cover a window with blocks, row by row."""
    left, top, right, bottom = part.bounds
    for row in range(top, bottom, size):
        for col in range(left, right, size):
            yield Window(col, row, min(size, right - col), min(size, bottom - row))
