"""What the worker is asked to do: QGIS layers, texts and extents as values of the job."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsField,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsProperty,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QMetaType
from qgis.PyQt.QtGui import QColor, QImage
from things import LEFT, TOP, UTM, Log, box, memory_layer, write_raster

Run = Callable[..., dict[str, Any]]


@dataclass
class Asked:
    """The job that would have gone to the worker, and what lay in its files."""

    job: Any = None
    labels: QgsVectorLayer | None = None
    rows: list[dict[str, Any]] | None = None
    geometries: list[QgsGeometry] | None = None
    crs: QgsCoordinateReferenceSystem | None = None
    raster: Any = None  # width, height, geotransform, bands, EPSG code, pixels


@pytest.fixture
def asked(kestrel: Any, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Look at the job instead of running it; the temporary files live no longer than the run."""
    from kestrel.processing_provider import base

    seen = Asked()

    def look(job: Any, on_event: Any, is_cancelled: Any) -> dict[str, Any]:
        seen.job = job
        source = getattr(job, "input_labels", None) or job.input
        layer = QgsVectorLayer(source, "seen", "ogr")
        if layer.isValid():
            names = [name for name in layer.fields().names() if not name.startswith("kestrel_")]
            features = list(layer.getFeatures())
            seen.rows = [{name: feature[name] for name in names} for feature in features]
            seen.geometries = [feature.geometry() for feature in features]
            seen.crs = layer.crs()
            seen.labels_name = Path(source).name
        dataset = gdal.Open(getattr(job, "input_raster", None) or job.input)
        if dataset is not None:
            system = dataset.GetSpatialRef()
            seen.raster = {
                "size": (dataset.RasterXSize, dataset.RasterYSize),
                "transform": dataset.GetGeoTransform(),
                "epsg": system and system.GetAuthorityCode(None),
                "pixels": dataset.ReadAsArray(),
            }
        return {"CHIPS": 0, "OBJECTS": 0, "OUTPUT": job.output}

    monkeypatch.setattr(base, "run_job", look)
    monkeypatch.setattr(base, "find_python", lambda check=True: Path("python"))
    return seen


@pytest.fixture
def export(run: Run, scene: Path, tmp_path: Path) -> Run:
    """Run Export with the scene; what is given replaces or adds."""

    def call(**given: Any) -> dict[str, Any]:
        values = {
            "INPUT_RASTER": str(scene / "image.tif"),
            "INPUT_LABELS": str(scene / "labels.gpkg"),
            "OUTPUT": str(tmp_path / "chips"),
        }
        return run("exporttrainingdata", **{**values, **given})

    return call


def test_texts_of_the_command_line_become_typed_values(export: Run, asked: Asked) -> None:
    export(
        TILE_SIZE_X="64", TILE_SIZE_Y="96", STRIDE_X="32", STRIDE_Y="0", BUFFER="1.5", NO_FEATURE_TILES="no",
        IMAGE_FORMAT="PNG", METADATA_FORMAT="RCNN_Masks", CLASS_FIELD="kind", CELL_SIZE="0.25",
    )  # fmt: skip
    job = asked.job
    assert (job.tile_size_x, job.tile_size_y, job.stride_x, job.stride_y) == (64, 96, 32, 0)
    assert (job.buffer, job.cell_size, job.no_feature_tiles) == (1.5, 0.25, False)
    assert (job.image_format, job.metadata_format, job.class_field) == ("PNG", "RCNN_Masks", "kind")


def test_values_of_a_script_and_of_expressions_do_too(export: Run, asked: Asked) -> None:
    export(TILE_SIZE_X=64, STRIDE_X=QgsProperty.fromExpression("8 * 4"), NO_FEATURE_TILES=True, BUFFER=0.1)
    assert (asked.job.tile_size_x, asked.job.stride_x, asked.job.no_feature_tiles, asked.job.buffer) == (64, 32, True, 0.1)


def test_what_is_not_given_keeps_the_default_of_the_job(export: Run, asked: Asked) -> None:
    export(CLASS_FIELD=None, EXTENT="", CELL_SIZE=None)
    job = asked.job
    assert (job.class_field, job.extent, job.cell_size, job.mask) == (None, None, None, None)
    assert {name: getattr(job, name) for name in ("tile_size_x", "stride_y", "image_format", "buffer")} == {
        "tile_size_x": None, "stride_y": None, "image_format": "TIFF", "buffer": 0.0,
    }  # fmt: skip


