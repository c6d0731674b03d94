"""Sums over chips that are merged as the chips come: pixels per band, objects per class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chips import BandStatistics

SIZE_EDGES = np.concatenate([[0.0], 2.0 ** np.arange(1, 13.25, 0.25)])  # pixels: four steps to each doubling, 2 to 8192
_EXACT = 256  # the squares of so many bytes add up exactly in single precision: 256 * 255**2 < 2**24


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
    def of(cls, pixels: np.ndarray, valid: np.ndarray | None = None) -> BandTotals:
        """Return the totals of (bands, h, w) pixels where ``valid``, (h, w), is True, once at least; None: everywhere."""
        flat = pixels.reshape(len(pixels), -1) if valid is None or valid.all() else pixels[:, valid]
        low, high = flat.min(axis=1).astype(float), flat.max(axis=1).astype(float)
        if pixels.dtype == np.uint8 and flat.shape[1] % _EXACT == 0:
            runs = flat.reshape(len(flat), -1, _EXACT).astype(np.float32)
            sums = np.einsum("ijk->ij", runs).sum(axis=1, dtype=np.float64)
            squares = np.einsum("ijk,ijk->ij", runs, runs).sum(axis=1, dtype=np.float64)
            mean = sums / flat.shape[1]
            deviation = squares - sums * mean
        elif pixels.dtype.itemsize == 1:  # exact and many times quicker: the sums over 256 values
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
        sides: (classes, bins) number of objects by the side of their box in pixels; see :data:`SIZE_EDGES`.
    """

    def __init__(self, classes: int) -> None:
        self.per_image = Series()
        self.images = [0] * classes
        self.areas = [Series() for _ in range(classes)]
        self.sides = np.zeros((classes, len(SIZE_EDGES) - 1), np.int64)

    def add_pixels(self, pixels: np.ndarray) -> None:
        """Take the (classes,) numbers of pixels of a classified chip in, in place of areas of objects; 0 counts too."""
        self.per_image.add(np.array([np.count_nonzero(pixels)]))
        for position, number in enumerate(pixels.tolist()):
            self.images[position] += number > 0
            self.areas[position].add(np.array([number]))

    def add(self, positions: np.ndarray, areas: np.ndarray, sides: np.ndarray) -> None:
        """Take the objects of a chip in.

        Args:
            positions: (n,) of their classes.
            areas: (n,) in square map units.
            sides: (n,) root of the area of their boxes, pixels.
        """
        self.per_image.add(np.array([len(positions)]))
        bins = np.clip(np.searchsorted(SIZE_EDGES, sides, "right") - 1, 0, self.sides.shape[1] - 1)
        np.add.at(self.sides, (positions, bins), 1)
        for position in sorted(set(positions.tolist())):
            self.images[position] += 1
            self.areas[position].add(areas[positions == position])

    @property
    def count(self) -> int:
        """Number of objects in all chips."""
        return sum(series.count for series in self.areas)
