"""Packages of Esri's library on a raster: what that library finds in a chip comes out as features at their places."""

import json

import numpy as np
import pytest
import rasterio
import shapely

from core.detection.detect import run
from core.jobs import DetectObjects
from core.packages import read_package
from core.vectors import read_features


@pytest.fixture
def detect(shared_data, tmp_path, report):
    """Detect with a package on a raster, the chip of the packages if none is given."""

    def run_job(name, raster=None, **values):
        folder = shared_data / "esri-models"
        facts = {"input": raster or str(folder / "chip.tif"), "model": str(folder / f"{name}.dlpk"), "processor": "CPU"}
        run(DetectObjects(**{**facts, "output": str(tmp_path / "found.gpkg"), **values}), report)
        return read_features(str(tmp_path / "found.gpkg"))

    return run_job


@pytest.mark.parametrize(
    ("name", "values"), [("fasterrcnn", {1: 2, 2: 5}), ("retinanet", {1: 2, 2: 5}), ("maskrcnn", {1: 1, 2: 2})]
)
def test_a_chip(shared_data, detect, name, values):
    folder = shared_data / "esri-models"
    wanted = json.loads((folder / f"{name}_expected.json").read_text())["raw"]
    found = detect(name, threshold=0.05)
    order = np.argsort(-found.fields["Confidence"], kind="stable")
    assert found.fields["Confidence"][order] == pytest.approx(np.array(wanted["scores"]) * 100, abs=0.01)
    assert found.fields["Class"][order].tolist() == wanted["class_names"]
    assert found.fields["ClassValue"][order].tolist() == [values[label] for label in wanted["labels"]]
    if name != "maskrcnn":
        with rasterio.open(folder / "chip.tif") as file:
            corners = np.array(wanted["boxes_xyxy"]).reshape(-1, 2) @ np.diag([0.25, -0.25]) + (
                file.transform.c,
                file.transform.f,
            )
        left, bottom, right, top = shapely.bounds(found.geometries[order]).T
        assert np.column_stack([left, top, right, bottom]) == pytest.approx(corners.reshape(-1, 4), abs=0.01 * 0.25)
    else:
        areas = shapely.area(found.geometries[order]) / 0.25**2  # outlines run between the pixels, along the probability 0.5
        assert areas == pytest.approx(wanted["mask_pixels"], rel=0.1)


def test_more_than_a_tile(shared_data, detect, make_raster):
    """Four chips side by side: the tiles overlap by a quarter, as ArcGIS Pro has it."""
    with rasterio.open(shared_data / "esri-models" / "chip.tif") as file:
        pixels = np.tile(file.read(), (1, 2, 2))
    found = detect("retinanet", make_raster(pixels, transform=file.transform, crs=file.crs))
    centres = np.column_stack(shapely.bounds(found.geometries).T[:2]) - [file.transform.c, file.transform.f - 64]
    for column in (0, 32):  # 128 pixels of 0.25 m
        for row in (0, 32):
            assert ((centres // 32 * 32) == [column, row]).all(1).sum() > 10
    assert shapely.area(shapely.envelope(found.geometries)) == pytest.approx(shapely.area(found.geometries))
    assert found.fields["Confidence"].min() > 50


def test_the_threshold_is_that_of_arcgis_when_the_package_tells_none(shared_data):
    thresholds = {name: read_package(shared_data / "esri-models" / f"{name}.dlpk").card.threshold
                  for name in ("maskrcnn", "fasterrcnn", "retinanet")}  # fmt: skip
    assert thresholds == {"maskrcnn": 0.9, "fasterrcnn": 0.5, "retinanet": 0.5}
