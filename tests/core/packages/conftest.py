"""A small model on disk."""

import json
import zipfile

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


ESRI = {
    "Framework": "arcgis.learn.models._inferencing",
    "ModelType": "ObjectDetection",
    "ModelConfiguration": "_model_extension_inferencing",
    "ModelName": "FasterRCNN",
    "ModelFile": "model.pth",
    "ModelParameters": {"backbone": "resnet18", "backend": "pytorch"},
    "ImageHeight": 128,
    "ImageWidth": 128,
    "ExtractBands": [0, 1, 2],
    "Classes": [{"Value": 1, "Name": "tree", "Color": [10, 200, 30]}, {"Value": 4, "Name": "Häuschen", "Color": [-1, -1, -1]}],
    "MinCellSize": {"x": 0.25, "y": 0.25, "spatialReference": {"wkid": 32632, "latestWkid": 32632}},
}
"""A definition as ArcGIS writes it."""


@pytest.fixture
def esri_emd():
    """The text of :data:`ESRI`, with changes; None takes a key away."""

    def make(**changes):
        content = {key: value for key, value in {**ESRI, **changes}.items() if value is not None}
        return json.dumps(content).encode()

    return make


@pytest.fixture
def repack(package, tmp_path):
    """Write the members of the package again, changed, under another name."""

    def make(change, name="other.dlpk"):
        with zipfile.ZipFile(package) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        target = tmp_path / name
        with zipfile.ZipFile(target, "w") as archive:
            for member, content in change(members).items():
                archive.writestr(member, content)
        return target

    return make
