"""What an export takes from a model, on rasters that fit it and on ones that do not."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from affine import Affine
from rasterio.crs import CRS

from core.errors import InvalidParameter
from core.jobs import ExportTrainingData
from core.packages import IMAGENET, ClassInfo, ModelCard, Normalisation, write_package
from core.training_data.model_defaults import with_model

CLASSES = (ClassInfo(2, "car", (1, 2, 3)), ClassInfo(5, "truck"))
UTM = CRS.from_epsg(32632)
STATISTICS = Normalisation("statistics", (0.5,) * 4, (0.1,) * 4, (0.0,) * 4, (1000.0,) * 4)
CARD = ModelCard(
    model_type="MaskRCNN", backbone="resnet18", classes=CLASSES, bands=(0, 1, 2), band_names=("Red", "Green", "Blue"),
    dtype="uint8", tile_size=192, normalisation=IMAGENET, cell_size=(0.5, 0.5), crs_wkt=UTM.to_wkt(),
)  # fmt: skip


@pytest.fixture
def make_job(tmp_path, make_raster):
    """An export of a raster with ``count`` bands of ``cell`` metres, for a model like CARD with ``changes``."""

    def make(count=3, cell=0.5, dtype=np.uint8, crs=UTM, changes=None, transform=None, **values):
        place = transform or Affine(cell, 0, 500000, 0, -cell, 6650000)
        pixels = np.ones((count, 64, 64), dtype)
        raster = make_raster(pixels, transform=place, crs=crs, photometric="MINISBLACK")
        model = write_package(tmp_path / "model", "m", replace(CARD, **(changes or {})), {"a": torch.ones(1)})
        fields = {"input_raster": raster, "input_labels": "l.gpkg", "model": str(model), "output": "o", **values}
        return ExportTrainingData(**fields)

    return make


def filled(job):
    names = ("metadata_format", "tile_size_x", "tile_size_y", "stride_x", "stride_y", "bands", "cell_size")
    return tuple(getattr(job, name) for name in names)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ("PASCAL_VOC_rectangles", 256, 256, 128, 128, None, None)),
        ({"tile_size_x": 100}, ("PASCAL_VOC_rectangles", 100, 100, 50, 50, None, None)),
        ({"tile_size_x": 64, "tile_size_y": 96, "stride_x": 0}, ("PASCAL_VOC_rectangles", 64, 96, 64, 48, None, None)),
        ({"metadata_format": "COCO", "stride_y": 7}, ("COCO", 256, 256, 128, 7, None, None)),
    ],
)
def test_without_a_model(report, values, expected):
    job, classes = with_model(ExportTrainingData(input_raster="r", input_labels="l", output="o", **values), report)
    assert filled(job) == expected
    assert classes is None and report.events == []


@pytest.mark.parametrize(
    ("imagery", "values", "expected"),
    [
        ({}, {}, ("RCNN_Masks", 192, 192, 96, 96, None, None)),
        ({"cell": 0.4}, {}, ("RCNN_Masks", 192, 192, 96, 96, None, 0.5)),
        ({"cell": 0.49}, {}, ("RCNN_Masks", 192, 192, 96, 96, None, None)),  # as good as the same
        ({"cell": 0.4}, {"reference_system": "PIXEL_SPACE"}, ("RCNN_Masks", 192, 192, 96, 96, None, None)),
        ({"count": 5}, {}, ("RCNN_Masks", 192, 192, 96, 96, (1, 2, 3), None)),
        ({"changes": {"bands": (3, 0, 1)}, "count": 4}, {}, ("RCNN_Masks", 192, 192, 96, 96, (4, 1, 2), None)),
        ({"count": 5}, {"bands": (3, 2, 1)}, ("RCNN_Masks", 192, 192, 96, 96, (3, 2, 1), None)),
        (
            {"changes": {"model_type": "FasterRCNN"}},
            {"tile_size_x": 64, "stride_x": 0, "cell_size": 0.6},
            ("PASCAL_VOC_rectangles", 64, 64, 64, 32, None, 0.6),
        ),
        ({}, {"metadata_format": "COCO"}, ("COCO", 192, 192, 96, 96, None, None)),
    ],
)
def test_what_is_empty_comes_from_the_model(make_job, report, imagery, values, expected):
    job, classes = with_model(make_job(**imagery, **values), report)
    assert filled(job) == expected
    assert classes == CLASSES
    assert report.warnings == []


@pytest.mark.parametrize(
    ("imagery", "text"),
    [
        (
            {"cell": 0.1},
            "image.tif has pixels of 0.1, but the model was trained at 0.5: more than 2 times off. The chips are cut",
        ),
        ({"cell": 0.1, "cell_size": 0.1}, "image.tif is read at a cell size of 0.1, but the model was trained at 0.5"),
        ({"count": 2}, "The model takes 3 bands (Red, Green, Blue), but image.tif has 2."),
        ({"count": 5, "bands": (1, 2)}, "The model takes 3 bands (Red, Green, Blue), but image.tif has 2."),
        ({"dtype": np.uint16}, "image.tif has uint16 pixels, but the model was trained on uint8."),
    ],
)
def test_what_does_not_fit_is_said_and_the_export_goes_on(make_job, report, imagery, text):
    with_model(make_job(**imagery), report)
    assert len(report.warnings) == 1 and report.warnings[0].startswith(text)


def test_the_cell_size_is_in_units_of_the_raster(make_job, report):
    place = Affine(2e-5, 0, 9, 0, -1e-5, 60)  # about 1.1 x 1.1 metres
    job, _ = with_model(make_job(crs=CRS.from_epsg(4326), transform=place), report)
    assert job.cell_size == pytest.approx(0.5 / 111320 / np.sqrt(np.cos(np.radians(60))), rel=1e-3)


def test_it_says_what_the_model_decided(make_job, report):
    with_model(make_job(cell=0.4, count=4), report)
    assert [event.text for event in report.events] == [
        "For m.dlpk (MaskRCNN, resnet18): metadata format RCNN_Masks, tile size 192, bands 1, 2, 3, cell size 0.5."
    ]


def test_a_folder_stands_for_its_first_raster(make_job, report, tmp_path):
    job = make_job(cell=0.4, count=4)
    folder = tmp_path / "imagery"
    folder.mkdir()
    Path(job.input_raster).rename(folder / "a.tif")
    (folder / "b.tif").write_bytes(b"opened later")
    found, _ = with_model(replace(job, input_raster=str(folder)), report)
    assert (found.bands, found.cell_size) == ((1, 2, 3), 0.5)


def test_with_a_snap_raster_the_cell_size_is_the_models(make_job, make_raster, report):
    snap = make_raster(np.ones((1, 9, 9), np.uint8), "snap.tif", Affine(0.2, 0, 500000, 0, -0.2, 6650000), UTM)
    found, _ = with_model(make_job(cell=0.4, snap_raster=snap), report)
    assert found.cell_size == 0.5 and report.warnings == []


@pytest.mark.parametrize("extract", [None, ["Purple"]])
def test_a_model_that_cannot_be_run_fills_what_it_knows(make_job, report, tmp_path, extract):
    emd = {"ModelName": "UnetClassifier", "ModelFile": "u.pth", "Classes": [{"Value": 3, "Name": "water"}], "ImageHeight": 400}
    (tmp_path / "u.emd").write_text(json.dumps({**emd, "ExtractBands": extract}))
    found, classes = with_model(replace(make_job(count=4), model=str(tmp_path / "u.emd")), report)
    assert filled(found)[:2] == ("Classified_Tiles", 400) and classes == (ClassInfo(3, "water"),)
    assert found.bands == ((1, 2, 3) if extract is None else None)
    (tmp_path / "u.emd").write_text(json.dumps({**emd, "ModelName": "CycleGAN"}))
    with pytest.raises(InvalidParameter, match=r"METADATA_FORMAT is empty, and u\.emd is a CycleGAN"):
        with_model(replace(make_job(), model=str(tmp_path / "u.emd")), report)


def test_a_stride_that_does_not_fit_the_models_tiles(make_job, report):
    with pytest.raises(InvalidParameter, match="STRIDE_X is 200 but TILE_SIZE_X is 192"):
        with_model(make_job(stride_x=200), report)
