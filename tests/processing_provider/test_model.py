"""The graph that is shipped: export, train, detect and suppress in one run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsVectorLayer,
)
from things import UTM, box, memory_layer, save, write_raster

MODELS = Path(__file__).resolve().parents[2] / "processing_provider" / "models"
pytestmark = pytest.mark.usefixtures("kestrel")


def model() -> QgsProcessingModelAlgorithm:
    return QgsApplication.processingRegistry().createAlgorithmById("kestrel:trainanddetect")


def test_it_is_listed_complete_and_explained() -> None:
    graph = model()
    assert graph.displayName() == "Train and Detect Objects" and graph.name() == "trainanddetect"
    assert graph.canExecute()[0] and graph.validate() == (True, [])
    children = graph.childAlgorithms()
    assert {child.algorithmId() for child in children.values()} == {
        "kestrel:exporttrainingdata", "kestrel:trainmodel", "kestrel:detectobjects", "kestrel:nonmaximumsuppression",
    }  # fmt: skip
    assert {definition.name() for definition in graph.outputDefinitions()} == {"model_folder", "detected_objects"}
    assert all(definition.help() for definition in graph.parameterDefinitions()) and "model designer" in graph.shortHelpString()


def test_each_step_takes_what_the_one_before_gives() -> None:
    children = model().childAlgorithms()
    from_child = QgsProcessingModelChildParameterSource.fromChildOutput
    assert children["train"].parameterSources()["INPUT"] == [from_child("export", "OUTPUT")]
    assert children["detect"].parameterSources()["MODEL"] == [from_child("train", "MODEL")]
    assert children["suppress"].parameterSources()["INPUT"] == [from_child("detect", "OUTPUT")]


def test_every_value_in_it_fits_the_tools() -> None:
    """A parameter that is renamed, or a word that goes, must not break the graph silently."""
    for child in model().childAlgorithms().values():
        tool = child.algorithm()
        for name in child.parameterSources():
            assert tool.parameterDefinition(name) is not None, f"{child.childId()}: {name}"
        given = set(child.parameterSources()) | {definition.name() for definition in tool.destinationParameterDefinitions()}
        needed = {d.name() for d in tool.parameterDefinitions() if d.defaultValue() is None and not is_optional(d)}
        assert needed <= given


def is_optional(definition: Any) -> bool:
    from qgis.core import Qgis

    return bool(definition.flags() & Qgis.ProcessingParameterFlag.Optional)


def test_its_defaults_are_those_of_the_tools() -> None:
    """qgis_process gives a graph only what the user gave; for the rest the tools take their own defaults."""
    graph = model()
    for child in graph.childAlgorithms().values():
        tool = child.algorithm()
        for name, (source, *_) in child.parameterSources().items():
            definition = graph.parameterDefinition(source.parameterName())
            if definition is not None:
                # Nothing, where the tools differ: the number of cards and of tiles at once.
                defaults = (None, tool.parameterDefinition(name).defaultValue())
                assert definition.defaultValue() in defaults, f"{child.childId()}: {name}"
                assert definition.defaultValue() == defaults[1] or is_optional(definition), f"{child.childId()}: {name}"


def test_its_words_are_those_of_the_tools() -> None:
    graph = model()
    for child in graph.childAlgorithms().values():
        for name, (source, *_) in child.parameterSources().items():
            definition = graph.parameterDefinition(source.parameterName())
            if definition is not None and definition.type() == "enum":
                assert definition.options() == child.algorithm().parameterDefinition(name).options(), name


def test_it_survives_a_round_trip_through_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "copy.model3")
    before = model()
    assert before.toFile(path)
    after = QgsProcessingModelAlgorithm()
    assert after.fromFile(path)
    assert [d.asScriptCode() for d in after.parameterDefinitions()] == [d.asScriptCode() for d in before.parameterDefinitions()]
    assert set(after.childAlgorithms()) == set(before.childAlgorithms())


@pytest.mark.usefixtures("environment")
def test_it_runs_from_labels_to_objects(qgis_process: Callable[..., Any], tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    pixels = random.integers(20, 60, (3, 128, 160), dtype=np.uint8)
    rows = []
    for row in range(4, 110, 32):
        for column in range(4, 140, 32):
            pixels[:, row : row + 20, column : column + 20] = 220
            rows.append((box(column, row, 20, 20), "roof"))
    image = write_raster(tmp_path / "image.tif", pixels)
    done = qgis_process(
        "trainanddetect",
        {
            "INPUT_RASTER": str(image), "INPUT_LABELS": str(save(memory_layer(rows), tmp_path / "labels.gpkg")),
            "CLASS_FIELD": "kind", "INPUT": str(image), "TILE_SIZE": 64, "EPOCHS": 1, "BATCH_SIZE": 2,
            "BACKBONE": "mobilenet_v2", "BACKBONE_WEIGHTS": "RANDOM", "THRESHOLD": 0.05, "PROCESSOR": "CPU",
            "model_folder": str(tmp_path / "model"), "detected_objects": str(tmp_path / "objects.gpkg"),
        },
    )  # fmt: skip
    assert done.code == 0, done.error
    assert done.output["results"]["model_folder"] == str(tmp_path / "model")
    names = {path.suffix for path in (tmp_path / "model").iterdir()}
    assert {".dlpk", ".emd", ".pth", ".html"} <= names
    found = QgsVectorLayer(str(tmp_path / "objects.gpkg"), "objects", "ogr")
    assert found.isValid() and {"Class", "Confidence"} <= set(found.fields().names())
    assert found.crs() == QgsCoordinateReferenceSystem(UTM)
    assert {feature["Class"] for feature in found.getFeatures()} <= {"roof"}
    children = done.output["results"].get("CHILD_RESULTS", {})
    assert not children or children["export"]["CHIPS"] > 0
