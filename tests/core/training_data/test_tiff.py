import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from core.training_data.tiff import TiffEncoder

PLACES = {
    "north-up": Affine(0.1, 0, 5e5, 0, -0.1, 5e6),
    "rotated": Affine(0.1, 0.02, 5e5, 0.02, -0.1, 5e6),
    "south-up": Affine(0.1, 0, 5e5, 0, 0.1, 5e6),
    "degrees": Affine(4.5e-6, 0, 87.9, 0, -4.5e-6, 28.01),
}
KINDS = [
    (3, 256, 256, "uint8", "EPSG:32633", False, {}),
    (1, 40, 33, "uint16", None, True, {}),
    (4, 64, 64, "float32", "EPSG:4326", False, {"nodata": float("nan")}),
    (8, 64, 50, "int16", "EPSG:3857", True, {"nodata": -999}),
    (2, 33, 64, "float64", "EPSG:2056", False, {"nodata": -1e38}),
    (1, 1, 1, "uint32", "EPSG:32733", True, {}),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("count", "height", "width", "dtype", "crs", "compress", "options"), KINDS)
def test_gdal_reads_what_was_encoded(place, count, height, width, dtype, crs, compress, options):
    crs = CRS.from_user_input(crs) if crs else None
    encoder = TiffEncoder(count, height, width, dtype, crs, compress, **options)
    pixels = np.random.default_rng(3).integers(0, 200, (count, height, width)).astype(dtype)
    for shift in (0, 1000):  # the second chip of an encoder too
        transform = Affine.translation(shift, 0) * PLACES[place]
        with MemoryFile(encoder.encode(pixels, transform)) as memory, memory.open() as file:
            assert np.array_equal(file.read(), pixels)
            assert file.transform.almost_equals(transform, 1e-12)
            assert (file.crs or None) == crs
            assert repr(file.nodata) == repr(float(options["nodata"]) if options else None)


def test_other_pixels_are_refused():
    encoder = TiffEncoder(3, 8, 8, "uint8", None)
    with pytest.raises(ValueError, match=r"uint16 \(3, 8, 8\) is not uint8 \(3, 8, 8\)"):
        encoder.encode(np.zeros((3, 8, 8), "uint16"), Affine.identity())


def test_pillow_and_rasterio_agree(tmp_path):
    """Photo viewers and training libraries read the files as pictures."""
    from PIL import Image

    pixels = np.random.default_rng(1).integers(0, 256, (3, 20, 30)).astype("uint8")
    (tmp_path / "chip.tif").write_bytes(TiffEncoder(3, 20, 30, "uint8", None, True).encode(pixels, Affine.identity()))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "chip.tif")), pixels.transpose(1, 2, 0))
    with rasterio.open(tmp_path / "chip.tif") as file:
        assert [interp.name for interp in file.colorinterp] == ["red", "green", "blue"]
