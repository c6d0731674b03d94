"""What training starts with: the card, its options, the weights, and what of the network learns."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torchvision.ops import StochasticDepth

from core.errors import InputError, InvalidParameter
from core.jobs import TrainModel
from core.models import build, new_options
from core.models.backbones import BACKBONES, body, stem
from core.models.layers import FixedBatchNorm2d
from core.models.ssdlite import NORMALISATION
from core.packages import IMAGENET, ClassInfo, read_package, write_package
from core.training import starting

RGB = ("Red", "Green", "Blue")
SQUARES = np.full((50, 2), 20.0)


def training_data(tile=64, names=("square",), bands=RGB, dtype="uint8", space="MAP_SPACE"):
    """What a card is made from."""
    return SimpleNamespace(
        classes=[ClassInfo(value, name) for value, name in enumerate(names, 1)], source_bands=tuple(range(len(bands))),
        band_names=bands, dtype=np.dtype(dtype), nodata=None, tile_size=(tile, tile), cell_size=(0.5, 0.5), crs_wkt=None,
        image_space=space,
    )  # fmt: skip


def statistics(bands=3):
    return {"min": (0.0,) * bands, "max": (255.0,) * bands, "mean": (90.0,) * bands, "std": (40.0,) * bands}


@pytest.fixture
def make_job():
    return lambda **values: TrainModel.from_values({"input": ".", "output": "o", **values})


@pytest.fixture
def start(make_job, make_log):
    """Return the card that a job gives, and its log."""

    def make(sides=SQUARES, package=None, data=None, **values):
        job, log, data = make_job(**values), make_log(), data or training_data()
        kind = package.card.model_type if package else job.model_type
        card = starting.new_card(job, kind, package, data, np.asarray(sides), statistics(len(data.band_names)), log)
        return card, log

    return make


@pytest.fixture
def package(tmp_path, new_card):
    """Write a package; keywords replace fields of the card."""

    def make(kind="FasterRCNN", given=None, **fields):
        options = new_options(
            kind, "mobilenet_v2", {**({"pyramid_channels": 32} if kind == "FasterRCNN" else {}), **(given or {})}
        )
        card = new_card(kind, **{"options": {} if fields.get("layout") == "esri" else options, **fields})
        return read_package(write_package(tmp_path / "package", "m", card, build(card).state_dict()))

    return make


def test_anchors_are_fitted_unless_the_user_gives_them(start):
    fitted, log = start(model_type="FasterRCNN", backbone="resnet18", backbone_weights="RANDOM")
    assert 15 < fitted.options["anchor_sizes"][0] < 26
    assert "meet 100% of the labels" in log.text
    usual, log = start(model_type="FasterRCNN", backbone="resnet18", fit_anchors=False)
    assert usual.options["anchor_sizes"] == [32, 64, 128, 256, 512]
    assert "miss 100% of the labels" in log.text and "Fit Anchors would take anchor_sizes" in log.text
    given, _ = start(model_type="FasterRCNN", backbone="resnet18", model_arguments={"anchor_sizes": "8 16 32 64 128"})
    assert given.options["anchor_sizes"] == [8, 16, 32, 64, 128]


def test_arguments_go_into_the_card_and_the_network(start):
    arguments = {"box_nms_thresh": "0.25", "rpn_nms_thresh": "0.6", "box_features": "24", "version": "2"}
    card, _ = start(model_type="FasterRCNN", backbone="mobilenet_v3_large", model_arguments=arguments)
    assert card.options["box_nms_thresh"] == 0.25
    network = build(card)
    assert (network.roi_heads.nms_thresh, network.rpn.nms_thresh) == (0.25, 0.6)
    assert network.roi_heads.box_head[5].out_features == 24


@pytest.mark.parametrize(
    ("model_type", "values", "source"),
    [
        ("SSDlite", {}, True),
        ("SSDlite", {"backbone_weights": "IMAGENET"}, False),
        ("SSDlite", {"backbone": "mobilenet_v2"}, None),
    ],
)
def test_ssdlite_follows_the_weights_it_starts_from(start, model_type, values, source):
    card, _ = start(model_type=model_type, **values)
    assert card.options.get("reduced_tail") is source
    assert card.normalisation == (NORMALISATION if source else IMAGENET)


@pytest.mark.parametrize(("kind", "tile", "least"), [("FasterRCNN", 31, 32), ("FCOS", 16, 32), ("SSDlite", 63, 64)])
def test_chips_smaller_than_the_network_takes_are_refused(start, kind, tile, least):
    with pytest.raises(InputError, match=f"The chips are {tile} pixels wide; {kind} needs {least} at least"):
        start(model_type=kind, data=training_data(tile))
    with pytest.raises(InputError, match="The chips are 20 pixels wide") as caught:
        start(model_type=kind, data=training_data(256), chip_size=20)
    assert "Chip Size" in caught.value.hint


def test_anchors_that_miss_many_labels_warn_with_numbers_and_advice(start, package):
    old = package(classes=(ClassInfo(1, "square"),))
    sides = np.concatenate([np.full((80, 2), 50.0), np.full((20, 2), 7.0)])
    card, log = start(sides, package=old)
    assert card.options == old.card.options
    assert "miss 20% of the labels" in log.text
    assert "7 to 50 pixels wide" in log.text
    assert "give these as Model Arguments to a pre-trained model" in log.text
    changed, log = start(sides, package=old, model_arguments={"anchor_sizes": "7 14 28 56 112"})
    assert changed.options["anchor_sizes"] == [7, 14, 28, 56, 112]
    assert "miss" not in log.text


def test_points_that_stand_too_far_apart_warn(start):
    _, log = start(np.full((9, 2), 5.0), model_type="FCOS", backbone="resnet18")
    assert "100% of the labels are narrower than 8 pixels" in log.text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"pyramid_channels": "64"}, "pyramid_channels cannot be 64 with this pre-trained model, whose weights are for 32"),
        ({"version": "2"}, "version cannot be 2 with this pre-trained model"),
        ({"aspect_ratios": "1 2"}, "aspect_ratios cannot be .* whose weights are for 3 values"),
        ({"mask_channels": "64"}, "FasterRCNN knows no 'mask_channels'"),
    ],
)
def test_arguments_that_a_package_cannot_take_are_named(start, package, arguments, text):
    with pytest.raises(InvalidParameter, match=text):
        start(package=package(), model_arguments=arguments)


def test_arguments_must_fit_what_a_package_has(start, package):
    old = package(given={"rpn_fg_iou_thresh": 0.5, "rpn_bg_iou_thresh": 0.1})
    assert start(package=old, model_arguments={"rpn_fg_iou_thresh": "0.2"})[0].options["rpn_fg_iou_thresh"] == 0.2
    with pytest.raises(InvalidParameter, match=r"rpn_bg_iou_thresh is 0.6, more than rpn_fg_iou_thresh, 0.5"):
        start(package=old, model_arguments={"rpn_bg_iou_thresh": "0.6"})


def test_arguments_that_a_package_can_take_replace_its_own(start, package):
    given = {"box_score_thresh": "0.2", "aspect_ratios": "0.4 1 2.5", "pyramid_channels": "32"}
    card, _ = start(package=package(), model_arguments=given)
    assert (card.options["box_score_thresh"], card.options["aspect_ratios"]) == (0.2, [0.4, 1, 2.5])


@pytest.mark.parametrize(
    ("kind", "arguments", "text"),
    [
        ("MaskRCNN", {"anchor_sizes": "1 2 3 4 5"}, "anchor_sizes cannot be changed in a MaskRCNN of ArcGIS"),
        ("FasterRCNN", {"box_nms_thresh": "0.3"}, "box_nms_thresh cannot be changed .* ArcGIS sets it itself"),
    ],
)
def test_arguments_that_arcgis_has_not_are_refused(start, kind, arguments, text):
    with pytest.raises(InvalidParameter, match=text) as caught:
        start(model_type=kind, backbone="resnet18", arcgis_compatible=True, model_arguments=arguments)
    assert "rpn_nms_thresh" in caught.value.hint


def test_arguments_that_arcgis_has_become_its_keywords(start, package):
    arguments = {"rpn_nms_thresh": "0.6", "box_detections_per_img": "250"}
    values = {"model_type": "MaskRCNN", "backbone": "resnet18", "arcgis_compatible": True}
    card, _ = start(**values, model_arguments=arguments)
    assert card.options == {"keywords": {"rpn_nms_thresh": 0.6, "box_detections_per_img": 250}}
    assert build(card).rpn.nms_thresh == 0.6
    assert start(**values)[0].options == {}
    old = package("FasterRCNN", layout="esri", backbone="resnet18", options={"keywords": {"rpn_nms_thresh": 0.8}})
    tuned, _ = start(package=old, model_arguments={"rpn_fg_iou_thresh": "0.6"})
    assert tuned.options["keywords"] == {"rpn_nms_thresh": 0.8, "rpn_fg_iou_thresh": 0.6}


def test_a_retinanet_of_arcgis_takes_as_many_anchors_as_it_has(start, package):
    old = package("RetinaNet", layout="esri", backbone="resnet18")
    card, _ = start(package=old, model_arguments={"scales": "1 0.7 0.5"})
    assert card.options["scales"] == [1, 0.7, 0.5]
    for arguments, text in (({"scales": "1 0.5"}, "scales"), ({"nms_thresh": "0.3"}, "nms_thresh")):
        with pytest.raises(InvalidParameter, match=f"{text} cannot be so in a RetinaNet of ArcGIS"):
            start(package=old, model_arguments=arguments)


def test_other_classes_and_bands_of_a_package_are_told_and_made_to_fit(start, package, make_job, make_log):
    for kind in ("FasterRCNN", "RetinaNet", "FCOS"):
        old = package(kind)
        data = training_data(names=("square", "b"), bands=("Blue", "Green", "Red", "Infrared"))
        card, log = start(package=old, data=data)
        network = starting.new_network(make_job(weight_init_scheme="RED_BAND"), card, old, log)
        state = old.state_dict()
        first = network.state_dict()["backbone.body.0.0.weight"]
        assert torch.allclose(first[:, 2:], state["backbone.body.0.0.weight"][:, :1].expand(-1, 2, -1, -1) * 3 / 4)
        assert "The classes change from square to square, b" in log.text and "The bands change" in log.text
        same = {name for name, value in network.state_dict().items() if value.shape == state[name].shape}
        assert 0 < len(state) - len(same) < 8
        assert len(network.eval()([torch.rand(4, 64, 64)])) == 1


def test_a_package_keeps_the_normalisation_of_its_weights(start, package):
    old = package("SSDlite", normalisation=NORMALISATION)
    assert start(package=old)[0].normalisation == NORMALISATION
    assert start(package=old, data=training_data(dtype="uint16"))[0].normalisation.kind == "statistics"


@pytest.mark.parametrize("weights", ["RANDOM", "AUTO"])
@pytest.mark.parametrize("name", ["mobilenet_v2", "convnext_tiny"])
def test_what_of_the_backbone_learns(start, make_job, make_log, tmp_path, name, weights):
    torch.save(BACKBONES[name].make(weights=None).state_dict(), tmp_path / "w.pth")
    file = {} if weights == "RANDOM" else {"weights_file": str(tmp_path / "w.pth")}
    values = {"model_type": "FasterRCNN", "backbone": name, "backbone_weights": weights, **file}
    card, log = start(**values)
    network = starting.new_network(make_job(**values), card, None, log)
    outside = set(network.parameters()) - set(body(network).parameters())
    early = {weight for layer in stem(network, name) for weight in layer.parameters()}
    fixed = {weight for layer in network.modules() if isinstance(layer, FixedBatchNorm2d) for weight in layer.parameters()}
    starting.freeze(network, card, make_job(**values), None)
    learning = {weight for weight in network.parameters() if weight.requires_grad}
    assert learning == set(network.parameters()) - (set() if weights == "RANDOM" else early | fixed)
    if weights == "RANDOM":
        with pytest.raises(InvalidParameter, match="FREEZE would keep a backbone of random weights"):
            starting.freeze(network, card, make_job(**values, freeze=True), None)
        return
    depth = [layer for layer in network.modules() if isinstance(layer, StochasticDepth)]
    usual = [layer.p for layer in depth]
    job = make_job(**values, freeze=True)
    starting.freeze(network, card, job, None)
    assert {weight for weight in network.parameters() if weight.requires_grad} == outside - fixed
    assert not any(layer.p for layer in depth)
    starting.unfreeze(network, card, job, None)
    assert {weight for weight in network.parameters() if weight.requires_grad} == learning
    assert [layer.p for layer in depth] == usual
    starting.unfreeze(network, replace(card, normalisation=replace(IMAGENET, kind="statistics")), job, None)
    assert {weight for weight in network.parameters() if weight.requires_grad} == learning | (early - fixed)


def test_the_same_seed_starts_from_the_same_weights(start, make_job, make_log):
    values = {"model_type": "FCOS", "backbone": "mobilenet_v2", "backbone_weights": "RANDOM"}
    card, log = start(**values)
    one, other = (starting.new_network(make_job(**values, seed=5), card, None, log).state_dict() for _ in range(2))
    assert all(torch.equal(value, other[name]) for name, value in one.items())
