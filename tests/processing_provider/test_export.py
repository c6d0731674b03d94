"""The export at work, asked for through QGIS: what it cuts from the rasters, labels and folders that QGIS users have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingException, QgsProcessingFeatureSourceDefinition, QgsProject, QgsRasterLayer
from things import LEFT, PIXEL, TOP, Log, box, memory_layer, save, virtual_raster, write_raster

Run = Callable[..., dict[str, Any]]
pytestmark = pytest.mark.usefixtures("environment", "qgis_new_project")


@pytest.fixture
def cut(run: Run, tmp_path: Path) -> Run:
    """Run Export with tiles of 64 pixels side by side; what is given replaces or adds."""

    def call(**given: Any) -> dict[str, Any]:
        values = {"TILE_SIZE_X": 64, "STRIDE_X": 0, "STRIDE_Y": 0, "PARALLEL": 1, "OUTPUT": str(tmp_path / "chips")}
        return run("exporttrainingdata", **{**values, **given})

    return call


@pytest.fixture
def halves(tmp_path: Path) -> list[str]:
    """Two rasters side by side, 128 x 64 pixels each, alone in a folder: three bands that tell the raster and the band."""
    folder = tmp_path / "flight"
    folder.mkdir()
    for number in (0, 1):
        pixels = np.stack([np.full((64, 128), 100 * number + 10 * band, np.uint8) for band in (1, 2, 3)])
        dataset = gdal.Open(str(write_raster(folder / f"{number}.tif", pixels)), gdal.GA_Update)
        dataset.SetGeoTransform((LEFT + number * 128 * PIXEL, PIXEL, 0, TOP, 0, -PIXEL))
        dataset = None
    return [str(folder / f"{number}.tif") for number in (0, 1)]


@pytest.fixture
def places() -> Any:
    """One object on each of the four tiles of the halves, of two kinds."""
    return memory_layer([(box(64 * i + 20, 20, 24, 24), "roof" if i % 2 else "pool") for i in range(4)])


def chips(folder: str | Path) -> list[np.ndarray]:
    return [gdal.Open(str(path)).ReadAsArray() for path in sorted((Path(folder) / "images").glob("*.tif"))]


def values(folder: str | Path) -> list[int]:
    """The first pixel of the first band of each chip."""
    return [int(chip.reshape(-1)[0]) for chip in chips(folder)]


def classes(folder: str | Path) -> list[str]:
    model = json.loads((Path(folder) / "esri_model_definition.emd").read_text(encoding="utf-8-sig"))
    return [item["Name"] for item in model["Classes"]]


@pytest.mark.parametrize("mode", ["PROCESS_AS_MOSAICKED_IMAGE", "PROCESS_ITEMS_SEPARATELY"])
@pytest.mark.parametrize("form", ["rasters", "layers", "folder"])
def test_several_rasters(cut: Run, halves: list[str], places: Any, form: str, mode: str) -> None:
    layers = [QgsRasterLayer(path, "half") for path in halves]
    QgsProject.instance().addMapLayers(layers)
    forms: dict[str, dict[str, Any]] = {
        "rasters": {"INPUT_RASTER": halves[0], "ADDITIONAL_RASTERS": halves[1:]},
        "layers": {"INPUT_RASTER": layers[0], "ADDITIONAL_RASTERS": [layers[1]]},
        "folder": {"INPUT_RASTER": str(Path(halves[0]).parent)},
    }
    result = cut(**forms[form], INPUT_LABELS=places, CLASS_FIELD="kind", PROCESSING_MODE=mode)
    assert (result["CHIPS"], result["OBJECTS"]) == (4, 4)
    assert values(result["OUTPUT"]) == [10, 10, 110, 110]
    assert classes(result["OUTPUT"]) == ["pool", "roof"]


def test_a_chip_across_two_rasters_of_a_mosaic_that_qgis_drew(cut: Run, halves: list[str]) -> None:
    """One raster is a file, the other only QGIS can read; the chip takes pixels of both."""
    flat = [f"{path}_flat.tif" for path in halves]
    for path, target in zip(halves, flat, strict=True):
        gdal.Translate(target, path, bandList=[1], outputType=gdal.GDT_Float64)
    source = QgsRasterLayer(flat[0], "source")
    QgsProject.instance().addMapLayer(source)
    drawn = virtual_raster(Path(flat[0]), 2, "drawn", (128, 64))
    middle = memory_layer([(box(112, 20, 32, 24), "roof")])
    extent = f"{LEFT + 96 * PIXEL},{LEFT + 160 * PIXEL},{TOP - 64 * PIXEL},{TOP}"
    result = cut(INPUT_RASTER=drawn, ADDITIONAL_RASTERS=[flat[1]], INPUT_LABELS=middle, EXTENT=extent)
    (chip,) = chips(result["OUTPUT"])
    assert (chip[:, :32] == 20).all() and (chip[:, 32:] == 110).all()


def test_bands_in_the_order_given(cut: Run, halves: list[str], places: Any) -> None:
    result = cut(INPUT_RASTER=halves[1], INPUT_LABELS=places, BANDS=[3, 1])
    assert [chip[:, 0, 0].tolist() for chip in chips(result["OUTPUT"])] == [[130, 110], [130, 110]]


def test_a_raster_of_classes_instead_of_features(cut: Run, halves: list[str], tmp_path: Path) -> None:
    labels = np.zeros((1, 64, 128), np.uint8)
    labels[0, 10:20, 10:20], labels[0, 30:50, 80:90] = 3, 7
    path = write_raster(tmp_path / "classes.tif", labels)
    result = cut(INPUT_RASTER=halves[0], INPUT_CLASS_RASTER=str(path), METADATA_FORMAT="Classified_Tiles")
    assert (result["CHIPS"], result["OBJECTS"]) == (2, 2)
    painted = [gdal.Open(str(path)).ReadAsArray() for path in sorted((Path(result["OUTPUT"]) / "labels").glob("*.tif"))]
    assert [np.unique(chip, return_counts=True)[1].tolist() for chip in painted] == [[64 * 64 - 100, 100], [64 * 64 - 200, 200]]
    assert (painted[0][10:20, 10:20] == 3).all() and (painted[1][30:50, 16:26] == 7).all()


def test_only_selected_features(cut: Run, halves: list[str], places: Any) -> None:
    QgsProject.instance().addMapLayer(places)
    places.selectByIds([2])
    selected = QgsProcessingFeatureSourceDefinition(places.id(), selectedFeaturesOnly=True)
    result = cut(INPUT_RASTER=halves[0], INPUT_LABELS=selected, CLASS_FIELD="kind")
    assert (result["CHIPS"], result["OBJECTS"], classes(result["OUTPUT"])) == (1, 1, ["roof"])


def test_an_export_is_added_to(cut: Run, halves: list[str], places: Any, tmp_path: Path) -> None:
    first = cut(INPUT_RASTER=halves[0], INPUT_LABELS=places, CLASS_FIELD="kind", APPEND=True)
    assert first["CHIPS"] == 2 and Path(first["PREVIEW"]).is_file() and Path(first["PREVIEW_PICTURE"]).is_file()
    with pytest.raises(QgsProcessingException, match="exists already and is not empty"):
        cut(INPUT_RASTER=halves[1], INPUT_LABELS=places, CLASS_FIELD="kind")
    second = cut(INPUT_RASTER=halves[1], INPUT_LABELS=places, CLASS_FIELD="kind", APPEND=True)
    assert second["CHIPS"] == 2 and values(second["OUTPUT"]) == [10, 10, 110, 110]
    assert len((tmp_path / "chips" / "map.txt").read_text().split()) == 8
    before = sorted(path.read_bytes() for path in (tmp_path / "chips").rglob("*") if path.is_file())
    with pytest.raises(QgsProcessingException):
        cut(INPUT_RASTER=halves[1], INPUT_LABELS=places, CLASS_FIELD="kind", APPEND=True, METADATA_FORMAT="RCNN_Masks")
    assert sorted(path.read_bytes() for path in (tmp_path / "chips").rglob("*") if path.is_file()) == before


def test_cancel_leaves_nothing(cut: Run, tmp_path: Path, log: Log) -> None:
    write_raster(tmp_path / "large.tif", np.full((3, 2000, 2000), 60, np.uint8))
    labels = memory_layer([(box(i % 50 * 40, i // 50 * 40, 30, 30), "roof") for i in range(2500)])
    threading.Timer(4.0, log.cancel).start()
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        cut(INPUT_RASTER=str(tmp_path / "large.tif"), INPUT_LABELS=labels, TILE_SIZE_X=32, STRIDE_X=4, STRIDE_Y=4)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".aux.xml")] == ["large.tif"]


def test_qgis_process_takes_lists_folders_and_empty_values(
    qgis_process: Run, halves: list[str], places: Any, tmp_path: Path
) -> None:
    labels = save(places, tmp_path / "labels.gpkg")
    done = qgis_process(
        "exporttrainingdata",
        {
            "INPUT_RASTER": str(Path(halves[0]).parent), "ADDITIONAL_RASTERS": halves, "INPUT_LABELS": str(labels),
            "BANDS": [2], "TILE_SIZE_X": 64, "STRIDE_X": 0, "STRIDE_Y": 0, "METADATA_FORMAT": None, "MODEL": None,
            "OUTPUT": str(tmp_path / "chips"),
        },
    )  # fmt: skip
    assert done.code == 0, done.error
    results = done.output["results"]
    assert (results["CHIPS"], results["OBJECTS"]) == (4, 4)
    assert values(tmp_path / "chips") == [20, 20, 120, 120] and Path(results["PREVIEW"]).is_file()
