"""Which side of a split each chip belongs to: whole blocks of the map are set apart, so that no pixel is on two sides."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ..errors import InputError, OutputError

TRAIN, VALIDATION, TEST = SIDES = ("train", "validation", "test")
SPLIT_FILE = "split.csv"
_ALIASES = {"train": TRAIN, "training": TRAIN, "validation": VALIDATION, "valid": VALIDATION, "val": VALIDATION, "test": TEST}
_NEAR = 0.25  # smaller blocks are tried when a side has this much more or less than asked, as a share of what is asked
_EDGE = 1e-3  # pixels by which a chip may reach over an edge: places on other grids are computed
_TRIES = 4096  # blocks drawn in all tries together; large maps need one try only


class Blocks:
    """A map divided into blocks, each of which belongs to one side.

    Attributes:
        size: (x, y) pixels of a block; those at the border of the map are larger or smaller.
        shares: the share of the objects, 0..1, by side.
        absent: by side, positions of the classes that have no object there although they have elsewhere.
    """

    def __init__(
        self, size: tuple[int, int], first: tuple[int, int], numbers: np.ndarray, shares: dict[str, float],
        absent: dict[str, tuple[int, ...]],
    ) -> None:  # fmt: skip
        self.size, self.shares, self.absent = size, shares, absent
        self._first, self._numbers = first, numbers

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

        Blocks that hold objects are dealt out one by one, those with the rarest classes first, to the side that lacks them
        most, as in iterative stratification (Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label data",
        2011). A class found in several blocks is on every side if it can be, on the training side first, then on that of
        validation. Blocks without objects are drawn by lot in proportion to their area.

        Args:
            places: (n, 2) a point of each object, x and y in pixels of the first raster.
            positions: (n,) position of each object's class, from 0.
            bounds: ``(x0, y0, x1, y1)`` of the whole map in the same pixels.
            size: (x, y) pixels of a block; blocks begin at multiples of it.
            validation, test: percent of the objects and of the area asked for, together below 100, at least one above 0.
            seed: of what is drawn by lot.
            tile: (x, y) pixels of a chip. When the blocks are too few or too unequal, their sides are halved, in whole tiles,
                down to one tile. None: the blocks keep their size.

        Raises:
            InputError: the objects lie in fewer blocks than there are sides, even in blocks of one tile.
        """
        places, positions = np.asarray(places, np.float64).reshape(-1, 2), np.asarray(positions, np.int64).reshape(-1)
        asked = np.array([100 - validation - test, validation, test]) / 100
        best: tuple[float, Blocks] | None = None
        occupied = 0
        for block in _sizes(size, tile or size):
            smallest = tile or block
            columns, rows = (_line(bounds[i], bounds[i + 2], block[i], smallest[i]) for i in (0, 1))
            areas = np.outer(rows[1], columns[1])
            cells = _cells(places[:, 1], block[1], rows) * len(columns[1]) + _cells(places[:, 0], block[0], columns)
            counts, filled = _counts(cells, positions)
            occupied = len(filled)
            if occupied < np.count_nonzero(asked):
                continue
            rng = np.random.default_rng(seed)
            numbers = _draw_by_area(areas.ravel(), asked, rng)
            numbers[filled] = _deal(counts, asked, rng)
            held = np.stack([counts[numbers[filled] == number].sum(0) for number in range(3)])
            shares = held.sum(1) / held.sum()
            if (shares[asked > 0] == 0).any():
                continue
            off = float((np.abs(shares - asked)[1:] / np.maximum(asked[1:], 1e-9))[asked[1:] > 0].max())
            if best is None or off < best[0]:
                absent = {
                    side: tuple(np.flatnonzero((held[i] == 0) & (held.sum(0) > 0)).tolist())
                    for i, side in enumerate(SIDES)
                    if asked[i]
                }
                laid = cls(
                    block, (columns[0], rows[0]), numbers.reshape(areas.shape),
                    {side: float(shares[i]) for i, side in enumerate(SIDES) if asked[i]}, absent,
                )  # fmt: skip
                best = off, laid
            if off <= _NEAR:
                break
        if best is None:
            wanted = [side for side, share in zip(SIDES, asked, strict=True) if share]
            count = np.count_nonzero(asked)
            raise InputError(
                f"The {len(places)} objects lie in {occupied} {'block' if occupied == 1 else 'blocks'} of {block[0]} x {block[1]} "
                f"pixels; {count} are needed, one for each of {', '.join(wanted)}.",
                "Label objects in more places, use smaller tiles, or set VALIDATION_PERCENTAGE and TEST_PERCENTAGE to 0.",
            )
        return best[1]

    def side(self, bounds: tuple[float, float, float, float]) -> str | None:
        """Return the side of a chip whose pixels span ``(x0, y0, x1, y1)`` of the first raster; None if it touches two."""
        (width, height), (left, top) = self.size, self._first
        rows, columns = self._numbers.shape
        x0, y0 = int((bounds[0] + _EDGE) // width) - left, int((bounds[1] + _EDGE) // height) - top
        x1, y1 = int((bounds[2] - _EDGE) // width) - left, int((bounds[3] - _EDGE) // height) - top
        x0, x1 = min(max(x0, 0), columns - 1), min(max(x1, 0), columns - 1)
        y0, y1 = min(max(y0, 0), rows - 1), min(max(y1, 0), rows - 1)
        first = self._numbers[y0, x0]
        same = (x0 == x1 and y0 == y1) or bool((self._numbers[y0 : y1 + 1, x0 : x1 + 1] == first).all())
        return SIDES[first] if same else None

    @property
    def how(self) -> str:
        """One sentence for the user."""
        parts = ", ".join(f"{share:.0%} {side}" for side, share in self.shares.items())
        return f"The map is divided by blocks of {self.size[0]} x {self.size[1]} pixels; of the objects, {parts}."


def _sizes(size: tuple[int, int], tile: tuple[int, int]) -> Iterable[tuple[int, int]]:
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


def _cells(places: np.ndarray, size: int, line: tuple[int, np.ndarray]) -> np.ndarray:
    """Which block of :func:`_line` each place (n,) lies in."""
    first, lengths = line
    return np.clip(np.floor(places / size).astype(np.int64) - first, 0, len(lengths) - 1)


def _counts(cells: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Objects by block and class, (blocks, classes), of the blocks that hold any, and the numbers of those blocks."""
    filled, block = np.unique(cells, return_inverse=True)
    classes = int(positions.max(initial=-1)) + 1
    counts = np.bincount(block.reshape(-1) * classes + positions, minlength=len(filled) * classes)
    return counts.reshape(len(filled), classes), filled


def _draw_by_area(areas: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a side for every block by lot, such that the sides get the shares of the area that are asked, (blocks,)."""
    order = rng.permutation(len(areas))
    ends = np.cumsum(areas[order])
    middle = (ends - areas[order] / 2) / ends[-1]
    numbers = np.empty(len(areas), np.uint8)
    numbers[order] = np.searchsorted(np.cumsum(asked)[:-1], middle, side="right")
    return numbers


def _deal(counts: np.ndarray, asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal out blocks with (blocks, classes) objects to the sides; several tries, of which the best is kept."""
    totals = counts.sum(0)
    present = totals > 0
    features = np.column_stack([counts.sum(1) / counts.sum(), counts[:, present] / totals[present]])  # each column sums to 1
    weights = np.concatenate([[1.0], np.full(present.sum(), 1 / present.sum())])
    spread = (features > 0).sum(0)  # blocks that hold the class
    rank = np.empty(3, np.int64)
    rank[np.argsort(asked == 0, kind="stable")] = range(3)  # sides not asked for come last
    wanted = (rank[:, None] < spread) & (asked[:, None] > 0)  # (3, features): which sides should hold the class
    best: tuple[float, np.ndarray] | None = None
    for number in range(max(1, min(64, _TRIES // len(counts)))):
        jitter = rng.uniform(0.5, 1.5, len(counts)) if number else 1 + 1e-6 * rng.random(len(counts))
        rarity = np.where(features > 0, spread, len(counts) + 1).min(1)
        order = np.lexsort((-features[:, 0] * jitter, rarity))
        sides, cost = _deal_once(features[order], weights, asked, wanted)
        if best is None or cost < best[0]:
            result = np.empty(len(counts), np.uint8)
            result[order] = sides
            best = cost, result
    assert best is not None
    return best[1]


def _deal_once(features: np.ndarray, weights: np.ndarray, asked: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, float]:
    """Give each block, in this order, to the side where it does most good.

    The cost is the chi-square distance between the shares that the sides have and those asked for, and a large sum for each
    class that a side should hold and does not.

    Returns:
        The side of each block, (blocks,), and the cost at the end.
    """
    held = np.zeros((3, features.shape[1]))
    divisor = np.where(asked > 0, asked, 1)[:, None]
    sides = np.empty(len(features), np.uint8)
    for i, own in enumerate(features):
        gain = own * (2 * (asked[:, None] - held) - own) / divisor @ weights
        gain += 10 * (wanted & (held == 0) & (own > 0)).sum(1)
        gain[asked == 0] = -np.inf
        sides[i] = gain.argmax()
        held[sides[i]] += own
    cost = float(((held - asked[:, None]) ** 2 / divisor @ weights).sum() + 10 * (wanted & (held == 0)).sum())
    return sides, cost


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
