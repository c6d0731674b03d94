"""The two R-CNN detectors against torchvision's own, which Esri's library builds them from."""

import numpy as np
import pytest
import torch
from torchvision.models.detection import FasterRCNN, fasterrcnn_resnet50_fpn, maskrcnn_resnet50_fpn
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from core.errors import ModelError
from core.models import build, load, prepare
from core.models.backbones import FixedBatchNorm2d
from core.packages import IMAGENET, ClassInfo, ModelCard

TILE = 64
SIZES = {"min_size": 1.5 * TILE, "max_size": 2 * TILE}
IMAGE = np.random.default_rng(4).integers(0, 255, (3, TILE, TILE), np.uint8)


def card(kind="FasterRCNN", backbone="resnet18", **fields):
    values = {
        "classes": (ClassInfo(1, "a"), ClassInfo(2, "b")), "bands": (0, 1, 2), "band_names": ("Red", "Green", "Blue"),
        "dtype": "uint8", "tile_size": TILE, "normalisation": IMAGENET, "layout": "esri", "origin": "esri",
    }  # fmt: skip
    return ModelCard(model_type=kind, backbone=backbone, **{**values, **fields})


def lively(network):
    """Spread the scores, which random weights leave alike, and the statistics of the normalisation."""
    torch.manual_seed(2)
    network.roi_heads.box_predictor.cls_score.weight.data.mul_(20)
    network.rpn.head.cls_logits.weight.data.mul_(50)
    for name, values in network.backbone.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            values.copy_(torch.rand_like(values) * 0.2 + 0.9 * name.endswith("running_var"))
    return network.eval()


def same(found, wanted):
    assert len(wanted["scores"]) > 5
    assert found.keys() == wanted.keys()
    for name in wanted:
        assert torch.allclose(found[name].float(), wanted[name].float(), atol=1e-4), name


