"""Quality of training on real data: ``python -m benchmarks.quality DATA OUTPUT``; takes about an hour on 2 cores.

Three questions, answered on data that was not trained on:

``recipe``  Kestrel's default recipe against that of torchvision's reference scripts, for the same network, start, chips and
            number of epochs: AP50 on the disjoint test area of ``banepa-buildings`` (outlines) and ``neon-trees`` (boxes).
``scratch`` Kestrel's default recipe from random weights: AP50 on the test area of ``neon-trees`` and the time.
``tuning``  Few labels of a new place: from a package trained on another place, against ImageNet weights, at several numbers of
            labels. Writes the curve as a picture.

DATA is a folder with the two data sets (see their README for origin and licence). Every figure goes to ``OUTPUT/quality.json``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.reference import train_as_torchvision
from core.events import Event, Message
from core.figures import ACCENT, SECOND, figure_png, new_figure
from core.jobs import ExportTrainingData, TrainModel
from core.models import MODELS, load
from core.packages import read_package
from core.reporting import Reporter
from core.run import run
from core.training.data.chips import Chips
from core.training.measuring.testing import measure
from core.training_data import TrainingData


@dataclass(frozen=True)
class Place:
    """Labelled imagery, a part of which may be chosen.

    Attributes:
        raster, labels: files in the data folder.
        areas: file of areas with the field ``split``; empty for the whole raster.
        split: the value of that field.
        extent: part of it, as the tools take it; None for all.
    """

    raster: str
    labels: str
    areas: str = ""
    split: str = ""
    extent: str | None = None


@dataclass(frozen=True)
class Case:
    """A data set with its network and its cut."""

    model_type: str
    metadata_format: str
    tile: int
    stride: int
    epochs: int


TREES = Case("FasterRCNN", "PASCAL_VOC_rectangles", 256, 128, 24)
ROOFS = Case("MaskRCNN", "RCNN_Masks", 256, 256, 12)
YELLOWSTONE, FLORIDA, BANEPA = "neon-trees/yell_541000.tif", "neon-trees/osbs_029.tif", "banepa-buildings/banepa.tif"
YELLOWSTONE_LABELS, FLORIDA_LABELS = "neon-trees/labels.gpkg", "neon-trees/osbs_029_labels.geojson"
BANEPA_LABELS = "banepa-buildings/labels.geojson"
SETS: dict[str, tuple[Case, Place, Place]] = {
    "neon-trees": (
        TREES,
        Place(YELLOWSTONE, YELLOWSTONE_LABELS, "neon-trees/areas.geojson", "train"),
        Place(YELLOWSTONE, YELLOWSTONE_LABELS, "neon-trees/areas.geojson", "test"),
    ),
    "banepa-buildings": (
        ROOFS,
        Place(BANEPA, BANEPA_LABELS, "banepa-buildings/areas.geojson", "train"),
        Place(BANEPA, BANEPA_LABELS, "banepa-buildings/areas.geojson", "test"),
    ),
}
BACKBONE, BATCH = "mobilenet_v2", 4


def export(case: Case, place: Place, data: Path, folder: Path, stride: int | None = None) -> Path:
    """Cut a place into chips and return their folder; one that is there is kept."""
    if (folder / "esri_model_definition.emd").exists():
        return folder
    mask = f"{data / place.areas}|subset=split = '{place.split}'" if place.areas else None
    job = ExportTrainingData.from_values(
        {
            "input_raster": data / place.raster, "input_labels": data / place.labels, "class_field": "class", "mask": mask,
            "metadata_format": case.metadata_format, "tile_size_x": case.tile, "tile_size_y": case.tile,
            "stride_x": stride or case.stride, "stride_y": stride or case.stride, "extent": place.extent, "output": folder,
        }
    )  # fmt: skip
    run(job, quiet())
    return folder


def train(case: Case, chips: Path, output: Path, **values: Any) -> dict[str, Any]:
    """Train with Kestrel's defaults but for what is given; return the outputs and the seconds."""
    shutil.rmtree(output, ignore_errors=True)
    job = TrainModel.from_values(
        {
            "input": chips, "output": output, "model_type": case.model_type, "backbone": BACKBONE, "batch_size": BATCH,
            "backbone_weights": "IMAGENET", "epochs": case.epochs, **values,
        }
    )  # fmt: skip
    began = time.monotonic()
    return {**run(job, quiet()), "seconds": time.monotonic() - began}


