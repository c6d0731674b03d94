"""The places a job writes to: never an input, and never over something, unless the job adds to it."""

from dataclasses import replace

import pytest

from core.errors import InvalidParameter, OutputError
from core.jobs import ExportTrainingData
from core.outputs import check_new_folder, inputs_of, refuse_existing_outputs, refuse_same_paths


@pytest.fixture
def job(tmp_path):
    return ExportTrainingData(input_raster="a.tif", input_labels="l.gpkg|layername=x", output=str(tmp_path / "chips"))


@pytest.fixture
def chips(tmp_path):
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "esri_model_definition.emd").write_text("{}")
    return tmp_path / "chips"


def test_every_raster_is_an_input(job):
    several = replace(job, additional_rasters=("b.tif", "c.tif"), snap_raster="s.tif")
    assert list(inputs_of(several)) == [
        ("INPUT_RASTER", "a.tif"), ("ADDITIONAL_RASTERS", "b.tif"), ("ADDITIONAL_RASTERS", "c.tif"),
        ("INPUT_LABELS", "l.gpkg"), ("SNAP_RASTER", "s.tif"),
    ]  # fmt: skip


def test_a_folder_of_rasters_is_never_the_output(job):
    with pytest.raises(InvalidParameter, match="OUTPUT and ADDITIONAL_RASTERS are the same path"):
        refuse_same_paths(replace(job, additional_rasters=("b.tif", job.output)))


def test_an_export_is_added_to_only_when_asked(job, chips):
    with pytest.raises(OutputError, match="exists already and is not empty"):
        refuse_existing_outputs(job)
    refuse_existing_outputs(replace(job, append=True))


def test_adding_to_nothing_begins(job, tmp_path):
    refuse_existing_outputs(replace(job, append=True))
    (tmp_path / "chips").mkdir()
    refuse_existing_outputs(replace(job, append=True))


def test_nothing_is_added_to_a_folder_that_is_no_export(job, tmp_path):
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match=r"nothing to add to in the output folder .*chips: .* no \.emd file"):
        refuse_existing_outputs(replace(job, append=True))


def test_nothing_is_added_to_a_file(tmp_path):
    (tmp_path / "chips").touch()
    with pytest.raises(OutputError, match="is a file"):
        check_new_folder(tmp_path / "chips", may_exist=True)
