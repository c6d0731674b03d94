"""What a network says about one tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .masks import Masks


@dataclass(frozen=True)
class Prediction:
    """What the network says about one tile, in pixels of the tile.

    Attributes:
        boxes: (n, 4) float64: x0, y0, x1, y1.
        labels: (n,) int64, counted from 1.
        scores: (n,) float64, 0..1.
        masks: of the n objects; None from a network that gives boxes only.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    masks: Masks | None

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, index: np.ndarray) -> Prediction:
        """Return those at ``index``, positions."""
        masks = None if self.masks is None else self.masks[index]
        return Prediction(self.boxes[index], self.labels[index], self.scores[index], masks)

    @classmethod
    def join(cls, parts: Sequence[Prediction]) -> Prediction:
        """Return all of ``parts``, at least one, as one."""
        boxes, labels, scores = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes", "labels", "scores")
        )
        masks = None
        if all(part.masks is not None for part in parts):
            drawn = [part.masks for part in parts if part.masks is not None]
            values = [one for masks in drawn for one in masks.values]
            masks = Masks(values, np.concatenate([masks.places for masks in drawn]))
        return cls(boxes, labels, scores, masks)
