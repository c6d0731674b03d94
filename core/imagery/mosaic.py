"""Many rasters as one, of which only those under a window are opened to read it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from rasterio.crs import CRS

from ..errors import InputError
from ..reporting import Reporter, silent
from .coordinates import project
from .dataset import Bands
from .extent import outline
from .grid import ALIGNED, PixelGrid, map_points
from .raster import Raster
from .windows import Window

_MOST_OPEN = 100  # files at a time; a process on macOS may have 256
_OPENERS = 8  # threads that look at files: waiting for a network takes longer than the work
_MEET = 0.1  # pixels: world files round, and a tenth of a pixel is no reason to blur a raster
_NAMED = 3  # rasters that a warning names


@dataclass(frozen=True)
class _Part:
    """What is known of one raster of a mosaic before it is opened to be read."""

    source: str
    name: str
    georeferenced: bool
    grid: PixelGrid
    bands: Bands
    block_shape: tuple[int, int]
    warnings: tuple[str, ...]


class Mosaic(Raster):
    """Several rasters seen as one :class:`Raster`: the grid of the first, grown over all of them.

    Where rasters overlap, the earlier one is on top; below where it has no data the next is seen. Rasters whose pixels meet
    those of the grid are read as they are; others (another coordinate system, cell size or place between the pixels) are
    resampled as they are read: bilinearly, as means where pixels grow by it, to the nearest pixel for colour tables. A pixel
    at a border belongs to the raster that holds its middle.

    Each file is looked at once. A window opens only the files under it, and at most a hundred are open at a time, so that
    neither memory nor open files grow with their number.

    Args:
        sources: paths or GDAL data sources, at least one.
        cell_size: see :class:`Raster`.
        extent: see :class:`Raster`.
        bands: see :class:`Raster`; of each raster.
        snap: see :class:`Raster`.
        report: is told the progress of looking at the files, and asked for a cancel.

    Raises:
        InputError: what a :class:`Raster` raises, naming the one; rasters of different bands or types; one without a place on
            the map, or without a coordinate system where others have one.
        InvalidParameter: as a :class:`Raster` does.
        Cancelled: the user asked to stop.
    """

    def __init__(
        self,
        sources: Sequence[str],
        cell_size: float | None = None,
        extent: str | None = None,
        *,
        bands: Sequence[int] | None = None,
        snap: PixelGrid | None = None,
        report: Reporter | None = None,
    ) -> None:
        self._open: dict[int, Raster] = {}  # the one used last at the end
        parts = list(_look(sources, bands, report or silent()))
        first = parts[0]
        for part in parts:
            first.bands.check_like(part.bands, first.name, part.name)
            _check_place(first, part)
        self.source, self.name = first.source, f"{first.name} and {len(parts) - 1} more"
        self._sources, self._chosen = [part.source for part in parts], bands
        self._names = np.array([part.name for part in parts], object)
        self._set_bands(first.bands)
        self.crs = self.ground_crs = first.grid.crs
        self.georeferenced, self._pixel_space = True, False

        self._places = _places(parts)
        left, top = (int(value) for value in np.rint(self._places[:, :2].min(axis=0)))
        right, bottom = (int(value) for value in np.rint(self._places[:, 2:].max(axis=0)))
        self._own = first.grid.cut(Window(left, top, max(right - left, 1), max(bottom - top, 1)))
        self._places -= (left, top, left, top)
        self._lay_grid(cell_size, snap, extent)
        self._set_block_shape(first.block_shape, self._own.scale_to(cell_size))
        self.warnings = tuple(_notes(parts, self._own, self._places))

    def _work_on(self, grid: PixelGrid, window: Window, tolerance: float = ALIGNED) -> None:
        self._set_grid(grid.cut(window))
        move = ~self.transform * self._own.transform
        corners = np.concatenate([map_points(move, self._places[:, :2]), map_points(move, self._places[:, 2:])], axis=1)
        # Pixels whose middles lie in a raster or on its border, where rounding may give it to either neighbour.
        boxes = np.concatenate([np.ceil(corners[:, :2] - 0.5 - tolerance), np.floor(corners[:, 2:] + 0.5 + tolerance)], axis=1)
        self._boxes = np.clip(boxes, 0, np.tile((self.width, self.height), 2)).astype(np.int64)
        left, top, right, bottom = self._boxes.T
        shapes = shapely.box(left + 0.25, top + 0.25, right - 0.25, bottom - 0.25)  # so that neighbours do not touch
        shapes[(left >= right) | (top >= bottom)] = None
        self._tree = shapely.STRtree(shapes)

    def _read(self, window: Window, chosen: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        pixels: np.ndarray | None = None
        for number in sorted(self._tree.query(shapely.box(*window.bounds)).tolist()):
            left, top, right, bottom = self._boxes[number].tolist()
            box = Window(left, top, right - left, bottom - top)
            seen = window.intersection(box)
            assert seen is not None  # nosec B101
            if pixels is None and seen == window:  # most windows lie in one raster
                pixels, valid = self._part(number, box).read(seen.moved(-left, -top), chosen)
            else:
                if pixels is None:
                    pixels, valid = self._nothing(window, chosen)
                rows, cols = seen.moved(-window.col, -window.row).slices()
                if valid[rows, cols].all():
                    continue
                below, known = self._part(number, box).read(seen.moved(-left, -top), chosen)
                known &= ~valid[rows, cols]
                np.copyto(pixels[:, rows, cols], below, where=known)
                valid[rows, cols] |= known
            if valid.all():
                break
        return self._nothing(window, chosen) if pixels is None else (pixels, valid)

    def names_at(self, points: np.ndarray) -> np.ndarray:
        """Return the name of the raster on top at each point that has data there; see :meth:`Raster.names_at`.

        A point without any data gets the first raster that it lies in, one outside of all the first of the mosaic.
        """
        pixels = np.clip(np.floor(points), 0, (self.width - 1, self.height - 1)).astype(np.int64)
        middles = shapely.points(pixels + 0.5)
        point, part = self._tree.query(middles, predicate="intersects")
        order = np.lexsort((part, point))
        point, part = point[order], part[order]
        numbers, starts, counts = np.unique(point, return_index=True, return_counts=True)
        chosen = np.zeros(len(points), np.int64)
        chosen[numbers] = part[starts]
        for number, start, count in zip(numbers.tolist(), starts.tolist(), counts.tolist(), strict=True):
            if count > 1:
                chosen[number] = self._top(part[start : start + count].tolist(), *pixels[number].tolist())
        return self._names[chosen]

    def _top(self, parts: Sequence[int], col: int, row: int) -> int:
        """The first of the rasters that has data at a pixel of the working grid; the first, if none has or can be read."""
        for number in parts:
            left, top, right, bottom = self._boxes[number].tolist()
            try:
                _, valid = self._part(number, Window(left, top, right - left, bottom - top)).read(
                    Window(col - left, row - top, 1, 1)
                )
            except InputError:  # it breaks there: nothing can have been found in it
                continue
            if valid.all():
                return number
        return parts[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The paths or data sources of all rasters behind it."""
        return tuple(self._sources)

    @property
    def reading(self) -> str:
        """How its sources are read; see :attr:`Raster.reading`."""
        return f"{super().reading} {zlib.crc32(self._places.tobytes())}"

    def _part(self, number: int, box: Window) -> Raster:
        """One of the rasters on its part of the working grid, opened if it is not."""
        raster = self._open.pop(number, None)
        if raster is None:
            raster = Raster(self._sources[number], bands=self._chosen)
            raster._work_on(self.grid.cut(box), box.moved(-box.col, -box.row), _MEET)
            if len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
        self._open[number] = raster
        return raster

    def close(self) -> None:
        """Close the files; reading opens them again."""
        while self._open:
            self._open.popitem()[1].close()

    @property
    def closed(self) -> bool:
        """Whether no file is open."""
        return not self._open

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": {}}


