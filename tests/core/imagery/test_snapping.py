import numpy as np
import pytest
import rasterio
from affine import Affine

from core.errors import InputError
from core.imagery import Window, open_imagery

UTM = "EPSG:32645"


@pytest.fixture
def snap_to(make_raster):
    """Write a snap raster of a few pixels."""

    def make(transform, crs=UTM):
        return make_raster(np.zeros((1, 4, 4), "uint8"), "snap.tif", transform=transform, crs=crs)

    return make


@pytest.mark.parametrize("snap_cell", [0.5, 10.0, 0.25])
@pytest.mark.parametrize("cell_size", [None, 1.0, 0.2])
def test_corners_meet_those_of_the_snap_raster(make_raster, noise, snap_to, snap_cell, cell_size):
    lattice = Affine(snap_cell, 0, 599000.13, 0, -snap_cell, 3100100.2)
    (raster,) = open_imagery([make_raster(noise(1, 60, 80))], snap=snap_to(lattice), cell_size=cell_size)
    with raster:
        own = cell_size or 0.5
        assert raster.cell_size == pytest.approx((own, own))
        corners = np.array([~lattice * (raster.transform * (k, k)) for k in range(60)])
        assert (np.abs(corners - np.rint(corners)).min(axis=0) < 1e-4).all()
        left, top = raster.transform * (0, 0)
        right, bottom = raster.transform * (raster.width, raster.height)
        assert 600000 <= left < 600000 + own and 3100000 - own < top <= 3100000
        assert 600040 - 2 * own < right <= 600040 + 1e-6 and 3099970 - 1e-6 <= bottom < 3099970 + 2 * own
        assert raster.read(Window(0, 0, raster.width, raster.height))[1].all()


def test_pixels_are_between_those_of_the_raster(make_raster, snap_to):
    row, col = np.mgrid[0:40, 0:50]
    path = make_raster((100.0 * row + col).astype("float32")[None])
    (raster,) = open_imagery([path], snap=snap_to(Affine(0.5, 0, 600000.125, 0, -0.5, 3099999.75)))
    with raster:
        assert (raster.width, raster.height) == (49, 39)
        read, valid = raster.read(Window(3, 5, 10, 10))
        assert np.allclose(read[0], (100.0 * (row + 0.5) + col + 0.25)[5:15, 3:13], atol=1e-3)
        assert valid.all()


def test_the_extent_does_not_change_them(make_raster, noise, snap_to):
    path, snap = make_raster(noise(3, 40, 50)), snap_to(Affine(0.5, 0, 600000.125, 0, -0.5, 3099999.75))
    (whole,), (part,) = open_imagery([path], snap=snap), open_imagery([path], snap=snap, extent="600005,600015,3099985,3099995")
    col, row = (round(float(value)) for value in ~whole.transform * (part.transform * (0, 0)))
    assert np.array_equal(
        part.read(Window(0, 0, part.width, part.height))[0], whole.read(Window(col, row, part.width, part.height))[0]
    )
    whole.close()
    part.close()


def test_an_aligned_raster_is_left_as_it_is(make_raster, noise, snap_to):
    pixels = noise(3, 40, 50)
    (raster,) = open_imagery([make_raster(pixels)], snap=snap_to(Affine(2, 0, 599000.0001, 0, 2, 3000000)))  # south-up
    with raster:
        assert raster.transform == Affine(0.5, 0, 600000, 0, -0.5, 3100000)
        assert np.array_equal(raster.read(Window(0, 0, 50, 40))[0], pixels)


def test_no_data_stays_no_data(make_raster, snap_to):
    pixels = np.full((2, 20, 20), 50, "int16")
    pixels[:, 5:12, 5:12] = -1
    (raster,) = open_imagery([make_raster(pixels, nodata=-1)], snap=snap_to(Affine(0.5, 0, 600000.125, 0, -0.5, 3099999.875)))
    with raster:
        assert raster.nodata == -1 and raster.fill == -1
        read, valid = raster.read(Window(0, 0, 19, 19))
        assert not valid[6:11, 6:11].any()
        assert (read[:, valid] == 50).all() and not read[:, ~valid].any()


