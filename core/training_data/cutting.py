"""The pass over the imagery: tiles are read, cut, handed to the writers, and counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from ..imagery import Raster
from ..reporting import Reporter
from .chips import ChipObjects
from .dividing import Division
from .drawing import draw
from .labels import Labels, MaskPolygons
from .tiling import Lattice, Tile, object_tiles
from .totals import BandTotals, ObjectTotals
from .writers import Writers
from .writing import CutChip, Plan, WrittenChip


@dataclass
class Cut:
    """The chips on disk so far.

    Attributes:
        objects: sums of the objects.
        bands: sums of the pixels; None before the first chip.
        lines: of each chip its image and its label files, relative to the folder, with ``/``.
        counts: number of objects of each chip.
        sides: side of each chip's image; empty without a split.
        divided: number of tiles left out because they touch two sides.
        fullest: by class, the most objects of it in one chip, and the image of that chip.
    """

    objects: ObjectTotals
    bands: BandTotals | None = None
    lines: list[list[str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    sides: dict[str, str] = field(default_factory=dict)
    divided: int = 0
    fullest: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, chip: WrittenChip) -> None:
        """Count a chip."""
        self.lines.append([f"images/{chip.image}", *chip.labels])
        self.counts.append(len(chip.positions))
        if chip.side:
            self.sides[chip.image] = chip.side
        self.bands = chip.bands if self.bands is None else self.bands.merge(chip.bands)
        if chip.class_pixels is None:
            self.objects.add(chip.positions, chip.areas, chip.sides)
        else:
            self.objects.add_pixels(chip.class_pixels)
        for position, number in zip(*(part.tolist() for part in np.unique(chip.positions, return_counts=True)), strict=True):
            if number > self.fullest.get(position, (0, ""))[0]:
                self.fullest[position] = number, chip.image


@dataclass(frozen=True)
class Rules:
    """What becomes a chip.

    Attributes:
        lattice: tiles of the whole raster; used when ``one_object`` is False.
        one_object: a tile for each object instead.
        crop: whether such tiles are as large as the object rather than of the lattice's size.
        blacken: whether the rest of such a tile becomes 0.
        division: tells the side of a split; None without one.
    """

    lattice: Lattice
    one_object: bool = False
    crop: bool = False
    blacken: bool = False
    division: Division | None = None


def cut(
    rasters: list[Raster],
    labels: list[Labels],
    masks: list[MaskPolygons | None],
    rules: Rules,
    plan: Plan,
    done: Cut,
    first_number: int,
    processes: int,
    report: Reporter,
) -> None:
    """Write all chips and count them in ``done``.

    Args:
        rasters: what is cut, one after the other.
        labels: the objects on each of them.
        masks: polygons in which chips must lie, for each of them.
        rules: which tiles become chips.
        plan: how chips are written.
        done: the sums, which may hold an earlier export.
        first_number: of the chips' names.
        processes: number of processes that write, this one included.
        report: told the progress, asked for a cancel.

    Raises:
        InputError: a raster is broken somewhere.
        OutputError: a chip cannot be written.
        Cancelled: the user cancelled.
    """
    places = [
        len(some) if rules.one_object else rules.lattice.count(raster) for raster, some in zip(rasters, labels, strict=True)
    ]
    turns = 1 + len(rules.lattice.angles)
    number, begun = first_number, time.monotonic()
    with Writers(plan, processes, sum(places) * turns, done.add) as writers:
        for source, (raster, some, mask) in enumerate(zip(rasters, labels, masks, strict=True)):
            base, part = (value / max(sum(places), 1) for value in (sum(places[:source]), places[source]))
            before = 0.0
            for share, tiles in _tiles(raster, some, mask, rules):
                report.check_cancelled()
                for i, tile in enumerate(tiles):
                    report.check_cancelled()
                    _tell(report, base + part * (before + (share - before) * i / len(tiles)), number - first_number, begun)
                    side = rules.division.side(source, tile) if rules.division else ""
                    if side is None:
                        done.divided += 1
                        continue
                    chip = _read(raster, tile, number, source, side, rules)
                    if chip is not None:
                        writers.add(chip)
                        number += 1
                before = share
                _tell(report, base + part * share, number - first_number, begun)
            if len(rasters) > 1:
                raster.close()  # there may be more of them than files that a process may hold open
        writers.finish()


def _tiles(raster: Raster, labels: Labels, masks: MaskPolygons | None, rules: Rules) -> Iterator[tuple[float, list[Tile]]]:
    lattice = rules.lattice
    if rules.one_object:
        return object_tiles(raster, labels, masks, None if rules.crop else lattice.tile, lattice.edge)
    return lattice.tiles(raster, labels, masks)


def _read(raster: Raster, tile: Tile, number: int, source: int, side: str, rules: Rules) -> CutChip | None:
    """Return the chip of a tile; None when it has no data, or no object has any although one should be there."""
    if tile.window is not None:
        pixels, valid = raster.read(tile.window)
    else:
        pixels, valid = raster.read_turned(tile.matrix, tile.width, tile.height)
    objects = tile.objects
    everywhere = bool(valid.all())
    if not everywhere:
        objects = _with_data(objects, valid)
        if not valid.any() or (len(objects) == 0 and not rules.lattice.empty):
            return None
    if rules.blacken:
        inside = draw(objects.polygons, np.ones(len(objects)), tile.height, tile.width).astype(bool)
        pixels = np.where(inside, pixels, np.zeros((), pixels.dtype))
    return CutChip(number, source, raster.transform * tile.matrix, pixels, None if everywhere else valid, objects, side)


def _with_data(objects: ChipObjects, valid: np.ndarray) -> ChipObjects:
    """Leave out objects whose box holds no pixel with data: nobody could learn from them."""
    if len(objects) == 0:
        return objects
    low, high = np.floor(shapely.bounds(objects.polygons)[:, :2]), np.ceil(shapely.bounds(objects.polygons)[:, 2:])
    boxes = np.concatenate([low, np.maximum(high, low + 1)], axis=1).astype(int)
    keep = np.array([bool(valid[y0:y1, x0:x1].any()) for x0, y0, x1, y1 in boxes.tolist()])
    return ChipObjects(objects.polygons[keep], objects.classes[keep], objects.planes[keep])


def _tell(report: Reporter, fraction: float, chips: int, begun: float) -> None:
    elapsed = time.monotonic() - begun
    rate = f"{chips / elapsed:.0f} chips/s" if chips and elapsed > 0 else ""
    left = elapsed / fraction * (1 - fraction) if fraction > 0 and elapsed > 1 else None
    report.progress(fraction, "Cutting chips", rate, left)
