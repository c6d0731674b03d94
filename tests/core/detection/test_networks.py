"""Every network of Kestrel's own, from its package to objects on the map and to the page about it."""

from pathlib import Path

import pytest
import shapely
import torch

from core.detection.detect import run
from core.jobs import DetectObjects, ModelInformation
from core.model_information import run as describe
from core.models import MODELS, build, new_options
from core.packages import read_package, write_package
from core.vectors import read_features
from tests.core.detection.conftest import PLACE, RGB
from tests.core.detection.scenes import TRUCK, card, draw

SMALL = {
    "MaskRCNN": {"box_features": 16, "box_detections_per_img": 60},
    "FasterRCNN": {"box_features": 16, "version": 2},
}


@pytest.fixture(params=list(MODELS))
def package(request, tmp_path):
    """A package with random weights that finds something everywhere, more or less sure."""
    torch.manual_seed(3)
    kind, name = request.param, "mobilenet_v3_large"
    options = new_options(kind, name, SMALL.get(kind))
    facts = card(model_type=kind, backbone=name, options=options, **RGB)
    network = build(facts)
    for key, values in network.named_parameters():
        if key.endswith(("cls_logits.bias", "mask_fcn_logits.bias")):
            values.data.fill_(3.0 if "mask" in key else 0.0)
        elif key.endswith(("cls_score.weight", "bbox_pred.weight")) and "roi_heads" in key:
            values.data.mul_(20)
        elif values.ndim == 4 and (kind == "SSDlite" or key.startswith("head.")):
            torch.nn.init.kaiming_normal_(values)
    return write_package(tmp_path / "model", "model", facts, network.state_dict())


def test_its_objects_lie_on_the_map(package, report, tmp_path):
    scene = draw(tmp_path / "scene.tif", [shapely.box(20, 30, 80, 60)], [TRUCK], 150, 130, PLACE, "EPSG:32645", bands=3)
    values = {"input": scene, "model": str(package), "output": str(tmp_path / "found.gpkg"), "processor": "CPU"}
    outputs = run(DetectObjects(**values, threshold=0.1, batch_size=2), report)
    found = read_features(values["output"])
    assert outputs == {"COUNT": len(found)} and len(found) > 0
    assert set(found.fields["Class"]) <= {"car", "truck"}
    assert (found.fields["Confidence"] >= 10).all()
    assert shapely.covered_by(found.geometries, shapely.box(600000, 3099935, 600075, 3100000).buffer(0.01)).all()


def test_its_page_says_what_it_is(package, report, tmp_path):
    outputs = describe(ModelInformation(model=str(package), output_report=str(tmp_path / "page.html")), report)
    kind = read_package(package).card.model_type
    assert (outputs["MODEL_TYPE"], outputs["CAN_DETECT"], outputs["CAN_FINE_TUNE"]) == (kind, 1, 1)
    assert outputs["METADATA_FORMAT"] == ("RCNN_Masks" if kind == "MaskRCNN" else "PASCAL_VOC_rectangles")
    text = Path(outputs["OUTPUT_REPORT"]).read_text(encoding="utf-8")
    assert "with mobilenet_v3_large" in text and "finds objects with" in text
