"""Which side of a split each chip belongs to: whole blocks of the map are set apart, so that no pixel is on two sides."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError, OutputError
from .dealing import deal, draw_by_area

TRAIN, VALIDATION, TEST = SIDES = ("train", "validation", "test")
SPLIT_FILE = "split.csv"
_ALIASES = {"train": TRAIN, "training": TRAIN, "validation": VALIDATION, "valid": VALIDATION, "val": VALIDATION, "test": TEST}
_NEAR = 0.25  # smaller blocks are tried when a side has this much more or less than asked, as a share of what is asked
_EDGE = 1e-3  # pixels by which a chip may reach over an edge: places on other grids are computed


@dataclass(frozen=True)
class Blocks:
    """A map divided into blocks, each of which belongs to one side.

    Attributes:
        size: (x, y) pixels of a block; those at the border of the map are larger or smaller.
        shares: the share of the objects, 0..1, by side.
        absent: by side, positions of the classes that have no object there although they have elsewhere.
        first: (x, y) number of the first column and row of blocks, counted from that at pixel 0.
        numbers: (rows, columns) position of each block's side in :data:`SIDES`.
    """

    size: tuple[int, int]
    shares: dict[str, float]
    absent: dict[str, tuple[int, ...]]
    first: tuple[int, int]
    numbers: np.ndarray

    @classmethod
    def lay(
        cls,
        places: np.ndarray,
        positions: np.ndarray,
        bounds: tuple[float, float, float, float],
        size: tuple[int, int],
        validation: float,
        test: float,
        seed: int = 0,
        *,
        tile: tuple[int, int] | None = None,
    ) -> Blocks:
        """Draw blocks for validation and test.

        Blocks that hold objects are dealt out by :func:`.dealing.deal`, so that every class is on every side if it can be.
        Blocks without objects are drawn by lot in proportion to their area.

        Args:
            places: (n, 2) a point of each object, x and y in pixels of the first raster.
            positions: (n,) position of each object's class, from 0.
            bounds: ``(x0, y0, x1, y1)`` of the whole map in the same pixels.
            size: (x, y) pixels of a block; blocks begin at multiples of it.
            validation: percent of the objects and of the area to validate with.
            test: percent of them to test with; with ``validation`` above 0 and below 100.
            seed: of what is drawn by lot.
            tile: (x, y) pixels of a chip. When the blocks are too few or too unequal, their sides are halved, in whole tiles,
                down to one tile. None: the blocks keep their size.

        Raises:
            InputError: the objects lie in fewer blocks than there are sides, even in blocks of one tile.
        """
        places, positions = np.asarray(places, np.float64).reshape(-1, 2), np.asarray(positions, np.int64).reshape(-1)
        asked = np.array([100 - validation - test, validation, test]) / 100
        best: tuple[float, Blocks] | None = None
        for block in _sizes(size, tile or size):
            laid = cls._lay(places, positions, bounds, block, tile or block, asked, seed)
            if laid is None:
                continue
            off = max(abs(laid.shares[side] / share - 1) for side, share in zip(SIDES[1:], asked[1:], strict=True) if share)
            if best is None or off < best[0]:
                best = off, laid
            if off <= _NEAR:
                break
        if best is None:
            wanted = [side for side, share in zip(SIDES, asked, strict=True) if share]
            raise InputError(
                f"The {len(places)} objects lie in fewer than {len(wanted)} blocks of {block[0]} x {block[1]} pixels, but each "
                f"of {', '.join(wanted)} needs one.",
                "Label objects in more places, use smaller tiles, or set VALIDATION_PERCENTAGE and TEST_PERCENTAGE to 0.",
            )
        return best[1]

    @classmethod
    def _lay(
        cls,
        places: np.ndarray,
        positions: np.ndarray,
        bounds: tuple[float, float, float, float],
        size: tuple[int, int],
        tile: tuple[int, int],
        asked: np.ndarray,
        seed: int,
    ) -> Blocks | None:
        """Draw blocks of one size; None when those with objects are fewer than the sides."""
        (left, widths), (top, heights) = (_line(bounds[i], bounds[i + 2], size[i], tile[i]) for i in (0, 1))
        column, row = _cells(places[:, 0], size[0], left, len(widths)), _cells(places[:, 1], size[1], top, len(heights))
        filled, block = np.unique(row * len(widths) + column, return_inverse=True)
        if len(filled) < np.count_nonzero(asked):
            return None
        classes = int(positions.max()) + 1
        counts = np.bincount(block.reshape(-1) * classes + positions, minlength=len(filled) * classes).reshape(-1, classes)
        rng = np.random.default_rng(seed)
        numbers = draw_by_area(np.outer(heights, widths).ravel(), asked, rng)
        numbers[filled] = deal(counts, asked, rng)
        held = np.stack([counts[numbers[filled] == number].sum(0) for number in range(len(SIDES))])
        used = [(i, side) for i, side in enumerate(SIDES) if asked[i]]
        return cls(
            size,
            {side: float(held[i].sum() / held.sum()) for i, side in used},
            {side: tuple(np.flatnonzero((held[i] == 0) & held.any(0)).tolist()) for i, side in used},
            (left, top),
            numbers.reshape(len(heights), len(widths)),
        )

    def side(self, bounds: tuple[float, float, float, float]) -> str | None:
        """Return the side of a chip whose pixels span ``(x0, y0, x1, y1)`` of the first raster; None if it touches two."""
        (width, height), (left, top) = self.size, self.first
        rows, columns = self.numbers.shape
        x0, y0 = int((bounds[0] + _EDGE) // width) - left, int((bounds[1] + _EDGE) // height) - top
        x1, y1 = int((bounds[2] - _EDGE) // width) - left, int((bounds[3] - _EDGE) // height) - top
        x0, x1 = min(max(x0, 0), columns - 1), min(max(x1, 0), columns - 1)
        y0, y1 = min(max(y0, 0), rows - 1), min(max(y1, 0), rows - 1)
        first = self.numbers[y0, x0]
        same = (x0 == x1 and y0 == y1) or bool((self.numbers[y0 : y1 + 1, x0 : x1 + 1] == first).all())
        return SIDES[first] if same else None

    @property
    def how(self) -> str:
        """One sentence for the user."""
        parts = ", ".join(f"{share:.0%} {side}" for side, share in self.shares.items())
        return f"The map is divided by blocks of {self.size[0]} x {self.size[1]} pixels; of the objects, {parts}."


def _sizes(size: tuple[int, int], tile: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The sizes of block to try: that given, then half as many tiles again and again, down to one."""
    yield size
    tiles = [max(size[i] // tile[i], 1) for i in (0, 1)]
    while max(tiles) > 1:
        tiles = [max(number // 2, 1) for number in tiles]
        yield tiles[0] * tile[0], tiles[1] * tile[1]


def _line(low: float, high: float, size: int, tile: int) -> tuple[int, np.ndarray]:
    """Cut an axis into blocks.

    What is left of a block at either end joins its neighbour when it is narrower than a tile: no chip would fit in it.

    Returns:
        The number of the first block, counted from that at pixel 0, and the length of each.
    """
    first, last = int(np.floor(low / size)), max(int(np.ceil(high / size)) - 1, int(np.floor(low / size)))
    if last > first and (first + 1) * size - low < tile:
        first += 1
    if last > first and high - last * size < tile:
        last -= 1
    edges = np.arange(first, last + 2, dtype=np.float64) * size
    edges[0], edges[-1] = low, high
    return first, np.diff(edges)


def _cells(places: np.ndarray, size: int, first: int, count: int) -> np.ndarray:
    """Return which of the ``count`` blocks of :func:`_line` each place (n,) along an axis lies in."""
    return np.clip(np.floor(places / size).astype(np.int64) - first, 0, count - 1)


def write_sides(folder: Path, sides: Mapping[str, str]) -> None:
    """Write ``split.csv`` into a folder of training data, as a whole or not at all.

    Args:
        folder: exists.
        sides: by the file name of the chip's image, in the order of the lines.

    Raises:
        OutputError: it cannot be written.
    """
    path = folder / SPLIT_FILE
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(("chip", "side"))
            lines.writerows(sides.items())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"The split {path} cannot be written: {error.strerror}.", "Check the disk and the folder.") from error


def read_sides(folder: Path) -> dict[str, str]:
    """Return the side of each chip by the name of its image without ending; empty where there is no ``split.csv``.

    Raises:
        InputError: the file is broken, names an unknown side, or gives a chip two sides.
    """
    path = folder / SPLIT_FILE
    hint = f"Each line of {SPLIT_FILE} is a chip and its side ({', '.join(SIDES)}); correct or delete the file."
    result: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(csv.reader(file), 1):
                if not line or (number == 1 and [cell.strip().lower() for cell in line] == ["chip", "side"]):
                    continue
                name, side = (line[0].strip(), _ALIASES.get(line[1].strip().lower())) if len(line) == 2 else ("", None)
                if side is None or not name:
                    raise InputError(f"Line {number} of {path} is no chip and its side: {','.join(line)[:80]}", hint)
                if result.setdefault(Path(name).stem, side) != side:
                    raise InputError(f"Line {number} of {path} gives the chip {name} a second side, {side}.", hint)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The split {path} cannot be read: {error}.", hint) from error
    return result
