import numpy as np
import pytest

from core.training.split import split


def grid(columns, rows, size, stride, x0=0.0, y0=0.0):
    return [
        (x0 + c * stride, y0 + r * stride, x0 + c * stride + size, y0 + r * stride + size)
        for r in range(rows)
        for c in range(columns)
    ]


def overlap(one, other):
    return min(one[2], other[2]) - max(one[0], other[0]) > 1e-6 and min(one[3], other[3]) - max(one[1], other[1]) > 1e-6


@pytest.mark.parametrize(
    ("bounds", "percentage", "left_out"),
    [
        (grid(10, 10, 128, 128), 10, 0),  # side by side
        (grid(10, 10, 128, 64), 10, 10),  # half overlap: one column lies on the line
        (grid(20, 3, 128, 64), 20, 3),
        (grid(3, 20, 128, 64), 20, 3),  # the line runs east-west
        (grid(10, 10, 128, 43), 10, 20),
        (grid(4, 4, 100, 50) + grid(4, 4, 100, 50, 9000), 50, 0),  # two surveys: one each
        (grid(3, 1, 100, 50), 33, 1),
        (grid(5, 5, 0.00128, 0.00064, 86.9, 27.9), 20, 5),  # degrees
    ],
)
def test_no_pixel_is_on_both_sides(bounds, percentage, left_out):
    result = split(bounds, [1] * len(bounds), percentage, 42)
    assert not result.leaks
    assert result.training
    assert result.validation
    everything = sorted(result.training + result.validation + result.left_out)
    assert everything == list(range(len(bounds)))
    assert not any(overlap(bounds[i], bounds[j]) for i in result.training for j in result.validation)
    assert len(result.left_out) == left_out
    share = len(result.validation) / (len(result.validation) + len(result.training))
    assert share == pytest.approx(percentage / 100, abs=0.18)


def test_world_files_that_are_rounded_do_not_make_neighbours_overlap():
    rng = np.random.default_rng(1)
    bounds = [tuple(np.asarray(item) + rng.uniform(-1e-5, 1e-5, 4)) for item in grid(6, 6, 25.6, 25.6)]
    result = split(bounds, [1] * 36, 25, 1)
    assert (len(result.training), len(result.validation), len(result.left_out)) == (27, 9, 0)
    assert "no two chips overlap" in result.how


def test_the_same_place_twice_stays_on_one_side():
    bounds = grid(6, 6, 100, 100) * 2  # two dates
    result = split(bounds, [1] * 72, 20, 3)
    assert {i % 36 for i in result.training}.isdisjoint({i % 36 for i in result.validation})


def test_validation_has_objects_when_it_can():
    bounds = grid(20, 1, 128, 64)
    objects = [0] * 19 + [5]  # only the easternmost chip
    result = split(bounds, objects, 10, 1)
    assert 19 in result.validation or 19 in result.training
    objects = [1] * 17 + [0] * 3
    assert sum(objects[i] for i in split(bounds, objects, 10, 1).validation) > 0
    alone = [0] * 9 + [1]
    for seed in range(5):
        assert 9 in split(grid(10, 1, 10, 10), alone, 10, seed).validation


def test_the_seed_decides():
    bounds = grid(10, 10, 10, 10)
    assert split(bounds, [1] * 100, 10, 1) == split(bounds, [1] * 100, 10, 1)
    assert split(bounds, [1] * 100, 10, 1) != split(bounds, [1] * 100, 10, 2)


def test_chips_without_a_place_are_drawn_and_that_is_said():
    result = split([None] * 20, [1] * 20, 20, 1)
    assert (len(result.training), len(result.validation)) == (16, 4)
    assert result.leaks
    assert "no place on the map" in result.how


def test_chips_that_cannot_be_divided_are_drawn_and_that_is_said():
    result = split(grid(2, 2, 100, 10), [1] * 4, 25, 1)
    assert (len(result.training), len(result.validation)) == (3, 1)
    assert result.leaks
    assert "overlap so much" in result.how
