"""The export in graphs that users draw in the model designer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)
from things import Asked, Log

Source = QgsProcessingModelChildParameterSource


@pytest.fixture
def graph(kestrel: Any, tmp_path: Path) -> QgsProcessingModelAlgorithm:
    """A graph that hands its inputs to the export, as it comes back from its file."""
    from kestrel.core.jobs.export_training_data import METADATA_FORMATS

    graph = QgsProcessingModelAlgorithm("Cut", "tests")
    inputs = [
        QgsProcessingParameterRasterLayer("INPUT_RASTER", "Image"),
        QgsProcessingParameterMultipleLayers("ADDITIONAL_RASTERS", "More", Qgis.ProcessingSourceType.Raster, None, True),
        QgsProcessingParameterBand("BANDS", "Bands", None, "INPUT_RASTER", True, True),
        QgsProcessingParameterFeatureSource("INPUT_LABELS", "Labels"),
        QgsProcessingParameterEnum("METADATA_FORMAT", "Format", METADATA_FORMATS, False, None, True, True),
        QgsProcessingParameterNumber("TILE_SIZE_X", "Tile", Qgis.ProcessingNumberParameterType.Integer, None, True),
    ]
    child = QgsProcessingModelChildAlgorithm("kestrel:exporttrainingdata")
    child.setChildId("export")
    for definition in inputs:
        graph.addModelParameter(definition, QgsProcessingModelParameter(definition.name()))
        child.addParameterSources(definition.name(), [Source.fromModelParameter(definition.name())])
    child.addParameterSources("STRIDE_X", [Source.fromExpression("@TILE_SIZE_X / 2")])
    child.addParameterSources("EDGE", [Source.fromStaticValue("PAD")])
    child.addParameterSources("APPEND", [Source.fromStaticValue(True)])
    chips = QgsProcessingModelOutput("chips")
    chips.setChildId("export")
    chips.setChildOutputName("OUTPUT")
    child.setModelOutputs({"chips": chips})
    graph.addChildAlgorithm(child)
    assert graph.toFile(str(tmp_path / "graph.model3"))
    again = QgsProcessingModelAlgorithm()
    assert again.fromFile(str(tmp_path / "graph.model3"))
    assert again.validate() == (True, [])
    return again


def test_lists_and_empty_values_pass_through_a_graph(
    graph: QgsProcessingModelAlgorithm, asked: Asked, scene: Path, tmp_path: Path, log: Log
) -> None:
    image = str(scene / "image.tif")
    values = {"INPUT_RASTER": image, "INPUT_LABELS": str(scene / "labels.gpkg"), "export:chips": str(tmp_path / "chips")}
    full = {**values, "ADDITIONAL_RASTERS": [image, image], "BANDS": [3, 1], "METADATA_FORMAT": "COCO", "TILE_SIZE_X": 64}
    graph.run(full, QgsProcessingContext(), log, catchExceptions=False)
    job = asked.job
    assert (job.additional_rasters, job.bands, job.metadata_format) == ((image, image), (3, 1), "COCO")
    assert (job.tile_size_x, job.stride_x, job.edge, job.append) == (64, 32, "PAD", True)
    assert job.output == str(tmp_path / "chips")
    graph.run(values, QgsProcessingContext(), log, catchExceptions=False)
    job = asked.job
    assert (job.additional_rasters, job.bands, job.metadata_format, job.tile_size_x) == (None, None, None, None)


@pytest.mark.usefixtures("environment")
def test_a_graph_cuts_twice_into_one_export(graph: QgsProcessingModelAlgorithm, scene: Path, tmp_path: Path, log: Log) -> None:
    values = {
        "INPUT_RASTER": str(scene / "image.tif"), "INPUT_LABELS": str(scene / "labels.gpkg"), "TILE_SIZE_X": 64,
        "export:chips": str(tmp_path / "chips"),
    }  # fmt: skip
    for _ in range(2):
        results, good = graph.run(values, QgsProcessingContext(), log)
        assert good, log.of("error")
    chips = results["CHILD_RESULTS"]["export"]["CHIPS"]
    assert len(list((tmp_path / "chips" / "images").glob("*.tif"))) == 2 * chips > 0
