"""One tool cutting one scene into chips, in a process of its own: ``python benchmarks/peers.py TOOL SCENE OUT``.

Runs in any Python that has the tool; prints one line of JSON with the number of chips, the CPU seconds of all threads and child
processes, and the tool's version. The scene is cut twice and the quicker run counts, so that imports and a cold cache do not.

The scene is a folder with ``image.tif`` and the objects on it as ``labels.gpkg``, ``coco.json`` and ``boxes.csv``; each tool
takes the form it knows. Every tool cuts tiles of 256 pixels side by side and keeps those without objects.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import sys
from pathlib import Path

TILE = 256
ROOT = Path(__file__).resolve().parent.parent


def bare(scene: Path, out: Path):
    """Read each window and write it with rasterio: the images without any label."""
    import rasterio
    from rasterio.windows import Window

    def cut():
        out.mkdir(parents=True)
        with rasterio.Env(), rasterio.open(scene / "image.tif") as file:
            profile = {"driver": "GTiff", "width": TILE, "height": TILE, "count": file.count, "dtype": "uint8", "crs": file.crs}
            for number, (row, column) in enumerate(
                (row, column) for row in range(0, file.height, TILE) for column in range(0, file.width, TILE)
            ):
                place = Window(column, row, TILE, TILE)
                path = out / f"{number:09d}.tif"
                with rasterio.open(path, "w", transform=file.window_transform(place), **profile) as chip:
                    chip.write(file.read(window=place))

    return cut


def kestrel(scene: Path, out: Path):
    """Chips with an instance mask for each class, statistics, metadata and the contact sheet."""
    sys.path.insert(0, str(ROOT))
    from core.jobs.export_training_data import ExportTrainingData
    from core.reporting import silent
    from core.training_data.export import run

    job = ExportTrainingData(
        input_raster=str(scene / "image.tif"), input_labels=str(scene / "labels.gpkg"), class_field="kind",
        metadata_format="RCNN_Masks", tile_size_x=TILE, tile_size_y=TILE, stride_x=0, stride_y=0, no_feature_tiles=True,
        parallel=1, output=str(out),
    )  # fmt: skip
    return lambda: run(job, silent())


def geoai_tiles(scene: Path, out: Path):
    """Chips with a mask of classes and a COCO file; ``geoai.export_geotiff_tiles``."""
    import geoai

    image, labels = str(scene / "image.tif"), str(scene / "labels.gpkg")
    return lambda: geoai.export_geotiff_tiles(
        image, str(out), labels, tile_size=TILE, stride=TILE, class_value_field="kind", quiet=True, metadata_format="COCO"
    )


def geoai_training_data(scene: Path, out: Path):
    """Chips with a mask of classes and a COCO file; ``geoai.export_training_data``."""
    import geoai

    image, labels = str(scene / "image.tif"), str(scene / "labels.gpkg")
    return lambda: geoai.export_training_data(
        image,
        str(out),
        labels,
        tile_size_x=TILE,
        tile_size_y=TILE,
        class_value_field="kind",
        quiet=True,
        metadata_format="COCO",
    )


def sahi(scene: Path, out: Path):
    """Chips and a COCO file with the outlines; ``sahi.slicing.slice_coco``."""
    from sahi.slicing import slice_coco

    return lambda: slice_coco(
        str(scene / "coco.json"), str(scene), "chips", str(out), slice_height=TILE, slice_width=TILE, overlap_height_ratio=0,
        overlap_width_ratio=0, min_area_ratio=0,
    )  # fmt: skip


def deepforest(scene: Path, out: Path):
    """Chips and a table with the boxes; ``deepforest.preprocess.split_raster``."""
    from deepforest.preprocess import split_raster

    return lambda: split_raster(
        annotations_file=str(scene / "boxes.csv"), path_to_raster=str(scene / "image.tif"), root_dir=str(scene),
        patch_size=TILE, patch_overlap=0, allow_empty=True, save_dir=str(out),
    )  # fmt: skip


def torchgeo(scene: Path, out: Path):
    """Chips and masks in memory, none written; ``GridGeoSampler`` over raster and vectors."""
    from torchgeo.datasets import RasterDataset, VectorDataset
    from torchgeo.samplers import GridGeoSampler

    def cut():
        image = RasterDataset(str(scene / "image.tif"))
        data = image & VectorDataset(str(scene / "labels.gpkg"), res=image.res)
        for place in GridGeoSampler(data, TILE, TILE):
            sample = data[place]
            chips.append(tuple(sample["image"].shape) == (3, TILE, TILE) and tuple(sample["mask"].shape) == (TILE, TILE))

    chips: list[bool] = []
    cut.count = lambda: sum(chips)
    return cut


TOOLS = {  # by name: what makes the work ready, and the distribution that it comes from
    "bare": (bare, "rasterio"),
    "kestrel": (kestrel, ""),
    "geoai tiles": (geoai_tiles, "geoai-py"),
    "geoai training data": (geoai_training_data, "geoai-py"),
    "torchgeo": (torchgeo, "torchgeo"),
    "deepforest": (deepforest, "deepforest"),
    "sahi": (sahi, "sahi"),
}


def main(tool: str, scene: str, out: str) -> None:
    """Do it and print the figures; standard output is for them alone."""
    make_ready, distribution = TOOLS[tool]
    seconds = []
    with contextlib.redirect_stdout(sys.stderr):
        for number in "12":
            work = make_ready(Path(scene), Path(out, number))
            begun = _cpu_seconds()
            work()
            seconds.append(_cpu_seconds() - begun)
        count = getattr(work, "count", lambda: _images(Path(out, number)))()
        version = importlib.metadata.version(distribution) if distribution else ""
    print(json.dumps({"chips": count, "seconds": min(seconds), "version": version}))


def _images(out: Path) -> int:
    """Count the chips, which lie in ``images`` when masks lie beside."""
    folder = out / "images" if (out / "images").is_dir() else out
    return sum(path.suffix in {".tif", ".png", ".jpg"} for path in folder.iterdir())


def _cpu_seconds() -> float:
    """Seconds that this process and its finished children computed (on Windows: this process)."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(*sys.argv[1:])
