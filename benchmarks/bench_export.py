"""Export: chips per second against reading the same windows and writing the same images, and nothing else."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from rasterio.windows import Window

from core.imagery import tile_windows
from core.jobs.export_training_data import ExportTrainingData
from core.reporting import Reporter
from core.training_data.export import run

NAME = "Export"
TILE = 256
CELL = 0.1  # metres
ORIGIN = 500000, 5000000


def measure(quick: bool = False, size: int = 4096) -> list[dict[str, float | str]]:
    """Return the rows of the table, one per chip format; ``quick`` takes a small raster."""
    size = 1024 if quick else size
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image, labels = _scene(folder, size)
        limit = _best(lambda out: _raw(image, out), folder)
        rows = []
        for mode in ("PASCAL_VOC_rectangles", "RCNN_Masks"):
            speed = _best(lambda out, mode=mode: _export(image, labels, mode, out), folder)
            rows.append(
                {
                    "tool": f"{NAME}, {mode}", "unit": "chips/s",
                    "kestrel": speed, "limit": limit, "ratio": speed / limit,
                    "limit_is": "window read + GeoTIFF write, one thread",
                }
            )  # fmt: skip
        return rows


def _scene(folder: Path, size: int) -> tuple[Path, Path]:
    """A tiled RGB GeoTIFF of noise and round objects on it, about four to a chip."""
    rng = np.random.default_rng(5)
    image, labels = folder / "image.tif", folder / "labels.gpkg"
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": 3, "dtype": "uint8", "crs": "EPSG:32633", "tiled": True,
        "transform": rasterio.Affine(CELL, 0, ORIGIN[0], 0, -CELL, ORIGIN[1]), "photometric": "RGB",
    }  # fmt: skip
    with rasterio.open(image, "w", **profile) as file:
        for row in range(0, size, TILE):
            block = rng.integers(0, 256, (3, TILE, size), "uint8")
            file.write(block, window=Window(0, row, size, TILE))
    number = 4 * (size // TILE) ** 2
    places = rng.uniform(0, size * CELL, (number, 2)) * (1, -1) + ORIGIN
    objects = shapely.buffer(shapely.points(places), rng.uniform(1, 4, number), quad_segs=4)
    kinds = rng.choice(["car", "tree"], number).astype(object)
    pyogrio.raw.write(
        str(labels), shapely.to_wkb(objects), [kinds], ["kind"], geometry_type="Polygon", crs="EPSG:32633", layer="labels"
    )
    return image, labels


def _raw(image: Path, out: Path) -> int:
    """Read each window and write it, as the shortest loop that leaves the same images would."""
    out.mkdir()
    number = 0
    with rasterio.Env(), rasterio.open(image) as file:
        for window in tile_windows(file.width, file.height, TILE, TILE, TILE // 2, TILE // 2):
            place = Window(window.col, window.row, TILE, TILE)
            with rasterio.open(
                out / f"{number:09d}.tif", "w", driver="GTiff", width=TILE, height=TILE, count=file.count, dtype="uint8",
                crs=file.crs, transform=file.window_transform(place),
            ) as chip:  # fmt: skip
                chip.write(file.read(window=place))
            number += 1
    return number


def _export(image: Path, labels: Path, mode: str, out: Path) -> int:
    job = ExportTrainingData(
        input_raster=str(image), input_labels=str(labels), class_field="kind", metadata_format=mode, tile_size_x=TILE,
        tile_size_y=TILE, stride_x=TILE // 2, stride_y=TILE // 2, no_feature_tiles=True, output=str(out),
    )  # fmt: skip
    return run(job, Reporter(lambda event: None))["CHIPS"]


def _best(function, folder: Path, times: int = 2) -> float:
    """Chips per second in the best of some runs: the first one warms the caches of files."""
    speeds = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(dir=folder) as out:
            begun = time.perf_counter()
            chips = function(Path(out) / "chips")
            speeds.append(chips / (time.perf_counter() - begun))
    return max(speeds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4096, help="pixels of the raster's side, a multiple of 256")
    for row in measure(size=parser.parse_args().size):
        print(
            f"{row['tool']:30} {row['kestrel']:8.0f} {row['limit']:8.0f} {row['unit']}  {row['ratio']:.2f} of {row['limit_is']}"
        )
