"""Anchors against labels."""

import numpy as np
import pytest

from core.models.anchors import (
    Labels,
    default_box_shapes,
    fit_default_boxes,
    fit_level_limits,
    fit_pyramid,
    grid_shapes,
    missed,
)  # fmt: skip

STRIDES = (4, 8, 16, 32, 64)
USUAL = grid_shapes((32, 64, 128, 256, 512), (0.5, 1, 2))


def labels(width, height, count=400, spread=0.2, seed=3):
    rng = np.random.default_rng(seed)
    return np.array([width, height]) * np.exp(rng.normal(0, spread, (count, 2)))


def test_overlap_is_that_of_boxes():
    one = Labels.of([[10, 20]], turned=False)
    assert one.overlap(10, 20) == pytest.approx([1])
    assert one.overlap(20, 20) == pytest.approx([0.5])
    assert one.overlap(20, 10) == pytest.approx([100 / 300])
    assert one.overlap(10, 20, stride=8) == pytest.approx([8 * 18 / (400 - 8 * 18)])  # beside by 2 along both axes
    assert one.overlap(10, 20, stride=80) == pytest.approx([0])
    assert one.overlap(np.ones((3, 2)), np.ones((3, 2))).shape == (3, 2, 1)


def test_missed_counts_the_labels_that_no_shape_meets():
    sides = np.array([[10, 10]] * 3 + [[40, 40]])
    assert missed(np.array([[10.0, 10.0]]), sides) == pytest.approx(0.25)
    assert missed(np.array([[10.0, 10.0], [36, 36]]), sides) == 0
    assert missed(np.array([[5.0, 5.0]]), sides) == 1


def test_the_shapes_are_those_of_torchvisions_anchors():
    from torchvision.models.detection.anchor_utils import AnchorGenerator

    cells = AnchorGenerator(((13.7, 21.0),), ((0.5, 1.0, 2.3),)).cell_anchors[0]
    theirs = (cells[:, 2:] - cells[:, :2]).numpy()
    assert np.allclose(grid_shapes((13.7, 21.0), (0.5, 1.0, 2.3)), theirs)


def test_small_objects_get_small_anchors_that_torchvisions_miss():
    sides = labels(14, 14)
    assert missed(USUAL, sides) > 0.9
    sizes, ratios = fit_pyramid(Labels.of(sides), STRIDES)
    assert missed(grid_shapes(sizes, ratios), sides) < 0.02
    assert sizes[0] < 20
    assert np.allclose(np.divide(sizes[1:], sizes[:-1]), 2, rtol=0.02)


def test_long_objects_get_long_anchors_of_both_kinds_where_chips_are_turned():
    sides = labels(60, 15)
    sizes, ratios = fit_pyramid(Labels.of(sides, turned=True), STRIDES)
    assert len(sizes) == 5 and len(ratios) == 3 and sorted(ratios) == ratios
    assert ratios[0] < 0.4 and ratios[2] > 2.5
    _, upright = fit_pyramid(Labels.of(sides, turned=False), STRIDES)
    assert upright[1] < 0.6  # wide ones only: height / width


def test_given_sizes_or_ratios_stay():
    known = Labels.of(labels(30, 30))
    sizes, ratios = fit_pyramid(known, STRIDES, sizes=(10, 20, 30, 40, 50))
    assert sizes == [10, 20, 30, 40, 50]
    assert min(np.diff(np.log2(ratios))) >= 0.49
    sizes, ratios = fit_pyramid(known, STRIDES, ratios=(0.3, 3.0))
    assert ratios == [0.3, 3.0]


def test_octave_scales_are_counted():
    sides = np.concatenate([labels(25, 25), labels(40, 40)])
    octave = (1, 2 ** (1 / 3), 2 ** (2 / 3))
    sizes, ratios = fit_pyramid(Labels.of(sides), (8, 16, 32, 64, 128), octave)
    all_sizes = [size * scale for size in sizes for scale in octave]
    assert missed(grid_shapes(all_sizes, ratios), sides) < 0.02


def test_many_labels_are_fitted_at_once_and_always_alike():
    sides = labels(30, 45, count=100_000, spread=0.7)
    known = Labels.of(sides)
    assert len(known.weight) <= 800
    assert known.weight.sum() == pytest.approx(1)
    assert fit_pyramid(known, STRIDES) == fit_pyramid(Labels.of(sides[::-1]), STRIDES)


def test_without_labels_there_is_nothing_to_fit():
    with pytest.raises(ValueError, match="no labels"):
        Labels.of(np.zeros((0, 2)))


def test_default_boxes_are_torchvisions():
    from torchvision.models.detection.anchor_utils import DefaultBoxGenerator

    theirs = DefaultBoxGenerator([[2, 3]] * 6, min_ratio=0.2, max_ratio=0.95)._wh_pairs
    ours = default_box_shapes((64, 112, 160, 208, 256, 304, 320), (2, 3), 320)
    for one, other in zip(ours, theirs, strict=True):
        assert np.allclose(one, other.clamp(max=1).numpy() * 320, atol=1e-3)


@pytest.mark.parametrize("side", [24, 90])
def test_default_boxes_are_fitted(side):
    sides = labels(side, side, spread=0.4)
    sizes, ratios = fit_default_boxes(Labels.of(sides), (16, 32, 64, 128, 256, 512))
    assert len(sizes) == 7 and len(ratios) == 2 and sizes == sorted(sizes)
    assert missed(np.concatenate(default_box_shapes(sizes, ratios)), sides) < 0.05
    assert fit_default_boxes(Labels.of(sides), (16, 32, 64, 128, 256, 512), ratios=(2.0, 3.0))[1] == [2.0, 3.0]


def test_limits_between_levels_move_away_from_the_labels():
    usual = (64.0, 128.0, 256.0, 512.0)
    assert fit_level_limits(Labels.of(labels(30, 30)), usual) == list(usual)
    moved = fit_level_limits(Labels.of(labels(128, 128, spread=0.05)), usual)  # half of it is the first limit
    assert abs(np.log2(moved[0] / 64)) >= 0.25
    assert np.allclose(np.divide(moved, usual), moved[0] / 64, rtol=0.01)
