"""Few labels of a new place: fine-tuning a package of another place against starting from ImageNet weights.

The labels of the new place are those of a strip that grows, as somebody labels it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.quality import (
    BANEPA,
    BANEPA_LABELS,
    BATCH,
    FLORIDA,
    FLORIDA_LABELS,
    ROOFS,
    SETS,
    TREES,
    Case,
    Place,
    export,
    score,
    train,
)  # fmt: skip
from core.imagery import Raster
from core.training_data import TrainingData
from core.vectors import read_features, to_pixels

STEPS = {"FasterRCNN": 160, "MaskRCNN": 60}  # of each training, whatever the number of labels


def tune(data: Path, work: Path, seeds: list[int]) -> list[dict[str, Any]]:
    """Return a row for each place, number of labels and seed."""
    trees = Case(TREES.model_type, TREES.metadata_format, 96, 48, 0)
    florida = Place(FLORIDA, FLORIDA_LABELS)
    rows = _place(
        "Tree crowns, Yellowstone to Florida", "neon-trees", trees, florida, (0.0, 0.0, 1.0, 0.5),
        (0.0, 0.5, 1.0, 1.0), (8, 15, 30), data, work, seeds,
    )  # fmt: skip
    roofs = Case(ROOFS.model_type, ROOFS.metadata_format, 256, 128, 0)
    return rows + _place(
        "Roofs, west to east of Banepa", "banepa-buildings", roofs, Place(BANEPA, BANEPA_LABELS), (2 / 3, 0.0, 1.0, 0.5),
        (2 / 3, 0.5, 1.0, 1.0), (30, 90, 220), data, work, seeds,
    )  # fmt: skip


def _place(
    name: str,
    first: str,
    case: Case,
    place: Place,
    learn: tuple[float, float, float, float],
    test: tuple[float, float, float, float],
    numbers: tuple[int, ...],
    data: Path,
    work: Path,
    seeds: list[int],
) -> list[dict[str, Any]]:
    """Train on the first place, then tune on a few labels of another one and measure on the rest of that.

    Args:
        name: shown.
        first: data set whose training areas the package is trained on; one that the recipes' run has left is taken.
        case: how the new place is cut.
        place: the new place.
        learn: share of its raster to learn from: left, top, right, bottom.
        test: share of its raster to measure on.
        numbers: of labels.
        data: folder of the data sets.
        work: folder to write to.
        seeds: a training for each.
    """
    key = name.split(",")[0].lower().replace(" ", "_")
    package = _package(first, data, work)
    whole, _ = _part(data, place, test, None)
    measured = export(case, replace(place, extent=whole), data, work / f"{key}-measure", case.tile)
    untuned = score(package, measured)
    rows = []
    for wanted in numbers:
        extent, labels = _part(data, place, learn, wanted)
        chips = export(case, replace(place, extent=extent), data, work / f"{key}-{wanted}")
        count = len(TrainingData.open(chips).chips)
        for seed in seeds:
            epochs = max(1, round(STEPS[case.model_type] / -(-count // BATCH)))
            values = {"epochs": epochs, "stop_early": False, "seed": seed}
            row: dict[str, Any] = {"place": name, "labels": labels, "chips": count, "seed": seed, "untuned": untuned}
            for start, more in (("package", {"pretrained_model": package}), ("imagenet", {})):
                tuned = _trained(case, chips, work / f"{key}-{wanted}-{seed}-{start}", **values, **more)
                row[start] = score(tuned, measured)
            rows.append(row)
            print(
                f"{name}, {labels} labels in {count} chips, seed {seed}: from the package {row['package']:.3f}, from ImageNet "
                f"{row['imagenet']:.3f}, untuned {untuned:.3f}",
                flush=True,
            )
    return rows


def _package(name: str, data: Path, work: Path) -> Path:
    """Return the package that Kestrel trains on a data set."""
    case, place, _ = SETS[name]
    return _trained(case, export(case, place, data, work / f"{name}-train"), work / f"{name}-kestrel-42", seed=42)


def _trained(case: Case, chips: Path, folder: Path, **values: Any) -> Path:
    """Return the package that training leaves in ``folder``; one that an earlier run has left is taken: this takes long."""
    package = folder / f"{folder.name}.dlpk"
    if not package.exists():
        train(case, chips, folder, **values)
    return package


def _part(data: Path, place: Place, share: tuple[float, float, float, float], wanted: int | None) -> tuple[str, int]:
    """Return the extent of a part of a raster, cut along its longer side where it holds so many labels; and their number."""
    with Raster(str(data / place.raster)) as raster:
        features = read_features(str(data / place.labels))
        centres = shapely.get_coordinates(shapely.centroid(to_pixels(features.geometries, features.crs, raster, "labels")))
        sides = np.array([raster.width, raster.height])
        low, high = np.array(share[:2]) * sides, np.array(share[2:]) * sides
        inside = centres[((centres >= low) & (centres < high)).all(1)]
        if wanted is not None and wanted < len(inside):
            axis = int(np.argmax(high - low))
            ends = np.sort(inside[:, axis])
            high[axis] = (ends[wanted - 1] + ends[wanted]) / 2
            inside = inside[inside[:, axis] < high[axis]]
        (x0, y0), (x1, y1) = raster.transform * tuple(low), raster.transform * tuple(high)
    return f"{min(x0, x1)},{max(x0, x1)},{min(y0, y1)},{max(y0, y1)}", len(inside)
