import copy
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.warp import Resampling, calculate_default_transform, reproject

from core.errors import Cancelled, InputError, InvalidParameter
from core.imagery import Raster, Window, open_imagery

UTM = "EPSG:32645"
NORTH_UP = Affine(0.5, 0, 600000, 0, -0.5, 3100000)


@pytest.fixture
def cut_up(make_raster):
    """Write pixels as several rasters side by side, 4 x 3 of unequal size, in shuffled order: their paths."""

    def make(pixels, transform=NORTH_UP, crs=UTM, **profile):
        _, height, width = pixels.shape
        columns, rows = (np.array([0, 0.3, 0.5, 0.9, 1]) * width).astype(int), (np.array([0, 0.2, 0.7, 1]) * height).astype(int)
        paths = []
        for top, bottom in pairwise(rows):
            for left, right in pairwise(columns):
                part = pixels[:, top:bottom, left:right]
                place = transform * Affine.translation(int(left), int(top))
                paths.append(make_raster(part, f"part{len(paths):02d}.tif", transform=place, crs=crs, **profile))
        return [paths[i] for i in np.random.default_rng(3).permutation(len(paths))]

    return make


def whole(raster):
    return raster.read(Window(0, 0, raster.width, raster.height))


def random_windows(width, height, count=40):
    rng = np.random.default_rng(5)
    for _ in range(count):
        left, top = rng.integers(-10, width), rng.integers(-10, height)
        yield Window(int(left), int(top), int(rng.integers(1, width)), int(rng.integers(1, height)))


# -- one grid ---------------------------------------------------------------------------------------------------------


def test_the_parts_are_the_whole(make_raster, noise, cut_up, place):
    transform, crs = place
    pixels = noise(3, 60, 80)
    (mosaic,) = open_imagery(cut_up(pixels, transform, crs))
    with mosaic, Raster(make_raster(pixels, transform=transform, crs=crs)) as one:
        assert (mosaic.width, mosaic.height, mosaic.count, mosaic.dtype) == (80, 60, 3, np.uint8)
        assert mosaic.transform.almost_equals(one.transform, 1e-6)
        assert mosaic.crs == one.crs == mosaic.ground_crs
        assert mosaic.cell_size == pytest.approx(one.cell_size)
        assert mosaic.name.endswith("and 11 more")
        for window in random_windows(80, 60):
            for found, expected in zip(mosaic.read(window, [2, 0]), one.read(window, [2, 0]), strict=True):
                assert np.array_equal(found, expected)
        points = np.array([one.transform * (12, 34.5)])
        assert np.allclose(mosaic.to_grid(points), (12, 34.5), atol=1e-6)


@pytest.mark.parametrize("cell_size", [1.0, 0.25])
def test_cell_sizes_that_fit_the_parts(make_raster, cut_up, cell_size):
    row, col = np.mgrid[0:40, 0:80]
    pixels = np.stack([row + col, 2 * row]).astype("uint16")
    (mosaic,) = open_imagery(cut_up(pixels), cell_size=cell_size)
    with mosaic, Raster(make_raster(pixels), cell_size=cell_size) as one:
        assert mosaic.transform == one.transform and mosaic.cell_size == (cell_size, cell_size)
        found, valid = whole(mosaic)
        assert valid.all()
        assert np.abs(found.astype(int) - whole(one)[0]).max() <= 1  # finer pixels are extrapolated at the borders


def test_a_cell_size_that_does_not_fit_the_parts(make_raster, cut_up):
    row, col = np.mgrid[0:40, 0:80]
    pixels = (10.0 * row + col).astype("float32")[None]
    (mosaic,) = open_imagery(cut_up(pixels), cell_size=1.5)
    with mosaic, Raster(make_raster(pixels), cell_size=1.5) as one:
        assert (mosaic.width, mosaic.height) == (one.width, one.height) == (26, 13)
        found, valid = whole(mosaic)
        assert valid.all()
        assert np.abs(found - whole(one)[0]).max() < 11  # a pixel of the parts, at their borders
        assert np.median(np.abs(found - whole(one)[0])) < 1e-3


