"""Compute Accuracy in QGIS: its optional layer of marks, selections and extents, and how the marks look on the map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
from qgis.PyQt.QtGui import QColor
from things import LEFT, PIXEL, TOP, UTM, Log, box, memory_layer

Run = Callable[..., dict[str, Any]]

# The first is found, the second of the wrong class, the third where there is nothing; the last true one is missed.
FOUND = [
    (box(0, 0, 20, 20), "roof", 90.0),
    (box(50, 0, 20, 20), "pool", 80.0),
    (box(100, 0, 20, 20), "roof", 70.0),
]
TRUE = [(box(0, 1, 20, 20), "roof"), (box(50, 0, 20, 20), "roof"), (box(150, 0, 20, 20), "roof")]
FIELDS = {"DETECTION_CLASS_FIELD": "Class", "TRUTH_CLASS_FIELD": "kind"}
EXPECTED = [
    ("TP", None, "roof", "roof", 1),
    ("FP", "other class", "pool", None, 2),
    ("FP", "nothing there", "roof", None, 3),
    ("FN", "other class", None, "roof", 2),
    ("FN", "not seen", None, "roof", 3),
]


def layers() -> tuple[QgsVectorLayer, QgsVectorLayer]:
    return memory_layer(FOUND, "Class:string,Confidence:double"), memory_layer(TRUE)


def rows(layer: QgsVectorLayer) -> list[tuple[Any, ...]]:
    names = ("Accuracy", "Reason", "Class", "True_Class", "Source_ID")
    return [tuple(feature[name] or None for name in names) for feature in layer.getFeatures()]


@pytest.mark.usefixtures("environment")
def test_marks_have_the_ids_and_the_system_of_the_layers(run: Run, tmp_path: Path) -> None:
    found, truth = layers()
    outputs = {"OUTPUT_TABLE": "memory:", "OUTPUT_REPORT": str(tmp_path / "r.html"), "OUTPUT_MARKED": "memory:"}
    result = run("computeaccuracy", DETECTIONS=found, TRUTH=truth, **FIELDS, **outputs)
    marked = result["OUTPUT_MARKED"]
    assert marked.crs() == QgsCoordinateReferenceSystem(UTM) and rows(marked) == EXPECTED
    assert [round(feature["IoU"], 3) for feature in marked.getFeatures()] == [0.905, 1, 0, 1, 0]
    assert (result["TRUE_POSITIVE"], result["FALSE_POSITIVE"], result["FALSE_NEGATIVE"], result["THRESHOLD"]) == (1, 2, 2, 90)


@pytest.mark.usefixtures("environment")
def test_without_a_name_there_are_no_marks(run: Run, tmp_path: Path) -> None:
    found, truth = layers()
    for name, more in (("a", {}), ("b", {"OUTPUT_MARKED": ""}), ("c", {"OUTPUT_MARKED": None})):
        report = str(tmp_path / f"{name}.html")
        result = run("computeaccuracy", DETECTIONS=found, TRUTH=truth, OUTPUT_TABLE="memory:", OUTPUT_REPORT=report, **more)
        assert not result.get("OUTPUT_MARKED") and result["AP75"] == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.usefixtures("environment", "qgis_new_project")
def test_selected_features_and_an_extent_of_another_system(run: Run, tmp_path: Path) -> None:
    found, truth = layers()
    QgsProject.instance().addMapLayers([found, truth])
    found.selectByIds([3, 1])
    outputs = {"OUTPUT_TABLE": "memory:", "OUTPUT_REPORT": str(tmp_path / "r.html"), "OUTPUT_MARKED": "memory:"}
    selected = QgsProcessingFeatureSourceDefinition(found.id(), selectedFeaturesOnly=True)
    result = run("computeaccuracy", DETECTIONS=selected, TRUTH=truth, **outputs)
    assert [row[4] for row in rows(result["OUTPUT_MARKED"])] == [1, 3, 2, 3]
    # The first 80 pixels: only two of each layer lie there.
    corner, far = f"{LEFT - 1},{LEFT + 80 * PIXEL}", f"{TOP - 40},{TOP + 1}"
    outputs["OUTPUT_REPORT"] = str(tmp_path / "two.html")
    result = run("computeaccuracy", DETECTIONS=found, TRUTH=truth, EXTENT=f"{corner},{far} [{UTM}]", **outputs)
    assert (result["TRUE_POSITIVE"], result["FALSE_POSITIVE"], result["FALSE_NEGATIVE"]) == (2, 0, 0)
    outputs["OUTPUT_REPORT"] = str(tmp_path / "three.html")
    area = "1669723,1669950,5500000,5700000 [EPSG:3857]"  # from 15 degrees east on: holds all of them
    result = run("computeaccuracy", DETECTIONS=found, TRUTH=truth, EXTENT=area, **outputs)
    assert (result["TRUE_POSITIVE"], result["FALSE_POSITIVE"], result["FALSE_NEGATIVE"]) == (2, 1, 1)


def in_background(parameters: dict[str, Any], log: Log) -> tuple[dict[str, Any], QgsProcessingContext]:
    """Run the tool as the toolbox does; return its results and the context with its layers."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    tool = QgsApplication.processingRegistry().createAlgorithmById("kestrel:computeaccuracy")
    task = QgsProcessingAlgRunnerTask(tool, parameters, context, log)
    answers: list[tuple[bool, dict[str, Any]]] = []
    loop = QEventLoop()
    task.executed.connect(lambda good, results: (answers.append((good, results)), loop.quit()))
    QTimer.singleShot(120_000, loop.quit)
    QgsApplication.taskManager().addTask(task)
    loop.exec()
    assert answers and answers[0][0], log.of("error")
    return answers[0][1], context


