"""Packages of Esri's library, and some like them."""

import json
import re
from collections import OrderedDict

import pytest
import rasterio
import torch

from core.packages import read_package

KINDS = {
    "MaskRCNN": {"ModelConfiguration": "_maskrcnn_inferencing", "MaskRCNNkwargs": {}},
    "FasterRCNN": {"ModelConfiguration": "_model_extension_inferencing", "Kwargs": {}},
    "RetinaNet": {"ModelConfiguration": "_RetinaNet_Inference"},
}


@pytest.fixture
def esri_models(shared_data):
    """The packages that Esri's own library wrote, and what it found with them."""
    return shared_data / "esri-models"


@pytest.fixture
def chip(esri_models):
    """The chip that it was given: (3, 128, 128) uint8."""
    with rasterio.open(esri_models / "chip.tif") as file:
        return file.read()


@pytest.fixture
def write_esri(tmp_path):
    """Write a state dict with the definition that Esri's library would give it; keywords replace keys of the definition."""

    def write(kind, backbone, state, tile=64, names=("a", "b"), **keys):
        emd = {
            "ModelName": kind, "ModelFile": "m.pth", "ModelParameters": {"backbone": backbone, "backend": "pytorch"},
            "ImageHeight": tile, "ImageWidth": tile, "ExtractBands": [0, 1, 2], "IsMultispectral": False,
            "Classes": [{"Value": value, "Name": name, "Color": [1, 2, 3]} for value, name in enumerate(names, 1)],
            **KINDS.get(kind, {}), **keys,
        }  # fmt: skip
        torch.save(state, tmp_path / "m.pth")
        (tmp_path / "m.emd").write_text(json.dumps(emd))
        return read_package(tmp_path / "m.emd")

    return write


@pytest.fixture
def to_old_names():
    """Give weights the names that torchvision gave them before 0.13."""

    def rename(state):
        old = OrderedDict()
        for key, value in state.items():
            key = re.sub(r"(rpn\.head\.conv)\.0\.0\.", r"\1.", key)
            key = re.sub(r"(fpn\.(?:inner|layer)_blocks\.\d+)\.0\.", r"\1.", key)
            key = re.sub(r"mask_head\.(\d)\.0\.", lambda found: f"mask_head.mask_fcn{int(found[1]) + 1}.", key)
            old[key] = value
        assert set(old) - set(state)
        return old

    return rename
