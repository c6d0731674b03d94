"""Whatever imagery a user names, opened: one raster, several, a folder, as one or each on its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from ..reporting import Reporter
from .dataset import open_dataset
from .extent import NoOverlap
from .folder import expand
from .grid import PixelGrid
from .mosaic import Mosaic
from .raster import Raster


def open_imagery(
    sources: Sequence[str],
    *,
    cell_size: float | None = None,
    extent: str | None = None,
    snap: str | None = None,
    bands: Sequence[int] | None = None,
    pixel_space: bool = False,
    mosaic: bool = True,
    report: Reporter | None = None,
) -> list[Raster]:
    """Open rasters to be worked on.

    Args:
        sources: paths, GDAL data sources and folders, see :func:`core.imagery.folder.expand`.
        cell_size: see :class:`Raster`.
        extent: see :class:`Raster`; rasters that do not touch it are left out.
        snap: a raster whose pixels the working pixels are aligned with.
        bands: see :class:`Raster`.
        pixel_space: see :class:`Raster`. There is no mosaic then: images as they were taken have no grid in common.
        mosaic: make several rasters one, see :class:`Mosaic`; else each is worked on by itself.
        report: is told the progress where there are many, and asked for a cancel.

    Returns:
        One raster, or with several that are not made one, all that touch the extent, closed: each opens when it is read and
        stays open until :meth:`Raster.close`. What is to be said about all of them is among the warnings of the first.

    Raises:
        InputError: what :class:`Raster` and :class:`Mosaic` raise; a folder without rasters; no raster within the extent; a
            snap raster that has no place on the map.
        InvalidParameter: as :class:`Raster` raises it.
        Cancelled: the user asked to stop.
    """
    paths = expand(sources)
    lattice = _lattice(snap) if snap else None
    if len(paths) > 1 and mosaic and not pixel_space:
        return [Mosaic(paths, cell_size, extent, bands=bands, snap=lattice, report=report)]
    found: list[Raster] = []
    outside: list[NoOverlap] = []
    for number, path in enumerate(paths):
        if report is not None:
            report.check_cancelled()
            report.progress(number / len(paths), "Looking at the rasters", f"{number} of {len(paths)}")
        try:
            raster = Raster(path, cell_size, extent, bands=bands, snap=lattice, pixel_space=pixel_space)
        except NoOverlap as error:
            outside.append(error)
            continue
        if found:
            found[0].check_like(raster)
        raster.close()
        found.append(raster)
    if not found:
        if len(outside) == 1:
            raise outside[0]
        raise InputError(f"The extent {extent} covers no pixel of {len(outside)} rasters.", outside[0].hint)
    if outside:
        found[0].warnings += (f"{len(outside)} of {len(paths)} rasters lie outside the extent and are left out.",)
    return found


def _lattice(source: str) -> PixelGrid:
    """The grid of a snap raster."""
    name = Path(source).name or source
    with open_dataset(source, name) as dataset:
        if dataset.transform.is_identity:
            raise InputError(f"The snap raster {name} has no georeference.", "Give one that lies on the map.")
        return PixelGrid(dataset.transform, dataset.width, dataset.height, dataset.crs or None)
