"""The job: packages and rasters in, a layer out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import torch
from rasterio.crs import CRS

from core.detection import detect as detecting
from core.errors import InputError, InvalidParameter, ModelError
from core.packages import read_package, write_package
from tests.core.detection.conftest import PLACE
from tests.core.detection.scenes import TRUCK, Finder, draw


@pytest.mark.parametrize("model_type", ["MaskRCNN", "FasterRCNN"])
def test_a_real_package(detect, packages, scene, report, model_type):
    outputs, found = detect(scene, packages[model_type], threshold=0.0, batch_size=2)
    assert outputs == {"COUNT": len(found)} and len(found) > 0
    assert set(found.fields["Class"]) <= {"car", "truck"}
    assert ((found.fields["Confidence"] >= 0) & (found.fields["Confidence"] <= 100)).all()
    assert found.crs.to_epsg() == 32645
    if model_type == "FasterRCNN":
        assert shapely.area(shapely.envelope(found.geometries)) == pytest.approx(shapely.area(found.geometries))
    raster = shapely.box(600000, 3100000 - 100, 600000 + 130, 3100000)
    assert shapely.covered_by(found.geometries, raster.buffer(0.01)).all()


def test_fields_and_places(detect, packages, scene, report, tmp_path, exact):
    outputs, found = detect(scene, packages["MaskRCNN"], threshold=0.1)
    assert outputs == {"COUNT": 3}
    texts, real = np.dtype(object), np.dtype("f8")
    assert found.types == {
        "Class": texts, "Confidence": real, "ClassValue": np.dtype("i4"), "Area": real, "Raster": texts,
    }  # fmt: skip
    order = np.argsort(found.fields["Confidence"])
    assert found.fields["Class"][order].tolist() == ["car", "car", "truck"]
    assert found.fields["ClassValue"][order].tolist() == [3, 3, 7]
    assert found.fields["Confidence"][order] == pytest.approx([100 / 2.55, 120 / 2.55, TRUCK / 2.55], abs=1e-3)
    assert found.geometries[order][2].bounds == (600100, 3099905, 600115, 3099925)
    assert found.fields["Area"][order] == pytest.approx(shapely.area(found.geometries[order]), abs=1e-3)
    assert set(found.fields["Raster"]) == {"scene.tif"}
    assert pyogrio.read_info(tmp_path / "found.gpkg")["geometry_type"] == "Polygon"
    assert any(
        "3 objects found with a confidence of 0.10 or more" in event.text for event in report.events if event.kind == "message"
    )


@pytest.mark.parametrize(("threshold", "expected"), [(None, 1), (0.45, 2), (0.9, 0)])
def test_threshold(detect, packages, scene, report, exact, threshold, expected):
    outputs, found = detect(scene, packages["MaskRCNN"], threshold=threshold)
    assert outputs == {"COUNT": expected} and len(found) == expected
    assert bool(report.warnings) == (expected == 0)
    if not expected:
        assert "No object was found with a confidence of 0.90 or more: the layer is empty" in report.warnings[0]
        assert found.crs.to_epsg() == 32645 and list(found.fields) == ["Class", "Confidence", "ClassValue", "Area", "Raster"]


def test_suppression_is_for_all_classes(detect, packages, report, tmp_path, monkeypatch):
    """The same place, as a car and with more confidence as a truck."""

    class Two(Finder):
        def find(self, pixels):
            once = super().find(pixels)
            twice = {name: torch.cat([values, values]) for name, values in once.items()}
            twice["labels"][len(once["labels"]) :] = 2
            twice["scores"][: len(once["labels"])] -= 0.1
            return twice

    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Two())
    scene = draw(tmp_path / "scene.tif", [shapely.box(20, 30, 80, 60)], [100], 260, 200, bands=3)
    for name, nms, expected in (("all.gpkg", False, ["car", "truck"]), ("one.gpkg", True, ["truck"])):
        output = str(tmp_path / name)
        _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, nms=nms, output=output)
        assert sorted(found.fields["Class"]) == expected


def test_mask_in_another_system(detect, packages, scene, report, exact, make_layer):
    from rasterio.warp import transform_geom

    around = shapely.geometry.shape(
        transform_geom("EPSG:32645", "EPSG:4326", shapely.box(600095, 3099900, 600120, 3099930).__geo_interface__)
    )
    mask = make_layer([around], crs="EPSG:4326", name="mask.gpkg")
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, mask=mask)
    assert found.fields["Class"].tolist() == ["truck"]


@pytest.mark.parametrize("ending", ["geojson", "shp", "fgb"])
def test_other_formats(detect, packages, scene, report, tmp_path, exact, ending):
    output = str(tmp_path / f"found.{ending}")
    outputs, found = detect(scene, packages["MaskRCNN"], threshold=0.1, output=output)
    assert outputs == {"COUNT": 3} and len(found) == 3


@pytest.mark.parametrize(
    ("error", "values", "text"),
    [
        (InputError, {"input": "{here}/no.tif"}, "no.tif"),
        (ModelError, {"model": "{here}/junk.dlpk"}, "junk.dlpk"),
        (ModelError, {"input": "{here}/one.tif"}, r"The model takes 3 bands .*, but one\.tif has 1"),
        (InvalidParameter, {"padding": 64}, "PADDING is 64 pixels, but the model's tiles have 128 pixels a side"),
        (InputError, {"extent": "0,1,0,1"}, "covers no pixel"),
        (InputError, {"mask": "{here}/nowhere.gpkg"}, "nowhere.gpkg has no coordinate system, but scene.tif is in EPSG:32645"),
    ],
)  # fmt: skip
def test_bad_input_leaves_nothing(detect, packages, scene, report, tmp_path, make_layer, error, values, text):
    (tmp_path / "junk.dlpk").write_text("not a model")
    draw(tmp_path / "one.tif", [], [], 50, 50, bands=1)
    make_layer([shapely.box(0, 0, 1, 1)], crs=None, name="nowhere.gpkg")
    before = sorted(path.name for path in tmp_path.iterdir())
    values = {name: value.format(here=tmp_path) if isinstance(value, str) else value for name, value in values.items()}
    with pytest.raises(error, match=text):
        detect(values.pop("input", scene), values.pop("model", packages["MaskRCNN"]), **values)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("model_at", "values", "searched_at", "warning"),
    [
        (None, {}, None, None),
        (0.9, {}, None, None),  # the imagery's own pixels are best where the model stands them
        (1.2, {}, 1.2, "scene.tif has pixels of 0.5, 2.4 times finer than the 1.2 that the model was trained at"),
        (0.2, {}, 0.2, "scene.tif has pixels of 0.5, 2.5 times coarser than the 0.2 that the model was trained at"),
        (1.2, {"cell_size": 0.5}, 0.5, "scene.tif is read at a cell size of 0.5, but the model was trained at 1.2"),
    ],
)
def test_the_cell_size_searched_at(
    detect, packages, scene, report, tmp_path, monkeypatch, model_at, values, searched_at, warning
):
    package = read_package(packages["FasterRCNN"])
    facts = replace(package.card, cell_size=model_at and (model_at, model_at), crs_wkt=CRS.from_epsg(32645).to_wkt())
    path = write_package(tmp_path / "other", "m", facts, package.state_dict())
    used = []
    real = detecting.detect

    def search(raster, *values, **named):
        used.append(raster.cell_size)
        return real(raster, *values, **named)

    monkeypatch.setattr(detecting, "detect", search)
    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Finder())
    detect(scene, str(path), **values)
    assert used == [(searched_at or 0.5,) * 2]
    said = [text for text in report.warnings if "pixels of" in text or "cell size" in text]
    assert (said == []) if warning is None else (len(said) == 1 and said[0].startswith(warning))


@pytest.fixture
def broken(tmp_path):
    """A raster in strips of which the last ones are missing."""
    whole = draw(tmp_path / "whole.tif", [shapely.box(20, 30, 80, 60)], [100], 260, 400, PLACE, "EPSG:32645", bands=3)
    path = tmp_path / "broken.tif"
    path.write_bytes(Path(whole).read_bytes()[: 260 * 250 * 3])
    return str(path)


def test_a_raster_that_breaks_stops_with_the_window(detect, packages, broken, tmp_path, exact):
    with pytest.raises(InputError, match=r"broken\.tif cannot be read at columns \d+ to \d+, rows \d+ to \d+"):
        detect(broken, packages["MaskRCNN"], threshold=0.1)
    assert not (tmp_path / "found.gpkg").exists() and not list(tmp_path.glob(".*"))


def test_a_raster_that_breaks_is_searched_where_it_can_be(detect, packages, broken, report, exact):
    outputs, _ = detect(broken, packages["MaskRCNN"], threshold=0.1, unreadable="SKIP")
    assert outputs == {"COUNT": 1}
    assert any("could not be read and were left out" in text for text in report.warnings)