@pytest.mark.usefixtures("environment", "qgis_new_project")
def test_marks_are_styled_when_they_are_loaded(log: Log) -> None:
    found, truth = layers()
    QgsProject.instance().addMapLayers([found, truth])
    into = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", QgsProject.instance())  # to be loaded, as the toolbox has it
    parameters = {"DETECTIONS": found.id(), "TRUTH": truth.id(), **FIELDS, "OUTPUT_TABLE": into, "OUTPUT_MARKED": into}
    results, context = in_background(parameters, log)
    wanted = context.layersToLoadOnCompletion()
    assert set(wanted) == {results["OUTPUT_TABLE"], results["OUTPUT_MARKED"]}
    assert wanted[results["OUTPUT_TABLE"]].postProcessor() is None
    marked = QgsProcessingUtils.mapLayerFromString(results["OUTPUT_MARKED"], context)
    wanted[results["OUTPUT_MARKED"]].postProcessor().postProcessLayer(marked, context, log)
    renderer = marked.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute() == "Accuracy"
    assert {category.value() for category in renderer.categories()} == {"TP", "FP", "FN"}
    assert "Reason" in marked.mapTipTemplate()
    seen = colours(marked)
    assert {"#3ddc5b", "#ff2a3c", "#ffa31a"} <= seen


def colours(layer: QgsVectorLayer) -> set[str]:
    """Render a layer on white and return the colours of its pixels."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(QgsRectangle(layer.extent()).buffered(5))
    settings.setOutputSize(QSize(600, 200))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


def test_other_layers_keep_their_look(kestrel: Any) -> None:
    from kestrel.processing_provider.accuracy_style import style_accuracy

    layer = memory_layer(TRUE)
    before = layer.renderer().dump()
    style_accuracy(layer)
    assert layer.renderer().dump() == before


def test_a_server_gets_the_marks(qgis_process: Callable[..., Any], environment: Path, scene: Path, tmp_path: Path) -> None:
    labels = f"{scene / 'labels.gpkg'}|layername=labels"
    values = {
        "DETECTIONS": labels, "TRUTH": labels, "DETECTION_CLASS_FIELD": "kind", "TRUTH_CLASS_FIELD": "kind",
        "GEOMETRY": "BOXES", "CELL_SIZE": PIXEL, "OUTPUT_TABLE": str(tmp_path / "t.csv"),
        "OUTPUT_REPORT": str(tmp_path / "r.html"),
        "OUTPUT_MARKED": str(tmp_path / "marked.gpkg"),
    }  # fmt: skip
    done = qgis_process("computeaccuracy", values)
    assert done.code == 0, done.error
    assert done.output["results"]["TRUE_POSITIVE"] == 24 and done.output["results"]["AP75"] == 1
    marked = QgsVectorLayer(str(tmp_path / "marked.gpkg"), "m", "ogr")
    assert [feature["Source_ID"] for feature in marked.getFeatures()] == list(range(1, 25))
    assert "up to" in (tmp_path / "r.html").read_text("utf-8") and (tmp_path / "t.csv").exists()
    wrong = qgis_process("computeaccuracy", {**values, "GEOMETRY": "CIRCLES"})
    assert wrong.code != 0 and "POLYGONS, BOXES" in wrong.error
