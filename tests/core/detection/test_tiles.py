"""Tiles: they cover the raster, their cores share it out, and they know what they cut."""

import numpy as np
import pytest

from core.detection.tiles import Grid
from core.errors import InvalidParameter

GRIDS = [(100, 80, 32, 8), (100, 80, 32, 0), (100, 80, 32, 15), (33, 32, 32, 8), (32, 32, 32, 8), (10, 7, 32, 8), (1, 1, 2, 0)]


@pytest.mark.parametrize("facts", GRIDS)
def test_each_pixel_has_one_owner_with_the_padding_around_it(facts):
    width, height, size, padding = facts
    grid = Grid(*facts)
    tiles = [tile for row in grid.rows() for tile in row]
    assert [tile.number for tile in tiles] == list(range(len(grid)))
    x, y = (values.ravel() + 0.5 for values in np.meshgrid(np.arange(width), np.arange(height)))
    owners = np.array([tile.owns(np.column_stack([x, y])) for tile in tiles])
    assert (owners.sum(axis=0) == 1).all()
    for tile, owned in zip(tiles, owners, strict=True):
        left, top, right, bottom = tile.window.bounds
        assert (right - left, bottom - top) == (size, size)
        assert owned.any()
        need_left, need_right = max(x[owned].min() - padding, 0.5), min(x[owned].max() + padding, width - 0.5)
        need_top, need_bottom = max(y[owned].min() - padding, 0.5), min(y[owned].max() + padding, height - 0.5)
        assert left < need_left and need_right < right and top < need_top and need_bottom < bottom


def test_only_edges_inside_the_raster_cut():
    rows = list(Grid(100, 32, 32, 8).rows())
    assert len(rows) == 1 and [tile.window.col for tile in rows[0]] == [0, 16, 32, 48, 64, 68]
    boxes = np.array([[0, 0, 32, 32], [0, 0, 29, 32], [0, 0, 30, 32], [5, 5, 20, 20]], dtype=float)
    assert rows[0][0].cuts(boxes).tolist() == [True, False, True, False]
    assert rows[0][-1].cuts(boxes + np.array([68, 0, 68, 0])).tolist() == [True, True, True, False]
    assert not rows[0][0].inner[1] and not rows[0][0].inner[3]


@pytest.mark.parametrize("padding", [-1, 16, 40])
def test_padding_must_leave_a_core(padding):
    with pytest.raises(InvalidParameter, match=f"PADDING is {padding} pixels, but the model's tiles have 32 pixels") as error:
        Grid(100, 100, 32, padding)
    assert "below half a tile, 16" in error.value.hint
