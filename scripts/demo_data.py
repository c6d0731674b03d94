"""Get the demo's imagery and labels: ``python scripts/demo_data.py FOLDER`` in the managed environment.

The wheel of DeepForest 2.1.0 (MIT, Ben Weinstein and others) carries airborne pictures from the National Ecological Observatory
Network with hand-drawn tree crowns: two of Yellowstone, one of Florida. Only these data files are used, none of its code.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

PACKAGE = "deepforest==2.1.0"
CELL_SIZE = 0.1  # metres a pixel
YELLOWSTONE, FLORIDA = "EPSG:32612", "EPSG:32617"
# File in the wheel, south-west corner, coordinate system. Where in their NEON tile the pictures of Yellowstone were cut is not
# known, so they are put at its corner: real size and zone, place up to 1 km off. That of Florida lies where it was taken.
PICTURES = {
    "train": ("2019_YELL_2_528000_4978000_image_crop2", (528000.0, 4978000.0), YELLOWSTONE),
    "test": ("2019_YELL_2_541000_4977000_image_crop", (541000.0, 4977000.0), YELLOWSTONE),
    "florida": ("OSBS_029", (404211.9, 3285102.9), FLORIDA),
}


def main(folder: Path) -> None:
    """Write a ``.tif`` and a ``.gpkg`` for each of ``PICTURES`` into ``folder``; keep what is there."""
    missing = [name for name in PICTURES if not ((folder / f"{name}.tif").exists() and (folder / f"{name}.gpkg").exists())]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        pip = [sys.argv[2], "-m", "pip"] if len(sys.argv) > 2 else [sys.executable, "-m", "pip"]
        subprocess.run(
            [*pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", temporary, PACKAGE], check=True
        )
        with zipfile.ZipFile(next(Path(temporary).glob("*.whl"))) as wheel:
            for name in missing:
                stem, corner, crs = PICTURES[name]
                picture = wheel.read(f"deepforest/data/{stem}.png")
                boxes = read_boxes(wheel.read(f"deepforest/data/{stem}.xml"))
                write(folder, name, picture, boxes, corner, crs)


def read_boxes(xml: bytes) -> np.ndarray:
    """Return the boxes of a Pascal VOC file: float64 (n, 4), x0 y0 x1 y1 in pixels."""
    corners = ("xmin", "ymin", "xmax", "ymax")
    objects = ElementTree.fromstring(xml).iter("bndbox")
    return np.array([[float(box.findtext(corner, "nan")) for corner in corners] for box in objects])


def write(folder: Path, name: str, picture: bytes, boxes: np.ndarray, corner: tuple[float, float], crs: str) -> None:
    """Write one picture as GeoTIFF and its boxes as GeoPackage; ``corner`` is the lower-left in map units."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a plain PNG is not
        with rasterio.open(io.BytesIO(picture)) as source:
            pixels = source.read([1, 2, 3])
    height, width = pixels.shape[1:]
    transform = Affine(CELL_SIZE, 0, corner[0], 0, -CELL_SIZE, corner[1] + height * CELL_SIZE)
    profile = {
        "driver": "GTiff", "width": width, "height": height, "count": 3, "dtype": "uint8", "crs": crs,
        "transform": transform, "tiled": True, "compress": "deflate", "predictor": 2, "photometric": "rgb",
    }  # fmt: skip
    with rasterio.open(folder / f"{name}.tif", "w", **profile) as target:
        target.write(pixels)

    x0, y1 = transform * (boxes[:, 0], boxes[:, 1])
    x1, y0 = transform * (boxes[:, 2], boxes[:, 3])
    pyogrio.raw.write(
        folder / f"{name}.gpkg",
        shapely.to_wkb(shapely.box(x0, y0, x1, y1)),
        field_data=[np.full(len(boxes), "tree", dtype=object)],
        fields=["class"],
        geometry_type="Polygon",
        crs=crs,
        layer=name,
        dataset_options={"VERSION": "1.2"},  # which QGIS of every age reads without a warning
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
