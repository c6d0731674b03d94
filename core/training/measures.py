"""How good a detector is on chips with known objects: COCO's average precision and the best confidence threshold."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval.core import mask as rle

from .augmentation import Target


@dataclass(frozen=True)
class Scores:
    """Measures over a set of chips; NaN where there was nothing to measure.

    Attributes:
        ap50: mean over the classes of the average precision at IoU 0.5, 0..1.
        ap: the same, averaged over IoU 0.5, 0.55 .. 0.95.
        ap50_per_class: by class name.
        threshold: confidence with the best F1 score at IoU 0.5, 0..1.
        precision, recall, f1: at that confidence, mean over the classes.
        objects: number of true objects.
    """

    ap50: float
    ap: float
    ap50_per_class: dict[str, float]
    threshold: float
    precision: float
    recall: float
    f1: float
    objects: int


@dataclass
class Measures:
    """Collects true and detected objects chip by chip.

    Attributes:
        names: of the classes, in the order of the labels.
        masks: compare outlines instead of boxes.
    """

    names: list[str]
    masks: bool
    _images: list[dict[str, Any]] = field(default_factory=list)
    _truth: list[dict[str, Any]] = field(default_factory=list)
    _found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, size: tuple[int, int], target: Target, found: dict[str, torch.Tensor]) -> None:
        """Add a chip of ``size`` (h, w): its objects and what the network found there."""
        image = len(self._images) + 1
        self._images.append({"id": image, "height": size[0], "width": size[1]})
        for entry in _entries(image, target, self.masks):
            self._truth.append({**entry, "id": len(self._truth) + 1, "iscrowd": 0})
        for entry, score in zip(_entries(image, found, self.masks), found["scores"].tolist(), strict=True):
            self._found.append({**entry, "score": score})

    def scores(self) -> Scores:
        """Measure all that was added."""
        if not self._truth:
            nan = float("nan")
            return Scores(nan, nan, {}, 0.5, nan, nan, nan, 0)
        if not self._found:
            present = {entry["category_id"] for entry in self._truth}
            zeros = {name: 0.0 for label, name in enumerate(self.names, 1) if label in present}
            return Scores(0.0, 0.0, zeros, 0.5, 0.0, 0.0, 0.0, len(self._truth))
        precision, scores = self._evaluate()
        known = [k for k in range(len(self.names)) if (precision[0, :, k] >= 0).any()]  # classes with true objects
        ap50 = {self.names[k]: float(precision[0, :, k].mean()) for k in known}
        threshold, p, r, f1 = _best_f1(precision[0][:, known], scores[0][:, known])
        return Scores(
            float(np.mean(list(ap50.values()))),
            float(precision[:, :, known].mean()),
            ap50,
            threshold,
            p,
            r,
            f1,
            len(self._truth),
        )

    def _evaluate(self) -> tuple[np.ndarray, np.ndarray]:
        """Return COCO's precision and score at 101 recall levels: two arrays (IoU 10, recall 101, classes)."""
        categories = [{"id": label, "name": name} for label, name in enumerate(self.names, 1)]
        logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
        truth = COCO({"images": self._images, "annotations": self._truth, "categories": categories})
        kind = "segm" if self.masks else "bbox"
        evaluation = COCOeval_faster(truth, truth.loadRes(self._found), kind, print_function=lambda *_: None)
        evaluation.params.maxDets = [10000]  # COCO's 100 would cut dense chips
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
        shape = (len(evaluation.params.iouThrs), len(evaluation.params.recThrs), len(categories))
        return tuple(np.asarray(evaluation.eval[key]).reshape(shape) for key in ("precision", "scores"))  # type: ignore[return-value]


def _entries(image: int, objects: dict[str, torch.Tensor], masks: bool) -> list[dict[str, Any]]:
    """Return objects as COCO annotations."""
    boxes = objects["boxes"].detach().float().cpu().numpy().astype(np.float64)
    sides = boxes[:, 2:] - boxes[:, :2]
    entries = [
        {
            "image_id": image,
            "category_id": int(label),
            "bbox": [*map(float, corner), *map(float, side)],
            "area": float(side.prod()),
        }
        for label, corner, side in zip(objects["labels"].tolist(), boxes[:, :2], sides, strict=True)
    ]
    if masks and entries:
        planes = objects["masks"].detach()
        planes = (planes[:, 0] if planes.ndim == 4 else planes) >= 0.5
        for entry, plane in zip(entries, planes.cpu().numpy(), strict=True):
            entry["segmentation"] = rle.encode(np.asfortranarray(plane[..., None], dtype=np.uint8))[0]
            entry["area"] = float(plane.sum())
    return entries


def _best_f1(precision: np.ndarray, scores: np.ndarray) -> tuple[float, float, float, float]:
    """Return the threshold with the best F1 (mean over classes), and precision, recall, F1 there.

    Args:
        precision: at each recall level 0, 0.01 .. 1 and class, (101, classes); falling along the first axis.
        scores: the confidence at which that recall is reached; 0 where it never is.
    """
    levels = np.linspace(0, 1, len(precision))
    best = (0.5, 0.0, 0.0, 0.0)
    for threshold in np.unique(scores[scores > 0]):
        place = (scores >= threshold).sum(0) - 1  # the last level reached by each class; -1 for none
        reached = place >= 0
        r = np.where(reached, levels[place], 0.0)
        p = np.where(reached, precision[place, np.arange(precision.shape[1])], 0.0)
        f1 = float(np.mean(2 * p * r / np.maximum(p + r, 1e-9)))
        if f1 > best[3]:
            best = (float(threshold), float(p.mean()), float(r.mean()), f1)
    return best
