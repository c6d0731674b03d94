"""Options for the outlines of finished objects: fewer points, and the right angles of buildings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

ROUGH = 2.0  # pixels by which the outline may move to become edges whose directions mean something
SHORT = 4.0  # pixels: shorter edges of a building are noise of the outline
ALIKE = 0.8  # IoU with what was found, below which a right-angled outline is not believed


def simplify(polygons: np.ndarray, tolerance: float) -> np.ndarray:
    """Return (N,) polygons with fewer points, each by itself: valid, never empty, with all holes.

    Args:
        polygons: (N,) valid shapely polygons, in pixels.
        tolerance: pixels by which leaving out a point may move the outline (Douglas and Peucker), 0 or more; 0 leaves out only
            what lies on a straight line.
    """
    simple = shapely.simplify(polygons, tolerance, preserve_topology=True)
    bad = (
        ~shapely.is_valid(simple) | ~(shapely.area(simple) > 0) | (shapely.get_type_id(simple) != shapely.get_type_id(polygons))
    )
    simple[bad] = polygons[bad]
    return simple


def regularise(polygons: np.ndarray, rough: float = ROUGH, short: float = SHORT) -> tuple[np.ndarray, np.ndarray]:
    """Return building outlines with right angles, each turned as its own longest walls are.

    Each outline is first simplified. Its direction is the mean of those of its edges modulo 90 degrees, weighted by the squares
    of their lengths (mean of angles multiplied by 4 on the circle). Each edge then becomes a line in this direction or across
    it, through its middle; edges that go on in one direction become one line, the lines beside a short edge too, and the
    corners are where the lines cross. The walls are moved in or out alike so that the area stays. An outline that this changes
    too much, IoU below 0.8, stays as simplified: roofs with slanting walls.

    Args:
        polygons: (N,) valid shapely polygons, in pixels of square cells.
        rough: pixels by which simplifying may move the outline first.
        short: pixels; edges shorter than this go.

    Returns:
        (N,) valid polygons, none empty, with as many holes; (N,) bool, which of them have right angles.
    """
    simple = simplify(polygons, rough)
    single = np.flatnonzero(shapely.get_type_id(simple) == 3)
    rings, owner = shapely.get_rings(simple[single], return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = np.flatnonzero(ring[1:] == ring[:-1])  # edges by their first point
    moves = points[inside + 1] - points[inside]
    turn = _directions(moves, owner[ring[inside]], len(single))[owner]  # of each ring
    cos, sin = np.cos(turn[ring]), np.sin(turn[ring])
    turned = np.stack([points[:, 0] * cos + points[:, 1] * sin, points[:, 1] * cos - points[:, 0] * sin], axis=1)
    ends = np.cumsum(np.bincount(ring, minlength=len(rings)))
    parts = [part.tolist() for part in np.split(turned, ends[:-1])] if len(rings) else []
    squared = [_squared(part, short) for part in parts]

    failed, outer = np.zeros(len(single), dtype=bool), np.diff(owner, prepend=-1) > 0
    for index in np.flatnonzero([corners is None for corners in squared]):
        if outer[index]:
            failed[owner[index]] = True
        else:  # small holes stay as they are
            squared[index] = parts[index][:-1]
    keep = np.flatnonzero(~failed[owner])
    sizes = [len(squared[index] or ()) for index in keep]
    result, square = simple.copy(), np.zeros(len(polygons), dtype=bool)
    if not len(keep):
        return result, square
    corners = np.array([corner for index in keep for corner in squared[index] or ()])
    back = np.repeat(turn[keep], sizes)
    cos, sin = np.cos(back), np.sin(back)
    corners = np.stack([corners[:, 0] * cos - corners[:, 1] * sin, corners[:, 1] * cos + corners[:, 0] * sin], axis=1)
    made = shapely.linearrings(corners, indices=np.repeat(np.arange(len(keep)), sizes))
    numbers = np.flatnonzero(~failed)
    shapes = shapely.polygons(made, indices=np.searchsorted(numbers, owner[keep]))
    where = single[numbers]
    valid = shapely.is_valid(shapes)
    shapes, where = _as_large(shapes[valid], polygons[where[valid]]), where[valid]
    both = shapely.area(shapely.intersection(shapes, polygons[where]))
    alike = both >= ALIKE * (shapely.area(shapes) + shapely.area(polygons[where]) - both)
    result[where[alike]] = shapes[alike]
    square[where[alike]] = True
    return result, square


def _as_large(shapes: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return (N,) polygons with their walls moved in or out by as much as makes up the area of the originals.

    Simplifying takes more from outlines than it adds, since their corners are round.
    """
    missing = shapely.area(originals) - shapely.area(shapes)
    moved = shapely.buffer(shapes, missing / shapely.length(shapes), join_style="mitre")
    same = shapely.get_num_coordinates(moved) == shapely.get_num_coordinates(shapes)
    same &= shapely.get_num_geometries(moved) == 1
    return np.where(same, moved, shapes)


def _directions(moves: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Return the (count,) directions, in radians, of polygons whose edges are ``moves`` (E, 2), ``owner`` (E,) by polygon."""
    angle = 4 * np.arctan2(moves[:, 1], moves[:, 0])
    weight = (moves**2).sum(axis=1)
    east = np.bincount(owner, weight * np.cos(angle), count)
    north = np.bincount(owner, weight * np.sin(angle), count)
    return np.arctan2(north, east) / 4


def _squared(points: list[list[float]], short: float) -> list[list[float]] | None:
    """Return the corners of a ring made of lines along the axes; None when there are no four.

    Args:
        points: of the ring, closed, already turned.
        short: lines shorter than this go.
    """
    lines: list[tuple[bool, float, float]] = []  # whether along x; where across; length along, with its sign
    for (x0, y0), (x1, y1) in pairwise(points):
        along = abs(x1 - x0) >= abs(y1 - y0)
        line = (along, (y0 + y1) / 2, x1 - x0) if along else (along, (x0 + x1) / 2, y1 - y0)
        if lines and lines[-1][0] == along:
            lines[-1] = _joined(lines[-1], line)
        else:
            lines.append(line)
    if len(lines) > 1 and lines[0][0] == lines[-1][0]:
        lines[0] = _joined(lines.pop(), lines[0])
    while len(lines) >= 4:  # they alternate, so that their number is even
        count = len(lines)
        lengths = [abs(lines[(n + 1) % count][1] - lines[n - 1][1]) for n in range(count)]
        shortest = min(range(count), key=lengths.__getitem__)
        if count == 4 or lengths[shortest] >= short:
            return [
                [before[1], line[1]] if line[0] else [line[1], before[1]]
                for before, line in zip([lines[-1], *lines], lines, strict=False)
            ]
        lines = lines[shortest:] + lines[:shortest]
        lines = [_joined(lines[-1], lines[1]), *lines[2:-1]]
    return None


def _joined(one: tuple[bool, float, float], other: tuple[bool, float, float]) -> tuple[bool, float, float]:
    """Return the line in place of two that follow each other; of two that turn back, as around a spike, the longer."""
    along, a, length_a = one
    _, b, length_b = other
    if length_a * length_b < 0:
        return along, a if abs(length_a) > abs(length_b) else b, length_a + length_b
    total = length_a + length_b
    return along, (a * length_a + b * length_b) / total if total else (a + b) / 2, total
