import pytest

from core.lattice import Starts, around, scale_between, starts, whole_pixels


@pytest.mark.parametrize(
    ("length", "tile", "stride", "expected"),
    [
        (256, 256, 256, [0]),
        (512, 256, 256, [0, 256]),
        (512, 256, 0, [0, 256]),  # 0 means the tile size
        (512, 256, 128, [0, 128, 256]),
        (600, 256, 256, [0, 256, 344]),  # the last one is shifted inwards
        (257, 256, 128, [0, 1]),
        (100, 256, 128, [0]),  # shorter than a tile
        (1, 1, 1, [0]),
    ],
)
def test_starts(length, tile, stride, expected):
    assert starts(length, tile, stride) == expected


@pytest.mark.parametrize(
    ("length", "tile", "stride", "padded", "skipped"),
    [
        (256, 256, 256, [0], [0]),
        (512, 256, 0, [0, 256], [0, 256]),
        (600, 256, 256, [0, 256, 512], [0, 256]),
        (600, 256, 128, [0, 128, 256, 384], [0, 128, 256]),
        (257, 256, 128, [0, 128], [0]),
        (255, 256, 128, [0], []),
        (1, 256, 0, [0], []),
        (7, 1, 1, [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_starts_that_stay_on_the_lattice(length, tile, stride, padded, skipped):
    assert starts(length, tile, stride, "PAD") == padded
    assert starts(length, tile, stride, "SKIP") == skipped


@pytest.mark.parametrize("stride", [1, 3, 5, 8])
@pytest.mark.parametrize("length", range(1, 30))
def test_padded_tiles_cover_everything_and_none_is_needless(length, stride):
    begin = starts(length, 8, stride, "PAD")
    assert begin[-1] + 8 >= length
    assert len(begin) == 1 or begin[-2] + 8 < length


@pytest.mark.parametrize("edge", ["SHIFT", "PAD", "SKIP"])
@pytest.mark.parametrize("length", [1, 7, 8, 9, 21, 24, 29])
@pytest.mark.parametrize(("low", "high"), [(-5.0, 40.0), (0.0, 0.5), (3.0, 8.0), (7.5, 20.5), (28.0, 60.0), (-9.0, -1.0)])
def test_the_tiles_at_a_place_are_found_without_looking_at_all(length, edge, low, high):
    axis = Starts(length, 8, 5, edge)
    everything = list(axis)
    assert len(axis) == len(everything)
    touching = [number for number, begin in enumerate(everything) if begin < high and begin + 8 > low]
    within = [number for number, begin in enumerate(everything) if begin >= low and begin + 8 <= high]
    assert (list(axis.touching(low, high)), list(axis.within(low, high))) == (touching, within)


def test_a_million_tiles_take_no_time():
    axis = Starts(10**9, 256, 128)
    assert len(axis) == 7_812_499 and axis[-1] == 10**9 - 256
    assert list(axis.touching(5 * 10**8, 5 * 10**8 + 1)) == [3906249, 3906250]


def test_the_chip_around_an_object():
    assert around((10.2, 20, 30, 41.5), 100, 80, None, "SHIFT") == (10, 20, 20, 22)
    assert around((-5, 70, 10, 90), 100, 80, (32, 32), "SHIFT") == (0, 48, 32, 32)
    assert around((-5, 70, 10, 90), 100, 80, (32, 32), "PAD") == (-11, 59, 32, 32)
    assert around((1, 1, 2, 2), 20, 20, (32, 32), "SHIFT") == (0, 0, 32, 32)


def test_another_cell_size():
    assert scale_between((0.5, 0.5), None) == scale_between((0.5, 0.5), 0) == scale_between((0.5, 0.5), 0.5 + 1e-8) == (1, 1)
    assert scale_between((0.5, 0.25), 1.0) == (2, 4)
    assert [whole_pixels(101, scale) for scale in (1.0, 2.0, 0.1)] == [101, 50, 1010]
