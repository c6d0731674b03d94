import itertools
import math
import pickle

import numpy as np
import pytest
import torch
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval.core import mask as rle

from core.training.measuring.comparing import mask_overlaps
from core.training.measuring.measures import ChipResult, Measures


def objects(boxes, labels, scores=None, masks=None):
    result = {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
    }
    if scores is not None:
        result["scores"] = torch.tensor(scores)
    if masks is not None:
        result["masks"] = masks
    return result


A, B, C = [0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]


def measure(*chips, names=("a", "b"), threshold=None):
    """Details of chips, pairs of what is there and what was found."""
    measures = Measures(list(names), masks=False)
    for number, (truth, found) in enumerate(chips):
        measures.add(number, truth, found)
    details = measures.details(threshold)
    assert same(details.scores, measures.scores())
    return details


def same(one, other):
    return pickle.dumps(one) == pickle.dumps(other)


def test_everything_found():
    details = measure((objects([A, B], [1, 2]), objects([A, B], [1, 2], [0.9, 0.6])))
    scores = details.scores
    assert (scores.ap50, scores.ap, scores.f1, scores.objects) == (1, 1, 1, 2)
    assert (details.ap75, details.precision, details.recall, details.f1) == (1, 1, 1, 1)
    assert [(item.name, item.ap, item.ap50, item.ap75, item.objects) for item in details.classes] == [
        ("a", 1, 1, 1, 1), ("b", 1, 1, 1, 1),
    ]  # fmt: skip
    assert scores.threshold == 0.33  # the middle of 0.05 to 0.6
    assert details.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_the_threshold_lies_between_the_good_and_the_bad():
    details = measure((objects([A, B], [1, 1]), objects([A, B, C], [1, 1, 1], [0.9, 0.8, 0.3])))
    assert details.f1 == details.scores.f1 == 1
    assert details.threshold == 0.56
    low = measure((objects([A, B], [1, 1]), objects([A, B, C], [1, 1, 1], [0.9, 0.8, 0.3])), threshold=0.1)
    assert (low.threshold, low.precision, low.recall, low.f1) == (0.1, pytest.approx(2 / 3), 1, pytest.approx(0.8))
    assert low.chips == (ChipResult(0, 2, 1, 0),)


def test_half_found_with_a_false_one_above():
    details = measure((objects([A, B], [1, 1]), objects([C, A], [1, 1], [0.9, 0.8])))
    assert (details.recall, details.precision) == (0.5, 0.5)
    assert details.scores.ap50 == pytest.approx(0.5 * 51 / 101)  # COCO's 101 recall levels: 0..0.50 at precision 0.5
    assert details.classes[0].precision_at[[0, 50, 51, 100]].tolist() == [0.5, 0.5, 0, 0]


def test_a_class_without_true_objects_does_not_count():
    details = measure((objects([A], [1]), objects([A, B], [1, 2], [0.9, 0.9])))
    assert (details.scores.ap50, details.scores.f1) == (1, 1)
    assert math.isnan(details.classes[1].ap50) and math.isnan(details.classes[1].f1)
    assert details.metrics()["AP50_per_class"] == {"a": 1}
    assert details.confusion.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_a_class_never_found_counts_as_zero():
    details = measure((objects([A, B], [1, 2]), objects([A], [1], [0.9])))
    assert details.scores.ap50 == details.scores.f1 == details.recall == 0.5
    assert (details.classes[1].ap, details.classes[1].precision) == (0, 0)


def test_more_than_100_objects_on_a_chip_count():
    boxes = [[x, y, x + 4, y + 4] for x in range(0, 60, 5) for y in range(0, 60, 5)]
    details = measure((objects(boxes, [1] * 144), objects(boxes, [1] * 144, [0.9] * 144)))
    assert (details.recall, details.scores.ap) == (1, 1)


def test_nothing_there_or_nothing_found():
    details = measure((objects([], []), objects([A], [1], [0.9])))
    assert all(math.isnan(getattr(details.scores, name)) for name in ("ap", "ap50", "f1"))
    assert (details.metrics(), details.scores.threshold, details.scores.objects) == ({}, 0.5, 0)
    assert details.chips == (ChipResult(0, 0, 1, 0),)
    nothing = measure((objects([A], [2]), objects([], [], [])))
    assert (nothing.scores.ap50, nothing.scores.f1, nothing.metrics()["AP_per_class"]) == (0, 0, {"b": 0})
    assert nothing.confusion.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    empty = measure((objects([], []), objects([], [], [])))
    assert empty.confusion.sum() == 0 and math.isnan(empty.chips[0].f1)
    assert math.isnan(measure().scores.ap)


