from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.warp import transform_bounds

from core.errors import InputError, InvalidParameter
from core.imagery import Raster, Window, tile_windows


def test_describes_the_file(make_raster, noise):
    with Raster(make_raster(noise(4, 30, 40, "uint16"), nodata=0)) as raster:
        assert (raster.width, raster.height, raster.count) == (40, 30, 4)
        assert raster.dtype == np.uint16
        assert raster.nodata == 0
        assert raster.cell_size == (0.5, 0.5)
        assert raster.crs.to_epsg() == 32645
        assert "UTM zone 45N" in raster.crs_wkt
        assert raster.name == "image.tif"
        assert raster.warnings == ()


def test_windows_overhang_on_all_sides(make_raster, noise):
    pixels = noise(3, 30, 40)
    with Raster(make_raster(pixels)) as raster:
        read, valid = raster.read(Window(-5, -7, 60, 50))
        assert np.array_equal(read[:, 7:37, 5:45], pixels)
        assert valid.sum() == 30 * 40
        assert valid[7:37, 5:45].all()
        assert read.sum() == pixels.sum()
        read, valid = raster.read(Window(100, 100, 8, 8))
        assert not valid.any()
        assert not read.any()


def test_reads_chosen_bands_in_their_order(make_raster, noise):
    pixels = noise(4, 16, 16, "uint16")
    with Raster(make_raster(pixels)) as raster:
        read, _ = raster.read(Window(2, 3, 8, 8), bands=[3, 0])
        assert np.array_equal(read, pixels[[3, 0], 3:11, 2:10])


def test_consists_of_the_bands_that_were_chosen(make_raster, noise):
    pixels = noise(4, 16, 16, "uint16")
    path = make_raster(pixels)
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp.blue, ColorInterp.alpha, ColorInterp.red, ColorInterp.nir]
    with Raster(path, bands=[2, 0]) as raster:  # counted without alpha
        assert (raster.count, raster.band_names) == (2, ("NearInfrared", "Blue"))
        assert np.array_equal(raster.read(Window(2, 3, 8, 8))[0], pixels[[3, 0], 3:11, 2:10])
        assert np.array_equal(raster.read(Window(2, 3, 8, 8), bands=[1])[0], pixels[[0], 3:11, 2:10])


@pytest.mark.parametrize(
    ("bands", "text"),
    [([0, 3], "BANDS names band 4, but image.tif has 3 bands"), ([-1], "band 0"), ([], "names no band; image.tif has 3 bands")],
)
def test_bands_that_are_not_there(make_raster, noise, bands, text):
    with pytest.raises(InvalidParameter, match=text):
        Raster(make_raster(noise(3, 8, 8)), bands=bands)


@pytest.mark.parametrize(
    ("profile", "cell_size", "expected"),
    [
        ({"tiled": True, "blockxsize": 64, "blockysize": 32}, None, (32, 64)),
        ({"tiled": True, "blockxsize": 64, "blockysize": 32}, 1.0, (16, 32)),
        ({"blockysize": 1}, None, (1, 200)),
        ({"blockysize": 10}, None, (10, 200)),
        ({"blockysize": 1}, 2.0, (1, 50)),
    ],
)
def test_pieces_that_the_file_is_stored_in(make_raster, noise, profile, cell_size, expected):
    with Raster(make_raster(noise(3, 100, 200), **profile), cell_size=cell_size) as raster:
        assert raster.block_shape == expected


def test_reads_again_after_close(make_raster, noise):
    pixels = noise(1, 8, 8)
    raster = Raster(make_raster(pixels))
    raster.close()
    with raster:
        assert np.array_equal(raster.read(Window(0, 0, 8, 8))[0], pixels)


def test_transform_of_each_kind_of_place(make_raster, noise, place):
    transform, crs = place
    with Raster(make_raster(noise(1, 20, 30), transform=transform, crs=crs)) as raster:
        assert raster.transform.almost_equals(transform, 1e-9)
        assert (raster.crs is None) == (crs is None)
        assert np.allclose(raster.cell_size, 0.5 if crs != "EPSG:4326" else 4.5e-6)


