"""The texts of the windows in other languages: all found, well-formed, loaded by the locale, gone with the plugin."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt.QtCore import QCoreApplication

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import package
import translations

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("kestrel")


def test_every_form_of_a_text_is_found(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        "class A(QWidget):\n    def f(self):\n        self.tr('one')\n        x(self.tr(\n            'two ' 'words'))\n"
        "def g():\n    QCoreApplication.translate('K', 'three'); _tr('four'); other('five'); self.tr(name)\n"
        "def _tr(text):\n    return QCoreApplication.translate('Page', text)\n"
    )
    assert sorted(translations.texts(tmp_path / "m.py")) == [
        ("A", "one"), ("A", "two words"), ("K", "three"), ("Page", "four")
    ]  # fmt: skip


def test_what_is_translated_stays_and_what_is_gone_goes(tmp_path: Path) -> None:
    file = tmp_path / "kestrel_xx.ts"
    translations.write(file, "xx", [("A", "one"), ("A", "old")], {("A", "one"): "ein & <s>", ("A", "old"): "alt"})
    translations.write(file, "xx", [("A", "one"), ("A", "new")], translations.translated(file))
    assert translations.translated(file) == {("A", "one"): "ein & <s>"}
    assert 'type="unfinished"' in file.read_text() and "old" not in file.read_text()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_places_in_texts_are_those_of_the_original(language: str) -> None:
    found = translations.translated(ROOT / "i18n" / f"kestrel_{language}.ts")
    assert len(found) > 100
    for (_, source), text in found.items():
        assert sorted(re.findall(r"{[^}]*}", source)) == sorted(re.findall(r"{[^}]*}", text)), source


@pytest.mark.skipif(package.find_lrelease() is None, reason="lrelease is not installed")
@pytest.mark.parametrize(("locale", "expected"), [("de_AT", "Umgebung…"), ("fr", "Environnement…"), ("pl", "Environment…")])
def test_the_language_of_qgis_is_used(tmp_path: Path, monkeypatch: Any, locale: str, expected: str) -> None:
    from kestrel.ui import language

    for name in translations.LANGUAGES:
        package.compile_texts(ROOT / "i18n" / f"kestrel_{name}.ts", tmp_path / f"kestrel_{name}.qm")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    translator = language.install_translation(locale)
    assert QCoreApplication.translate("Kestrel", "Environment…") == expected
    if translator is not None:
        QCoreApplication.removeTranslator(translator)
    assert QCoreApplication.translate("Kestrel", "Environment…") == "Environment…"
