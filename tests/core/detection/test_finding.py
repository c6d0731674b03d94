"""The door for notebooks and scripts, and its page in the manual."""

import re
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from core.detection import find_objects
from core.errors import InvalidParameter, ModelError
from tests.core.detection.scenes import TRUCK, Finder, draw, small_package

PLACE = Affine(0.5, 0, 600000, 0, -0.5, 3100000)
PAGE = Path(__file__).parents[3] / "docs" / "python.md"


@pytest.fixture
def scene(tmp_path):
    polygons = [shapely.box(20, 30, 80, 60), shapely.box(50, 35, 240, 55), shapely.box(200, 150, 230, 190)]
    return draw(tmp_path / "image.tif", polygons, [130, 150, TRUCK], 260, 200, PLACE, "EPSG:32645", bands=3)


@pytest.fixture
def package(tmp_path):
    return small_package(tmp_path)


def test_any_network(scene, tmp_path):
    with find_objects(scene, Finder(), threshold=0.1, classes=["car"], tile_size=128) as found:
        parts = list(found)
    assert len(parts) > 1 and not found.partial and found.skipped == 0
    objects = find_objects(scene, Finder(), threshold=0.1, classes=["car"], tile_size=128).all()
    assert len(objects) == sum(map(len, parts)) == 3
    order = np.argsort(objects.confidences)
    assert objects.classes[order].tolist() == ["car", "car", "2"]  # the second label has no name
    assert objects.values[order].tolist() == [1, 1, 2]
    assert objects.confidences[order] == pytest.approx(np.array([130, 150, TRUCK]) / 255)
    assert objects.geometries[order][2].bounds == pytest.approx((600100, 3099905, 600115, 3099925))
    assert CRS.from_wkt(objects.crs).to_epsg() == 32645
    for number, written in enumerate((objects, find_objects(scene, Finder(), threshold=0.1, tile_size=128))):
        path = tmp_path / f"{number}.gpkg"
        assert written.to_file(path) == 3
        about = pyogrio.read_info(path)
        assert about["features"] == 3 and about["fields"].tolist() == ["Class", "Confidence", "ClassValue"]


def test_options_reach_the_search(scene):
    model = Finder()
    mask = np.array([shapely.box(600000, 3099970, 600042, 3100000)])
    found = find_objects(scene, model, threshold=0.1, tile_size=64, batch_size=3, mask=mask, bands=[2]).all()
    assert len(found) == 2 and max(model.sizes) == 3
    assert len(find_objects(scene, Finder(), threshold=0.1, extent="600000,600060,3099970,3100000").all()) == 2
    assert len(find_objects(scene, Finder(), threshold=0.99).all()) == 0
    with pytest.raises(TypeError, match="no_such_option"):
        find_objects(scene, Finder(), no_such_option=1)


def test_other_pixel_types_need_a_range(tmp_path):
    path = draw(tmp_path / "16.tif", [shapely.box(20, 20, 60, 60)], [2000], 200, 200, dtype="uint16")
    with pytest.raises(InvalidParameter, match=r"16\.tif has pixels of type uint16.*value_range=\(low, high\)"):
        find_objects(path, Finder())
    found = find_objects(path, Finder(), threshold=0.1, value_range=(0, 4000), tile_size=100).all()
    assert found.confidences == pytest.approx(0.5, abs=0.01)
    with pytest.raises(InvalidParameter, match=r"The bands \[4\] are not in 16\.tif, which has 1"):
        find_objects(path, Finder(), bands=[4], value_range=(0, 1))


def test_a_package_that_does_not_fit(tmp_path, package):
    path = draw(tmp_path / "one.tif", [], [], 50, 50)
    with pytest.raises(ModelError, match=r"The model takes 3 bands .*, but one\.tif has 1"):
        find_objects(path, package)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_manual_runs(scene, package, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if Path(package).suffix != ".dlpk":
        package = next(Path(package).parent.glob("*.dlpk"))
    if Path(package) != tmp_path / "model.dlpk":
        (tmp_path / "model.dlpk").write_bytes(Path(package).read_bytes())
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    code = "\n".join(blocks).replace("threshold=0.6", "threshold=0.0")
    names = {"__name__": "page"}
    exec(compile(code, str(PAGE), "exec"), names)
    assert names["count"] == len(names["objects"]) > 0
    assert (tmp_path / "objects.gpkg").exists()
    assert "more, of the classes {'spot'}" in capsys.readouterr().out
