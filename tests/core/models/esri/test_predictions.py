"""The networks against what Esri's own library finds with its own packages."""

import json

import numpy as np
import pytest
import rasterio
import torch

from core.models import load, prepare
from core.packages import read_package

KINDS = {"maskrcnn": "MaskRCNN", "fasterrcnn": "FasterRCNN", "retinanet": "RetinaNet"}


@pytest.fixture
def esri_models(shared_data):
    return shared_data / "esri-models"


@pytest.fixture
def chip(esri_models):
    with rasterio.open(esri_models / "chip.tif") as file:
        return file.read()


def compare(found, expected):
    assert found["labels"].tolist() == expected["labels"]
    assert np.abs(found["boxes"].numpy() - np.array(expected["boxes_xyxy"])).max() < 0.01
    assert np.abs(found["scores"].numpy() - np.array(expected["scores"])).max() < 1e-4
    if "mask_pixels" in expected:
        assert (found["masks"] >= 0.5).sum((1, 2, 3)).tolist() == expected["mask_pixels"]


@pytest.mark.parametrize("name", list(KINDS))
def test_the_same_is_found_as_esris_library_finds(esri_models, chip, name):
    package = read_package(esri_models / f"{name}.dlpk")
    expected = json.loads((esri_models / f"{name}_expected.json").read_text())["raw"]
    assert package.card.model_type == KINDS[name]
    with torch.no_grad():
        (found,) = load(package, "cpu")([prepare(chip, package.card)])
    compare(found, expected)
