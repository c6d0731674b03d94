"""Make the pictures of the manual: ``python scripts/screenshots.py [FOLDER]`` (``make screenshots``).

Tells the story of docs/tutorial.md in a real QGIS, by mouse and keyboard as tests/end_to_end does, and takes a picture of
each step. A model of trees in Yellowstone, trained here first if FOLDER (.build/screenshots) holds none, meets trees in
Florida. What it finds before and after it was fine-tuned is measured and printed: the tutorial quotes it.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "end_to_end")]

import demo  # noqa: E402
import package  # noqa: E402
from desktop import Desktop, missing  # noqa: E402
from osgeo import gdal  # noqa: E402
from qgis.PyQt.QtCore import Qt  # noqa: E402
from qgis.PyQt.QtGui import QImage  # noqa: E402
from scene import Scene, scene_of  # noqa: E402
from story import Story  # noqa: E402

from core.runtime.folders import cache_folder  # noqa: E402
from core.runtime.resolve import find_python  # noqa: E402

SIZE = (1320, 820)  # of the screen, in pixels
QUALITY = 68  # of the JPEG pictures
SMALL = 700_000  # pixels below which a picture is a PNG: a dialog, sharp and small


def main(work: Path) -> None:
    """Prepare, tell the story, and put its pictures into docs/images.

    Raises:
        SystemExit: a program is missing.
    """
    if missing():
        sys.exit(f"Not installed: {', '.join(missing())}. Run make desktop.")
    python, data = find_python(), cache_folder() / "demo"
    subprocess.run([python, ROOT / "scripts" / "demo_data.py", data, sys.executable], check=True)
    demo.seed_weights()
    trees = pretrained(work, data)
    folder, pictures = Path(tempfile.gettempdir()) / "kestrel_story", work / "pictures"  # paths are seen in the pictures
    for old in (folder, pictures):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    run = folder / "run"
    run.mkdir(mode=0o700)
    archive = shutil.copy(package.main(folder / "dist"), folder)
    imagery, truth = folder / "florida.tif", folder / "true_trees.gpkg"
    shutil.copy(data / "florida.tif", imagery)
    gdal.VectorTranslate(str(truth), str(data / "florida.gpkg"), layerName="true_trees")
    scene = scene_of(imagery, truth, "tree", "class")
    variables = {"XDG_RUNTIME_DIR": str(run), "LOGNAME": "analyst", "USER": "analyst"}
    started = time.monotonic()
    with Desktop(folder, variables, size=SIZE) as desktop:
        story = Story(desktop, scene, folder, pictures, patience=3600)
        tell(story, Path(archive), Path(shutil.copy(trees, folder)))
    print(f"Told in {(time.monotonic() - started) / 60:.1f} minutes.")
    publish(pictures, ROOT / "docs" / "images")


def pretrained(work: Path, data: Path) -> Path:
    """Return the package of the trees of Yellowstone; train it as the demo does if it is not there."""
    trees = work / "yellowstone_trees" / "yellowstone_trees.dlpk"
    if not trees.exists():
        for folder in (work / "yellowstone_chips", trees.parent):
            shutil.rmtree(folder, ignore_errors=True)
        run = [sys.executable, "-m", "core"]
        chips = ["--input-raster", data / "train.tif", "--input-labels", data / "train.gpkg", "--class-field", "class",
                 "--metadata-format", "PASCAL_VOC_rectangles", "--tile-size-x", "320", "--tile-size-y", "320",
                 "--stride-x", "240", "--stride-y", "240", "--output", work / "yellowstone_chips"]  # fmt: skip
        model = ["--input", work / "yellowstone_chips", "--model-type", "FasterRCNN", "--backbone", "mobilenet_v2",
                 "--epochs", "18", "--batch-size", "4", "--validation-percentage", "12", "--output", trees.parent]  # fmt: skip
        subprocess.run([*run, "exporttrainingdata", *chips], check=True, cwd=ROOT)
        subprocess.run([*run, "trainmodel", *model], check=True, cwd=ROOT)
    return trees


def tell(story: Story, archive: Path, trees: Path) -> None:
    """Tell the story of the tutorial."""
    desktop, scene, folder = story.desktop, story.scene, story.folder
    north, _south = halves(scene)
    labels = folder / "florida_labels.gpkg"

    story.install(archive)
    story.add_imagery()
    story.environment()

    # What the model of another place sees here.
    story.inspect(trees)
    desktop.click(window="Model Inspector", text="Close", kind="QPushButton")
    desktop.click(name="kestrel_workflow", kind="QToolButton")
    story.use_package(trees)
    detect(story, "before", trees)
    story.leave_only(scene.imagery.stem, "before_kept")
    story.show("first_detections")
    measure(story, "before")
    story.leave_only(scene.imagery.stem)

    # Labels of the northern half: what the model suggests and is right, and by hand what it misses.
    story.start_labeling(labels, "tree")
    suggested = story.suggest(trees, 20)
    story.show("suggest")
    wanted = [box for box in scene.boxes if box[3] > north[1]]
    drawn = story.accept_right(wanted)
    print(f"{suggested} suggested, {len(wanted) - len(drawn)} accepted, {len(drawn)} drawn by hand", flush=True)
    desktop.click(text="Reject all", kind="QToolButton")
    desktop.click(kind="tab", text="Objects")
    for left, bottom, right, top in drawn:
        story.draw("rectangle", [(left, top), (right, bottom)], labels.stem)
    story.mark_area(north)
    story.show("labels")

    # Chips, a model, objects.
    chips = story.export_page(
        "export", METADATA_FORMAT="PASCAL_VOC_rectangles", TILE_SIZE_X=96, TILE_SIZE_Y=96, STRIDE_X=48, STRIDE_Y=48
    )  # fmt: skip
    story.step(
        "Train", "Train Deep Learning Model", {"INPUT": chips, "PRETRAINED_MODEL": trees}, "train", EPOCHS=20
    )  # fmt: skip
    story.close_dock("kestrel_run_monitor")
    detect(story, "after", folder / "florida_labels_model" / "florida_labels_model.dlpk")
    measure(story, "after")
    story.cards()
    story.leave_only(scene.imagery.stem, labels.stem, "after_marked")
    story.show("workflow")
    story.review("after_marked")
    desktop.pointer.key("n", "p")
    desktop.idle()
    story.show("review")


def detect(story: Story, name: str, model: Path) -> None:
    """Detect and remove duplicates, with the cards of the panel."""
    story.step(
        "Detect", "Detect Objects Using Deep Learning", {"INPUT": story.scene.imagery.stem, "MODEL": model},
        "detect" if name == "after" else "", OUTPUT=story.folder / f"{name}.gpkg",
    )  # fmt: skip
    story.step(
        "Remove", "Non Maximum Suppression", {"INPUT": name, "CLASS_FIELD": "Class"},
        "suppress" if name == "after" else "", MAX_OVERLAP=0.3, OUTPUT=story.folder / f"{name}_kept.gpkg",
    )  # fmt: skip


def halves(scene: Scene) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the northern and the southern half of the imagery: left, bottom, right, top."""
    left, bottom, right, top = scene.extent
    middle = (bottom + top) / 2
    return (left, middle, right, top), (left, bottom, right, middle)


