import numpy as np
import pytest
import shapely

from core.training.data.split import overlaps
from core.training.data.split import split as split_footprints


def grid(columns, rows, size, stride, x0=0.0, y0=0.0):
    return [
        (x0 + c * stride, y0 + r * stride, x0 + c * stride + size, y0 + r * stride + size)
        for r in range(rows)
        for c in range(columns)
    ]


def corners(bounds):
    x0, y0, x1, y1 = np.array(bounds, float).reshape(-1, 4).T
    return np.stack([np.stack([x0, y1], 1), np.stack([x1, y1], 1), np.stack([x1, y0], 1), np.stack([x0, y0], 1)], 1)


def split(bounds, objects, percentage, seed):
    return split_footprints(corners(bounds), objects, percentage, seed)


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
        (grid(10, 10, 100, 50) + grid(20, 1, 100, 150, 9000), 15, 0),  # a survey and single chips: some of those
        (grid(10, 10, 100, 50) * 2, 10, 20),  # two dates
        ([chip for i in range(6) for chip in grid(4, 4, 100, 50, 9000 * i)], 5, 4),  # six surveys: a part of one
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
    result = split_footprints(np.full((20, 4, 2), np.nan), [1] * 20, 20, 1)
    assert (len(result.training), len(result.validation)) == (16, 4)
    assert result.leaks
    assert "no place on the map" in result.how


def test_chips_that_cannot_be_divided_are_drawn_and_that_is_said():
    result = split(grid(2, 2, 100, 10), [1] * 4, 25, 1)
    assert (len(result.training), len(result.validation)) == (3, 1)
    assert result.leaks
    assert "overlap so much" in result.how


def test_some_chips_without_a_place_are_drawn_with_the_others():
    footprints = corners(grid(10, 2, 10, 10))
    footprints[5:9] = np.nan
    result = split_footprints(footprints, [1] * 20, 20, 1)
    assert (len(result.training), len(result.validation)) == (16, 4)
    assert result.leaks
    assert "4 chips have no place on the map" in result.how


def test_one_chip_alone_trains():
    assert split(grid(1, 1, 10, 10), [3], 50, 1).training == (0,)


def rotated(bounds, degrees):
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return corners(bounds) @ np.array([[cos, sin], [-sin, cos]]) + (500_000, 3_000_000)


@pytest.mark.parametrize("degrees", [0, 12, 45, 100, 180, 271])
@pytest.mark.parametrize(("size", "stride", "left_out"), [(100, 100, 0), (100, 50, 10)])
def test_turned_grids_are_divided_like_others(degrees, size, stride, left_out):
    """The rectangles around turned chips overlap where the chips do not, and no line of the map goes between them."""
    result = split_footprints(rotated(grid(10, 10, size, stride), degrees), [1] * 100, 20, 1)
    assert not result.leaks
    assert len(result.left_out) == left_out
    share = len(result.validation) / (len(result.validation) + len(result.training))
    assert share == pytest.approx(0.2, abs=0.06)


@pytest.mark.parametrize("seed", range(25))
def test_chips_anywhere_never_share_a_pixel_across_the_sides(seed):
    """Chips at random places, of random sizes and turned at random, alone and in clumps."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 120))
    middles = rng.uniform(0, float(rng.choice([300, 1000, 5000])), (count, 2))
    half, turn = rng.uniform(20, 40, count), rng.uniform(0, 90, count) * rng.integers(2)
    square = np.array([(-1, 1), (1, 1), (1, -1), (-1, -1)])
    cos, sin = np.cos(turn), np.sin(turn)
    turns = np.stack([np.stack([cos, sin], 1), np.stack([-sin, cos], 1)], 1)
    footprints = (square * half[:, None, None]) @ turns + middles[:, None]
    result = split_footprints(footprints, rng.integers(0, 3, count), float(rng.uniform(5, 50)), seed)
    assert sorted(result.training + result.validation + result.left_out) == list(range(count))
    assert result.training
    assert result.validation
    shapes = shapely.polygons(footprints)
    shared = [shapes[i].intersection(shapes[list(result.training)]) for i in result.validation]
    assert result.leaks or max(shapely.area(some).max() for some in shared) < 20  # of 1600 and more
    pairs = {frozenset(pair) for pair in zip(*overlaps(footprints), strict=True)}
    assert result.leaks or not any(pair & {*result.training} and pair & {*result.validation} for pair in pairs)


def test_chips_of_different_systems_are_not_compared():
    footprints = corners(grid(1, 1, 100, 50) * 3)
    one, other = overlaps(footprints, np.array([0, 1, 0]))
    assert sorted(zip(one.tolist(), other.tolist(), strict=True)) == [(0, 2), (2, 0)]


def test_thousands_of_chips_are_divided_quickly_enough_to_wait_for():
    bounds = grid(100, 100, 128, 64)
    result = split(bounds, [1] * len(bounds), 10, 1)
    assert len(result.left_out) == 100
