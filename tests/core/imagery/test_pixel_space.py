import copy
import pickle

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC

from core.errors import InputError, InvalidParameter
from core.imagery import Raster, Window
from core.vectors import to_pixels

UTM45 = CRS.from_epsg(32645)
ROTATED = Affine.translation(600000, 3100000) * Affine.rotation(20) * Affine.scale(0.5, -0.5)


def control_points(transform, width, height, bend=0.0):
    """Points on a 5 x 5 grid; ``bend`` metres of a parabola across the image."""
    points = []
    for row in np.linspace(0, height, 5):
        for col in np.linspace(0, width, 5):
            x, y = transform * (col, row)
            points.append(GroundControlPoint(row, col, x, y + bend * (2 * col / width - 1) ** 2))
    return points


@pytest.fixture
def placed_by_points(make_raster, noise):
    """A raster of 60 x 50 pixels with control points: ``(path, pixels)``."""

    def make(bend=0.0, points=None, crs=UTM45):
        pixels = noise(3, 50, 60)
        path = make_raster(pixels, transform=None, crs=None)
        with rasterio.open(path, "r+") as file:
            file.gcps = (points or control_points(ROTATED, 60, 50, bend), crs)
        return path, pixels

    return make


@pytest.fixture
def placed_by_camera(make_raster, noise):
    """A raster whose columns are 0.001 degrees of longitude and 0.00002 per metre, and its rows 0.001 degrees of latitude."""
    constant, lon, lat, height = np.eye(4, 20)
    model = RPC(
        height_off=500, height_scale=100, lat_off=28.0, lat_scale=0.03, long_off=87.0, long_scale=0.04,
        line_off=29.5, line_scale=30, samp_off=39.5, samp_scale=40,
        line_num_coeff=list(-lat), line_den_coeff=list(constant),
        samp_num_coeff=list(lon + 0.05 * height), samp_den_coeff=list(constant),
    )  # fmt: skip
    path = make_raster(noise(1, 60, 80), transform=None, crs=None)
    with rasterio.open(path, "r+") as file:
        file.rpcs = model
    return path


def test_a_raster_on_the_map_is_seen_by_rows_and_columns(make_raster, noise, place):
    transform, crs = place
    pixels = noise(1, 20, 30)
    with Raster(make_raster(pixels, transform=transform, crs=crs), pixel_space=True) as raster:
        assert raster.transform == Affine(1, 0, 0, 0, -1, 0)
        assert raster.crs is None and raster.cell_size == (1, 1)
        assert (raster.ground_crs is None) == (crs is None)
        points = np.array([(0, 0), (30, 20), (3.25, 17.5)])
        on_map = np.array([transform * point for point in points])
        assert np.allclose(raster.to_grid(on_map), points, atol=1e-6)
        assert np.array_equal(raster.read(Window(0, 0, 30, 20))[0], pixels)


def test_extent_is_on_the_map_and_labels_follow_it(make_raster, noise):
    path = make_raster(noise(1, 40, 60))
    with Raster(path, extent="600005,600015,3099988,3099995", pixel_space=True) as raster:
        assert (raster.width, raster.height) == (20, 14)
        assert raster.transform == Affine(1, 0, 10, 0, -1, -10)
        (box,) = to_pixels(np.array([shapely.box(600005, 3099994, 600006, 3099995)], object), UTM45, raster, "labels")
        assert box.bounds == pytest.approx((0, 0, 2, 2))


def test_control_points_place_labels_on_the_image_as_it_was_taken(placed_by_points):
    path, pixels = placed_by_points()
    with Raster(path, pixel_space=True) as raster:
        assert np.array_equal(raster.read(Window(0, 0, 60, 50))[0], pixels)  # not warped
        assert raster.crs is None and raster.ground_crs == UTM45
        assert raster.warnings == ()
        points = np.array([(0, 0), (60, 50), (12.25, 40)])
        assert np.allclose(raster.to_grid(np.array([ROTATED * point for point in points])), points, atol=1e-3)


