import json
import sys

import pytest

from core.runtime import managed, resolve, state
from core.runtime.accelerator import Card
from core.runtime.folders import change_settings, environments_folder
from core.runtime.managed import MARKER, ManagedEnvironment, python_of


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("KESTREL_PYTHON", raising=False)
    monkeypatch.setattr(resolve, "_proven", set())
    monkeypatch.setattr(state, "find_cards", lambda: ([], ""))


def pretend(name, complete=True):
    """Write an environment that looks whole."""
    folder = environments_folder() / name
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).write_bytes(b"x" * 1000)
    if complete:
        facts = {"python": [3, 12], "installer": "uv", "built": "2026-01-02T03:04:05+0000", "versions": {"torch": "2.14.1"}}
        (folder / MARKER).write_text(json.dumps(facts))
    return folder


def test_nothing_yet():
    found = state.look()
    assert (found.kind, found.python, found.installed) == ("missing", None, ())
    assert found.headline == "There is no environment for deep learning yet."
    assert "to download" in found.advice and "No NVIDIA card" in found.advice


def test_an_environment_that_is_used_beside_others():
    key = ManagedEnvironment().key
    used, other, half = pretend(f"{key}-cpu"), pretend("0123456789ab-cpu"), pretend(f"{key}-cu126", complete=False)
    (environments_folder() / f"{key}-cpu.log").write_text("no folder")
    found = state.look()
    assert (found.kind, found.python, found.advice) == ("ready", python_of(used), "")
    assert [(item.path, item.current, bool(item.facts)) for item in found.installed] == [
        (used, True, True), (half, True, False), (other, False, True)
    ]  # fmt: skip
    rows = dict(found.rows)
    assert rows["Python"] == f"3.12, {python_of(used)}" and rows["PyTorch"] == "2.14.1"
    assert rows["Built"] == "2026-01-02 03:04 with uv" and rows["Not in use"].startswith("2 environments, 0 MB")
    assert found.installed[0].title == "PyTorch 2.14.1, built 2026-01-02"
    assert found.installed[1].title == "not complete: its build did not end"
    assert found.installed[2].size > 1000


def test_after_an_update_of_kestrel():
    pretend("0123456789ab-cpu")
    found = state.look()
    assert found.kind == "outdated" and found.python is None
    assert "another version of Kestrel" in found.headline and found.advice.startswith("Update")


@pytest.mark.skipif(sys.platform == "darwin", reason="no NVIDIA cards there")
def test_a_card_that_the_environment_does_not_use(monkeypatch):
    pretend(f"{ManagedEnvironment().key}-cpu")
    monkeypatch.setattr(state, "find_cards", lambda: ([Card("NVIDIA T4", "550.10", 7.5)], ""))
    found = state.look()
    assert found.kind == "outdated" and found.python is not None
    assert "does not use the graphics card" in found.headline and "NVIDIA T4" in found.advice
    assert dict(found.rows)["Graphics card"] == "NVIDIA T4, driver 550.10"


def test_why_no_card_is_used(monkeypatch):
    monkeypatch.setattr(state, "find_cards", lambda: ([], "The driver does not answer."))
    assert dict(state.look().rows)["Graphics card"] == "The driver does not answer."


@pytest.mark.parametrize(("packages", "kind"), [(("json",), "ready"), (("no_such_package",), "broken")])
def test_a_python_that_the_user_named(monkeypatch, packages, kind):
    monkeypatch.setattr(resolve, "PACKAGES", packages)
    change_settings(python=sys.executable)
    found = state.look()
    assert found.kind == kind and found.named.startswith("the setting python")
    assert (found.python is None) == (kind == "broken")
    assert ("lacks no_such_package" in found.advice) == (kind == "broken")


def test_the_folder_of_wheels_in_the_settings_is_built_from(monkeypatch, tmp_path):
    from core.errors import EnvironmentBuildError
    from core.jobs import CheckEnvironment
    from core.runtime import checkup

    change_settings(wheels=str(tmp_path))
    job = CheckEnvironment(build=True, output_report=str(tmp_path / "report.html"))
    with pytest.raises(EnvironmentBuildError, match=r"has no wheels"):
        checkup.check_environment(job, lambda event: None, lambda: False)
    assert managed.environments_folder().parent == tmp_path / "cache"
