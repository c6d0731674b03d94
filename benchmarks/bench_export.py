"""Export: chips per second against reading the same windows and writing the same images, and nothing else; and its memory."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from rasterio.windows import Window

from core.events import Progress
from core.imagery import tile_windows
from core.jobs.export_training_data import ExportTrainingData
from core.reporting import Reporter
from core.training_data.export import run

NAME = "Export"
MODES = "PASCAL_VOC_rectangles", "RCNN_Masks"
MEMORY = 400  # MB that an export may take
TILE = 256
CELL = 0.1  # metres
ORIGIN = 500000, 5000000


def measure(quick: bool = False, size: int = 8192) -> list[dict[str, float | str]]:
    """Return the rows of the table: chips a second in two formats, and the memory for rasters of growing size."""
    size = 1024 if quick else size
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image, labels = _scene(folder, size)
        tools = {"raw": lambda out: _raw(image, out)}
        tools |= {mode: lambda out, mode=mode: _export(image, labels, mode, out) for mode in MODES}
        speeds = _best(tools, folder, 1 if quick else 3)
        limit, _ = speeds["raw"]
        rows = []
        for mode in MODES:
            for what, speed in zip(("whole job", "cutting"), speeds[mode], strict=True):
                rows.append(
                    {
                        "tool": f"{NAME}, {mode}, {what}", "unit": "chips/s", "kestrel": speed, "limit": limit,
                        "ratio": speed / limit, "limit_is": "window read + one GeoTIFF a chip, no labels, one thread",
                    }
                )  # fmt: skip
        for side in (2048,) if quick else (8192, 32768, 61440):
            used = _memory(folder / str(side), side)
            rows.append(
                {
                    "tool": f"{NAME}, {side} x {side}", "unit": "MB", "kestrel": used, "limit": MEMORY, "ratio": used / MEMORY,
                    "limit_is": "resident memory of all processes, at its highest",
                }
            )  # fmt: skip
        return rows


def _memory(folder: Path, side: int) -> float:
    """Export objects that are spread over a raster whose file is nearly empty; return the peak of all processes in MB."""
    folder.mkdir()
    image, labels = folder / "image.tif", folder / "labels.gpkg"
    with rasterio.open(
        image, "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8", crs="EPSG:32633", tiled=True,
        transform=rasterio.Affine(CELL, 0, ORIGIN[0], 0, -CELL, ORIGIN[1]), sparse_ok=True, bigtiff="yes",
    ):  # fmt: skip
        pass
    places = np.random.default_rng(5).uniform(0, side * CELL, (2000, 2)) * (1, -1) + ORIGIN
    pyogrio.raw.write(
        str(labels),
        shapely.to_wkb(shapely.buffer(shapely.points(places), 2)),
        [],
        [],
        geometry_type="Polygon",
        crs="EPSG:32633",
    )
    command = [
        sys.executable, "-m", "core", "exporttrainingdata", "--in-process", "--input-raster", str(image), "--input-labels",
        str(labels), "--metadata-format", "RCNN_Masks", "--output", str(folder / "chips"),
    ]  # fmt: skip
    peak = 0.0
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            peak = max(peak, sum(map(_resident, [str(process.pid), *children])))
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"the export of {side} x {side} pixels failed")
    return peak


def _resident(process: str) -> float:
    """Resident memory of a process in MB; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


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


def _raw(image: Path, out: Path) -> tuple[int, float]:
    """Read each window and write it, as the shortest loop that leaves the same images would."""
    out.mkdir()
    number, begun = 0, time.perf_counter()
    with rasterio.Env(), rasterio.open(image) as file:
        for window in tile_windows(file.width, file.height, TILE, TILE, TILE // 2, TILE // 2):
            place = Window(window.col, window.row, TILE, TILE)
            with rasterio.open(
                out / f"{number:09d}.tif", "w", driver="GTiff", width=TILE, height=TILE, count=file.count, dtype="uint8",
                crs=file.crs, transform=file.window_transform(place),
            ) as chip:  # fmt: skip
                chip.write(file.read(window=place))
            number += 1
    return number, time.perf_counter() - begun


def _export(image: Path, labels: Path, mode: str, out: Path) -> tuple[int, float]:
    """Export; return the number of chips and the seconds of cutting, without the labels before and the preview after it."""
    stages: dict[str, float] = {}

    def note(event: object) -> None:
        if isinstance(event, Progress):
            stages.setdefault(event.stage, time.perf_counter())

    job = ExportTrainingData(
        input_raster=str(image), input_labels=str(labels), class_field="kind", metadata_format=mode, tile_size_x=TILE,
        no_feature_tiles=True, output=str(out),
    )  # fmt: skip
    chips = run(job, Reporter(note))["CHIPS"]
    return chips, stages["Writing the metadata"] - stages["Cutting chips"]


def _best(tools: dict, folder: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Chips per second of each tool, of the whole and of cutting alone, in the best of some rounds in which they take turns.

    What is written stays until the end: some file systems are slow to make files for seconds after many were deleted.
    """
    speeds = dict.fromkeys(tools, (0.0, 0.0))
    for _ in range(rounds):
        for name, function in tools.items():
            os.sync()  # each begins with nothing that the disk still has to write
            out = Path(tempfile.mkdtemp(dir=folder))
            begun = time.perf_counter()
            chips, cutting = function(out / "chips")
            speeds[name] = max(speeds[name][0], chips / (time.perf_counter() - begun)), max(speeds[name][1], chips / cutting)
    return speeds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=8192, help="pixels of the raster's side, a multiple of 256")
    for row in measure(size=parser.parse_args().size):
        print(
            f"{row['tool']:46} {row['kestrel']:8.0f} {row['limit']:8.0f} {row['unit']}  {row['ratio']:.2f} of {row['limit_is']}"
        )
