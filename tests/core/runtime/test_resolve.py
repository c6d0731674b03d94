import json
import sys

import pytest

from core.errors import EnvironmentMissing
from core.runtime import resolve
from core.runtime.managed import MARKER, ManagedEnvironment, python_of


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path))
    monkeypatch.delenv("KESTREL_PYTHON", raising=False)
    monkeypatch.setattr(resolve, "_proven", set())


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def make_managed():
    managed = ManagedEnvironment()
    folder = managed.folder / f"{managed.key}-pypi"
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).symlink_to(sys.executable)
    (folder / MARKER).write_text("{}")
    return python_of(folder)


def test_without_any_it_says_how_to_get_one():
    with pytest.raises(EnvironmentMissing) as error:
        resolve.find_python()
    assert error.value.message == "There is no Python environment with the deep-learning packages yet."
    assert "kestrel:checkenvironment BUILD=true" in error.value.hint
    assert "KESTREL_PYTHON" in error.value.hint


def test_the_variable_goes_before_the_setting_before_the_managed_one(monkeypatch, tmp_path):
    managed = make_managed()
    assert resolve.find_python(check=False) == managed
    in_setting, in_variable = script(tmp_path / "a", ""), script(tmp_path / "b", "")
    (tmp_path / "settings.json").write_text(json.dumps({"python": str(in_setting)}))
    assert resolve.find_python(check=False) == in_setting
    monkeypatch.setenv("KESTREL_PYTHON", str(in_variable))
    assert resolve.find_python(check=False) == in_variable


def test_a_named_python_with_the_packages_is_proven(monkeypatch):
    monkeypatch.setattr(resolve, "PACKAGES", ("json", "email"))
    monkeypatch.setenv("KESTREL_PYTHON", sys.executable)
    assert str(resolve.find_python()) == sys.executable


@pytest.mark.skipif(sys.platform == "win32", reason="the fake interpreters are shell scripts")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exit 3", "does not run as a Python interpreter"),
        ("echo hello", "does not run as a Python interpreter"),
        ("""echo '{"version": [3, 8], "lacking": []}'""", "is Python 3.8; Kestrel needs 3.10"),
        ("""echo '{"version": [3, 12], "lacking": ["torch", "rasterio"]}'""", "lacks torch, rasterio"),
    ],
)
def test_a_named_python_that_does_not_do_is_refused_and_nothing_else_is_taken(monkeypatch, tmp_path, text, expected):
    make_managed()
    python = script(tmp_path / "python3", text)
    monkeypatch.setenv("KESTREL_PYTHON", str(python))
    with pytest.raises(EnvironmentMissing, match=expected) as error:
        resolve.find_python()
    assert str(python) in error.value.message
    assert "the environment variable KESTREL_PYTHON" in error.value.message


def test_a_named_python_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps({"python": "/no/such/python"}))
    with pytest.raises(
        EnvironmentMissing, match=r"There is no Python interpreter /no/such/python, which the setting python in"
    ):
        resolve.find_python()
