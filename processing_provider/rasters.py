"""Turns a QGIS raster layer into something that the worker's own GDAL opens."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)

from .crs import sound
from .temporary import file_for

_IN_MEMORY = re.compile(r"/vsimem/|^MEM:")  # of this process
_OPTIONS = ["COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER"]


@dataclass
class RasterInput:
    """A raster layer as the worker needs it, taken in the main thread so that it may be used in any other.

    Attributes:
        name: of the layer, for messages.
        crs: of the layer: the user may have set another than the file's.
        source: what the layer's provider opens.
        file_crs: what the provider says.
        pipe: delivers the pixels, once, when the worker's GDAL cannot open the source; else None.
    """

    name: str
    crs: QgsCoordinateReferenceSystem
    source: str
    file_crs: QgsCoordinateReferenceSystem
    pipe: QgsRasterPipe | None = None

    @classmethod
    def of(cls, layer: QgsRasterLayer) -> RasterInput:
        """Take what is needed from ``layer``; call it in the thread that the layer lives in."""
        provider = layer.dataProvider()
        pipe = None
        if provider.name() != "gdal" or _IN_MEMORY.search(layer.source()):
            pipe = QgsRasterPipe()
            # The one copy: a copy of a copy of a virtual raster delivers garbage (QGIS 3.40).
            pipe.set(provider.clone())
        return cls(layer.name(), sound(layer.crs()), layer.source(), sound(provider.crs()), pipe)

    def path(
        self,
        folder: Path,
        extent: QgsRectangle,
        cell_size: float,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        whole: str = "",
    ) -> str:
        """Return a data source for the worker; what has to be written is written into ``folder``.

        Args:
            folder: for temporary files.
            extent: in the layer's coordinate system; null for all. Used only when pixels are drawn.
            cell_size: in units of the layer's coordinate system; 0 for the layer's own. Used only when pixels are drawn.
            context: of the algorithm.
            feedback: told the progress, asked for a cancel.
            whole: name of the parameter, when the layer is taken whole whatever the extent of the job.

        Raises:
            QgsProcessingException: the layer cannot be written as a file, or needs an extent and a cell size.
        """
        if self.pipe is not None and whole and not self._has_pixels():
            raise QgsProcessingException(
                f"The layer {self.name} is a map service ({self.pipe.provider().name()}) without pixels of its own. "
                f"Choose a raster file as {whole}."
            )
        if self.pipe is not None:
            return self._draw(self.pipe, folder, extent, cell_size, context, feedback)
        # The provider's own notation for open options; all the rest of its sources GDAL understands.
        source, *options = self.source.split("|option:")
        source = str(Path(source).absolute()) if os.path.exists(source) else source  # noqa: PTH110, raises on long sources
        if not options and (self.crs == self.file_crs or not self.crs.isValid()):
            return source
        return self._describe(source, options, folder)

    def _has_pixels(self) -> bool:
        """Whether the provider has pixels of its own and does not draw at any scale."""
        return bool(self.pipe.provider().capabilities() & Qgis.RasterInterfaceCapability.Size)

    def _describe(self, source: str, options: list[str], folder: Path) -> str:
        """Write a virtual raster that carries what a path cannot: open options, another coordinate system."""
        target = file_for(folder, self.name, ".vrt")
        wkt = self.crs.toWkt(Qgis.CrsWktVariant.Preferred) if self.crs.isValid() else None
        written = None
        try:  # with or without exceptions: that is a setting of the whole process, which is not ours
            dataset = gdal.OpenEx(source, gdal.OF_RASTER, open_options=options)
            written = dataset and gdal.Translate(str(target), dataset, format="VRT", outputSRS=wkt)
        except RuntimeError:
            pass
        if written is None:
            raise QgsProcessingException(
                f"The raster {self.name} cannot be opened: {gdal.GetLastErrorMsg()}. Check its source."
            )
        return str(target)

    def _draw(
        self,
        pipe: QgsRasterPipe,
        folder: Path,
        extent: QgsRectangle,
        cell_size: float,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> str:
        """Write the pixels of a map service or another provider to a GeoTIFF."""
        provider = pipe.provider()
        if (extent.isNull() or not cell_size) and not self._has_pixels():
            raise QgsProcessingException(
                f"The layer {self.name} is a map service ({provider.name()}) without pixels of its own. "
                "Give EXTENT and CELL_SIZE: its pixels are then drawn into a file."
            )
        extent = provider.extent() if extent.isNull() else extent
        cell_size = cell_size or provider.extent().width() / provider.xSize()
        columns, rows = (math.ceil(round(size / cell_size, 6)) for size in (extent.width(), extent.height()))
        left, top = extent.xMinimum(), extent.yMaximum()
        extent = QgsRectangle(left, top - rows * cell_size, left + columns * cell_size, top)
        feedback.pushInfo(f"Drawing {self.name} into a file of {columns} × {rows} pixels.")

        target = file_for(folder, self.name, ".tif")
        writer = QgsRasterFileWriter(str(target))
        writer.setOutputFormat("GTiff")
        writer.setCreateOptions(_OPTIONS)
        listener = QgsRasterBlockFeedback()
        feedback.canceled.connect(listener.cancel)
        listener.progressChanged.connect(feedback.setProgress)
        result = writer.writeRaster(pipe, columns, rows, extent, self.crs, context.transformContext(), listener)
        if feedback.isCanceled():
            raise QgsProcessingException("Cancelled.")
        if result != Qgis.RasterFileWriterResult.Success:
            raise QgsProcessingException(
                f"The layer {self.name} could not be drawn into a file ({'; '.join(listener.errors()) or result}). "
                "Check that it shows in QGIS at this extent."
            )
        return str(target)
