"""Test-time augmentation: a network that is exact sees the same in all views, and others are merged as asked."""

import numpy as np
import pytest
import rasterio.features
import shapely
import torch

from core.detection.inference.masks import Masks
from core.detection.inference.outlines import outlines
from core.detection.inference.prediction import Prediction
from core.detection.inference.predictor import Inference, Predictor
from core.detection.inference.views import View, all_views, merge
from core.models import load
from core.packages import read_package
from tests.core.detection.scenes import Finder

CPU = torch.device("cpu")


def tile(height=101, width=101):
    """A tile with things of many shapes, two of them touching, two of which the frames overlap."""
    shapes = [
        shapely.box(5, 7, 30, 20), shapely.box(30, 7, 50, 20), shapely.Point(70, 30).buffer(15),
        shapely.Polygon([(5, 40), (12, 40), (60, 90), (53, 90)]), shapely.Polygon([(20, 40), (27, 40), (75, 90), (68, 90)]),
        shapely.box(88, 60, 101, 101), shapely.box(0, 90, 9, 98),
    ]  # fmt: skip
    values = [(shape, 100 + 20 * number) for number, shape in enumerate(shapes)]
    return torch.from_numpy(rasterio.features.rasterize(values, (height, width), dtype="uint8"))[None].float() / 255


def predict(model, image, report, **how):
    return Predictor(model, CPU, Inference(threshold=0.1, **how), report)([image])[0]


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize("how", [{}, {"mirror_only": True}, {"merge_policy": "MIN"}])
@pytest.mark.parametrize("size", [(101, 101), (101, 110)])
def test_an_exact_network_sees_the_same_in_all_views(report, masks, how, size):
    model = Finder(masks)
    plain = predict(model, tile(*size), report)
    merged = predict(model, tile(*size), report, scales=(1.0,), **how)
    assert model.seen == 1 + (2 if how.get("mirror_only") else 8)
    order = np.argsort(-plain.scores, kind="stable")
    assert np.allclose(merged.boxes, plain.boxes[order]) and np.allclose(merged.scores, plain.scores[order])
    assert np.array_equal(merged.labels, plain.labels[order]) and len(merged) == 7
    if masks:
        for one, other in zip(outlines(merged.masks), outlines(plain.masks[order]), strict=True):
            assert one.symmetric_difference(other).area < 1e-6
    else:
        assert merged.masks is None


class Bright(Finder):
    """Sees what is bright, whatever its edges."""

    def find(self, pixels):
        return super().find(np.where(pixels > 100, 200, 0).astype(np.uint8))


def test_other_scales_lie_at_the_same_place(report):
    image = torch.zeros(1, 77, 77)
    image[0, 10:30, 5:33] = image[0, 40:77, 41:60] = 0.8
    plain, merged = (predict(Bright(), image, report, **how) for how in ({}, {"scales": (0.5, 1.0, 1.7)}))
    assert len(plain) == len(merged) == 2 and merged.scores == pytest.approx(plain.scores)
    assert np.abs(np.sort(plain.boxes, axis=0) - np.sort(merged.boxes, axis=0)).max() < 0.7
    first, second = (sorted(outlines(one.masks), key=lambda polygon: polygon.area) for one in (plain, merged))
    for one, other in zip(first, second, strict=True):
        assert one.intersection(other).area / one.union(other).area > 0.95


@pytest.mark.parametrize("view", all_views((1.0, 0.7, 1.3), mirror_only=False), ids=str)
def test_every_view_is_undone_exactly(view):
    height, width = 30, 47
    image = torch.zeros(1, height, width)
    image[0, 5:9, 20:40] = 1
    seen = view.show(image)[0].numpy()
    rows, columns = np.nonzero(seen > 0.5)
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], dtype=float)
    values = [(seen[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] * 255).astype(np.uint8)]
    back = view.back(Prediction(box, np.ones(1, int), np.ones(1), Masks(values, box)), height, width)
    exact = view.scale == 1
    assert back.boxes[0] == pytest.approx((20, 5, 40, 9), abs=1e-9 if exact else 1)
    if exact:
        assert back.masks.values[0].shape == (4, 20)
    assert seen.shape == tuple(np.rint(np.array((height, width) if view.turns % 2 == 0 else (width, height)) * view.scale))


def test_a_mark_in_a_corner_comes_back_to_it():
    for view in all_views((1.0,), mirror_only=False):
        values = np.arange(12, dtype=np.uint8).reshape(3, 4)
        shown = view.show(torch.from_numpy(values)[None])[0].numpy()
        place = np.array([[0.0, 0.0, shown.shape[1], shown.shape[0]]])
        back = view.back(Prediction(place, np.ones(1, int), np.ones(1), Masks([shown], place)), 3, 4)
        assert np.array_equal(back.masks.values[0], values)


