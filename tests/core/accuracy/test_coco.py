"""Average precision and recall are those of COCO's library, given the whole map as one image and its own way of overlaps."""

import logging

import numpy as np
import pytest
import shapely
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval.core import mask as rle
from rasterio.features import rasterize

from core.accuracy.coco import groups, split
from core.accuracy.inputs import Objects
from core.accuracy.matching import COCO_IOUS, Overlaps, find_overlaps
from core.accuracy.scores import score
from core.accuracy.sizes import Sizes
from core.reporting import Reporter
from core.vectors import read_features

QUIET = Reporter(lambda event: None)
SIDE = 400  # of the map, in map units and pixels


class Evaluation(COCOeval_faster):
    """With overlaps that are given, in place of those of boxes or masks."""

    overlaps = None  # (detections, true objects), in the order of the annotations

    def computeIoU(self, imgId, catId):
        if self.overlaps is None:
            return super().computeIoU(imgId, catId)
        found = [one for one in self.cocoDt.dataset["annotations"] if one["category_id"] == catId]
        found.sort(key=lambda one: -one["score"])
        there = [one["id"] - 1 for one in self.cocoGt.dataset["annotations"] if one["category_id"] == catId]
        return self.overlaps[np.ix_([one["id"] - 1 for one in found], there)]


def library(kind, found, scores, classes, truth, true_classes, ranges, overlaps=None):
    """COCO's precision, (10 IoUs, 101, classes, ranges), and recall, from polygons; the map is one image.

    ``kind`` is "bbox", "segm" for masks of polygons with corners on whole numbers, or "given" with ``overlaps``.
    """
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)

    def annotation(polygon, label):
        left, low, right, high = polygon.bounds
        one = {"image_id": 1, "category_id": int(label), "bbox": [left, low, right - left, high - low]}
        if kind == "segm":
            mask = rasterize([(polygon, 1)], (SIDE, SIDE), dtype="uint8")
            one["segmentation"] = rle.encode(np.asfortranarray(mask))
            del one["bbox"]
        if kind == "given":
            one["bbox"] = [0, 0, polygon.area, 1]
        return one

    there = [
        {**annotation(one, label), "id": n + 1, "area": one.area, "iscrowd": 0}
        for n, (one, label) in enumerate(zip(truth, true_classes, strict=True))
    ]
    for one in there:
        one.setdefault("bbox", [0, 0, 1, 1])
    names = [{"id": int(label), "name": str(label)} for label in np.unique(np.concatenate([classes, true_classes]))]
    images = [{"id": 1, "width": SIDE, "height": SIDE}]
    coco = COCO({"images": images, "annotations": there, "categories": names})
    results = [{**annotation(one, label), "score": float(s)} for one, label, s in zip(found, classes, scores, strict=True)]
    evaluation = Evaluation(coco, coco.loadRes(results), "segm" if kind == "segm" else "bbox", print_function=lambda *_: None)
    evaluation.overlaps = overlaps
    evaluation.params.maxDets = [len(found)]
    evaluation.params.areaRng, evaluation.params.areaRngLbl = ranges, [str(n) for n in range(len(ranges))]
    evaluation.evaluate()
    evaluation.accumulate()
    precision, recall = evaluation.eval["precision"][..., 0], evaluation.eval["recall"][..., 0]
    return np.where(precision < 0, np.nan, precision), np.where(recall < 0, np.nan, recall)


def ours(found, scores, classes, truth, true_classes, sizes, min_iou=0.5):
    found, truth = np.array(found, dtype=object), np.array(truth, dtype=object)
    detections = Objects("found", found, found, np.asarray(classes).astype(str), np.arange(len(found)), np.asarray(scores))
    there = Objects("truth", truth, truth, np.asarray(true_classes).astype(str), np.arange(len(truth)))
    return score(detections.where(np.argsort(-detections.confidence, kind="stable")), there, min_iou, sizes, QUIET)


def mean(values):
    return np.nanmean(values) if np.isfinite(values).any() else np.nan


def assert_same(result, precision, recall):
    """Each class and all of them, all sizes and each."""
    rows = [(one, precision[:, :, n], recall[:, n]) for n, one in enumerate(result.classes)]
    rows.append((result.overall, precision, recall))
    for one, p, r in rows:
        got = [one.ap, one.ap50, one.ap75, one.coco_ap, one.ar]
        got += [value for part in one.sizes for value in (part.ap, part.ar)]
        at = p[..., 0]
        expected = [mean(at[0]), mean(at[0]), mean(at[5]), mean(at), mean(r[..., 0])]
        expected += [value for n in (1, 2, 3) for value in (mean(p[..., n]), mean(r[..., n]))]
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)
    counted = [one.true_positive for one in result.classes]
    with_truth = [one.truths for one in result.classes]
    np.testing.assert_allclose(np.nan_to_num(recall[0, :, 0]) * with_truth, counted, atol=1e-6)


SIZES = Sizes((250.0, 700.0), False)
RANGES = [[0, 1e12], [0, 250.0], [250.0, 700.0], [700.0, 1e12]]


