"""Stitching where it is hard: objects that overlap, networks that are unsure, and memory."""

import numpy as np
import pytest
import shapely

from core.detection.objects import Objects, Sightings
from core.detection.pipeline import detect
from core.detection.stitching import Stitcher
from core.detection.tiles import Grid
from tests.core.detection.scenes import Oracle, position_card, positions

SIZE = 400


@pytest.fixture(scope="module")
def raster(tmp_path_factory):
    return positions(tmp_path_factory.mktemp("raster") / "positions.tif", SIZE, SIZE)


def see(raster, boxes, tile_size=128, padding=32, **facts):
    found = Objects.join(
        list(detect(raster, Oracle(boxes, **facts), position_card(), threshold=0.3, tile_size=tile_size, padding=padding))
    )
    return found, np.round(shapely.bounds(found.polygons).reshape(-1, 4), 3)


def rows(values):
    return sorted(map(tuple, np.asarray(values).tolist()))


@pytest.mark.parametrize("overlap", [0, 5, 15, 25])
@pytest.mark.parametrize("tile_size", [128, 144, 160])
def test_neighbours_that_overlap_stay_two(raster, overlap, tile_size):
    """A crown every 40 pixels, and beside each a second one; some pairs lie across the cores of two tiles."""
    first = [(x, y, x + 30, y + 30) for x in range(5, 330, 67) for y in range(3, 350, 53)]
    second = [(x + 30 - overlap, y + 2, x + 62 - overlap, y + 31) for x, y, *_ in first]
    found, boxes = see(raster, first + second, tile_size, 36)
    assert rows(boxes) == rows(first + second)
    assert found.scores == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(4))
def test_a_crowd_in_any_tiling(raster, seed):
    random = np.random.default_rng(seed)
    corner = random.integers(0, SIZE - 60, (150, 2))
    boxes = np.concatenate([corner, corner + random.integers(8, 60, (150, 2))], axis=1)
    scores = random.uniform(0.31, 1, 150)
    for tile_size, padding in ((128, 32), (150, 40), (256, 64)):
        found, seen = see(raster, boxes, tile_size, padding, scores=scores)
        assert rows(seen) == rows(boxes)
        assert np.sort(found.scores) == pytest.approx(np.sort(scores))


@pytest.mark.parametrize("inset", [0, 1.5, 4, 8])
def test_a_bar_is_one_even_if_the_network_ends_it_short_of_the_edge(raster, inset):
    found, boxes = see(raster, [(10, 100, 390, 120)], inset=inset)
    assert rows(boxes) == [(10, 100, 390, 120)]
    assert found.scores == pytest.approx([0.9])


def test_parallel_bars_stay_apart(raster):
    bars = [(10, y, 390, y + 12) for y in range(20, 380, 12)]
    assert rows(see(raster, bars)[1]) == rows(bars)


def test_one_larger_than_all_tiles(raster):
    assert rows(see(raster, [(5, 5, 395, 395)])[1]) == [(5, 5, 395, 395)]


def test_classes_do_not_mix(raster):
    bars = [(10, 100, 390, 120), (10, 104, 390, 124)]
    found, boxes = see(raster, bars, labels=[1, 2])
    assert rows(boxes) == rows(bars) and sorted(found.labels) == [1, 2]


def sightings(tile, boxes, scores):
    boxes = np.array(boxes, dtype=float).reshape(-1, 4)
    return Sightings.of_tile(tile, shapely.box(*boxes.T), np.ones(len(boxes), int), np.array(scores), boxes)


def two_tiles():
    """Tiles of columns 0 to 128 and 64 to 192; the border of their cores is column 96."""
    (row,) = Grid(192, 128, 128, 32).rows()
    return row


