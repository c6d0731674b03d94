"""The dialogs of the export: what an analyst sees before typing anything, and rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from things import Asked

pytestmark = pytest.mark.usefixtures("kestrel", "qgis_new_project")


@pytest.fixture
def layers(scene: Path) -> dict[str, Any]:
    """The scene in the project."""
    image, labels = QgsRasterLayer(str(scene / "image.tif"), "image"), QgsVectorLayer(str(scene / "labels.gpkg"), "labels")
    QgsProject.instance().addMapLayers([image, labels])
    return {"image": image, "labels": labels}


def tool() -> Any:
    return QgsApplication.processingRegistry().createAlgorithmById("kestrel:exporttrainingdata")


@pytest.fixture
def open_panel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Open the dialog's parameters; they are gone before QGIS is."""
    from processing.gui import AlgorithmDialog, ParametersPanel

    for module in (AlgorithmDialog, ParametersPanel):
        monkeypatch.setattr(module, "iface", None)
    opened: list[Any] = []

    def call() -> Any:
        opened.append(AlgorithmDialog.AlgorithmDialog(tool(), False, None))
        return opened[-1].mainWidget()

    yield call
    for dialog in opened:
        sip.delete(dialog)


def test_the_dialog_begins_with_the_defaults_of_the_job(layers: dict[str, Any], open_panel: Callable[[], Any]) -> None:
    from kestrel.core.jobs import ExportTrainingData

    panel = open_panel()
    values = panel.createProcessingParameters()
    assert values["INPUT_RASTER"] == layers["image"].id()
    shown = {name: value or None for name, value in values.items() if name not in ("INPUT_RASTER", "OUTPUT")}
    assert shown == {
        name.upper(): ExportTrainingData.default(name) or None
        for name in ExportTrainingData.parameters()
        if name not in ("input_raster", "output")
    }


def test_what_the_dialog_gives_is_run(
    layers: dict[str, Any], open_panel: Callable[[], Any], export: Callable[..., Any], asked: Asked
) -> None:
    panel, context = open_panel(), QgsProcessingContext()
    context.setProject(QgsProject.instance())
    layers["labels"].selectByIds([1, 3])
    given = {
        "INPUT_LABELS": QgsProcessingFeatureSourceDefinition(layers["labels"].id(), selectedFeaturesOnly=True),
        "ADDITIONAL_RASTERS": [layers["image"].id()], "BANDS": [3, 1], "METADATA_FORMAT": "COCO", "TILE_SIZE_X": 64,
        "CLASS_FIELD": "kind", "EDGE": "SKIP",
    }  # fmt: skip
    for name, value in given.items():
        panel.wrappers[name].setParameterValue(value, context)
    export(**{**panel.createProcessingParameters(), "OUTPUT": str(Path(layers["image"].source()).parent / "chips")})
    job = asked.job
    assert job.additional_rasters == (layers["image"].source(),) and job.bands == (3, 1)
    assert (job.metadata_format, job.tile_size_x, job.tile_size_y, job.class_field, job.edge) == (
        "COCO",
        64,
        None,
        "kind",
        "SKIP",
    )
    assert len(asked.rows) == 2


def test_rows_of_a_batch(layers: dict[str, Any], export: Callable[..., Any], asked: Asked, tmp_path: Path) -> None:
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(tool())
    panel = dialog.mainWidget()
    context = QgsProcessingContext()
    panel.addRow()
    for row, (bands, size) in enumerate((([2], 64), (None, None))):
        given = {
            "INPUT_RASTER": layers["image"].id(), "INPUT_LABELS": layers["labels"].id(), "BANDS": bands, "TILE_SIZE_X": size,
            "ADDITIONAL_RASTERS": [layers["image"].source()],
        }  # fmt: skip
        for name, value in given.items():
            panel.wrappers[row][panel.parameter_to_column[name]].setParameterValue(value, context)
        column = panel.parameter_to_column["OUTPUT"]
        panel.tblParameters.cellWidget(row + 1, column).setValue(str(tmp_path / f"chips{row}"))
    for row, (bands, size) in enumerate((((2,), 64), (None, None))):
        values, good = panel.parametersForRow(row, context)
        assert good
        export(**values)
        assert (asked.job.bands, asked.job.tile_size_x, asked.job.output) == (bands, size, str(tmp_path / f"chips{row}"))
        assert asked.job.additional_rasters == (layers["image"].source(),)
    sip.delete(dialog)  # before QGIS ends
