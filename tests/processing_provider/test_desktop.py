"""The tools as the desktop runs them: in the background, beside the thread that the layers live in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QTimer
from things import LEFT, TOP, UTM, Log, box, memory_layer

pytestmark = pytest.mark.usefixtures("kestrel", "environment", "qgis_new_project")


def in_background(
    name: str, parameters: dict[str, Any], log: Log, cancel_after: float | None = None
) -> tuple[bool, dict[str, Any], Any]:
    """Run an algorithm as the toolbox does; return whether it went well, its results and the context with its layers."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"kestrel:{name}")
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, log)
    answers: list[tuple[bool, dict[str, Any]]] = []
    loop = QEventLoop()
    task.executed.connect(lambda good, results: (answers.append((good, results)), loop.quit()))
    QTimer.singleShot(120_000, loop.quit)
    if cancel_after is not None:
        QTimer.singleShot(int(1000 * cancel_after), task.cancel)
    QgsApplication.taskManager().addTask(task)
    loop.exec()
    assert answers, "the task never ended"
    return (*answers[0], context)


def test_project_layers_are_used_from_another_thread(log: Log) -> None:
    layer = memory_layer([(box(i * 10, 0, 18, 20), "roof", 50.0 + i) for i in range(12)], "Class:string,Confidence:double")
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([1, 2, 3, 4])
    source = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    parameters = {"INPUT": source, "MAX_OVERLAP": 0.2, "OUTPUT": "TEMPORARY_OUTPUT"}
    good, results, context = in_background("nonmaximumsuppression", parameters, log)
    assert good, log.of("error")
    found = context.takeResultLayer(results["OUTPUT"])
    assert isinstance(found, QgsVectorLayer)
    assert [feature["Confidence"] for feature in found.getFeatures()] == [51, 53] and results["REMOVED"] == 2


def test_a_raster_that_is_drawn_in_another_thread(log: Log, scene: Path, tmp_path: Path) -> None:
    layer = QgsRasterLayer(
        f"?crs={UTM}&extent={LEFT},{TOP - 96},{LEFT + 128},{TOP}&width=256&height=192&formula=\"image@1\" * 1"
        f"&image:uri={scene / 'image.tif'}&image:provider=gdal",
        "copy", "virtualraster",
    )  # fmt: skip
    labels = QgsVectorLayer(str(scene / "labels.gpkg"), "labels", "ogr")
    QgsProject.instance().addMapLayers([layer, labels])
    good, results, _ = in_background(
        "exporttrainingdata",
        {"INPUT_RASTER": layer.id(), "INPUT_LABELS": labels.id(), "TILE_SIZE_X": 64, "TILE_SIZE_Y": 64, "STRIDE_X": 0,
         "STRIDE_Y": 0, "OUTPUT": str(tmp_path / "chips")},
        log,
    )  # fmt: skip
    assert good, log.of("error")
    assert results["CHIPS"] == 12


def test_cancel_from_the_task_bar(log: Log, tmp_path: Path) -> None:
    layer = memory_layer(
        [(box(i % 150 * 2, i // 150 * 2, 60, 60), "a", 1.0) for i in range(20000)], "Class:string,Confidence:double"
    )
    QgsProject.instance().addMapLayer(layer)
    parameters = {"INPUT": layer.id(), "OUTPUT": str(tmp_path / "o.gpkg")}
    good, _, _ = in_background("nonmaximumsuppression", parameters, log, cancel_after=2.0)
    assert not good and any("Cancelled" in text for text in log.of("error"))
    assert not list(tmp_path.iterdir())
