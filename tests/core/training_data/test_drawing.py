import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize

from core.training_data.drawing import draw

SIZE = 40, 50  # rows, columns


def odd(seed):
    """Polygons of all sorts: convex, with holes, in parts, off the edge, thin."""
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(rng.integers(1, 9)):
        shape = shapely.MultiPoint(rng.uniform(-15, 60, (rng.integers(3, 8), 2))).convex_hull.buffer(rng.uniform(0.01, 2))
        if rng.random() < 0.4:
            shape -= shapely.Point(*rng.uniform(0, 45, 2)).buffer(rng.uniform(1, 9))
        if rng.random() < 0.3:
            shape |= shapely.box(*(corner := rng.uniform(0, 40, 2)), *(corner + rng.uniform(0.1, 6, 2)))
        if not shape.is_empty:
            shapes.append(shape)
    return np.array(shapes, object)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_draws_the_same_pixels_as_gdal(seed):
    polygons = odd(seed)
    values = np.arange(1, len(polygons) + 1)
    expected = rasterize(list(zip(polygons, values, strict=True)), SIZE, dtype="uint8") if len(polygons) else np.zeros(SIZE)
    assert np.array_equal(draw(polygons, values, *SIZE), expected)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 160), min_size=2, max_size=6, unique=True), st.sampled_from([0.25, 0.5, 1.0]))
def test_neighbours_leave_no_gap_and_share_no_pixel(cuts, step):
    """Also where walls run through the middles of pixels."""
    edges = [0.0, *sorted(cut * step for cut in cuts), 50.0]
    edges = [min(edge, 50.0) for edge in edges]
    pairs = [(left, right) for left, right in itertools.pairwise(edges) if left < right]
    walls = np.array([shapely.box(left, 0, right, 40) for left, right in pairs], object)
    total = sum(draw(np.array([wall]), [1], *SIZE).astype(int) for wall in walls)
    assert (total == 1).all()


def test_later_polygons_lie_on_top():
    result = draw(np.array([shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15)]), [7, 9], 20, 20)
    assert (result[5:10, 5:10] == 9).all() and (result == 7).sum() == 75


@pytest.mark.parametrize("polygons", [[], [shapely.box(-9, -9, -1, -1)], [shapely.box(3.1, 3, 3.3, 4)], [shapely.Polygon()]])
def test_nothing_to_draw(polygons):
    assert not draw(np.array(polygons, object), np.ones(len(polygons)), 8, 8).any()


def test_large_values_need_a_wider_type():
    assert draw(np.array([shapely.box(0, 0, 2, 2)]), [70000], 2, 2, np.uint32).tolist() == [[70000] * 2] * 2