def test_a_file_goes_to_the_worker_as_it_is(export: Run, asked: Asked, scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export()
    assert asked.job.input_raster == str(scene / "image.tif")
    monkeypatch.chdir(scene)
    export(INPUT_RASTER="image.tif")
    assert asked.job.input_raster == str(scene / "image.tif")


# Vectors


def test_a_memory_layer_is_written_to_a_file_named_after_it(export: Run, asked: Asked) -> None:
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), "roof", 3), (box(20, 0, 9, 9), None, None)], "kind:string,n:integer"))
    assert asked.rows == [{"kind": "roof", "n": 3}, {"kind": None, "n": None}]
    assert asked.labels_name == "things.gpkg" and asked.crs == QgsCoordinateReferenceSystem(UTM)


def test_only_selected_features_when_so_asked(export: Run, asked: Asked) -> None:
    layer = memory_layer([(box(i * 20, 0, 9, 9), f"k{i}") for i in range(4)])
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([2, 4])
    export(INPUT_LABELS=QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True))
    assert [row["kind"] for row in asked.rows] == ["k1", "k3"]
    QgsProject.instance().removeMapLayer(layer)


def test_the_layer_as_it_is_shown_filter_edits_and_joins(export: Run, asked: Asked, scene: Path) -> None:
    layer = QgsVectorLayer(str(scene / "labels.gpkg"), "labels", "ogr")
    names = memory_layer([(None, 2, "two"), (None, 3, "three")], "key:integer,name:string", "None")
    QgsProject.instance().addMapLayers([layer, names])
    layer.setSubsetString("fid < 4")
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(names)
    join.setJoinFieldName("key")
    join.setTargetFieldName("fid")
    join.setPrefix("j_")
    layer.addJoin(join)
    layer.addExpressionField('upper("kind")', QgsField("shout", QMetaType.Type.QString))
    layer.startEditing()
    layer.deleteFeature(1)
    export(INPUT_LABELS=layer)
    assert [(row["fid"], row["kind"], row["j_name"], row["shout"]) for row in asked.rows] == [
        (2, "roof", "two", "ROOF"),
        (3, "roof", "three", "ROOF"),
    ]
    layer.rollBack()
    QgsProject.instance().removeMapLayers([layer.id(), names.id()])


def test_curves_heights_and_invalid_shapes_arrive(export: Run, asked: Asked) -> None:
    rows = [
        ("CURVEPOLYGON(CIRCULARSTRING(0 0, 5 5, 10 0, 5 -5, 0 0))", "curve"),
        ("POLYGON Z((0 0 9, 10 0 9, 10 10 9, 0 0 9))", "height"),
        ("POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))", "bow tie"),
        (None, "nothing"),
    ]
    export(INPUT_LABELS=memory_layer(rows, geometry="CurvePolygonZ"))
    assert [row["kind"] for row in asked.rows] == ["curve", "height", "bow tie", "nothing"]
    curve, height, bow, nothing = asked.geometries
    assert curve.area() == pytest.approx(78.54, rel=0.001) and curve.wkbType() == Qgis.WkbType.MultiPolygon
    assert height.area() == 50 and bow.asWkt().count("10") >= 4 and nothing.isEmpty()


def test_no_features_and_no_coordinate_system_stay_so(export: Run, asked: Asked, environment: Path) -> None:
    export(INPUT_LABELS=memory_layer([]))
    assert asked.rows == []
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), "a")], crs=""))
    assert len(asked.rows) == 1
    assert not asked.crs.isValid() or "Undefined" in asked.crs.toWkt()


def test_fields_named_like_those_of_a_geopackage(export: Run, asked: Asked) -> None:
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), 7, "x"), (box(0, 0, 9, 9), 7, "y")], "fid:integer,geom:string"))
    assert asked.rows == [{"fid": 7, "geom": "x"}, {"fid": 7, "geom": "y"}]


def test_a_coordinate_system_that_qgis_hollowed_out_is_restored(kestrel: Any) -> None:
    """As it is left when the background thread that first met it has ended; see ``crs.py``."""
    from kestrel.processing_provider.crs import sound

    class Hollow(QgsCoordinateReferenceSystem):
        def toWkt(self, *_: object) -> str:
            return ""

    restored = sound(Hollow(UTM))
    assert restored.authid() == UTM and "UTM zone 33N" in restored.toWkt()
    whole, none = QgsCoordinateReferenceSystem(UTM), QgsCoordinateReferenceSystem()
    assert sound(whole) is whole and sound(none) is none


# Extent and raster


def test_the_extent_comes_in_the_coordinate_system_of_the_raster(export: Run, asked: Asked) -> None:
    export(EXTENT=f"{LEFT},{LEFT + 50},{TOP - 40},{TOP}")
    assert asked.job.extent == f"{LEFT!r},{LEFT + 50!r},{TOP - 40!r},{TOP!r}"
    export(EXTENT="15.0,15.001,45.15,45.151 [EPSG:4326]")
    west, east, south, north = map(float, asked.job.extent.split(","))
    assert west == pytest.approx(500000, abs=1) and east - west == pytest.approx(78.6, abs=1)
    assert north - south == pytest.approx(111.1, abs=1) and 4_999_000 < south < 5_001_000


