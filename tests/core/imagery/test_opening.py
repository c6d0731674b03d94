from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from core.errors import InputError
from core.imagery import Window, open_imagery
from core.imagery.folder import expand

NORTH_UP = Affine(0.5, 0, 600000, 0, -0.5, 3100000)


def write(path, pixels, col=0, **profile):
    """Write pixels, ``col`` pixels to the right."""
    options = {"driver": "GTiff", "crs": "EPSG:32645", "transform": NORTH_UP * Affine.translation(col, 0), **profile}
    path.parent.mkdir(exist_ok=True)
    with rasterio.open(
        path, "w", count=len(pixels), height=pixels.shape[1], width=pixels.shape[2], dtype=pixels.dtype, **options
    ) as file:
        file.write(pixels)
    return str(path)


@pytest.fixture
def folder(tmp_path, noise):
    """A folder of rasters of several formats side by side, 10 pixels each, with all that lies about in such folders."""
    folder, pixels = tmp_path / "images", noise(3, 10, 50)
    write(folder / "a.tif", pixels[:, :, :10])
    write(folder / "B.TIFF", pixels[:, :, 10:20], 10)
    write(folder / "c.png", pixels[:, :, 20:30], 20, driver="PNG", worldfile=True)
    write(folder / "d.img", pixels[:, :, 30:40], 30, driver="HFA")
    write(tmp_path / "elsewhere" / "e.tif", pixels[:, :, 40:], 40)
    (folder / "e.vrt").write_text(
        '<VRTDataset rasterXSize="10" rasterYSize="10"><SRS>EPSG:32645</SRS>'
        "<GeoTransform>600020, 0.5, 0, 3100000, 0, -0.5</GeoTransform>"
        + "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource><SourceFilename relativeToVRT="1">../elsewhere/e.tif'
            f"</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            for band in (1, 2, 3)
        )
        + "</VRTDataset>"
    )
    write(folder / ".hidden.tif", pixels)
    write(folder / "a.tif.ovr", pixels)
    for name in ("a.tfw", "notes.txt", "table.csv", "labels.shp", "readme", "Thumbs.db", "a.tif.lock"):
        (folder / name).write_text("1 2 3\n4 5 6\n")
    write(folder / "more" / "deeper.tif", pixels)
    return folder, pixels


def test_a_folder_stands_for_its_rasters(folder):
    images, _ = folder
    assert [Path(path).name for path in expand([str(images)])] == ["B.TIFF", "a.tif", "c.png", "d.img", "e.vrt"]


def test_a_folder_as_one_mosaic(folder):
    images, pixels = folder
    (raster,) = open_imagery([str(images)])
    with raster:
        assert (raster.width, raster.height) == (50, 10)
        assert np.array_equal(raster.read(Window(0, 0, 50, 10))[0], pixels)


def test_a_folder_and_a_raster_of_it(folder):
    images, _ = folder
    names = [Path(path).name for path in expand([str(images / "d.img"), str(images), str(images / "more" / ".." / "a.tif")])]
    assert names == ["d.img", "B.TIFF", "a.tif", "c.png", "e.vrt"]


def test_each_on_its_own(folder):
    images, pixels = folder
    rasters = open_imagery([str(images)], mosaic=False)
    assert [raster.name for raster in rasters] == ["B.TIFF", "a.tif", "c.png", "d.img", "e.vrt"]
    assert all(raster.closed for raster in rasters)  # thousands of them may be open else
    for raster, left in zip(rasters, (10, 0, 20, 30, 40), strict=True):
        with raster:
            assert np.array_equal(raster.read(Window(0, 0, 10, 10))[0], pixels[:, :, left : left + 10])
        assert raster.closed


def test_each_on_its_own_within_the_extent(folder):
    images, _ = folder
    rasters = open_imagery([str(images)], mosaic=False, extent="600002,600012,3099995,3100000")
    assert [(raster.name, raster.width) for raster in rasters] == [("B.TIFF", 10), ("a.tif", 6), ("c.png", 4)]
    assert rasters[0].warnings == ("2 of 5 rasters lie outside the extent and are left out.",)
    with pytest.raises(InputError, match=r"The extent 0,1,0,1 covers no pixel of 5 rasters"):
        open_imagery([str(images)], mosaic=False, extent="0,1,0,1")


def test_pixel_space_makes_no_mosaic(folder):
    images, _ = folder
    rasters = open_imagery([str(images)], pixel_space=True)
    assert len(rasters) == 5 and all(raster.crs is None for raster in rasters)


def test_each_on_its_own_must_be_alike(make_raster, noise):
    paths = [make_raster(noise(3, 8, 8), "a.tif"), make_raster(noise(4, 8, 8), "b.tif", photometric="MINISBLACK", alpha="NO")]
    with pytest.raises(InputError, match=r"b\.tif has 4 bands of type uint8, but a\.tif has 3 bands of type uint8"):
        open_imagery(paths, mosaic=False)


def test_a_single_raster_is_no_mosaic(folder):
    images, pixels = folder
    (raster,) = open_imagery([str(images / "a.tif")])
    with raster:
        assert raster.name == "a.tif"
        assert np.array_equal(raster.read(Window(0, 0, 10, 10))[0], pixels[:, :, :10])


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_damaged_raster_in_a_folder_is_named(folder, content):
    images, _ = folder
    (images / "broken.tif").write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.tif cannot be opened as a raster"):
        open_imagery([str(images)])


def test_folders_without_rasters(tmp_path, noise):
    with pytest.raises(InputError, match="There is no raster in the folder"):
        open_imagery([str(tmp_path)])
    write(tmp_path / "inner" / "a.tif", noise(3, 8, 8))
    with pytest.raises(InputError, match="Folders inside it are not searched"):
        open_imagery([str(tmp_path)])


def test_a_source_that_is_no_file(tmp_path):
    with pytest.raises(InputError, match="There is no raster"):
        open_imagery([str(tmp_path / "nothing.tif")])


def test_the_text_of_a_vrt(folder):
    images, _ = folder
    text = (images / "e.vrt").read_text().replace('relativeToVRT="1">..', f'relativeToVRT="0">{images.parent}')
    (raster,) = open_imagery([text])
    with raster:
        assert raster.width == 10


def test_a_single_pixel(make_raster, noise):
    paths = [make_raster(noise(1, 1, 1), f"{i}.tif", transform=NORTH_UP * Affine.translation(2 * i, 0)) for i in range(2)]
    (raster,) = open_imagery(paths)
    with raster:
        assert (raster.width, raster.height) == (3, 1)
        assert raster.read(Window(0, 0, 3, 1))[1].tolist() == [[True, False, True]]
