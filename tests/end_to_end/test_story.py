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


def decided_in(desktop: Desktop) -> int:
    """What the tab Review says."""
    texts = [thing.text for thing in desktop.probe.find(within="kestrel_label_objects", kind="QLabel")]
    return next(int(text.split(" decided")[0].split()[-1]) for text in texts if " decided" in text)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, ROOT / "scripts" / "package.py", tmp_path / "dist"], check=True, capture_output=True)
    return next((tmp_path / "dist").glob("*.zip"))


@pytest.mark.timeout(900)
def test_from_the_zip_to_the_accuracy(tmp_path: Path, archive: Path, environment: Path) -> None:
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())}")
    scene = small_scene(tmp_path)
    labels, chips, model = tmp_path / "labels.gpkg", tmp_path / "labels_chips", tmp_path / "labels_model"
    package, project = model / "labels_model.dlpk", tmp_path / "project.qgz"
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

        desktop.click(name="kestrel_workflow", kind="QToolButton")
        assert story.export_page(
            "export_page", METADATA_FORMAT="PASCAL_VOC_rectangles", TILE_SIZE_X=128, TILE_SIZE_Y=128, STRIDE_X=128, STRIDE_Y=128
        ) == chips  # fmt: skip
        story.step(
            "Train", "Train Deep Learning Model", {"INPUT": chips, "OUTPUT": model}, "train", MODEL_TYPE="FCOS",
            BACKBONE="mobilenet_v2", BACKBONE_WEIGHTS="RANDOM", EPOCHS=3, BATCH_SIZE=4, LEARNING_RATE=0.001,
        )  # fmt: skip
        charts = desktop.probe.find(within="kestrel_run_monitor", kind="Chart")
        story.show("monitor")
        story.close_dock("kestrel_run_monitor")
        story.step(
            "Detect", "Detect Objects Using Deep Learning", {"INPUT": scene.imagery.stem, "MODEL": package}, "detect",
            THRESHOLD=0, DETECTIONS_PER_TILE=20, OUTPUT=found,
        )  # fmt: skip
        story.step(
            "Remove", "Non Maximum Suppression",
            {"INPUT": "found", "CONFIDENCE_FIELD": "Confidence", "CLASS_FIELD": "Class"}, "suppress",
            MAX_OVERLAP=0.1, OUTPUT=kept,
        )  # fmt: skip
        story.step(
            "Compute", "Compute Accuracy For Object Detection",
            {"DETECTIONS": "kept", "TRUTH": "labels", "MASK": "labels_areas", "TRUTH_CLASS_FIELD": "Classname",
             "DETECTION_CLASS_FIELD": "Class"}, "accuracy",
            OUTPUT_TABLE=table, OUTPUT_REPORT=report, OUTPUT_MARKED=marked,
        )  # fmt: skip
        cards, layers = story.cards(), desktop.layers()
        story.show("workflow")

        suggested = story.suggest(package)
        story.show("suggest")
        story.decide(True)
        story.decide(False)
        desktop.wait(lambda: desktop.layers()["labels"]["count"] == 9, "the suggestion to become a label")
        story.review("kept")
        for number in range(10):  # some may be labelled already
            if desktop.layers()["labels"]["count"] == 11:
                break
            desktop.pointer.key("a")
            desktop.wait(lambda decided=number + 1: decided_in(desktop) == decided, "the object to be decided about")
        story.show("review")

        story.save_project(project)
        story.open_project_anew(project)
        again = story.cards()
        desktop.wait(lambda: len(desktop.probe.state()["windows"]) == 1, "nothing but QGIS")
        unsaved = desktop.probe.state()["unsaved"]

    # The labels are where the mouse drew them, to a pixel of the screen, and say who drew them.
    have = boxes_of(labels, "labels")
    assert len(have) == 11 and all(max(iou(box, one) for one in have) > 0.9 for box in drawn)
    layer = QgsVectorLayer(f"{labels}|layername=labels", "labels", "ogr")
    assert layer.crs().authid() == scene.crs
    assert {(item["Classname"], item["Classvalue"]) for item in layer.getFeatures()} == {(scene.class_name, 1)}
    assert len(boxes_of(labels, "labels_areas")) == 1
    # The monitor has drawn the training, and the cards say that all is done, also in the project that was opened again.
    assert len(charts) == 2 and all(chart.points >= 3 for chart in charts), charts
    assert sum(text.startswith("Done (") for text in cards) == 5 and "8 objects are labelled." in cards, cards
    assert sum(text.startswith("Done (") for text in again) == 5 and "11 objects are labelled." in again, again
    assert suggested >= 2 and not unsaved
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
    assert layers["marked"]["style"] == "categorizedSymbol"
    assert layers["marked"]["count"] == len(boxes_of(marked)) > 0
