"""Chips that lie askew on the pixels they are read from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from affine import Affine

from .windows import Window

_EXACT = 1e-6  # pixels: closer to the middle of a pixel than this is the middle
_STRIP = 1 << 20  # pixels that are interpolated at once

Read = Callable[[Window], tuple[np.ndarray, np.ndarray]]


def sample(read: Read, matrix: Affine, width: int, height: int, nearest: bool) -> tuple[np.ndarray, np.ndarray]:
    """Interpolate an image at the middles of the pixels of a chip, bilinearly.

    Whole pixels moved, mirrored or turned by right angles come out unchanged. Where the chip's pixels are larger than the
    image's, the pixels between are not seen: this is for turning, not for shrinking.

    Args:
        read: returns the pixels, (bands, h, w), and whether they are valid, (h, w) bool, of a window, which may overhang.
        matrix: pixel of the chip to pixel of the image, both corner based.
        width: of the chip, pixels.
        height: of the chip, pixels.
        nearest: take the pixel that each middle lies in instead.

    Returns:
        Pixels, (bands, height, width) of the type read, 0 where they are not valid; and where they are, (height, width) bool:
        where all the pixels with a share in them are.
    """
    corners = [matrix * corner for corner in ((0, 0), (width, 0), (width, height), (0, height))]
    left, top = (int(np.floor(min(values))) - 1 for values in zip(*corners, strict=True))
    right, bottom = (int(np.ceil(max(values))) + 1 for values in zip(*corners, strict=True))
    window = Window(left, top, right - left, bottom - top)
    image, known = read(window)
    pixels = np.empty((len(image), height, width), image.dtype)
    valid = np.empty((height, width), bool)
    to_image = Affine.translation(-left - 0.5, -top - 0.5) * matrix * Affine.translation(0.5, 0.5)  # middles to middles
    step = max(_STRIP // width, 1)
    for begin in range(0, height, step):
        rows = slice(begin, min(begin + step, height))
        y, x = np.mgrid[rows, 0:width].reshape(2, -1).astype(np.float64)
        where = to_image.a * x + to_image.b * y + to_image.c, to_image.d * x + to_image.e * y + to_image.f
        strip, fine = _interpolate(image, known, *where, nearest)
        pixels[:, rows] = strip.reshape(len(image), -1, width)
        valid[rows] = fine.reshape(-1, width)
    return pixels, valid


def _interpolate(
    image: np.ndarray, known: np.ndarray, x: np.ndarray, y: np.ndarray, nearest: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values, (bands, n), of an image at places (n,) counted from its first middle, and their validity."""
    bands, width = image.reshape(len(image), -1), image.shape[2]
    col, row = (np.floor(place + (0.5 if nearest else _EXACT)).astype(np.intp) for place in (x, y))
    across, down = (np.zeros_like(x), np.zeros_like(y)) if nearest else (x - col, y - row)
    across[across < _EXACT], down[down < _EXACT] = 0, 0
    first = row * width + col
    if not across.any() and not down.any():
        valid = known.ravel()[first]
        return bands[:, first] * valid, valid

    kind = np.float64 if image.dtype.itemsize > 2 and image.dtype != np.float32 else np.float32
    across, down = across.astype(kind), down.astype(kind)
    shares = [
        (0, (1 - across) * (1 - down)),
        (1, across * (1 - down)),
        (width, (1 - across) * down),
        (width + 1, across * down),
    ]
    valid = np.ones(len(first), bool)
    for step, share in shares:
        valid &= known.ravel()[first + step] | (share == 0)
    values = np.zeros((len(bands), len(first)), image.dtype)
    for band, value in zip(bands, values, strict=True):
        mixed = sum(band[first + step] * share for step, share in shares)
        value[valid] = (mixed if image.dtype.kind == "f" else np.rint(mixed))[valid]
    return values, valid
