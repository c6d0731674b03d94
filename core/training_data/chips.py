"""What a chip is: while it is written, and when it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from rasterio.crs import CRS

from .opening import open_image


@dataclass(frozen=True)
class ChipFrame:
    """A chip that is being written, without its pixels.

    Attributes:
        stem: file name without ending: nine digits.
        image: file name of the image.
        bands, height, width: shape of the image.
        transform: pixel of the chip to map.
        crs: coordinate system, or None.
    """

    stem: str
    image: str
    bands: int
    height: int
    width: int
    transform: Affine
    crs: CRS | None


@dataclass(frozen=True)
class ChipObjects:
    """The objects of a chip that is being written, n of them.

    Attributes:
        polygons: (n,) shapely polygons in pixels of the chip, clipped to it.
        classes: (n,) position of the class in the list of classes, counted from 0.
        planes: (n,) number such that no two objects of the same number overlap.
    """

    polygons: np.ndarray
    classes: np.ndarray
    planes: np.ndarray

    def __len__(self) -> int:
        return len(self.polygons)

    def __reduce__(self) -> tuple[Any, ...]:  # all geometries in one call: chips go to other processes by the thousand
        return _objects, (shapely.to_wkb(self.polygons), self.classes, self.planes)


def _objects(wkb: np.ndarray, classes: np.ndarray, planes: np.ndarray) -> ChipObjects:
    return ChipObjects(shapely.from_wkb(wkb), classes, planes)


@dataclass(frozen=True)
class BandStatistics:
    """Of one band, over the pixels of all chips that are not no-data: ``std`` is that of the population.

    ``pixels`` is their number, 0 when it is unknown.
    """

    min: float
    max: float
    mean: float
    std: float
    pixels: float = field(default=0.0, compare=False)

    @classmethod
    def of(cls, values: np.ndarray) -> BandStatistics:
        """Return those of the pixels of one band of one chip."""
        mean, std = values.mean(dtype=np.float64), values.std(dtype=np.float64)
        return cls(float(values.min()), float(values.max()), float(mean), float(std), float(values.size))

    @classmethod
    def pooled(cls, parts: Sequence[BandStatistics], weights: Sequence[float]) -> BandStatistics:
        """Return those of several sets of pixels together, from the statistics of each and its number of pixels.

        The mean of squares about the common mean is that within the parts and that of their means about it.
        """
        weight = np.array(weights, np.float64) / max(float(sum(weights)), 1e-300)
        means, deviations = (np.array([getattr(part, name) for part in parts]) for name in ("mean", "std"))
        mean = float(weight @ means)
        std = float(np.sqrt(weight @ (deviations**2 + (means - mean) ** 2)))
        pixels = sum(part.pixels for part in parts)
        return cls(min(part.min for part in parts), max(part.max for part in parts), mean, std, pixels)


@dataclass(frozen=True)
class Targets:
    """What a network should find in a chip of h x w pixels: n objects.

    Attributes:
        boxes: (n, 4) float32, ``x0, y0, x1, y1`` in pixels from the upper-left corner of the chip, edges of the object;
            every box has an area and lies in the chip.
        labels: (n,) int64, 1-based position in the list of classes.
        masks: (n, h, w) bool; None when the format has boxes only.
    """

    boxes: np.ndarray
    labels: np.ndarray
    masks: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Chip:
    """A chip of a folder that is read.

    Attributes:
        name: of the chip in its folder: the file name without ending; the same for image and labels.
        image: its image file.
        labels: what the chip format needs to give the targets.
    """

    name: str
    image: Path
    labels: Any

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; raises InputError when the image cannot be opened."""
        with open_image(self.image) as file:
            return file.width, file.height

    @property
    def transform(self) -> Affine | None:
        """Pixel to map, from the world file beside the image; None without one."""
        suffix = self.image.suffix
        for ending in (f".{suffix[1]}{suffix[-1]}w", f"{suffix}w", ".wld"):
            try:
                lines = self.image.with_suffix(ending).read_text("ascii").split()
                a, d, b, e, c, f = (float(line) for line in lines[:6])
            except (OSError, ValueError):
                continue
            transform = Affine(a, b, c, d, e, f) * Affine.translation(-0.5, -0.5)  # they name the centre of the pixel
            if np.isfinite(transform[:6]).all() and transform.determinant != 0:
                return transform
        return None

    @cached_property
    def corners(self) -> np.ndarray | None:
        """The corners on the map, (4, 2), of the pixels upper left, upper right, lower right, lower left.

        None without a world file; raises InputError when the image cannot be opened.
        """
        transform = self.transform
        if transform is None:
            return None
        width, height = self.size
        return np.array([transform * corner for corner in ((0, 0), (width, 0), (width, height), (0, height))])

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The map rectangle ``(xmin, ymin, xmax, ymax)`` around the chip; None without a world file."""
        transform = self.transform
        if transform is None:
            return None
        return around(transform, *self.size)


def around(matrix: Affine, width: int, height: int) -> tuple[float, float, float, float]:
    """Return the rectangle ``(xmin, ymin, xmax, ymax)`` around a chip of this size in what ``matrix`` brings its pixels to."""
    x, y = zip(*(matrix * corner for corner in ((0, 0), (width, 0), (width, height), (0, height))), strict=True)
    return min(x), min(y), max(x), max(y)
