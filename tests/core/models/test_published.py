"""That torchvision's published weights mean the same in Kestrel's networks as in torchvision's, and get into them."""

import hashlib
import io
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torchvision.models import detection
from torchvision.ops import FrozenBatchNorm2d

from core.errors import InvalidParameter, ModelError
from core.events import Message
from core.models import MODELS, backbones, build, published
from core.models.adapting import load_fitting
from core.models.backbones import BACKBONES, body
from core.models.published import DETECTORS, Start, choose, load_start, without_addend
from core.models.ssdlite import NORMALISATION
from core.packages import IMAGENET, ClassInfo

SIDE = {"SSDlite": 320}  # its anchors are torchvision's at this size; the others', 128 here, at any
COCO = tuple(ClassInfo(number, str(number)) for number in range(1, 91))
BUILDERS = {
    "maskrcnn_resnet50_fpn_coco": detection.maskrcnn_resnet50_fpn,
    "maskrcnn_resnet50_fpn_v2_coco": detection.maskrcnn_resnet50_fpn_v2,
    "fasterrcnn_resnet50_fpn_coco": detection.fasterrcnn_resnet50_fpn,
    "fasterrcnn_resnet50_fpn_v2_coco": detection.fasterrcnn_resnet50_fpn_v2,
    "retinanet_resnet50_fpn_coco": detection.retinanet_resnet50_fpn,
    "retinanet_resnet50_fpn_v2_coco": detection.retinanet_resnet50_fpn_v2,
    "fcos_resnet50_fpn_coco": detection.fcos_resnet50_fpn,
    "ssdlite320_mobilenet_v3_large_coco": detection.ssdlite320_mobilenet_v3_large,
}


def lively(network, side):
    """Spread the scores, which random weights leave alike, and the statistics of normalisation."""
    for name, values in network.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            values.copy_(torch.rand_like(values) * 0.2 + (0.9 if name.endswith("running_var") else -0.1))
    scores = [layer for name, layer in network.eval().named_modules() if name.endswith(("cls_logits", "cls_score"))]
    if hasattr(network, "head") and not hasattr(network.head.classification_head, "cls_logits"):
        scores = [block[1] for block in network.head.classification_head.module_list]
    hooks = {layer: layer.register_forward_hook(lambda *values: spread(hooks, *values)) for layer in scores}
    with torch.no_grad():
        network([torch.rand(3, side, side)])
    return network


def spread(hooks, layer, inputs, output):
    """Make the scores of each class vary by one about minus two, judged by the finest level."""
    hooks.pop(layer).remove()
    values = output.transpose(0, 1).flatten(1)
    mean, wide = values.mean(1), values.std(1, correction=0).clamp(min=1e-6)
    layer.weight.data.div_(wide.reshape(-1, *[1] * (layer.weight.ndim - 1)))
    layer.bias.data.sub_(mean).div_(wide).sub_(2)


def frozen(network):
    """Give a network the frozen normalisation of torchvision's first detectors, which adds nothing to the variance."""
    for module in network.backbone.body.modules():
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                other = FrozenBatchNorm2d(layer.num_features, eps=0.0)
                other.load_state_dict({k: v for k, v in layer.state_dict().items() if k != "num_batches_tracked"})
                setattr(module, name, other)
    return network


@pytest.mark.parametrize("known", DETECTORS, ids=lambda item: item.file.rpartition("-")[0])
def test_published_detectors_find_the_same_as_in_torchvision(new_card, known):
    side = SIDE.get(known.kind, 128)
    sizes = {} if known.kind == "SSDlite" else {"min_size": side, "max_size": side}
    theirs = BUILDERS[known.file.rpartition("-")[0]](weights=None, weights_backbone=None, **sizes)
    fewer(theirs)
    theirs = lively(frozen(theirs) if known.exact else theirs, side)
    card = new_card(
        known.kind,
        known.backbones[0],
        arguments={"version": known.version} if known.kind not in ("FCOS", "SSDlite") else {},
        classes=COCO,
        normalisation=NORMALISATION if known.kind == "SSDlite" else IMAGENET,
    )
    card.options["reduced_tail"] = True
    ours = build(card).eval()
    state = theirs.state_dict()
    for name in [name for name in state if name.endswith("running_mean")]:
        state.setdefault(name.replace("running_mean", "num_batches_tracked"), torch.tensor(0))
    assert load_fitting(ours, without_addend(state) if known.exact else state, ()) == []  # complete
    fewer(ours)
    image = torch.rand(3, side, side)
    with torch.no_grad():
        (wanted,), (found,) = theirs([image]), ours([image])
    foreground = wanted["labels"] > 0  # torchvision's one-stage detectors can answer the background
    wanted = {name: value[foreground] for name, value in wanted.items()}
    count = min(len(wanted["scores"]), len(found["scores"]))
    assert count > 20
    assert wanted["scores"].unique().numel() > 20
    for name in wanted:
        assert torch.allclose(found[name][:count].float(), wanted[name][:count].float(), atol=2e-3), name