def test_nodata_is_per_band_and_a_pixel_counts_while_any_band_has_data(make_raster):
    pixels = np.full((2, 4, 4), 9, "int16")
    pixels[0, 0, 0] = pixels[1, 1, 1] = -1
    pixels[:, 2, 2] = -1
    with Raster(make_raster(pixels, nodata=-1)) as raster:
        read, valid = raster.read(Window(0, 0, 4, 4))
        assert np.argwhere(~valid).tolist() == [[2, 2]]
        assert read[0, 0, 0] == 0 and read[1, 0, 0] == 9
        assert not raster.read(Window(0, 0, 4, 4), bands=[0])[1][0, 0]


@pytest.mark.parametrize("nodata", [None, np.nan, -9999.0])
def test_nan_is_no_data(make_raster, nodata):
    pixels = np.ones((1, 4, 4), "float32")
    pixels[0, 1, 2] = np.nan
    if nodata == -9999:
        pixels[0, 3, 3] = nodata
    with Raster(make_raster(pixels, nodata=nodata)) as raster:
        read, valid = raster.read(Window(0, 0, 4, 4))
        assert np.isfinite(read).all() and read.min() == 0
        assert (~valid).sum() == (2 if nodata == -9999 else 1)


def test_nodata_that_no_pixel_can_have_is_harmless(make_raster):
    path = Path(make_raster(np.full((1, 4, 4), 255, "uint8"), "plain.tif"))
    vrt = path.with_name("odd.vrt")
    vrt.write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" band="1">'
        "<NoDataValue>-9999</NoDataValue><SimpleSource>"
        '<SourceFilename relativeToVRT="1">plain.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    with Raster(vrt) as raster:
        assert raster.fill is None
        assert raster.read(Window(0, 0, 4, 4))[1].all()


def test_alpha_is_no_band_but_says_what_is_valid(make_raster, noise):
    pixels = noise(4, 8, 8)
    pixels[3] = 200  # half transparent counts
    pixels[3, :2] = 0
    path = make_raster(pixels, photometric="RGB")
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    with Raster(path) as raster:
        assert raster.count == 3
        assert raster.band_names == ("Red", "Green", "Blue")
        read, valid = raster.read(Window(0, 0, 8, 8))
        assert not valid[:2].any() and valid[2:].all()
        assert not read[:, :2].any()
        assert np.array_equal(read[:, 2:], pixels[:3, 2:])
    with Raster(path, cell_size=1.0) as raster:
        assert raster.read(Window(0, 0, 4, 4))[1].tolist() == [[False] * 4] + [[True] * 4] * 3


def test_mask_beside_the_bands(make_raster, noise):
    path = make_raster(noise(3, 8, 8))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        mask = np.full((8, 8), 255, "uint8")
        mask[:, 5:] = 0
        file.write_mask(mask)
    with Raster(path) as raster:
        read, valid = raster.read(Window(0, 0, 8, 8))
        assert valid[:, :5].all() and not valid[:, 5:].any()
        assert not read[:, :, 5:].any()


def test_band_names_are_esris_words_or_the_descriptions(make_raster, noise):
    path = make_raster(noise(5, 4, 4, "uint16"))
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.nir, ColorInterp.undefined]
        file.set_band_description(5, "chm")
    with Raster(path) as raster:
        assert raster.band_names == ("Blue", "Green", "Red", "NearInfrared", "chm")


def test_no_georeference_is_pixels_as_qgis_shows_them(make_raster, noise):
    with Raster(make_raster(noise(3, 4, 6), "plain.png", transform=None, crs=None, driver="PNG")) as raster:
        assert raster.transform * (6, 4) == (6, -4)
        assert raster.crs is None
        assert "no georeference" in raster.warnings[0]


def test_ground_control_points_place_the_raster(make_raster, noise):
    pixels = noise(3, 50, 60)
    points = [GroundControlPoint(row, col, 600000 + col * 0.5, 3100000 - row * 0.5) for row in (0, 50) for col in (0, 60)]
    path = make_raster(pixels, transform=None, crs=None)
    with rasterio.open(path, "r+") as file:
        file.gcps = (points, rasterio.crs.CRS.from_epsg(32645))
    with Raster(path) as raster:
        assert raster.crs.to_epsg() == 32645
        assert np.allclose(raster.transform * (0, 0), (600000, 3100000), atol=0.5)
        assert raster.count == 3
        read, valid = raster.read(Window(5, 5, 30, 30))
        assert valid.all()
        assert np.abs(read.astype(int) - pixels[:, 5:35, 5:35]).mean() < 5
        assert "4 ground control points" in raster.warnings[0]


