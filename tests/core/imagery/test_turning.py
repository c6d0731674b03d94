import numpy as np
import pytest
import rasterio
from affine import Affine

from core.imagery import Raster, Window


def turned(angle, left, top, size):
    """Chip pixel to grid pixel for a chip of ``size`` turned about its centre."""
    middle = Affine.translation(left + size / 2, top + size / 2)
    return middle * Affine.rotation(angle) * Affine.translation(-size / 2, -size / 2)


@pytest.fixture
def raster(make_raster, noise):
    with Raster(make_raster(noise(3, 60, 70))) as raster:
        yield raster


@pytest.mark.parametrize(("left", "top"), [(5, 7), (-6, 3), (50, 40), (500, 500)])
def test_whole_pixels_moved_are_what_read_returns(raster, left, top):
    pixels, valid = raster.read_turned(Affine.translation(left, top), 24, 32)
    expected, known = raster.read(Window(left, top, 24, 32))
    assert np.array_equal(pixels, expected) and np.array_equal(valid, known)
    assert pixels.dtype == expected.dtype


@pytest.mark.parametrize(("angle", "times"), [(90, 1), (180, 2), (270, 3), (-90, 3), (360, 0)])
def test_right_angles_are_exact(raster, angle, times):
    # A chip turned clockwise on the image (y points down) shows its content turned the other way.
    pixels, valid = raster.read_turned(turned(angle, 5, 7, 32), 32, 32)
    expected, _ = raster.read(Window(5, 7, 32, 32))
    assert np.array_equal(pixels, np.rot90(expected, times, axes=(1, 2)))
    assert valid.all()


def test_sums_of_small_turns_are_still_exact(raster):
    matrix = turned(0, 5, 7, 32)
    for _ in range(9):
        matrix = matrix * ~turned(0, 0, 0, 32) * turned(10, 0, 0, 32)
    assert np.array_equal(raster.read_turned(matrix, 32, 32)[0], np.rot90(raster.read(Window(5, 7, 32, 32))[0], axes=(1, 2)))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "float32", "float64"])
def test_a_plane_stays_a_plane(make_raster, dtype):
    row, col = np.mgrid[0:80, 0:80]
    values = (row + 2 * col).astype(dtype)[None]
    with Raster(make_raster(values)) as raster:
        matrix = turned(33, 20, 22, 31)
        pixels, valid = raster.read_turned(matrix, 31, 31)
        x, y = np.meshgrid(np.arange(31) + 0.5, np.arange(31) + 0.5)
        col, row = matrix.a * x + matrix.b * y + matrix.c, matrix.d * x + matrix.e * y + matrix.f
        assert valid.all()
        assert pixels.dtype == dtype
        assert np.abs(pixels[0] - (row - 0.5 + 2 * (col - 0.5))).max() <= (0.5001 if dtype[0] in "ui" else 1e-4)


def test_half_a_pixel_is_the_mean_of_four(raster):
    pixels, _ = raster.read_turned(Affine.translation(4.5, 6.5), 8, 8)
    read = raster.read(Window(4, 6, 9, 9))[0].astype(float)
    mean = (read[:, :-1, :-1] + read[:, 1:, :-1] + read[:, :-1, 1:] + read[:, 1:, 1:]) / 4
    assert np.array_equal(pixels, np.rint(mean))


def test_what_touches_no_data_or_the_outside_is_not_valid(make_raster, noise):
    pixels = noise(2, 40, 40)
    pixels[:, 20, 20] = 0
    with Raster(make_raster(pixels, nodata=0)) as raster:
        read, valid = raster.read_turned(Affine.translation(10.5, 10.0), 20, 20)
        assert np.argwhere(~valid).tolist() == [[10, 9], [10, 10]]  # the row has no share of others
        assert not read[:, ~valid].any()
        _, valid = raster.read_turned(Affine.translation(-0.5, 0), 10, 10)
        assert not valid[:, 0].any() and valid[:, 1:].all()
        _, valid = raster.read_turned(turned(45, 0, 0, 40), 40, 40)
        assert not valid[0, 0] and not valid[-1, -1] and valid[14:18, 14:18].all()


def test_numbers_of_colours_are_not_mixed(make_raster):
    pixels = np.zeros((1, 20, 20), "uint8")
    pixels[0, ::2] = 200
    path = make_raster(pixels, photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (0, 0, 0, 255), 200: (255, 0, 0, 255)})
    with Raster(path) as raster:
        read, valid = raster.read_turned(turned(30, 6, 6, 8), 8, 8)
        assert valid.all() and set(np.unique(read)) == {0, 200}


def test_strips_join(make_raster, noise, monkeypatch):
    with Raster(make_raster(noise(2, 90, 90))) as raster:
        matrix = turned(20, 20, 20, 50)
        whole, valid = raster.read_turned(matrix, 50, 50)
        monkeypatch.setattr("core.imagery.turning._STRIP", 120)
        parts, known = raster.read_turned(matrix, 50, 50)
        assert np.array_equal(whole, parts) and np.array_equal(valid, known)


def test_of_the_working_grid(make_raster, noise):
    path = make_raster(noise(3, 60, 70))
    with Raster(path, cell_size=1.0, extent="600005,600030,3099975,3099995", bands=[2, 0]) as raster:
        pixels, _ = raster.read_turned(turned(90, 3, 4, 10), 10, 10)
        assert np.array_equal(pixels, np.rot90(raster.read(Window(3, 4, 10, 10))[0], axes=(1, 2)))
        assert len(pixels) == 2
