"""Rasters on their way to the worker: files, folders, several of them, and layers that only QGIS can read."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsProperty,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QColor, QImage
from things import LEFT, TOP, UTM, Asked, Log, memory_layer, virtual_raster, write_raster

Run = Callable[..., dict[str, Any]]


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
    layer = virtual_raster(scene / "image.tif", 2, "doubled")
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


# Layers that live in this process only


def test_a_raster_in_memory_is_written_to_a_file(export: Run, asked: Asked, scene: Path) -> None:
    gdal.Translate("/vsimem/here.tif", str(scene / "image.tif"))
    layer = QgsRasterLayer("/vsimem/here.tif", "here")
    assert layer.isValid() and layer.providerType() == "gdal"
    export(INPUT_RASTER=layer)
    assert Path(asked.job.input_raster).name == "here.tif" and not asked.job.input_raster.startswith("/vsimem")
    np.testing.assert_array_equal(asked.raster["pixels"], gdal.Open(str(scene / "image.tif")).ReadAsArray())
    gdal.Unlink("/vsimem/here.tif")


# Several rasters


@pytest.fixture
def others(tmp_path: Path) -> list[str]:
    """Two rasters like the scene's, in folders of their own, of one name."""
    paths = []
    for number in (1, 2):
        folder = tmp_path / f"flight{number}"
        folder.mkdir()
        paths.append(str(write_raster(folder / "image.tif", np.full((3, 64, 64), number, np.uint8))))
    return paths


@pytest.mark.parametrize("form", ["list", "text", "layers", "ids", "expression"])
def test_several_rasters_in_any_form(export: Run, asked: Asked, others: list[str], form: str) -> None:
    layers = [QgsRasterLayer(path, "image") for path in others]
    QgsProject.instance().addMapLayers(layers)
    array = ",".join(f"'{path}'" for path in others)
    forms: dict[str, Any] = {
        "list": others, "text": ";".join(others), "layers": layers, "ids": [layer.id() for layer in layers],
        "expression": QgsProperty.fromExpression(f"array({array})"),
    }  # fmt: skip
    export(ADDITIONAL_RASTERS=forms[form])
    assert asked.job.additional_rasters == tuple(others)
    QgsProject.instance().removeMapLayers([layer.id() for layer in layers])


def test_one_raster_is_a_list_of_one_and_none_is_none(export: Run, asked: Asked, others: list[str]) -> None:
    export(ADDITIONAL_RASTERS=others[0])
    assert asked.job.additional_rasters == (others[0],)
    for nothing in (None, "", []):
        export(ADDITIONAL_RASTERS=nothing)
        assert asked.job.additional_rasters is None


def test_layers_of_one_name_are_drawn_into_files_of_their_own(export: Run, asked: Asked, others: list[str]) -> None:
    sources = [QgsRasterLayer(path, f"source{number}") for number, path in enumerate(others)]
    QgsProject.instance().addMapLayers(sources)
    layers = [virtual_raster(Path(path), 5, "drawn", (64, 64)) for path in others]
    export(INPUT_RASTER=layers[0], ADDITIONAL_RASTERS=[layers[1], others[0]])
    drawn = [asked.job.input_raster, *asked.job.additional_rasters]
    assert [Path(path).name for path in drawn] == ["drawn.tif", "drawn_2.tif", "image.tif"]
    assert [int(asked.rasters[path]["pixels"].max()) for path in drawn] == [5, 10, 1]
    QgsProject.instance().removeMapLayers([layer.id() for layer in sources])


def test_extent_and_cell_size_fit_a_drawn_raster_of_another_coordinate_system(
    export: Run, asked: Asked, scene: Path, tiles: str
) -> None:
    address = tiles.replace("{", "%7B").replace("}", "%7D")
    service = QgsRasterLayer(f"type=xyz&url={address}&zmin=0&zmax=18&http-header:referer=", "service", "wms")
    export(ADDITIONAL_RASTERS=[service], EXTENT=f"{LEFT},{LEFT + 50},{TOP - 40},{TOP}", CELL_SIZE=0.5)
    drawn = asked.rasters[asked.job.additional_rasters[0]]
    assert drawn["epsg"] == "3857"
    left, size, _, top, _, _ = drawn["transform"]
    assert left == pytest.approx(1669792, abs=2) and top == pytest.approx(5645716, abs=2)
    assert size == pytest.approx(0.5 / np.cos(np.radians(45.15)), rel=0.01)  # Mercator's metres are longer there
    assert drawn["size"][0] == 100 and drawn["size"][1] == pytest.approx(80, abs=2)
    assert asked.job.extent == f"{LEFT!r},{LEFT + 50!r},{TOP - 40!r},{TOP!r} [{UTM}]" and asked.job.cell_size == 0.5


