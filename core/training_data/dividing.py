"""The sides of a split for the chips of an export, whatever raster they are cut from and whatever was exported before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from rasterio.crs import CRS

from ..imagery import Raster
from ..imagery.coordinates import project
from ..imagery.grid import map_points
from ..jobs.export_training_data import ExportTrainingData
from ..packages.classes import ClassInfo
from ..reporting import Reporter
from .labels import Labels
from .sides import TRAIN, Blocks
from .tiling import Tile

_INSIDE = 0.01  # pixels: chips that share no more than this do not overlap


class Division:
    """Tells the side of a chip.

    The map is divided in the pixels of the first raster. Pictures in pixel space have no common map: each is one block.

    Args:
        job: the parameters.
        rasters: what is cut.
        labels: the objects on each.
        tile: width and height of a chip, pixels.
        earlier: the folder of an export with a split that chips are added to, or None.
        report: hears how the map is divided.

    Raises:
        InputError: too little is labelled to divide it.
    """

    def __init__(
        self,
        job: ExportTrainingData,
        rasters: list[Raster],
        labels: list[Labels],
        tile: tuple[int, int],
        earlier: Path | None,
        report: Reporter,
    ) -> None:
        self._rasters = rasters
        self._apart = job.reference_system == "PIXEL_SPACE" and len(rasters) > 1
        self._block = tile[0] * job.split_block, tile[1] * job.split_block
        if self._apart:
            self._block = max(raster.width for raster in rasters), max(raster.height for raster in rasters)
        self._blocks: Blocks | None = None
        if job.validation_percentage or job.test_percentage:
            middles = [shapely.get_coordinates(shapely.centroid(some.polygons)) for some in labels]
            places = [self._points(i, points) for i, points in enumerate(middles)]
            edges = [_corners((0, 0, raster.width, raster.height)) for raster in rasters]
            outline = np.concatenate([self._points(i, points) for i, points in enumerate(edges)])
            self._blocks = Blocks.lay(
                np.concatenate(places),
                np.concatenate([some.positions for some in labels]),
                (*np.floor(outline.min(axis=0)), *np.ceil(outline.max(axis=0))),
                self._block,
                job.validation_percentage,
                job.test_percentage,
                tile=self._block if self._apart else tile,
            )
            report.info(self._blocks.how)
        self._earlier = _Earlier(earlier, rasters[0]) if earlier else None

    def notes(self, classes: Sequence[ClassInfo]) -> list[str]:
        """Return sentences on classes that a side has no object of."""
        absent = self._blocks.absent if self._blocks else {}
        return [
            f"The {side} side has no object of {', '.join(classes[position].name for position in positions)}."
            for side, positions in absent.items()
            if positions
        ]

    def side(self, source: int, tile: Tile) -> str | None:
        """Return the side of a tile of raster number ``source``; None when it touches two."""
        corners = self._points(source, _corners(tile.bounds))
        bounds = (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
        own = self._blocks.side(bounds) if self._blocks else ""
        there = self._earlier.sides(bounds) if self._earlier else set()
        if own:
            return own if there <= {own} else None
        if own is None or len(there) > 1:
            return None
        return next(iter(there), TRAIN)

    def _points(self, source: int, points: np.ndarray) -> np.ndarray:
        """Bring pixels, (n, 2), of a raster to those of the first one."""
        if source == 0:
            return points
        if self._apart:
            return points + np.array([source * self._block[0], 0])
        raster, first = self._rasters[source], self._rasters[0]
        return first.to_grid(project(map_points(raster.transform, points), raster.crs or CRS(), first.crs or CRS()))


class _Earlier:
    """The chips of an earlier export by side, in pixels of the raster that is cut now."""

    def __init__(self, folder: Path, raster: Raster) -> None:
        from .folder import TrainingData  # which knows all formats

        data = TrainingData.open(folder)
        crs = CRS.from_wkt(data.crs_wkt) if data.crs_wkt else CRS()
        found, self._sides = [], []
        for chip in data.chips:
            bounds = chip.bounds
            if bounds and chip.name in data.sides:
                pixels = raster.to_grid(project(_corners(bounds), crs, raster.crs or CRS()))
                if np.isfinite(pixels).all():
                    found.append((*(pixels.min(axis=0) + _INSIDE), *(pixels.max(axis=0) - _INSIDE)))
                    self._sides.append(data.sides[chip.name])
        self._tree = shapely.STRtree(shapely.box(*np.array(found, float).reshape(-1, 4).T))

    def sides(self, bounds: tuple[float, ...]) -> set[str]:
        """Return the sides of the chips that show any of these pixels."""
        if not all(map(math.isfinite, bounds)):
            return set()
        return {self._sides[i] for i in self._tree.query(shapely.box(*bounds), predicate="intersects")}


def _corners(bounds: tuple[float, float, float, float]) -> np.ndarray:
    left, top, right, bottom = bounds
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
