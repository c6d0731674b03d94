import numpy as np
import pytest
import shapely
from rasterio.crs import CRS

from core.errors import InputError
from core.imagery import Raster
from core.vectors import same_crs, to_map, to_pixels

WGS84, UTM45, MERCATOR = CRS.from_epsg(4326), CRS.from_epsg(32645), CRS.from_epsg(3857)


def geometries(*items):
    return np.array(items, object)


def test_pixels_and_back_in_each_kind_of_place(make_raster, noise, place):
    transform, crs = place
    pixels = geometries(shapely.box(3, 4, 10, 20), shapely.Point(0, 0), shapely.LineString([(1, 1), (29, 19)]))
    with Raster(make_raster(noise(1, 20, 30), transform=transform, crs=crs)) as raster:
        on_map = to_map(pixels, raster)
        assert on_map[1].coords[0] == pytest.approx(transform * (0, 0))
        back = to_pixels(on_map, raster.crs, raster, "labels")
        assert shapely.equals_exact(back, pixels, 1e-5).all()


def test_pixels_are_those_of_the_working_grid(make_raster, noise):
    with Raster(make_raster(noise(1, 40, 60)), cell_size=1.0, extent="600010,600020,3099990,3100000") as raster:
        (box,) = to_pixels(geometries(shapely.box(600010, 3099998, 600011, 3100000)), UTM45, raster, "labels")
        assert box.bounds == pytest.approx((0, 0, 1, 2))


def test_reprojects_by_the_right_axes():
    (point,) = same_crs(geometries(shapely.Point(85.52, 27.63)), WGS84, MERCATOR, "labels")
    assert point.x == pytest.approx(9520042.8, abs=1)
    assert point.y == pytest.approx(3202434.4, abs=200)


def test_points_without_a_place_become_empty_and_leave_the_others():
    boxes = geometries(shapely.box(85, 27, 86, 28), shapely.box(85, 89, 86, 95), shapely.box(85, 2e6, 86, 3e6))
    moved = same_crs(boxes, WGS84, MERCATOR, "labels")
    assert shapely.is_empty(moved).tolist() == [False, True, True]


def test_a_layer_in_the_wrong_system_is_quick():
    many = shapely.points(np.random.default_rng(1).uniform(2e6, 3e6, (20000, 2)))
    assert shapely.is_empty(same_crs(many, WGS84, UTM45, "labels")).all()


def test_the_input_is_not_changed():
    boxes = geometries(shapely.box(85, 27, 86, 28))
    same_crs(boxes, WGS84, MERCATOR, "labels")
    assert boxes[0].bounds == (85, 27, 86, 28)


def test_nothing_in_nothing_out():
    assert len(same_crs(geometries(), WGS84, MERCATOR, "labels")) == 0


@pytest.mark.parametrize(
    ("crs", "target", "text"),
    [
        (None, WGS84, r"labels\.gpkg has no coordinate system, but truth\.gpkg is in EPSG:4326"),
        (WGS84, None, r"truth\.gpkg has no coordinate system, but labels\.gpkg is in EPSG:4326"),
    ],
)
def test_only_one_side_has_a_system(crs, target, text):
    with pytest.raises(InputError, match=text):
        same_crs(geometries(shapely.Point(0, 0)), crs, target, "labels.gpkg", "truth.gpkg")


def test_neither_side_has_a_system():
    assert same_crs(geometries(shapely.Point(3, 4)), None, None, "labels")[0].coords[0] == (3, 4)
