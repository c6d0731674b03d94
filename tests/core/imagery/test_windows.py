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


def test_small_image_gives_one_tile_that_overhangs():
    assert list(tile_windows(10, 20, 64, 32, 64, 32)) == [Window(0, 0, 64, 32)]
