import json
import zipfile
from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from rasterio.crs import CRS

from core.errors import OutputError
from core.packages import Normalisation, read_package, write_package


def test_what_is_written_is_read(tmp_path, package, card, state):
    for path in (package, package.with_suffix(".emd")):
        read = read_package(path)
        assert read.card == card
        weights = read.state_dict()
        assert weights.keys() == state.keys()
        assert all(torch.equal(weights[name], state[name]) for name in state)


def test_the_archive_is_flat_and_named_like_its_definition(package):
    with zipfile.ZipFile(package) as archive:
        assert archive.namelist() == ["model.emd", "model.pth"]
    assert sorted(path.name for path in package.parent.iterdir()) == ["model.dlpk", "model.emd", "model.pth"]


def test_the_same_model_gives_the_same_bytes(tmp_path, card, state):
    one, two = (write_package(tmp_path / name, "model", card, state).read_bytes() for name in ("a", "b"))
    assert one == two


WANTED_BY_ARCGIS = {
    "Framework", "ModelConfiguration", "ModelType", "InferenceFunction", "ModelFile", "ModelName", "ModelParameters",
    "ImageHeight", "ImageWidth", "ExtractBands", "Classes", "MinCellSize", "MaxCellSize", "ImageSpaceUsed",
    "SupportsVariableTileSize", "IsMultispectral", "ArcGISLearnVersion", "resize_to",
}  # fmt: skip


@pytest.fixture
def esri_card(card):
    return replace(card, layout="esri", backbone="resnet18", options={"keywords": {"box_nms_thresh": 0.3}})


@pytest.mark.parametrize(
    ("kind", "function", "keywords"),
    [
        ("MaskRCNN", "ArcGISInstanceDetector.py", "MaskRCNNkwargs"),
        ("FasterRCNN", "ArcGISObjectDetector.py", "Kwargs"),
    ],
)
def test_a_network_in_esris_way_has_all_that_arcgis_opens(tmp_path, esri_card, state, kind, function, keywords):
    path = write_package(tmp_path, "m", replace(esri_card, model_type=kind), state)
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert emd.keys() >= WANTED_BY_ARCGIS
    assert emd["InferenceFunction"] == f"[Functions]System\\DeepLearning\\ArcGISLearn\\{function}"
    assert emd["ModelParameters"]["backbone"] == "resnet18"
    assert emd[keywords] == {"box_nms_thresh": 0.3}
    assert emd["ArcGISLearnVersion"] >= "1.9.0"
    assert "ArcGIS Pro can open this package" in emd["Description"]
    assert all(item.keys() == {"Value", "Name", "Color"} for item in emd["Classes"])
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.endswith(".emd")] == ["m.emd"]
        assert emd["ModelFile"] == "m.pth" and "m.pth" in archive.namelist()
        assert ("ModelConfiguration.py" in archive.namelist()) == (kind == "FasterRCNN")


def test_faster_rcnn_brings_the_line_that_names_its_class(tmp_path, esri_card, state):
    path = write_package(tmp_path, "m", esri_card, state)
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    line = (tmp_path / emd["ModelConfigurationFile"]).read_bytes()
    assert line == b"from arcgis.learn.models._faster_rcnn import MyFasterRCNN\n"
    assert emd["ModelFileConfigurationClass"].encode() in line
    with zipfile.ZipFile(path) as archive:
        assert archive.read("ModelConfiguration.py") == line
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".part"]


def test_the_weights_are_plain_and_ordered(tmp_path, esri_card, state):
    write_package(tmp_path, "m", esri_card, state)
    weights = torch.load(tmp_path / "m.pth", weights_only=True)
    assert type(weights) is OrderedDict and not hasattr(weights, "_metadata")
    assert list(weights) == list(state)


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_arcgis_has_nothing_to_try_in_a_network_of_kestrels(tmp_path, card, state, kind):
    """The weights of both can have the same names and shapes: it would find nonsense."""
    write_package(tmp_path, "m", replace(card, model_type=kind), state)
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert not emd.keys() & {
        "InferenceFunction",
        "ModelConfiguration",
        "ModelConfigurationFile",
        "ModelParameters",
        "ModelName",
    }
    assert emd["Framework"] == "Kestrel"
    assert "ArcGIS Pro cannot open this package, because its network is built in Kestrel's own way" in emd["Description"]
    assert not (tmp_path / "ModelConfiguration.py").exists()