def test_extent_and_snap(make_raster, noise, cut_up):
    pixels = noise(3, 60, 80)
    snap = make_raster(noise(1, 2, 2), "snap.tif", transform=Affine(3, 0, 600000.25, 0, -3, 3099999.75))
    options = {"extent": "600005,600030,3099975,3099990"}
    (mosaic,) = open_imagery(cut_up(pixels), **options)
    with mosaic, Raster(make_raster(pixels), **options) as one:
        assert (
            (mosaic.width, mosaic.height, mosaic.transform) == (one.width, one.height, one.transform) == (50, 30, one.transform)
        )
        assert np.array_equal(whole(mosaic)[0], whole(one)[0])
    (mosaic,), (one,) = (open_imagery(paths, snap=snap, **options) for paths in (cut_up(pixels), [make_raster(pixels)]))
    with mosaic, one:
        assert mosaic.grid == one.grid
        assert mosaic.transform * (0, 0) == (600005.25, 3099989.75)
        same = (whole(mosaic)[0] == whole(one)[0]).mean()
        assert same > 0.9  # all but the borders of the parts
        assert whole(mosaic)[1].all()


@pytest.mark.parametrize("shift", [0.5, 1 / 3, 0.75])
@pytest.mark.parametrize("cell", [0.1, 1 / 3])
def test_no_gaps_between_parts_that_are_moved(make_raster, cut_up, cell, shift):
    transform = Affine(cell, 0, 600000.3, 0, -cell, 3100000.7)
    snap = make_raster(np.zeros((1, 2, 2), "uint8"), "snap.tif", transform=transform * Affine.translation(shift, shift))
    (mosaic,) = open_imagery(cut_up(np.full((1, 60, 80), 9, "uint8"), transform), snap=snap)
    with mosaic:
        read, valid = whole(mosaic)
        assert valid.all() and (read == 9).all()


def test_turned_chips_cross_the_borders(make_raster, noise, cut_up):
    pixels = noise(3, 60, 80)
    matrix = Affine.translation(40, 30) * Affine.rotation(25) * Affine.translation(-16, -16)
    (mosaic,) = open_imagery(cut_up(pixels))
    with mosaic, Raster(make_raster(pixels)) as one:
        for found, expected in zip(mosaic.read_turned(matrix, 32, 32), one.read_turned(matrix, 32, 32), strict=True):
            assert np.array_equal(found, expected)


# -- what lies on top -------------------------------------------------------------------------------------------------


def test_the_first_is_on_top_and_its_holes_show_the_next(make_raster):
    first, second = np.full((1, 10, 10), 1, "uint8"), np.full((1, 10, 10), 2, "uint8")
    first[0, 6, 6] = 0
    paths = [
        make_raster(first, "b.tif", nodata=0),
        make_raster(second, "a.tif", transform=NORTH_UP * Affine.translation(5, 5), nodata=0),
    ]
    (mosaic,) = open_imagery(paths)
    with mosaic:
        read, valid = whole(mosaic)
        expected = np.zeros((15, 15), int)
        expected[5:, 5:] = 2
        expected[:10, :10] = 1
        expected[6, 6] = 2
        assert read[0].tolist() == expected.tolist()
        assert np.array_equal(valid, expected > 0)
        assert mosaic.nodata == 0


def test_masks_and_alpha_of_the_parts(make_raster, noise):
    pixels = noise(4, 10, 10)
    pixels[3] = 255
    pixels[3, :, 5:] = 0
    path = make_raster(pixels, "alpha.tif", photometric="RGB")
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    (mosaic,) = open_imagery([path, make_raster(np.full((3, 10, 10), 7, "uint8"), "plain.tif")])
    with mosaic:
        read, valid = whole(mosaic)
        assert valid.all()
        assert np.array_equal(read[:, :, :5], pixels[:3, :, :5])
        assert (read[:, :, 5:] == 7).all()


