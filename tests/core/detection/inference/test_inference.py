"""How a network is run: what memory does, what the user asked for, and what the network is like afterwards."""

import numpy as np
import pytest
import rasterio
import torch
from torchvision.models import mobilenet_v2
from torchvision.models.detection import FasterRCNN, MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

from core.detection.inference import predictor as inference
from core.detection.inference.outlines import outlines
from core.detection.inference.predictor import Inference, Predictor
from core.errors import DeviceError, OutOfMemory
from core.models import MODELS, build, load, new_options
from core.packages import read_package
from tests.core.detection.scenes import card

torch.set_num_threads(1)
CPU = torch.device("cpu")
RGB = {"bands": (0, 1, 2), "band_names": ("Red", "Green", "Blue")}
KINDS = list(MODELS)


class Answers(torch.nn.Module):
    """Always gives the same answer, to as many tiles as it holds at once; else, or at a tile that begins with 1, fails."""

    def __init__(self, scores=(0.9,), labels=None, boxes=None, masks=None, holds=100, error=None):
        super().__init__()
        count = len(scores)
        boxes = boxes if boxes is not None else [(10.0 * i, 0.0, 10.0 * i + 8, 8.0) for i in range(count)]
        self.answer = {
            "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            "labels": torch.tensor(labels or [1] * count, dtype=torch.int64),
            "scores": torch.tensor(scores, dtype=torch.float32),
        }
        if masks is not None:
            self.answer["masks"] = masks
        self.holds, self.error, self.sizes = holds, error or torch.cuda.OutOfMemoryError("CUDA out of memory."), []

    def forward(self, images):
        self.sizes.append(len(images))
        if len(images) > self.holds:
            raise self.error
        return [dict(self.answer) for _ in images]


def predictor(model, report, device=CPU, **how):
    return Predictor(model, device, Inference(**how), report)


def tiles(count, side=64, bands=3):
    generator = torch.Generator().manual_seed(4)
    return [torch.rand(bands, side, side, generator=generator) for _ in range(count)]


def network(kind, **options):
    torch.manual_seed(3)
    small = {"box_features": 16} if kind.endswith("RCNN") else {}
    backbone = "mobilenet_v3_large"
    made = build(card(model_type=kind, backbone=backbone, options={**new_options(kind, backbone, small), **options}, **RGB))
    for key, values in made.named_parameters():  # sure of something everywhere
        if key.endswith(("cls_logits.bias", "mask_fcn_logits.bias")):
            values.data.fill_(1.0 if "mask" in key else 0.0)
        elif key.endswith(("cls_score.weight", "bbox_pred.weight")) and "roi_heads" in key:
            values.data.mul_(20)
        elif values.ndim == 4 and (kind == "SSDlite" or key.startswith("head.")):
            torch.nn.init.kaiming_normal_(values)
    return made.eval()


def everything(model):
    """All settings of a network and its parts, to compare before and after."""
    return {
        name: {key: value for key, value in vars(part).items() if not isinstance(value, torch.Tensor)}
        | {key: part._modules[key] for key in part._modules}
        for name, part in model.named_modules()
    }


# Memory and devices


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (torch.cuda.OutOfMemoryError("CUDA out of memory."), "GPU's memory"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "GPU's memory"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
            "main memory",
        ),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"), "main memory"),
        (MemoryError(), "main memory"),
    ],
)
def test_full_memory_halves_the_batch_also_in_the_middle(report, error, memory):
    model = Answers(error=error)
    run = predictor(model, report, batch_size=8)
    assert len(run(tiles(8))) == 8
    model.holds = 3  # another program takes the memory
    assert len(run(tiles(9))) == 9
    assert model.sizes == [8, 8, 4, 2, 2, 2, 2, 1]
    assert run.batch_size == 2
    assert report.warnings == [f"The {memory} is full: going on with a batch size of {size}." for size in (4, 2)]


def test_a_single_tile_that_does_not_fit(report):
    with pytest.raises(OutOfMemory, match="A single tile of 64 x 64 pixels does not fit into the main memory") as caught:
        predictor(Answers(holds=0), report)(tiles(1))
    assert "Tile Size" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: unspecified launch failure\nCUDA kernel errors might be asynchronously reported",
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: device lost",
        "GPU is lost. Reboot the system to recover this GPU",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    ],
)
def test_a_gpu_that_disappears_is_an_error_that_says_what_to_do(report, text):
    with pytest.raises(DeviceError, match="failed in the middle of the search: ") as caught:
        predictor(Answers(holds=0, error=RuntimeError(text)), report)(tiles(3))
    assert "Resume" in caught.value.hint and "\n" not in caught.value.message
    assert report.warnings == []


