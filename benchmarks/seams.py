"""A raster whose right answer is known, detectors that read it, and what a result gets wrong.

Each object is drawn in a colour of its own on black, so that a detector can tell touching neighbours apart. The module needs
nothing of Kestrel: the peers read the same raster through the same detectors (:mod:`benchmarks.seams_peers`).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import shapely
import torch
from torch import nn

SHORTEST, LONGEST = 4, 1500  # pixels
_NEIGHBOUR = 0.3  # share of the objects that get a neighbour which shares a wall


def scene(count: int, size: int, seed: int = 3, longest: float = LONGEST, upright: bool = False) -> np.ndarray:
    """Return (count,) polygons in pixels: discs and slanted bars that do not overlap, many of them touching another.

    Args:
        count: how many.
        size: of the raster, pixels; objects may reach its border but not beyond.
        seed: of the chance.
        longest: length of the longest bar, pixels; lengths from 4 on are equally likely in their logarithm.
        upright: bars along the axes, which boxes tell apart.
    """
    random = np.random.default_rng(seed)
    taken = np.zeros((size, size), bool)
    lengths = np.sort(np.exp(random.uniform(np.log(SHORTEST), np.log(longest), count)))[::-1]
    lengths[: max(count // 200, 1)] = longest
    placed: list[shapely.Polygon] = []
    for length in lengths:
        for _ in range(2000):
            shape = _shape(length, random.uniform(0, size, 2), random, np.pi / 2 if upright else 0.0)
            if placed and random.random() < _NEIGHBOUR:
                shape = _beside(placed[-1], random) or shape
            if _place(shape, taken, size):
                placed.append(shape)
                break
        else:
            raise RuntimeError(f"No room for {count} objects in {size} pixels: {len(placed)} placed.")
    return np.array(placed, dtype=object)


def _shape(length: float, centre: np.ndarray, random: np.random.Generator, turn: float) -> shapely.Polygon:
    """A disc, when small, or a bar at any angle, or at a multiple of ``turn``."""
    if length < 120 and random.random() < 0.4:
        return shapely.Point(centre).buffer(length / 2, quad_segs=8)
    width = max(length * random.uniform(0.1, 0.5), SHORTEST) if length < 120 else random.uniform(6, 30)
    angle = random.uniform(0, np.pi)
    return _bar(centre, length, width, round(angle / turn) * turn if turn else angle)


def _bar(centre: np.ndarray, length: float, width: float, angle: float) -> shapely.Polygon:
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    corners = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) / 2
    return shapely.Polygon(centre + corners[:, :1] * length * along + corners[:, 1:] * width * across)


def _beside(other: shapely.Polygon, random: np.random.Generator) -> shapely.Polygon | None:
    """The same bar again, sharing its long wall; None beside a disc."""
    corners = shapely.get_coordinates(other)
    if len(corners) != 5:
        return None
    shift = (corners[3] - corners[0]) * random.choice([-1, 1])
    return shapely.transform(other, lambda points: points + shift)


def _place(shape: shapely.Polygon, taken: np.ndarray, size: int) -> bool:
    """Mark the pixels of ``shape`` in ``taken`` (size, size), unless one of them is taken or outside."""
    left, top, right, bottom = shape.bounds
    if left < 0 or top < 0 or right > size or bottom > size:
        return False
    col, row = int(left), int(top)
    window = np.s_[row : int(bottom) + 1, col : int(right) + 1]
    view = taken[window]
    shift = rasterio.Affine.translation(col, row)
    pixels = rasterio.features.rasterize([shape], view.shape, transform=shift, dtype=np.uint8).astype(bool)
    if (view & pixels).any() or pixels.sum() < 8:
        return False
    view |= pixels
    return True


def draw(path: Path, polygons: np.ndarray, size: int, offset: tuple[int, int] = (0, 0)) -> str:
    """Write the raster, 8-bit red, green, blue, with ``offset`` black columns and rows before the scene."""
    moved = shapely.transform(polygons, lambda points: points + offset)
    width, height = size + offset[0], size + offset[1]
    shapes = zip(moved, range(1, len(moved) + 1), strict=True)
    codes = rasterio.features.rasterize(shapes, (height, width), dtype=np.int32)
    # The number is spread over the bands in steps that resampling and rounding cannot mix up.
    bands = np.stack([codes // 4096 % 64 * 4, codes // 64 % 64 * 4, codes % 64 * 4]).astype(np.uint8)
    profile = {"width": width, "height": height, "count": 3, "dtype": "uint8", "crs": "EPSG:32633", "compress": "deflate"}
    with rasterio.open(path, "w", "GTiff", transform=rasterio.Affine(1, 0, 0, 0, -1, 0), **profile) as file:
        file.write(bands)
    return str(path)


class Exact(nn.Module):
    """Finds every connected area of one colour in its tile, by torchvision's detection interface.

    Args:
        masks: whether it gives masks, or boxes alone.
    """

    def __init__(self, masks: bool = True) -> None:
        super().__init__()
        self.masks = masks

    def forward(self, images: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        """Take tensors (3, h, w), 0..1."""
        return [self.find(np.rint(image.numpy().transpose(1, 2, 0) * 255).astype(np.uint8)) for image in images]

    def find(self, pixels: np.ndarray) -> dict[str, torch.Tensor]:
        """Take an image (h, w, 3), 0..255."""
        codes = ((pixels.astype(np.int32) // 4) * (4096, 64, 1)).sum(axis=2).astype(np.int32)
        found = [shapely.geometry.shape(area) for area, _ in rasterio.features.shapes(codes, codes > 0, 4)]
        masks, scores = self.look([_filled(shape, codes.shape) for shape in found], codes)
        boxes = np.array([_box(mask) for mask in masks]).reshape(-1, 4)
        result = {
            "boxes": torch.tensor(boxes, dtype=torch.float32),
            "labels": torch.ones(len(masks), dtype=torch.int64),
            "scores": torch.tensor(scores, dtype=torch.float32),
        }
        if self.masks:
            whole = torch.zeros((len(masks), 1, *codes.shape))
            for target, (values, col, row) in zip(whole, masks, strict=True):
                target[0, row : row + values.shape[0], col : col + values.shape[1]] = torch.from_numpy(values)
            result["masks"] = whole
        return result

    def look(self, masks: list[Part], codes: np.ndarray) -> tuple[list[Part], list[float]]:
        """Return what it makes of the true masks, and the scores."""
        return masks, [0.9] * len(masks)


Part = tuple[np.ndarray, int, int]  # (h, w) bool, column and row of its upper-left pixel


def _filled(shape: shapely.Polygon, frame: tuple[int, ...]) -> Part:
    """The pixels of an area, with a margin of 3 pixels where the frame allows."""
    left, top, right, bottom = (int(value) for value in shape.bounds)
    col, row = max(left - 3, 0), max(top - 3, 0)
    size = min(bottom + 3, frame[0]) - row, min(right + 3, frame[1]) - col
    transform = rasterio.Affine.translation(col, row)
    return rasterio.features.rasterize([shape], size, transform=transform, dtype=np.uint8).astype(bool), col, row


def _box(part: Part) -> tuple[float, float, float, float]:
    values, col, row = part
    columns, rows = np.flatnonzero(values.any(axis=0)), np.flatnonzero(values.any(axis=1))
    return col + columns[0], row + rows[0], col + columns[-1] + 1.0, row + rows[-1] + 1.0


class Shaky(Exact):
    """As networks are: edges a pixel off, less sure near the tile's edge, where it ends things short or misses them."""

    SHORT = 6  # pixels by which what the tile cuts may end before the edge
    STUMP = 24  # pixels: a stump of this depth is missed half of the time, and so is, now and then, what is near the edge

    def look(self, masks: list[Part], codes: np.ndarray) -> tuple[list[Part], list[float]]:
        """Return what it makes of the true masks, and the scores; the same for the same tile."""
        random = np.random.default_rng(zlib.crc32(codes.tobytes()))
        height, width = codes.shape
        seen, scores = [], []
        for values, col, row in masks:
            left, top, right, bottom = _box((values, col, row))
            gaps = np.array([left, top, width - right, height - bottom])
            depths = np.where(gaps == 0, [right - left, bottom - top] * 2, np.inf)
            luck = random.random()
            if (depths.min() < self.STUMP and luck < 0.5) or (0 < gaps.min() < 8 and luck < 0.15):
                continue
            small = values.sum() < 100
            changed = values if small else _grown(values, random.integers(-1, 2))
            changed = _shifted(changed, *random.integers(-1, 2, 2))
            for axis, (before, after) in enumerate((gaps[[0, 2]], gaps[[1, 3]])):
                short = random.integers(0, self.SHORT + 1, 2)
                view = changed if axis else changed.T
                if before == 0:
                    view[: short[0]] = False
                if after == 0:
                    view[len(view) - short[1] :] = False
            if not changed.any():
                continue
            seen.append((changed, col, row))
            scores.append(0.9 - 0.3 * random.random() * (gaps.min() < 16) - 0.05 * random.random())
        return seen, scores


