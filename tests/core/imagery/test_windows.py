import numpy as np
import pytest

from core.imagery import Window, tile_windows
from core.imagery.windows import starts


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


def test_tiles_cover_every_pixel_and_stay_inside():
    covered = np.zeros((90, 130), int)
    windows = list(tile_windows(130, 90, 32, 40, 20, 33))
    for window in windows:
        left, top, right, bottom = window.bounds
        assert (right - left, bottom - top) == (32, 40)
        assert left >= 0 and top >= 0 and right <= 130 and bottom <= 90
        covered[top:bottom, left:right] += 1
    assert covered.min() >= 1
    assert len(set(windows)) == len(windows)
    assert windows == sorted(windows, key=lambda window: (window.row, window.col))


@pytest.mark.parametrize(("edge", "bounds"), [("SHIFT", (98, 50)), ("PAD", (120, 64)), ("SKIP", (90, 32))])
def test_tiles_at_the_edge(edge, bounds):
    windows = list(tile_windows(98, 50, 30, 32, 30, 32, edge))
    assert (max(window.bounds[2] for window in windows), max(window.bounds[3] for window in windows)) == bounds
    assert len(windows) == {"SHIFT": 8, "PAD": 8, "SKIP": 3}[edge]


def test_small_image_and_the_edge():
    assert list(tile_windows(10, 20, 64, 32, 64, 32, "PAD")) == [Window(0, 0, 64, 32)]
    assert list(tile_windows(10, 20, 64, 32, 64, 32, "SKIP")) == []


def test_windows_meet():
    assert Window(0, 0, 10, 10).intersection(Window(4, -3, 20, 5)) == Window(4, 0, 6, 2)
    assert Window(0, 0, 10, 10).intersection(Window(10, 0, 5, 5)) is None


def test_small_image_gives_one_tile_that_overhangs():
    assert list(tile_windows(10, 20, 64, 32, 64, 32)) == [Window(0, 0, 64, 32)]
