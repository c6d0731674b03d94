import sys

import pytest

from core.errors import Cancelled, EnvironmentBuildError, OutputError
from core.events import Artifact, Message, Progress
from core.jobs import CheckEnvironment
from core.runtime import checkup, resolve

NOTHING = {
    "READY": 0, "GPU_COUNT": 0, "GPU_MEMORY": 0.0, "GPU_NAME": "", "DRIVER": "", "COMPUTE_CAPABILITY": 0.0,
    "TORCH_VERSION": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("KESTREL_PYTHON", raising=False)
    monkeypatch.setattr(resolve, "_proven", set())


def check(tmp_path, events=None, cancelled=lambda: False, **parameters):
    job = CheckEnvironment(output_report=str(tmp_path / "report.html"), **parameters)
    return checkup.check_environment(job, (events if events is not None else []).append, cancelled)


def report(tmp_path):
    return (tmp_path / "report.html").read_text(encoding="utf-8")


class Unbuildable:
    def __init__(self):
        pass

    def build(self, report, wheels=None):
        error = EnvironmentBuildError("The proxy refused the connection.", "Set HTTPS_PROXY.", "proxy")
        error.details = "ERROR: 407 Proxy Authentication Required"
        raise error


def test_without_an_environment_the_report_says_what_to_do_and_it_is_no_error(tmp_path):
    events = []
    assert check(tmp_path, events) == {**NOTHING, "OUTPUT_REPORT": str(tmp_path / "report.html")}
    text = report(tmp_path)
    assert "There is no Python environment with the deep-learning packages yet." in text
    assert "kestrel:checkenvironment BUILD=true" in text
    assert "Main memory" in text
    assert Artifact("OUTPUT_REPORT", str(tmp_path / "report.html")) in events
    [warning] = [event.text for event in events if isinstance(event, Message) and event.level == "warning"]
    assert "KESTREL_PYTHON" in warning
    assert not (tmp_path / "cache").exists()


def test_a_named_python_without_the_packages_is_told_in_the_report(tmp_path, monkeypatch):
    monkeypatch.setenv("KESTREL_PYTHON", sys.executable)
    monkeypatch.setattr(resolve, "PACKAGES", ("json", "no_such_package"))
    assert check(tmp_path)["READY"] == 0
    assert "lacks no_such_package" in report(tmp_path)


def test_a_build_that_fails_is_an_error_with_a_report(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "ManagedEnvironment", Unbuildable)
    with pytest.raises(EnvironmentBuildError, match="The proxy refused"):
        check(tmp_path, build=True)
    text = report(tmp_path)
    assert "Set HTTPS_PROXY." in text
    assert "ERROR: 407 Proxy Authentication Required" in text


def test_with_a_named_python_nothing_is_built(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "ManagedEnvironment", Unbuildable)
    monkeypatch.setenv("KESTREL_PYTHON", "/no/such/python")
    events = []
    assert check(tmp_path, events, build=True)["READY"] == 0
    assert any("Nothing is built" in event.text for event in events if isinstance(event, Message))


def test_an_environment_that_works_is_looked_at_from_inside(tmp_path, monkeypatch):
    monkeypatch.setenv("KESTREL_PYTHON", sys.executable)
    events = []
    outputs = check(tmp_path, events)
    import torch

    assert outputs["READY"] == 1
    assert outputs["TORCH_VERSION"] == torch.__version__
    assert outputs["OUTPUT_REPORT"] == str(tmp_path / "report.html")
    assert set(outputs) == {*NOTHING, "OUTPUT_REPORT"}
    assert "GDAL, PROJ of rasterio" in report(tmp_path)
    assert any(isinstance(event, Progress) for event in events)


def test_an_environment_that_crashes_is_told_in_the_report(tmp_path, monkeypatch):
    """As a managed environment does whose files were deleted by somebody."""
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\necho 'Fatal Python error: init_fs_encoding' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(checkup, "find_python", lambda: broken)
    assert check(tmp_path)["READY"] == 0
    assert "The environment for deep learning does not work." in report(tmp_path)


def test_an_existing_report_is_refused_before_anything_is_built(tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("mine")
    monkeypatch.setattr(checkup, "ManagedEnvironment", Unbuildable)
    with pytest.raises(OutputError, match="exists already"):
        check(tmp_path, build=True)
    assert report(tmp_path) == "mine"


def test_cancel_leaves_no_report(tmp_path, monkeypatch):
    class Slow(Unbuildable):
        def build(self, report, wheels=None):
            report.check_cancelled()

    monkeypatch.setattr(checkup, "ManagedEnvironment", Slow)
    with pytest.raises(Cancelled):
        check(tmp_path, cancelled=lambda: True, build=True)
    assert not (tmp_path / "report.html").exists()
