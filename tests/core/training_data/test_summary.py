"""The metadata files: recomputed from the chips on disk, and compared with real exports of ArcGIS Pro."""

import json
import re

import numpy as np
import pytest
import rasterio
import shapely

from core.imagery import Raster
from core.jobs.export_training_data import ExportTrainingData
from core.training_data import TrainingData
from core.training_data.export import run
from core.vectors import to_map

SIDE = 100


@pytest.fixture
def exported(make_raster, make_layer, noise, tmp_path, report):
    """Export two classes as boxes or masks; return the folder."""

    def go(mode, **values):
        image = make_raster(noise(3, SIDE, SIDE), photometric="RGB")
        boxes = [shapely.box(x, y, x + 9, y + 6) for x in range(3, 90, 17) for y in range(4, 90, 23)]
        with Raster(image) as raster:
            polygons = list(to_map(np.array(boxes, object), raster))
        labels = make_layer(polygons, {"kind": np.array(["car", "Bäume"] * 12, object)[: len(boxes)]})
        given = {"tile_size_x": 48, "tile_size_y": 48, "stride_x": 40, "stride_y": 40, "class_field": "kind", **values}
        job = ExportTrainingData.from_values(
            {"input_raster": image, "input_labels": labels, "metadata_format": mode, "output": str(tmp_path / "out"), **given}
        )
        run(job, report)
        return tmp_path / "out"

    return go


def load(folder):
    return (json.loads((folder / name).read_text()) for name in ("esri_model_definition.emd", "esri_accumulated_stats.json"))


@pytest.mark.parametrize("mode", ["PASCAL_VOC_rectangles", "RCNN_Masks"])
def test_numbers_agree_with_the_chips_on_disk(exported, mode):
    folder = exported(mode, no_feature_tiles=True)
    emd, accumulated = load(folder)
    data = TrainingData.open(folder)
    images = np.stack([data.read_image(chip) for chip in data.chips]).transpose(1, 0, 2, 3).reshape(3, -1).astype(float)
    targets = [data.read_targets(chip) for chip in data.chips]

    assert accumulated["NumTiles"] == accumulated["NumTilesAsDouble"] == accumulated["NextTileIndex"] == len(data.chips) == 9
    assert accumulated["MetaDataMode"] == emd["MetaDataMode"] == mode
    assert (accumulated["NumBands"], accumulated["TileSizeX"], emd["ImageWidth"]) == (3, 48, 48)
    for band, state, values in zip(emd["AllTilesStats"], accumulated["BandStatsState"], images, strict=True):
        assert (band["Min"], band["Max"]) == (state["Min"], state["Max"]) == (values.min(), values.max())
        assert band["Mean"] == state["M1"] == pytest.approx(values.mean(), rel=1e-12)
        assert band["StdDev"] == pytest.approx(values.std(), rel=1e-12)
        assert state["Num"] == values.size
        assert band["StdDev"] == pytest.approx(np.sqrt(state["M2"] / state["Num"]))
    assert [band["BandName"] for band in emd["AllTilesStats"]] == ["Red", "Green", "Blue"]

    features = accumulated["FeatureStats"]
    per_image = [len(target) for target in targets]
    assert features["NumImagesTotal"] == 9
    assert features["NumFeaturesTotal"] == sum(per_image)
    assert features["NumImagesPerClass"] == [sum(label in target.labels for target in targets) for label in (1, 2)]
    assert features["NumFeaturesPerClass"] == [sum((target.labels == label).sum() for target in targets) for label in (1, 2)]
    assert features["NumFeaturesPerImage"] == {
        "Min": min(per_image), "Max": max(per_image), "Mean": np.mean(per_image), "Sum": sum(per_image), "Count": 9,
    }  # fmt: skip
    for label, areas in enumerate(features["FeatureAreaPerClass"], 1):
        sizes = [(b[2] - b[0]) * (b[3] - b[1]) * 0.25 for t in targets for b in t.boxes[t.labels == label]]
        assert areas["Sum"] == pytest.approx(sum(sizes), rel=1e-3)
        assert (areas["Min"], areas["Max"]) == pytest.approx((min(sizes), max(sizes)), rel=1e-3)
    assert [(item["Value"], item["Name"]) for item in emd["Classes"]] == [(1, "Bäume"), (2, "car")]
    colors = [item["Color"] for item in emd["Classes"]]
    assert colors[0] != colors[1] and all(0 <= value <= 255 for color in colors for value in color)
    assert emd["MinCellSize"] == {"x": 0.5, "y": 0.5, "spatialReference": {"wkid": 32645, "latestWkid": 32645}}


def test_map_names_every_file(exported):
    folder = exported("RCNN_Masks")
    lines = (folder / "map.txt").read_bytes().decode().split("\n")[:-1]
    named = set()
    for line in lines:
        assert re.fullmatch(r"images\\\d{9}\.tif(  labels\\(car|Bäume)\\\d{9}\.tif)+ ", line)
        paths = line.rstrip().replace("\\", "/").split("  ")
        assert len({path.rsplit("/", 1)[1] for path in paths}) == 1
        named.update(paths)
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*.tif")}
    assert named == on_disk


