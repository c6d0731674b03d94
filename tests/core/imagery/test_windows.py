import numpy as np
import pytest

from core.imagery import Window, tile_windows


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
