"""--overwrite: old outputs go when the new ones are there, and only then; what is not ours never goes."""

import os
import sys
from dataclasses import replace

import pytest

from core.errors import OutputError
from core.jobs import CheckEnvironment, ExportTrainingData, NonMaximumSuppression
from core.replacing import replacing


def nms(path):
    return NonMaximumSuppression(input="in.gpkg", output=str(path))


def export(folder, raster="in.tif", labels="in.gpkg"):
    return ExportTrainingData(input_raster=str(raster), input_labels=f"{labels}|layername=a", output=str(folder))


def everything(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def fail(text):
    pytest.fail(text)


@pytest.fixture
def chips(tmp_path):
    folder = tmp_path / "chips"
    (folder / "images").mkdir(parents=True)
    (folder / "esri_model_definition.emd").write_text("{}")
    (folder / "images" / "0.tif").write_text("old chip")
    return folder


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_text("old")
    with replacing(nms(path), fail):
        assert not path.exists()
        path.write_text("new")
    assert everything(tmp_path) == {"a.gpkg": "new"}


def test_a_shapefile_is_replaced_with_all_its_files_and_no_other(tmp_path):
    for ending in ("shp", "dbf", "shx", "prj", "tif"):
        (tmp_path / f"a.{ending}").write_text("old")
    with replacing(nms(tmp_path / "a.shp"), fail):
        assert set(everything(tmp_path)) == {"a.tif"} | {f".a.{e}.replaced-{os.getpid()}" for e in ("shp", "dbf", "shx", "prj")}
        (tmp_path / "a.shp").write_text("new")
    assert everything(tmp_path) == {"a.shp": "new", "a.tif": "old"}


def test_a_folder_is_replaced(chips, tmp_path):
    with replacing(export(chips), fail):
        chips.mkdir()
        (chips / "esri_model_definition.emd").write_text("new")
    assert everything(tmp_path) == {"chips/esri_model_definition.emd": "new"}


def test_what_is_added_to_stays(chips, tmp_path):
    with replacing(replace(export(chips), append=True), fail):
        (chips / "images" / "1.tif").write_text("new chip")
    assert everything(chips) == {"esri_model_definition.emd": "{}", "images/0.tif": "old chip", "images/1.tif": "new chip"}


def test_a_folder_that_holds_one_of_several_rasters_is_never_replaced(chips):
    (chips / "more.tif").touch()
    job = replace(export(chips), additional_rasters=("a.tif", str(chips / "more.tif")))
    with pytest.raises(OutputError, match="ADDITIONAL_RASTERS lies in it"), replacing(job, fail):
        pass
    assert (chips / "more.tif").exists()


def test_what_does_not_exist_needs_no_replacing(tmp_path):
    with replacing(nms(tmp_path / "a.gpkg"), fail), replacing(export(tmp_path / "chips"), fail):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OutputError("No."), KeyboardInterrupt()])
def test_an_error_brings_everything_back(chips, tmp_path, error):
    (tmp_path / "a.gpkg").write_text("old")
    before = everything(tmp_path)
    with pytest.raises(type(error)), replacing(nms(tmp_path / "a.gpkg"), fail), replacing(export(chips), fail):
        chips.mkdir()  # empty: no reason to keep it
        raise error
    assert everything(tmp_path) == before


def test_an_error_after_something_new_keeps_both_and_says_so(tmp_path):
    path, told = tmp_path / "a.gpkg", []
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(nms(path), told.append):
        path.write_text("half")
        raise KeyboardInterrupt
    assert sorted(everything(tmp_path).values()) == ["half", "old"]
    assert len(told) == 1
    assert f".a.gpkg.replaced-{os.getpid()}" in told[0]


def test_the_report_of_a_failure_replaces_the_one_before(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(OutputError), replacing(CheckEnvironment(output_report=str(path)), fail):
        path.write_text("what went wrong")
        raise OutputError("No.")
    assert everything(tmp_path) == {"report.html": "what went wrong"}


@pytest.mark.parametrize("name", ["photo.tif", "model.dlpk", "thesis", "a.html"])
def test_files_that_are_not_of_the_kind_are_never_replaced(tmp_path, name):
    (tmp_path / name).write_text("precious")
    with pytest.raises(OutputError, match=f"{name} for OUTPUT is not replaced"), replacing(nms(tmp_path / name), fail):
        pass
    assert everything(tmp_path) == {name: "precious"}


def test_folders_that_hold_no_model_definition_are_never_replaced(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match=r"it holds no \.emd file"), replacing(export(tmp_path / "home"), fail):
        pass
    assert everything(tmp_path) == {"home/thesis.txt": "precious"}


@pytest.mark.parametrize("name", ["raster", "labels"])
def test_a_folder_that_holds_an_input_is_never_replaced(chips, tmp_path, name):
    (chips / "input").touch()
    job = export(chips, **{name: chips / "input"})
    with pytest.raises(OutputError, match=f"INPUT_{name.upper()} lies in it"), replacing(job, fail):
        pass
    assert (chips / "input").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_goes_and_not_what_it_points_to(chips, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(chips, target_is_directory=True)
    with replacing(export(link), fail):
        link.mkdir()
    assert (chips / "images" / "0.tif").exists()
    assert not link.is_symlink()
