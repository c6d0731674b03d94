"""Masks as COCO's run lengths: columns from left to right, runs of pixels outside and inside in turn, outside first.

The library that COCO gives for it trusts what it decodes; label files come from anywhere, so they are decoded here.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def encode(mask: np.ndarray) -> dict[str, Any]:
    """Return a (h, w) bool mask as COCO's uncompressed ``{"size": [h, w], "counts": [...]}``."""
    pixels = np.concatenate([[False], mask.ravel(order="F")])  # the first run is of pixels outside, perhaps none
    starts = np.flatnonzero(pixels[1:] != pixels[:-1])
    counts = np.diff(np.concatenate([[0], starts, [mask.size]]))
    return {"size": list(mask.shape), "counts": counts.tolist()}


def decode(rle: Any) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the lengths of the runs, (k,) int64, and (height, width).

    Args:
        rle: COCO's dictionary, with counts as numbers or as compressed text.

    Raises:
        ValueError: the runs do not fill the mask.
    """
    try:
        height, width = (int(length) for length in rle["size"])
        counts = rle["counts"]
        runs = np.array(_decompress(counts) if isinstance(counts, str) else counts, np.int64).reshape(-1)
    except (TypeError, KeyError, OverflowError) as error:
        raise ValueError("an outline is no run-length encoding") from error
    if not 0 < height * width < 2**31 or (runs < 0).any() or (runs > height * width).any() or runs.sum() != height * width:
        raise ValueError(f"a run-length encoding does not fill its {width} x {height} pixels")
    return runs, (height, width)


def mask(runs: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the (h, w) bool mask of runs and size as of :func:`decode`."""
    height, width = size
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height).T


def _decompress(text: str) -> list[int]:
    """Numbers of 5 bits a character, the lowest first, from the third run on as difference to the run before the last."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift > 60:
            raise ValueError("a compressed run-length encoding is broken")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return counts