def _look(sources: Sequence[str], bands: Sequence[int] | None, report: Reporter) -> Iterator[_Part]:
    """Open each raster once and tell what it is."""
    systems: dict[CRS | None, CRS | None] = {}  # a system takes 10 kB: most rasters have the same

    def look(source: str) -> _Part:
        with Raster(source, bands=bands) as raster:
            about = raster._bands, raster.block_shape, raster.warnings
            grid = replace(raster.grid, crs=systems.setdefault(raster.crs, raster.crs))
            return _Part(source, raster.name, raster.georeferenced, grid, *about)

    pool = ThreadPoolExecutor(_OPENERS, "look")
    try:
        for number, part in enumerate(pool.map(look, sources)):
            report.check_cancelled()
            report.progress(number / len(sources), "Looking at the rasters", f"{number} of {len(sources)}")
            yield part
    finally:
        pool.shutdown(cancel_futures=True)


def _check_place(first: _Part, part: _Part) -> None:
    """Raise InputError unless a raster can lie on a map with another."""
    if not part.georeferenced:
        raise InputError(
            f"{part.name} has no georeference, so that it has no place in a mosaic.",
            "Georeference it, leave it out, or process the rasters separately.",
        )
    if (part.grid.crs is None) != (first.grid.crs is None):
        without, other = (part, first) if part.grid.crs is None else (first, part)
        assert other.grid.crs is not None  # nosec B101
        raise InputError(
            f"{without.name} has no coordinate system, but {other.name} is in {other.grid.crs.to_string()}.",
            f"Assign one to {without.name} (in QGIS: Assign Projection).",
        )


