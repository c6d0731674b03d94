"""Export beside what a user would pick instead: chips per CPU second of one thread, of the same scene, on the same machine.

The peers are measured when ``KESTREL_PEERS`` names a Python that has them (``pip install geoai-py torchgeo deepforest sahi``);
those that it lacks are left out. See :mod:`benchmarks.peers` for what each of them does.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyogrio.raw
import rasterio
import shapely
from shapely import GeometryCollection
from shapely.affinity import affine_transform

from benchmarks.bench_export import _scene
from benchmarks.peers import TOOLS

NAME = "Export"
DOES = {
    "bare": "window read + GeoTIFF write by rasterio",
    "geoai tiles": "geoai export_geotiff_tiles, merged masks",
    "geoai training data": "geoai export_training_data, merged masks",
    "torchgeo": "torchgeo GridGeoSampler, merged masks, nothing written",
    "deepforest": "DeepForest split_raster, boxes",
    "sahi": "sahi slice_coco, outlines",
}
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GDAL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table: Kestrel's instance masks against the bare loop and each peer that is installed."""
    peers = os.environ.get("KESTREL_PEERS", "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene = _annotated(folder, 1024 if quick else 8192)
        own = _run("kestrel", sys.executable, scene, folder)
        if own is None:
            raise RuntimeError("Kestrel's own export did not run.")
        rows = []
        for tool, does in DOES.items():
            python = sys.executable if tool == "bare" else peers
            other = _run(tool, python, scene, folder) if python else None
            if other is None:
                continue
            if other["chips"] != own["chips"]:
                does += f", {other['chips']} of {own['chips']} chips"
            speed, limit = (run["chips"] / run["seconds"] for run in (own, other))
            rows.append(
                {
                    "tool": f"{NAME} beside {TOOLS[tool][1]} {other['version']}", "unit": "chips/CPU s", "kestrel": speed,
                    "limit": limit, "ratio": speed / limit, "limit_is": does,
                }
            )  # fmt: skip
        return rows


def _run(tool: str, python: str, scene: Path, folder: Path) -> dict | None:
    """Measure ``tool`` in a child process; None when it is not installed or fails."""
    script = Path(__file__).with_name("peers.py")
    with tempfile.TemporaryDirectory(dir=folder) as out:
        done = subprocess.run(
            [python, str(script), tool, str(scene), out], capture_output=True, text=True, env={**os.environ, **ONE_THREAD}
        )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        print(f"{tool}: not measured, {reason[0]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def _annotated(folder: Path, size: int) -> Path:
    """Return a folder with the scene of the export's benchmark and its objects in the forms that the peers read."""
    image, labels = _scene(folder, size)
    _, _, geometries, (kinds,) = pyogrio.raw.read(labels, columns=["kind"])
    with rasterio.open(image) as file:
        to_pixels = ~file.transform
    grid = to_pixels.a, to_pixels.b, to_pixels.d, to_pixels.e, to_pixels.c, to_pixels.f
    polygons = affine_transform(GeometryCollection(list(shapely.from_wkb(geometries))), grid)
    inside = shapely.clip_by_rect(list(polygons.geoms), 0, 0, size, size)
    numbers = {"car": 1, "tree": 2}
    annotations = []
    with (folder / "boxes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image_path", "xmin", "ymin", "xmax", "ymax", "label"])
        for number, (polygon, kind) in enumerate(zip(inside, kinds, strict=True)):
            left, top, right, bottom = polygon.bounds
            table.writerow([image.name, int(left), int(top), int(right) + 1, int(bottom) + 1, kind])
            annotations.append(
                {
                    "id": number, "image_id": 1, "category_id": numbers[kind], "iscrowd": 0, "area": polygon.area,
                    "bbox": [left, top, right - left, bottom - top],
                    "segmentation": [[value for point in polygon.exterior.coords[:-1] for value in point]],
                }
            )  # fmt: skip
    categories = [{"id": number, "name": kind} for kind, number in numbers.items()]
    images = [{"id": 1, "file_name": image.name, "width": size, "height": size}]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "coco.json").write_text(json.dumps(document))
    return folder
