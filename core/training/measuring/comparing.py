"""What of a chip counts for measures: which detection overlaps which true object by how much. The pixels are not kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torchvision.ops import box_iou

from ...accuracy.matching import Overlaps
from ..data.augmentation import Target

LOWEST_IOU = 0.5  # overlaps below this match in no measure
_ELEMENTS = 2**25  # of the masks turned into numbers at a time: 128 MiB


@dataclass(frozen=True)
class ChipEntry:
    """A chip with m true objects and n detections.

    Attributes:
        number: of the chip.
        truth: (m,) labels, counted from 1.
        labels, scores: (n,) of the detections, by falling score.
        detection, object: (p,) positions of pairs that overlap by an IoU of :data:`LOWEST_IOU` or more, of any classes.
        iou: (p,) their intersection over union.
    """

    number: int
    truth: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    detection: np.ndarray
    object: np.ndarray
    iou: np.ndarray


def compare(number: int, target: Target, found: dict[str, torch.Tensor], masks: bool) -> ChipEntry:
    """Compare what was found on a chip with what is there.

    Args:
        number: of the chip.
        target: ``boxes`` (m, 4), ``labels`` (m,), and ``masks`` (m, h, w) when they count.
        found: ``boxes`` (n, 4), ``labels`` (n,), ``scores`` (n,), and ``masks`` (n, 1, h, w), 0..1, when they count; on any
            device: overlaps are computed there.
        masks: compare outlines instead of boxes.
    """
    order = torch.argsort(found["scores"].float(), descending=True, stable=True)
    iou = (mask_overlaps if masks else _box_overlaps)(found, target)[order].cpu().numpy()
    detection, thing = np.nonzero(iou >= LOWEST_IOU)
    return ChipEntry(
        number,
        target["labels"].cpu().numpy().astype(np.int64),
        found["labels"][order].cpu().numpy().astype(np.int64),
        found["scores"][order].cpu().numpy().astype(np.float64),
        detection,
        thing,
        iou[detection, thing],
    )


def _box_overlaps(found: dict[str, torch.Tensor], target: Target) -> torch.Tensor:
    boxes = found["boxes"].detach().double()
    return box_iou(boxes, target["boxes"].to(boxes))


def mask_overlaps(found: dict[str, torch.Tensor], target: Target) -> torch.Tensor:
    """Return (n, m) float64: intersection over union of masks, in pixels.

    A product of two matrices gives all intersections, on the device where the masks are; sums of up to 2**24 ones are exact
    in single precision.
    """
    one, other = (_flat(masks) for masks in (found["masks"].detach(), target["masks"].to(found["masks"].device)))
    shared = torch.zeros(len(one), len(other), dtype=torch.float64, device=one.device)
    if not shared.numel():
        return shared
    union = torch.zeros_like(shared)
    step = max(1, _ELEMENTS // (len(one) + len(other)))
    for start in range(0, one.shape[1], step):
        here, there = (flat[:, start : start + step].float() for flat in (one, other))
        with torch.autocast(one.device.type, enabled=False):  # half precision could not count
            common = (here @ there.T).double()
        shared += common
        union += here.sum(1).double()[:, None] + there.sum(1).double() - common
    return shared / union.clamp(min=1)


def _flat(masks: torch.Tensor) -> torch.Tensor:
    """Return (n, h * w) bool from (n, h, w) or (n, 1, h, w)."""
    return (masks if masks.dtype == torch.bool else masks >= 0.5).flatten(1)


@dataclass(frozen=True)
class Compared:
    """All chips together: N detections by falling score, M true objects.

    Attributes:
        chips: in the order of their numbers.
        truth, truth_chip: (M,) label, and position of the chip in ``chips``.
        labels, scores, chip: (N,) likewise.
        overlaps: pairs of any classes.
    """

    chips: tuple[ChipEntry, ...]
    truth: np.ndarray
    truth_chip: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    chip: np.ndarray
    overlaps: Overlaps

    @classmethod
    def of(cls, entries: Iterable[ChipEntry]) -> Compared:
        """Join chips; their order has no influence."""
        chips = tuple(sorted(entries, key=lambda entry: entry.number))
        found, there = [len(entry.labels) for entry in chips], [len(entry.truth) for entry in chips]
        scores, labels = _joined([entry.scores for entry in chips]), _joined([entry.labels for entry in chips])
        order = np.argsort(-scores, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        pairs = [len(entry.iou) for entry in chips]
        detection = _joined([entry.detection for entry in chips]) + np.repeat(_starts(found), pairs)
        thing = _joined([entry.object for entry in chips]) + np.repeat(_starts(there), pairs)
        i, j, iou = place[detection.astype(np.int64)], thing.astype(np.int64), _joined([entry.iou for entry in chips])
        rank = np.lexsort((-j, -iou, i))  # as core.accuracy.matching wants them
        numbers = np.arange(len(chips))
        return cls(
            chips,
            _joined([entry.truth for entry in chips]).astype(np.int64),
            np.repeat(numbers, there),
            labels[order].astype(np.int64),
            scores[order],
            np.repeat(numbers, found)[order],
            Overlaps(i[rank], j[rank], iou[rank]),
        )

    def of_same_class(self) -> Overlaps:
        """Return the pairs whose two classes are the same."""
        return self.overlaps.of_same_class(self.labels, self.truth)


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.empty(0)


def _starts(sizes: list[int]) -> np.ndarray:
    return np.cumsum([0, *sizes])[:-1]