def test_masks_and_chips_share_their_place(exported):
    folder = exported("RCNN_Masks")
    for mask in (folder / "labels").rglob("*.tif"):
        with rasterio.open(mask) as a, rasterio.open(folder / "images" / mask.name) as b:
            assert (a.transform, a.crs, a.shape) == (b.transform, b.crs, b.shape)


def test_table_for_people(exported):
    lines = (exported("PASCAL_VOC_rectangles") / "stats.txt").read_text("utf-8").splitlines()
    assert re.fullmatch(r"images = \d+ \*3\*48\*48", lines[0])
    assert re.fullmatch(r"features per image = \[min = \d+, mean = \d+\.\d\d, max = \d+\]", lines[4])
    assert lines[6].split("  ")[0] == "cls name"
    assert len({len(line) for line in lines[6:]}) == 1
    assert lines[7].split()[:2] == ["Bäume", "1"]


def test_layout_is_that_of_arcgis_pro(exported, shared_data):
    folder = exported("PASCAL_VOC_rectangles")
    newer, palm = shared_data / "esri-exports" / "newer-metadata", shared_data / "esri-exports" / "palm-voc"
    own_emd, own_stats = load(folder)
    their_emd, their_stats = load(newer)
    palm_stats = json.loads((palm / "esri_accumulated_stats.json").read_text())

    def common(own, theirs, extra):
        """Their keys, in their order, without those for a second raster; only ``extra`` is ours."""
        theirs = [key for key in theirs if not (key.endswith("2") and key[:-1] in theirs)]
        assert [key for key in own if key in theirs] == theirs
        assert set(own) - set(theirs) == extra

    common(own_emd, their_emd, {"Classes", "Kestrel"})
    common(own_stats, their_stats, {"Classes"})
    for key in ("MinCellSize", "InputRastersProps"):
        common(own_stats[key], their_stats[key], set())
    common(own_emd["AllTilesStats"][0], their_emd["AllTilesStats"][0], set())
    common(own_stats["BandStatsState"][0], their_stats["BandStatsState"][0], set())
    common(own_stats["FeatureStats"], palm_stats["FeatureStats"], set())
    common(own_stats["FeatureStats"]["FeatureAreaPerClass"][0], palm_stats["FeatureStats"]["FeatureAreaPerClass"][0], set())
    common(own_stats["Classes"][0], palm_stats["Classes"][0], set())
    for key in ("Framework", "ExtractBands", "Description", "IsMultidimensional", "ImageSpaceUsed", "CropTileMode"):
        assert own_emd[key] == their_emd[key]
    well_known = "WellKnownBandNames (FYI, these band names can be used in ExtractBands)"
    assert own_emd[well_known] == their_emd[well_known]

    def layout(text):
        return re.sub(r"[-+.\w]+", "x", text)

    assert (folder / "esri_accumulated_stats.json").read_text()[:40] == (newer / "esri_accumulated_stats.json").read_text()[:40]
    own_lines = [(folder / "map.txt").read_text().splitlines()[0], *(folder / "stats.txt").read_text().splitlines()[6:8]]
    palm_lines = [(palm / "map.txt").read_text().splitlines()[0], *(palm / "stats.txt").read_text().splitlines()[4:6]]
    assert layout(own_lines[0].replace("tif", "jpg")) == layout(palm_lines[0])
    assert own_lines[1] == palm_lines[1]
    assert [len(line) for line in own_lines] == [len(line) for line in palm_lines]
    own_xml = (folder / "labels" / "000000000.xml").read_text().splitlines()
    palm_xml = (palm / "labels" / "000000000.xml").read_text().splitlines()
    tags = re.compile(r"^\s*<[^>]+>")
    assert [tags.match(line)[0] for line in own_xml[:18]] == [tags.match(line)[0] for line in palm_xml[:18]]


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        ("EPSG:3857", {"wkid": 102100, "latestWkid": 3857}),
        ("EPSG:4326", {"wkid": 4326, "latestWkid": 4326}),
        (None, {}),
    ],
)
def test_spatial_reference(crs, expected):
    from core.training_data.summary import _spatial_reference

    assert _spatial_reference(rasterio.crs.CRS.from_user_input(crs) if crs else None) == expected


def test_a_system_of_its_own_is_written_as_wkt_and_read_back(make_raster, make_layer, noise, tmp_path, report):
    crs = "+proj=tmerc +lat_0=3 +lon_0=7 +x_0=100 +ellps=GRS80"
    image = make_raster(noise(1, 32, 32), crs=crs)
    with Raster(image) as raster:
        polygons = list(to_map(np.array([shapely.box(3, 3, 20, 20)], object), raster))
    job = ExportTrainingData.from_values(
        {"input_raster": image, "input_labels": make_layer(polygons, crs=crs), "output": str(tmp_path / "out"),
         "tile_size_x": 32, "tile_size_y": 32, "stride_x": 0, "stride_y": 0}
    )  # fmt: skip
    run(job, report)
    emd, _ = load(tmp_path / "out")
    assert "Transverse_Mercator" in emd["MinCellSize"]["spatialReference"]["wkt"]
    assert "tmerc" in rasterio.crs.CRS.from_wkt(TrainingData.open(tmp_path / "out").crs_wkt).to_proj4()