def fewer(network):
    """Set what differs by choice, and spare the test's time."""
    last = getattr(network, "roi_heads", network)
    last.score_thresh, last.nms_thresh, last.detections_per_img, last.topk_candidates = 0.05, 0.5, 30, 200
    if hasattr(network, "rpn"):
        network.rpn._pre_nms_top_n = network.rpn._post_nms_top_n = {"training": 60, "testing": 60}


def said(report):
    return "\n".join(event.text for event in report.events if isinstance(event, Message))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of downloaded weights, as if all was downloaded that is put there."""
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "weights"
    folder.mkdir(parents=True)
    return folder


def save(folder, state, name="x"):
    """Write weights under a name that tells their SHA-256; return it."""
    stream = io.BytesIO()
    torch.save(state, stream)
    name = f"{name}-{hashlib.sha256(stream.getvalue()).hexdigest()[:8]}.pth"
    (folder / name).write_bytes(stream.getvalue())
    return name


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v3_large", "resnet18", "resnet50_v2", "convnext_tiny", "swin_t"])
def test_published_classifiers_go_into_the_backbone(cache, new_card, report, name):
    known = BACKBONES[name]
    state = known.make(weights=None).state_dict()
    network = build(new_card(backbone=name))
    load_start(network, Start("IMAGENET", save(cache, state)), new_card(backbone=name), "MEAN", report)
    inside = body(network).state_dict()
    prefix = f"{known.features}." if known.features and not known.last_norm else ""
    kept = {key: value for key, value in inside.items() if not key.startswith("norms.")}
    assert len(kept) > 100
    assert all(torch.equal(value, state[prefix + key]) for key, value in kept.items())
    if known.last_norm:
        assert torch.equal(inside["norms.3.weight"], state[f"{known.last_norm}.weight"])
    four = new_card(backbone=name, bands=(0, 1, 2, 3), band_names=("Red", "Green", "Blue", "Infrared"))
    wide = build(four)
    load_start(wide, Start("IMAGENET", save(cache, state)), four, "MEAN", report)
    first = body(wide).get_parameter(backbones.first_convolution(wide).removeprefix("backbone.body."))
    assert torch.allclose(first[:, 2], state[known.first_convolution][:, 2] * 3 / 4)


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v3_large"])
def test_published_classifiers_go_into_an_ssdlite(cache, new_card, report, name):
    known, card = BACKBONES[name], new_card("SSDlite", name)
    state = known.make(weights=None).state_dict()
    network = build(card).eval()
    load_start(network, Start("IMAGENET", save(cache, state)), card, "MEAN", report)
    whole = known.make(weights=None)
    whole.load_state_dict(state)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(network.backbone(image)["1"], whole.eval().features(image), atol=1e-5)
    assert len(backbones.stem(network, name)) == 4


def test_names_and_hashes_are_torchvisions():
    assert BACKBONES["resnet50"].file == "resnet50-0676ba61.pth"
    assert BACKBONES["resnet50_v2"].file == "resnet50-11ad3fa6.pth"
    assert BACKBONES["mobilenet_v2"].file == "mobilenet_v2-b0353104.pth"
    assert DETECTORS[0].file == "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"
    files = [item.file for item in (*DETECTORS, *BACKBONES.values())]
    assert len(set(files)) == len(files)
    for item in (*DETECTORS, *BACKBONES.values()):
        assert item.weights.url.startswith(published.weights.BASE_URL) and item.weights.url.endswith(item.file)


@pytest.mark.parametrize(
    ("asked", "network", "source"),
    [
        ("AUTO", ("MaskRCNN", "resnet50", 1), "COCO"),
        ("AUTO", ("MaskRCNN", "resnet50_v2", 2), "COCO"),
        ("AUTO", ("MaskRCNN", "resnet18", 1), "IMAGENET"),
        ("AUTO", ("MaskRCNN", "resnet18", 1, "esri"), "IMAGENET"),
        ("AUTO", ("MaskRCNN", "resnet50", 1, "esri"), "COCO"),
        ("IMAGENET", ("FasterRCNN", "resnet50", 1), "IMAGENET"),
        ("COCO", ("FCOS", "resnet50", 1), "COCO"),
        ("AUTO", ("SSDlite", "mobilenet_v3_large", 1), "COCO"),
        ("AUTO", ("SSDlite", "mobilenet_v2", 1), "IMAGENET"),
        ("RANDOM", ("RetinaNet", "swin_t", 2), "RANDOM"),
    ],
)
def test_what_a_network_starts_from(asked, network, source):
    assert choose(asked, None, *network).source == source


def test_a_detector_that_is_not_published_is_refused_with_what_there_is():
    with pytest.raises(InvalidParameter, match="no RetinaNet of version 2 with swin_t that was trained on COCO") as caught:
        choose("COCO", None, "RetinaNet", "swin_t", 2)
    assert "resnet50 or resnet50_v2: MaskRCNN, FasterRCNN, RetinaNet, FCOS; mobilenet_v3_large: SSDlite" in caught.value.hint


@pytest.fixture
def small(new_card):
    """Make a card of a small network that has a published detector's layers, with so many classes."""

    def make(kind="FasterRCNN", classes=2, **arguments):
        values = {"box_features": 32, "pyramid_channels": 16} if kind.endswith("RCNN") else {"pyramid_channels": 64}
        names = tuple(ClassInfo(number, str(number)) for number in range(1, classes + 1))
        return new_card(kind, "resnet18", arguments={**values, **arguments}, classes=names)

    return make


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN", "RetinaNet", "FCOS"])
def test_a_detector_gives_all_but_its_classes(cache, small, report, kind):
    """Even when there are as many classes as in COCO: they are others."""
    state = build(small(kind, classes=5)).state_dict()
    network, card = build(small(kind, classes=5)), small(kind, classes=5)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_start(network, Start("COCO", save(cache, state)), card, "MEAN", report)
    for name, value in network.state_dict().items():
        fresh = name.startswith(MODELS[kind].CLASS_LAYERS)
        assert torch.equal(value, before[name] if fresh else state[name]), name
    assert "The layers that tell its classes start anew" in said(report)