# -- the working grid ------------------------------------------------------------------------------------------------


def test_coarser_cells_are_means(make_raster):
    pixels = np.arange(64, dtype="float32").reshape(1, 8, 8)
    with Raster(make_raster(pixels), cell_size=1.0) as raster:
        assert (raster.width, raster.height) == (4, 4)
        assert raster.cell_size == (1.0, 1.0)
        read, valid = raster.read(Window(0, 0, 4, 4))
        assert np.allclose(read, pixels.reshape(1, 4, 2, 4, 2).mean(axis=(2, 4)))
        assert valid.all()


@pytest.mark.parametrize("cell_size", [0.2, 0.7, 1.3])
def test_resampled_pixels_do_not_depend_on_the_tiling(make_raster, noise, cell_size):
    path = make_raster(noise(3, 90, 110), tiled=True, blockxsize=32, blockysize=32)
    with Raster(path, cell_size=cell_size) as raster:
        whole, _ = raster.read(Window(0, 0, raster.width, raster.height))
        for window in tile_windows(raster.width, raster.height, 23, 17, 19, 13):
            part, _ = raster.read(window)
            left, top, right, bottom = window.bounds
            cut = whole[:, top:bottom, left:right]
            assert np.array_equal(part[:, : cut.shape[1], : cut.shape[2]], cut)


def test_own_cell_size_written_as_text_does_not_resample(make_raster, noise):
    pixels = noise(1, 20, 20)
    with Raster(make_raster(pixels), cell_size=float("0.50000001")) as raster:
        assert np.array_equal(raster.read(Window(0, 0, 20, 20))[0], pixels)


def test_mean_leaves_no_data_out(make_raster):
    pixels = np.full((1, 4, 4), 10, "uint8")
    pixels[0, :2, :2] = 0
    pixels[0, 0, 2] = 0
    with Raster(make_raster(pixels, nodata=0), cell_size=1.0) as raster:
        read, valid = raster.read(Window(0, 0, 2, 2))
        assert valid.tolist() == [[False, True], [True, True]]
        assert read[0].tolist() == [[0, 10], [10, 10]]


def test_colour_numbers_are_never_averaged(make_raster):
    pixels = np.zeros((1, 8, 8), "uint8")
    pixels[0, ::2] = 200
    path = make_raster(pixels, photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (0, 0, 0, 255), 200: (255, 0, 0, 255)})
    with Raster(path, cell_size=1.5) as raster:
        assert set(np.unique(raster.read(Window(0, 0, raster.width, raster.height))[0])) <= {0, 200}
        assert "colour table" in raster.warnings[0]


def test_extent_cuts_whole_pixels_on_the_raster_grid(make_raster, noise):
    pixels = noise(1, 40, 60)
    with Raster(make_raster(pixels), extent="600005.01,600015.2,3099988,3099995.1") as raster:
        assert (raster.width, raster.height) == (20, 14)
        assert raster.transform * (0, 0) == (600005, 3099995)
        assert np.array_equal(raster.read(Window(0, 0, 20, 14))[0], pixels[:, 10:24, 10:30])


def test_extent_and_cell_size_keep_the_lattice(make_raster, noise):
    path = make_raster(noise(1, 40, 60))
    with Raster(path, cell_size=1.0) as whole, Raster(path, cell_size=1.0, extent="600005,600020,3099985,3099996") as part:
        col, row = (~whole.transform) * (part.transform * (0, 0))
        assert (col, row) == (5, 4)
        assert np.array_equal(part.read(Window(0, 0, 15, 11))[0], whole.read(Window(5, 4, 15, 11))[0])


def test_extent_in_another_system_covers_the_place(make_raster, noise):
    path = make_raster(noise(1, 400, 600))
    wanted = (600050.0, 3099850.0, 600200.0, 3099950.0)
    xmin, ymin, xmax, ymax = transform_bounds("EPSG:32645", "EPSG:4326", *wanted)
    with Raster(path, extent=f"{xmin},{xmax},{ymin},{ymax} [EPSG:4326]") as raster:
        left, top = raster.transform * (0, 0)
        right, bottom = raster.transform * (raster.width, raster.height)
        assert left <= 600050.5 and top >= 3099949.5 and right >= 600199.5 and bottom <= 3099850.5
        assert right - left < 160  # the rectangle around a slightly turned one