def test_kestrels_facts_stand_under_one_key(tmp_path, card, state):
    special = replace(card, value_range=((0.0, 250.0),) * 3, training={"log": [{"epoch": 1}], "versions": {"PyTorch": "2"}})
    write_package(tmp_path, "m", special, state)
    own = json.loads((tmp_path / "m.emd").read_bytes())["Kestrel"]
    assert (own["bands"], own["dtype"], own["nodata"], own["value_range"]) == ([0, 1, 2], "uint8", 0, [[0, 250]] * 3)
    assert (own["cell_size"], own["cell_unit"]) == ([0.1, 0.1], "degree")
    assert own["training"]["versions"] == {"PyTorch": "2"}
    assert "definition" not in own
    assert read_package(tmp_path / "m.emd").card == special


def test_pixel_space_is_told_to_arcgis(tmp_path, esri_card, state):
    path = write_package(tmp_path, "m", replace(esri_card, image_space="PIXEL_SPACE"), state)
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert emd["ImageSpaceUsed"] == "PIXEL_SPACE"
    assert read_package(path).card.image_space == "PIXEL_SPACE"


def test_a_system_without_a_number_is_written_out(tmp_path, card, state):
    wkt = CRS.from_proj4("+proj=tmerc +lat_0=1 +lon_0=2 +ellps=bessel +units=us-ft").to_wkt()
    write_package(tmp_path, "m", replace(card, crs_wkt=wkt), state)
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert emd["MinCellSize"]["spatialReference"] == {"wkt": wkt}
    assert emd["Kestrel"]["cell_unit"] == "US survey foot"


def test_the_definition_is_ascii_and_says_what_the_card_says(package):
    text = package.with_suffix(".emd").read_bytes()
    assert text.isascii()
    emd = json.loads(text)
    assert emd["Classes"] == [
        {"Value": 1, "Name": "tree", "Color": [10, 200, 30]},
        {"Value": 4, "Name": "Häuschen", "Color": [-1, -1, -1]},
    ]
    assert emd["MinCellSize"] == {"x": 0.1, "y": 0.1, "spatialReference": {"wkid": 4326, "latestWkid": 4326}}
    assert (emd["ModelFile"], emd["ImageHeight"], emd["ImageWidth"]) == ("model.pth", 256, 256)


def test_statistics_are_written_as_esri_writes_them_and_read_by_band_number(tmp_path, card, state):
    numbers = Normalisation("statistics", mean=(0.5, 0.25), std=(0.1, 0.2), minimum=(0.0, 100.0), maximum=(1000.0, 300.0))
    bands = {"bands": (3, 1), "band_names": ("Infrared", "Green"), "dtype": "uint16"}
    special = replace(card, normalisation=numbers, layout="esri", **bands)
    path = write_package(tmp_path, "m", special, state)
    assert read_package(path).card == special
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert emd["IsMultispectral"] is True
    assert emd["NormalizationStats"]["band_max_values"] == [1, 300, 1, 1000]  # one per band of the raster
    assert emd["NormalizationStats"]["band_mean_values"] == [0, 150, 0, 500]
    assert emd["Bands"] == ["", "Green", "", "Infrared"]
    del emd["Kestrel"]  # as another reader sees it
    (tmp_path / "m.emd").write_text(json.dumps(emd))
    read = read_package(tmp_path / "m.emd").card
    assert (read.normalisation, read.bands, read.band_names) == (numbers, (3, 1), ("Infrared", "Green"))


def test_extra_files_go_into_the_archive(tmp_path, card, state):
    (tmp_path / "report.html").write_text("<p>")
    path = write_package(tmp_path, "m", card, state, {"ModelCharacteristics/report.html": tmp_path / "report.html"})
    with zipfile.ZipFile(path) as archive:
        assert archive.read("ModelCharacteristics/report.html") == b"<p>"


def test_a_failed_write_leaves_nothing(tmp_path, card, state):
    with pytest.raises(OutputError, match=r"m\.dlpk cannot be written"):
        write_package(tmp_path, "m", card, state, {"missing.html": tmp_path / "missing.html"})
    assert list(tmp_path.iterdir()) == []
