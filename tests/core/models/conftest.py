"""Cards of new models."""

import pytest
import torch

from core.models import MODELS, options
from core.packages import IMAGENET, ClassInfo, ModelCard

torch.set_num_threads(1)  # tiny networks lose more by waiting for threads than they gain, above all on a busy machine


def default_options(model_type, backbone, **given):
    """Return the options of a new network with torchvision's anchors."""
    values = {**options.defaults(model_type, backbone, given.get("version")), **given}
    return {**values, **MODELS[model_type].anchor_options(values, given, None)}


@pytest.fixture
def new_card():
    """Make a card of a new model; keywords replace its fields, and ``arguments`` its options."""

    def make(model_type="FasterRCNN", backbone=None, arguments=None, **fields):
        backbone = backbone or ("mobilenet_v3_large" if model_type == "SSDlite" else "mobilenet_v2")
        values = {
            "classes": (ClassInfo(1, "a"), ClassInfo(2, "b")),
            "bands": (0, 1, 2),
            "band_names": ("Red", "Green", "Blue"),
            "dtype": "uint8",
            "tile_size": 64,
            "normalisation": IMAGENET,
            "options": {} if fields.get("layout") == "esri" else default_options(model_type, backbone, **(arguments or {})),
        }
        return ModelCard(model_type=model_type, backbone=backbone, **{**values, **fields})

    return make


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(1)
