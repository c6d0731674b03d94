"""What remains holds what it removed."""

import threading

import numpy as np
import pytest
import shapely

from core.errors import Cancelled
from core.reporting import Reporter, silent
from core.suppression import suppressors
from core.suppression.merging import merged


def squares(count, seed=2):
    corner = np.random.default_rng(seed).uniform(0, 40, (count, 2))
    return shapely.box(*corner.T, *(corner + 6).T)


@pytest.mark.parametrize("width", [2, 3, 32])
def test_is_the_union_of_each_group(monkeypatch, width):
    monkeypatch.setattr("core.suppression.merging._WIDTH", width)
    monkeypatch.setattr("core.suppression.merging._ROWS", 3)
    geometries = squares(300)
    random = np.random.default_rng(8)
    winners = suppressors(geometries, random.random(300), random.integers(0, 3, 300), 0.1)
    united = merged(geometries, winners, silent())
    heirs = winners[winners]  # of two passes, what the first removed may have lost to one that the second removed
    assert (heirs[heirs] == heirs).all() and (heirs != winners).any()
    for n in range(300):
        group = geometries[heirs == n]
        if len(group) < 2:
            assert united[n] is geometries[n]
        else:
            expected = shapely.union_all(group)
            assert united[n].symmetric_difference(expected).area < 1e-9 * expected.area


def test_nothing_and_nobody():
    assert len(merged(np.empty(0, object), np.empty(0, np.int64), silent())) == 0
    alone = squares(3)
    assert all(new is old for new, old in zip(merged(alone, np.arange(3), silent()), alone, strict=True))


def test_holes_stay_where_nothing_fills_them():
    ring = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 8)
    geometries = np.array([ring, shapely.box(1, 1, 4, 4)])
    (united, _) = merged(geometries, np.array([0, 0]), silent())
    assert united.area == 64 + 4 and len(united.interiors) == 1


def test_a_heap_can_be_cancelled():
    cancel = threading.Event()
    report = Reporter(lambda event: cancel.set() if event.fraction > 0 else None, cancel)
    with pytest.raises(Cancelled):
        merged(squares(20_000), np.zeros(20_000, np.int64), report)
