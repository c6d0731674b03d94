import json
import sys
from pathlib import Path

import pytest

from core.runtime import interpreters
from core.runtime.interpreters import Interpreter, base_interpreters, find_uv, prove

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake interpreters are shell scripts")
GOOD = {
    "version": [3, 11], "bits": 64, "machine": "arm64" if sys.platform == "darwin" else "x86_64", "cpython": True,
    "executable": "", "ssl": True, "venv": True, "ensurepip": True, "pip": True,
}  # fmt: skip


def fake(folder, name="python3", text=None, **changes):
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    answer = f"echo '{json.dumps({**GOOD, **changes})}'" if text is None else text
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, ""),
        ({"version": [3, 9]}, "Kestrel's packages exist for Python 3.10 to 3.14"),
        ({"version": [3, 15]}, "Kestrel's packages exist for Python 3.10 to 3.14"),
        ({"bits": 32}, "it is a 32-bit Python"),
        ({"machine": "armv7l"}, "PyTorch has no wheels for armv7l processors on this system"),
        ({"cpython": False}, "it is not an ordinary CPython"),
        ({"venv": False}, "its module venv is missing"),
        ({"ssl": False}, "its module ssl does not load outside QGIS"),
    ],
)
def test_an_interpreter_is_proven_by_what_it_answers(tmp_path, changes, problem):
    assert prove(fake(tmp_path, **changes)).problem == problem


@pytest.mark.parametrize("text", ["exit 1", "echo QGIS 3.40", "echo '[]'", """echo '{"version": [3]}'"""])
def test_what_does_not_answer_like_a_python_is_none(tmp_path, text):
    assert prove(fake(tmp_path, text=text)) is None


def test_one_that_hangs_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "output_of", lambda command: real(command, 0.3))
    from core.runtime.processes import output_of as real

    assert prove(fake(tmp_path, text="sleep 60")) is None


def test_qgis_itself_is_never_started(tmp_path):
    started = tmp_path / "started"
    programs = [fake(tmp_path, name, f"touch {started}") for name in ("qgis", "QGIS", "qgis-bin.exe", "qgis_process")]
    assert list(base_interpreters(programs)) == []
    assert not started.exists()


def test_each_interpreter_is_yielded_once_also_under_its_longer_name(tmp_path):
    versioned = fake(tmp_path / "a", "python3.11")
    (tmp_path / "a" / "python3").symlink_to(versioned)
    other = fake(tmp_path / "b", "python3", version=[3, 12])
    candidates = [tmp_path / "a" / "python3", versioned, other, other, tmp_path / "gone" / "python3"]
    assert [found.path for found in base_interpreters(candidates)] == [versioned, other]


def test_the_pythons_of_the_microsoft_store_are_left_out(tmp_path):
    assert list(base_interpreters([fake(tmp_path / "WindowsApps", "python3")])) == []


def test_sys_executable_is_not_trusted_and_the_prefix_is_searched(tmp_path, monkeypatch):
    started = tmp_path / "started"
    qgis = fake(tmp_path / "app", "qgis", f"touch {started}")
    wanted = fake(tmp_path / "prefix" / "bin", "python3")
    monkeypatch.setattr(sys, "executable", str(qgis))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KESTREL_UV", "no")
    monkeypatch.setattr(sys, "platform", "linux")
    assert [found.path for found in base_interpreters()] == [wanted]
    assert not started.exists()


def test_the_python_in_the_bundle_comes_after_an_ordinary_one_on_macos(tmp_path, monkeypatch):
    bundle = tmp_path / "QGIS.app" / "Contents"
    inside = fake(bundle / "MacOS" / "bin", "python3", machine="arm64")
    ordinary = fake(tmp_path / "path", "python3.12", machine="arm64", version=[3, 12])
    monkeypatch.setattr(sys, "executable", str(bundle / "MacOS" / "QGIS"))
    monkeypatch.setattr(sys, "base_prefix", str(bundle / "Frameworks"))
    monkeypatch.setattr(sys, "prefix", str(bundle / "Frameworks"))
    monkeypatch.setenv("PATH", str(ordinary.parent))
    monkeypatch.setenv("KESTREL_UV", "no")
    monkeypatch.setattr(sys, "platform", "darwin")
    found = [found.path for found in base_interpreters() if not str(found.path).startswith(("/usr", "/opt", "/Library"))]
    assert found == [ordinary, inside]


def test_osgeo4w_is_found_by_its_root(tmp_path, monkeypatch):
    older = fake(tmp_path / "apps" / "Python39", "python.exe")
    newer = fake(tmp_path / "apps" / "Python312", "python.exe")
    monkeypatch.setenv("OSGEO4W_ROOT", str(tmp_path))
    monkeypatch.delenv("QGIS_PREFIX_PATH", raising=False)
    assert list(interpreters._of_qgis_on_windows())[1:] == [newer, older]


def test_the_py_launcher_is_read(tmp_path, monkeypatch):
    lines = r" -V:3.13 *        C:\Program Files\Python313\python.exe" + "\n" + r" -V:3.12          C:\Python312\python.exe"
    fake(tmp_path, "py", f"cat <<'END'\n{lines}\nEND")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = [str(path) for path in interpreters._of_py_launcher()]
    assert found == [r"C:\Program Files\Python313\python.exe", r"C:\Python312\python.exe"]


def test_this_very_machine_has_one():
    usable = [found for found in base_interpreters() if not found.problem]
    assert usable
    assert isinstance(usable[0], Interpreter)
    assert usable[0].path.is_file()


def test_uv_is_found_by_name_path_or_not_at_all(tmp_path, monkeypatch):
    uv = fake(tmp_path, "uv", "echo uv 0.9")
    monkeypatch.setenv("KESTREL_UV", "no")
    assert find_uv() is None
    monkeypatch.setenv("KESTREL_UV", str(uv))
    assert find_uv() == uv
    monkeypatch.delenv("KESTREL_UV")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_uv() == Path(uv)
