"""A small model on disk."""

import pytest
import torch

from core.packages import IMAGENET, ClassInfo, ModelCard, write_package


@pytest.fixture
def card():
    return ModelCard(
        model_type="FasterRCNN",
        backbone="mobilenet_v2",
        classes=(ClassInfo(1, "tree", (10, 200, 30)), ClassInfo(4, "Häuschen")),
        bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"),
        dtype="uint8",
        nodata=0.0,
        tile_size=256,
        cell_size=(0.1, 0.1),
        crs_wkt='GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]',
        normalisation=IMAGENET,
        threshold=0.42,
        metrics={"AP50": 0.61, "AP50_per_class": {"tree": 0.6, "Häuschen": 0.62}},
        training={"epochs": 3, "learning_rate": 1e-4},
        options={"anchor_sizes": [16.0, 32.0]},
    )


@pytest.fixture
def state():
    return {"layer.weight": torch.arange(6.0).reshape(2, 3), "layer.steps": torch.tensor(3)}


@pytest.fixture
def package(tmp_path, card, state):
    return write_package(tmp_path / "model", "model", card, state)
