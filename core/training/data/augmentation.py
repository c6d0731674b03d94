"""Change training chips at random, as an aircraft could have seen them: turned, nearer, brighter, with other objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .color import Look
from .geometry import View, margins, rotated, seen, span
from .objects import Objects

Target = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Augmentation:
    """How much training chips change; the defaults change nothing.

    Attributes are those of :data:`core.jobs.augmentations.AUGMENTATIONS`.
    """

    dihedral: bool = False
    scale: tuple[float, float] = (1.0, 1.0)
    rotate: float = 0.0
    crop: float = 1.0
    brightness: float = 0.0
    contrast: float = 0.0
    color: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    copy_paste: float = 0.0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Augmentation:
        """Make it from :meth:`core.jobs.TrainModel.augmentation_values`."""
        given = dict(values)
        low, high = sorted(float(value) for value in given.pop("scale", None) or (1, 1))
        return cls(scale=(low, high), dihedral=bool(given.pop("dihedral", 0)), **given)

    @property
    def recolors(self) -> bool:
        """Whether any colour changes."""
        return any((self.brightness, self.contrast, self.color, self.blur, self.noise))

    def shape(self, height: int, width: int, size: int) -> tuple[int, int]:
        """Return height and width of what is made of a chip: the same for all chips of a size."""
        y, x = (min(size, side, max(1, round(side * self.crop))) for side in (height, width))
        return y, x


def draw_view(
    pixels: np.ndarray,
    objects: Objects,
    shape: tuple[int, int],
    augmentation: Augmentation,
    fill: np.ndarray,
    upright: bool,
    rng: np.random.Generator,
) -> View:
    """Draw a view of a chip: cut, zoomed, turned, rotated; always of ``shape``.

    What lies beside the chip when it is zoomed out takes the mean colour, which the network sees as zero. All views are of
    one size, because networks are quickest when every batch is.

    Args:
        pixels: (bands, h, w) of the chip, of the type of the file.
        objects: of the chip.
        shape: (h, w) of the view.
        augmentation: how much may change.
        fill: (bands,) colour beside the chip.
        upright: whether the picture has an above and a below: such a one is at most mirrored left to right. Views that are
            not square are turned by half turns alone.
        rng: of what is drawn.
    """
    low, high = np.log(augmentation.scale)
    factor = float(np.exp(rng.uniform(low, high))) if low < high else float(np.exp(low))
    degrees = float(rng.uniform(-augmentation.rotate, augmentation.rotate)) if augmentation.rotate else 0.0
    beside_y, beside_x = margins(shape, degrees) if degrees else (0, 0)
    wider = shape[0] + 2 * beside_y, shape[1] + 2 * beside_x
    turn = (False, False, False)
    if augmentation.dihedral:
        swap, mirror_x, mirror_y = (rng.integers(2, size=3) > 0).tolist()
        turn = swap and not upright and wider[0] == wider[1], mirror_x, mirror_y and not upright
    window = wider[::-1] if turn[0] else wider
    spans = tuple(span(length, wanted, factor, rng) for length, wanted in zip(pixels.shape[1:], window, strict=True))
    result = seen(pixels, objects, wider, (spans[0], spans[1]), turn, fill)
    return rotated(result, degrees, shape, fill) if degrees else result


def draw_look(bands: int, augmentation: Augmentation, rng: np.random.Generator) -> Look:
    """Draw how the colours of a chip with so many bands change."""
    brightness, contrast = (
        float(rng.uniform(1 - most, 1 + most)) if most else 1.0 for most in (augmentation.brightness, augmentation.contrast)
    )
    gain = np.full(bands, brightness)
    if augmentation.color:
        gain *= rng.uniform(1 - augmentation.color, 1 + augmentation.color, bands)
    blur, noise = (float(rng.uniform(0, most)) if most else 0.0 for most in (augmentation.blur, augmentation.noise))
    return Look(contrast, gain, blur, noise)
