"""Average precision and recall by COCO's own rules, through its library, from overlaps that are known already.

The library compares each detection of a class on an image with each true object there, in a matrix: a map of 100,000 objects
would need 80 GB. But objects that no chain of overlaps joins know nothing of each other, so that it is the same whether they
lie on one image or on several: :func:`split` deals a map into small images of objects that belong together, and the library
does the rest (matching at each IoU, ignoring what is of another size, precision at each recall) as on any set of images.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from .matching import COCO_IOUS, RECALLS, Overlaps

_TOGETHER = 64  # objects from which on an image takes no more groups: its matrices stay small
_EVERY_SIZE = (0.0, float("inf"))


@dataclass(frozen=True)
class Image:
    """What COCO compares among itself: m true objects and n detections.

    Attributes:
        truth: (m,) classes, counted from 1.
        labels: (n,) classes of the detections, by falling score.
        scores: (n,).
        detection, object: (p,) positions of the pairs that overlap; those of different classes do not count.
        iou: (p,) their intersection over union.
        true_areas, areas: (m,), (n,) sizes; None where only all sizes together are asked for.
    """

    truth: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    detection: np.ndarray
    object: np.ndarray
    iou: np.ndarray
    true_areas: np.ndarray | None = None
    areas: np.ndarray | None = None


@dataclass(frozen=True)
class Measured:
    """COCO's arrays for T IoUs, K classes and A ranges of size; NaN for a class without true objects of that size.

    Attributes:
        precision: (T, 101, K, A) at :data:`core.accuracy.matching.RECALLS`; 0 for recalls that are not reached.
        recall: (T, K, A) of all detections.
    """

    precision: np.ndarray
    recall: np.ndarray


class _Evaluation(COCOeval_faster):
    """Takes overlaps instead of computing them; they are those of the image."""

    images: dict[int, Image]

    def computeIoU(self, imgId: int, catId: int) -> np.ndarray | list[float]:
        """Return (detections by falling score, true objects) of a class on an image; see the library."""
        image = self.images[imgId]
        there, found = np.flatnonzero(image.truth == catId), np.flatnonzero(image.labels == catId)
        overlaps = np.zeros((len(found), len(there)))
        mine = (image.labels[image.detection] == catId) & (image.truth[image.object] == catId)
        rows, columns = np.searchsorted(found, image.detection[mine]), np.searchsorted(there, image.object[mine])
        overlaps[rows, columns] = image.iou[mine]
        return overlaps if overlaps.size else []


def evaluate(
    images: Sequence[Image],
    classes: int,
    ious: np.ndarray = COCO_IOUS,
    sizes: Sequence[tuple[float, float]] = (_EVERY_SIZE,),
) -> Measured:
    """Let COCO's library measure.

    Args:
        images: in the order that ranks detections of equal score.
        classes: their number, K.
        ious: (T,) from which overlap on a detection is the true object.
        sizes: least and largest area of each range, both inclusive; what lies outside counts neither as found nor as false.
    """
    ranges = [[low, min(high, 1e300)] for low, high in sizes]  # the library wants finite ends
    truth: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for number, image in enumerate(images, 1):
        for label, area in zip(image.truth.tolist(), _areas(image.true_areas, len(image.truth)), strict=True):
            box = {"bbox": [0.0, 0.0, area, 1.0], "area": area}
            truth.append({**box, "id": len(truth) + 1, "image_id": number, "category_id": label, "iscrowd": 0})
        details = zip(image.labels.tolist(), image.scores.tolist(), _areas(image.areas, len(image.labels)), strict=True)
        for label, score, area in details:  # the library takes the box's area for that of a detection
            box = {"bbox": [0.0, 0.0, area, 1.0], "segmentation": []}
            found.append({**box, "image_id": number, "category_id": label, "score": score})
    shape = (len(ious), len(RECALLS), classes, len(ranges))
    if not found or not truth:
        return _of_nothing(truth, shape, ranges)
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
    coco = COCO(
        {
            "images": [{"id": number, "height": 1, "width": 1} for number in range(1, len(images) + 1)],
            "annotations": truth,
            "categories": [{"id": label, "name": str(label)} for label in range(1, classes + 1)],
        }
    )
    evaluation = _Evaluation(coco, coco.loadRes(found), "bbox", print_function=lambda *_: None)
    evaluation.images = dict(enumerate(images, 1))
    evaluation.params.iouThrs, evaluation.params.recThrs = np.asarray(ious, np.float64), RECALLS
    evaluation.params.maxDets = [max(len(image.labels) for image in images)]  # COCO's 100 would cut dense ones
    evaluation.params.areaRng, evaluation.params.areaRngLbl = ranges, [str(number) for number in range(len(ranges))]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = np.asarray(evaluation.eval["precision"], np.float64).reshape(shape)
    recall = np.asarray(evaluation.eval["recall"], np.float64).reshape(shape[0], *shape[2:])
    return Measured(np.where(precision < 0, np.nan, precision), np.where(recall < 0, np.nan, recall))


def _areas(areas: np.ndarray | None, count: int) -> list[float]:
    return [1.0] * count if areas is None else areas.tolist()


def _of_nothing(truth: list[dict[str, Any]], shape: tuple[int, int, int, int], ranges: list[list[float]]) -> Measured:
    """Return the measures without detections or without true objects, for which the library has none."""
    known = np.zeros(shape[2:], bool)
    for one in truth:
        known[one["category_id"] - 1] |= [low <= one["area"] <= high for low, high in ranges]
    nothing = np.where(known, 0.0, np.nan)
    return Measured(np.broadcast_to(nothing, shape).copy(), np.broadcast_to(nothing, (shape[0], *shape[2:])).copy())


def split(overlaps: Overlaps, labels: np.ndarray, truth: np.ndarray, areas: np.ndarray, true_areas: np.ndarray) -> list[Image]:
    """Deal a map into images of objects that overlap each other, directly or through others.

    Args:
        overlaps: pairs of the same class.
        labels: (N,) classes from 1 of the detections, by falling confidence.
        truth: (M,) classes from 1 of the true objects.
        areas: (N,) sizes of the detections.
        true_areas: (M,) sizes of the true objects.

    Returns:
        The images; their scores are ranks, so that the order of the detections is that of the map whatever image they are on.
    """
    count, whole = len(labels), len(labels) + len(truth)
    group = groups(whole, overlaps.detection, count + overlaps.truth)
    # Groups in the order of their first object, packed into images of about as many objects.
    sizes = np.bincount(group, minlength=whole)
    starts = np.cumsum(sizes) - sizes
    image = (starts // _TOGETHER)[group]
    _, image = np.unique(image, return_inverse=True)
    number = int(image.max(initial=-1)) + 1
    found, there = _members(image[:count], number), _members(image[count:], number)
    pairs = _members(image[overlaps.detection], number)
    scores = np.arange(count, 0, -1.0)
    result = []
    for mine, objects, pair in zip(found, there, pairs, strict=True):
        detection = np.searchsorted(mine, overlaps.detection[pair])
        thing = np.searchsorted(objects, overlaps.truth[pair])
        classes = truth[objects], labels[mine]
        pairs_here = detection, thing, overlaps.iou[pair]
        result.append(Image(*classes, scores[mine], *pairs_here, true_areas[objects], areas[mine]))
    return result


def groups(count: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return (count,) int64: for each thing the lowest number that links ``one[k]``, ``other[k]`` join it to."""
    label = np.arange(count)
    while True:
        lowest = np.minimum(label[one], label[other])
        joined = label.copy()
        np.minimum.at(joined, label[one], lowest)
        np.minimum.at(joined, label[other], lowest)
        while not np.array_equal(joined, joined[joined]):
            joined = joined[joined]
        if np.array_equal(joined, label):
            return label
        label = joined


def _members(image: np.ndarray, number: int) -> list[np.ndarray]:
    """Return the positions, rising, that lie on each of ``number`` images."""
    order = np.argsort(image, kind="stable")
    return np.split(order, np.cumsum(np.bincount(image, minlength=number))[:-1]) if number else []
