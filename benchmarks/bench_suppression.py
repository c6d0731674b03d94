"""Non maximum suppression: features per second against the bare spatial index, which every exact method has to ask."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import shapely

from core.suppression import suppress

NAME = "Suppression"


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table: boxes and polygons in three classes, each with about five neighbours."""
    rows = []
    for kind, make, count in (("boxes", _boxes, 1_000_000), ("polygons", _polygons, 200_000)):
        count = count // 50 if quick else count
        random = np.random.default_rng(7)
        geometries, confidence, classes = make(random, count), random.random(count), random.integers(0, 3, count)
        speed = count / _seconds(lambda g=geometries, c=confidence, k=classes: suppress(g, c, k, 0.3))
        limit = count / _seconds(lambda g=geometries: shapely.STRtree(g).query(g))
        rows.append(
            {
                "tool": f"{NAME}, {count:,} {kind}", "unit": "features/s", "kestrel": speed, "limit": limit,
                "ratio": speed / limit, "limit_is": "one index query per feature, one thread",
            }
        )  # fmt: skip
    return rows


def _corners(random: np.random.Generator, count: int) -> np.ndarray:
    return random.uniform(0, 10 * count**0.5, (count, 2))


def _boxes(random: np.random.Generator, count: int) -> np.ndarray:
    corners = _corners(random, count)
    return shapely.box(*corners.T, *(corners + random.uniform(5, 15, (count, 2))).T)


def _polygons(random: np.random.Generator, count: int) -> np.ndarray:
    """Discs of 21 points."""
    return shapely.buffer(shapely.points(_corners(random, count)), random.uniform(3, 7, count), quad_segs=5)


def _seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of a few runs: what the machine can do when nothing else disturbs it."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
