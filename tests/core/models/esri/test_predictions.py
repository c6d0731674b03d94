"""The networks against what Esri's own library finds with its own packages."""

import json
from collections import OrderedDict

import numpy as np
import pytest
import torch

from core.models import load, prepare
from core.packages import read_package

KINDS = {"maskrcnn": "MaskRCNN", "fasterrcnn": "FasterRCNN", "retinanet": "RetinaNet"}


def expected(esri_models, name):
    return json.loads((esri_models / f"{name}_expected.json").read_text())["raw"]


def find(package, *images):
    with torch.no_grad():
        return load(package, "cpu")([prepare(image, package.card) for image in images])


def compare(found, wanted):
    assert found["labels"].tolist() == wanted["labels"]
    assert np.abs(found["boxes"].numpy() - np.array(wanted["boxes_xyxy"])).max() < 0.01
    assert np.abs(found["scores"].numpy() - np.array(wanted["scores"])).max() < 1e-4
    if "mask_pixels" in wanted:
        assert (found["masks"] >= 0.5).sum((1, 2, 3)).tolist() == wanted["mask_pixels"]


@pytest.mark.parametrize("name", list(KINDS))
def test_the_same_is_found_as_esris_library_finds(esri_models, chip, name):
    package = read_package(esri_models / f"{name}.dlpk")
    wanted = expected(esri_models, name)
    assert (package.card.model_type, package.card.layout) == (KINDS[name], "esri")
    (found,) = find(package, chip)
    compare(found, wanted)
    # A label is the place in the list of classes, whatever their values.
    assert [package.card.classes[label - 1].name for label in found["labels"]] == wanted["class_names"]


@pytest.mark.parametrize("name", ["fasterrcnn", "retinanet"])
def test_other_tiles_of_the_batch_change_nothing(esri_models, chip, name):
    package = read_package(esri_models / f"{name}.dlpk")
    for found in find(package, chip, chip[::-1], chip)[::2]:
        compare(found, expected(esri_models, name))


def test_retinanet_keeps_tiles_of_other_sizes_apart(esri_models, chip):
    package = read_package(esri_models / "retinanet.dlpk")
    small = chip[:, 10:74, 3:99]
    together, whole = find(package, small, chip)
    compare(whole, expected(esri_models, "retinanet"))
    (alone,) = find(package, small)
    assert together["labels"].tolist() == alone["labels"].tolist()
    assert torch.allclose(together["boxes"], alone["boxes"], atol=0.01)


@pytest.mark.parametrize("form", ["with metadata", "bare, with an optimizer"])
def test_older_names_are_understood(esri_models, chip, write_esri, to_old_names, form):
    """Files of the time have the versions of the layers beside the weights, or not."""
    state = read_package(esri_models / "maskrcnn.dlpk").state_dict()
    old = to_old_names(state)
    if form == "with metadata":
        old._metadata = OrderedDict((name, {"version": 1}) for name in ("", "backbone.1", "rpn.head", "roi_heads.mask_head"))
    else:
        old = {"model": old, "opt": {"state": {}, "param_groups": [{"lr": np.float64(1e-3)}]}}
    package = write_esri("MaskRCNN", "resnet18", old, tile=128)
    compare(find(package, chip)[0], expected(esri_models, "maskrcnn"))
