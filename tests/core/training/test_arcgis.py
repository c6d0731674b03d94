"""Models that ArcGIS can run: trained from the start, and ArcGIS's own trained further."""

import json
import zipfile

import pytest
import torch
from torch import nn

from core.errors import InvalidParameter
from core.models import build, load
from core.models.layers import LearningBatchNorm2d
from core.packages import IMAGENET, ClassInfo, ModelCard, read_package, write_package
from core.training import starting


@pytest.fixture(scope="session")
def compatible(tmp_path_factory, trainer):
    """A FasterRCNN with resnet18 as ArcGIS builds it, trained for one epoch: its outputs and its log."""
    folder = tmp_path_factory.mktemp("compatible")
    return trainer(folder, backbone="resnet18", arcgis_compatible=True, epochs=1)


def test_a_compatible_model_has_all_that_arcgis_opens(compatible):
    outputs, log = compatible
    card = read_package(outputs["MODEL"]).card
    assert (card.layout, card.origin, card.backbone) == ("esri", "kestrel", "resnet18")
    with zipfile.ZipFile(outputs["MODEL"]) as archive:
        emd = json.loads(archive.read("model.emd"))
        assert "ModelConfiguration.py" in archive.namelist()
        page = archive.read("model_metrics.html").decode()
    assert emd["ModelName"] == "FasterRCNN"
    assert emd["ModelParameters"] == {"backbone": "resnet18", "backend": "pytorch"}
    assert emd["Kestrel"]["training"]["log"][0]["number"] == 1
    assert emd["Kestrel"]["value_range"] == [list(pair) for pair in card.value_range] and len(card.value_range) == 3
    for text in (page, log.text):
        assert "ArcGIS Pro can open this package" in text


def test_its_weights_have_esris_names(compatible, shared_data):
    own = read_package(compatible[0]["MODEL"]).state_dict()
    theirs = read_package(shared_data / "esri-models" / "fasterrcnn.dlpk").state_dict()
    assert own.keys() == theirs.keys()
    differing = {key for key in own if own[key].shape != theirs[key].shape or own[key].dtype != theirs[key].dtype}
    assert differing == {f"roi_heads.box_predictor.{part}" for part in (
        "cls_score.weight", "cls_score.bias", "bbox_pred.weight", "bbox_pred.bias",
    )}  # fmt: skip  # one class here, two there


def test_it_is_trained_further_and_stays_compatible(compatible, make_chips, fit):
    outputs, log = fit(make_chips(count=5), pretrained_model=compatible[0]["MODEL"], epochs=1)
    assert read_package(outputs["MODEL"]).card.layout == "esri"
    assert "FasterRCNN with resnet18, 1 classes, built as ArcGIS builds it" in log.text
    assert "the last layers start anew" not in log.text


def test_a_package_of_kestrels_own_says_that_arcgis_cannot_run_it(trained):
    outputs, log = trained
    with zipfile.ZipFile(outputs["MODEL"]) as archive:
        page = archive.read("model_metrics.html").decode()
    for text in (page, log.text):
        assert "ArcGIS Pro cannot open this package, because" in text


@pytest.fixture
def esri_package(tmp_path):
    """Make a package as ArcGIS has them, with weights of its own."""

    def make(kind="FasterRCNN", **fields):
        torch.manual_seed(3)
        values = {
            "classes": (ClassInfo(10, "square"),), "bands": (0, 1, 2), "band_names": ("Red", "Green", "Blue"),
            "dtype": "uint8", "tile_size": 64, "normalisation": IMAGENET, "layout": "esri", "origin": "esri",
        }  # fmt: skip
        card = ModelCard(model_type=kind, backbone="resnet18", **{**values, **fields})
        path = write_package(tmp_path / "esri", "m", card, build(card).state_dict())
        emd = json.loads((tmp_path / "esri" / "m.emd").read_bytes())
        del emd["Kestrel"]
        path.with_suffix(".emd").write_text(json.dumps(emd))
        return path.with_suffix(".emd")

    return make


def test_a_mask_rcnn_of_arcgis_learns_other_classes(esri_package, make_chips, fit):
    path = esri_package("MaskRCNN")
    before = read_package(path).state_dict()
    chips = make_chips(metadata="RCNN_Masks", names=("a", "b"), count=5)
    outputs, log = fit(chips, pretrained_model=str(path), epochs=1, learning_rate=1e-4)
    assert "The classes change from square to a, b: the last layers start anew." in log.text
    package = read_package(outputs["MODEL"])
    after = package.state_dict()
    assert (package.card.layout, package.card.model_type, len(package.card.classes)) == ("esri", "MaskRCNN", 2)
    assert after["roi_heads.mask_predictor.mask_fcn_logits.weight"].shape[0] == 3
    assert torch.equal(after["backbone.0.weight"], before["backbone.0.weight"])  # the stem of a photograph's network stays
    assert not torch.equal(after["backbone.7.0.conv1.weight"], before["backbone.7.0.conv1.weight"])
    for name in ("running_mean", "weight"):  # normalisation stays as it was trained
        assert torch.equal(after[f"backbone.7.0.bn1.{name}"], before[f"backbone.7.0.bn1.{name}"])
    with torch.no_grad():
        found = load(package, "cpu")([torch.rand(3, 64, 64)])[0]
    assert found["masks"].shape[1:] == (1, 64, 64)