def test_control_points_that_bend(placed_by_points):
    path, _ = placed_by_points(bend=2.0)  # 4 pixels
    with Raster(path, pixel_space=True) as raster:
        x, y = ROTATED * (60, 25)
        assert np.allclose(raster.to_grid(np.array([(x, y + 2.0)])), (60, 25), atol=0.3)


def test_extent_on_control_points(placed_by_points):
    path, pixels = placed_by_points()
    x, y = ROTATED * (30, 25)
    with Raster(path, extent=f"{x - 1},{x + 1},{y - 1},{y + 1}", pixel_space=True) as raster:
        assert 4 <= raster.width <= 8 and 4 <= raster.height <= 8
        col, row = (round(float(value)) for value in (~Affine(1, 0, 0, 0, -1, 0)) * (raster.transform * (0, 0)))
        read, _ = raster.read(Window(0, 0, raster.width, raster.height))
        assert np.array_equal(read, pixels[:, row : row + raster.height, col : col + raster.width])
        assert np.allclose(raster.to_grid(np.array([(x, y)])), (30 - col, 25 - row), atol=1e-3)
    with pytest.raises(InputError, match=r"covers no pixel of image\.tif, which spans x 6000.* in EPSG:32645"):
        Raster(path, extent="0,10,0,10", pixel_space=True)


def test_a_camera_model_places_labels_at_the_mean_height(placed_by_camera):
    with Raster(placed_by_camera, pixel_space=True) as raster:
        assert raster.ground_crs == CRS.from_epsg(4326)
        # The middle of the scene, in RPCs the middle of a pixel, is at its line and sample offset.
        assert np.allclose(raster.to_grid(np.array([(87.0, 28.0), (87.01, 27.98)])), [(40, 30), (50, 50)], atol=1e-3)
        assert raster.warnings == (
            "image.tif is placed by RPCs at a height of 500 m; on higher or lower ground labels are off.",
        )


def test_extent_on_a_camera_model(placed_by_camera):
    with Raster(placed_by_camera, extent="87.0,87.01,27.98,28.0 [EPSG:4326]", pixel_space=True) as raster:
        assert (raster.width, raster.height) == (10, 20)
        assert np.allclose(raster.to_grid(np.array([(87.0, 28.0)])), (0, 0), atol=1e-3)


def test_an_image_without_any_place(make_raster, noise):
    path = make_raster(noise(3, 4, 6), "plain.png", transform=None, crs=None, driver="PNG")
    with Raster(path, pixel_space=True) as raster:
        assert raster.ground_crs is None
        assert np.array_equal(raster.to_grid(np.array([(6.0, -4.0)])), [(6, 4)])
        assert not raster.georeferenced


def test_points_without_a_place_are_nan(placed_by_points):
    path, _ = placed_by_points()
    with Raster(path, pixel_space=True) as raster:
        assert np.isnan(raster.to_grid(np.array([(np.nan, 5.0)]))).all()


def test_control_points_that_are_too_few(placed_by_points):
    path, _ = placed_by_points(points=control_points(ROTATED, 60, 50)[:1])
    with pytest.raises(InputError, match=r"ground control points of image\.tif do not say where it lies"):
        Raster(path, pixel_space=True)


def test_no_cell_size_in_pixel_space(make_raster, noise):
    with pytest.raises(InvalidParameter, match="no meaning in pixel space"):
        Raster(make_raster(noise(1, 8, 8)), 1.0, pixel_space=True)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda raster: pickle.loads(pickle.dumps(raster))])
def test_copies_read_on_their_own(placed_by_points, placed_by_camera, again):
    path, _ = placed_by_points()
    for options in ({"pixel_space": True}, {}):
        with Raster(path, **options) as raster:
            other = again(raster)
            raster.close()
            assert other.read(Window(3, 4, 20, 20))[0].any()
            place = np.array([(600001.0, 3099999.0)])
            assert np.array_equal(other.to_grid(place), raster.to_grid(place))
            other.close()
    assert np.isfinite(again(Raster(placed_by_camera, pixel_space=True)).to_grid(np.array([(87.0, 28.0)]))).all()