def test_places_without_rasters(make_raster, noise):
    far = NORTH_UP * Affine.translation(1_000_000, 2_000_000)
    (mosaic,) = open_imagery([make_raster(noise(3, 10, 10), "a.tif"), make_raster(noise(3, 10, 10), "b.tif", transform=far)])
    with mosaic:
        assert (mosaic.width, mosaic.height) == (1_000_010, 2_000_010)
        for window, some in ((Window(500_000, 5, 256, 256), False), (Window(1_000_005, 2_000_005, 256, 256), True)):
            read, valid = mosaic.read(window)
            assert read.shape == (3, 256, 256)
            assert valid.sum() == 25 * some and read.any() == some


# -- parts that do not lie on the grid -----------------------------------------------------------------------------------


def test_a_south_up_part_is_read_pixel_by_pixel(make_raster, noise):
    pixels = noise(3, 20, 40)
    north = make_raster(pixels[:, :, :20], "north.tif")
    flipped = NORTH_UP * Affine.translation(20, 20) * Affine.scale(1, -1)
    south = make_raster(pixels[:, ::-1, 20:], "south.tif", transform=flipped)
    for paths in ([north, south], [south, north]):
        (mosaic,) = open_imagery(paths)
        with mosaic:
            read, valid = whole(mosaic)
            assert valid.all()
            assert np.array_equal(read if paths[0] == north else read[:, ::-1], pixels)
            assert mosaic.warnings == ()


def test_a_part_between_the_pixels_is_interpolated(make_raster):
    row, col = np.mgrid[0:20, 0:20]
    plane = (col + 3.0 * row).astype("float32")[None]
    (mosaic,) = open_imagery(
        [
            make_raster(plane, "a.tif"),
            make_raster(plane, "b.tif", transform=NORTH_UP * Affine.translation(30.25, 0.5)),
        ]
    )
    with mosaic:
        read, valid = whole(mosaic)
        assert np.array_equal(read[:, :20, :20], plane) and not valid[:, 20:30].any()
        assert np.allclose(read[0, 2:19, 31:49], (col - 0.25 + 3 * (row - 0.5))[2:19, 1:19], atol=1e-3)
        assert mosaic.warnings == ("Pixels do not meet those of a.tif and are resampled to them: b.tif.",)


def test_rounded_world_files_are_no_reason_to_resample(make_raster, noise):
    pixels, cell = noise(3, 100, 200), 4.4987e-6
    exact = Affine(cell, 0, 87.9, 0, -cell, 28.01)
    rounded = Affine(round(cell, 9), 0, round(87.9 + 100 * cell, 7), 0, -round(cell, 9), 28.01)
    paths = [
        make_raster(pixels[:, :, :100], "a.tif", transform=exact, crs="EPSG:4326"),
        make_raster(pixels[:, :, 100:], "b.tif", transform=rounded, crs="EPSG:4326"),
    ]
    (mosaic,) = open_imagery(paths)
    with mosaic:
        assert mosaic.warnings == ()
        assert np.array_equal(whole(mosaic)[0], pixels)


def test_a_rotated_part(make_raster):
    turned = NORTH_UP * Affine.translation(40, 20) * Affine.rotation(30)
    paths = [make_raster(np.full((1, 20, 20), value, "uint8"), f"{value}.tif", transform=place) for value, place in
             ((5, NORTH_UP), (9, turned))]  # fmt: skip
    (mosaic,) = open_imagery(paths)
    with mosaic:
        read, valid = whole(mosaic)
        assert (read[0][valid] >= 5).all()
        assert valid.sum() == pytest.approx(800, abs=30)
        assert read[0, 28, 42] == 9 and not valid[0, 39]