def between(path, snap_to):
    """Read a raster of 20 x 20 pixels a quarter of a pixel further."""
    (raster,) = open_imagery([path], snap=snap_to(Affine(0.5, 0, 600000.125, 0, -0.5, 3099999.875)))
    with raster:
        return raster.read(Window(0, 0, 19, 19))


def test_masked_pixels_are_not_mixed_in(make_raster, snap_to):
    pixels = np.full((3, 20, 20), 50, "uint8")
    pixels[:, 5:12, 5:12] = 200
    path = make_raster(pixels)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(pixels[0] == 50)
    read, valid = between(path, snap_to)
    assert not valid[6:11, 6:11].any() and valid[:4].all()
    assert (read[:, valid] == 50).all() and not read[:, ~valid].any()


def test_transparent_pixels_are_not_mixed_in(make_raster, snap_to):
    pixels = np.full((4, 20, 20), 50, "uint8")
    pixels[3] = 255
    pixels[:3, 5:12, 5:12], pixels[3, 5:12, 5:12] = 200, 0
    read, valid = between(make_raster(pixels, photometric="RGB", alpha="YES"), snap_to)
    assert len(read) == 3
    assert not valid[6:11, 6:11].any() and valid[:4].all()
    assert (read[:, valid] == 50).all() and not read[:, ~valid].any()


def test_nan_spreads_to_its_neighbours_only(make_raster, snap_to):
    pixels = np.full((1, 20, 20), 50, "float32")
    pixels[0, 10, 10] = np.nan
    read, valid = between(make_raster(pixels), snap_to)
    assert np.argwhere(~valid).tolist() == [[9, 9], [9, 10], [10, 9], [10, 10]]
    assert np.allclose(read[0][valid], 50) and not read[0][~valid].any()


def test_no_data_that_no_pixel_can_have(make_raster, tmp_path, snap_to):
    make_raster(np.full((1, 20, 20), 50, "uint8"), "plain.tif")
    path = tmp_path / "odd.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="20" rasterYSize="20"><SRS>EPSG:32645</SRS><GeoTransform>600000,0.5,0,3100000,0,-0.5'
        '</GeoTransform><VRTRasterBand dataType="Byte" band="1"><NoDataValue>-9999</NoDataValue><SimpleSource>'
        '<SourceFilename relativeToVRT="1">plain.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    read, valid = between(str(path), snap_to)
    assert valid.all() and (read == 50).all()


def test_numbers_of_colours_are_not_mixed(make_raster, snap_to):
    pixels = np.zeros((1, 20, 20), "uint8")
    pixels[0, ::2] = 200
    path = make_raster(pixels, photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (0, 0, 0, 255), 200: (255, 0, 0, 255)})
    (raster,) = open_imagery([path], snap=snap_to(Affine(0.5, 0, 600000.2, 0, -0.5, 3099999.8)))
    with raster:
        assert set(np.unique(raster.read(Window(0, 0, 19, 19))[0])) == {0, 200}


@pytest.mark.parametrize(
    ("transform", "crs", "text"),
    [
        (Affine(0.5, 0, 0, 0, -0.5, 0), "EPSG:3857", r"snap raster is in EPSG:3857, but image\.tif is in EPSG:32645"),
        (Affine(0.5, 0, 0, 0, -0.5, 0), None, r"snap raster is without a coordinate system, but image\.tif is in EPSG:32645"),
        (Affine.rotation(10) * Affine.scale(0.5, -0.5), UTM, r"snap raster are turned against those of image\.tif"),
        (None, None, r"snap raster snap\.tif has no georeference"),
    ],
)
def test_rasters_that_nothing_can_be_aligned_with(make_raster, noise, snap_to, transform, crs, text):
    with pytest.raises(InputError, match=text):
        open_imagery([make_raster(noise(1, 20, 20))], snap=snap_to(transform, crs))


def test_a_single_pixel_cannot_be_moved(make_raster, noise, snap_to):
    with pytest.raises(InputError, match=r"image\.tif has too few pixels"):
        open_imagery([make_raster(noise(1, 1, 1))], snap=snap_to(Affine(0.5, 0, 600000.2, 0, -0.5, 3099999.8)))