def test_the_whole_world_as_extent_is_the_whole_raster(make_raster, noise):
    with Raster(make_raster(noise(1, 40, 60)), extent="-180,180,-90,90 [EPSG:4326]") as raster:
        assert (raster.width, raster.height) == (60, 40)


def test_extent_on_a_rotated_raster_is_the_window_around_it(make_raster, noise):
    rotated = Affine.translation(600000, 3100000) * Affine.rotation(45) * Affine.scale(0.5, -0.5)
    with Raster(make_raster(noise(1, 100, 100), transform=rotated), extent="600030,600034,3099999,3100001") as raster:
        inside = (~raster.transform) * (600032, 3100000)
        assert 0 < inside[0] < raster.width and 0 < inside[1] < raster.height
        assert raster.width < 20


# -- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "error", "text"),
    [
        ({"extent": "0,10,0,10"}, InputError, "covers no pixel of image.tif, which spans x 600000 to 600020, y 3099985"),
        ({"extent": "0,10,0,10 [EPSG:4326]"}, InputError, "x 0 to 10, y 0 to 10 in EPSG:4326 covers no pixel"),
        ({"extent": "1,2,3"}, InvalidParameter, "not a rectangle"),
        ({"extent": "a,b,c,d"}, InvalidParameter, "not a rectangle"),
        ({"extent": "2,1,3,4"}, InvalidParameter, "xmin must be below xmax"),
        ({"extent": "1,inf,3,4"}, InvalidParameter, "finite"),
        ({"extent": "1,2,3,4 [EPSG:999999]"}, InvalidParameter, "EPSG:999999, which is unknown"),
        ({"cell_size": 500.0}, InputError, "cell size 500 is larger than image.tif, which has 40 x 30 pixels of 0.5 x 0.5"),
    ],
)
def test_working_grids_that_cannot_be(make_raster, noise, keywords, error, text):
    with pytest.raises(error, match=text.replace("(", r"\(")):
        Raster(make_raster(noise(1, 30, 40)), **keywords)


def test_extent_with_system_on_a_raster_without(make_raster, noise):
    path = make_raster(noise(1, 30, 40), crs=None)
    with pytest.raises(InputError, match=r"extent is in EPSG:4326, but image\.tif has no coordinate system"):
        Raster(path, extent="1,2,3,4 [EPSG:4326]")


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="There is no raster"):
        Raster(str(tmp_path / "nothing.tif"))


@pytest.mark.parametrize("content", [b"", b"hello", b"II*\0\x08\0\0\0"])
def test_not_a_raster(tmp_path, content):
    path = tmp_path / "broken.tif"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.tif cannot be opened as a raster"):
        Raster(str(path))


def test_truncated_file_names_the_window(make_raster, noise):
    path = make_raster(noise(3, 256, 256), tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    with Path(path).open("r+b") as file:
        file.truncate(file.seek(0, 2) * 6 // 10)
    with Raster(path) as raster:
        raster.read(Window(0, 0, 64, 64))
        with pytest.raises(InputError, match=r"image\.tif cannot be read at columns 192 to 256, rows 192 to 256 of 256 x 256"):
            raster.read(Window(192, 192, 64, 64))


def test_complex_numbers(make_raster):
    with pytest.raises(InputError, match="complex"):
        Raster(make_raster(np.ones((1, 4, 4), "complex64")))


def test_a_container_without_bands_names_its_parts(tmp_path, noise):
    path = tmp_path / "two.gpkg"
    for table in ("first", "second"):
        with rasterio.open(
            path, "w", driver="GPKG", width=8, height=8, count=3, dtype="uint8", crs="EPSG:3857",
            transform=Affine(1, 0, 0, 0, -1, 0), RASTER_TABLE=table, APPEND_SUBDATASET=table == "second",
        ) as file:  # fmt: skip
            file.write(noise(3, 8, 8))
    with pytest.raises(InputError, match=r"no raster bands of its own.*:first.*:second"):
        Raster(str(path))