def test_other_errors_are_what_they_are(report):
    with pytest.raises(RuntimeError, match="sizes do not match"):
        predictor(Answers(holds=0, error=RuntimeError("sizes do not match")), report)(tiles(3))


@pytest.fixture
def cards(monkeypatch):
    """A card that is none: the same calls, other memory. ``taken`` is what a tile takes of 100 bytes that are free."""
    state = {"taken": 10, "peak": 0}
    monkeypatch.setattr(inference, "describe_device", lambda device: "Some card (GPU 0)")
    monkeypatch.setattr(inference, "half_precision", lambda device: None)
    monkeypatch.setattr(Predictor, "_on_device", lambda self, images: list(images))
    for name, value in {
        "empty_cache": lambda: None, "reset_peak_memory_stats": lambda device: None, "mem_get_info": lambda device: (90, 100),
        "memory_reserved": lambda device: 10, "max_memory_reserved": lambda device: state["peak"],
    }.items():  # fmt: skip
        monkeypatch.setattr(torch.cuda, name, value)
    return state


class Counting(Answers):
    """Takes memory of such a card."""

    def __init__(self, state, **values):
        super().__init__(**values)
        self.state, self.shapes = state, []

    def forward(self, images):
        self.shapes.append(tuple(images[0].shape))
        self.state["peak"] = len(images) * self.state["taken"]
        return super().forward(images)


def test_the_batch_size_is_what_fits_the_card(report, cards):
    model = Counting(cards, holds=16)
    run = predictor(model, report, torch.device("cuda"))
    assert run.batch_size is None
    assert run.fit(3, 256) == 8 == run.batch_size  # 10 bytes each, and 85 may be taken
    assert model.sizes == [64, 32, 16, 8] and model.shapes[-1] == (3, 256, 256)
    assert run.fit(3, 256) == 8 and len(model.sizes) == 4
    assert "Batch size 8, chosen automatically." in [event.text for event in report.events]
    assert len(run(tiles(20))) == 20 and model.sizes[4:] == [8, 8, 4]


def test_large_tiles_and_views_begin_with_less(report, cards, monkeypatch):
    monkeypatch.setattr(inference, "_PIXELS", 1 << 16)
    cards["taken"] = 1
    assert predictor(Counting(cards), report, torch.device("cuda")).fit(3, 125) == 4
    model = Counting(cards)
    assert predictor(model, report, torch.device("cuda"), scales=(1.0, 2.0)).fit(3, 125) == 1
    assert max(shape[1] for shape in model.shapes) == 250
    cards["taken"] = 1000
    with pytest.raises(OutOfMemory, match="125 x 125 pixels does not fit into the memory of the GPU"):
        predictor(Counting(cards), report, torch.device("cuda")).fit(3, 125)


def test_a_card_that_is_lost_says_which(report, cards):
    model = Answers(holds=0, error=RuntimeError("CUDA error: device lost"))
    with pytest.raises(DeviceError, match=r"Some card \(GPU 0\) failed"):
        predictor(model, report, torch.device("cuda"), batch_size=2)(tiles(2))


def test_the_cpu_takes_4(report):
    assert predictor(Answers(), report).fit(3, 512) == 4
    assert predictor(Answers(), report, batch_size=7).fit(3, 512) == 7


def test_stacked_tiles_are_the_same(report):
    run = predictor(network("FasterRCNN"), report, threshold=0.1)
    images = tiles(3)
    for one, other in zip(run(images), run(run.stack(images)), strict=True):
        assert len(one) and np.array_equal(one.boxes, other.boxes) and np.array_equal(one.scores, other.scores)


def test_no_tile_has_anything(report):
    run = predictor(Answers(scores=(), masks=torch.zeros(0, 1, 64, 64)), report)
    found = run(tiles(2))
    assert [len(one) for one in found] == [0, 0] and not run.boxes_only
    assert len(outlines(found[0].masks)) == 0


# What the user asks for


def test_limits_hold_for_any_network(report):
    boxes = [(0, 0, 10, 10), (1, 0, 11, 10), (1, 0, 11, 10), (30, 0, 40, 10), (50, 0, 60, 10)]
    model = Answers((0.5, 0.9, 0.8, 0.7, 0.3), [1, 1, 2, 1, 2], boxes)

    def scores(**how):
        return predictor(model, report, **how)(tiles(1))[0].scores.round(3).tolist()

    assert scores(threshold=0.4) == [0.5, 0.9, 0.8, 0.7]
    assert scores(threshold=0.0, labels=frozenset({2})) == [0.8, 0.3]
    assert scores(threshold=0.0, nms_overlap=0.5) == [0.9, 0.8, 0.7, 0.3]
    assert scores(threshold=0.0, detections_per_tile=2) == [0.9, 0.8]
    assert scores(threshold=0.0, detections_per_tile=1, labels=frozenset({2}), nms_overlap=0.1) == [0.8]