def test_confusion_tells_classes_apart_but_f1_wants_the_right_one():
    details = measure((objects([A, B], [1, 2]), objects([A, B, C], [2, 2, 1], [0.9, 0.8, 0.7])), threshold=0.5)
    assert details.confusion.tolist() == [[0, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert details.chips == (ChipResult(0, 1, 2, 1),)
    assert details.chips[0].errors == 3 and details.chips[0].f1 == pytest.approx(0.4)


def test_a_second_detection_of_an_object_is_a_false_alarm():
    details = measure((objects([A], [1]), objects([A, A], [1, 1], [0.9, 0.8])), threshold=0.5)
    assert details.chips == (ChipResult(0, 1, 1, 0),)
    assert details.confusion.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_masks_are_compared_as_masks():
    """Two triangles in one box share no pixel."""
    lower = torch.tril(torch.ones(10, 10)).bool()
    truth = objects([A], [1], masks=lower[None])
    measures = Measures(["a"], masks=True)
    measures.add(0, truth, objects([A], [1], [0.9], masks=(~lower)[None, None].float()))
    assert measures.scores().ap50 == 0
    measures = Measures(["a"], masks=True)
    measures.add(0, truth, objects([A], [1], [0.9], masks=lower[None, None] * 0.6))
    assert measures.scores().ap50 == 1


def scene(rng, masks, classes=3, size=60):
    """A chip with objects and detections near them, some twice, some of the wrong class, some false; scores often equal."""
    there = int(rng.integers(0, 8))
    corner, side = rng.integers(0, 40, (there, 2)), rng.integers(6, 20, (there, 2))
    boxes, labels = np.hstack([corner, corner + side]), rng.integers(1, classes + 1, there)
    chosen = rng.integers(0, there, int(rng.integers(0, 12))) if there else np.empty(0, int)
    found = np.maximum(boxes[chosen] + rng.integers(-2, 3, (len(chosen), 4)), 0)
    found[:, 2:] = np.maximum(found[:, 2:], found[:, :2] + 2)
    guesses = np.where(rng.random(len(chosen)) < 0.8, labels[chosen], rng.integers(1, classes + 1, len(chosen)))
    scores = np.round(rng.random(len(chosen)), 1).astype(np.float32)
    truth, guess = objects(boxes, labels), objects(found, guesses, scores)
    if masks:
        planes = [torch.zeros(len(each), size, size) for each in (boxes, found)]
        for plane, each in zip(planes, (boxes, found), strict=True):
            for mask, (x0, y0, x1, y1) in zip(plane, each.tolist(), strict=True):
                mask[y0:y1, x0:x1] = 0.7
                mask[y0, x0:x1] = 0.4
        truth["masks"], guess["masks"] = (planes[0] > 0.5).to(torch.uint8), planes[1][:, None]
    return truth, guess


@pytest.mark.parametrize("masks", [False, True])
def test_average_precision_is_the_librarys(masks):
    rng = np.random.default_rng(3)
    chips = [scene(rng, masks) for _ in range(40)]
    measures = Measures(["a", "b", "c"], masks)
    for number, chip in enumerate(chips):
        measures.add(number, *chip)
    precision = by_library(chips, masks, classes=3)
    details = measures.details()
    for position, item in enumerate(details.classes):
        values = precision[:, :, position]
        assert (item.ap, item.ap50, item.ap75) == pytest.approx((values.mean(), values[0].mean(), values[5].mean()), abs=1e-12)
        assert item.precision_at == pytest.approx(values[0], abs=1e-12)
        assert item.curve.average_precision() == pytest.approx(item.ap50, abs=1e-12) or has_ties(chips)
    assert details.scores.ap == pytest.approx(precision.mean(), abs=1e-12)
    assert 0.1 < details.scores.ap < 0.9


def has_ties(chips):
    scores = torch.cat([found["scores"] for _, found in chips])
    return len(scores.unique()) < len(scores)


def by_library(chips, masks, classes):
    """COCO's precision (10, 101, classes) from boxes and run lengths, without a line of ours."""
    sides = ([], [])
    for image, chip in enumerate(chips, 1):
        for entries, side in zip(sides, chip, strict=True):
            for i, (box, label) in enumerate(zip(side["boxes"].tolist(), side["labels"].tolist(), strict=True)):
                x0, y0, x1, y1 = box
                entry = {"image_id": image, "category_id": label, "bbox": [x0, y0, x1 - x0, y1 - y0], "area": 1.0, "iscrowd": 0}
                if masks:
                    plane = (side["masks"].reshape(-1, 60, 60)[i] > 0.5).numpy().astype(np.uint8)
                    entry["segmentation"] = rle.encode(np.asfortranarray(plane[..., None]))[0]
                if "scores" in side:
                    entry["score"] = float(side["scores"][i])
                entries.append({**entry, "id": len(entries) + 1})
    images = [{"id": image, "height": 60, "width": 60} for image in range(1, len(chips) + 1)]
    categories = [{"id": label, "name": str(label)} for label in range(1, classes + 1)]
    truth = COCO({"images": images, "annotations": sides[0], "categories": categories})
    evaluation = COCOeval_faster(truth, truth.loadRes(sides[1]), "segm" if masks else "bbox", print_function=lambda *_: None)
    evaluation.params.areaRng, evaluation.params.areaRngLbl, evaluation.params.maxDets = [[0, 1e10]], ["all"], [100]
    evaluation.evaluate()
    evaluation.accumulate()
    return np.asarray(evaluation.eval["precision"]).reshape(10, 101, classes)


def test_f1_over_confidence_is_that_of_brute_force():
    rng = np.random.default_rng(8)
    chips = [scene(rng, masks=False) for _ in range(25)]
    details = measure(*chips, names="abc")
    assert len(details.confidence) > 5
    for confidence, f1 in zip(details.confidence, details.f1_over, strict=True):
        each = [by_hand(chips, label, confidence) for label in (1, 2, 3)]
        assert f1 == pytest.approx(np.mean([hits and 2 * hits / (found + there) for hits, found, there in each]))
    assert details.scores.f1 == details.f1_over.max()
    for label, item in enumerate(details.classes, 1):
        hits, found, there = by_hand(chips, label, details.threshold)
        assert (item.precision, item.recall) == pytest.approx((hits / found, hits / there))
    hits, found, there = np.sum([by_hand(chips, label, details.threshold) for label in (1, 2, 3)], axis=0)
    assert sum(chip.hits for chip in details.chips) == hits
    assert sum(chip.false_alarms for chip in details.chips) == found - hits
    assert sum(chip.missed for chip in details.chips) == there - hits
    assert details.confusion[:3].sum() == there and details.confusion[:, :3].sum() == found


def by_hand(chips, label, threshold):
    """Hits, detections and true objects of a class: COCO's greedy matching, written down plainly."""
    hits = detections = there = 0
    for truth, found in chips:
        boxes = truth["boxes"][truth["labels"] == label].tolist()
        keep = (found["labels"] == label) & (found["scores"] >= threshold)
        order = torch.argsort(found["scores"][keep], descending=True, stable=True)
        detections, there = detections + len(order), there + len(boxes)
        free = dict(enumerate(boxes))
        for box in found["boxes"][keep][order].tolist():
            best = max(free, key=lambda i: (iou(free[i], box), i), default=None)
            if best is not None and iou(free[best], box) >= 0.5:
                del free[best]
                hits += 1
    return hits, detections, there


def iou(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def test_parts_of_several_processes_make_the_whole():
    rng = np.random.default_rng(5)
    chips = [scene(rng, masks=False) for _ in range(9)]
    whole, shards = Measures(["a", "b", "c"], False), [Measures(["a", "b", "c"], False) for _ in range(3)]
    for number, chip in enumerate(chips):
        whole.add(number, *chip)
        shards[number % 3].add(number, *chip)
    shards[2].add(0, *chips[0])  # samplers fill up the last batch with chips that another process has too
    parts = [pickle.loads(pickle.dumps(shard.entries())) for shard in shards]
    for order in itertools.permutations(parts):
        assert same(whole.merged(order).details(), whole.details())


def test_large_masks_are_compared_in_pieces(monkeypatch):
    rng = np.random.default_rng(1)
    found = torch.from_numpy(rng.random((5, 1, 30, 40)))
    truth = torch.from_numpy(rng.random((3, 30, 40)) > 0.3)
    monkeypatch.setattr("core.training.measuring.comparing._ELEMENTS", 8 * 500)
    with torch.autocast("cpu", torch.bfloat16):  # as while training
        overlaps = mask_overlaps({"masks": found}, {"masks": truth})
    for i, j in itertools.product(range(5), range(3)):
        one, other = found[i, 0] >= 0.5, truth[j]
        assert overlaps[i, j] == (one & other).sum() / (one | other).sum().double()
