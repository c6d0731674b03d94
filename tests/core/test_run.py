"""A job run in this process: checks first, outputs in plain values, every error one of ours, nothing left behind."""

import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import Cancelled, InputError, InvalidParameter, KestrelError, OutOfMemory, OutputError
from core.jobs import Job, Kind
from core.jobs.parameters import features, parameter
from core.reporting import Reporter
from core.run import run


@dataclass(frozen=True, kw_only=True)
class Small(Job):
    """A job whose work is a function of the test."""

    name = "small"
    title = "Small Job"
    runner = "small_job:work"

    input: str | None = features("Input", "", None)
    output: str | None = parameter(Kind.NEW_FEATURES, "Output", "", None)
    output_folder: str | None = parameter(Kind.NEW_FOLDER, "Folder", "", None)
    output_report: str | None = parameter(Kind.NEW_HTML, "Report", "", None)


@pytest.fixture
def work(monkeypatch):
    """Decide what the job does."""

    def decide(function):
        module = types.ModuleType("small_job")
        module.work = function
        monkeypatch.setitem(sys.modules, "small_job", module)

    decide(lambda job, report: {})
    return decide


@pytest.fixture
def report():
    return Reporter(lambda event: None)


def test_outputs_are_those_of_the_job_and_the_paths_it_wrote(work, report, tmp_path):
    work(lambda job, report: {"COUNT": 3, "MODEL": tmp_path / "a.dlpk", "AP50": float("nan")})
    path = str(tmp_path / "a.gpkg")
    assert run(Small(output=path), report) == {
        "OUTPUT": path, "COUNT": 3, "MODEL": str(tmp_path / "a.dlpk"), "AP50": None,
    }  # fmt: skip


def test_the_runner_is_found_beside_this_package(report, tmp_path, monkeypatch):
    """``core.`` in a runner's name is this package, also where QGIS calls it ``kestrel.core``."""
    (tmp_path / "kestrel").symlink_to(Path(__file__).resolve().parents[2], target_is_directory=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    namespace = types.ModuleType("kestrel")  # without the plugin's own __init__, which needs QGIS
    namespace.__path__ = [str(tmp_path / "kestrel")]
    monkeypatch.setitem(sys.modules, "kestrel", namespace)
    import kestrel.core.reporting
    import kestrel.core.run

    found = kestrel.core.run._runner(types.SimpleNamespace(runner="core.reporting:Reporter"))
    assert found is kestrel.core.reporting.Reporter
    assert found is not Reporter
    for name in [name for name in sys.modules if name.startswith("kestrel.")]:
        del sys.modules[name]


def test_our_errors_go_through_as_they_are(work, report):
    error = InputError("The raster a.tif is empty.", "Choose another.")

    def fail(job, report):
        raise error

    work(fail)
    with pytest.raises(InputError) as caught:
        run(Small(), report)
    assert caught.value is error
    assert error.details == ""


def test_a_translated_error_keeps_what_was_below(work, report):
    def fail(job, report):
        raise InputError("The raster a.tif cannot be read.") from RuntimeError("block 3 of band 1")

    work(fail)
    with pytest.raises(InputError) as caught:
        run(Small(), report)
    assert "RuntimeError: block 3 of band 1" in caught.value.details


@pytest.mark.parametrize(
    ("raised", "cls", "text"),
    [
        (ValueError("odd"), KestrelError, "Small Job failed unexpectedly: ValueError: odd"),
        (MemoryError(), OutOfMemory, "The main memory is full."),
        (KeyboardInterrupt(), Cancelled, "Cancelled."),
    ],
)
def test_other_errors_are_translated(work, report, raised, cls, text):
    def fail(job, report):
        raise raised

    work(fail)
    with pytest.raises(cls) as caught:
        run(Small(), report)
    assert type(caught.value) is cls
    assert caught.value.message == text
    assert "in fail" in caught.value.details


def test_a_job_that_is_cancelled_before_it_starts_does_nothing(work, report, tmp_path):
    work(lambda job, report: pytest.fail("it ran"))
    report.cancel.set()
    with pytest.raises(Cancelled):
        run(Small(output_folder=str(tmp_path / "a" / "b" / "chips")), report)
    assert list(tmp_path.iterdir()) == []


def test_folders_above_an_output_folder_are_made_for_the_job(work, report, tmp_path):
    folder = tmp_path / "a" / "b" / "chips"
    work(lambda job, report: Path(job.output_folder).mkdir() or {})
    assert run(Small(output_folder=str(folder)), report) == {"OUTPUT_FOLDER": str(folder)}
    assert folder.is_dir()


def test_and_are_gone_when_it_fails_unless_it_kept_something(work, report, tmp_path):
    def fail(job, report):
        if job.output:
            (Path(job.output_folder).parent / "checkpoint").write_text("epoch 3")
        raise InputError("No.")

    work(fail)
    with pytest.raises(InputError):
        run(Small(output_folder=str(tmp_path / "a" / "b" / "chips")), report)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError):
        run(Small(output_folder=str(tmp_path / "a" / "b" / "chips"), output=str(tmp_path / "o.gpkg")), report)
    assert (tmp_path / "a" / "b" / "checkpoint").exists()