def test_a_part_in_another_system_lies_where_it_is(make_raster, tmp_path):
    row, col = np.mgrid[0:200, 0:200]
    scene = (120 + 50 * np.sin(row / 15) + 50 * np.cos(col / 20)).astype("uint8")[None]
    left = make_raster(scene[:, :, :100], "left.tif")
    right = make_raster(scene[:, :, 90:], "right.tif", transform=NORTH_UP * Affine.translation(90, 0))
    target = CRS.from_epsg(4326)
    with rasterio.open(right) as file:
        transform, width, height = calculate_default_transform(file.crs, target, file.width, file.height, *file.bounds)
        warped = np.zeros((1, height, width), "uint8")
        reproject(
            file.read(), warped, src_transform=file.transform, src_crs=file.crs, dst_transform=transform, dst_crs=target,
            resampling=Resampling.bilinear,
        )  # fmt: skip
    degrees = make_raster(warped, "degrees.tif", transform=transform, crs=target, nodata=0)
    (mosaic,) = open_imagery([left, degrees])
    with mosaic:
        assert mosaic.crs.to_epsg() == 32645
        assert mosaic.width == pytest.approx(200, abs=2) and mosaic.height == pytest.approx(200, abs=4)
        col, row = ~mosaic.transform * (600000, 3100000)
        read, valid = mosaic.read(Window(round(col), round(row), 200, 200))
        inner = np.s_[5:-5, 105:-5]
        assert valid[inner].all()
        assert np.abs(read[0].astype(int) - scene[0])[inner].max() <= 6
        assert "degrees.tif" in mosaic.warnings[0]


def test_a_part_with_control_points(make_raster, noise):
    pixels = np.full((1, 20, 20), 80, "uint8")
    path = make_raster(pixels, "points.tif", transform=None, crs=None)
    with rasterio.open(path, "r+") as file:
        points = [GroundControlPoint(row, col, 600020 + col * 0.5, 3100000 - row * 0.5) for row in (0, 20) for col in (0, 20)]
        file.gcps = (points, CRS.from_string(UTM))
    (mosaic,) = open_imagery([make_raster(noise(1, 20, 20), "a.tif"), path])
    with mosaic:
        read, _ = mosaic.read(Window(45, 5, 10, 10))
        assert (read == 80).all()
        assert any("4 ground control points" in text for text in mosaic.warnings)


def test_a_coarser_part_and_a_finer_one(make_raster):
    value = {0.25: 10, 2.0: 30}
    paths = [make_raster(np.full((1, 20, 20), 20, "uint8"), "a.tif")]
    for number, (cell, grey) in enumerate(value.items()):
        place = Affine(cell, 0, 600020 + 50 * number, 0, -cell, 3100000)
        size = round(10 / cell)
        paths.append(make_raster(np.full((1, size, size), grey, "uint8"), f"{cell}.tif", transform=place))
    (mosaic,) = open_imagery(paths)
    with mosaic:
        read, valid = whole(mosaic)
        assert (read[0, :20, 40:60] == 10).all() and (read[0, :20, 140:160] == 30).all()
        assert valid.sum() == 3 * 400


# -- bands, copies, open files -------------------------------------------------------------------------------------------


def test_chosen_bands(make_raster, noise, cut_up):
    pixels = noise(4, 60, 80, "uint16")
    (mosaic,) = open_imagery(cut_up(pixels), bands=[3, 0])
    with mosaic:
        assert mosaic.count == 2
        assert np.array_equal(whole(mosaic)[0], pixels[[3, 0]])
        assert np.array_equal(mosaic.read(Window(0, 0, 80, 60), [1])[0], pixels[[0]])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda raster: pickle.loads(pickle.dumps(raster))])
def test_copies_do_not_look_at_the_files_again(noise, cut_up, again, monkeypatch):
    pixels = noise(3, 60, 80)
    (mosaic,) = open_imagery(cut_up(pixels))
    with mosaic:
        whole(mosaic)
        monkeypatch.setattr("core.imagery.mosaic._look", None)
        with again(mosaic) as other:
            mosaic.close()
            assert np.array_equal(whole(other)[0], pixels)


def test_few_files_are_open_at_a_time(noise, cut_up, monkeypatch):
    monkeypatch.setattr("core.imagery.mosaic._MOST_OPEN", 2)
    pixels = noise(3, 60, 80)
    (mosaic,) = open_imagery(cut_up(pixels))
    with mosaic:
        assert np.array_equal(whole(mosaic)[0], pixels)
        assert len(mosaic._open) == 2
    assert mosaic.closed


