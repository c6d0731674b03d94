"""Several rings as one, for formats that know no holes and no parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def bridged(rings: Sequence[np.ndarray]) -> np.ndarray:
    """Join rings into one by bridges of no width between the points nearest to each other.

    Filled by the even-odd rule, the result covers the same pixels.

    Args:
        rings: (k, 2) points each; the first point is not repeated.

    Returns:
        (m, 2) points.
    """
    walk = np.asarray(rings[0])
    for ring in rings[1:]:
        distance = ((walk[:, None] - ring) ** 2).sum(axis=2)
        here, there = np.unravel_index(np.argmin(distance), distance.shape)
        walk = np.concatenate([walk[: here + 1], np.roll(ring, -there, axis=0), ring[there : there + 1], walk[here:]])
    return walk


def loops(walk: np.ndarray) -> list[np.ndarray]:
    """Undo :func:`bridged`: cut a ring apart wherever it comes back to a point, and drop the bridges.

    Filled by the even-odd rule, the rings cover the same pixels.

    Args:
        walk: (m, 2) points.

    Returns:
        (k, 2) points each, k at least 3; ``[walk]`` when there is no such ring.
    """
    found: list[np.ndarray] = []
    path: list[tuple[float, float]] = []
    place: dict[tuple[float, float], int] = {}  # of each point on the path
    for point in map(tuple, walk.tolist()):
        start = place.get(point)
        if start is not None:
            if len(path) - start > 2:
                found.append(np.array(path[start:]))
            for gone in path[start:]:
                del place[gone]
            del path[start:]
        place[point] = len(path)
        path.append(point)
    if len(path) > 2:
        found.append(np.array(path))
    return found or [walk]