@pytest.mark.parametrize("kind", KINDS)
def test_limits_are_set_within_our_networks_and_put_back(report, kind):
    model = network(kind)
    model(tiles(1))  # some parts remember the sizes that they have seen
    before = everything(model)
    all_of_it = predictor(model, report, threshold=0.0)(tiles(1))[0]
    assert everything(model) == before
    threshold = float(np.sort(all_of_it.scores)[len(all_of_it) // 2])
    seen = []
    model.register_forward_hook(lambda module, given, answer: seen.append(len(answer[0]["scores"])))

    def predict(**how):
        return predictor(model, report, **{"threshold": 0.0, **how})(tiles(1))[0]

    some = predict(threshold=threshold)
    assert 0 < len(some) < len(all_of_it) and seen[-1] < len(all_of_it)
    assert some.scores == pytest.approx(all_of_it.scores[all_of_it.scores >= threshold])
    assert len(predict(detections_per_tile=3)) == 3 == seen[-1]
    assert predict(detections_per_tile=3).scores == pytest.approx(np.sort(all_of_it.scores)[::-1][:3])
    assert len(predict(nms_overlap=0.05)) == seen[-1] < len(all_of_it)
    two = predict(labels=frozenset({2}), detections_per_tile=5)
    assert 0 < len(two) <= 5 and set(two.labels) == {2}
    model._forward_hooks.clear()
    after = everything(model)
    assert {name: {key: value for key, value in part.items() if key != "_forward_hooks"} for name, part in after.items()} == {
        name: {key: value for key, value in part.items() if key != "_forward_hooks"} for name, part in before.items()
    }


def test_more_detections_than_the_network_gives_by_itself(report):
    few_of_each = {
        "FasterRCNN": {"rpn_post_nms_top_n_test": 20, "box_detections_per_img": 20, "box_score_thresh": 0.0},
        "RetinaNet": {"topk_candidates": 5, "detections_per_img": 5, "score_thresh": 0.0},
    }
    for kind, options in few_of_each.items():
        model = network(kind, **options)
        few = predictor(model, report, threshold=0.0)(tiles(1))[0]
        many = predictor(model, report, threshold=0.0, detections_per_tile=90)(tiles(1))[0]
        assert len(few) <= 20 < len(many) <= 90


def test_boxes_alone_cost_no_masks(report):
    model = network("MaskRCNN")
    drawn = []
    model.roi_heads.mask_head.register_forward_hook(lambda *_: drawn.append(1))
    run = predictor(model, report, threshold=0.1, boxes_only=True)
    assert run.boxes_only
    found = run(tiles(1))[0]
    assert len(found) and found.masks is None and not drawn
    run = predictor(model, report, threshold=0.1)
    same = run(tiles(1))[0]
    assert drawn and not run.boxes_only and len(same.masks) == len(same)
    assert np.array_equal(same.boxes, found.boxes)
    pasted = Answers(masks=torch.ones(1, 1, 64, 64))
    assert predictor(pasted, report, boxes_only=True)(tiles(1))[0].masks is None


def test_the_network_is_put_back_when_it_fails(report):
    model = network("MaskRCNN")
    before = everything(model)
    with pytest.raises(RuntimeError):
        predictor(model, report, threshold=0.2, labels=frozenset({1}), detections_per_tile=7)([torch.rand(2, 64, 64)])
    assert everything(model) == before


# Masks


def test_small_masks_are_those_that_the_network_pastes(report):
    """The same outlines as from masks of the size of the tile, but for their rounding to whole pixels."""
    model = network("MaskRCNN", box_score_thresh=0.0)
    small, pasted = (predictor(model, report, threshold=0.0) for _ in range(2))
    pasted._adjusted.small_masks = False
    image = tiles(1, 128)
    ours, theirs = small(image)[0], pasted(image)[0]
    assert np.array_equal(ours.boxes, theirs.boxes) and len(ours) > 20
    assert ours.masks.values[0].shape == (28, 28)
    large = np.minimum(*(ours.boxes[:, 2:] - ours.boxes[:, :2]).T) > 25
    sizes = np.array([[0 if one is None else one.area for one in outlines(found.masks)] for found in (ours, theirs)])
    large &= sizes.min(axis=0) > 300
    assert large.sum() > 3
    assert sizes[0, large].sum() == pytest.approx(sizes[1, large].sum(), rel=0.03)


def test_small_masks_of_a_trained_network(shared_data, report):
    model = load(read_package(shared_data / "esri-models" / "maskrcnn.dlpk"), CPU)
    with rasterio.open(shared_data / "esri-models" / "chip.tif") as file:
        image = torch.from_numpy(file.read()[:3]).float() / 255
    small, pasted = (predictor(model, report, threshold=0.3) for _ in range(2))
    pasted._adjusted.small_masks = False
    ours, theirs = (outlines(run([image])[0].masks) for run in (small, pasted))
    assert len(ours) == len(theirs) > 2
    overlaps = [one.intersection(other).area / one.union(other).area for one, other in zip(ours, theirs, strict=True)]
    assert min(overlaps) > 0.85 and np.mean(overlaps) > 0.93  # of objects down to 16 pixels, rounded by up to one
    assert sum(one.area for one in ours) == pytest.approx(sum(one.area for one in theirs), rel=0.02)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.bool])