@pytest.mark.parametrize("name", ["output", "output_report"])
def test_a_file_that_exists_is_refused_before_any_work(work, report, tmp_path, name):
    work(lambda job, report: pytest.fail("it ran"))
    path = tmp_path / "a.gpkg"
    path.write_text("precious")
    with pytest.raises(OutputError, match=r"The output .*a\.gpkg exists already\. Choose another name"):
        run(Small(**{name: str(path)}), report)
    assert path.read_text() == "precious"


def test_so_is_a_link_to_nothing(work, report, tmp_path):
    (tmp_path / "a.gpkg").symlink_to(tmp_path / "nothing")
    with pytest.raises(OutputError, match="exists already"):
        run(Small(output=str(tmp_path / "a.gpkg")), report)


def test_a_folder_must_be_new_or_empty(work, report, tmp_path):
    folder = tmp_path / "chips"
    folder.mkdir()
    run(Small(output_folder=str(folder)), report)
    (folder / ".hidden").touch()
    with pytest.raises(OutputError, match=r"The output folder .*chips exists already and is not empty\."):
        run(Small(output_folder=str(folder)), report)


def test_files_and_folders_are_not_mixed_up(work, report, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"is a folder\. Give the name of a file"):
        run(Small(output=str(tmp_path)), report)
    with pytest.raises(OutputError, match=r"is a file\. Give the name of a folder"):
        run(Small(output_folder=str(tmp_path / "file")), report)
    with pytest.raises(OutputError, match=r"cannot be created: .*file is not a folder"):
        run(Small(output_folder=str(tmp_path / "file" / "chips")), report)


def test_the_folder_of_a_file_must_exist(work, report, tmp_path):
    with pytest.raises(OutputError, match=r"The folder .*nowhere for the output a\.gpkg does not exist\."):
        run(Small(output=str(tmp_path / "nowhere" / "a.gpkg")), report)


@pytest.mark.parametrize("name", ["output", "output_folder"])
@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("EACCES", "to: Permission denied"),
        ("EROFS", "Read-only file system"),
        ("ENOSPC", "The disk of .* is full"),
    ],
)
def test_a_place_that_cannot_be_written(work, report, tmp_path, monkeypatch, name, number, text):
    """Made by hand: tests may run as root, who may write everywhere."""
    import errno
    import os

    def refuse(dir):
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)), str(dir))

    monkeypatch.setattr("core.outputs.tempfile.TemporaryFile", refuse)
    with pytest.raises(OutputError, match=text):
        run(Small(**{name: str(tmp_path / "new")}), report)
    assert list(tmp_path.iterdir()) == []


def test_one_path_cannot_be_two_things(work, report, tmp_path):
    path, same = str(tmp_path / "a.gpkg"), str(tmp_path / "b" / ".." / "a.gpkg")
    with pytest.raises(InvalidParameter, match="OUTPUT_REPORT and OUTPUT are the same path"):
        run(Small(output=path, output_report=same), report)
    with pytest.raises(InvalidParameter, match="OUTPUT and INPUT are the same path"):
        run(Small(input=f"{path}|layername=trees", output=same), report)


def test_a_name_too_long_for_the_disk_is_told_in_words(work, report, tmp_path):
    with pytest.raises(KestrelError, match="cannot be used: File name too long"):
        run(Small(output=str(tmp_path / ("x" * 300))), report)
