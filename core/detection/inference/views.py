"""Test-time augmentation: a tile shown turned, mirrored and in several sizes, and what is seen in all of them merged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import torch
from torch.nn.functional import interpolate

from .masks import Masks, mean_mask
from .prediction import Prediction

SAME = 0.5  # IoU of two boxes in two views that may be one object


@dataclass(frozen=True)
class View:
    """One way to look at a tile: enlarged, then mirrored left to right, then turned.

    Attributes:
        scale: of the sides, which become whole pixels.
        mirrored: whether left and right change places.
        turns: quarter turns against the clock, 0..3.
    """

    scale: float = 1.0
    mirrored: bool = False
    turns: int = 0

    def show(self, image: torch.Tensor) -> torch.Tensor:
        """Return the tile (C, h, w) as it looks in this view."""
        height, width = image.shape[-2:]
        size = self._size(height, width)
        if size != (height, width):
            image = interpolate(image[None], size=size, mode="bilinear", align_corners=False, antialias=self.scale < 1)[0]
        if self.mirrored:
            image = image.flip(-1)
        return torch.rot90(image, self.turns, (-2, -1)).contiguous()

    def back(self, seen: Prediction, height: int, width: int) -> Prediction:
        """Return what was seen in this view in pixels of the tile, whose size is given."""
        masks = seen.masks
        if masks is not None:
            values = [np.rot90(one, -self.turns) for one in masks.values]
            values = [one[:, ::-1] for one in values] if self.mirrored else values
            masks = Masks(values, self._boxes_back(masks.places, height, width))
        return Prediction(self._boxes_back(seen.boxes, height, width), seen.labels, seen.scores, masks)

    def _size(self, height: int, width: int) -> tuple[int, int]:
        return max(1, round(height * self.scale)), max(1, round(width * self.scale))

    def _boxes_back(self, boxes: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return boxes (n, 4) in pixels of the tile."""
        rows, columns = self._size(height, width)
        x, y = boxes[:, 0::2], boxes[:, 1::2]
        for turn in range(self.turns, 0, -1):  # the last first; before it, the picture was this wide
            x, y = (columns if turn % 2 else rows) - y, x
        if self.mirrored:
            x = columns - x
        x, y = np.sort(x, axis=1) * (width / columns), np.sort(y, axis=1) * (height / rows)
        return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1)


def all_views(scales: tuple[float, ...], mirror_only: bool) -> list[View]:
    """Return all ways to turn and mirror a tile, or to mirror it left to right alone, in each of the sizes."""
    turns = range(1) if mirror_only else range(4)
    return [View(scale, mirrored, turn) for scale in scales for mirrored in (False, True) for turn in turns]


def merge(seen: list[Prediction], policy: str) -> Prediction:
    """Return the objects that several views show: of each class, boxes that overlap by half, at most one of each view.

    The box is the mean of theirs, weighted by the score (Solovyev et al., "Weighted boxes fusion", 2021), the mask the mean of
    theirs.

    Args:
        seen: by each view, in pixels of the tile.
        policy: the score: ``"MEAN"`` of all views, 0 for those that do not show it; ``"MAX"`` or ``"MIN"`` of those that do.

    Returns:
        By falling score.
    """
    together = Prediction.join(seen)
    view = np.repeat(np.arange(len(seen)), [len(one.scores) for one in seen])
    groups = _groups(together, view)
    boxes, scores = np.empty((len(groups), 4)), np.empty(len(groups))
    for number, members in enumerate(groups):
        own = together.scores[members]
        weights = own if own.sum() > 0 else None
        boxes[number] = np.average(together.boxes[members], axis=0, weights=weights)
        scores[number] = own.sum() / len(seen) if policy == "MEAN" else own.max() if policy == "MAX" else own.min()
    first = np.array([members[0] for members in groups], dtype=np.int64)
    order = np.argsort(-scores, kind="stable")
    masks = None
    if together.masks is not None:
        drawn = [mean_mask(together.masks[groups[number]]) for number in order]
        masks = Masks([values for values, _ in drawn], np.array([place for _, place in drawn]).reshape(-1, 4))
    return Prediction(boxes[order], together.labels[first[order]], scores[order], masks)


def _groups(seen: Prediction, view: np.ndarray) -> list[np.ndarray]:
    """Return the positions of those that show one object, for each object.

    Pairs are joined by falling overlap, and never two of one view: neighbours that overlap are kept apart, since each view
    shows both.
    """
    frames = shapely.box(*seen.boxes.T)
    i, j = shapely.STRtree(frames).query(frames)
    fits = (i < j) & (view[i] != view[j]) & (seen.labels[i] == seen.labels[j])
    i, j = i[fits], j[fits]
    sides = np.minimum(seen.boxes[i, 2:], seen.boxes[j, 2:]) - np.maximum(seen.boxes[i, :2], seen.boxes[j, :2])
    common, areas = np.maximum(sides, 0).prod(axis=1), shapely.area(frames)
    union = areas[i] + areas[j] - common
    overlap = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    order = np.argsort(-overlap, kind="stable")
    order = order[overlap[order] >= SAME]
    group = list(range(len(seen.scores)))
    members = {number: [number] for number in group}
    views = {number: {int(view[number])} for number in group}
    for one, other in zip(i[order].tolist(), j[order].tolist(), strict=True):
        a, b = sorted((group[one], group[other]))
        if a != b and not views[a] & views[b]:
            views[a] |= views.pop(b)
            for moved in members[b]:
                group[moved] = a
            members[a] += members.pop(b)
    return [np.array(sorted(found)) for found in members.values()]
