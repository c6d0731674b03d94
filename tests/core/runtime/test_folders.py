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