class OnlyUpright(Finder):
    """Sees nothing in pictures whose bright corner is not where it belongs."""

    def find(self, pixels):
        found = super().find(pixels)
        return found if pixels[:10, :10].max() > 0 else {name: values[:0] for name, values in found.items()}


@pytest.mark.parametrize(("policy", "score"), [("MEAN", 0.8 / 4), ("MAX", 0.8), ("MIN", 0.8)])
def test_views_that_do_not_show_it_count_as_nothing_in_the_mean(report, policy, score):
    image = torch.zeros(1, 60, 60)
    image[0, 2:9, 2:12] = image[0, 30:40, 30:50] = 0.8  # in the corner in 2 of 8 views
    found = predict(OnlyUpright(), image, report, scales=(1.0,), merge_policy=policy)
    assert found.scores == pytest.approx([score, score], abs=2e-3)
    low = Predictor(OnlyUpright(), CPU, Inference(0.3, scales=(1.0,), merge_policy=policy), report)([image])[0]
    assert len(low) == (0 if policy == "MEAN" else 2)


def seen(boxes, scores, labels=None):
    return Prediction(
        np.array(boxes, dtype=float).reshape(-1, 4), np.array(labels or [1] * len(scores)), np.array(scores), None
    )


def test_the_box_is_the_mean_weighted_by_score():
    merged = merge([seen([(0, 0, 10, 10)], [0.9]), seen([(1, 0, 11, 12)], [0.3])], "MEAN")
    assert merged.boxes[0] == pytest.approx((0.25, 0, 10.25, 10.5)) and merged.scores == pytest.approx([0.6])


@pytest.mark.parametrize(("policy", "scores"), [("MEAN", [0.6, 0.4]), ("MAX", [0.9, 0.8]), ("MIN", [0.8, 0.3])])
def test_policies(policy, scores):
    views = [seen([(0, 0, 10, 10), (50, 0, 60, 10)], [0.9, 0.8]), seen([(0, 0, 10, 10)], [0.3])]
    assert merge(views, policy).scores == pytest.approx(scores)


def test_classes_and_neighbours_are_kept_apart():
    boxes = [(0, 0, 10, 10), (3, 0, 13, 10)]  # which share more than half
    merged = merge([seen(boxes, [0.9, 0.8]), seen(boxes[::-1], [0.7, 0.85])], "MEAN")
    assert merged.boxes.tolist() == [list(boxes[0]), list(boxes[1])] and merged.scores == pytest.approx([0.875, 0.75])
    assert len(merge([seen(boxes[:1], [0.9], [1]), seen(boxes[:1], [0.8], [2])], "MEAN")) == 2


def test_masks_are_averaged_where_they_lie():
    left, right = np.full((4, 8), 255, np.uint8), np.full((4, 8), 255, np.uint8)
    boxes = np.array([[0.0, 0, 8, 4]])
    parts = [
        Prediction(boxes, np.ones(1, int), np.full(1, 0.8), Masks([left], boxes)),
        Prediction(boxes + 0.001, np.ones(1, int), np.full(1, 0.8), Masks([right], np.array([[4.0, 0, 12, 4]]))),
    ]
    merged = merge(parts, "MEAN")
    assert merged.masks.places.tolist() == [[0, 0, 12, 4]]
    assert merged.masks.values[0][2, [1, 5, 10]].tolist() == [128, 255, 128]


def test_one_view_is_the_tile_itself():
    image = torch.rand(2, 5, 7)
    assert torch.equal(View().show(image), image)
    assert len(all_views((1.0, 2.0), mirror_only=True)) == 4


@pytest.mark.parametrize("name", ["maskrcnn", "retinanet"])
def test_networks_of_esri(shared_data, report, name):
    with rasterio.open(shared_data / "esri-models" / "chip.tif") as file:
        image = torch.from_numpy(file.read()[:3]).float() / 255
    model = load(read_package(shared_data / "esri-models" / f"{name}.dlpk"), CPU)
    plain = Predictor(model, CPU, Inference(0.3), report)([image])[0]
    merged = Predictor(model, CPU, Inference(0.3, scales=(1.0,), mirror_only=True, merge_policy="MAX"), report)([image])[0]
    first = shapely.box(*plain.boxes[0])
    assert max(first.intersection(box).area / first.union(box).area for box in shapely.box(*merged.boxes.T)) > 0.5
    assert (plain.masks is None) == (merged.masks is None) == (name != "maskrcnn")
