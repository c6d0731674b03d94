"""From pixel values to what a network takes: the one place for training and detection alike."""

from __future__ import annotations

import numpy as np
import torch

from ..errors import ModelError
from ..imagery.band_names import color_of
from ..packages import IMAGENET, ModelCard, Normalisation


def choose_normalisation(
    dtype: np.dtype, band_names: tuple[str, ...], statistics: dict[str, tuple[float, ...]]
) -> Normalisation:
    """Choose how the pixels of a training set are scaled.

    Three bands of 8 bits that are red, green, blue, or have no telling name, are treated as photographs. Everything else is
    scaled by its own statistics, with the range cut at 8 standard deviations from the mean, so that a few broken pixels do
    not squeeze the rest.

    Args:
        dtype: pixel type.
        band_names: one per band.
        statistics: ``"min"``, ``"max"``, ``"mean"``, ``"std"``, each with one raw value per band.
    """
    colors = [color_of(name) for name in band_names]
    unnamed = all(not name or name.lower().startswith(("band", "gray", "undefined")) for name in band_names)
    if len(band_names) == 3 and np.dtype(dtype) == np.uint8 and (unnamed or colors == [0, 1, 2]):
        return IMAGENET
    low, high, mean, std = (np.asarray(statistics[key], np.float64) for key in ("min", "max", "mean", "std"))
    low, high = np.maximum(low, mean - 8 * std), np.minimum(high, mean + 8 * std)
    width = np.where(high > low, high - low, 1.0)  # a constant band becomes zeros
    return Normalisation(
        "statistics",
        minimum=tuple(low.tolist()),
        maximum=tuple((low + width).tolist()),
        mean=tuple(((mean - low) / width).tolist()),
        std=tuple(np.maximum(std / width, 1e-3).tolist()),
    )


def prepare(array: np.ndarray, card: ModelCard) -> torch.Tensor:
    """Scale pixels to 0..1 as the model was trained; mean and standard deviation are taken off inside the network.

    Values outside the range seen in training are cut to it, but for networks built in Esri's way, which see them as they are.
    A band that was the same everywhere in training becomes zeros.

    Args:
        array: (bands, h, w) of any type, with exactly the bands of ``card.bands`` in their order.
        card: of the model.

    Returns:
        float32 (bands, h, w), contiguous, on the CPU.

    Raises:
        ModelError: another number of bands, or 16-bit pixels for a model of 8-bit ones.
    """
    if array.ndim != 3 or array.shape[0] != len(card.bands):
        raise ModelError(
            f"The model takes {len(card.bands)} bands and was given {array.shape[0] if array.ndim == 3 else 1}.",
            "Use imagery with the bands that the model was trained on.",
        )
    numbers = card.normalisation
    if numbers.kind == "imagenet":
        if array.dtype != np.uint8:
            raise ModelError(
                f"The model was trained on 8-bit pixels (uint8) and was given {array.dtype}.",
                "Scale the imagery to 8 bits as the training imagery was, or train on this imagery.",
            )
        return torch.from_numpy(np.ascontiguousarray(array)).to(torch.float32).div_(255)
    low = np.asarray(numbers.minimum, np.float32)[:, None, None]
    width = np.asarray(numbers.maximum, np.float32)[:, None, None] - low
    scaled = (array.astype(np.float32) - low) / np.where(width > 0, width, np.inf)
    if card.layout == "kestrel":
        np.clip(scaled, 0, 1, out=scaled)
    return torch.from_numpy(np.nan_to_num(scaled, copy=False, posinf=1.0, neginf=0.0))
