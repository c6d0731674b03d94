"""The demo, as `make demo` runs it, with one epoch: real imagery through all five tools by qgis_process."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(900)
def test_the_demo_goes_from_imagery_to_numbers(tmp_path, profile):
    folder = tmp_path / "a démo"
    command = [sys.executable, ROOT / "scripts" / "demo.py", folder, "1"]
    run = subprocess.run(command, env=profile, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "precision, recall" in run.stdout and "chips exported" in run.stdout

    chips = list((folder / "chips" / "images").glob("*.tif"))
    assert f"chips exported          {len(chips)}," in run.stdout
    with zipfile.ZipFile(folder / "tree_model" / "tree_model.dlpk") as package:
        assert {"tree_model.emd", "tree_model.pth"} <= set(package.namelist())
        card = json.loads(package.read("tree_model.emd"))
    assert [found["Name"] for found in card["Classes"]] == ["tree"]

    layer = QgsVectorLayer(str(folder / "detections.gpkg"), "detections", "ogr")
    assert layer.isValid() and layer.crs().authid() == "EPSG:32612"
    assert {"Class", "Confidence"} <= set(layer.fields().names())
    assert f"{layer.featureCount()} in the unseen area" in run.stdout
    for feature in layer.getFeatures():
        assert 30 <= feature["Confidence"] <= 100 and feature["Class"] == "tree"

    assert "<html" in (folder / "accuracy.html").read_text("utf-8")
    picture = QImage(str(folder / "map.png"))
    assert picture.width() == 1249 and picture.height() > 1035