def measure(story: Story, name: str) -> None:
    """Compute the accuracy in the southern half, which nothing is learnt from, and print it."""
    scene = story.scene
    left, bottom, right, top = halves(scene)[1]
    table = story.folder / f"{name}_accuracy.csv"
    story.add_vectors(scene.truth)
    story.step(
        "Compute", "Compute Accuracy For Object Detection", {"DETECTIONS": f"{name}_kept"},
        "accuracy" if name == "after" else "", TRUTH=scene.truth.stem, TRUTH_CLASS_FIELD=scene.class_field,
        DETECTION_CLASS_FIELD="Class", MASK="", EXTENT=f"{left},{right},{bottom},{top} [{scene.crs}]", OUTPUT_TABLE=table,
        OUTPUT_REPORT=story.folder / f"{name}.html", OUTPUT_MARKED=story.folder / f"{name}_marked.gpkg",
    )  # fmt: skip
    with table.open(newline="", encoding="utf-8-sig") as lines:
        print(name, next(csv.DictReader(lines)), flush=True)


def publish(pictures: Path, target: Path) -> None:
    """Put the pictures that the manual shows there: large ones as JPEG, dialogs as PNG with few colours."""
    pages = "".join(page.read_text("utf-8") for page in target.parent.glob("*.md"))
    for picture in sorted(pictures.glob("*.png")):
        image = QImage(str(picture))
        small = image.width() * image.height() < SMALL
        name = f"tutorial_{picture.stem}.{'png' if small else 'jpg'}"
        if f"images/{name}" not in pages:
            print(f"{name} is on no page")
        elif small:
            few = image.convertToFormat(QImage.Format.Format_Indexed8, Qt.ImageConversionFlag.ThresholdDither)
            few.save(str(target / name))
        else:
            image.save(str(target / name), "JPEG", QUALITY)
    total = sum(file.stat().st_size for file in target.iterdir())
    print(f"{target}: {total / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build" / "screenshots").absolute())