def _shifted(values: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """The mask moved by up to a pixel, continued at the frame's edge."""
    padded = np.pad(values, 1, mode="edge")
    height, width = values.shape
    return padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width].copy()


def _grown(values: np.ndarray, by: int) -> np.ndarray:
    """The mask with a pixel more, or less, all round."""
    if by == 0:
        return values
    moved = [_shifted(values, dx, dy) for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))]
    return np.logical_or.reduce([values, *moved]) if by > 0 else np.logical_and.reduce([values, *moved])


@dataclass(frozen=True)
class Verdict:
    """What is right and wrong with a result.

    Attributes:
        drawn: objects that there are.
        missed: those of which nothing was found.
        twice: found ones too many that are the whole of an object again.
        fragments: found ones too many that are a part of an object, or of none.
        cut: objects that were found, but end elsewhere by more than ``SLACK`` pixels, or whose IoU is below 0.5.
        iou: mean over all objects of the IoU with the one found, in pixels; 0 for missed ones.
        long_right: of the objects longer than a tile, the share that is neither missed nor cut.
    """

    drawn: int
    missed: int
    twice: int
    fragments: int
    cut: int
    iou: float
    long_right: float

    @property
    def right(self) -> int:
        """Objects with nothing wrong."""
        return self.drawn - self.missed - self.cut

    def __str__(self) -> str:
        return (
            f"{self.missed} missed, {self.twice} twice, {self.fragments} fragments, {self.cut} cut, IoU {self.iou:.3f}, "
            f"{self.long_right:.0%} of those longer than a tile"
        )


