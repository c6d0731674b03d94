"""All networks: what goes in, what comes out, in training, in evaluation and in half precision."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torchvision.ops import StochasticDepth

from core.errors import ModelError
from core.models import MODELS, build, load, losses_and_detections
from core.models.backbones import BACKBONES, STRIDES, body, build_backbone, first_convolution, stem
from core.models.layers import FixedBatchNorm2d, LearningBatchNorm2d
from core.packages import read_package, write_package

NETWORKS = [(kind, version) for kind in MODELS for version in (1, 2) if version == 1 or kind not in ("FCOS", "SSDlite")]
EMPTY = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64), "masks": torch.zeros(0, 64, 64)}
FULL = {
    "boxes": torch.tensor([[5.0, 5, 30, 30], [20, 8, 60, 50]]),
    "labels": torch.tensor([1, 2]),
    "masks": torch.ones(2, 64, 64),
}


@pytest.fixture
def make(new_card):
    """Build a network of a kind and version with few detections; keywords are those of the card."""

    def build_it(kind, version=1, fixed_norm=True, fixed_heads=None, **fields):
        return build(new_card(kind, arguments=arguments(kind, version), **fields), fixed_norm, fixed_heads)

    return build_it


def arguments(kind, version):
    """Return arguments of a small network that finds much."""
    values = {"version": version} if (kind, 2) in NETWORKS else {}
    if kind.endswith("RCNN"):
        return {**values, "box_features": 32, "rpn_post_nms_top_n_test": 50, "box_detections_per_img": 20}
    return {**values, "detections_per_img": 20, "score_thresh": 0.001}


@pytest.mark.parametrize("name", list(BACKBONES))
@pytest.mark.parametrize("size", [(128, 192), (99, 64)])
def test_every_backbone_gives_five_levels_at_their_strides(name, size):
    with torch.no_grad(), torch.device("meta"):
        levels = build_backbone(name, 2, 32).eval()(torch.zeros(1, 2, *size)).values()
    grids = [tuple(level.shape[2:]) for level in levels]
    assert all(level.shape[:2] == (1, 32) for level in levels)
    for stride, grid in zip(STRIDES, grids, strict=True):
        assert all(side // stride <= cells <= -(-side // stride) for cells, side in zip(grid, size, strict=True)), (
            stride,
            grid,
        )


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_backbone_starts_at_stride_8_too(name):
    with torch.no_grad(), torch.device("meta"):
        levels = list(build_backbone(name, 3, 32, first_level=1).eval()(torch.zeros(1, 3, 128, 128)).values())
    assert [level.shape[-1] for level in levels] == [16, 8, 4, 2]


@pytest.mark.parametrize("name", list(BACKBONES))
def test_the_part_that_was_a_classifier_is_known(new_card, name):
    with torch.device("meta"):
        network = build(new_card("FasterRCNN", name, bands=(0, 1, 2, 3), band_names=("",) * 4))
    assert first_convolution(network).startswith("backbone.body.")
    assert network.state_dict()[first_convolution(network)].shape[1] == 4
    own = set(body(network).parameters())
    early = {weight for layer in stem(network, name) for weight in layer.parameters()}
    assert early and early < own < set(network.parameters())


def test_swin_and_convnext_run_with_a_normalised_map_at_each_level(new_card):
    for name in ("swin_t", "convnext_tiny"):
        network = build(new_card("FasterRCNN", name)).train()
        with torch.no_grad():
            maps = network.backbone.body(torch.rand(1, 3, 64, 96))
        assert [tuple(level.shape) for level in maps.values()] == [(1, 96 * 2**i, 16 >> i, 24 >> i) for i in range(4)]
        for level in maps.values():
            assert level.mean(1).abs().max() < 1e-3
            assert level.std(1).mean() == pytest.approx(1, abs=0.1)
        assert any(isinstance(layer, StochasticDepth) for layer in network.modules())


@pytest.mark.parametrize(("kind", "version"), NETWORKS)
def test_images_keep_their_size_and_the_results_their_form(make, kind, version):
    network = make(kind, version).eval()
    images = [torch.rand(3, 50, 70), torch.rand(3, 64, 33)]
    with torch.no_grad():
        results = network(images)
    batch, _ = network.transform(images)
    assert batch.tensors.shape == (2, 3, 64, 96)
    assert batch.image_sizes == [(50, 70), (64, 33)]
    for image, result in zip(images, results, strict=True):
        height, width = image.shape[-2:]
        count = len(result["scores"])
        assert 0 < count <= 20
        assert result["boxes"].shape == (count, 4)
        assert (result["boxes"] >= 0).all()
        assert (result["boxes"] <= torch.tensor([width, height, width, height])).all()
        assert set(result["labels"].tolist()) <= {1, 2}
        assert (result["scores"].diff() <= 0).all()
        assert ("masks" in result) == (kind == "MaskRCNN") == MODELS[kind].MASKS
        if kind == "MaskRCNN":
            assert result["masks"].shape == (count, 1, height, width)
            assert 0 <= result["masks"].min() <= result["masks"].max() <= 1


@pytest.mark.parametrize(("kind", "version"), NETWORKS)
@pytest.mark.parametrize("objects", [(EMPTY, EMPTY), (FULL, EMPTY), (FULL,), (EMPTY,)], ids=["none", "some", "all", "one chip"])
def test_chips_with_and_without_objects_give_losses(make, kind, version, objects):
    """Also a single one, whose coarsest map is one cell, with normalisation that learns."""
    network = make(kind, version, fixed_norm=False).train()
    losses = network([torch.rand(3, 64, 64)] * len(objects), list(objects))
    sum(losses.values()).backward()
    scores = network.rpn.head if hasattr(network, "rpn") else network.head.classification_head
    gradients = [weight.grad for weight in scores.parameters() if weight.grad is not None]
    assert gradients and all(torch.isfinite(gradient).all() for gradient in gradients)
    assert any(gradient.abs().sum() > 0 for gradient in gradients)  # a chip without objects teaches as well
    statistics = [values for name, values in network.named_buffers() if "running" in name]
    assert all(torch.isfinite(values).all() for values in statistics)


@pytest.mark.parametrize(("kind", "version"), NETWORKS)
def test_one_pass_gives_the_loss_of_training_and_the_objects_of_evaluation(make, kind, version):
    network, passes = make(kind, version), []
    network.backbone.register_forward_hook(lambda *_: passes.append(1))
    images, targets = [torch.rand(3, 64, 64) for _ in range(2)], [FULL, EMPTY]
    before = dict(network.named_modules()).keys()
    with torch.no_grad():
        torch.manual_seed(3)
        losses, found = losses_and_detections(network, images, targets)
        assert len(passes) == 1
        assert not any(layer.training for layer in network.modules())
        assert dict(network.named_modules()).keys() == before
        expected_found = network(images)
        torch.manual_seed(3)
        expected = network.train()(images, targets)
    assert losses.keys() == expected.keys()
    for name, loss in losses.items():
        assert loss.ndim == 0
        assert loss == pytest.approx(float(expected[name]), rel=1e-4), name
    for one, other in zip(found, expected_found, strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_one_pass_leaves_the_network_whole_when_it_fails(make):
    network = make("RetinaNet")
    with pytest.raises(Exception, match="must match the size"):
        losses_and_detections(network, [torch.rand(5, 64, 64)], [FULL])
    assert not network.training
    assert len(network([torch.rand(3, 64, 64)])) == 1


@pytest.mark.parametrize(("kind", "version"), NETWORKS)
def test_boxes_keep_their_digits_in_half_precision(make, kind, version):
    """At column 700 a bfloat16 knows every fourth pixel only."""
    network = make(kind, version).eval()
    target = {**FULL, "masks": torch.ones(2, 64, 800), "boxes": FULL["boxes"] + torch.tensor([700.3, 0, 700.3, 0])}
    with torch.autocast("cpu", torch.bfloat16):
        with torch.no_grad():
            found = network([torch.rand(3, 64, 800)])[0]["boxes"]
        losses = network.train()([torch.rand(3, 64, 800)], [target])
        sum(losses.values()).backward()
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert found.dtype == torch.float32
    assert (found != found.bfloat16().float()).float().mean() > 0.2


@pytest.mark.parametrize("kind", ["FasterRCNN", "RetinaNet", "FCOS", "SSDlite"])
def test_anchors_stand_where_they_stand_in_single_precision(make, kind):
    network, seen = make(kind).eval(), []
    generator = network.rpn.anchor_generator if hasattr(network, "rpn") else network.anchor_generator
    generator.register_forward_hook(lambda layer, inputs, anchors: seen.append(anchors[0]))
    image = torch.rand(3, 64, 800)
    with torch.no_grad():
        for enabled in (False, True, False):
            with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
                network([image])
    assert seen[0].dtype == torch.float32
    assert torch.equal(seen[0], seen[1]) and torch.equal(seen[0], seen[2])


def test_version_2_is_the_default_of_its_backbone(new_card):
    versions = {name: new_card("FasterRCNN", name).options["version"] for name in ("resnet50", "resnet50_v2", "swin_t")}
    assert versions == {"resnet50": 1, "resnet50_v2": 2, "swin_t": 1}


def test_heads_learn_normalisation_while_a_loaded_backbone_keeps_it(make):
    network = make("MaskRCNN", 2, fixed_norm=True, fixed_heads=False)
    inside = [layer for layer in network.backbone.body.modules() if isinstance(layer, nn.BatchNorm2d)]
    others = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d) and layer not in inside]
    assert inside and all(isinstance(layer, FixedBatchNorm2d) for layer in inside)
    assert len(others) == 8 + 4 + 4 and not any(isinstance(layer, FixedBatchNorm2d) for layer in others)


@pytest.mark.parametrize("shape", [(1, 2, 1, 1), (0, 2, 3, 3)])
def test_learning_normalisation_uses_what_it_has_where_a_batch_has_nothing(shape):
    layer = LearningBatchNorm2d(2).train()
    layer(torch.rand(4, 2, 8, 8) * 9)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    values = torch.rand(shape)
    assert torch.equal(layer(values), layer.eval()(values))
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())


def test_weights_trained_with_learning_normalisation_load_with_a_fixed_one(new_card, tmp_path):
    """What was trained from nothing is detected with the statistics that were gathered."""
    card = new_card()
    trained = build(card, fixed_norm=False).train()
    assert any(type(layer) is LearningBatchNorm2d for layer in trained.modules())
    for _ in range(2):
        trained.backbone(torch.rand(2, 3, 64, 64))
    package = read_package(write_package(tmp_path, "m", card, trained.state_dict()))
    loaded = load(package, "cpu")
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        for one, other in zip(loaded.backbone(image).values(), trained.eval().backbone(image).values(), strict=True):
            assert torch.allclose(one, other, atol=1e-5)


def test_fixed_normalisation_stays_fixed_in_training():
    layer = FixedBatchNorm2d(2).train()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    layer(torch.rand(4, 2, 8, 8) * 9)
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())
    assert not any(parameter.requires_grad for parameter in layer.parameters())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"model_type": "YOLOv3"}, "holds a model of type 'YOLOv3', which Kestrel cannot run"),
        ({"layout": "esri"}, "holds a FasterRCNN of ArcGIS with the backbone 'mobilenet_v2', which Kestrel cannot run"),
        ({"backbone": "vgg16"}, "has no backbone 'vgg16'"),
        ({"options": {}}, "has no 'anchor_sizes'"),
        (
            {"model_type": "SSDlite", "backbone": "resnet50", "options": {"anchor_sizes": [9] * 7}},
            "SSDlite cannot be built with",
        ),
    ],
)
def test_what_cannot_be_built_is_named(new_card, change, text):
    with pytest.raises(ModelError, match=text) as caught:
        build(replace(new_card(), **change))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "change", "text"),
    [
        ("FasterRCNN", {"anchor_sizes": [8.0]}, r"anchor_sizes is \[8.0\]; it must be 5 numbers"),
        ("FasterRCNN", {"box_features": "wide"}, "box_features is 'wide'; it must be a whole number"),
        ("MaskRCNN", {"rpn_bg_iou_thresh": 0.8}, "rpn_bg_iou_thresh is 0.8, more than rpn_fg_iou_thresh, 0.7"),
        ("RetinaNet", {"pyramid_channels": 40}, "pyramid_channels is 40, no multiple of 32"),
        ("SSDlite", {"topk_candidates": float("inf")}, "topk_candidates is inf"),
        ("FCOS", {"level_limits": [64, 32, 99, 100]}, "level_limits are 64 32 99 100, which do not rise"),
    ],
)
def test_damaged_options_are_named(new_card, kind, change, text):
    card = new_card(kind)
    with pytest.raises(ModelError, match=text):
        build(replace(card, options={**card.options, **change}))


def test_options_of_older_packages_build_the_same_network(new_card):
    """As Kestrel wrote them at first."""
    old = {
        "anchor_sizes": [9.0, 18.0, 36.0, 72.0, 144.0], "aspect_ratios": [0.5, 1.0, 2.0], "strides": [4, 8, 16, 32, 64],
        "pyramid_channels": 16, "box_features": 24, "mask_channels": 8, "proposals_before_nms": 70, "proposals": 60,
        "box_samples": 50, "max_detections": 40, "box_nms": 0.3, "min_score": 0.2, "resize": "none",
    }  # fmt: skip
    network = build(new_card("MaskRCNN", options=old))
    assert network.rpn.anchor_generator.sizes == ((9.0,), (18.0,), (36.0,), (72.0,), (144.0,))
    assert (network.rpn._pre_nms_top_n, network.rpn._post_nms_top_n) == (
        {"training": 70, "testing": 70}, {"training": 60, "testing": 60},
    )  # fmt: skip
    heads = network.roi_heads
    assert (heads.fg_bg_sampler.batch_size_per_image, heads.detections_per_img) == (50, 40)
    assert (heads.nms_thresh, heads.score_thresh) == (0.3, 0.2)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert shapes["backbone.fpn.inner_blocks.0.0.weight"][0] == 16
    assert shapes["roi_heads.box_head.fc7.weight"] == (24, 24)
    assert shapes["roi_heads.mask_head.0.0.weight"] == (8, 16, 3, 3)
    assert not any("bn" in name or ".1.weight" in name for name in shapes if not name.startswith("backbone.body"))


KEY = "roi_heads.box_head.fc6.weight"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({KEY: None}, f"the weights do not fit a FasterRCNN with mobilenet_v2 and 2 classes (there is no {KEY})."),
        ({KEY: torch.ones(3, 4)}, f"({KEY} has the shape (3, 4) instead of (512, 3136))."),
        ({"head.extra": torch.ones(1)}, "(the network has no head.extra)."),
        ({KEY: torch.full((512, 3136), float("nan"))}, f"values that are not finite numbers ({KEY}, 1,605,632 of 1,605,632)."),
        ({"rpn.head.cls_logits.bias": torch.tensor([0, float("inf"), 1])}, "(rpn.head.cls_logits.bias, 1 of 3)."),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(new_card, tmp_path, change, text):
    card = new_card()
    state = {**build(card).state_dict(), **change}
    state = {key: value for key, value in state.items() if value is not None}
    package = read_package(write_package(tmp_path, "m", card, state))
    with pytest.raises(ModelError) as caught:
        load(package, "cpu")
    assert caught.value.message.startswith("m.dlpk: the weights ") and caught.value.message.endswith(text)
    assert caught.value.hint