def test_layers_resized_by_arguments_start_anew_and_are_named(cache, small, report):
    state = build(small(classes=4)).state_dict()
    card = small(box_features=24, aspect_ratios=[1.0])
    network = build(card)
    load_start(network, Start("COCO", save(cache, state)), card, "MEAN", report)
    assert torch.equal(network.backbone.body.conv1.weight, state["backbone.body.conv1.weight"])
    assert torch.equal(network.rpn.head.conv[0][0].weight, state["rpn.head.conv.0.0.weight"])
    assert "roi_heads.box_head.fc6, roi_heads.box_head.fc7, rpn.head.bbox_pred, rpn.head.cls_logits" in said(report)


def test_the_boxes_of_a_mask_rcnn_are_a_faster_rcnn(cache, small, report):
    state = build(small("MaskRCNN")).state_dict()
    network = build(small())
    load_start(network, Start("COCO", save(cache, state)), small(), "MEAN", report)
    assert torch.equal(network.roi_heads.box_head.fc6.weight, state["roi_heads.box_head.fc6.weight"])


@pytest.mark.parametrize(
    ("kind", "other", "text"),
    [
        ("FasterRCNN", "RetinaNet", "are not of a FasterRCNN with resnet18: there is no"),
        ("MaskRCNN", "FasterRCNN", "are not of a MaskRCNN with resnet18: there is no roi_heads.mask_head"),
        ("RetinaNet", "FCOS", "are not of a RetinaNet with resnet18: there is no head"),
    ],
)
def test_a_detector_of_another_kind_is_refused(tmp_path, small, report, kind, other, text):
    path = tmp_path / save(tmp_path, build(small(other)).state_dict(), "mine")
    start = choose("AUTO", str(path), kind, "resnet18", 1)
    assert (start.source, start.published, start.name) == ("COCO", "", path.name)
    with pytest.raises(ModelError, match=text) as caught:
        load_start(build(small(kind)), start, small(kind), "MEAN", report)
    assert path.name in caught.value.message and caught.value.hint


