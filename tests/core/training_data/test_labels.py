from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate

from core.errors import InputError
from core.imagery import Raster, Window, tile_windows
from core.packages.classes import ClassInfo
from core.training_data.clipping import SLIVER, clip, narrowed, planes_of
from core.training_data.labels import Labels, MaskPolygons
from core.vectors import to_map

SIDE = 60  # pixels of the grid of the tests


def labels(polygons, positions=None):
    polygons = np.array(polygons, object)
    positions = np.zeros(len(polygons), int) if positions is None else np.array(positions)
    return Labels((ClassInfo(1, "a"), ClassInfo(2, "b")), polygons, positions, np.arange(len(polygons)))


def plain_cut(polygons, window, share=0.0):
    """What should be left of each polygon in a window, the slow way: number -> polygon in pixels of the window."""
    frame = shapely.box(*window.bounds)
    left = {}
    for number, polygon in enumerate(polygons):
        piece = polygon.intersection(frame)
        whole = frame.covers(polygon)
        if piece.area > 0 and (whole or piece.area >= SLIVER) and piece.area >= share * polygon.area * (1 - 1e-9):
            left[number] = shapely.transform(piece, lambda points: points - (window.col, window.row))
    return left


def assert_same(found, expected):
    assert sorted(expected) == found.planes.tolist()  # planes number the polygons here
    for number, polygon in zip(found.planes.tolist(), found.polygons, strict=True):
        assert shapely.is_valid(polygon)
        assert shapely.get_dimensions(polygon) == 2
        assert polygon.symmetric_difference(expected[number]).area == pytest.approx(0, abs=1e-6)
        assert polygon.bounds == pytest.approx(shapely.union_all(areas(expected[number])).bounds, abs=1e-9)


def areas(geometry):
    parts = shapely.get_parts(geometry)
    return parts[shapely.get_dimensions(parts) == 2]


# Whole and half numbers make points on edges and edges on edges as often as not; others are like real labels.
numbers = st.one_of(
    st.integers(-5, SIDE + 5).map(float),
    st.integers(-10, 130).map(lambda n: n / 2),
    st.integers(-5000, 65000).map(lambda n: n / 1000),
)


@st.composite
def shapes(draw):
    kind = draw(st.sampled_from(["box", "star", "hole", "parts", "any"]))
    x, y, size = draw(numbers), draw(numbers), draw(st.integers(1, 40)) / 2
    if kind == "box":
        return shapely.box(x, y, x + size, y + size)
    if kind == "hole":
        return shapely.box(x, y, x + size, y + size) - shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2)
    if kind == "parts":
        return shapely.MultiPolygon([shapely.box(x, y, x + 3, y + 3), shapely.box(x + 4, y, x + 9, y + size)])
    points = draw(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=9))
    if kind == "star":
        angles = np.linspace(0, 2 * np.pi, 4 + len(points), endpoint=False)
        radii = 2 + size * np.abs(np.sin(np.arange(len(angles)) * (1 + x)))
        return shapely.Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))
    return shapely.make_valid(shapely.Polygon(points), method="structure", keep_collapsed=False)


usable = shapes().filter(lambda shape: shape.area > 0 and shape.is_valid and shape.geom_type in ("Polygon", "MultiPolygon"))
L_SHAPE = shapely.Polygon([(0, 0), (20, 0), (20, 8), (10, 8), (10, 20), (0, 20)])
NOTCHED = shapely.Polygon([(0, 0), (30, 0), (30, 20), (20, 20), (16, 16), (12, 20), (0, 20)])  # its notch ends on an edge
COMB = shapely.Polygon([(2, 4), (30, 4), (30, 30), (24, 30), (24, 12), (18, 12), (18, 30), (12, 30), (12, 12), (2, 12)])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(usable, max_size=6), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([(16, 8), (16, 16), (33, 20)]))
@example([L_SHAPE, NOTCHED, COMB], 0.0, (16, 8))
@example([NOTCHED, shapely.box(0, 0, SIDE, SIDE)], 0.5, (16, 16))
def test_cutting_many_windows_is_cutting_each_polygon(polygons, share, tiling):
    tile, stride = tiling
    windows = [*tile_windows(SIDE, SIDE, tile, tile, stride, stride), Window(-8, 50, 20, 20), Window(100, 0, 8, 8)]
    found = labels(polygons).cut(windows, share)
    assert len(found) == len(windows)
    for window, objects in zip(windows, found, strict=True):
        assert_same(objects, plain_cut(polygons, window, share))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(usable, max_size=5), st.integers(0, 360), st.sampled_from([0.0, 0.4]))