def _places(parts: Sequence[_Part]) -> np.ndarray:
    """The rectangles, (n, 4) float64, around the rasters in pixels of the first: left, top, right, bottom.

    Raises:
        InputError: a raster that has no place in the first one's coordinate system.
    """
    grid = parts[0].grid
    edges = np.stack([map_points(part.grid.transform, outline(0, 0, part.grid.width, part.grid.height)) for part in parts])
    systems: dict[CRS | None, list[int]] = {}
    for number, part in enumerate(parts):
        systems.setdefault(part.grid.crs, []).append(number)
    for crs, numbers in systems.items():
        if crs != grid.crs:
            edges[numbers] = project(edges[numbers].reshape(-1, 2), crs, grid.crs).reshape(len(numbers), -1, 2)
    pixels = map_points(~grid.transform, edges)
    places = np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)
    lost = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(lost):
        assert grid.crs is not None  # nosec B101
        raise InputError(
            f"{parts[lost[0]].name} has no place in {grid.crs.to_string()}, the coordinate system of {parts[0].name}.",
            "Leave it out, or process the rasters separately.",
        )
    return places


def _notes(parts: Sequence[_Part], grid: PixelGrid, places: np.ndarray) -> Iterator[str]:
    """What is to be said about the rasters, each kind of thing once; ``places`` in pixels of ``grid``."""
    moved = []
    for part, (left, top, right, bottom) in zip(parts, np.rint(places).astype(np.int64).tolist(), strict=True):
        if left < right and top < bottom:
            fit = grid.cut(Window(left, top, right - left, bottom - top)).fit(part.grid, _MEET)
            if fit.scale != (1.0, 1.0) or not (fit.offset or fit.exact):
                moved.append(part.name)
    if moved:
        names = ", ".join(moved[:_NAMED]) + (f" and {len(moved) - _NAMED} more" if len(moved) > _NAMED else "")
        yield f"Pixels do not meet those of {parts[0].name} and are resampled to them: {names}."
    said: dict[str, list[str]] = {}
    for part in parts:
        for note in part.warnings:
            said.setdefault(note.replace(part.name, ""), []).append(note)
    for same in said.values():
        yield same[0] + (f" So it is with {len(same) - 1} more rasters." if len(same) > 1 else "")
