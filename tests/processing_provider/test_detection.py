"""Detect Objects in QGIS: real runs, layers that are added to, what is left of a cancelled run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from osgeo import ogr, osr
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProperty,
    QgsRasterLayer,
    QgsRemappingSinkDefinition,
    QgsVectorLayer,
)
from things import UTM, Asked, Log, box, memory_layer, save, virtual_raster

Run = Callable[..., dict[str, Any]]

# A network with random weights: it finds something everywhere, sure of nothing.
_MAKE = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from core.models import build
from core.packages import IMAGENET, ClassInfo, ModelCard, write_package
from pathlib import Path
torch.manual_seed(3)
card = ModelCard(
    model_type="FasterRCNN", backbone="mobilenet_v2", classes=(ClassInfo(3, "car", None), ClassInfo(7, "truck", None)),
    bands=(0, 1, 2), band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=128, normalisation=IMAGENET,
    options={
        "anchor_sizes": [8.0, 16.0, 32.0, 64.0, 128.0], "aspect_ratios": [0.5, 1.0, 2.0], "strides": [4, 8, 16, 32, 64],
        "pyramid_channels": 16, "box_features": 16, "mask_channels": 16, "proposals_before_nms": 50, "proposals": 20,
        "box_samples": 16, "max_detections": 10, "box_nms": 0.5, "min_score": 0.05, "resize": "none",
    },
)
print(write_package(Path(sys.argv[2]), "model", card, build(card).state_dict()))
"""


@pytest.fixture(scope="module")
def package(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    root = Path(__file__).resolve().parents[2]
    words = [str(environment), "-c", _MAKE, str(root), str(tmp_path_factory.mktemp("package"))]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]


@pytest.fixture
def detect(run: Run, scene: Path, package: str, tmp_path: Path) -> Run:
    """Run the tool on the scene; what is given replaces or adds."""

    def call(**given: Any) -> dict[str, Any]:
        values = {
            "INPUT": str(scene / "image.tif"), "MODEL": package, "THRESHOLD": 0, "PROCESSOR": "CPU", "RESUME": False,
            "OUTPUT": str(tmp_path / "found.gpkg"),
        }  # fmt: skip
        return run("detectobjects", **{**values, **given})

    return call