def test_other_bands_get_a_first_layer_of_their_own(esri_package, make_chips, fit):
    path = esri_package()
    before = read_package(path).state_dict()["backbone.0.weight"]
    chips = make_chips(bands=("Red", "Green", "Blue", "Infrared"), count=4)
    outputs, log = fit(chips, pretrained_model=str(path), epochs=1, learning_rate=1e-9)
    assert "The bands change from Red, Green, Blue to Red, Green, Blue, Infrared" in log.text
    package = read_package(outputs["MODEL"])
    after = package.state_dict()["backbone.0.weight"]
    assert torch.allclose(after[:, :3], before * 3 / 4, atol=1e-6)
    assert torch.allclose(after[:, 3], before.mean(1) * 3 / 4, atol=1e-6)
    emd = json.loads(path.parent.parent.joinpath("model", "model.emd").read_bytes())
    assert emd["IsMultispectral"] is True
    assert [len(row) for row in emd["NormalizationStats"].values()] == [4] * 8


def test_a_retinanet_of_arcgis_is_trained_further_and_stays_compatible(make_chips, fit, shared_data):
    theirs = read_package(shared_data / "esri-models" / "retinanet.dlpk")
    outputs, log = fit(make_chips(count=4), pretrained_model=str(theirs.path), epochs=1, learning_rate=1e-4)
    ours = read_package(outputs["MODEL"])
    assert (ours.card.model_type, ours.card.layout, len(ours.card.classes)) == ("RetinaNet", "esri", 1)
    before, after = theirs.state_dict(), ours.state_dict()
    assert before.keys() == after.keys()
    assert after["classifier.4.weight"].shape[0] == 9
    assert not torch.equal(before["smoothers.0.weight"], after["smoothers.0.weight"])
    assert all(torch.equal(before[name], after[name]) for name in before if name.endswith("running_mean"))
    assert "the last layers start anew" in log.text
    with zipfile.ZipFile(outputs["MODEL"]) as archive:
        emd = json.loads(archive.read("model.emd"))
    assert (emd["ModelName"], emd["ModelParameters"]["backbone"]) == ("RetinaNet", theirs.card.backbone)


def test_a_network_of_kestrels_does_not_become_compatible(trained, make_chips, fit, tmp_path):
    with pytest.raises(
        InvalidParameter, match=r"ARCGIS_COMPATIBLE does not fit model\.dlpk: its network is built in Kestrel's"
    ):
        fit(make_chips(count=4), pretrained_model=trained[0]["MODEL"], arcgis_compatible=True)
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("weights", ["RANDOM", "AUTO"])
def test_published_weights_fill_esris_network(new_card, tmp_path, make_log, weights):
    """Those are names of torchvision's classifier; here they go into numbered layers."""
    from torchvision.models import resnet18

    torch.manual_seed(0)
    published = resnet18(weights=None).state_dict()
    torch.save(published, tmp_path / "resnet18.pth")
    card = new_card("FasterRCNN", layout="esri", backbone="resnet18", options={})
    file = {} if weights == "RANDOM" else {"weights_file": str(tmp_path / "resnet18.pth")}
    job = starting.TrainModel(
        input=".", output="o", backbone="resnet18", backbone_weights=weights, arcgis_compatible=True, **file
    )
    network = starting.new_network(job, card, None, make_log())
    state = network.state_dict()
    same = torch.equal(state["backbone.7.1.conv2.weight"], published["layer4.1.conv2.weight"])
    assert same == (weights == "AUTO")
    assert torch.equal(state["backbone.0.weight"], published["conv1.weight"]) == same
    learning = [isinstance(layer, LearningBatchNorm2d) for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert all(learning) if weights == "RANDOM" else not any(learning)
    starting.freeze(network, card, job, None)
    frozen = {key for key, value in network.backbone.named_parameters() if "conv" in key and not value.requires_grad}
    assert frozen == ({f"4.{block}.conv{n}.weight" for block in (0, 1) for n in (1, 2)} if same else set())


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_mobilenet_is_nothing_that_arcgis_runs(tmp_path, kind):
    values = {"input": str(tmp_path), "output": "o", "arcgis_compatible": True, "model_type": kind}
    with pytest.raises(InvalidParameter, match=f"ArcGIS cannot run a {kind} with mobilenet_v2") as caught:
        starting.TrainModel.from_values({**values, "backbone": "mobilenet_v2"}).check()
    assert caught.value.hint == "Set Backbone Model to resnet18, resnet34 or resnet50."
    starting.TrainModel.from_values({**values, "backbone": "resnet34"}).check()
