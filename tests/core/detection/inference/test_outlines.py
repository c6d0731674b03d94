"""Outlines of masks: at the right place, smooth, with holes, without specks."""

import numpy as np
import pytest
import shapely

from core.detection.inference.masks import Masks
from core.detection.inference.outlines import largest_parts, outlines


def disc(radius, size=64, centre=None, soft=False):
    """A disc, centre in pixel coordinates, sharp or with an edge that falls off over 8 pixels."""
    x, y = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    x0, y0 = centre or (size / 2, size / 2)
    inside = radius - np.hypot(x - x0, y - y0)
    return np.clip(inside / 8 + 0.5, 0, 1) if soft else (inside > 0).astype(float)


def outline(values, col=0, row=0):
    height, width = values.shape
    return outlines(Masks([np.round(values * 255).astype(np.uint8)], np.array([[col, row, col + width, row + height]])))[0]


def test_soft_mask_gives_the_true_circle():
    polygon = outline(disc(20, soft=True, centre=(30.3, 33.7)), col=100, row=50)
    circle = shapely.Point(130.3, 83.7).buffer(20, quad_segs=64)
    assert polygon.symmetric_difference(circle).area / circle.area < 0.012
    assert shapely.hausdorff_distance(polygon.exterior, circle.exterior, 0.01) < 0.4
    assert len(polygon.exterior.coords) < 60  # no vertex per pixel


def test_sharp_mask_has_no_stairs():
    polygon = outline(disc(20))
    assert polygon.area == pytest.approx(np.pi * 400, rel=0.01)
    assert polygon.length == pytest.approx(2 * np.pi * 20, rel=0.06)  # stairs would be 27 % longer


def test_full_mask_reaches_its_edges():
    assert outline(np.ones((10, 20)), col=3, row=4).bounds == (3, 4, 23, 14)


def test_holes_stay_and_specks_go():
    values = disc(25)
    values[28:36, 28:36] = 0
    values[20, 20] = 0
    values[0:2, 0:2] = 1
    polygon = outline(values)
    assert polygon.geom_type == "Polygon" and len(polygon.interiors) == 1
    assert shapely.Polygon(polygon.interiors[0]).area == pytest.approx(64, rel=0.05)


def test_parts_of_one_object_stay_together_until_the_end():
    values = np.zeros((40, 40))
    values[5:20, 5:20] = values[25:35, 25:35] = 1
    both = outlines(Masks([(values * 255).astype(np.uint8)], np.array([[0, 0, 40, 40]])))
    assert both[0].geom_type == "MultiPolygon" and len(both[0].geoms) == 2
    largest = largest_parts(both)[0]
    assert largest.geom_type == "Polygon" and largest.bounds == (5, 5, 20, 20)


@pytest.mark.parametrize("values", [np.zeros((5, 5)), np.full((5, 5), 0.49), np.eye(1), np.zeros((0, 3))])
def test_nothing_gives_none(values):
    assert outline(values) is None


def test_no_masks():
    assert outlines(Masks([], np.empty((0, 4)))).shape == (0,)


@pytest.mark.parametrize("seed", range(5))
def test_noise_gives_valid_polygons(seed):
    values = np.random.default_rng(seed).random((40, 40))
    polygon = outline(values)
    assert polygon is None or (polygon.is_valid and polygon.geom_type in ("Polygon", "MultiPolygon"))


def test_half_is_the_border():
    ramp = np.tile(np.linspace(0, 1, 101), (30, 1))  # passes 0.5 at the centre of pixel 50
    assert outline(ramp).bounds[0] == pytest.approx(50.5, abs=0.25)  # steps of 1/255 are coarse for so flat a slope


def test_many_masks_come_out_as_each_does_alone():
    random = np.random.default_rng(1)
    values = [
        (disc(r, size) * 255).astype(np.uint8)[: size - r % 3] for r, size in zip(range(3, 40), range(20, 94, 2), strict=True)
    ]
    values += [np.zeros((9, 4), np.uint8), np.zeros((3, 1100), np.uint8), np.full((2, 1100), 255, np.uint8)]
    corners = random.uniform(0, 500, (len(values), 2))
    places = np.concatenate([corners, corners + [one.shape[::-1] for one in values]], axis=1)
    together = outlines(Masks(values, places))
    for one, value, place in zip(together, values, places, strict=True):
        alone = outlines(Masks([value], place[None]))[0]
        assert (one is None and alone is None) or one.normalize().equals_exact(alone.normalize(), 1e-9)
    assert [one is None for one in together[-3:]] == [True, True, False]


def test_a_small_grid_lies_over_its_box():
    """As a network draws it: 28 cells a side, whatever the size of the box."""
    x, y = np.meshgrid(np.linspace(-1, 1, 57)[1::2], np.linspace(-1, 1, 57)[1::2])
    values = np.repeat((255 / (1 + np.exp(12 * (np.hypot(x, y) - 0.8))))[None].astype(np.uint8), 3, axis=0)
    places = np.array([[10.0, 20, 18, 26], [50.5, 60.25, 90.5, 160.25], [100, 0, 500, 400]])
    for polygon, place in zip(outlines(Masks(values, places)), places, strict=True):
        width, height = place[2:] - place[:2]
        assert polygon.area == pytest.approx(np.pi * 0.8**2 * width * height / 4, rel=0.05)
        assert polygon.centroid.coords[0] == pytest.approx((place[:2] + place[2:]) / 2, abs=0.1 + width / 200)
        assert len(polygon.exterior.coords) < 90


def test_a_narrow_place_does_not_fall_apart():
    values = np.zeros((60, 60))
    values[10:30, 5:25] = values[10:30, 35:55] = 1
    values[19, 25:35] = 1  # a bridge of one pixel
    polygon = outline(values)
    assert polygon.geom_type == "Polygon" and polygon.is_valid
    assert polygon.area == pytest.approx(810, rel=0.02)


def test_parts_of_different_masks_are_not_mixed_up():
    apart = np.zeros((20, 40), np.uint8)
    apart[2:18, 2:10] = apart[2:18, 20:38] = 255
    whole = np.full((30, 10), 255, np.uint8)
    both = outlines(Masks([apart, whole, apart], np.array([[0, 0, 40, 20], [50, 0, 60, 30], [0, 100, 40, 120.0]])))
    assert [shape.geom_type for shape in both] == ["MultiPolygon", "Polygon", "MultiPolygon"]
    assert [shape.bounds for shape in both] == [(2, 2, 38, 18), (50, 0, 60, 30), (2, 102, 38, 118)]
