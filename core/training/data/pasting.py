"""Copy-paste: objects of one chip laid over another (Ghiasi et al., "Simple Copy-Paste", 2021)."""

from __future__ import annotations

import numpy as np

from .geometry import View
from .objects import Objects, edges

HIDDEN = 0.7  # share of an object that is covered when it counts as gone


def paste(view: View, donor: View, rng: np.random.Generator) -> View:
    """Return a view with some of the objects of another one, which lie at their place in that, on top.

    With outlines the objects alone are pasted, and what they cover is cut off the outlines below. Without, the content of
    the boxes is, each together with those that it overlaps, because half an object without a label would teach wrong things.
    Objects that are covered for the most part go.

    Args:
        view: what is pasted on; stays as it is.
        donor: of the same size.
        rng: decides which objects.
    """
    count = len(donor.objects)
    if not count:
        return view
    chosen = rng.permutation(count)[: int(rng.integers(1, count + 1))]
    if donor.objects.masks is None:
        chosen = _with_neighbours(donor.objects.boxes, chosen)
    pasted = donor.objects.take(np.sort(chosen))
    pixels = np.array(view.pixels)
    height, width = pixels.shape[1:]
    covered = np.zeros((height, width), bool)
    for i, (x0, y0, x1, y1) in enumerate(_frames(pasted, height, width).tolist()):
        place = np.s_[..., y0:y1, x0:x1]
        mask = np.ones((1, 1), bool) if pasted.masks is None else pasted.masks[i]
        covered[place] |= mask
        np.copyto(pixels[place], donor.pixels[place], where=mask)
    return View(pixels, _joined(_below(view.objects, covered), pasted))


def _with_neighbours(boxes: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Add to the chosen boxes all that overlap any of them, and so on."""
    apart = (boxes[:, None, :2] >= boxes[None, :, 2:]) | (boxes[None, :, :2] >= boxes[:, None, 2:])
    overlap = ~np.asarray(apart.any(2))
    taken = np.zeros(len(boxes), bool)
    taken[chosen] = True
    count = 0
    while count < (count := int(taken.sum())):
        taken |= overlap[taken].any(0)
    return np.flatnonzero(taken)


def _frames(objects: Objects, height: int, width: int) -> np.ndarray:
    """Return the pixels (n, 4) of objects: of their masks, else of their boxes."""
    if objects.frames is not None:
        return objects.frames
    low, high = np.floor(objects.boxes[:, :2]), np.ceil(objects.boxes[:, 2:])
    return np.concatenate((low, high), 1).clip(0, (width, height) * 2).astype(np.int64)


def _below(objects: Objects, covered: np.ndarray) -> Objects:
    """Return what is left of objects under what covers them, bool (h, w)."""
    boxes = objects.boxes.copy()
    frames = _frames(objects, *covered.shape).copy()
    masks = None if objects.masks is None else list(objects.masks)
    kept = []
    for i, (x0, y0, x1, y1) in enumerate(frames.tolist()):
        above = covered[y0:y1, x0:x1]
        if above.any():
            if masks is None:
                if above.mean() > HIDDEN:
                    continue
            else:
                left = masks[i] & ~above
                tight = edges(left)
                if tight is None or left.sum() < (1 - HIDDEN) * masks[i].sum():
                    continue
                masks[i] = left[tight[1] : tight[3], tight[0] : tight[2]]
                if (tight[2] - tight[0], tight[3] - tight[1]) != (x1 - x0, y1 - y0):
                    frames[i] = np.array(tight) + np.array((x0, y0) * 2)
                    boxes[i] = frames[i]
        kept.append(i)
    if masks is None:
        return Objects(boxes[kept], objects.labels[kept])
    return Objects(boxes[kept], objects.labels[kept], frames[kept], [masks[i] for i in kept])


def _joined(one: Objects, other: Objects) -> Objects:
    boxes, labels = np.concatenate((one.boxes, other.boxes)), np.concatenate((one.labels, other.labels))
    if one.frames is None or one.masks is None or other.frames is None or other.masks is None:
        return Objects(boxes, labels)
    return Objects(boxes, labels, np.concatenate((one.frames, other.frames)), [*one.masks, *other.masks])
