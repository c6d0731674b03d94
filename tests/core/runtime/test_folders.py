import sys
from pathlib import Path

import pytest

from core.runtime import folders


def test_kestrel_cache_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "here"))
    assert folders.cache_folder() == tmp_path / "here"
    assert folders.environments_folder() == tmp_path / "here" / "environments"


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/kestrel"),
        ("linux", {"XDG_CACHE_HOME": ""}, "HOME/.cache/kestrel"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "HOME/.cache/kestrel"),
        ("darwin", {}, "HOME/Library/Caches/kestrel"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/kestrel"),
    ],
)
def test_each_system_has_its_own_place(monkeypatch, tmp_path, system, variables, expected):
    monkeypatch.delenv("KESTREL_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert folders.cache_folder() == Path(expected.replace("HOME", str(tmp_path)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [('{"python": "/a/python"}', "/a/python"), ("{}", None), ("not json", None), ("[1]", None), (None, None)],
)
def test_a_setting_is_read_or_none(monkeypatch, tmp_path, content, expected):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path))
    if content is not None:
        folders.settings_file().write_text(content)
    assert folders.setting("python") == expected


def test_settings_are_changed_one_by_one(monkeypatch, tmp_path):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "new"))
    folders.change_settings(python="")
    assert not (tmp_path / "new").exists()  # nothing to write
    folders.change_settings(python="/a/python", wheels="/wheels")
    folders.change_settings(python="", processor="CPU")
    assert [folders.setting(name) for name in ("python", "wheels", "processor")] == [None, "/wheels", "CPU"]
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["settings.json"]


def test_a_setting_moves_the_cache_and_the_variable_goes_first(monkeypatch, tmp_path):
    monkeypatch.delenv("KESTREL_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folders.change_settings(cache=str(tmp_path / "large disk"))
    assert folders.settings_file() == tmp_path / "kestrel" / "settings.json"
    assert folders.environments_folder() == tmp_path / "large disk" / "environments"
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "named"))
    assert folders.cache_folder() == tmp_path / "named"
