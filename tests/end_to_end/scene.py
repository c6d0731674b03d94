"""What the story is about: imagery and the true objects on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_CORNER, _PIXEL, _SIDE = (500_000.0, 3_060_000.0), 0.1, 640  # of the made picture


@dataclass(frozen=True)
class Scene:
    """Imagery with true objects.

    Attributes:
        imagery: a raster file.
        truth: a vector file with a polygon for each object, maybe in another coordinate system.
        class_name: of the objects; class_field holds it in the truth.
        boxes: the objects that lie wholly in the imagery: left, bottom, right, top in its coordinate system, largest first.
        crs: of the imagery, such as ``EPSG:3857``.
        extent: of the imagery: left, bottom, right, top.
    """

    imagery: Path
    truth: Path
    class_name: str
    class_field: str
    boxes: list[tuple[float, float, float, float]]
    crs: str
    extent: tuple[float, float, float, float]


def small_scene(folder: Path) -> Scene:
    """A piece of the drone picture of Banepa where the shared data are; else a made picture of bright roofs on grey ground."""
    source = SHARED / "banepa-buildings"
    if not (source / "banepa.tif").exists():
        return _made(folder)
    town, truth = folder / "town.tif", folder / "truth.gpkg"
    gdal.Translate(str(town), str(source / "banepa.tif"), srcWin=[200, 900, _SIDE, _SIDE])
    gdal.VectorTranslate(
        str(truth),
        str(source / "labels.geojson"),
        format="GPKG",
        layerName="truth",
        spatFilter=_extent(town),
        spatSRS="EPSG:3857",
    )
    return scene_of(town, truth, "building", "class")


def scene_of(imagery: Path, truth: Path, class_name: str, class_field: str) -> Scene:
    """Return the scene of a raster and its truth."""
    left, bottom, right, top = extent = _extent(imagery)
    target = gdal.Open(str(imagery)).GetSpatialRef()
    layer = (vectors := ogr.Open(str(truth))).GetLayer()
    transform = osr.CoordinateTransformation(layer.GetSpatialRef(), target)
    boxes = []
    for feature in layer:
        shape = feature.GetGeometryRef().Clone()
        shape.Transform(transform)
        x0, x1, y0, y1 = shape.GetEnvelope()
        if left < x0 and x1 < right and bottom < y0 and y1 < top:
            boxes.append((x0, y0, x1, y1))
    del vectors
    boxes.sort(key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
    return Scene(imagery, truth, class_name, class_field, boxes, f"EPSG:{target.GetAuthorityCode(None)}", extent)


def _extent(imagery: Path) -> tuple[float, float, float, float]:
    raster = gdal.Open(str(imagery))
    left, pixel, _, top, _, row = raster.GetGeoTransform()
    return left, top + row * raster.RasterYSize, left + pixel * raster.RasterXSize, top


def _made(folder: Path) -> Scene:
    """Write a picture with a roof in each field of a grid, and its truth in degrees."""
    random = np.random.default_rng(3)
    pixels = random.normal(90, 12, (3, _SIDE, _SIDE))
    utm, degrees = osr.SpatialReference(), osr.SpatialReference()
    utm.ImportFromEPSG(32645)
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)  # longitude first, as everywhere in files
    to_degrees = osr.CoordinateTransformation(utm, degrees)
    truth = folder / "truth.gpkg"
    vectors = ogr.GetDriverByName("GPKG").CreateDataSource(str(truth))
    layer = vectors.CreateLayer("truth", degrees, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    for number in range(36):
        column, row = (106 * (number % 6) + 30 + random.integers(0, 20), 106 * (number // 6) + 30 + random.integers(0, 20))
        width, height = random.integers(34, 52, 2)
        colour = np.array([(210, 90, 60), (70, 120, 210), (230, 225, 215)][number % 3])[:, None, None]
        pixels[:, row : row + height, column : column + width] = colour + random.normal(0, 6, (3, height, width))
        x0, y1 = _CORNER[0] + column * _PIXEL, _CORNER[1] - row * _PIXEL
        x1, y0 = x0 + width * _PIXEL, y1 - height * _PIXEL
        feature = ogr.Feature(layer.GetLayerDefn())
        shape = ogr.CreateGeometryFromWkt(f"POLYGON(({x0} {y0},{x1} {y0},{x1} {y1},{x0} {y1},{x0} {y0}))")
        shape.Transform(to_degrees)
        feature.SetGeometry(shape)
        feature["class"] = "building"
        layer.CreateFeature(feature)
    del feature, layer, vectors
    imagery = folder / "town.tif"
    raster = gdal.GetDriverByName("GTiff").Create(str(imagery), _SIDE, _SIDE, 3, gdal.GDT_Byte, ["PHOTOMETRIC=RGB"])
    raster.SetGeoTransform((_CORNER[0], _PIXEL, 0, _CORNER[1], 0, -_PIXEL))
    raster.SetProjection(utm.ExportToWkt())
    raster.WriteArray(pixels.clip(0, 255).astype(np.uint8))
    del raster
    return scene_of(imagery, truth, "building", "class")