def made_up(seed, ties, whole, number=90):
    """Boxes (xmin, ymin, xmax, ymax) of true objects and of detections near them, some of another class, with scores."""
    random = np.random.default_rng(seed)
    corner = random.integers(5, SIDE - 60, (number, 2)).astype(float)
    truth = np.concatenate([corner, corner + random.integers(12, 42, (number, 2))], axis=1)
    true_classes = random.integers(1, 4, number)
    near = random.integers(0, number, 220)
    moved = random.integers(-4, 5, (220, 4)) if whole else random.uniform(-4, 4, (220, 4))
    found = truth[near] + moved
    classes = np.where(random.random(220) < 0.85, true_classes[near], random.integers(1, 5, 220))  # 4: of no true object
    scores = random.integers(1, 30, 220) / 30 if ties else random.random(220)
    return found, scores, classes, truth, true_classes


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", [False, True])
def test_boxes(seed, ties):
    found, scores, classes, truth, true_classes = made_up(seed, ties, whole=False)
    data = list(shapely.box(*found.T)), scores, classes, list(shapely.box(*truth.T)), true_classes
    assert_same(ours(*data, SIZES), *library("bbox", *data, RANGES))


@pytest.mark.parametrize("seed", range(3))
def test_polygons_against_masks(seed):
    """Polygons with corners on whole numbers and sides along the axes are exactly their masks of pixels."""

    def angled(box):
        left, low, right, high = box
        cut = shapely.box(left, low, left + (right - left) // 2, low + (high - low) // 3)
        return shapely.box(*box).difference(cut)

    found, scores, classes, truth, true_classes = made_up(seed, ties=False, whole=True)
    data = [angled(box) for box in found], scores, classes, [angled(box) for box in truth], true_classes
    assert not any(one.equals(one.envelope) for one in data[0])
    assert_same(ours(*data, SIZES), *library("segm", *data, RANGES))


@pytest.mark.parametrize(("path", "kind"), [("neon-trees/labels.gpkg", "bbox"), ("banepa-buildings/labels.geojson", "given")])
def test_real_objects(shared_data, path, kind):
    """Crowns as boxes, roofs as outlines: labels, and as detections the same moved about, some twice, some invented."""
    truth = read_features(str(shared_data / path)).geometries[:300]
    random = np.random.default_rng(3)
    size = np.sqrt(shapely.area(truth))
    near = np.concatenate([random.permutation(len(truth))[:220], random.integers(0, len(truth), 80)])
    found = []
    for position in near.tolist():
        x, y = random.normal(0, 0.12, 2) * size[position]
        scale = random.uniform(0.8, 1.2)
        found.append(shapely.affinity.scale(shapely.affinity.translate(truth[position], x, y), scale, scale))
    low, high = np.quantile(shapely.area(truth), (0.3, 0.7)).tolist()
    ranges = [[0, 1e12], [0, low], [low, high], [high, 1e12]]
    labels = np.ones(300, int), np.ones(len(truth), int)
    scores = random.integers(1, 200, 300) / 2
    overlaps = None
    if kind == "given":  # each pair on its own, without our index and our shortcuts
        common = shapely.area(shapely.intersection(np.array(found)[:, None], truth[None, :]))
        overlaps = common / (shapely.area(found)[:, None] + shapely.area(truth)[None, :] - common)
    expected = library(kind, found, scores, labels[0], truth, labels[1], ranges, overlaps)
    result = ours(found, scores, labels[0], truth, labels[1], Sizes((low, high), False))
    assert_same(result, *expected)
    assert 0.1 < result.overall.coco_ap < 0.8


def test_a_map_is_dealt_into_small_images():
    """Ten thousand objects, and no matrix of more than a few hundred numbers."""
    corners = np.random.default_rng(5).uniform(0, 3000, (10_000, 2))
    found = shapely.box(*corners.T, *(corners + 20).T)
    overlaps = find_overlaps(found, found, 0.5, QUIET)
    ones = np.ones(10_000, int)
    images = split(overlaps, ones, ones, shapely.area(found), shapely.area(found))
    assert max(len(image.labels) for image in images) < 300
    assert sum(len(image.iou) for image in images) == len(overlaps.iou)
    scores = np.concatenate([image.scores for image in images])
    assert np.array_equal(np.sort(scores), np.arange(1, 10_001))
    for image in images:
        assert (np.diff(image.scores) < 0).all()


def test_groups_are_those_of_a_plain_search():
    random = np.random.default_rng(1)
    one, other = random.integers(0, 300, 200), random.integers(0, 300, 200)
    links = {n: set() for n in range(300)}
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        links[a].add(b)
        links[b].add(a)
    expected = np.full(300, -1)
    for start in range(300):
        front = [start] if expected[start] < 0 else []
        while front:
            node = front.pop()
            if expected[node] < 0:
                expected[node] = start
                front += links[node]
    assert np.array_equal(groups(300, one, other), expected)
    chain = np.arange(5000)
    assert not groups(5001, chain, chain + 1).any()


def test_nothing():
    none = Overlaps(np.empty(0, int), np.empty(0, int), np.empty(0))
    assert split(none, np.empty(0, int), np.empty(0, int), np.empty(0), np.empty(0)) == []
    assert len(COCO_IOUS) == 10
