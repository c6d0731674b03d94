"""Small rasters and layers for the tests, and a feedback that remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

UTM = "EPSG:32633"
LEFT, TOP, PIXEL = 500000.0, 5000000.0, 0.5  # of the test raster, in metres


@dataclass
class Log(QgsProcessingFeedback):
    """A feedback that remembers."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(False)
        self.progressChanged.connect(self.fractions.append)

    def pushInfo(self, text: str) -> None:
        self.lines.append(("info", text))

    def pushFormattedMessage(self, html: str, text: str) -> None:
        self.lines.append(("html", html))

    def pushWarning(self, text: str) -> None:
        self.lines.append(("warning", text))

    def pushCommandInfo(self, text: str) -> None:
        self.lines.append(("command", text))

    def pushDebugInfo(self, text: str) -> None:
        self.lines.append(("debug", text))

    def setProgressText(self, text: str) -> None:
        self.lines.append(("stage", text))

    def reportError(self, text: str, fatalError: bool = False) -> None:
        self.lines.append(("error", text))

    def of(self, kind: str) -> list[str]:
        return [text for found, text in self.lines if found == kind]


@dataclass
class Asked:
    """A job that would have gone to the worker, and what lay in its files, which live no longer than the run."""

    job: Any = None
    rows: list[dict[str, Any]] | None = None
    geometries: list[QgsGeometry] | None = None
    crs: QgsCoordinateReferenceSystem | None = None
    labels_name: str = ""
    rasters: dict[str, dict[str, Any]] = field(default_factory=dict)  # by path: size, transform, EPSG code, pixels

    @property
    def raster(self) -> dict[str, Any]:
        """The first raster."""
        return self.rasters[self.job.input_raster]

    def look(self, job: Any, on_event: Any, is_cancelled: Any, **_: Any) -> dict[str, Any]:
        """Stand in for the worker's client."""
        self.job = job
        if job.name != "exporttrainingdata":
            return {"OUTPUT": job.output}
        layer = QgsVectorLayer(job.input_labels or "", "seen", "ogr")
        if layer.isValid():
            names = [name for name in layer.fields().names() if not name.startswith("kestrel_")]
            features = list(layer.getFeatures())
            self.rows = [{name: feature[name] for name in names} for feature in features]
            self.geometries = [feature.geometry() for feature in features]
            self.crs = layer.crs()
            self.labels_name = Path(job.input_labels).name
        several = job.additional_rasters or ()
        for path in (job.input_raster, *several, job.input_class_raster, job.snap_raster):
            dataset = gdal.Open(path) if path and Path(path).is_file() else None
            if dataset is not None:
                system = dataset.GetSpatialRef()
                self.rasters[path] = {
                    "size": (dataset.RasterXSize, dataset.RasterYSize),
                    "transform": dataset.GetGeoTransform(),
                    "epsg": system and system.GetAuthorityCode(None),
                    "pixels": dataset.ReadAsArray(),
                }
        return {"CHIPS": 0, "OBJECTS": 0, "OUTPUT": job.output}


def virtual_raster(path: Path, factor: int = 1, name: str = "drawn", size: tuple[int, int] = (256, 192)) -> QgsRasterLayer:
    """A raster that only QGIS can read: the first band of a file, of which the project has a layer, times ``factor``."""
    columns, rows = size
    layer = QgsRasterLayer(
        f"?crs={UTM}&extent={LEFT},{TOP - rows * PIXEL},{LEFT + columns * PIXEL},{TOP}&width={columns}&height={rows}"
        f'&formula="image@1" * {factor}&image:uri={path}&image:provider=gdal',
        name, "virtualraster",
    )  # fmt: skip
    assert layer.isValid()
    return layer


def write_raster(path: Path, pixels: np.ndarray, crs: str | None = UTM, pixel: float = PIXEL) -> Path:
    """Write (bands, height, width) pixels to a GeoTIFF whose corner is LEFT, TOP."""
    kinds = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32}
    bands, height, width = pixels.shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands, kinds[pixels.dtype.name])
    dataset.SetGeoTransform((LEFT, pixel, 0, TOP, 0, -pixel))
    if crs:
        system = osr.SpatialReference()
        system.SetFromUserInput(crs)
        dataset.SetProjection(system.ExportToWkt())
    dataset.WriteArray(pixels)
    dataset.FlushCache()
    return path


def box(column: float, row: float, width: float, height: float) -> str:
    """WKT of a rectangle given in pixels of the test raster."""
    left, top = LEFT + column * PIXEL, TOP - row * PIXEL
    right, bottom = left + width * PIXEL, top - height * PIXEL
    return f"POLYGON(({left} {top},{right} {top},{right} {bottom},{left} {bottom},{left} {top}))"


def memory_layer(
    rows: list[tuple[Any, ...]], fields: str = "kind:string", geometry: str = "Polygon", crs: str = UTM
) -> QgsVectorLayer:
    """A memory layer from rows of WKT (or None) and attributes."""
    layer = QgsVectorLayer(
        f"{geometry}?{'crs=' + crs if crs else ''}{''.join('&field=' + f for f in fields.split(','))}", "things", "memory"
    )
    assert layer.isValid()
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    features = []
    for wkt, *attributes in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(attributes)
        if wkt is not None:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        features.append(feature)
    good, _ = layer.dataProvider().addFeatures(features)
    assert good
    return layer


def save(layer: QgsVectorLayer, path: Path) -> Path:
    """Write a layer to a GeoPackage."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = path.stem
    error, text, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), QgsCoordinateTransformContext(), options)
    assert error == QgsVectorFileWriter.WriterError.NoError, text
    return path