@example([NOTCHED, COMB], 90, 0.0)
def test_cutting_a_turned_chip_is_turning_and_cutting(polygons, angle, share):
    matrix = Affine.translation(30, 30) * Affine.rotation(angle) * Affine.translation(-12, -10)
    inverse = ~matrix
    linear = np.array([[inverse.a, inverse.d], [inverse.b, inverse.e]])
    turned = [shapely.transform(polygon, lambda points: points @ linear + (inverse.c, inverse.f)) for polygon in polygons]
    edge = [piece for piece in turned if abs(piece.intersection(shapely.box(0, 0, 24, 20)).area - SLIVER) < 1e-6]
    share_edge = [p for p in turned if abs(p.intersection(shapely.box(0, 0, 24, 20)).area - share * p.area) < 1e-6]
    if edge or (share and share_edge):
        return  # on the edge between staying and going, where rounding decides
    assert_same(labels(polygons).cut_turned(matrix, 24, 20, share), plain_cut(turned, Window(0, 0, 24, 20), share))


def test_cut_keeps_class_plane_and_order():
    some = labels([shapely.box(x, 2, x + 8, 10) for x in (40, 20, 0, 21)], [1, 0, 1, 0])
    left, right, none = some.cut([Window(0, 0, 24, 24), Window(18, 0, 24, 24), Window(0, 40, 16, 16)])
    assert (left.planes.tolist(), left.classes.tolist()) == ([1, 2, 3], [0, 1, 0])
    assert (right.planes.tolist(), right.classes.tolist()) == ([0, 1, 3], [1, 0, 0])
    assert right.polygons[1].bounds == (2, 2, 10, 10)
    assert len(none) == 0
    assert some.cut([]) == []
    assert [len(found) for found in labels([]).cut([Window(0, 0, 8, 8)])] == [0]
    assert len(some) == 4 and some.areas.tolist() == [64] * 4
    assert some.polygons[0].bounds == (40, 2, 48, 10)  # not moved with the chips


@pytest.mark.parametrize(
    ("share", "kept"), [(0.0, [0, 1, 2, 3]), (0.1, [0, 1, 2, 3]), (0.25, [0, 2, 3]), (0.26, [0, 2]), (0.5, [0, 2]), (1.0, [0])]
)
def test_least_share_of_an_object(share, kept):
    inside, tenth, half, quarter = (1, 1, 5, 5), (15, 0, 25, 10), (6, 6, 26, 7), (14, 4, 22, 14)
    polygons = [shapely.box(*edges) for edges in (inside, tenth, half, quarter)]
    assert labels(polygons).cut([Window(0, 0, 16, 16)], share)[0].planes.tolist() == kept


def test_slivers_go_and_specks_stay():
    polygons = [shapely.box(0, 0, 16.05, 16), shapely.box(17, 1, 17.2, 1.2), shapely.box(15.9, 4, 16.1, 4.2)]
    assert [found.planes.tolist() for found in labels(polygons).cut([Window(0, 0, 16, 16), Window(16, 0, 16, 16)])] == [
        [0],
        [1],
    ]


def test_a_large_polygon_is_cut_like_any_other():
    angles = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    radii = 300 + 150 * np.sin(9 * angles) + 5 * np.sin(700 * angles)
    lake = shapely.Polygon(np.column_stack([500 + radii * np.cos(angles), 500 + radii * np.sin(angles)]))
    lake -= shapely.Point(500, 500).buffer(60)
    windows = list(tile_windows(1000, 1000, 100, 100, 50, 50))
    for window, objects in zip(windows, labels([lake]).cut(windows), strict=True):
        assert_same(objects, plain_cut([lake], window))
    edges = np.array([window.bounds for window in windows], float)
    pieces = narrowed(np.array([lake], object), np.zeros(len(windows), int), edges)
    assert np.median(shapely.get_num_coordinates(pieces)) < 600  # and not by walking along all of it each time


