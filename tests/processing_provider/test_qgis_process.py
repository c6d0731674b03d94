"""The tools as a server runs them: qgis_process, its JSON, its exit code and what it says when something is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qgis.core import QgsVectorLayer
from things import box, memory_layer, save, write_raster

Call = Callable[..., Any]


def test_it_suppresses_and_returns_the_numbers(qgis_process: Call, environment: Path, scene: Path, tmp_path: Path) -> None:
    done = qgis_process(
        "nonmaximumsuppression",
        {"INPUT": f"{scene / 'labels.gpkg'}|layername=labels", "CONFIDENCE_FIELD": "fid", "OUTPUT": str(tmp_path / "o.gpkg")},
    )
    assert done.code == 0, done.error
    assert done.output["results"] == {"OUTPUT": str(tmp_path / "o.gpkg"), "REMOVED": 0}
    assert QgsVectorLayer(str(tmp_path / "o.gpkg"), "o", "ogr").featureCount() == 24


def test_it_suppresses_with_every_option(qgis_process: Call, environment: Path, tmp_path: Path) -> None:
    rows = [(box(column, 0, 20, 20), kind, conf) for column, kind, conf in ((0, "a", 3.0), (5, "b", 2.0), (300, "a", 1.0))]
    rows.append((box(2, 0, 20, 20), "a", 0.0))  # filtered away
    save(memory_layer(rows, "Class:string,Confidence:double"), tmp_path / "l.gpkg")
    left, right, low, high = 499999, 500060, 4999900, 5000100
    done = qgis_process(
        "nonmaximumsuppression",
        {
            "INPUT": f"{tmp_path / 'l.gpkg'}|layername=l|subset=\"Confidence\" > 0", "CLASS_FIELD": "Class", "MAX_OVERLAP": 0.5,
            "OVERLAP_MEASURE": "SMALLER_AREA", "WITHIN_CLASSES": False, "ACROSS_CLASSES": True, "DUPLICATES": "MERGE",
            "EXTENT": f"{left},{right},{low},{high}", "OUTPUT_CRS": "EPSG:25833", "OUTPUT": str(tmp_path / "o.shp"),
        },
    )  # fmt: skip
    assert done.code == 0, done.error
    found = QgsVectorLayer(str(tmp_path / "o.shp"), "o", "ogr")
    (feature,) = found.getFeatures()
    assert done.output["results"]["REMOVED"] == 1 and feature["Confidence"] == 3 and feature["Class"] == "a"
    assert found.crs().authid() == "EPSG:25833" and round(feature.geometry().area(), 3) == 12.5 * 10


def test_it_checks_the_environment_when_there_is_none(qgis_process: Call, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    done = qgis_process("checkenvironment", {"OUTPUT_REPORT": str(report)}, KESTREL_PYTHON=None, KESTREL_CACHE=str(tmp_path))
    assert done.code == 0, done.error
    assert done.output["results"]["READY"] == 0 and "BUILD=true" in report.read_text(encoding="utf-8")


def test_a_report_without_a_name_goes_to_a_temporary_file(qgis_process: Call, tmp_path: Path) -> None:
    done = qgis_process("checkenvironment", {}, KESTREL_PYTHON=None, KESTREL_CACHE=str(tmp_path))
    assert done.code == 0, done.error
    assert done.output["results"]["OUTPUT_REPORT"].endswith(".html")


# Every error: exit code not 0, the reason and what to do on the console, and nothing left behind.


@pytest.fixture
def wrong(scene: Path, tmp_path: Path) -> dict[str, Any]:
    """Good values of Export, to be spoiled one at a time, and bad things to spoil them with."""
    (tmp_path / "text.tif").write_text("no raster")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("precious")
    write_raster(tmp_path / "nocrs.tif", np.zeros((3, 64, 64), np.uint8), crs=None)
    write_raster(tmp_path / "elsewhere.tif", np.zeros((3, 64, 64), np.uint8), crs="EPSG:32612")
    return {
        "INPUT_RASTER": str(scene / "image.tif"), "INPUT_LABELS": str(scene / "labels.gpkg"),
        "TILE_SIZE_X": 64, "TILE_SIZE_Y": 64, "STRIDE_X": 0, "STRIDE_Y": 0, "OUTPUT": str(tmp_path / "chips"),
    }  # fmt: skip


def files_of(folder: Path) -> list[Path]:
    """All files but the statistics that QGIS writes beside any raster it opens."""
    return sorted(path for path in folder.rglob("*") if not path.name.endswith(".aux.xml"))


@pytest.mark.parametrize(
    ("name", "value", "texts"),
    [
        ("INPUT_RASTER", "{folder}/missing.tif", ["INPUT_RASTER", "missing.tif", "Check the path"]),
        ("INPUT_RASTER", "{folder}/text.tif", ["INPUT_RASTER", "text.tif", "Check the path"]),
        ("INPUT_RASTER", "{folder}/elsewhere.tif", ["No object of labels.gpkg lies on elsewhere.tif"]),
        ("INPUT_RASTER", "{folder}/nocrs.tif", ["nocrs.tif has no coordinate system", "Assign"]),
        ("INPUT_LABELS", "{folder}/missing.gpkg", ["INPUT_LABELS", "missing.gpkg", "Check the path"]),
        ("CLASS_FIELD", "species", ["has no field species", "It has fid, kind"]),
        ("TILE_SIZE_X", 7, ["TILE_SIZE_X (Tile Size X) is 7; it must be from 32 to 8192."]),
        ("IMAGE_FORMAT", "GIF", ["Choose one of TIFF, PNG, JPEG."]),
        ("OUTPUT", "{folder}/full", ["exists already and is not empty", "Choose another"]),
        ("OUTPUT", "{folder}/text.tif/chips", ["cannot be created"]),
    ],
)
def test_bad_input_ends_with_a_sentence(
    qgis_process: Call, environment: Path, wrong: dict[str, Any], tmp_path: Path, name: str, value: Any, texts: list[str]
) -> None:
    before = files_of(tmp_path)
    if isinstance(value, str):
        value = value.format(folder=tmp_path)
    done = qgis_process("exporttrainingdata", {**wrong, name: value})
    assert done.code != 0
    for text in texts:
        assert text in done.error, done.error
    assert "Traceback" not in done.error
    assert files_of(tmp_path) == before


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"KESTREL_PYTHON": None, "KESTREL_CACHE": "{folder}"}, "There is no Python environment"),
        ({"KESTREL_PYTHON": "{folder}/python"}, "There is no Python interpreter"),
    ],
)
def test_without_an_environment_it_says_how_to_get_one(
    qgis_process: Call, wrong: dict[str, Any], tmp_path: Path, variables: dict[str, str | None], text: str
) -> None:
    variables = {name: value and value.format(folder=tmp_path) for name, value in variables.items()}
    done = qgis_process("exporttrainingdata", wrong, **variables)
    assert done.code != 0 and text in done.error and "KESTREL_PYTHON" in done.error
    assert not (tmp_path / "chips").exists()


def test_a_model_that_is_none(qgis_process: Call, environment: Path, scene: Path, tmp_path: Path) -> None:
    (tmp_path / "trees.dlpk").write_bytes(b"PK\x03\x04 no archive")
    values = {"INPUT": str(scene / "image.tif"), "MODEL": str(tmp_path / "trees.dlpk"), "OUTPUT": str(tmp_path / "o.gpkg")}
    done = qgis_process("detectobjects", values)
    assert done.code != 0 and "trees.dlpk" in done.error and "Traceback" not in done.error
    assert not (tmp_path / "o.gpkg").exists()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C of another process")
def test_ctrl_c_ends_qgis_process_and_its_worker(profile: dict[str, str], environment: Path, tmp_path: Path) -> None:
    write_raster(tmp_path / "large.tif", np.full((3, 3000, 3000), 60, np.uint8))
    layer = memory_layer([(box(i % 50 * 60, i // 50 * 60, 50, 50), "roof") for i in range(2500)])
    save(layer, tmp_path / "l.gpkg")
    process = subprocess.Popen(
        ["qgis_process", "run", "kestrel:exporttrainingdata", "--", f"INPUT_RASTER={tmp_path / 'large.tif'}",
         f"INPUT_LABELS={tmp_path / 'l.gpkg'}", "TILE_SIZE_X=32", "TILE_SIZE_Y=32", "STRIDE_X=4", "STRIDE_Y=4",
         f"OUTPUT={tmp_path / 'chips'}"],
        env=profile, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(8)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode != 0, out
    assert "Cancelled" in out + err
    assert not (tmp_path / "chips").exists()
