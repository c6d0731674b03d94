"""The raster parameters of one run: layers, folders of rasters, several rasters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProperty,
    QgsRasterLayer,
    QgsRectangle,
)

from ..core.errors import InputError
from ..core.jobs import Job, Kind
from ..core.jobs.conversion import split_paths
from .rasters import RasterInput


class RasterParameters:
    """What the raster parameters of a run hold.

    Look them up in the thread that the layers live in; the rest is for any thread.

    Args:
        job: that declares the parameters.

    Attributes:
        crs: of the first raster: extents, cell sizes and results are in it. Invalid when there is none or it is a folder.
        is_folder: whether the first raster is a folder, whose coordinate system the worker knows.
        are_several: whether it is a folder or there are more rasters than one to work on.
        is_empty: whether the job knows no rasters.
    """

    def __init__(self, job: type[Job]) -> None:
        self._parameters = {
            name.upper(): described
            for name, described in job.parameters().items()
            if described.kind in (Kind.RASTER, Kind.RASTERS)
        }
        self.is_empty = not self._parameters
        self._found: dict[str, list[RasterInput | str]] = {}  # texts are folders
        self._unknown: dict[str, list[Any]] = {}
        self.crs = QgsCoordinateReferenceSystem()
        self.is_folder = self.are_several = False

    def look_up(self, algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Find the layers; what is none is told by :meth:`sources`, for an error would lose its text here."""
        for name, described in self._parameters.items():
            found, unknown = self._found.setdefault(name, []), self._unknown.setdefault(name, [])
            if described.kind is Kind.RASTER:
                layers = [(parameters.get(name), algorithm.parameterAsRasterLayer(parameters, name, context))]
            else:
                layers = [(entry, _layer(entry, context)) for entry in entries(parameters.get(name), context)]
            for value, layer in layers:
                if layer is not None and layer.isValid():
                    found.append(RasterInput.of(layer))
                elif described.folders and is_folder(value):
                    found.append(str(Path(value).absolute()))
                elif value not in (None, ""):
                    unknown.append(value)
        first = next((raster for rasters in self._found.values() for raster in rasters), None)
        self.is_folder = isinstance(first, str)
        lists = (name for name, described in self._parameters.items() if described.kind is Kind.RASTERS)
        self.are_several = self.is_folder or any(self._found[name] for name in lists)
        if isinstance(first, RasterInput):
            self.crs = first.crs

    def sources(
        self,
        folder: Path,
        extent: QgsRectangle,
        extent_crs: QgsCoordinateReferenceSystem,
        cell_size: float,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Return what the worker opens, by parameter: a path or, for several rasters, a list of them.

        Args:
            folder: for temporary files.
            extent: of the job; null for none.
            extent_crs: of ``extent``.
            cell_size: of the job, in units of the first raster; 0 for none.
            context: of the algorithm.
            feedback: told the progress, asked for a cancel.

        Raises:
            InputError: a value that is no raster.
            QgsProcessingException: a raster that cannot be written as a file.
        """
        values: dict[str, Any] = {}
        first = next((name for name, rasters in self._found.items() if rasters), "")
        for name, described in self._parameters.items():
            if self._unknown.get(name):
                raise unknown_raster(name, self._unknown[name][0])
            paths = []
            for raster in self._found.get(name, []):
                if isinstance(raster, str):
                    paths.append(raster)
                elif name == first or described.kind is Kind.RASTERS:
                    area, size = self._part(raster, extent, extent_crs, cell_size, context)
                    paths.append(raster.path(folder, area, size, context, feedback))
                else:  # labels, or a lattice: not what the extent and the cell size are about
                    paths.append(raster.path(folder, QgsRectangle(), 0.0, context, feedback, name))
            if paths:
                values[name] = paths if described.kind is Kind.RASTERS else paths[0]
        return values

    def _part(
        self,
        raster: RasterInput,
        extent: QgsRectangle,
        extent_crs: QgsCoordinateReferenceSystem,
        cell_size: float,
        context: QgsProcessingContext,
    ) -> tuple[QgsRectangle, float]:
        """Return extent and cell size in the coordinate system of ``raster``; null and 0 where there is none to tell."""
        if extent.isNull():
            return extent, cell_size if raster.crs == self.crs else 0.0
        if raster.crs == extent_crs or not (raster.crs.isValid() and extent_crs.isValid()):
            return extent, cell_size
        transform = QgsCoordinateTransform(extent_crs, raster.crs, context.transformContext())
        try:
            area = transform.transformBoundingBox(extent)
        except QgsCsException as error:
            raise QgsProcessingException(f"EXTENT has no place in the coordinate system of {raster.name}: {error}.") from error
        return area, cell_size * area.width() / extent.width()  # as many pixels across as before


def is_folder(value: Any) -> bool:
    """Whether a parameter's value is the path of a folder."""
    return isinstance(value, str) and os.path.isdir(value)  # noqa: PTH112, a source longer than a path raises there


def entries(value: Any, context: QgsProcessingContext) -> Iterator[Any]:
    """Yield the rasters in a parameter's value: layers, ids and paths, in lists or in texts with ``;`` between them."""
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from entries(part, context)
    elif isinstance(value, str):
        yield from split_paths(value)
    elif value is not None:
        yield value


def check_entries(name: str, value: Any, context: QgsProcessingContext) -> None:
    """Check that each of several rasters is there.

    Raises:
        InputError: one that is neither a raster nor a folder.
    """
    for entry in entries(value, context):
        layer = None if is_folder(entry) else _layer(entry, context)
        if not is_folder(entry) and (layer is None or not layer.isValid()):
            raise unknown_raster(name, entry)


def unknown_raster(name: str, value: Any) -> InputError:
    """Return the error for a ``value`` of the parameter ``name`` that is no raster."""
    return InputError(f"Could not load the raster {value} of {name}.", "Check the path, and that it opens in QGIS.")


def _layer(entry: Any, context: QgsProcessingContext) -> QgsRasterLayer | None:
    if isinstance(entry, QgsRasterLayer):
        return entry
    return QgsProcessingUtils.mapLayerFromString(str(entry), context, True, QgsProcessingUtils.LayerHint.Raster)