def layer_of(path: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(path, "found", "ogr")
    assert layer.isValid()
    return layer


# Values


def test_new_kinds_of_values(run: Run, scene: Path, asked: Asked, tmp_path: Path) -> None:
    model = tmp_path / "m.emd"
    model.touch()
    image = QgsRasterLayer(str(scene / "image.tif"), "image")
    QgsProject.instance().addMapLayer(image)
    values = {
        "INPUT": image, "ADDITIONAL_RASTERS": [str(scene / "image.tif"), str(scene)], "MODEL": str(model), "OUTPUT": "memory:",
        "OBJECTS_OF_INTEREST": "car; truck", "TEST_TIME_AUGMENTATION": True, "TTA_SCALES": "0.9, 1", "GPU_ID": "0,1",
        "OUTPUT_CRS": QgsCoordinateReferenceSystem("EPSG:4326"), "SCHEDULER": "tcp://here:8786",
        "EXTENT": "500000,500050,4999950,5000000",
    }  # fmt: skip
    run_asked(run, asked, values)
    job = asked.job
    assert job.objects_of_interest == ("car", "truck") and job.tta_scales == (0.9, 1.0) and job.gpu_id == (0, 1)
    assert job.output_crs == "EPSG:4326" and job.scheduler == "tcp://here:8786" and not job.append
    assert job.additional_rasters == (str(scene / "image.tif"), str(scene))
    assert job.extent == f"500000.0,500050.0,4999950.0,5000000.0 [{UTM}]"  # of several rasters each has its own system
    alone = {name: value for name, value in values.items() if name != "ADDITIONAL_RASTERS"}
    run_asked(run, asked, {**alone, "OUTPUT_CRS": "EPSG:25833", "OBJECTS_OF_INTEREST": ["car"]})
    assert asked.job.extent == "500000.0,500050.0,4999950.0,5000000.0"
    assert asked.job.output_crs == "EPSG:25833" and asked.job.objects_of_interest == ("car",)


def run_asked(run: Run, asked: Asked, values: dict[str, Any]) -> None:
    """Look at the job; there is no result that could be collected."""
    with pytest.raises(QgsProcessingException, match="cannot be read"):
        run("detectobjects", **values)


def test_adding_is_qgiss_in_the_dialog_and_ours_in_scripts() -> None:
    tool = QgsApplication.processingRegistry().createAlgorithmById("kestrel:detectobjects")
    assert tool.parameterDefinition("OUTPUT").supportsAppend()
    assert tool.parameterDefinition("APPEND").flags() & Qgis.ProcessingParameterFlag.Hidden
    context = QgsProcessingContext()
    like = tool.sinkProperties("OUTPUT", {"OUTPUT_CRS": "EPSG:4326"}, context, {})
    assert like.fields.names() == ["Class", "Confidence", "ClassValue", "Area", "Raster"]
    assert like.crs == QgsCoordinateReferenceSystem("EPSG:4326") and like.wkbType == Qgis.WkbType.Polygon


# Runs


def test_a_layer_with_all_fields(detect: Run) -> None:
    result = detect(OUTPUT="memory:", RETURN_BBOXES=True, TILE_SIZE=64, BATCH_SIZE=2, NMS=True, MAX_OVERLAP=0.3)
    found = result["OUTPUT"]
    assert result["COUNT"] == found.featureCount() > 0
    assert found.fields().names() == ["Class", "Confidence", "ClassValue", "Area", "Raster"]
    assert found.crs() == QgsCoordinateReferenceSystem(UTM)
    for feature in found.getFeatures():
        assert {"car": 3, "truck": 7}[feature["Class"]] == feature["ClassValue"] and 0 <= feature["Confidence"] <= 100
        assert feature["Area"] == pytest.approx(feature.geometry().area(), abs=0.01) and feature["Raster"] == "image.tif"


@pytest.mark.parametrize("how", ["folder", "output crs", "drawn"])
def test_the_system_of_the_result(detect: Run, scene: Path, how: str) -> None:
    """A folder's is known to the worker alone; another one is asked for; a raster that only QGIS reads is drawn."""
    given: dict[str, Any] = {"INPUT": str(scene)}
    if how == "output crs":
        given = {"OUTPUT_CRS": "EPSG:4326"}
    elif how == "drawn":
        QgsProject.instance().addMapLayer(QgsRasterLayer(str(scene / "image.tif"), "image"))
        given = {"INPUT": virtual_raster(scene / "image.tif"), "ADDITIONAL_RASTERS": [virtual_raster(scene / "image.tif")]}
        with pytest.raises(QgsProcessingException, match="The model takes 3 bands"):  # it has one: both came to the worker
            detect(**given)
        return
    result = detect(OUTPUT="memory:", **given)
    crs = QgsCoordinateReferenceSystem("EPSG:4326" if how == "output crs" else UTM)
    assert result["OUTPUT"].crs() == crs and result["COUNT"] > 0
    extent = result["OUTPUT"].extent()
    assert (abs(extent.xMinimum() - 15) < 0.1) if how == "output crs" else (extent.xMinimum() >= 499999)


def test_append_in_a_script(detect: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "grown.gpkg")
    counts = [detect(OUTPUT=path, APPEND=True)["COUNT"]]
    shown = layer_of(path)
    QgsProject.instance().addMapLayer(shown)
    counts.append(detect(OUTPUT=path, APPEND=True)["COUNT"])
    assert shown.featureCount() == layer_of(path).featureCount() == sum(counts) > 0
    with pytest.raises(QgsProcessingException, match="APPEND adds to a file, but OUTPUT is none"):
        detect(OUTPUT="memory:", APPEND=True)


def remapped(layer: QgsVectorLayer) -> QgsProcessingOutputLayerDefinition:
    """What the dialog makes of "Append to Layer"."""
    mapping = QgsRemappingSinkDefinition()
    mapping.setDestinationFields(layer.fields())
    mapping.setDestinationCrs(layer.crs())
    mapping.setDestinationWkbType(layer.wkbType())
    mapping.setFieldMap({"label": QgsProperty.fromField("Class"), "sure": QgsProperty.fromExpression('"Confidence" / 100')})
    definition = QgsProcessingOutputLayerDefinition(layer.source())
    definition.setRemappingDefinition(mapping)
    return definition


@pytest.fixture
def mine(tmp_path: Path) -> QgsVectorLayer:
    """A layer of the project, with one feature, in another coordinate system and with other fields."""
    rows = [("MULTIPOLYGON(((15 45,15.1 45,15 45.1,15 45)))", "mine", 0.5)]
    layer = memory_layer(rows, "label:string,sure:double", "MultiPolygon", "EPSG:4326")
    path = save(layer, tmp_path / "mine.gpkg")
    layer = QgsVectorLayer(str(path), "mine", "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_append_to_layer_as_the_dialog_does(detect: Run, mine: QgsVectorLayer) -> None:
    result = detect(OUTPUT=remapped(mine))
    assert mine.featureCount() == 1 + result["COUNT"] > 1
    rows = [(feature["label"], feature["sure"], feature.geometry()) for feature in mine.getFeatures()]
    assert rows[0][0] == "mine" and {label for label, *_ in rows[1:]} <= {"car", "truck"}
    assert all(0 <= sure <= 1 and geometry.isMultipart() for _, sure, geometry in rows)
    assert all(abs(geometry.boundingBox().xMinimum() - 15) < 0.1 for *_, geometry in rows), rows[1][2].asWkt()


def test_append_to_layer_is_all_or_nothing(detect: Run, mine: QgsVectorLayer, log: Log) -> None:
    path = mine.source().partition("|")[0]
    database = ogr.Open(path, 1)
    database.ExecuteSQL(
        "CREATE TRIGGER full BEFORE INSERT ON mine WHEN (SELECT count(*) FROM mine) > 2 "
        "BEGIN SELECT RAISE(ABORT, 'no more'); END"
    )
    del database
    with pytest.raises(QgsProcessingException, match="Could not write feature into OUTPUT"):
        detect(OUTPUT=remapped(mine))
    assert layer_of(path).featureCount() == 1
    (kept,) = (text for text in log.of("warning") if "until QGIS is closed" in text)
    assert layer_of(kept.removeprefix("What was found lies in ").partition(".gpkg")[0] + ".gpkg").featureCount() > 2


def test_qgis_process_with_a_folder_and_more(
    qgis_process: Callable[..., Any], scene: Path, package: str, tmp_path: Path
) -> None:
    values = {
        "INPUT": str(scene), "ADDITIONAL_RASTERS": [str(scene / "image.tif")], "MODEL": package, "THRESHOLD": 0,
        "PROCESSOR": "CPU", "TEST_TIME_AUGMENTATION": True, "TTA_SCALES": "0.75,1", "MERGE_POLICY": "MAX",
        "PROCESSING_MODE": "PROCESS_ITEMS_SEPARATELY", "OUTPUT_CRS": "EPSG:4326", "OBJECTS_OF_INTEREST": "car;truck",
        "APPEND": True, "RESUME": False, "OUTPUT": str(tmp_path / "found.gpkg"),
    }  # fmt: skip
    done = qgis_process("detectobjects", values)
    assert done.code == 0, done.error
    first = done.output["results"]["COUNT"]
    found = layer_of(str(tmp_path / "found.gpkg"))
    assert found.featureCount() == first > 0 and found.crs() == QgsCoordinateReferenceSystem("EPSG:4326")
    again = qgis_process("detectobjects", {**values, "OUTPUT_CRS": "", "TEST_TIME_AUGMENTATION": False, "TTA_SCALES": ""})
    assert again.code == 0, again.error
    assert layer_of(str(tmp_path / "found.gpkg")).featureCount() == first + again.output["results"]["COUNT"]


# A cancelled run


@pytest.fixture
def cancelled(kestrel: Any, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    """A worker that the user cancelled and that kept two objects."""
    from kestrel.core.layer_notes import keep_note
    from kestrel.processing_provider import base

    def keep(job: Any, on_event: Any, is_cancelled: Any, **_: Any) -> dict[str, Any]:
        log.cancel()
        system = osr.SpatialReference()
        system.SetFromUserInput(UTM)
        file = ogr.GetDriverByName("GPKG").CreateDataSource(job.output)
        layer = file.CreateLayer("found", system, ogr.wkbPolygon)
        for column in (0, 50):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(box(column, 0, 20, 20)))
            layer.CreateFeature(feature)
        del feature, layer, file
        keep_note(Path(job.output), "Partial: 2 objects.")
        return {"OUTPUT": job.output, "COUNT": 2}

    monkeypatch.setattr(base, "run_job", keep)


@pytest.mark.usefixtures("cancelled")
@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_cancel_keeps_a_file_that_says_so(detect: Run, log: Log, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"found.{ending}"
    assert detect(OUTPUT=str(path))["COUNT"] == 2
    layer = layer_of(str(path))
    assert layer.featureCount() == 2
    if ending != "gpkg":
        assert layer.loadDefaultMetadata()[1]  # as QGIS does when it adds a layer to the project
    note = layer.dataProvider().layerMetadata().abstract() if ending == "gpkg" else layer.metadata().abstract()
    assert note == "Partial: 2 objects."
    assert f"What was found lies in {path}." in log.of("warning")


@pytest.mark.usefixtures("cancelled")
def test_cancel_with_a_temporary_layer_says_where_it_lies(detect: Run, log: Log) -> None:
    kept = detect(OUTPUT="TEMPORARY_OUTPUT")["OUTPUT"]
    assert layer_of(kept.source() if isinstance(kept, QgsVectorLayer) else kept).featureCount() == 2
    assert any("detected_objects.gpkg until QGIS is closed" in text for text in log.of("warning"))


@pytest.mark.usefixtures("cancelled")
def test_cancel_leaves_a_layer_that_is_added_to(detect: Run, log: Log, mine: QgsVectorLayer) -> None:
    with pytest.raises(QgsProcessingException, match="The layer is as it was"):
        detect(OUTPUT=remapped(mine))
    assert mine.featureCount() == 1 and any("detected_objects.gpkg" in text for text in log.of("warning"))