def test_clipping_a_polygon_that_rounding_has_broken():
    bow = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)], [[(1, 1), (30, 3), (3, 30)]])
    found, (piece,) = clip(np.array([bow], object), np.array([[0.0, 0, 10, 10]]))
    assert found.tolist() == [0]
    assert piece.is_valid and shapely.box(0, 0, 10, 10).covers(piece)


# -- planes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [0, 27])
def test_shared_walls_are_no_overlap(angle):
    boxes = [shapely.box(x, y, x + 7, y + 7) for x in range(0, 49, 7) for y in range(0, 49, 7)]
    grid = [rotate(box, angle, (0, 0)) for box in boxes]
    assert not planes_of(np.array(grid, object), np.zeros(len(grid), int)).any()


def test_overlapping_objects_of_a_class_get_planes():
    stack = [shapely.box(n, n, n + 10, n + 10) for n in range(0, 8, 2)]
    others = [shapely.box(0, 0, 30, 30), shapely.box(50, 50, 60, 60)]
    found = planes_of(np.array([*stack, *others], object), np.array([0, 0, 0, 0, 1, 0]))
    assert found.tolist() == [0, 1, 2, 3, 0, 0]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(st.tuples(usable, st.integers(0, 1)), max_size=12))
def test_no_two_objects_of_a_plane_overlap(objects):
    polygons = np.array([polygon for polygon, _ in objects], object)
    classes = np.array([position for _, position in objects], int)
    planes = planes_of(polygons, classes)
    for j in range(len(polygons)):
        overlapped = {
            int(planes[i]) for i in range(j) if classes[i] == classes[j] and polygons[i].intersection(polygons[j]).area > SLIVER
        }
        assert planes[j] == next(plane for plane in range(len(polygons) + 1) if plane not in overlapped)


def test_planes_under_a_large_polygon():
    lake = shapely.Point(500, 500).buffer(400, quad_segs=500)
    small = [shapely.box(x, x, x + 9, x + 9) for x in range(0, 1000, 40)]
    found = planes_of(np.array([lake, *small], object), np.zeros(26, int))
    assert found[1:].tolist() == [int(lake.intersection(box).area > SLIVER) for box in small]


# -- mask polygons ----------------------------------------------------------------------------------------------------


@pytest.fixture
def masks(make_raster, make_layer, noise, report, place):
    """Mask polygons given in pixels of a raster anywhere."""

    def make(polygons):
        transform, crs = place
        with Raster(make_raster(noise(1, 8, 8), transform=transform, crs=crs)) as raster:
            layer = make_layer(list(to_map(np.array(polygons, object), raster)), crs=crs, name="areas.gpkg")
            return MaskPolygons(layer, raster, report)

    return make


def test_windows_inside_one_mask_polygon(masks):
    found = masks([shapely.box(0, 0, 32, 16.3), shapely.box(32, 0, 64, 32), shapely.Point(100, 100).buffer(40)])
    windows = [(0, 0), (16, 0), (24, 0), (0, 1), (32, 16), (33, 0), (92, 92), (70, 70)]
    assert found.hold([Window(*place, 16, 16) for place in windows]).tolist() == [1, 1, 0, 0, 1, 1, 1, 0]
    assert found.hold([Window(48, 0, 16, 16), Window(49, 0, 16, 16)]).tolist() == [True, False]
    assert found.hold([]).tolist() == []


@pytest.mark.parametrize(("angle", "held"), [(0, True), (90, True), (10, False), (45, False)])
def test_turned_windows_inside_a_mask_polygon(masks, angle, held):
    matrix = Affine.translation(20, 20) * Affine.rotation(angle) * Affine.translation(-8, -8)
    assert masks([shapely.box(11.8, 11.8, 28.2, 28.2)]).hold_turned(matrix, 16, 16) is held
    assert masks([shapely.box(8, 8, 32, 32)]).hold_turned(matrix, 16, 16)


def test_an_empty_mask(make_layer, report):
    layer = make_layer([], kind="Polygon", name="areas.gpkg")
    with pytest.raises(InputError, match=r"areas\.gpkg holds no mask polygons\. Draw one"):
        MaskPolygons(layer, SimpleNamespace(), report)
