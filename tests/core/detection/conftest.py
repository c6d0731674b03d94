"""What the tests of the job share: packages, a scene, an exact network in the place of a package's."""

import pytest
import shapely
import torch
from affine import Affine

from core.detection.detect import run
from core.jobs import DetectObjects
from core.models import build
from core.packages import write_package
from core.vectors import read_features
from tests.core.detection.scenes import TRUCK, Finder, card, draw

PLACE = Affine(0.5, 0, 600000, 0, -0.5, 3100000)
RGB = {"bands": (0, 1, 2), "band_names": ("Red", "Green", "Blue")}
OPTIONS = {
    "anchor_sizes": [8.0, 16.0, 32.0, 64.0, 128.0], "aspect_ratios": [0.5, 1.0, 2.0], "strides": [4, 8, 16, 32, 64],
    "pyramid_channels": 16, "box_features": 16, "mask_channels": 16, "proposals_before_nms": 50, "proposals": 20,
    "box_samples": 16, "max_detections": 10, "box_nms": 0.5, "min_score": 0.05, "resize": "none",
}  # fmt: skip


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Real networks with random weights: small, and sure of nothing."""
    made = {}
    for model_type in ("MaskRCNN", "FasterRCNN"):
        torch.manual_seed(3)
        facts = card(model_type=model_type, backbone="mobilenet_v2", options=OPTIONS, **RGB)
        network = build(facts)
        if model_type == "MaskRCNN":
            network.roi_heads.mask_predictor.mask_fcn_logits.bias.data.fill_(3)  # so that its masks are not empty
        folder = tmp_path_factory.mktemp(model_type)
        made[model_type] = str(write_package(folder, "model", facts, network.state_dict()))
    return made


@pytest.fixture
def exact(monkeypatch):
    """Put the exact network in the place of the package's."""
    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Finder())


@pytest.fixture
def boxes(monkeypatch):
    """Put an exact network that gives boxes in the place of the package's."""
    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Finder(masks=False))


@pytest.fixture
def scene(tmp_path):
    polygons = [shapely.box(20, 30, 80, 60), shapely.box(50, 35, 240, 55), shapely.box(200, 150, 230, 190)]
    return draw(tmp_path / "scene.tif", polygons, [100, 120, TRUCK], 260, 200, PLACE, "EPSG:32645", bands=3)


@pytest.fixture
def detect(report, tmp_path):
    """Run the job and read what it wrote."""

    def call(raster, package, **values):
        facts = {"input": raster, "model": package, "output": str(tmp_path / "found.gpkg"), "processor": "CPU", "resume": False}
        job = DetectObjects.from_values({**facts, **values})
        job.check()
        outputs = run(job, report)
        return outputs, read_features(job.output)

    return call
