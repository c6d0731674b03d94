"""Make chips brighter, flatter, softer or noisier on their way from the pixels of the file to what the network takes."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from torchvision.transforms.v2 import functional as change

from ...packages import ModelCard

_FIELD = 2**21  # values of noise kept; 8 MB


@dataclass(frozen=True)
class Look:
    """How the colours of a chip change.

    Attributes:
        contrast: factor of the distance to the mean of each band.
        gain: (bands,) factor of each band after that.
        blur: standard deviation of a Gaussian, pixels.
        noise: standard deviation, as a share of the range of the pixels.
    """

    contrast: float
    gain: np.ndarray
    blur: float = 0.0
    noise: float = 0.0


def recolored(pixels: np.ndarray, card: ModelCard, look: Look, rng: np.random.Generator) -> torch.Tensor:
    """Return pixels (bands, h, w) scaled as :func:`core.models.prepare` does, then changed, within 0..1.

    Scaling and colours are one pass over the pixels, in NumPy: PyTorch would start further threads from the one that makes
    the chip, which get into the way of the network on the processor.

    Args:
        pixels: of the type of the file.
        card: says how they are scaled.
        look: how they change.
        rng: of the noise.
    """
    numbers = card.normalisation
    values = pixels.astype(np.float32, order="C")
    if numbers.kind == "imagenet":
        scale, offset = np.full(len(pixels), 1 / 255), np.zeros(len(pixels))
    else:
        low, high = np.array(numbers.minimum), np.array(numbers.maximum)
        scale = np.divide(1, high - low, out=np.zeros(len(low)), where=high > low)
        offset = -low * scale
        np.clip(values, *(limit.astype(np.float32)[:, None, None] for limit in (low, high)), out=values)
    factor = look.contrast * look.gain
    if look.contrast != 1:
        mean = values.mean((1, 2)) * scale + offset
        offset = offset * factor + mean * (1 - look.contrast) * look.gain
    else:
        offset = offset * factor
    values *= (scale * factor).astype(np.float32)[:, None, None]
    values += offset.astype(np.float32)[:, None, None]
    if look.blur > 0.1:  # less changes nothing
        size = 2 * math.ceil(2.5 * look.blur) + 1
        values = change.gaussian_blur(torch.from_numpy(values), [size, size], [look.blur, look.blur]).numpy()
    if look.noise:
        values += _noise(values.shape, rng) * np.float32(look.noise)
    np.clip(values, 0, 1, out=values)
    return torch.from_numpy(values)


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return normal deviates: a piece of a field that is made once where it is large enough, because making them takes long."""
    count = math.prod(shape)
    if 2 * count > _FIELD:
        return rng.standard_normal(shape, np.float32)
    start = int(rng.integers(_FIELD - count))
    return _field()[start : start + count].reshape(shape)


@functools.cache
def _field() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(_FIELD, np.float32)


def neutral(card: ModelCard) -> np.ndarray:
    """Return the raw value (bands,) that becomes 0 inside the network: what it sees beside an image."""
    numbers = card.normalisation
    mean = np.array(numbers.mean)
    if numbers.kind == "imagenet":
        value = mean * 255
    else:
        low, high = np.array(numbers.minimum), np.array(numbers.maximum)
        value = low + mean * (high - low)
    kind = np.dtype(card.dtype or "float32")
    if kind.kind not in "iu":
        return value.astype(kind)
    limits = np.iinfo(kind)
    return np.rint(value).clip(limits.min, limits.max).astype(kind)