def score(package: str | Path, chips: Path) -> float:
    """Return AP50 of a package on chips."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    opened = read_package(package)
    data = Chips(TrainingData.open(chips), MODELS[opened.card.model_type].MASKS)
    network = load(opened, device)
    size = opened.card.tile_size
    return float(measure(network, opened.card, data, range(len(data)), size, BATCH, device, quiet()).scores.ap50)


def recipes(data: Path, work: Path, seeds: list[int]) -> list[dict[str, Any]]:
    """Train each data set in both ways and measure on its test area."""
    rows = []
    for name, (case, train_place, test_place) in SETS.items():
        chips = export(case, train_place, data, work / f"{name}-train")
        test = export(case, test_place, data, work / f"{name}-test", case.tile)
        for seed in seeds:
            ours = train(case, chips, work / f"{name}-kestrel-{seed}", seed=seed)
            mine = score(ours["MODEL"], test)
            began = time.monotonic()
            package = train_as_torchvision(
                Path(ours["MODEL"]), chips, work / f"{name}-reference-{seed}", case.epochs, BATCH, seed
            )
            theirs, seconds = score(package, test), time.monotonic() - began
            rows.append({
                "set": name, "seed": seed, "epochs": case.epochs, "kestrel_ap50": mine, "kestrel_seconds": ours["seconds"],
                "reference_ap50": theirs, "reference_seconds": seconds,
            })  # fmt: skip
            print(
                f"{name}, seed {seed}: AP50 {mine:.3f} in {ours['seconds']:.0f} s; "
                f"torchvision's recipe {theirs:.3f} in {seconds:.0f} s",
                flush=True,
            )
    return rows


def scratch(data: Path, work: Path, seeds: list[int]) -> list[dict[str, Any]]:
    """Train the tree crowns from random weights, for twice the epochs, and measure on the test area."""
    name, (case, train_place, test_place) = "neon-trees", SETS["neon-trees"]
    chips = export(case, train_place, data, work / f"{name}-train")
    test = export(case, test_place, data, work / f"{name}-test", case.tile)
    rows = []
    for seed in seeds:
        values = {"backbone_weights": "RANDOM", "epochs": 2 * case.epochs, "stop_early": False, "seed": seed}
        ours = train(case, chips, work / f"{name}-scratch-{seed}", **values)
        row = {"set": name, "seed": seed, "epochs": values["epochs"], "ap50": score(ours["MODEL"], test),
               "seconds": ours["seconds"]}  # fmt: skip
        rows.append(row)
        print(f"{name} from random weights, seed {seed}: AP50 {row['ap50']:.3f} in {row['seconds']:.0f} s", flush=True)
    return rows


def quiet() -> Reporter:
    """Return a reporter that shows warnings only."""

    def show(event: Event) -> None:
        if isinstance(event, Message) and event.level == "warning":
            print("   ", event.text, flush=True)

    return Reporter(show)


def curve(rows: list[dict[str, Any]], file: Path) -> None:
    """Draw AP50 over the number of labels, one panel for each place."""
    places = list(dict.fromkeys(row["place"] for row in rows))
    figure = new_figure(4.6 * len(places), 3.4)
    for axes, place in zip(figure.subplots(1, len(places), squeeze=False)[0], places, strict=True):
        own = [row for row in rows if row["place"] == place]
        for key, color, label in (("package", ACCENT, "package of another place"), ("imagenet", SECOND, "ImageNet weights")):
            points = sorted((row["labels"], row[key]) for row in own)
            axes.plot(*zip(*points, strict=True), color=color, marker="o", markersize=4, label=label)
        axes.axhline(own[0]["untuned"], color="#5b6b7b", linewidth=1, linestyle=":", label="that package as it is")
        axes.set(title=place, xlabel="labels of the new place", ylim=(0, None), xscale="log")
        axes.set_xticks([row["labels"] for row in own], [str(row["labels"]) for row in own])
        axes.minorticks_off()
        axes.set_ylabel("AP50 on its test area")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    file.write_bytes(figure_png(figure))


def main() -> None:
    """Answer the questions that were asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--only", choices=("recipe", "scratch", "tuning"))
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[42])
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    results = asked.output / "quality.json"
    found = json.loads(results.read_text()) if results.exists() else {}
    from benchmarks.tuning import tune

    for question, answer in {"recipe": recipes, "scratch": scratch, "tuning": tune}.items():
        if asked.only in (None, question):
            found[question] = answer(asked.data, asked.output, asked.seeds)
            results.write_text(json.dumps(found, indent=2))
    if "tuning" in found:
        curve(found["tuning"], asked.output / "fine_tuning.png")


if __name__ == "__main__":
    main()
