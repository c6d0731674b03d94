"""A real search in a task: objects come to the map while it runs, and are then those of the result."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QMainWindow

ROOT = Path(__file__).resolve().parents[3]
_MAKE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.core.detection.scenes import small_package
print(small_package(Path(sys.argv[2])))
"""


@pytest.fixture
def package(environment: Path, tmp_path: Path) -> str:
    """A network with random weights: it finds something everywhere."""
    words = [str(environment), "-c", _MAKE, str(ROOT), str(tmp_path)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]


@pytest.fixture
def raster(tmp_path: Path, runs: Any) -> QgsRasterLayer:
    """Noise, in UTM 33, in the project."""
    path = tmp_path / "noise.tif"
    pixels = np.random.default_rng(1).integers(0, 255, (3, 400, 300), dtype=np.uint8)
    file = gdal.GetDriverByName("GTiff").Create(str(path), 300, 400, 3)
    system = osr.SpatialReference()
    system.ImportFromEPSG(32633)
    file.SetProjection(system.ExportToWkt())
    file.SetGeoTransform((500000, 0.5, 0, 5000000, 0, -0.5))
    for band in range(3):
        file.GetRasterBand(band + 1).WriteArray(pixels[band])
    del file
    layer = QgsRasterLayer(str(path), "noise")
    QgsProject.instance().addMapLayer(layer)
    return layer


def places(layer: Any) -> list[tuple[float, ...]]:
    """Where its objects are, to the metre, and how sure they are."""
    centres = [(feature.geometry().centroid().asPoint(), feature["Confidence"]) for feature in layer.getFeatures()]
    return sorted((round(point.x()), round(point.y()), round(value, 3)) for point, value in centres)


def test_objects_come_while_the_search_runs(
    runs: Any, options: Any, package: str, raster: QgsRasterLayer, wait: Callable[..., None]
) -> None:
    from kestrel.ui.monitor.entry import Monitor

    iface = MagicMock()
    iface.mainWindow.return_value = QMainWindow()
    monitor = Monitor(iface, runs, MagicMock())
    seen: list[tuple[bool, str, list[tuple[float, ...]]]] = []
    outcomes: list[Any] = []

    def look(run: Any, event: Any) -> None:
        if event.kind == "found":
            layer = monitor.live.layer_of(run)
            seen.append((bool(outcomes), layer.crs().authid(), places(layer)))

    runs.told.connect(look)
    heard = runs.ended.connect(lambda _run, outcome: outcomes.append(outcome))
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("kestrel:detectobjects")
    parameters = {
        "INPUT": raster.id(), "MODEL": package, "OUTPUT": "TEMPORARY_OUTPUT", "RESUME": False, "TILE_SIZE": 64,
        "OUTPUT_CRS": QgsCoordinateReferenceSystem("EPSG:3857"),
    }  # fmt: skip
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    over: list[bool] = []  # when the layer is handed back to this thread
    task.executed.connect(lambda good, _results: over.append(good))
    QgsApplication.taskManager().addTask(task)
    try:
        wait(lambda: bool(outcomes) and bool(over))
        assert not outcomes[0].error and outcomes[0].results["COUNT"] == len(seen[-1][2]) > 20
        assert seen[0][2] == [] and len(seen) >= 2 and not any(late for late, _, _ in seen)
        assert {crs for _, crs, _ in seen} == {"EPSG:3857"}
        result = context.getMapLayer(outcomes[0].results["OUTPUT"])
        assert isinstance(result, QgsVectorLayer) and places(result) == seen[-1][2]
        record = next(iter(monitor.dock.records.values()))
        assert record.found == outcomes[0].results["COUNT"] and record.progress.device.startswith("CPU")
    finally:
        runs.told.disconnect(look)
        runs.ended.disconnect(heard)
        monitor.unload()
