"""Compute Accuracy: objects per second against COCO's library, which takes a map as one image while its matrices fit memory."""

from __future__ import annotations

import logging
import time

import numpy as np
import shapely
from faster_coco_eval import COCO, COCOeval_faster

from core.accuracy.inputs import Objects
from core.accuracy.marks import mark
from core.accuracy.scores import score
from core.accuracy.sizes import size_limits
from core.reporting import silent

NAME = "Accuracy"


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table: as many detections as true objects, in three classes.

    Kestrel's time holds the matching, all measures, AP by size, the confusion and why each mistake is one; the library's the
    average precision of boxes. Where one image is too much for it, the row is held against Kestrel's own speed at a tenth:
    a ratio of 1 is linear growth.
    """
    rows: list[dict[str, float | str]] = []
    small = 500 if quick else 5000
    found, truth = _boxes(small)
    ours, theirs = small / _ours(found, truth), small / _library(found, truth)
    rows.append(_row(f"{small:,} boxes", ours, theirs, "faster-coco-eval, the map as one image, AP only"))
    for kind, make, count in (("boxes", _boxes, 100_000), ("polygons", _polygons, 100_000)):
        count = count // 50 if quick else count
        found, truth = make(count)
        speed = count / _ours(found, truth)
        start = count // 10
        base = start / _ours(*make(start))
        rows.append(_row(f"{count:,} {kind}", speed, base, f"Kestrel's own at {start:,} (1 = linear growth)"))
    return rows


def _row(what: str, ours: float, limit: float, limit_is: str) -> dict[str, float | str]:
    return {
        "tool": f"{NAME}, {what}", "unit": "objects/s", "kestrel": ours, "limit": limit, "ratio": ours / limit,
        "limit_is": limit_is,
    }  # fmt: skip


def _places(count: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    truth = random.uniform(0, 15 * count**0.5, (count, 2))
    return random, truth, truth + random.normal(0, 1, (count, 2))


def _objects(shapes: np.ndarray, random: np.random.Generator, ranked: bool) -> Objects:
    count = len(shapes)
    confidence = np.sort(random.random(count))[::-1] if ranked else None
    return Objects(NAME, shapes, shapes, (np.arange(count) % 3).astype(str), np.arange(count), confidence)


def _boxes(count: int) -> tuple[Objects, Objects]:
    random, there, here = _places(count)
    size = random.uniform(5, 15, (count, 2))
    truth = shapely.box(*there.T, *(there + size).T)
    return _objects(shapely.box(*here.T, *(here + size).T), random, True), _objects(truth, random, False)


def _polygons(count: int) -> tuple[Objects, Objects]:
    """Discs of 21 points."""
    random, there, here = _places(count)
    size = random.uniform(3, 7, count)
    truth, found = (shapely.buffer(shapely.points(place), size, quad_segs=5) for place in (there, here))
    return _objects(found, random, True), _objects(truth, random, False)


def _ours(found: Objects, truth: Objects) -> float:
    start = time.perf_counter()
    comparison = score(found, truth, 0.5, size_limits(shapely.area(truth.shapes), None), silent())
    mark(found, truth, comparison, 0.5)
    return time.perf_counter() - start


def _library(found: Objects, truth: Objects) -> float:
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
    start = time.perf_counter()
    there, here = (
        [
            {"image_id": 1, "category_id": int(label) + 1, "bbox": [x, y, right - x, high - y], "area": 1.0, "iscrowd": 0}
            for label, (x, y, right, high) in zip(side.classes, shapely.bounds(side.shapes).tolist(), strict=True)
        ]
        for side in (truth, found)
    )
    annotations = [{**one, "id": number} for number, one in enumerate(there, 1)]
    results = [{**one, "score": float(value)} for one, value in zip(here, found.confidence, strict=True)]
    names = [{"id": label, "name": str(label)} for label in (1, 2, 3)]
    coco = COCO({"images": [{"id": 1, "width": 1, "height": 1}], "annotations": annotations, "categories": names})
    evaluation = COCOeval_faster(coco, coco.loadRes(results), "bbox", print_function=lambda *_: None)
    evaluation.params.maxDets = [len(results)]
    evaluation.evaluate()
    evaluation.accumulate()
    return time.perf_counter() - start
