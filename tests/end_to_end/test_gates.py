"""The checks of the plugin site and of Qt 6 in `make lint`: each finds what it is there for."""

import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import qt6_check
import site_checks

BROKEN = [
    ("from PyQt5.QtCore import Qt", "take Qt from qgis.PyQt"),
    ("import sip", "take Qt from qgis.PyQt"),
    ("from qgis.PyQt.QtCore import QRegExp", "QRegularExpression"),
    ("from qgis.PyQt.QtCore import QVariant", "QMetaType"),
    ("from qgis.utils import iface", "constructor"),
    ("from qgis.core import QgsNothing", "has no QgsNothing"),
    ("from . import resources_rc\nimport kestrel.resources_rc", "icons are files"),
    ("from qgis.PyQt.QtCore import Qt\nQt.AlignLeft", "Qt.AlignmentFlag.AlignLeft"),
    ("from qgis.PyQt.QtCore import Qt\nQt.AlignmentFlag.AlignLef", "has no AlignLef"),
    ("from qgis.PyQt.QtWidgets import QMessageBox as Box\nif answer == Box.Yes: pass", "Box.StandardButton.Yes"),
    ("from qgis.core import Qgis\nf(level=Qgis.Warning)", "Qgis.MessageLevel.Warning"),
    ("from qgis.core import QgsWkbTypes\nx = QgsWkbTypes.Point", "QgsWkbTypes.WkbType.Point"),
    ("from qgis.core import QgsTask\nQgsTask.CanCancel", "QgsTask.Flag.CanCancel"),
    ("from qgis.core import QgsFeatureSink\nQgsFeatureSink.FastInsert", "QgsFeatureSink.Flag.FastInsert"),
    ("dialog.exec_()", "exec()"),
    ("box.activated[str].connect(f)", "one form"),
    ("menu.addAction(icon, text, slot, key)", "addAction"),
]
SOUND = """
from qgis.PyQt.QtCore import QMetaType, Qt
from qgis.PyQt.QtWidgets import QAction, QMessageBox
from qgis.PyQt import sip
from qgis.core import NULL, Qgis, QgsProcessing, QgsTask
import processing
a = [Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, QMessageBox.StandardButton.Yes, Qgis.MessageLevel.Warning]
b = QgsProcessing.TEMPORARY_OUTPUT, QMetaType.Type.Int, QgsTask.Flag.CanCancel, Qgis.WkbType.Point.value
dialog.exec()
rows[0].connect
"""


@pytest.mark.parametrize(("code", "text"), BROKEN)
def test_what_breaks_under_qt_6_is_found(tmp_path, code, text):
    (tmp_path / "code.py").write_text(code)
    found = [words for _, words in qt6_check.problems(tmp_path / "code.py")]
    assert len(found) == 1 and text in found[0], found


def test_what_works_with_both_is_let_alone(tmp_path):
    (tmp_path / "code.py").write_text(SOUND.replace("rows[0].connect\n", ""))
    assert list(qt6_check.problems(tmp_path / "code.py")) == []


@pytest.fixture
def plugin(tmp_path):
    """A plugin that has a bit of everything that blocks an upload."""
    folder = tmp_path / "upload" / "kestrel"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "import subprocess\n"
        "assert True\n"
        "def f(x):\n"
        "    subprocess.run(x, shell=True)\n"
        "    return eval(x) == None\n"
        "address = 'https://me:hunter22@example.org'\n"
    )
    (folder / "metadata.txt").write_text(
        "[general]\nname=My plugin\nversion=1.0-beta\nemail=me\nhomepage=http://a.org\nabout=x\n"
    )
    return folder


def test_metadata(plugin):
    found = list(site_checks.metadata(plugin))
    for text in ("description is missing", "1.0-beta", "word plugin", "4.99", "homepage", "email", "LICENSE"):
        assert any(text in line for line in found), text


def test_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("kestrel/good.py", "")
        for name in ("kestrel/run.sh", "kestrel/__pycache__/a.txt", "other/a.py"):
            archive.writestr(name, "")
        program = zipfile.ZipInfo("kestrel/program.py")
        program.external_attr = 0o100755 << 16
        archive.writestr(program, "")
    found = "\n".join(site_checks.files(tmp_path / "a.zip"))
    assert all(name in found for name in ("run.sh", "__pycache__", "other/a.py", "program.py")) and "good.py" not in found


@pytest.mark.parametrize(
    ("check", "tool", "texts"),
    [
        (site_checks.bandit, "bandit", ("B101", "B307", "B602")),
        (site_checks.secrets, "detect-secrets", ("__init__.py:6: Basic Auth",)),
        (site_checks.flake8, "flake8", ("E711",)),
    ],
    ids=["bandit", "secrets", "flake8"],
)
def test_the_tools_of_the_site(plugin, check, tool, texts):
    if not (site_checks.TOOLS / tool).exists():
        pytest.skip(f"{tool} is not installed")
    found = "\n".join(check(plugin))
    assert all(text in found for text in texts), found
    (plugin / "__init__.py").write_text('"""A plugin."""\n')
    assert list(check(plugin)) == []
