"""The story that the product is made for, told by a user's hands in the real QGIS.

The zip of ``make package`` is installed in a fresh profile with QGIS's own installer; labels are drawn with real drags on real
imagery where it is at hand; a model is trained for a few steps, and everything that is on disk and in the project afterwards is
looked at. Nothing is called, no command is typed: see ``desktop``.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from qgis.core import QgsGeometry, QgsRectangle, QgsVectorLayer

sys.path.insert(0, str(Path(__file__).parent))
from desktop import Desktop, missing
from scene import small_scene
from story import Story

ROOT = Path(__file__).resolve().parents[2]


def boxes_of(file: Path, layer: str = "") -> list[tuple[float, ...]]:
    found = QgsVectorLayer(f"{file}|layername={layer}" if layer else str(file), "found", "ogr")
    assert found.isValid(), file
    return [(box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
            for box in (feature.geometry().boundingBox() for feature in found.getFeatures())]  # fmt: skip


def iou(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    first, second = (QgsGeometry.fromRect(QgsRectangle(*box)) for box in (one, other))
    return first.intersection(second).area() / first.combine(second).area()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, ROOT / "scripts" / "package.py", tmp_path / "dist"], check=True, capture_output=True)
    return next((tmp_path / "dist").glob("*.zip"))


@pytest.mark.timeout(900)
def test_from_the_zip_to_the_accuracy(tmp_path: Path, archive: Path, environment: Path) -> None:
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())}")
    scene = small_scene(tmp_path)
    labels, chips, model = tmp_path / "labels.gpkg", tmp_path / "chips", tmp_path / "model"
    found, kept, marked = tmp_path / "found.gpkg", tmp_path / "kept.gpkg", tmp_path / "marked.gpkg"
    table, report = tmp_path / "accuracy.csv", tmp_path / "accuracy.html"
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    pictures = Path(os.environ["KESTREL_PICTURES"]) if "KESTREL_PICTURES" in os.environ else None
    variables = {"XDG_RUNTIME_DIR": str(run), "OMP_NUM_THREADS": "2"}
    with Desktop(tmp_path, variables) as desktop:
        story = Story(desktop, scene, tmp_path, pictures)
        story.install(archive)
        story.add_imagery()
        story.start_labeling(labels, scene.class_name)

        drawn = scene.boxes[:8]
        for left, bottom, right, top in drawn[:6]:
            story.draw("rectangle", [(left, top), (right, bottom)], "labels")
        left, bottom, right, top = drawn[6]
        story.draw("polygon", [(left, top), (right, top), (right, bottom), (left, bottom)], "labels")
        left, bottom, right, top = drawn[7]
        story.draw("turned_rectangle", [(left, top), (right, top), (right, bottom)], "labels")
        story.draw("rectangle", [(left, top), (right, bottom)], "labels")
        desktop.pointer.key("ctrl+z")  # that one was drawn twice
        desktop.wait(lambda: desktop.layers()["labels"]["count"] == 8, "the last label to be taken back")
        story.mark_view()
        story.show("labels")

        story.tool(
            "Export Training Data For Deep Learning", "export", INPUT_RASTER=scene.imagery.stem, INPUT_LABELS="labels",
            CLASS_FIELD="Classname", METADATA_FORMAT="PASCAL_VOC_rectangles", TILE_SIZE_X=128, TILE_SIZE_Y=128,
            STRIDE_X=128, STRIDE_Y=128, OUTPUT=chips,
        )  # fmt: skip
        story.tool(
            "Train Deep Learning Model", "train", INPUT=chips, MODEL_TYPE="FCOS", BACKBONE="mobilenet_v2",
            BACKBONE_WEIGHTS="RANDOM", EPOCHS=2, BATCH_SIZE=4, LEARNING_RATE=0.001, OUTPUT=model,
        )  # fmt: skip
        package = model / "model.dlpk"
        story.tool(
            "Detect Objects Using Deep Learning", "detect", INPUT=scene.imagery.stem, MODEL=package, THRESHOLD=0,
            DETECTIONS_PER_TILE=20, OUTPUT=found,
        )  # fmt: skip
        story.tool(
            "Non Maximum Suppression", "suppress", INPUT="Output Detected Objects", CONFIDENCE_FIELD="Confidence",
            CLASS_FIELD="Class", MAX_OVERLAP=0.1, OUTPUT=kept,
        )  # fmt: skip
        story.add_vectors(scene.truth)
        story.tool(
            "Compute Accuracy For Object Detection", "accuracy", DETECTIONS="Output Feature Class", TRUTH="truth",
            DETECTION_CLASS_FIELD="Class", TRUTH_CLASS_FIELD=scene.class_field, OUTPUT_TABLE=table, OUTPUT_REPORT=report,
            OUTPUT_MARKED=marked,
        )  # fmt: skip
        story.show("marked")
        layers = desktop.layers()

    # The labels are where the mouse drew them, to a pixel of the screen, and say who drew them.
    have = boxes_of(labels, "labels")
    assert len(have) == 8 and all(max(iou(box, one) for one in have) > 0.9 for box in drawn)
    layer = QgsVectorLayer(f"{labels}|layername=labels", "labels", "ogr")
    assert layer.crs().authid() == scene.crs
    assert {(item["Classname"], item["Classvalue"]) for item in layer.getFeatures()} == {(scene.class_name, 1)}
    assert len(boxes_of(labels, "labels_areas")) == 1
    # Chips, a package, detections, fewer of them without duplicates, and numbers.
    assert len(list((chips / "images").glob("*.tif"))) == len(list((chips / "labels").glob("*.xml"))) >= 9
    card = json.loads((chips / "esri_model_definition.emd").read_text("utf-8"))
    assert [(item["Name"], item["Value"]) for item in card["Classes"]] == [(scene.class_name, 1)]
    with zipfile.ZipFile(package) as opened:
        assert {"model.emd", "model.pth"} <= set(opened.namelist())
    assert 0 < len(boxes_of(kept)) < len(boxes_of(found))
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = {row["Class"]: row for row in csv.DictReader(lines)}
    numbers = rows[scene.class_name]
    assert int(numbers["True_Positive"]) + int(numbers["False_Positive"]) == len(boxes_of(kept))
    assert "<html" in report.read_text("utf-8")
    assert layers["Output Marked Features"]["style"] == "categorizedSymbol"
    assert layers["Output Marked Features"]["count"] == len(boxes_of(marked)) > 0