SLACK = 8  # pixels


def judge(found: np.ndarray, drawn: np.ndarray, tile: int) -> Verdict:
    """Compare found (N,) with drawn (M,) polygons, both valid and in pixels of the scene, one to one by falling IoU."""
    i, j = shapely.STRtree(drawn).query(found)
    iou = _iou(found, i, drawn, j)
    best, partner = np.zeros(len(drawn)), np.full(len(drawn), -1)
    taken = np.zeros(len(found), bool)
    for pair in np.argsort(-iou, kind="stable"):
        if iou[pair] > 0.05 and partner[j[pair]] < 0 and not taken[i[pair]]:
            best[j[pair]], partner[j[pair]], taken[i[pair]] = iou[pair], i[pair], True
    there = partner >= 0
    gaps = np.full(len(drawn), 0.0)
    gaps[there] = np.abs(shapely.bounds(found[partner[there]]) - shapely.bounds(drawn[there])).max(axis=1, initial=0)
    cut = there & ((best < 0.5) | (gaps > SLACK)) & (gaps > 2)
    repeats = np.unique(i[~taken[i] & (iou > 0.5)])
    bounds = shapely.bounds(drawn)
    long = np.hypot(*(bounds[:, 2:] - bounds[:, :2]).T) > tile
    return Verdict(
        drawn=len(drawn),
        missed=int((~there).sum()),
        twice=len(repeats),
        fragments=int((~taken).sum()) - len(repeats),
        cut=int(cut.sum()),
        iou=float(best.mean()),
        long_right=float((there & ~cut)[long].mean()) if long.any() else 1.0,
    )


def _iou(a: np.ndarray, i: np.ndarray, b: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return the (P,) IoU of the pixels whose centres lie in ``a[i]`` and in ``b[j]``: what was drawn is pixels."""
    both = shapely.area(shapely.intersection(a[i], b[j]))
    result = both / (shapely.area(a)[i] + shapely.area(b)[j] - both)
    for pair in np.flatnonzero(result > 0.05):
        one, other = _pixels(a[i[pair]], b[j[pair]])
        result[pair] = (one & other).sum() / max((one | other).sum(), 1)
    return result


def _pixels(*polygons: shapely.Polygon) -> list[np.ndarray]:
    """The pixels of each polygon in one frame that holds them all."""
    bounds = shapely.bounds(np.array(polygons))
    left, top = np.floor(bounds[:, :2].min(axis=0)).astype(int)
    right, bottom = np.ceil(bounds[:, 2:].max(axis=0)).astype(int)
    transform = rasterio.Affine.translation(int(left), int(top))
    shape = int(bottom - top), int(right - left)
    return [rasterio.features.rasterize([p], shape, transform=transform, dtype=np.uint8).astype(bool) for p in polygons]