def test_only_files_under_the_window_are_opened(noise, cut_up):
    (mosaic,) = open_imagery(cut_up(noise(3, 60, 80)))
    with mosaic:
        mosaic.read(Window(0, 0, 24, 12))  # exactly the first part
        assert len(mosaic._open) == 1
        mosaic.read(Window(0, 0, 25, 12))
        assert len(mosaic._open) == 2


def test_cancel_while_looking(noise, cut_up, report):
    report.cancel.set()
    with pytest.raises(Cancelled):
        open_imagery(cut_up(noise(3, 60, 80)), report=report)


# -- rasters that do not go together -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "options", "text"),
    [
        (np.ones((1, 8, 8), "uint8"), {}, r"b\.tif has 1 band of type uint8, but a\.tif has 3 bands of type uint8"),
        (np.ones((3, 8, 8), "uint16"), {}, r"b\.tif has 3 bands of type uint16, but a\.tif has 3 bands of type uint8"),
        (np.ones((3, 8, 8), "uint8"), {"crs": None}, r"b\.tif has no coordinate system, but a\.tif is in EPSG:32645"),
        (np.ones((3, 8, 8), "uint8"), {"crs": None, "transform": None}, r"b\.tif has no georeference, so that it has no place"),
        (
            np.ones((3, 8, 8), "uint8"), {"crs": "EPSG:4326", "transform": Affine(1e-5, 0, 500, 0, -1e-5, 4000)},
            r"b\.tif has no place in EPSG:32645, the coordinate system of a\.tif",
        ),
    ],
)  # fmt: skip
def test_rasters_that_cannot_be_one(make_raster, noise, other, options, text):
    with pytest.raises(InputError, match=text):
        open_imagery([make_raster(noise(3, 8, 8), "a.tif"), make_raster(other, "b.tif", **options)])


def test_a_first_raster_without_a_system(make_raster, noise):
    paths = [make_raster(noise(3, 8, 8), "a.tif", crs=None), make_raster(noise(3, 8, 8), "b.tif")]
    with pytest.raises(InputError, match=r"a\.tif has no coordinate system, but b\.tif is in EPSG:32645"):
        open_imagery(paths)


def test_bands_that_one_of_them_has_not(make_raster, noise):
    paths = [make_raster(noise(4, 8, 8, "uint16"), "a.tif"), make_raster(noise(3, 8, 8, "uint16"), "b.tif")]
    with pytest.raises(InvalidParameter, match=r"BANDS names band 4, but b\.tif has 3 bands"):
        open_imagery(paths, bands=[3])


def test_a_damaged_part_is_named_when_it_is_read(make_raster, noise):
    good = make_raster(noise(3, 64, 64), "good.tif")
    bad = make_raster(
        noise(3, 256, 256), "bad.tif", transform=NORTH_UP * Affine.translation(64, 0), tiled=True, blockxsize=64,
        blockysize=64, compress="deflate",
    )  # fmt: skip
    with Path(bad).open("r+b") as file:
        file.truncate(file.seek(0, 2) * 6 // 10)
    (mosaic,) = open_imagery([good, bad])
    with mosaic:
        assert mosaic.read(Window(0, 0, 64, 64))[1].all()
        with pytest.raises(InputError, match=r"bad\.tif cannot be read at columns 192 to 256, rows 192 to 256"):
            mosaic.read(Window(256, 192, 64, 64))


def test_a_part_that_vanishes(make_raster, noise):
    beside = NORTH_UP * Affine.translation(8, 0)
    paths = [make_raster(noise(1, 8, 8), "a.tif"), make_raster(noise(1, 8, 8), "b.tif", transform=beside)]
    (mosaic,) = open_imagery(paths)
    Path(paths[1]).unlink()
    with mosaic, pytest.raises(InputError, match=r"There is no raster .*b\.tif"):
        whole(mosaic)


def test_an_extent_off_all(noise, cut_up):
    with pytest.raises(InputError, match=r"covers no pixel of part\d\d\.tif and 11 more, which spans x 600000 to 600040"):
        open_imagery(cut_up(noise(3, 60, 80)), extent="0,10,0,10")
