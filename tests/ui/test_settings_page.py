"""The page in QGIS's options: it shows and writes what the core reads, and nothing that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt import sip

pytestmark = pytest.mark.usefixtures("kestrel", "no_environment")


@pytest.fixture
def factory() -> Any:
    from kestrel.ui.settings_page import SettingsPageFactory

    return SettingsPageFactory()


@pytest.fixture
def page(qgis_app: Any, factory: Any) -> Iterator[Any]:
    made = factory.createWidget(None)
    yield made
    sip.delete(made)


def test_the_page_has_a_name_and_an_icon(factory: Any) -> None:
    assert factory.title() == "Kestrel" and not factory.icon().isNull()


def test_nothing_changed_is_nothing_written(page: Any, tmp_path: Path) -> None:
    assert page.isValid()
    page.apply()
    assert not (tmp_path / "cache").exists()


def test_what_is_chosen_is_what_the_core_reads(page: Any, factory: Any, tmp_path: Path, monkeypatch: Any) -> None:
    from kestrel.core.runtime.folders import cache_folder, own_folder, setting

    (tmp_path / "torch-1.whl").touch()
    page.sources.wheels.setFilePath(str(tmp_path))
    page.cache.setFilePath(str(tmp_path / "large"))
    page.processor.setCurrentIndex(1)
    assert page.isValid()
    page.apply()
    assert (setting("wheels"), setting("cache"), setting("processor")) == (str(tmp_path), str(tmp_path / "large"), "CPU")
    assert not page.cache.isEnabled() and cache_folder() == own_folder()  # KESTREL_CACHE of the test goes first
    again = factory.createWidget(None)
    assert again.sources.wheels.filePath() == str(tmp_path) and again.processor.currentData() == "CPU"
    again.processor.setCurrentIndex(0)
    again.apply()
    assert setting("processor") is None
    sip.delete(again)


def test_what_cannot_be_used_keeps_the_options_open(page: Any, tmp_path: Path) -> None:
    from kestrel.core.runtime.folders import setting

    page.sources.python.setFilePath(str(tmp_path / "no-python"))
    page.processor.setCurrentIndex(1)
    assert not page.isValid() and "There is no file" in page.sources.message.text()
    page.apply()
    assert setting("python") is None and setting("processor") is None
