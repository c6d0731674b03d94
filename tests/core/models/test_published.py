"""That torchvision's published weights mean the same in Kestrel's networks as in torchvision's."""

import pytest
import torch
from torch import nn
from torchvision.models import detection
from torchvision.ops import FrozenBatchNorm2d

from core.models import build
from core.models.adapting import load_fitting
from core.models.published import DETECTORS, without_addend
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
