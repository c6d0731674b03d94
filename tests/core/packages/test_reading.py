"""What opens as a model package, and what is refused by name."""

import os
import shutil

import pytest

from core.errors import ModelError
from core.packages import ClassInfo, read_package


def test_a_renamed_archive_opens(package, tmp_path, card):
    renamed = tmp_path / "renamed by someone.dlpk"
    shutil.copy(package, renamed)
    assert read_package(renamed).card == card


def test_a_package_in_one_folder_opens(repack, card):
    path = repack(lambda members: {f"wrapper/{name}": content for name, content in members.items()})
    package = read_package(path)
    assert package.card == card
    assert "layer.weight" in package.state_dict()


def test_a_zip_of_another_ending_opens(package, tmp_path, card):
    shutil.copy(package, tmp_path / "model.zip")
    assert read_package(tmp_path / "model.zip").card == card


@pytest.mark.parametrize(
    ("left", "opened"), [((".emd", ".pth", ".dlpk"), "model.emd"), ((".emd", ".pth"), "model.emd"), ((".dlpk",), "model.dlpk")]
)
def test_a_folder_stands_for_the_model_in_it(package, card, left, opened):
    for file in package.parent.iterdir():
        if file.suffix not in left:
            file.unlink()
    found = read_package(package.parent)
    assert (found.path.name, found.card) == (opened, card)
    assert len(found.state_dict()) == 2


def test_a_folder_with_several_models_names_them(package):
    shutil.copy(package.with_suffix(".emd"), package.with_name("other.emd"))
    with pytest.raises(ModelError, match=r"holds 2 models \(model\.emd, other\.emd\)"):
        read_package(package.parent)


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(ModelError, match=r"holds no model: it has neither an \.emd nor a \.dlpk"):
        read_package(tmp_path)


@pytest.mark.parametrize("what", ["esri_model_definition.emd", ""])
def test_training_data_are_no_model(tmp_path, what):
    text = '{"ModelFile": "e.g. .\\\\trained.model", "ImageHeight": "e.g. 256", "Classes": [{"Value": 1, "Name": "Palm"}]}'
    (tmp_path / "esri_model_definition.emd").write_text(text)
    with pytest.raises(ModelError, match=r"esri_model_definition\.emd describes training data, not a trained model") as caught:
        read_package(tmp_path / what)
    assert "Train a model" in caught.value.hint


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("model.pth", "model.pth"),
        ("./model.pth", "model.pth"),
        (".\\model.pth", "model.pth"),
        (".\\sub\\model.pth", "sub/model.pth"),
        ("Model.PTH", "model.pth"),  # written on Windows, where case does not matter
        ("C:\\Users\\me\\models\\model.pth", "model.pth"),  # moved from where it was made
        ("/home/me/model.pth", "model.pth"),
        (None, "model.pth"),  # the only file of weights
        ("", "model.pth"),
    ],
)
@pytest.mark.parametrize("ending", [".dlpk", ".emd"])
def test_where_the_weights_are(repack, esri_emd, tmp_path, named, there, ending):
    path = repack(lambda members: {"a.emd": esri_emd(ModelFile=named), there: members["model.pth"], "x.txt": b""})
    if ending == ".emd":
        shutil.unpack_archive(path, tmp_path / "unpacked", "zip")
        path = tmp_path / "unpacked" / "a.emd"
    package = read_package(path)
    assert (package.card.origin, package.weights, package.weights_bytes > 100) == ("esri", there, True)
    assert package.state_dict()["layer.steps"] == 3


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({}, r"other.dlpk names the weights model.pth, and there is no such file inside."),
        ({"ModelFile": None}, r"names the weights \(none\)"),
        ({"ModelFile": "MODEL.pth", "extra": ("Model.pth", "model.PTH")}, r"names the weights MODEL.pth"),
    ],
)
def test_a_model_without_its_weights_is_described_and_not_loaded(repack, esri_emd, members, text):
    extra = members.pop("extra", ())
    package = read_package(repack(lambda m: {"model.emd": esri_emd(**members), **dict.fromkeys(extra, b"")}))
    assert package.card.tile_size == 128 and package.weights_bytes is None
    with pytest.raises(ModelError, match=text):
        package.state_dict()


