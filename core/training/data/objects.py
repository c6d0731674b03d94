"""The objects of a chip while it is changed: boxes, and outlines as small masks that are no larger than their object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VISIBLE = 0.25  # share of a box that must be inside a cut chip for the object to count
SMALLEST = 2.0  # pixels: objects that become smaller than that go


class PackedMasks(Sequence[np.ndarray]):
    """Masks at an eighth of their size; each is unpacked when it is asked for."""

    def __init__(self, masks: Sequence[np.ndarray]) -> None:
        self._shapes = [mask.shape for mask in masks]
        self._bits = [np.packbits(mask) for mask in masks]

    def __len__(self) -> int:
        return len(self._bits)

    def __getitem__(self, number: int) -> np.ndarray:  # type: ignore[override]  # no slices
        height, width = self._shapes[number]
        return np.unpackbits(self._bits[number], count=height * width).view(bool).reshape(height, width)

    @property
    def nbytes(self) -> int:
        """Memory taken, with what Python needs to hold it."""
        return sum(bits.nbytes + 200 for bits in self._bits)


@dataclass(frozen=True)
class Objects:
    """The n objects of a chip.

    Attributes:
        boxes: float32 (n, 4), x0, y0, x1, y1 in pixels of the chip.
        labels: int64 (n,), counted from 1.
        frames: int64 (n, 4), the pixels x0, y0, x1, y1 that each mask covers; None without outlines.
        masks: n arrays, bool (y1 - y0, x1 - x0), each the part of the outline's mask inside its frame.
    """

    boxes: np.ndarray
    labels: np.ndarray
    frames: np.ndarray | None = None
    masks: Sequence[np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: np.ndarray) -> Objects:
        """Return some of the objects, by their numbers."""
        if self.frames is None or self.masks is None:
            return Objects(self.boxes[chosen], self.labels[chosen])
        masks = [self.masks[i] for i in chosen.tolist()]
        return Objects(self.boxes[chosen], self.labels[chosen], self.frames[chosen], masks)

    def cut(self, left: int, top: int, right: int, bottom: int) -> Objects:
        """Return what is inside a window, in pixels of the window.

        Objects outside go; those cut keep what is inside, if at least a quarter of their box is.
        """
        low, high = np.array((left, top) * 2, np.float32), np.array((right, bottom) * 2, np.float32)
        inside = np.minimum(np.maximum(self.boxes, low), high)
        sides = inside[:, 2:] - inside[:, :2]
        whole = self.boxes[:, 2:] - self.boxes[:, :2]
        keep = (sides[:, 0] * sides[:, 1] >= VISIBLE * whole[:, 0] * whole[:, 1]) & (sides >= 1).all(1)
        chosen = np.flatnonzero(keep)
        boxes = inside[chosen] - low
        if self.frames is None or self.masks is None:
            return Objects(boxes, self.labels[chosen])
        return self._cut_masks(chosen, boxes, left, top, right, bottom)

    def _cut_masks(self, chosen: np.ndarray, boxes: np.ndarray, left: int, top: int, right: int, bottom: int) -> Objects:
        assert self.frames is not None  # nosec B101
        assert self.masks is not None  # nosec B101
        frames = self.frames[chosen] - np.array((left, top) * 2)
        width, height = right - left, bottom - top
        masks: list[np.ndarray] = []
        kept: list[int] = []
        for row, (i, (x0, y0, x1, y1)) in enumerate(zip(chosen.tolist(), frames.tolist(), strict=True)):
            mask = self.masks[i]
            if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
                mask = mask[max(-y0, 0) : height - y0, max(-x0, 0) : width - x0]
                tight = edges(mask)
                if tight is None:
                    continue
                mask = mask[tight[1] : tight[3], tight[0] : tight[2]]
                frames[row] = np.array(tight) + np.array((max(x0, 0), max(y0, 0)) * 2)
                boxes[row] = frames[row]  # an outline can have less inside than its box
            kept.append(row)
            masks.append(mask)
        if len(kept) < len(chosen):
            boxes, frames, chosen = boxes[kept], frames[kept], chosen[kept]
        return Objects(boxes, self.labels[chosen], frames, masks)

    def turned(self, width: int, height: int, transpose: bool, mirror_x: bool, mirror_y: bool) -> Objects:
        """Return the objects of the chip, ``width`` x ``height``, with rows and columns swapped, then mirrored; exact."""
        boxes, frames, masks = self.boxes, self.frames, self.masks
        if transpose:
            width, height = height, width
            boxes, frames = _swapped(boxes), None if frames is None else _swapped(frames)
        boxes = _mirrored(boxes, width, height, mirror_x, mirror_y)
        if frames is None or masks is None:
            return Objects(boxes, self.labels)
        frames = _mirrored(frames, width, height, mirror_x, mirror_y)
        return Objects(boxes, self.labels, frames, [view(mask, transpose, mirror_x, mirror_y) for mask in masks])

    def placed(self, scale_x: float, scale_y: float, left: int = 0, top: int = 0) -> Objects:
        """Return the objects of the chip when it is resized and then laid at a place; those that become too small go."""
        # in float64, so that what ends at the edge of the chip ends at that of the result
        boxes = (self.boxes * np.array((scale_x, scale_y) * 2)).astype(np.float32)
        before, after = (some[:, 2:] - some[:, :2] for some in (self.boxes, boxes))
        keep = (after >= np.minimum(before, SMALLEST)).all(1)
        boxes += np.array((left, top) * 2, np.float32)
        if self.frames is None or self.masks is None:
            return Objects(boxes[keep], self.labels[keep])
        if (scale_x, scale_y) == (1, 1):
            return Objects(boxes, self.labels, self.frames + np.array((left, top) * 2), self.masks)
        # A pixel of the result shows what is at its middle.
        frames = np.ceil(self.frames * np.array((scale_x, scale_y) * 2) - 0.5).astype(np.int64)
        columns, rows = (_sources(frames[:, axis::2].max(initial=0), s) for axis, s in enumerate((scale_x, scale_y)))
        masks: list[np.ndarray] = []
        kept: list[int] = []
        for i in np.flatnonzero(keep).tolist():
            x0, y0, x1, y1 = frames[i].tolist()
            if x0 < x1 and y0 < y1:
                origin_x, origin_y = self.frames[i, :2].tolist()
                mask = self.masks[i]
                mask = mask.take(rows[y0:y1] - origin_y, 0, mode="clip").take(columns[x0:x1] - origin_x, 1, mode="clip")
                if mask.any():
                    kept.append(i)
                    masks.append(mask)
        return Objects(boxes[kept], self.labels[kept], frames[kept] + np.array((left, top) * 2), masks)

    def rotated(self, degrees: float, width: int, height: int) -> Objects:
        """Return the objects when the chip is turned about its middle, counter-clockwise; parts may lie outside it then.

        Without an outline an object is taken for the ellipse in its box, whose box is not blown up as that of the corners
        would be (Kalra et al., "Towards Rotation Invariance in Object Detection", 2021).
        """
        angle = np.deg2rad(degrees)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        middle = np.array((width / 2, height / 2))
        turn = np.array(((cos, -sin), (sin, cos)))  # of row vectors with y pointing down
        if self.frames is None or self.masks is None:
            centers = ((self.boxes[:, :2] + self.boxes[:, 2:]) / 2 - middle) @ turn + middle
            half_x, half_y = ((self.boxes[:, 2:] - self.boxes[:, :2]) / 2).T
            half = np.column_stack((np.hypot(half_x * cos, half_y * sin), np.hypot(half_x * sin, half_y * cos)))
            return Objects(np.concatenate((centers - half, centers + half), 1).astype(np.float32), self.labels)
        frames, masks, kept = [], [], []
        for i, mask in enumerate(self.masks):
            x0, y0, x1, y1 = self.frames[i].tolist()
            corners = (np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1))) - middle) @ turn + middle
            (left, top), (right, bottom) = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int)
            x = np.arange(left, right) + (0.5 - middle[0])
            y = (np.arange(top, bottom) + (0.5 - middle[1]))[:, None]
            columns = np.floor(x * cos - y * sin + middle[0]).astype(np.int64) - x0
            rows = np.floor(x * sin + y * cos + middle[1]).astype(np.int64) - y0
            inside = (columns >= 0) & (columns < x1 - x0) & (rows >= 0) & (rows < y1 - y0)
            turned = mask[rows.clip(0, y1 - y0 - 1), columns.clip(0, x1 - x0 - 1)] & inside
            tight = edges(turned)
            if tight is not None:
                frames.append((left + tight[0], top + tight[1], left + tight[2], top + tight[3]))
                masks.append(turned[tight[1] : tight[3], tight[0] : tight[2]])
                kept.append(i)
        around = np.array(frames, np.int64).reshape(-1, 4)
        return Objects(around.astype(np.float32), self.labels[kept], around, masks)

    def planes(self, height: int, width: int) -> np.ndarray | None:
        """Return the masks as uint8 (n, height, width) of the whole chip; None without outlines."""
        if self.frames is None or self.masks is None:
            return None
        planes = np.zeros((len(self), height, width), np.uint8)
        for plane, mask, (x0, y0, x1, y1) in zip(planes, self.masks, self.frames.tolist(), strict=True):
            plane[y0:y1, x0:x1] = mask
        return planes


def edges(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return the pixels x0, y0, x1, y1 around what is True in a (h, w) mask; None for nothing."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def view(array: np.ndarray, transpose: bool, mirror_x: bool, mirror_y: bool) -> np.ndarray:
    """Return an array (..., h, w) with rows and columns swapped, then mirrored; the pixels are not copied."""
    if transpose:
        array = array.swapaxes(-1, -2)
    return array[..., :: -1 if mirror_y else 1, :: -1 if mirror_x else 1]


def _swapped(boxes: np.ndarray) -> np.ndarray:
    return boxes[:, [1, 0, 3, 2]]


def _mirrored(boxes: np.ndarray, width: int, height: int, mirror_x: bool, mirror_y: bool) -> np.ndarray:
    boxes = boxes.copy()
    if mirror_x:
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    if mirror_y:
        boxes[:, [1, 3]] = height - boxes[:, [3, 1]]
    return boxes


def _sources(length: int, scale: float) -> np.ndarray:
    """Return the pixel before resizing that lies under the middle of each pixel after it."""
    return ((np.arange(length) + 0.5) / scale).astype(np.int64)
