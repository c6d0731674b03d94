"""Cut, zoom, turn, mirror and rotate a chip with its objects; in whole pixels, and without a copy that is not needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as change

from .objects import Objects, view


@dataclass(frozen=True)
class View:
    """What is seen of a chip.

    Attributes:
        pixels: (bands, h, w), of the type of the file; may share memory with the chip, so nothing may be written to it.
        objects: in it.
    """

    pixels: np.ndarray
    objects: Objects


@dataclass(frozen=True)
class Span:
    """Along one axis: pixels ``start``..``stop`` of the chip become ``length`` pixels from ``place`` on."""

    start: int
    stop: int
    place: int
    length: int

    @property
    def scale(self) -> float:
        """How much larger it becomes."""
        return self.length / (self.stop - self.start)


def middle(pixels: np.ndarray, objects: Objects, size: int) -> View:
    """Cut a chip to at most ``size`` x ``size`` pixels at its middle."""
    height, width = pixels.shape[1:]
    left, top = max(0, width - size) // 2, max(0, height - size) // 2
    right, bottom = min(width, left + size), min(height, top + size)
    if (right - left, bottom - top) == (width, height):
        return View(pixels, objects)
    return View(pixels[:, top:bottom, left:right], objects.cut(left, top, right, bottom))


def span(length: int, wanted: int, factor: float, rng: np.random.Generator) -> Span:
    """Draw the place of ``wanted`` pixels in a chip of ``length`` that becomes larger by ``factor``.

    They are full wherever the chip is large enough; else the whole chip lies among them somewhere.
    """
    window = max(1, round(wanted / factor))
    if window <= length:
        start = int(rng.integers(length - window + 1))
        return Span(start, start + window, 0, wanted)
    filled = min(wanted, max(1, round(length * factor)))
    return Span(0, length, int(rng.integers(wanted - filled + 1)), filled)


def seen(
    pixels: np.ndarray,
    objects: Objects,
    shape: tuple[int, int],
    spans: tuple[Span, Span],
    turn: tuple[bool, bool, bool],
    fill: np.ndarray,
) -> View:
    """Cut, turn, mirror, zoom and place a chip, in this order.

    Args:
        pixels: (bands, h, w) of the chip.
        objects: of the chip.
        shape: (h, w) of the result.
        spans: along y and x of the chip; only of a square result may they be swapped afterwards.
        turn: whether rows and columns are swapped, left and right, above and below.
        fill: (bands,) value of pixels beside the chip.
    """
    y, x = spans
    height, width = y.stop - y.start, x.stop - x.start
    pixels = pixels[:, y.start : y.stop, x.start : x.stop]
    objects = objects.cut(x.start, y.start, x.stop, y.stop)
    if any(turn):
        pixels, objects = view(pixels, *turn), objects.turned(width, height, *turn)
        if turn[0]:
            y, x = x, y
    pixels = resized(pixels, y.length, x.length)
    if (y.scale, x.scale, y.place, x.place) != (1, 1, 0, 0):
        objects = objects.placed(x.scale, y.scale, x.place, y.place)
    if pixels.shape[1:] != shape:
        canvas = np.empty((len(pixels), *shape), pixels.dtype)
        canvas[:] = fill[:, None, None]
        canvas[:, y.place : y.place + y.length, x.place : x.place + x.length] = pixels
        pixels = canvas
    return View(pixels, objects)


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return pixels (bands, h, w) resized to ``height`` x ``width``, bilinear, with antialiasing."""
    if pixels.shape[1:] == (height, width):
        return pixels
    kind = pixels.dtype
    # 8 bits have a path of their own, which is the quickest and needs no threads; other integers are rounded back here
    tensor = torch.from_numpy(np.ascontiguousarray(pixels, None if kind == np.uint8 else np.float32))
    result = change.resize(tensor, [height, width], antialias=True).numpy()
    return result if result.dtype == kind else _as(result, kind)


def rotated(seen: View, degrees: float, shape: tuple[int, int], fill: np.ndarray) -> View:
    """Turn a view about its middle, counter-clockwise, and cut it to ``shape`` there."""
    height, width = seen.pixels.shape[1:]
    kind = seen.pixels.dtype
    tensor = torch.from_numpy(np.ascontiguousarray(seen.pixels, np.float32))
    turned = change.rotate(tensor, degrees, InterpolationMode.BILINEAR, fill=fill.astype(float).tolist()).numpy()
    top, left = (height - shape[0]) // 2, (width - shape[1]) // 2
    pixels = turned[:, top : top + shape[0], left : left + shape[1]]
    objects = seen.objects.rotated(degrees, width, height).cut(left, top, left + shape[1], top + shape[0])
    return View(_as(pixels, kind), objects)


def margins(shape: tuple[int, int], degrees: float) -> tuple[int, int]:
    """Return the pixels above and beside a view of ``shape`` that it needs to have full corners when it is rotated."""
    height, width = shape
    cos, sin = abs(np.cos(np.deg2rad(degrees))), abs(np.sin(np.deg2rad(degrees)))
    grown = height * cos + width * sin, width * cos + height * sin
    y, x = (max(0, int(np.ceil((new - old) / 2))) for new, old in zip(grown, shape, strict=True))
    return y, x


def _as(pixels: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Return float32 pixels in the type of the file."""
    return (np.rint(pixels) if kind.kind in "iu" else pixels).astype(kind)