def test_pasted_masks_of_any_network_are_cut_to_their_boxes(report, kind):
    masks = torch.zeros(2, 1, 64, 64)
    masks[0, 0, 5:15, 20:40] = 1
    masks[1, 0, 50:64, 0:10] = 1
    boxes = [(20, 5, 40, 15), (0, 50, 10, 64)]
    model = Answers((0.9, 0.8), boxes=boxes, masks=masks.to(kind))
    found = predictor(model, report)(tiles(1))[0]
    assert [values.shape for values in found.masks.values] == [(12, 22), (15, 11)]
    assert [polygon.bounds for polygon in outlines(found.masks)] == [tuple(box) for box in boxes]


# Half precision


def foreign(masks=False):
    """A detector of torchvision's own, which computes boxes in the precision of its layers."""
    body = mobilenet_v2(weights=None).features[:7]
    body.out_channels = 32
    pool = {"box_roi_pool": MultiScaleRoIAlign(["0"], 7, 2)}
    if masks:
        pool["mask_roi_pool"] = MultiScaleRoIAlign(["0"], 14, 2)
    anchors = AnchorGenerator(((32,),), ((1.0,),))
    torch.manual_seed(1)
    kind = MaskRCNN if masks else FasterRCNN
    return kind(body, 2, rpn_anchor_generator=anchors, min_size=96, max_size=96, box_score_thresh=0.0, **pool).eval()


def test_half_precision_keeps_boxes_to_the_pixel(report, monkeypatch):
    monkeypatch.setattr(inference, "half_precision", lambda device: torch.bfloat16)
    for model in (foreign(), network("FasterRCNN"), network("RetinaNet")):
        computed = []
        first = next(part for part in model.modules() if isinstance(part, torch.nn.Conv2d))
        first.register_forward_hook(lambda module, given, answer, computed=computed: computed.append(answer.dtype))
        found = predictor(model, report, threshold=0.0)(tiles(1, 96))[0]
        predictor(model, report, threshold=0.0, mixed_precision=False)(tiles(1, 96))
        assert computed == [torch.bfloat16, torch.float32]
        assert (found.boxes != torch.tensor(found.boxes).bfloat16().double().numpy()).any()
        model([torch.rand(3, 96, 96)])
        assert computed[-1] is torch.float32


def test_a_detector_of_torchvision_gives_small_masks_too(report):
    found = predictor(foreign(masks=True), report, threshold=0.0)(tiles(1, 48))[0]
    assert len(found) and found.masks.values[0].shape == (28, 28)
    assert found.boxes.max() <= 48


# Compiling


def test_what_is_compiled_is_used_and_then_forgotten(report, cards, monkeypatch):
    model, calls = network("FasterRCNN"), []
    part = model.backbone.body

    def compiled(images):
        calls.append(tuple(images.shape))
        return part._call_impl(images)

    def compiling(network, sample, half, learning):
        part._compiled_call_impl = compiled
        return ""

    monkeypatch.setattr(inference, "compile_backbone", compiling)
    run = predictor(model, report, torch.device("cuda"), batch_size=2, compile=True)
    run(tiles(3))
    assert calls == [(2, 3, 64, 64), (1, 3, 64, 64)]
    model(tiles(1))
    assert len(calls) == 2
    monkeypatch.setattr(inference, "compile_backbone", lambda *_, **__: "no compiler")
    assert len(predictor(model, report, torch.device("cuda"), batch_size=2, compile=True)(tiles(1))) == 1
    assert report.warnings == ["The backbone cannot be compiled: no compiler. The search goes on without."]
