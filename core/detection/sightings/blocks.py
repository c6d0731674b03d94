"""Blocks: runs of tiles that are searched, kept and handed around together, and what was seen in them as plain bytes."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice

import numpy as np
import shapely

from ..objects import Objects, Sightings
from ..tiles import Grid, Tile

TILES = 64  # of a block, unless batches are larger: about a minute on a CPU, half a second on a good card
_FIELDS = [field.name for field in fields(Sightings)]


@dataclass(frozen=True)
class Block:
    """A run of tiles in the order of the grid.

    Attributes:
        number: counted from 0.
        tiles: what is searched.
    """

    number: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Seen:
    """What was seen in consecutive tiles.

    Attributes:
        sightings: of all of them, in the order of the tiles.
        boxes: whether the network gives boxes only; None when none of the tiles reached it.
        unreadable: the windows that could not be read and were skipped, as a sentence names them.
    """

    sightings: Sightings
    boxes: bool | None = None
    unreadable: tuple[str, ...] = ()

    @classmethod
    def join(cls, parts: Sequence[Seen]) -> Seen:
        """Return all of ``parts``, at least one, as one."""
        known = [part.boxes for part in parts if part.boxes is not None]
        unreadable = tuple(name for part in parts for name in part.unreadable)
        return cls(Sightings.join([part.sightings for part in parts]), known[0] if known else None, unreadable)


def nothing_in(tile: Tile) -> Sightings:
    """Return no sightings."""
    return Sightings.of_tile(tile, np.empty(0, object), np.empty(0, np.int64), np.empty(0), np.empty((0, 4)))


def to_bytes(seen: Seen) -> bytes:
    """Return what was seen as the bytes of an ``.npz``; :func:`from_bytes` gives exactly the same back."""
    arrays = {name: getattr(seen.sightings, name) for name in _FIELDS}
    plain = {name: shapely.to_wkb(array) if array.dtype == object else array for name, array in arrays.items()}
    columns: dict[str, np.ndarray] = {}
    for name, array in plain.items():
        if array.dtype != object:
            columns[name] = array
            continue
        # The type of an array of bytes would cut zeros off their ends.
        columns[f"{name} wkb"] = np.frombuffer(b"".join(array.tolist()), np.uint8)
        columns[f"{name} ends"] = np.cumsum([len(value) for value in array.tolist()], dtype=np.int64)
    columns["boxes only"] = np.array(-1 if seen.boxes is None else int(seen.boxes))
    columns["unreadable"] = np.array(seen.unreadable, dtype=str)
    file = io.BytesIO()
    np.savez(file, **columns)  # type: ignore[arg-type]
    return file.getvalue()


def from_bytes(data: bytes) -> Seen:
    """Return what :func:`to_bytes` was given.

    Raises:
        ValueError: these are not such bytes.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as columns:
            arrays = {name: columns[name] if name in columns else _geometries(columns, name) for name in _FIELDS}
            boxes = int(columns["boxes only"])
            unreadable = tuple(columns["unreadable"].tolist())
    except (KeyError, OSError, zipfile.BadZipFile, shapely.errors.ShapelyError) as error:
        raise ValueError(f"not what was seen in a block: {error}") from error
    return Seen(Sightings(**arrays), None if boxes < 0 else bool(boxes), unreadable)


def _geometries(columns: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    whole, ends = columns[f"{name} wkb"].tobytes(), columns[f"{name} ends"].tolist()
    values = np.empty(len(ends), object)
    for position, (begin, end) in enumerate(zip([0, *ends], ends, strict=False)):
        values[position] = whole[begin:end]
    return np.asarray(shapely.from_wkb(values), object)


class Area:
    """Polygons, (M,) in pixels, outside of which nothing is wanted.

    Args:
        polygons: the polygons.
        margin: how far from them tiles are still searched, pixels: what reaches into the area may begin there.
    """

    def __init__(self, polygons: np.ndarray, margin: float) -> None:
        self._tree, self._margin = shapely.STRtree(polygons), margin

    def near(self, tiles: Sequence[Tile]) -> list[Tile]:
        """Return the tiles that touch the area, or would if they were larger by the margin on each side."""
        bounds = np.array([tile.window.bounds for tile in tiles], dtype=np.float64)
        around = shapely.box(*(bounds + np.array([-1, -1, 1, 1]) * self._margin).T)
        return [tiles[position] for position in np.unique(self._tree.query(around, predicate="intersects")[0])]

    def touching(self, objects: Objects) -> Objects:
        """Return the objects that touch the area."""
        return objects[np.unique(self._tree.query(objects.polygons, predicate="intersects")[0])]


class Plan:
    """Which tiles are searched, in blocks. It depends on the raster and the parameters, never on the machine.

    Args:
        grid: all tiles.
        area: where something is wanted; None for everywhere.
        batch_size: tiles that the network takes at once, whole batches make a block; None when the machine decides.

    Attributes:
        block_size: tiles of a block, but for the last.
        tiles: how many are searched.
        blocks: how many there are.
    """

    def __init__(self, grid: Grid, area: Area | None, batch_size: int | None) -> None:
        self._grid, self._area = grid, area
        batch_size = batch_size or TILES
        self.block_size = batch_size * math.ceil(TILES / batch_size)
        self.tiles = len(grid) if area is None else sum(1 for _ in self._tiles())
        self.blocks = math.ceil(self.tiles / self.block_size)

    def __iter__(self) -> Iterator[Block]:
        """Yield the blocks in order."""
        tiles = self._tiles()
        for number in range(self.blocks):
            yield Block(number, tuple(islice(tiles, self.block_size)))

    def _tiles(self) -> Iterator[Tile]:
        for row in self._grid.rows():
            yield from row if self._area is None else self._area.near(row)
