"""What is told of a model package, to graphs and to people."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.jobs import ModelInformation
from core.model_information import run
from core.models import build
from core.packages import ClassInfo, Normalisation, write_package
from tests.core.detection.conftest import OPTIONS
from tests.core.detection.scenes import card

UTM = 'PROJCS["here",GEOGCS["g",DATUM["d",SPHEROID["s",6378137,298.25]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925]],' \
      'PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",9],UNIT["metre",1]]'  # fmt: skip
LOG = [
    {"number": 1, "training_loss": 2.0, "validation_loss": 1.9, "ap50": None, "learning_rate": 1e-3, "seconds": 3.0},
    {"number": 2, "training_loss": 1.0, "validation_loss": 1.2, "ap50": 0.5, "learning_rate": 1e-3, "seconds": 3.0},
]
FACTS = card(
    model_type="FasterRCNN", backbone="mobilenet_v2", options=OPTIONS, bands=(3, 0), band_names=("Infrared", ""),
    classes=(ClassInfo(3, "car", (255, 0, 16)), ClassInfo(7, "<b>truck</b>, large", None)), dtype="uint16",
    normalisation=Normalisation("statistics", (0.25, 0.5), (0.125, 0.75), (0.0, 7.0), (4095.0, 1234.0)), nodata=0.0,
    value_range=((0.0, 4095.0), (7.0, 1234.0)), cell_size=(0.5, 0.5), crs_wkt=UTM, threshold=0.42,
    metrics={"AP50": 0.61, "F1": 0.5, "AP50_per_class": {"car": 0.7654}, "recall_per_class": {"car": 0.3211}},
    training={"epochs": 2, "best_epoch": 2, "freeze": False, "start": "IMAGENET", "learning_rate": 1e-3, "log": LOG,
              "versions": {"PyTorch": "2.6.0"}},
    extent=(500000.0, 3000000.0, 500200.0, 3000100.0),
)  # fmt: skip


@pytest.fixture
def describe(tmp_path, report):
    """Run the job; return the outputs and the page."""

    def describe(path):
        page = tmp_path / "page.html"
        page.unlink(missing_ok=True)
        outputs = run(ModelInformation(model=str(path), output_report=str(page)), report)
        assert outputs.pop("OUTPUT_REPORT") == str(page)
        return outputs, page.read_text(encoding="utf-8")

    return describe


@pytest.fixture
def package(tmp_path):
    torch.manual_seed(1)
    return write_package(tmp_path / "model", "m", FACTS, build(FACTS).state_dict())


def test_every_output_is_declared_and_told(describe, package):
    outputs, _ = describe(package)
    parameters = outputs.pop("PARAMETERS")
    assert parameters == sum(weight.numel() for weight in build(FACTS).parameters()) > 100_000
    assert outputs == {
        "MODEL_TYPE": "FasterRCNN", "BACKBONE": "mobilenet_v2", "TILE_SIZE": 128, "CELL_SIZE": 0.5, "CELL_SIZE_UNIT": "metre",
        "CELL_SIZE_CRS": "here", "BANDS": "4,1", "BAND_NAMES": "Infrared,", "PIXEL_TYPE": "uint16",
        "CLASS_NAMES": 'car,"<b>truck</b>, large"', "CLASS_VALUES": "3,7", "METADATA_FORMAT": "PASCAL_VOC_rectangles",
        "STRIDE": 64, "PADDING": 32, "THRESHOLD": 0.42, "CAN_DETECT": 1, "CAN_FINE_TUNE": 1, "FOR_ARCGIS": 0,
    }  # fmt: skip
    assert {output.name for output in ModelInformation.returns} == {*outputs, "PARAMETERS"}
    kinds = {output.name: output.kind for output in ModelInformation.returns}
    assert all((kinds[name] == "text") == isinstance(value, str) for name, value in outputs.items())


def test_the_page_for_people(describe, package):
    _, html = describe(package)
    for text in (
        "Faster R-CNN with mobilenet_v2", "m.dlpk: a model that finds objects with boxes.", "0.5 m", "0.610", "0.765", "0.321",
        "Recall", 'style="background: #ff0010"></span>car', "&lt;b&gt;truck&lt;/b&gt;, large", "Infrared", ">4095</td>",
        "can detect objects with it and train it further", "ArcGIS Pro cannot open this package", "ImageNet weights", "2.6.0",
        "that of imagery from 0.25 m to 1 m, else 0.5 m",
        "27.02° N, 14.04° E (x 500000 to 500200, y 3000000 to 3000100 in here)",
        "64 m on the ground", "Each point is one epoch", "by the statistics of the training chips", "Frozen backbone",
    ):  # fmt: skip
        assert text in html, text
    assert "<b>truck" not in html and "<script" not in html and "http" not in html.replace("http://www.w3.org", "")


def test_weights_that_do_not_fit_are_found_out(describe, package, report):
    other = replace(FACTS, classes=FACTS.classes[:1], metrics={}, training={"log": "nonsense", "versions": 3})
    path = write_package(package.parent, "other", other, build(FACTS).state_dict())
    outputs, html = describe(path)
    assert (outputs["CAN_DETECT"], outputs["CAN_FINE_TUNE"]) == (0, 0)
    assert outputs["PARAMETERS"] > 100_000
    assert "Kestrel cannot detect with it. other.dlpk: the weights do not fit" in html
    assert any("the weights do not fit" in text for text in report.warnings)


def test_weights_that_are_missing(describe, package):
    package.with_suffix(".pth").unlink()
    outputs, html = describe(package.with_suffix(".emd"))
    assert (outputs["CAN_DETECT"], outputs["PARAMETERS"], outputs["TILE_SIZE"]) == (0, 0, 128)
    assert "m.pth, missing" in html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("maskrcnn", {"METADATA_FORMAT": "RCNN_Masks", "PARAMETERS": 43_513_441, "THRESHOLD": 0.9, "CAN_FINE_TUNE": 1}),
        ("retinanet", {"METADATA_FORMAT": "PASCAL_VOC_rectangles", "CLASS_VALUES": "2,5", "CAN_FINE_TUNE": 1}),
    ],
)
def test_packages_of_esris_library(describe, shared_data, name, expected):
    outputs, html = describe(shared_data / "esri-models" / f"{name}.dlpk")
    common = {"CAN_DETECT": 1, "FOR_ARCGIS": 1, "CELL_SIZE": 0.25, "CELL_SIZE_CRS": "EPSG:32632", "TILE_SIZE": 128}
    assert outputs.items() >= {**common, **expected}.items()
    assert "arcgis.learn 2.4.1.3" in html and "32 m on the ground" in html


def test_a_kind_that_cannot_be_run_is_described(describe, shared_data, report):
    outputs, html = describe(shared_data / "esri-exports" / "drone-metadata" / "trained_unet.emd")
    assert outputs.items() >= {
        "MODEL_TYPE": "UnetClassifier", "METADATA_FORMAT": "Classified_Tiles", "TILE_SIZE": 400, "STRIDE": 200,
        "CAN_DETECT": 0, "CAN_FINE_TUNE": 0, "FOR_ARCGIS": 0, "CELL_SIZE": 0.0, "CELL_SIZE_UNIT": "",
    }.items()  # fmt: skip
    for text in ("U-Net with resnet34", "the class of each pixel", "UnetClassifier", "0.954", "0.967", "30e.pth, missing"):
        assert text in html
    assert "Padding" not in html


def test_a_description_that_says_almost_nothing(describe, tmp_path):
    (tmp_path / "strange.emd").write_text(json.dumps({"ModelFile": "x.pb", "ModelType": "ObjectDetection", "Classes": 3}))
    (tmp_path / "x.pb").write_bytes(b"\x08\x01 a graph")
    outputs, html = describe(tmp_path / "strange.emd")
    assert (outputs["MODEL_TYPE"], outputs["CLASS_NAMES"], outputs["BANDS"], outputs["TILE_SIZE"]) == ("unknown", "", "", 0)
    assert "names no classes" in html and "Its bands are not known" in html and "not of PyTorch (.pb)" in html


def test_what_is_no_package_leaves_no_page(describe, tmp_path):
    (tmp_path / "junk.dlpk").write_bytes(np.random.default_rng(1).bytes(1000))
    with pytest.raises(ModelError, match=r"junk\.dlpk is not a whole"):
        describe(tmp_path / "junk.dlpk")
    assert not (tmp_path / "page.html").exists()
