"""Model packages described in QGIS: by file and by folder, in this process and as a server does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException
from things import Log

Call = Callable[..., Any]
ESRI_MODELS = Path(__file__).parents[3] / "shared" / "data" / "esri-models"
UNET = {
    "ModelName": "UnetClassifier", "ModelFile": "unet.pth", "ModelParameters": {"backbone": "resnet34"}, "ImageHeight": 400,
    "ExtractBands": [0, 1, 2], "Classes": [{"Value": 1, "Name": "water"}, {"Value": 2, "Name": "land, dry"}],
}  # fmt: skip
EXPECTED = {
    "MODEL_TYPE": "UnetClassifier", "BACKBONE": "resnet34", "TILE_SIZE": 400, "STRIDE": 200, "PADDING": 100, "BANDS": "1,2,3",
    "CLASS_NAMES": 'water,"land, dry"', "CLASS_VALUES": "1,2", "METADATA_FORMAT": "Classified_Tiles", "CAN_DETECT": 0,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model of a kind that cannot be run."""
    home = tmp_path / "Modèle nº 1"
    home.mkdir()
    (home / "unet.emd").write_text(json.dumps(UNET))
    return home


@pytest.mark.parametrize("name", ["unet.emd", ""])
def test_a_file_or_its_folder(run: Call, log: Log, environment: Path, folder: Path, tmp_path: Path, name: str) -> None:
    result = run("modelinformation", MODEL=str(folder / name), OUTPUT_REPORT=str(tmp_path / "m.html"))
    assert result.items() >= EXPECTED.items()
    assert any("UnetClassifier" in text for text in log.of("warning"))
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert "U-Net with resnet34" in page and "land, dry" in page


def test_a_model_that_runs(run: Call, environment: Path) -> None:
    if not ESRI_MODELS.is_dir():
        pytest.skip("the shared data are not here")
    result = run("modelinformation", MODEL=str(ESRI_MODELS / "fasterrcnn.dlpk"), OUTPUT_REPORT="TEMPORARY_OUTPUT")
    assert result.items() >= {"CAN_DETECT": 1, "FOR_ARCGIS": 1, "CELL_SIZE": 0.25, "CELL_SIZE_UNIT": "metre"}.items()
    assert Path(result["OUTPUT_REPORT"]).is_file()


def test_what_is_no_model_is_said(run: Call, environment: Path, tmp_path: Path) -> None:
    (tmp_path / "esri_model_definition.emd").write_text('{"MetaDataMode": "RCNN_Masks"}')
    with pytest.raises(QgsProcessingException, match="describes training data, not a trained model"):
        run("modelinformation", MODEL=str(tmp_path), OUTPUT_REPORT=str(tmp_path / "m.html"))
    assert not (tmp_path / "m.html").exists()


@pytest.mark.parametrize(
    ("tool", "name"), [("modelinformation", "MODEL"), ("detectobjects", "MODEL"), ("exporttrainingdata", "MODEL")]
)
def test_a_folder_is_accepted_as_a_model(kestrel: Any, folder: Path, tool: str, name: str) -> None:
    found = QgsApplication.processingRegistry().createAlgorithmById(f"kestrel:{tool}")
    given = {"INPUT": "r.tif", "INPUT_RASTER": "r.tif", "INPUT_LABELS": "l.gpkg", "OUTPUT": "o", name: str(folder)}
    given = {key: value for key, value in given.items() if found.parameterDefinition(key) is not None}
    _, text = found.checkParameterValues(given, QgsProcessingContext())
    assert name not in text and "Model" not in text
    given[name] = str(folder / "missing")
    good, text = found.checkParameterValues(given, QgsProcessingContext())
    assert not good and f"Model Definition: there is no file {folder / 'missing'}" in text


def test_qgis_process(qgis_process: Call, environment: Path, folder: Path, tmp_path: Path) -> None:
    done = qgis_process("modelinformation", {"MODEL": str(folder), "OUTPUT_REPORT": str(tmp_path / "m.html")})
    assert done.code == 0, done.error
    assert done.output["results"].items() >= EXPECTED.items()
    assert (tmp_path / "m.html").is_file()


def test_qgis_process_says_what_is_wrong(qgis_process: Call, environment: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.dlpk").write_bytes(b"PK\3\4 and no more")
    done = qgis_process("modelinformation", {"MODEL": str(tmp_path / "cut.dlpk"), "OUTPUT_REPORT": str(tmp_path / "m.html")})
    assert done.code != 0
    assert "cut.dlpk is not a whole archive" in done.error and "Copy or download it again" in done.error
    assert not (tmp_path / "m.html").exists()
