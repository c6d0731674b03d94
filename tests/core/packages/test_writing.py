import json
import zipfile
from dataclasses import replace

import pytest
import torch

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
    "SupportsVariableTileSize", "IsMultispectral", "ArcGISLearnVersion",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_the_definition_has_the_keys_that_arcgis_opens(tmp_path, card, state, kind):
    write_package(tmp_path, "m", replace(card, model_type=kind), state)
    assert json.loads((tmp_path / "m.emd").read_bytes()).keys() >= WANTED_BY_ARCGIS


def test_the_definition_is_ascii_and_says_what_the_card_says(package):
    text = package.with_suffix(".emd").read_bytes()
    assert text.isascii()
    emd = json.loads(text)
    assert emd["Classes"] == [
        {"Value": 1, "Name": "tree", "Color": [10, 200, 30]},
        {"Value": 4, "Name": "Häuschen", "Color": [-1, -1, -1]},
    ]
    assert emd["ModelParameters"]["backbone"] == "mobilenet_v2"
    assert emd["MinCellSize"] == {"x": 0.1, "y": 0.1, "spatialReference": {"wkid": 4326, "latestWkid": 4326}}
    assert (emd["ModelFile"], emd["ImageHeight"], emd["ImageWidth"]) == ("model.pth", 256, 256)


def test_statistics_are_written_as_esri_writes_them_and_read_by_band_number(tmp_path, card, state):
    numbers = Normalisation("statistics", mean=(0.5, 0.25), std=(0.1, 0.2), minimum=(0.0, 100.0), maximum=(1000.0, 300.0))
    special = replace(card, normalisation=numbers, bands=(3, 1), band_names=("Infrared", "Green"), dtype="uint16")
    path = write_package(tmp_path, "m", special, state)
    assert read_package(path).card == special
    emd = json.loads((tmp_path / "m.emd").read_bytes())
    assert emd["IsMultispectral"] is True
    assert emd["NormalizationStats"]["band_max_values"] == [1, 300, 1, 1000]  # one per band of the raster
    assert emd["NormalizationStats"]["band_mean_values"] == [0, 150, 0, 500]
    del emd["Kestrel"]  # as another reader sees it
    (tmp_path / "m.emd").write_text(json.dumps(emd))
    assert read_package(tmp_path / "m.emd").card.normalisation == numbers


def test_extra_files_go_into_the_archive(tmp_path, card, state):
    (tmp_path / "report.html").write_text("<p>")
    path = write_package(tmp_path, "m", card, state, {"ModelCharacteristics/report.html": tmp_path / "report.html"})
    with zipfile.ZipFile(path) as archive:
        assert archive.read("ModelCharacteristics/report.html") == b"<p>"


def test_a_failed_write_leaves_nothing(tmp_path, card, state):
    with pytest.raises(OutputError, match=r"m\.dlpk cannot be written"):
        write_package(tmp_path, "m", card, state, {"missing.html": tmp_path / "missing.html"})
    assert list(tmp_path.iterdir()) == []
