"""A raster opened for reading in windows: one grid, whatever lies behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window as SourceWindow

from ..errors import InputError, InvalidParameter
from .dataset import Bands, reason
from .extent import Extent, span
from .grid import ALIGNED, PixelGrid, map_points
from .ground import IN_PIXELS, AffineGround, CameraGround, ControlPointGround, ground_of
from .source import Source
from .turning import sample
from .windows import Window


class Raster:
    """A raster source as a grid of pixels to be read window by window; a context manager, one instance per thread.

    The *working grid* is the raster's own grid, resampled when a cell size is given, moved when a grid to snap to is given,
    then cut to the extent. It keeps the raster's rotation and direction. Its pixels do not depend on the extent or on how
    it is tiled.

    Rasters with ground control points only are seen warped to their coordinate system, and rasters without any
    georeference have x = column and y = -row: both as QGIS shows them, so that labels drawn there fit. In *pixel space* no
    raster is warped: the map of the working grid is x = column, y = -row of the image as it was taken, and only
    :meth:`to_grid` knows where it lies on the ground.

    A copy (:func:`copy.deepcopy`, pickle) is closed and reads on its own: one for each thread or process.

    Args:
        source: a path or any GDAL data source.
        cell_size: size of a working pixel in units of the coordinate system; None or 0 for the raster's own.
        extent: the part to work on in map coordinates, see :meth:`Extent.parse`; None or empty for all.
        bands: the data bands that the raster consists of from then on, counted from 0 without alpha, in that order; None
            for all.
        snap: a grid whose corners the working pixels meet, see :meth:`PixelGrid.snapped`.
        pixel_space: whether to see rows and columns rather than the map.

    Attributes:
        source, name: what was opened, and its file name.
        width, height: pixels of the working grid.
        count: data bands, without alpha.
        dtype: of the data bands (the widest, if they differ).
        nodata: the no-data value of the first band; None when it has none. :meth:`read` uses each band's own.
        band_names: one per band, Esri's words for colours, else the band's description, else ``""``.
        transform: working pixel (col, row) to map, upper-left corner of the pixel.
        crs: coordinate system; None when there is none, and in pixel space.
        ground_crs: the system of map coordinates: ``crs``, and in pixel space that of the ground.
        cell_size: width and height of a working pixel in units of the coordinate system, both positive.
        block_shape: rows and columns, in working pixels, of the pieces that the file is stored in. Reading along them is quick.
        georeferenced: whether the raster says where it lies.
        grid: the working grid.
        warnings: sentences about the raster that a user should see.

    Raises:
        InputError: no such raster, not readable, without bands, an extent off it, a cell size larger than it, a grid that it
            cannot be snapped to.
        InvalidParameter: an extent that is not one, a band that is not there, a cell size in pixel space.
    """

    def __init__(
        self,
        source: str,
        cell_size: float | None = None,
        extent: str | None = None,
        *,
        bands: Sequence[int] | None = None,
        snap: PixelGrid | None = None,
        pixel_space: bool = False,
    ) -> None:
        if pixel_space and (cell_size or snap):
            raise InvalidParameter(
                "A cell size and a snap raster have no meaning in pixel space, where pixels are taken as they are.",
                "Leave them empty, or choose map space.",
            )
        self.source = str(source)
        self.name = Path(self.source).name or self.source
        self._source = Source(self.source, self.name, bands)
        try:
            self._describe(self._source, pixel_space)
            self._lay_grid(cell_size, snap, extent)
        except BaseException:
            self.close()
            raise

    def _describe(self, source: Source, pixel_space: bool) -> None:
        """Set what the file says of itself."""
        file, notes = source.dataset(), []
        self._set_bands(source.bands)
        ground = ground_of(file)
        if not (isinstance(ground, AffineGround) or pixel_space):
            points, crs = file.gcps
            ground = AffineGround(IN_PIXELS, file.crs or None)
            if points and crs:
                source.warp_by_control_points(crs)
                ground = AffineGround(source.dataset().transform, crs)
                notes.append(f"{self.name} is placed by {len(points)} ground control points and is warped while it is read.")
        seen = source.dataset()
        self.georeferenced = not (isinstance(ground, AffineGround) and seen.transform.is_identity)
        self._ground = ground
        self._check_ground(seen, notes)
        self.ground_crs: CRS | None = ground.crs
        self.crs: CRS | None = None
        transform = IN_PIXELS
        if isinstance(ground, AffineGround) and not pixel_space:
            self.crs, transform = ground.crs, ground.transform
        self._pixel_space = pixel_space
        self._own = PixelGrid(transform, seen.width, seen.height, self.crs)
        if self._bands.categories:
            notes.append(
                f"{self.name} has a colour table: its pixels are numbers of colours. Convert it to RGB for a photograph."
            )
        self.warnings = tuple(notes)

    def _set_bands(self, bands: Bands) -> None:
        self._bands = bands
        self.count, self.dtype, self.nodata, self.band_names = len(bands), bands.dtype, bands.declared, bands.names

    def _check_ground(self, seen: rasterio.DatasetReader, notes: list[str]) -> None:
        """Refuse a place that is none, and note what a user should know of it."""
        ground = self._ground
        corners = np.array([(0, 0), (seen.width, 0), (seen.width, seen.height), (0, seen.height)], float)
        if isinstance(ground, AffineGround):
            if ground.transform.is_degenerate:
                raise InputError(
                    f"The georeference of {self.name} has pixels without area.", "Repair it, for example with gdal_translate."
                )
            if not self.georeferenced:
                notes.append(f"{self.name} has no georeference: its coordinates are x = column, y = -row, in pixels.")
            elif ground.crs is None:
                notes.append(f"{self.name} has no coordinate system; labels must be in the same one.")
        elif not np.isfinite(ground.to_pixels(ground.to_map(corners))).all():
            how = "ground control points" if isinstance(ground, ControlPointGround) else "RPCs"
            raise InputError(f"The {how} of {self.name} do not say where it lies.", "Repair them, or georeference the image.")
        elif isinstance(ground, CameraGround):
            notes.append(
                f"{self.name} is placed by RPCs at a height of {ground.model.height_off:g} m; on higher or lower ground "
                "labels are off."
            )

    def _lay_grid(self, cell_size: float | None, snap: PixelGrid | None, extent: str | None) -> None:
        """Set the working grid."""
        grid = self._own.scaled(self._own.scale_to(cell_size), self.name)
        if snap is not None:
            grid = grid.snapped(snap, self.name)
        self._work_on(grid, self._cut_to(extent, grid))

    def _cut_to(self, extent: str | None, grid: PixelGrid) -> Window:
        """Return the window of a grid that an extent covers, all of it when there is none; note where the grid lies."""
        if not self._pixel_space:
            self._ground = AffineGround(grid.transform, grid.crs)
        self._cut = grid.window
        if extent:
            self._cut = Extent.parse(extent).window(self._ground, grid.width, grid.height, self.name)
        return self._cut

    def _work_on(self, grid: PixelGrid, window: Window, tolerance: float = ALIGNED) -> None:
        """Make a window of a grid the working grid; what corners are the same is said by ``tolerance``, in pixels."""
        fit = grid.fit(self._own, tolerance)
        self._scale = fit.scale
        smooth = Resampling.average if max(fit.scale) > 1 else Resampling.bilinear
        if fit.offset is None:
            self._source.warp_to(grid, Resampling.nearest if fit.exact else smooth)
            self._scale = (1.0, 1.0)
        self._how = Resampling.nearest if self._scale == (1.0, 1.0) or self._bands.categories else smooth
        col, row = fit.offset or (0, 0)
        self._offset = col + window.col, row + window.row
        self._set_grid(grid.cut(window))
        self._set_block_shape(self._source.dataset().block_shapes[0], self._scale)

    def _set_grid(self, grid: PixelGrid) -> None:
        self.grid, self.transform, self.width, self.height = grid, grid.transform, grid.width, grid.height
        self.cell_size = grid.cell_size

    def _set_block_shape(self, shape: tuple[int, int], scale: tuple[float, float]) -> None:
        self.block_shape = max(1, round(shape[0] / scale[1])), max(1, round(shape[1] / scale[0]))

    @property
    def fill(self) -> np.generic | None:
        """The no-data value in :attr:`dtype`, when pixels can have it and it is the same in all bands; else None."""
        first = self._bands.nodata[0]
        same = first is not None and all(value is not None and str(value) == str(first) for value in self._bands.nodata)
        return first if same else None

    @property
    def crs_wkt(self) -> str | None:
        """The coordinate system as WKT, or None."""
        return self.crs.to_wkt() if self.crs else None

    @property
    def sources(self) -> tuple[str, ...]:
        """The paths or data sources of all rasters behind it."""
        return (self.source,)

    @property
    def reading(self) -> str:
        """How its sources are read, as a text that tells this working grid from any other of the same files."""
        space = "pixels" if self._pixel_space else "map"
        return f"{space} {self.width} x {self.height} {tuple(self.transform)} {self.crs_wkt} {self._bands}"

    @property
    def span(self) -> str:
        """The map rectangle around the working grid for a message: ``"x 1 to 2, y 3 to 4 in EPSG:32645"``."""
        if isinstance(self._ground, AffineGround):
            return span(AffineGround(self.transform, self.crs), self.width, self.height)
        return span(self._ground, self._own.width, self._own.height)

    def to_grid(self, points: np.ndarray) -> np.ndarray:
        """Bring map coordinates to the working grid.

        Args:
            points: (n, 2) float64 in :attr:`ground_crs`.

        Returns:
            (n, 2) float64 pixels (col, row), corner based; NaN for points that have no place in the image.
        """
        return self._ground.to_pixels(points) - (self._cut.col, self._cut.row)

    def to_ground(self, pixels: np.ndarray) -> np.ndarray:
        """Bring points of the working grid to map coordinates: the way back of :meth:`to_grid`.

        Args:
            pixels: (n, 2) float64 (col, row), corner based.

        Returns:
            (n, 2) float64 in :attr:`ground_crs`; NaN for points that have no place there.
        """
        if not self._pixel_space:
            return map_points(self.transform, pixels)
        return self._ground.to_map(np.add(pixels, (self._cut.col, self._cut.row)))

    @property
    def is_straight(self) -> bool:
        """Whether straight lines in the pixels are straight on the map."""
        return isinstance(self._ground, AffineGround)

    @property
    def aspect(self) -> float:
        """Width of a pixel divided by its height, on the ground: in degrees, at the latitude of the raster's middle."""
        across, down = self.cell_size
        if self.crs is not None and self.crs.is_geographic:
            _, latitude = self.transform * (self.width / 2, self.height / 2)
            across *= math.cos(math.radians(min(abs(latitude), 89.0)))
        return across / down

    def names_at(self, points: np.ndarray) -> np.ndarray:
        """Return the names, (n,) str, of the rasters that are seen at points of the working grid, (n, 2): here its own."""
        return np.full(len(points), self.name, object)

    def check_like(self, other: Raster) -> None:
        """Raise InputError unless another raster has as many bands of the same type."""
        self._bands.check_like(other._bands, self.name, other.name)

    def read(self, window: Window, bands: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Read a window of the working grid; it may overhang the raster or miss it.

        Coarser cell sizes average, finer ones interpolate bilinearly, rasters with a colour table take the nearest pixel.

        Args:
            window: which pixels.
            bands: which bands, counted from 0; all when None.

        Returns:
            The pixels, (bands, height, width) in :attr:`dtype`, 0 where a band has no value; and where there is any value,
            (height, width) bool: False outside the raster, where all these bands are no-data or NaN, and where the
            raster is masked or transparent.

        Raises:
            InputError: the file is broken there.
        """
        chosen = range(self.count) if bands is None else bands
        inside = window.intersection(Window(0, 0, self.width, self.height))
        if inside == window:
            return self._read(window, chosen)
        pixels, valid = self._nothing(window, chosen)
        if inside is not None:
            rows, cols = inside.moved(-window.col, -window.row).slices()
            pixels[:, rows, cols], valid[rows, cols] = self._read(inside, chosen)
        return pixels, valid

    def _nothing(self, window: Window, chosen: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """What :meth:`read` returns where there is nothing."""
        shape = window.height, window.width
        return np.zeros((len(chosen), *shape), self.dtype), np.zeros(shape, bool)

    def read_turned(self, matrix: Affine, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        """Read a chip that is turned against the working grid, interpolated bilinearly (colour tables: the nearest pixel).

        Args:
            matrix: pixel of the chip to pixel of the working grid, both corner based.
            width: of the chip, pixels.
            height: of the chip, pixels.

        Returns:
            The pixels, (bands, height, width) in :attr:`dtype`; and where they are known, (height, width) bool: False where a
            pixel that contributes is off the raster or without data.

        Raises:
            InputError: the file is broken there.
        """
        return sample(self.read, matrix, width, height, nearest=self._bands.categories)

    def _read(self, window: Window, chosen: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Read a window that lies on the working grid; see :meth:`read`."""
        across, down = self._scale
        source = SourceWindow(
            (self._offset[0] + window.col) * across, (self._offset[1] + window.row) * down,
            window.width * across, window.height * down,
        )  # fmt: skip
        try:
            return self._source.read(chosen, source, (window.height, window.width), self._how)
        except RasterioError as error:
            raise InputError(
                f"{self.name} cannot be read at {window} of {self.width} x {self.height}: {reason(error)}",
                "The file is damaged or incomplete; copy or download it again.",
            ) from error

    def close(self) -> None:
        """Close the file; reading opens it again."""
        self._source.close()

    @property
    def closed(self) -> bool:
        """Whether no file is open."""
        return self._source.closed

    def __enter__(self) -> Raster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
