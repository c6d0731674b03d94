"""From a package of Esri's to Kestrel and back: nothing of the weights or of what ArcGIS reads is lost."""

import json
import zipfile
from dataclasses import replace

import pytest
import torch

from core.models import build
from core.models.building import load_weights
from core.packages import read_package, write_package
from core.packages.emd_writing import to_emd

DELIBERATE = {"InferenceFunction"}  # names a file of Esri's that lies not in the package; the built-in one does the same


@pytest.mark.parametrize("name", ["maskrcnn", "fasterrcnn", "retinanet"])
def test_weights_stay_bit_for_bit_and_so_do_esris_keys(esri_models, tmp_path, name):
    first = read_package(esri_models / f"{name}.dlpk")
    network = build(first.card)
    load_weights(network, first)
    second = read_package(write_package(tmp_path, name, first.card, network.state_dict()))
    assert second.card == first.card
    before, after = first.state_dict(), second.state_dict()
    assert before.keys() == after.keys()
    for key in before:
        assert before[key].dtype == after[key].dtype
        assert torch.equal(before[key], after[key]), key
    theirs, ours = definition(esri_models / f"{name}.dlpk"), definition(tmp_path / f"{name}.dlpk")
    assert json.loads(json.dumps(to_emd(second.card, ours["ModelFile"]))) == ours  # and again
    assert ours.keys() - theirs.keys() == {"Kestrel", "Description"}
    assert {key for key in theirs if theirs[key] != ours[key]} == DELIBERATE
    assert ours["InferenceFunction"].endswith("\\" + theirs["InferenceFunction"])
    with zipfile.ZipFile(esri_models / f"{name}.dlpk") as archive, zipfile.ZipFile(tmp_path / f"{name}.dlpk") as copy:
        assert sorted(archive.namelist()) == sorted(copy.namelist())


def definition(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(f"{path.stem}.emd"))


def test_unknown_keys_stay_only_while_nothing_changes(write_esri, tmp_path):
    package = write_esri(
        "FasterRCNN", "resnet18", {"a": torch.ones(1)}, Preprocessing="SentinelService", LearningRate="slice(1)"
    )
    for number, card in enumerate((package.card, replace(package.card, threshold=0.3))):
        write_package(tmp_path / str(number), "m", card, {"a": torch.ones(1)})
        emd = json.loads((tmp_path / str(number) / "m.emd").read_bytes())
        assert (emd.get("Preprocessing"), emd["LearningRate"] == "slice(1)") == (
            (None, False) if number else ("SentinelService", True)
        )
        again = read_package(tmp_path / str(number) / "m.emd")
        assert again.card == card


def test_texts_in_the_place_of_numbers_do_not_stay(write_esri, tmp_path):
    package = write_esri("MaskRCNN", "resnet18", {"a": torch.ones(1)}, ImageHeight="64", ImageWidth="e.g. 256")
    write_package(tmp_path / "new", "m", package.card, {"a": torch.ones(1)})
    emd = json.loads((tmp_path / "new" / "m.emd").read_bytes())
    assert (emd["ImageHeight"], emd["ImageWidth"]) == (64, 64)
