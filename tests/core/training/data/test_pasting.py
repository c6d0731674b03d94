"""Objects of one chip on another."""

import numpy as np
import pytest

from core.training.data.geometry import View
from core.training.data.objects import Objects
from core.training.data.pasting import paste


def scene(boxes, value, masks=True, size=40):
    """A chip of one colour, its objects of another."""
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    pixels = np.full((2, size, size), value, np.uint8)
    for x0, y0, x1, y1 in boxes.astype(int):
        pixels[:, y0:y1, x0:x1] = value + 5
    labels = np.full(len(boxes), value)
    if not masks:
        return View(pixels, Objects(boxes, labels))
    frames = boxes.astype(int)
    return View(pixels, Objects(boxes, labels, frames, [np.ones((y1 - y0, x1 - x0), bool) for x0, y0, x1, y1 in frames]))


@pytest.mark.parametrize("masks", [True, False])
def test_the_object_comes_with_its_pixels_and_nothing_else_changes(masks):
    below, donor = scene([[2, 2, 12, 12]], 10, masks), scene([[20, 20, 30, 26]], 100, masks)
    before = below.pixels.copy()
    result = paste(below, donor, np.random.default_rng(1))
    assert result.objects.boxes.tolist() == [[2, 2, 12, 12], [20, 20, 30, 26]]
    assert result.objects.labels.tolist() == [10, 100]
    assert (result.pixels[:, 20:26, 20:30] == 105).all()
    assert (result.pixels == 105).sum() == 2 * 60
    assert np.array_equal(below.pixels, before)


@pytest.mark.parametrize(
    ("cover", "left"),
    [
        ([0, 0, 4, 10], [[4, 0, 10, 10]]),  # 40 % hidden: the rest stays
        ([0, 0, 8, 10], []),  # 80 % hidden
        ([2, 2, 6, 6], [[0, 0, 10, 10]]),  # a hole
    ],
)
def test_outlines_below_are_cut(cover, left):
    result = paste(scene([[0, 0, 10, 10]], 10), scene([cover], 100), np.random.default_rng(1))
    assert result.objects.boxes.tolist() == [*left, cover]
    planes = result.objects.planes(40, 40)
    assert planes.sum(0).max() == 1  # no pixel belongs to two
    assert planes[-1].sum() == (cover[2] - cover[0]) * (cover[3] - cover[1])


def test_boxes_that_are_hidden_go():
    below = scene([[0, 0, 10, 10], [20, 20, 30, 30]], 10, masks=False)
    result = paste(below, scene([[0, 0, 8, 10], [20, 20, 24, 30]], 100, masks=False), AllOfThem())
    assert result.objects.boxes.tolist() == [[20, 20, 30, 30], [0, 0, 8, 10], [20, 20, 24, 30]]


def test_boxes_that_overlap_come_together():
    """Else a part of an object would be seen that has no label."""
    donor = scene([[0, 0, 10, 10], [8, 8, 18, 18], [16, 16, 26, 26], [30, 30, 36, 36]], 100, masks=False)
    counts = {len(paste(scene([], 10, masks=False), donor, np.random.default_rng(seed)).objects) for seed in range(30)}
    assert counts == {1, 3, 4}


def test_a_chip_without_objects_gives_none_and_takes_some():
    empty, full = scene([], 10), scene([[1, 1, 5, 5]], 100)
    assert paste(full, empty, np.random.default_rng(1)) is full
    assert len(paste(empty, full, np.random.default_rng(1)).objects) == 1


class AllOfThem:
    """Draws everything."""

    def permutation(self, count):
        return np.arange(count)

    def integers(self, low, high):
        return high - 1
