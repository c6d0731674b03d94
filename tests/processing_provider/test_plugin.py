"""The plugin as QGIS loads it: headless, with a menu, without the heavy packages, on both lines of Qt."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QMainWindow

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
SOURCES = [
    ROOT / "__init__.py",
    ROOT / "plugin.py",
    *sorted((ROOT / "processing_provider").rglob("*.py")),
    *sorted((ROOT / "ui").rglob("*.py")),
]
HEAVY = ("torch", "torchvision", "rasterio", "shapely", "pyogrio", "matplotlib", "faster_coco_eval")

LOAD_EVERYTHING = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
sys.path.append(QgsApplication.pkgDataPath() + "/python/plugins")  # where QGIS's own plugin processing is
import kestrel
plugin = kestrel.classFactory(None)
plugin.initProcessing()
for name in ("processing_provider", "core.jobs", "core.runtime", "ui"):
    package = importlib.import_module(f"kestrel.{name}")
    for module in pkgutil.walk_packages(package.__path__, f"kestrel.{name}."):
        importlib.import_module(module.name)
count = len(QgsApplication.processingRegistry().providerById("kestrel").algorithms())
loaded = sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2:]))
print("RESULT", count, loaded)
plugin.unload()
assert QgsApplication.processingRegistry().providerById("kestrel") is None
"""


def test_the_process_of_qgis_loads_none_of_the_heavy_packages(plugin_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD_EVERYTHING, str(plugin_path), *HEAVY],
        capture_output=True, text=True, timeout=120, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), done.stderr)
    assert line == "RESULT 8 []", done.stderr
    assert done.returncode == 0, done.stderr


def test_the_menu_opens_the_tools_and_goes_again(kestrel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import kestrel as package
    import processing
    from kestrel.processing_provider import readiness

    kestrel.unload()  # one provider at a time
    iface = MagicMock()
    iface.mainWindow.return_value = QMainWindow()
    plugin = package.classFactory(iface)
    plugin.initGui()
    added = [call.args for call in iface.addPluginToMenu.call_args_list]
    assert {menu for menu, _ in added} == {"Kestrel"}
    texts = {action.text(): action for _, action in added}
    assert [action.text() for _, action in added] == [
        "Label Objects", "Kestrel Workflow", "Run Monitor", "",
        "Export Training Data For Deep Learning…", "Train Deep Learning Model…",
        "Detect Objects Using Deep Learning…", "Non Maximum Suppression…", "Compute Accuracy For Object Detection…",
        "Train and Detect Objects…", "", "Model Inspector…", "Environment…", "", "Settings…", "Help",
    ]  # fmt: skip
    assert len({action.icon().pixmap(32).toImage().bits().asstring(4096) for _, action in added if action.text()}) == 13
    opened: list[str] = []
    monkeypatch.setattr(processing, "createAlgorithmDialog", lambda name, parameters: opened.append(name), raising=False)
    monkeypatch.setattr(readiness, "find_python", lambda check=True: Path("python"))
    texts["Train and Detect Objects…"].trigger()
    assert opened == ["kestrel:trainanddetect"]
    plugin.unload()
    assert {call.args[1] for call in iface.removePluginMenu.call_args_list} == {action for _, action in added}
    texts["Settings…"].trigger()
    assert iface.showOptionsDialog.call_args.args[1] == "kestrelOptions"
    assert QgsApplication.processingRegistry().providerById("kestrel") is None
    kestrel.initProcessing()
    assert QgsApplication.processingRegistry().providerById("kestrel") is not None


def test_the_metadata_are_complete() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    found = parser["general"]
    required = "name description version qgisMinimumVersion author email about tracker repository homepage tags icon category"
    assert all(found.get(name) for name in required.split())
    assert found["name"] == "Kestrel Object Detection" and re.fullmatch(r"\d+\.\d+\.\d+", found["version"])
    assert (found["qgisMinimumVersion"], found["qgisMaximumVersion"]) == ("3.40", "4.99")
    assert found["hasProcessingProvider"] == "yes" and "3 GB" in found["about"] and "8 GB" in found["about"]
    assert (ROOT / found["icon"]).is_file()
    assert f"[{found['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_code_keeps_the_rules_of_qt_6(path: Path) -> None:
    """Enums are looked up too, so that a typing error does not wait for its user."""
    import qt6_check

    assert list(qt6_check.problems(path)) == []
