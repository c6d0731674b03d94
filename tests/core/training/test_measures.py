import math

import pytest
import torch

from core.training.measures import Measures


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


def measure(truth, found, names=("a", "b")):
    measures = Measures(list(names), masks=False)
    measures.add((60, 60), truth, found)
    return measures.scores()


def test_everything_found():
    scores = measure(objects([A, B], [1, 2]), objects([A, B], [1, 2], [0.9, 0.6]))
    assert (scores.ap50, scores.ap, scores.precision, scores.recall, scores.f1) == (1, 1, 1, 1, 1)
    assert scores.ap50_per_class == {"a": 1, "b": 1}
    assert scores.objects == 2
    assert 0.59 < scores.threshold <= 0.61


def test_a_false_one_below_costs_no_precision_at_the_best_threshold():
    scores = measure(objects([A, B], [1, 1]), objects([A, B, C], [1, 1, 1], [0.9, 0.8, 0.3]))
    assert scores.f1 == 1
    assert scores.threshold == pytest.approx(0.8)


def test_half_found_with_a_false_one_above():
    scores = measure(objects([A, B], [1, 1]), objects([C, A], [1, 1], [0.9, 0.8]))
    assert scores.recall == pytest.approx(0.5)
    assert scores.precision == pytest.approx(0.5)
    assert scores.ap50 == pytest.approx(0.5 * 51 / 101)  # COCO's 101 recall levels: 0..0.50 at precision 0.5


def test_a_class_without_true_objects_does_not_count():
    scores = measure(objects([A], [1]), objects([A, B], [1, 2], [0.9, 0.9]))
    assert scores.ap50_per_class == {"a": 1}
    assert scores.ap50 == 1


def test_a_class_never_found_counts_as_zero():
    scores = measure(objects([A, B], [1, 2]), objects([A], [1], [0.9]))
    assert scores.ap50_per_class == {"a": 1, "b": 0}
    assert scores.ap50 == 0.5


def test_more_than_100_objects_on_a_chip_count():
    boxes = [[x, y, x + 4, y + 4] for x in range(0, 60, 5) for y in range(0, 60, 5)]
    scores = measure(objects(boxes, [1] * 144), objects(boxes, [1] * 144, [0.9] * 144))
    assert scores.recall == 1


def test_nothing_there_or_nothing_found():
    assert math.isnan(measure(objects([], []), objects([A], [1], [0.9])).ap50)
    nothing = measure(objects([A], [2]), objects([], [], []))
    assert (nothing.ap50, nothing.ap50_per_class, nothing.objects) == (0, {"b": 0}, 1)


def test_masks_are_compared_as_masks():
    """Two triangles in one box share no pixel."""
    lower = torch.tril(torch.ones(10, 10)).bool()
    truth = objects([A], [1], masks=lower[None])
    measures = Measures(["a"], masks=True)
    measures.add((10, 10), truth, objects([A], [1], [0.9], masks=(~lower)[None, None].float()))
    assert measures.scores().ap50 == 0
    measures = Measures(["a"], masks=True)
    measures.add((10, 10), truth, objects([A], [1], [0.9], masks=lower[None, None] * 0.6))
    assert measures.scores().ap50 == 1
