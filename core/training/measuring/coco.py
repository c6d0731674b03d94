"""Average precision by COCO's own rules, through its library, from overlaps that are known already."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from .comparing import ChipEntry

IOUS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
_MOST = 10**6  # detections on a chip: COCO's 100 would cut dense ones
_BOX = [0.0, 0.0, 1.0, 1.0]  # the library wants one, but is told the overlaps


class _Evaluation(COCOeval_faster):
    """Takes overlaps instead of computing them; they are those of the chip's entry."""

    entries: dict[int, ChipEntry]

    def computeIoU(self, imgId: int, catId: int) -> np.ndarray | list[float]:
        """Return (detections by falling score, true objects) of a class on a chip; see the library."""
        entry = self.entries[imgId]
        overlaps = np.zeros((len(entry.labels), len(entry.truth)))
        overlaps[entry.detection, entry.object] = entry.iou
        own = overlaps[entry.labels == catId][:, entry.truth == catId]
        return own if own.size else []


def precision_at_recalls(chips: Sequence[ChipEntry], classes: int) -> np.ndarray:
    """Return COCO's precision at the recalls 0, 0.01 to 1: (10 IoUs from 0.5 to 0.95, 101 recalls, classes).

    NaN for classes without true objects; 0 for those never found.

    Args:
        chips: in the order that ranks detections of equal score.
        classes: their number.
    """
    shape = (len(IOUS), len(RECALLS), classes)
    labels = np.arange(1, classes + 1)
    known = np.isin(labels, np.concatenate([entry.truth for entry in chips]) if chips else [])
    if not any(len(entry.labels) for entry in chips):
        return np.where(known, np.zeros(shape), np.nan)
    truth: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for image, entry in enumerate(chips, 1):
        plain = {"image_id": image, "bbox": _BOX, "area": 1.0}
        for label in entry.truth.tolist():
            truth.append({**plain, "id": len(truth) + 1, "category_id": label, "iscrowd": 0})
        for label, score in zip(entry.labels.tolist(), entry.scores.tolist(), strict=True):
            found.append({**plain, "category_id": label, "score": score})
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
    images = [{"id": image, "height": 1, "width": 1} for image in range(1, len(chips) + 1)]
    coco = COCO(
        {"images": images, "annotations": truth, "categories": [{"id": int(label), "name": str(label)} for label in labels]}
    )
    evaluation = _Evaluation(coco, coco.loadRes(found), "bbox", print_function=lambda *_: None)
    evaluation.entries = dict(enumerate(chips, 1))
    evaluation.params.maxDets = [_MOST]
    evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = np.asarray(evaluation.eval["precision"], np.float64).reshape(shape)
    return np.where(known, precision, np.nan)
