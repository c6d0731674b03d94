import json
import os
import pickle
import shutil
import zipfile
from collections import OrderedDict

import pytest
import torch

from core.errors import ModelError
from core.packages import ClassInfo, read_package
from core.packages import reading as reading_module


@pytest.fixture
def repack(package, tmp_path):
    """Write the members of the package again, changed, under another name."""

    def make(change, name="other.dlpk"):
        with zipfile.ZipFile(package) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        target = tmp_path / name
        with zipfile.ZipFile(target, "w") as archive:
            for member, content in change(members).items():
                archive.writestr(member, content)
        return target

    return make


def test_a_renamed_archive_opens(package, tmp_path, card):
    renamed = tmp_path / "renamed by someone.dlpk"
    shutil.copy(package, renamed)
    assert read_package(renamed).card == card


def test_a_package_in_one_folder_opens(repack, card):
    path = repack(lambda members: {f"wrapper/{name}": content for name, content in members.items()})
    package = read_package(path)
    assert package.card == card
    assert "layer.weight" in package.state_dict()


def esri(members, **changes):
    """The definition as another library writes it."""
    emd = json.loads(members["model.emd"])
    del emd["Kestrel"]
    return {**members, "model.emd": json.dumps({**emd, **changes})}


def test_byte_order_mark_windows_separators_and_old_class_keys(repack):
    old = [{"ClassValue": 7, "ClassName": "Müll", "Color": [-1, -1, -1]}]

    def change(members):
        changed = esri(members, ModelFile=".\\sub\\model.pth", Classes=old)
        text = changed["model.emd"].encode("utf-8-sig")
        return {"model.emd": text, "sub/model.pth": members["model.pth"]}

    package = read_package(repack(change))
    assert package.card.origin == "esri"
    assert package.card.classes == (ClassInfo(7, "Müll", None),)
    assert package.card.bands == (0, 1, 2)
    assert package.state_dict()["layer.steps"] == 3


def test_a_windows_code_page_is_read(repack):
    def change(members):
        emd = json.loads(esri(members)["model.emd"])
        return {**members, "model.emd": json.dumps(emd, ensure_ascii=False).encode("cp1252")}

    assert read_package(repack(change)).card.classes[1].name == "Häuschen"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda m: {"readme.txt": "hello"}, "holds 0 model definitions"),
        (lambda m: {**m, "second.emd": m["model.emd"]}, "holds 2 model definitions"),
        (lambda m: {"model.emd": m["model.emd"]}, "has no weights: model.emd names model.pth"),
        (lambda m: {**m, "model.emd": "{"}, "is not a model definition: it is not JSON"),
        (
            lambda m: {**m, "model.emd": '{"type": "FeatureCollection"}'},
            "is JSON but not a model definition: it has no ModelFile",
        ),
        (lambda m: {**m, "model.emd": "[1]"}, "is JSON but not a model definition"),
        (lambda m: {**m, "../evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "/etc/evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "C:\\evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "sub\\..\\..\\evil.txt": "x"}, "leads out of its folder"),
        (lambda m: esri(m, ModelFile="..\\model.pth"), "leads out of its folder"),
        (lambda m: esri(m, ModelFile=["model.pth"]), "does not name its weights"),
        (lambda m: esri(m, Classes=[{"Name": "x"}]), "is damaged: it has no ClassValue"),
        (lambda m: esri(m, Classes=[]), "0 classes"),
        (lambda m: {**m, "model.emd": m["model.emd"].replace(b'"format_version": 1', b'"format_version": 99')}, "version 99"),
        (lambda m: {**m, "model.emd": m["model.emd"].replace(b'"band_names"', b'"band_nams"')}, "it has no 'band_names'"),
    ],
)
def test_what_is_no_package_is_refused(repack, change, text):
    with pytest.raises(ModelError) as caught:
        read_package(repack(change))
    assert text in caught.value.message
    assert caught.value.hint


def test_a_link_is_refused(package):
    link = zipfile.ZipInfo("link.pth")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="holds a link"):
        read_package(package)


def test_sizes_are_bounded_before_anything_is_unpacked(package, monkeypatch):
    monkeypatch.setattr(reading_module, "MAX_WEIGHTS_BYTES", 100)
    with pytest.raises(ModelError, match=r"model\.\w+ says it has [\d,]+ bytes"):
        read_package(package)


@pytest.mark.parametrize("name", ["notes.txt", "notes.dlpk", "notes.emd"])
def test_a_text_file_is_not_a_package(tmp_path, name):
    path = tmp_path / name
    path.write_text("to do: water the plants")
    with pytest.raises(ModelError, match=r"notes\.\w+ is not a "):
        read_package(path)


def test_a_cut_off_archive_says_so(package):
    content = package.read_bytes()
    package.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="is not a whole"):
        read_package(package)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ModelError, match="There is no model package"):
        read_package(tmp_path / "nothing.dlpk")


def test_a_definition_without_its_weights_says_so(package):
    package.with_suffix(".pth").unlink()
    with pytest.raises(ModelError, match=r"model\.emd names the weights model\.pth"):
        read_package(package.with_suffix(".emd"))


def with_weights(package, content):
    torch.save(content, package.with_suffix(".pth"))
    return read_package(package.with_suffix(".emd"))


def test_weights_beside_an_optimizer(package):
    weights = with_weights(package, {"model": OrderedDict(a=torch.ones(2)), "opt": {"lr": 0.1}}).state_dict()
    assert list(weights) == ["a"]


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


def test_weights_that_call_code_are_refused_and_not_run(package, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = with_weights(package, {"a": Bomb()})
    with pytest.raises(ModelError, match="hold more than plain tensors"):
        opened.state_dict()
    package.with_suffix(".pth").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError):
        opened.state_dict()
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, {}, torch.ones(3)])
def test_weights_that_are_no_state_dict_are_refused(package, content):
    with pytest.raises(ModelError, match="are not a state dict of tensors"):
        with_weights(package, content).state_dict()


def test_cut_off_weights_are_refused(package):
    file = package.with_suffix(".pth")
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ModelError, match="cannot be read"):
        read_package(package.with_suffix(".emd")).state_dict()


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [("maskrcnn", "MaskRCNN", [1, 2]), ("fasterrcnn", "FasterRCNN", [2, 5]), ("retinanet", "RetinaNet", [2, 5])],
)
def test_packages_of_esris_library_are_described(shared_data, name, kind, values):
    card = read_package(shared_data / "esri-models" / f"{name}.dlpk").card
    assert (card.origin, card.model_type, card.backbone, card.tile_size) == ("esri", kind, "resnet18", 128)
    assert [item.value for item in card.classes] == values
    assert card.cell_size == (0.25, 0.25)
    assert "32632" in card.crs_wkt