@pytest.mark.parametrize("detector", [False, True])
def test_weights_of_another_backbone_are_refused(tmp_path, small, new_card, report, detector):
    donor = build(replace(small(), backbone="resnet34")) if detector else BACKBONES["mobilenet_v2"].make(weights=None)
    path = tmp_path / save(tmp_path, donor.state_dict())
    with pytest.raises(ModelError, match=r"are not of (a FasterRCNN with )?resnet18: "):
        load_start(build(small()), choose("AUTO", str(path), "FasterRCNN", "resnet18", 1), small(), "MEAN", report)


def test_a_file_is_recognised_by_its_content_whatever_its_name(tmp_path, monkeypatch):
    name = save(tmp_path, {"backbone.body.conv1.weight": torch.ones(1)}, "maskrcnn")
    (tmp_path / name).rename(tmp_path / "download (1).pth")
    weights = SimpleNamespace(url=f"https://somewhere/{name}")
    monkeypatch.setattr(published, "DETECTORS", (replace(DETECTORS[0], weights=weights),))
    start = choose("AUTO", str(tmp_path / "download (1).pth"), "MaskRCNN", "resnet50", 1)
    assert (start.source, start.published, start.exact) == ("COCO", name, True)


def test_a_file_that_is_not_what_its_name_says_is_damaged(tmp_path):
    path = tmp_path / BACKBONES["resnet18"].file
    torch.save({"conv1.weight": torch.ones(1)}, path)
    with pytest.raises(ModelError, match="are damaged: their SHA-256"):
        choose("AUTO", str(path), "MaskRCNN", "resnet18", 1)


@pytest.mark.parametrize(
    ("asked", "key", "text"),
    [
        ("COCO", "conv1.weight", "Backbone Weights is COCO, but WEIGHTS_FILE, x.pth, holds a classifier"),
        ("IMAGENET", "backbone.body.conv1.weight", "Backbone Weights is IMAGENET, but WEIGHTS_FILE, x.pth, holds a whole"),
        ("RANDOM", "conv1.weight", "WEIGHTS_FILE is given, but Backbone Weights is RANDOM"),
    ],
)
def test_a_file_must_be_what_was_asked(tmp_path, asked, key, text):
    torch.save({key: torch.ones(1)}, tmp_path / "x.pth")
    with pytest.raises(InvalidParameter, match=text):
        choose(asked, str(tmp_path / "x.pth"), "MaskRCNN", "resnet50", 1)


def test_a_file_that_runs_code_is_not_opened(tmp_path):
    torch.save({"a": nn.Linear(1, 1)}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match="hold more than plain tensors"):
        choose("AUTO", str(tmp_path / "x.pth"), "MaskRCNN", "resnet50", 1)
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        choose("AUTO", str(tmp_path / "none.pth"), "MaskRCNN", "resnet50", 1)


def test_names_of_older_retinanets_are_understood(cache, small, report):
    """torchvision's published one is of before 0.13."""
    state = build(small("RetinaNet")).state_dict()
    old = {}
    for name, value in state.items():
        for number in range(4):
            name = name.replace(f"_head.conv.{number}.0.", f"_head.conv.{2 * number}.")
        for part in ("inner_blocks", "layer_blocks"):
            name = (
                name.replace(f"{part}.0.0.", f"{part}.0.")
                .replace(f"{part}.1.0.", f"{part}.1.")
                .replace(f"{part}.2.0.", f"{part}.2.")
            )
        old[name] = value
    assert old.keys() != state.keys()
    network = build(small("RetinaNet"))
    load_start(network, Start("COCO", save(cache, old)), small("RetinaNet"), "MEAN", report)
    key = "head.regression_head.conv.3.0.weight"
    assert torch.equal(network.state_dict()[key], state[key])
