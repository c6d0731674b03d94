from dataclasses import replace

import pytest
import torch
from torch import nn

from core.errors import ModelError
from core.models import MODELS, build, load
from core.models.backbones import BACKBONES, STRIDES, FixedBatchNorm2d, build_backbone
from core.models.rcnn import anchor_sizes, default_options
from core.packages import read_package, write_package


@pytest.mark.parametrize(
    ("median", "sizes"),
    [
        (None, [16, 32, 64, 128, 256]),
        (3, [8, 16, 32, 64, 128]),
        (38, [19, 38, 76, 152, 304]),
        (1000, [32, 64, 128, 256, 512]),
    ],
)
def test_anchors_follow_the_objects(median, sizes):
    assert anchor_sizes(median) == sizes


@pytest.mark.parametrize("name", list(BACKBONES))
def test_every_backbone_gives_five_levels_at_their_strides(name):
    with torch.no_grad():
        levels = build_backbone(name, 2, 32)(torch.zeros(1, 2, 128, 192)).values()
    assert [tuple(level.shape) for level in levels] == [(1, 32, 128 // s, 192 // s) for s in STRIDES]


@pytest.mark.parametrize("kind", list(MODELS))
def test_images_keep_their_size_and_the_results_their_form(new_card, kind):
    network = build(new_card(kind)).eval()
    images = [torch.rand(3, 50, 70), torch.rand(3, 64, 33)]
    with torch.no_grad():
        results = network(images)
    batch, _ = network.transform(images)
    assert batch.tensors.shape == (2, 3, 64, 96)
    assert batch.image_sizes == [(50, 70), (64, 33)]
    for image, result in zip(images, results, strict=True):
        height, width = image.shape[-2:]
        count = len(result["scores"])
        assert 0 < count <= 500
        assert result["boxes"].shape == (count, 4)
        assert (result["boxes"] >= 0).all()
        assert (result["boxes"] <= torch.tensor([width, height, width, height])).all()
        assert set(result["labels"].tolist()) <= {1, 2}
        assert (result["scores"].diff() <= 0).all()
        if kind == "MaskRCNN":
            assert result["masks"].shape == (count, 1, height, width)
            assert 0 <= result["masks"].min() <= result["masks"].max() <= 1


@pytest.mark.parametrize("kind", list(MODELS))
def test_a_chip_without_objects_gives_a_loss(new_card, kind):
    network = build(new_card(kind)).train()
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64), "masks": torch.zeros(0, 64, 64)}
    sum(network([torch.rand(3, 64, 64)] * 2, [empty] * 2).values()).backward()
    assert torch.isfinite(network.rpn.head.cls_logits.weight.grad).all()


def test_boxes_keep_their_digits_in_half_precision(new_card):
    """At column 700 a bfloat16 knows every fourth pixel only."""
    network = build(new_card()).eval()
    for stage in (network.rpn, network.roi_heads):
        boxes = torch.tensor([[701.3, 3.1, 733.7, 40.9]])
        decoded = stage.box_coder.decode(torch.zeros(1, 4, dtype=torch.bfloat16), [boxes])
        assert decoded.dtype == torch.float32
        assert torch.allclose(decoded.reshape(-1, 4), boxes)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        found = network([torch.rand(3, 64, 800)])[0]["boxes"]
    assert found.dtype == torch.float32
    assert (found != found.bfloat16().float()).float().mean() > 0.3


def test_weights_trained_with_learning_normalisation_load_with_a_fixed_one(new_card, tmp_path):
    """What was trained from nothing is detected with the statistics that were gathered."""
    card = new_card()
    trained = build(card, fixed_norm=False).train()
    assert any(type(layer) is nn.BatchNorm2d for layer in trained.modules())
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
        ({"options": {**default_options("resnet18", None), "anchor_sizes": [8.0]}}, "do not fit 5 pyramid levels"),
    ],
)
def test_what_cannot_be_built_is_named(new_card, change, text):
    with pytest.raises(ModelError, match=text) as caught:
        build(replace(new_card(), **change))
    assert caught.value.hint


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