def test_a_coordinate_system_set_in_qgis_goes_along(export: Run, asked: Asked, tmp_path: Path) -> None:
    path = write_raster(tmp_path / "none.tif", np.full((1, 40, 50), 9, np.uint8), crs=None)
    layer = QgsRasterLayer(str(path), "none")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    export(INPUT_RASTER=layer)
    assert asked.raster["epsg"] == "32612" and asked.raster["size"] == (50, 40)
    assert asked.raster["transform"] == (LEFT, 0.5, 0, TOP, 0, -0.5) and (asked.raster["pixels"] == 9).all()


def test_open_options_go_along(export: Run, asked: Asked, tmp_path: Path) -> None:
    path = write_raster(tmp_path / "o.tif", np.zeros((1, 64, 64), np.uint8))
    export(INPUT_RASTER=QgsRasterLayer(f"{path}|option:NUM_THREADS=2", "o"))
    assert asked.job.input_raster.endswith(".vrt") and asked.raster["size"] == (64, 64)


def test_a_raster_of_another_provider_is_drawn_into_a_file(export: Run, asked: Asked, scene: Path, log: Log) -> None:
    source = QgsRasterLayer(str(scene / "image.tif"), "image")
    QgsProject.instance().addMapLayer(source)
    layer = QgsRasterLayer(
        f"?crs={UTM}&extent={LEFT},{TOP - 96},{LEFT + 128},{TOP}&width=256&height=192&formula=\"image@1\" * 2"
        f"&image:uri={scene / 'image.tif'}&image:provider=gdal",
        "doubled", "virtualraster",
    )  # fmt: skip
    assert layer.isValid()
    export(INPUT_RASTER=layer)
    expected = gdal.Open(str(scene / "image.tif")).ReadAsArray()[0] * 2.0
    assert asked.raster["size"] == (256, 192) and asked.raster["transform"] == (LEFT, 0.5, 0, TOP, 0, -0.5)
    np.testing.assert_allclose(asked.raster["pixels"], expected)
    assert "Drawing doubled into a file of 256 × 192 pixels." in log.of("info")
    export(INPUT_RASTER=layer, EXTENT=f"{LEFT + 10},{LEFT + 30},{TOP - 20},{TOP - 10}", CELL_SIZE=1)
    assert asked.raster["size"] == (20, 10) and asked.raster["transform"] == (LEFT + 10, 1, 0, TOP - 10, 0, -1)
    QgsProject.instance().removeMapLayer(source)


@pytest.fixture
def tiles(tmp_path: Path) -> Iterator[str]:
    """The address of a tile service whose every tile is green."""
    picture = QImage(256, 256, QImage.Format.Format_RGB32)
    picture.fill(QColor(10, 200, 30))
    picture.save(str(tmp_path / "tile.png"))
    data = (tmp_path / "tile.png").read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    server.shutdown()


def test_a_map_service_needs_extent_and_cell_size_and_is_drawn(export: Run, asked: Asked, tiles: str) -> None:
    address = tiles.replace("{", "%7B").replace("}", "%7D")
    layer = QgsRasterLayer(f"type=xyz&url={address}&zmin=0&zmax=18&http-header:referer=", "service", "wms")
    assert layer.isValid()
    with pytest.raises(QgsProcessingException, match=r"service is a map service .* Give EXTENT and CELL_SIZE"):
        export(INPUT_RASTER=layer)
    export(INPUT_RASTER=layer, EXTENT="0,100,0,50 [EPSG:3857]", CELL_SIZE=1)
    assert asked.raster["size"] == (100, 50) and asked.raster["epsg"] == "3857"
    assert (asked.raster["pixels"][:3] == np.array([10, 200, 30])[:, None, None]).all()


# Before anything is written


def test_without_an_environment_nothing_is_started(export: Run, no_environment: None, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"no Python environment .* Check Deep Learning Environment"):
        export()
    assert not (tmp_path / "chips").exists()


def test_a_raster_that_is_none(export: Run, asked: Asked, scene: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"INPUT_RASTER.*Check the path, and that it opens in QGIS"):
        export(INPUT_RASTER=str(scene / "labels.txt"))
    assert asked.job is None


def test_the_command_to_repeat_it_is_in_the_log(export: Run, asked: Asked, log: Log, tmp_path: Path) -> None:
    export(TILE_SIZE_X=64, STRIDE_X=0)
    (command,) = log.of("command")
    assert command.startswith("python3 -m core exporttrainingdata --input-raster=")
    assert "--tile-size-x=64" in command and f"--output={tmp_path / 'chips'}" in command
