"""The masks of the objects in one tile: small grids of probability, each over a rectangle of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

_FINEST = 1024  # cells along a side of a mask put together from several


@dataclass(frozen=True)
class Masks:
    """Masks of n objects.

    Between the centres of the cells the probability runs linearly; outside of its rectangle each mask is 0.

    Attributes:
        values: n grids (h, w) uint8, of any size, or one array (n, h, w): probability times 255 at the centre of each cell.
        places: (n, 4) float64: the rectangle that the cells divide, x0, y0, x1, y1 in pixels of the tile.
    """

    values: Sequence[np.ndarray] | np.ndarray
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: np.ndarray) -> Masks:
        """Return those at ``index``, positions."""
        values = self.values
        return Masks(values[index] if isinstance(values, np.ndarray) else [values[i] for i in index], self.places[index])


def over_boxes(values: np.ndarray, boxes: np.ndarray, height: int, width: int) -> Masks:
    """Return masks as a network draws them, (n, m, m) uint8 over boxes (n, 4), in a tile of so many pixels.

    The boxes are taken half a pixel wider to each side: torchvision, whose networks learn so, counts the pixels from the first
    to the last of a box, both included. It also rounds boxes to whole pixels, which is not done here.
    """
    wider = boxes + np.array([-0.5, -0.5, 0.5, 0.5])
    return Masks(values, np.clip(wider, 0, (width, height, width, height)))


def cut_to_boxes(masks: torch.Tensor, boxes: np.ndarray) -> Masks:
    """Return masks of the size of the tile cut to a pixel around their boxes.

    Bytes are enough: the outline moves by less than 1/255 of the width of the mask's edge.

    Args:
        masks: (n, h, w) probabilities 0..1, or bool, on any device, from which the parts alone are brought.
        boxes: (n, 4) pixels.
    """
    height, width = masks.shape[1:]
    sides = np.array([width, height, width, height])
    places = np.clip(np.concatenate([np.floor(boxes[:, :2]) - 1, np.ceil(boxes[:, 2:]) + 1], axis=1), 0, sides)
    if not len(places):
        return Masks([], places)
    spans = places.astype(int).tolist()
    quick = masks.device.type == "cpu" and masks.dtype != torch.bfloat16  # numpy cuts many small parts in less time
    images: Any = masks.numpy() if quick else masks
    parts = [images[i, top:bottom, left:right].reshape(-1) for i, (left, top, right, bottom) in enumerate(spans)]
    flat = to_bytes(torch.from_numpy(np.concatenate(parts)) if quick else torch.cat(parts)).cpu().numpy()
    shapes = [(bottom - top, right - left) for left, top, right, bottom in spans]
    ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
    return Masks([part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)], places)


def to_bytes(probabilities: torch.Tensor) -> torch.Tensor:
    """Return probabilities, 0..1 of any type, as uint8 0..255 of the same shape on the same device."""
    return probabilities.float().mul(255).round_().to(torch.uint8)


def mean_mask(masks: Masks) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of several masks of one object, n >= 1: its values (h, w) uint8, and its place (4,)."""
    place = np.concatenate([masks.places[:, :2].min(axis=0), masks.places[:, 2:].max(axis=0)])
    shapes = np.array([values.shape[::-1] for values in masks.values])
    cell = ((masks.places[:, 2:] - masks.places[:, :2]) / shapes).min(axis=0)  # width and height of the smallest
    columns, rows = np.clip(np.rint((place[2:] - place[:2]) / np.maximum(cell, 1e-9)), 1, _FINEST).astype(int)
    total = np.zeros((rows, columns))
    for values, own in zip(masks.values, masks.places, strict=True):
        x = place[0] + (np.arange(columns) + 0.5) * (place[2] - place[0]) / columns
        y = place[1] + (np.arange(rows) + 0.5) * (place[3] - place[1]) / rows
        down = _between(values.astype(np.float64), own[1], own[3], y)
        total += _between(down.T, own[0], own[2], x).T
    return np.rint(total / len(masks)).astype(np.uint8), place


def _between(values: np.ndarray, start: float, end: float, at: np.ndarray) -> np.ndarray:
    """Return the rows (k, w) at the places ``at`` (k,) of ``values`` (h, w), whose rows divide start..end; 0 outside."""
    padded = np.pad(values, ((1, 1), (0, 0)))
    position = np.clip((at - start) / max(end - start, 1e-9) * len(values) + 0.5, 0, len(values) + 1)
    before = np.minimum(position.astype(int), len(values))
    share = (position - before)[:, None]
    return padded[before] * (1 - share) + padded[before + 1] * share