@pytest.mark.parametrize(("kind", "make"), [("MaskRCNN", maskrcnn_resnet50_fpn), ("FasterRCNN", fasterrcnn_resnet50_fpn)])
def test_resnet50_is_torchvisions_own(write_esri, to_old_names, kind, make):
    """As a package of before 2022, trained with frozen normalisation: older names, no counts of batches."""
    nms = {} if kind == "MaskRCNN" else {"box_nms_thresh": 0.1}  # Esri's for each call
    network = lively(make(weights=None, weights_backbone=None, num_classes=3, **SIZES, **nms))
    state = {key: value for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")}
    package = write_esri(kind, "resnet50", to_old_names(state), TILE)
    with torch.no_grad():
        (wanted,) = network([torch.from_numpy(IMAGE) / 255])
        (found,) = load(package, "cpu")([prepare(IMAGE, package.card)])
    same(found, wanted)


@pytest.mark.parametrize("backbone", ["resnet101", "resnet152"])
def test_deeper_networks_have_torchvisions_pyramid(backbone):
    network = lively(FasterRCNN(resnet_fpn_backbone(backbone_name=backbone, weights=None), 3, box_nms_thresh=0.1, **SIZES))
    ours = build(card(backbone=backbone)).eval()
    assert ours.load_state_dict(network.state_dict(), strict=False).unexpected_keys == []
    image = torch.from_numpy(IMAGE) / 255
    with torch.no_grad():
        same(ours([image])[0], network([image])[0])


def test_tiles_of_another_size_are_enlarged_by_half_too():
    """As Esri does it: the network's sizes follow those of the tile."""
    image = torch.rand(3, 96, 96)
    theirs = GeneralizedRCNNTransform(1.5 * 96, 2 * 96, list(IMAGENET.mean), list(IMAGENET.std))
    (wanted, _), (found, _) = theirs([image]), build(card("MaskRCNN")).eval().transform([image])
    assert found.image_sizes == wanted.image_sizes == [(144, 144)]
    assert torch.equal(found.tensors, wanted.tensors)


KEYWORDS = {
    "box_nms_thresh": 0.3, "box_score_thresh": 0.2, "box_detections_per_img": 7, "rpn_post_nms_top_n_test": 40,
    "rpn_pre_nms_top_n_test": 80, "rpn_nms_thresh": 0.5, "rpn_fg_iou_thresh": 0.6, "rpn_score_thresh": 0.01,
    "box_batch_size_per_image": 64,
}  # fmt: skip


def test_arguments_in_the_definition_are_honoured(write_esri):
    arguments = {**SIZES, **KEYWORDS, "weights_backbone": None}
    network = lively(maskrcnn_resnet50_fpn(weights=None, num_classes=3, **arguments))
    package = write_esri(
        "MaskRCNN", "resnet50", network.state_dict(), TILE, MaskRCNNkwargs={**KEYWORDS, "pretrained_backbone": True}
    )
    ours = load(package, "cpu")
    assert (ours.rpn.proposal_matcher.high_threshold, ours.roi_heads.fg_bg_sampler.batch_size_per_image) == (0.6, 64)
    with torch.no_grad():
        (wanted,) = network([torch.from_numpy(IMAGE) / 255])
        (found,) = ours([prepare(IMAGE, package.card)])
    same(found, wanted)
    assert len(found["scores"]) == 7


def test_faster_rcnn_keeps_the_suppression_that_esri_sets_for_each_call():
    heads = build(card(options={"keywords": {"box_nms_thresh": 0.5, "box_score_thresh": 0.9, "rpn_nms_thresh": 0.6}})).roi_heads
    assert (heads.nms_thresh, heads.score_thresh) == (0.1, 0.05)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "MaskRCNN", "options": {"pointrend": True}}, "The package's MaskRCNN ends in PointRend"),
        ({"backbone": "timm:efficientnet_b0"}, "a FasterRCNN of ArcGIS with the backbone 'timm:efficientnet_b0'"),
        ({"backbone": "mobilenet_v2"}, "with the backbone 'mobilenet_v2', which Kestrel cannot run"),
        ({"kind": "RetinaNet", "backbone": "densenet121"}, "a RetinaNet of ArcGIS with the backbone 'densenet121'"),
        ({"kind": "RetinaNet", "options": {"scales": "big"}}, "scales is 'big'"),
        ({"kind": "RetinaNet", "options": {"ratios": [0.5, -1]}}, r"ratios is \[0.5, -1\]"),
        ({"kind": "SingleShotDetector"}, "holds a model of type 'SingleShotDetector', which Kestrel cannot run"),
        ({"kind": "MMDetection"}, "holds a model of type 'MMDetection'"),
        ({"options": {"keywords": {"rpn_nms_thresh": 7}}}, "rpn_nms_thresh is 7, not a number from 0 to 1"),
        ({"options": {"keywords": {"rpn_nms_thresh": "0.5"}}}, "rpn_nms_thresh is '0.5', not a number"),
        ({"options": {"keywords": {"box_detections_per_img": 2.5}}}, "box_detections_per_img is 2.5, not a whole number"),
        ({"options": {"keywords": {"box_detections_per_img": True}}}, "box_detections_per_img is True"),
        ({"options": {"keywords": [1]}}, "keywords are"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(fields, text):
    with pytest.raises(ModelError, match=text) as caught:
        build(card(**fields))
    assert caught.value.hint


def test_normalisation_learns_only_from_random_weights():
    layers = [layer for layer in build(card()).modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert layers and all(isinstance(layer, FixedBatchNorm2d) for layer in layers)
    learning = [layer for layer in build(card(), fixed_norm=False).modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    assert learning and not any(isinstance(layer, FixedBatchNorm2d) for layer in learning)


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_a_chip_with_objects_and_one_without_give_a_loss(kind):
    network = build(card(kind)).train()
    boxes = torch.tensor([[3.0, 4, 40, 50]])
    full = {"boxes": boxes, "labels": torch.tensor([1]), "masks": torch.ones(1, 61, 64, dtype=torch.uint8)}
    none = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64), "masks": torch.zeros(0, 64, 64)}
    losses = network([torch.rand(3, 61, 64), torch.rand(3, 64, 64)], [full, none])
    sum(losses.values()).backward()
    assert torch.isfinite(network.rpn.head.cls_logits.weight.grad).all()
    batch, targets = network.transform([torch.rand(3, 61, 64)], [full])
    assert batch.image_sizes == [(91, 96)]
    assert targets[0]["boxes"][0].tolist() == pytest.approx([4.5, 4 * 91 / 61, 60, 50 * 91 / 61])
    assert targets[0]["masks"].shape == (1, 91, 96)
    assert torch.equal(full["boxes"], boxes)  # the caller's own stay