@pytest.mark.parametrize(
    ("what", "left", "right", "expected"),
    [
        ("seen twice, the owner's stays", [(70, 10, 90, 30)], [(71, 10, 91, 30)], [(70, 10, 90, 30)]),
        ("what the owner does not see goes", [], [(70, 10, 90, 30)], []),
        ("what only the owner sees stays", [(70, 10, 90, 30)], [], [(70, 10, 90, 30)]),
        ("each thinks that the other owns it", [(87, 10, 107, 30)], [(85, 10, 105, 30)], [(87, 10, 107, 30)]),
        ("each thinks that it owns it", [(85, 10, 105, 30)], [(87, 10, 107, 30)], [(85, 10, 105, 30)]),
        ("cut on the left, whole on the right", [(110, 10, 128, 30)], [(110, 10, 150, 30)], [(110, 10, 150, 30)]),
        ("cut on both sides", [(20, 10, 128, 30)], [(64, 10, 180, 30)], [(20, 10, 180, 30)]),
        ("two beside each other, both cut", [(20, 10, 128, 30)], [(64, 30, 180, 50)], [(20, 10, 128, 30), (64, 30, 180, 50)]),
        ("a cut one that its owner does not confirm", [(120, 10, 128, 30)], [], []),
    ],
)
def test_two_tiles(what, left, right, expected):
    one, other = two_tiles()
    stitcher = Stitcher(boxes=True, padding=32)
    stitcher.add(sightings(one, left, np.full(len(left), 0.9)))
    stitcher.add(sightings(other, right, np.full(len(right), 0.8)))
    assert rows(shapely.bounds(stitcher.settle(np.inf).polygons).reshape(-1, 4)) == rows(expected), what


def test_confidence_of_a_union_is_weighted_by_area():
    one, other = two_tiles()
    stitcher = Stitcher(boxes=True, padding=32)
    stitcher.add(sightings(one, [(28, 10, 128, 30)], [0.9]))  # 100 wide
    stitcher.add(sightings(other, [(64, 10, 114 + 50, 30)], [0.6]))  # 100 wide
    stitcher.add(sightings(other, [(64, 60, 100, 80)], [0.5]))
    scores = stitcher.settle(np.inf).scores
    assert sorted(scores) == pytest.approx([0.75])  # the third is cut, and belongs to the left tile, which does not see it


def test_finished_objects_leave_and_the_others_wait():
    rows_of_tiles = list(Grid(128, 400, 128, 32).rows())
    stitcher = Stitcher(boxes=True, padding=32)
    stitcher.add(sightings(rows_of_tiles[0][0], [(10, 10, 30, 30), (60, 50, 80, 128)], [0.9, 0.9]))
    first = stitcher.settle(rows_of_tiles[1][0].window.row)
    assert rows(shapely.bounds(first.polygons)) == [(10, 10, 30, 30)]
    assert len(stitcher.settle(rows_of_tiles[1][0].window.row)) == 0
    stitcher.add(sightings(rows_of_tiles[1][0], [(60, 64, 80, 160)], [0.9]))
    assert rows(shapely.bounds(stitcher.settle(rows_of_tiles[2][0].window.row).polygons).reshape(-1, 4)) == []
    assert rows(shapely.bounds(stitcher.settle(np.inf).polygons)) == [(60, 50, 80, 160)]
    assert len(stitcher.settle(np.inf)) == 0


def test_stumps_that_end_short_of_the_edge_do_not_confirm_each_other():
    """Two tiles, one above the other, see a stump near their right edges; the tile that owns it sees nothing, or all of it."""
    (above, right), (below, _) = Grid(192, 192, 128, 32).rows()
    stump, whole = [(118, 80, 123, 100)], [(118, 80, 140, 100)]
    for seen_by_owner, expected in (([], []), (whole, whole)):
        stitcher = Stitcher(boxes=True, padding=32)
        stitcher.add(sightings(above, stump, [0.7]))
        stitcher.add(sightings(right, seen_by_owner, [0.6] * len(seen_by_owner)))
        stitcher.add(sightings(below, stump, [0.8]))
        assert rows(shapely.bounds(stitcher.settle(np.inf).polygons).reshape(-1, 4)) == rows(expected)