@pytest.mark.parametrize("name", ["INPUT_CLASS_RASTER", "SNAP_RASTER"])
def test_a_raster_of_labels_and_one_to_snap_to_are_taken_whole(
    export: Run, asked: Asked, scene: Path, tiles: str, name: str
) -> None:
    source = QgsRasterLayer(str(scene / "image.tif"), "image")
    QgsProject.instance().addMapLayer(source)
    labels = {"INPUT_LABELS": None} if name == "INPUT_CLASS_RASTER" else {}
    export(**labels, **{name: virtual_raster(scene / "image.tif")}, EXTENT=f"{LEFT},{LEFT + 50},{TOP - 40},{TOP}", CELL_SIZE=1)
    path = getattr(asked.job, name.lower())
    assert asked.rasters[path]["size"] == (256, 192) and asked.rasters[path]["transform"] == (LEFT, 0.5, 0, TOP, 0, -0.5)
    export(**labels, **{name: str(scene / "image.tif")})
    assert getattr(asked.job, name.lower()) == str(scene / "image.tif")
    QgsProject.instance().removeMapLayer(source)
    address = tiles.replace("{", "%7B").replace("}", "%7D")
    service = QgsRasterLayer(f"type=xyz&url={address}&zmin=0&zmax=18&http-header:referer=", "service", "wms")
    with pytest.raises(QgsProcessingException, match=rf"service is a map service .* Choose a raster file as {name}\."):
        export(**labels, **{name: service}, EXTENT="0,100,0,50", CELL_SIZE=1)


def test_the_result_is_in_the_coordinate_system_of_the_first_raster(
    export: Run, asked: Asked, tmp_path: Path, others: list[str]
) -> None:
    other = write_raster(tmp_path / "north.tif", np.zeros((3, 64, 64), np.uint8), "EPSG:4326", 1e-5)
    export(ADDITIONAL_RASTERS=[str(other)], SNAP_RASTER=str(other), EXTENT="15.0,15.001,45.15,45.151 [EPSG:4326]")
    assert float(asked.job.extent.split(",")[0]) == pytest.approx(500000, abs=1)
    assert asked.job.extent.endswith(f" [{UTM}]")  # which the rasters in other systems have to be told


# Folders


def test_a_folder_stands_for_its_rasters(export: Run, asked: Asked, others: list[str]) -> None:
    folders = [str(Path(path).parent) for path in others]
    export(INPUT_RASTER=folders[0], ADDITIONAL_RASTERS=[folders[1], others[0]])
    assert asked.job.input_raster == folders[0] and asked.job.additional_rasters == (folders[1], others[0])


def test_the_extent_keeps_its_coordinate_system_when_that_of_a_folder_is_not_known(
    export: Run, asked: Asked, others: list[str]
) -> None:
    folder = str(Path(others[0]).parent)
    export(INPUT_RASTER=folder, EXTENT="15.0,15.5,45.0,45.5 [EPSG:4326]")
    assert asked.job.extent == "15.0,15.5,45.0,45.5 [EPSG:4326]"
    export(INPUT_RASTER=folder, EXTENT="1,2,3,4")
    assert asked.job.extent == "1.0,2.0,3.0,4.0"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("INPUT_RASTER", "{folder}/none", "Could not load source layer for INPUT_RASTER: {folder}/none"),
        ("INPUT_CLASS_RASTER", "{folder}", "Could not load source layer for INPUT_CLASS_RASTER: {folder}"),
        ("SNAP_RASTER", "{folder}", "Could not load source layer for SNAP_RASTER: {folder}"),
        ("ADDITIONAL_RASTERS", ["{folder}", "{folder}/none.tif"], "Could not load the raster {folder}/none.tif of ADDITIONAL"),
        ("ADDITIONAL_RASTERS", "{folder}/none.tif", "Check the path, and that it opens in QGIS."),
    ],
)
def test_what_is_no_raster_is_named_before_the_run(tmp_path: Path, kestrel: Any, name: str, value: Any, text: str) -> None:
    (tmp_path / "a folder").mkdir()
    folder = str(tmp_path / "a folder")
    path = write_raster(tmp_path / "image.tif", np.zeros((3, 64, 64), np.uint8))
    labels = {} if name == "INPUT_CLASS_RASTER" else {"INPUT_LABELS": memory_layer([])}
    filled = value.format(folder=folder) if isinstance(value, str) else [part.format(folder=folder) for part in value]
    values = {"INPUT_RASTER": str(path), "OUTPUT": str(tmp_path / "chips"), **labels, name: filled}
    tool = QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata")
    good, message = tool.checkParameterValues(values, QgsProcessingContext())
    assert not good
    assert text.format(folder=folder) in message
