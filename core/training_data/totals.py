"""Sums over chips that are merged as the chips come: pixels per band, objects per class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chips import BandStatistics


@dataclass
class BandTotals:
    """Of each band: arrays of (bands,).

    Attributes:
        count: pixels with data.
        low, high: extremes.
        mean: mean.
        deviation: sum of squared deviations from the mean (M2).
    """

    count: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, pixels: np.ndarray, valid: np.ndarray) -> BandTotals:
        """Return the totals of (bands, h, w) pixels where ``valid``, (h, w), is True; at least one pixel is."""
        flat = pixels.reshape(len(pixels), -1) if valid.all() else pixels[:, valid]
        low, high = flat.min(axis=1).astype(float), flat.max(axis=1).astype(float)
        if pixels.dtype.itemsize == 1:  # exact and many times quicker: the sums over 256 values
            values = (
                np.arange(256, dtype=np.float64) if pixels.dtype.kind == "u" else np.arange(256, dtype=np.uint8).view(np.int8)
            )
            weights = np.stack([np.bincount(band.view(np.uint8), minlength=256) for band in np.ascontiguousarray(flat)])
            mean = weights @ values / flat.shape[1]
            deviation = (weights * (values - mean[:, None]) ** 2).sum(axis=1)
        else:
            mean = flat.mean(axis=1, dtype=np.float64)
            deviation = ((flat - mean[:, None]) ** 2).sum(axis=1)
        return cls(np.full(len(pixels), flat.shape[1]), low, high, mean, deviation)

    def merge(self, other: BandTotals) -> BandTotals:
        """Return the totals of both; Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm" (1979)."""
        count = self.count + other.count
        shift = other.mean - self.mean
        return BandTotals(
            count,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            self.mean + shift * other.count / count,
            self.deviation + other.deviation + shift**2 * self.count * other.count / count,
        )

    def statistics(self) -> list[BandStatistics]:
        """Return the statistics of each band."""
        std = np.sqrt(self.deviation / self.count)
        rows = zip(self.low, self.high, self.mean, std, strict=True)
        return [BandStatistics(*(float(value) for value in row)) for row in rows]


@dataclass
class Series:
    """Minimum, maximum, sum and number of some values."""

    low: float = 0.0
    high: float = 0.0
    sum: float = 0.0
    count: int = 0

    def add(self, values: np.ndarray) -> None:
        """Take (n,) values in."""
        if len(values) == 0:
            return
        low, high = float(np.min(values)), float(np.max(values))
        self.low, self.high = (min(self.low, low), max(self.high, high)) if self.count else (low, high)
        self.sum += float(np.sum(values))
        self.count += len(values)

    @property
    def mean(self) -> float:
        """The mean; 0 of nothing."""
        return self.sum / self.count if self.count else 0.0


class ObjectTotals:
    """Objects per chip and per class.

    Attributes:
        per_image: number of objects of each chip.
        images: number of chips with the class, by class.
        areas: area of the objects in square map units, by class; objects are counted once per chip they are in.
    """

    def __init__(self, classes: int) -> None:
        self.per_image = Series()
        self.images = [0] * classes
        self.areas = [Series() for _ in range(classes)]

    def add(self, positions: np.ndarray, areas: np.ndarray) -> None:
        """Take the objects of a chip in: (n,) positions of their classes, (n,) areas in square map units."""
        self.per_image.add(np.array([len(positions)]))
        for position in np.unique(positions):
            self.images[position] += 1
            self.areas[position].add(areas[positions == position])

    @property
    def count(self) -> int:
        """Number of objects in all chips."""
        return sum(series.count for series in self.areas)
