"""Tiny rasters and layers with known answers."""

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
from affine import Affine

from core.events import Message, Progress
from core.reporting import Reporter

SHARED = Path(__file__).parents[3] / "shared" / "data"
UTM = "EPSG:32645"
# Georeferences of the same kind of image: each is a transform and the system it is in.
PLACES = {
    "north up": (Affine(0.5, 0, 600000, 0, -0.5, 3100000), UTM),
    "south up": (Affine(0.5, 0, 600000, 0, 0.5, 3100000), UTM),
    "rotated": (Affine.translation(600000, 3100000) * Affine.rotation(30) * Affine.scale(0.5, -0.5), UTM),
    "degrees": (Affine(4.5e-6, 0, 87.9, 0, -4.5e-6, 28.01), "EPSG:4326"),
    "no system": (Affine(0.5, 0, 100, 0, -0.5, 900), None),
}


@pytest.fixture
def make_raster(tmp_path):
    """Write (bands, h, w) pixels as a raster; more keywords go to rasterio."""

    def make(pixels, name="image.tif", transform=PLACES["north up"][0], crs=UTM, **profile):
        path = tmp_path / name
        bands, height, width = pixels.shape
        options = {"driver": "GTiff", "transform": transform, "crs": crs, "dtype": pixels.dtype, **profile}
        with rasterio.open(path, "w", width=width, height=height, count=bands, **options) as file:
            file.write(pixels)
        return str(path)

    return make


@pytest.fixture
def make_layer(tmp_path):
    """Write geometries (None is allowed) with fields as a layer."""

    def make(geometries, fields=None, crs=UTM, name="labels.gpkg", kind="Unknown"):
        path = tmp_path / name
        columns = {key: np.asarray(values) for key, values in (fields or {}).items()}
        pyogrio.raw.write(
            str(path), shapely.to_wkb(np.array(geometries, object)), list(columns.values()), list(columns),
            crs=crs, geometry_type=kind, layer=path.stem,
        )  # fmt: skip
        return str(path)

    return make


class RememberingReporter(Reporter):
    """Keeps what was reported."""

    def __init__(self):
        self.events = []
        super().__init__(self.events.append)

    @property
    def warnings(self):
        return [event.text for event in self.events if isinstance(event, Message) and event.level == "warning"]

    @property
    def progress_events(self):
        return [event for event in self.events if isinstance(event, Progress)]


@pytest.fixture
def report():
    return RememberingReporter()


@pytest.fixture(params=list(PLACES))
def place(request):
    """Each kind of georeference in turn: ``(transform, crs)``."""
    return PLACES[request.param]


@pytest.fixture
def noise():
    """Pixels without repetition, (bands, h, w), that a wrong offset cannot hide in."""

    def make(bands, height, width, dtype="uint8", low=1, high=255):
        return np.random.default_rng(7).integers(low, high, (bands, height, width)).astype(dtype)

    return make


@pytest.fixture
def shared_data():
    """The project's data sets, where there are any."""
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    return SHARED