def test_a_definition_without_its_weights_says_where_they_should_be(package):
    package.with_suffix(".pth").unlink()
    with pytest.raises(ModelError) as caught:
        read_package(package.with_suffix(".emd")).state_dict()
    expected = f"model.emd names the weights model.pth, and there is no such file in {package.parent}."
    assert caught.value.message == expected


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda m: {"readme.txt": "hello"}, "holds 0 model definitions"),
        (lambda m: {**m, "second.emd": m["model.emd"]}, "holds 2 model definitions"),
        (lambda m: {"a/b/deep.emd": m["model.emd"]}, "holds 0 model definitions"),
        (lambda m: {"inner.dlpk": b"PK", "x.txt": ""}, "holds another archive (inner.dlpk) instead of a model definition"),
        (lambda m: {"esri_model_definition.emd": '{"MetaDataMode": "RCNN_Masks"}'}, "describes training data"),
        (lambda m: {**m, "../evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "/etc/evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "C:\\evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "C:evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "\\\\server\\share\\evil.txt": "x"}, "leads out of its folder"),
        (lambda m: {**m, "sub\\..\\..\\evil.txt": "x"}, "leads out of its folder"),
    ],
)
def test_what_is_no_package_is_refused(repack, change, text):
    with pytest.raises(ModelError) as caught:
        read_package(repack(change))
    assert text in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("..\\model.pth", "holds the path '..\\\\model.pth', which leads out of its folder"),
        ("/somewhere/else.pth", "which leads out of its folder"),
        ("\\\\server\\share\\else.pth", "which leads out of its folder"),
        (["model.pth"], "holds a path that is none: ['model.pth']"),
        (7, "holds a path that is none: 7"),
    ],
)
def test_weights_outside_are_refused(repack, esri_emd, named, text):
    with pytest.raises(ModelError) as caught:
        read_package(repack(lambda m: {**m, "model.emd": esri_emd(ModelFile=named)}))
    assert text in caught.value.message


@pytest.mark.parametrize("name", ["notes.txt", "notes.dlpk", "notes.emd"])
def test_a_text_file_is_not_a_package(tmp_path, name):
    path = tmp_path / name
    path.write_text("to do: water the plants")
    with pytest.raises(ModelError, match=r"notes\.\w+ is not a "):
        read_package(path)


@pytest.mark.parametrize("name", ["nothing.dlpk", "no\0thing.dlpk", "x" * 5000])
def test_a_missing_file_says_so(tmp_path, name):
    with pytest.raises(ModelError, match=r"There is no model package|cannot be opened"):
        read_package(f"{tmp_path}{os.sep}{name}")


@pytest.mark.parametrize(
    ("name", "kind", "values", "threshold"),
    [("maskrcnn", "MaskRCNN", [1, 2], 0.9), ("fasterrcnn", "FasterRCNN", [2, 5], 0.5), ("retinanet", "RetinaNet", [2, 5], 0.5)],
)
def test_packages_of_esris_library_are_described(shared_data, name, kind, values, threshold):
    package = read_package(shared_data / "esri-models" / f"{name}.dlpk")
    card = package.card
    assert (card.origin, card.model_type, card.backbone, card.tile_size) == ("esri", kind, "resnet18", 128)
    assert [item.value for item in card.classes] == values
    assert card.cell_size == (0.25, 0.25) and "32632" in card.crs_wkt
    assert card.threshold == threshold and package.weights_bytes > 70_000_000


def test_a_kind_that_cannot_be_run_is_described(shared_data):
    card = read_package(shared_data / "esri-exports" / "drone-metadata" / "trained_unet.emd").card
    assert (card.model_type, card.backbone, card.tile_size, card.bands) == ("UnetClassifier", "resnet34", 400, (0, 1, 2))
    assert card.classes == (ClassInfo(1, "1", (185, 2, 84)), ClassInfo(2, "2", (171, 175, 202)))


@pytest.mark.parametrize("folder", ["palm-voc", "newer-metadata", "drone-metadata"])
def test_real_training_data_are_no_model(shared_data, folder):
    with pytest.raises(ModelError, match="describes training data"):
        read_package(shared_data / "esri-exports" / folder / "esri_model_definition.emd")
