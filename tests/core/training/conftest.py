"""Chips with bright squares on noise: a network can learn them in a minute."""

import json

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine

from core.events import Message, Metric, Progress
from core.jobs import TrainModel
from core.models import new_options
from core.models.anchors import Labels
from core.packages import IMAGENET, ClassInfo, ModelCard
from core.reporting import Reporter
from core.training import train

torch.set_num_threads(1)  # tiny networks lose more by waiting for threads than they gain, above all on a busy machine
SIZE = 64
RGB = ("Red", "Green", "Blue")


def draw(rng, bands, dtype, classes, objects):
    """Return pixels (bands, h, w), boxes and labels: squares of 14 to 22 px, bright in one band per class."""
    top = np.iinfo(dtype).max // (1 if dtype == "uint8" else 16)
    pixels = rng.integers(top // 4, top // 3, (bands, SIZE, SIZE)).astype(dtype)
    boxes, labels = [], []
    for place in rng.permutation(4)[:objects]:  # one in each quarter at most, so that they do not overlap
        side = int(rng.integers(14, 23))
        y, x = (32 * q + int(rng.integers(2, 32 - side)) for q in divmod(int(place), 2))
        label = int(rng.integers(1, classes + 1))
        pixels[:, y : y + side, x : x + side] = top // 2
        pixels[label - 1, y : y + side, x : x + side] = top
        boxes.append((x, y, x + side, y + side))
        labels.append(label)
    return pixels, boxes, labels


def write_chips(
    folder, count=24, metadata="PASCAL_VOC_rectangles", names=("square",), bands=RGB, dtype="uint8",
    placed=True, objects=None, seed=5,
):  # fmt: skip
    """Write chips that do not overlap, as ArcGIS Pro does; ``placed`` gives them world files."""
    rng = np.random.default_rng(seed)
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    values = {label: 10 * label for label in range(1, len(names) + 1)}
    ending = "tif" if metadata == "RCNN_Masks" else "xml"
    lines = []
    for number in range(count):
        wanted = int(rng.integers(1, 4)) if objects is None else objects
        pixels, boxes, labels = draw(rng, len(bands), dtype, len(names), wanted)
        stem = f"{number:09d}"
        image = folder / "images" / f"{stem}.tif"
        with rasterio.open(image, "w", "GTiff", SIZE, SIZE, len(bands), dtype=dtype, photometric="minisblack") as file:
            file.write(pixels)
        if placed:
            x, y = 1000 + 0.5 * SIZE * (number % 6), 9000 - 0.5 * SIZE * (number // 6)
            image.with_suffix(".tfw").write_text("\n".join(map(str, (0.5, 0, 0, -0.5, x + 0.25, y - 0.25))))
        if metadata == "RCNN_Masks":
            write_masks(folder, stem, names, boxes, labels)
        else:
            write_xml(folder, stem, boxes, [values[label] for label in labels])
        lines.append(f"images\\{stem}.tif  labels\\{stem}.{ending} ")
    (folder / "map.txt").write_text("\n".join(lines))
    classes = [{"Value": values[i], "Name": text, "Color": [10, 20, 30]} for i, text in enumerate(names, 1)]
    emd = {"ImageHeight": SIZE, "ImageWidth": SIZE, "MetaDataMode": metadata, "Classes": classes}
    emd["InputRastersProps"] = {"RasterCount": 1, "SensorName": "", "BandNames": list(bands)}
    (folder / "esri_model_definition.emd").write_text(json.dumps(emd))
    stats = {"Version": 1, "NumBands": len(bands), "NumTiles": count, "MetaDataMode": metadata}
    (folder / "esri_accumulated_stats.json").write_text(json.dumps(stats))
    return folder


def write_xml(folder, stem, boxes, values):
    objects = "".join(
        f"<object><name>{value}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>"
        for (x0, y0, x1, y1), value in zip(boxes, values, strict=True)
    )
    text = f"<annotation><size><width>{SIZE}</width><height>{SIZE}</height><depth>3</depth></size>{objects}</annotation>"
    (folder / "labels" / f"{stem}.xml").write_text(text)


def write_masks(folder, stem, names, boxes, labels):
    for label, name in enumerate(names, 1):
        own = [box for box, its in zip(boxes, labels, strict=True) if its == label]
        (folder / "labels" / name).mkdir(exist_ok=True)
        mask = np.zeros((1, SIZE, SIZE), np.uint8)
        for number, (x0, y0, x1, y1) in enumerate(own, 1):
            mask[0, y0:y1, x0:x1] = number
        if own:
            with rasterio.open(
                folder / "labels" / name / f"{stem}.tif", "w", "GTiff", SIZE, SIZE, 1, dtype="uint8", transform=Affine.scale(2)
            ) as file:
                file.write(mask)


class Log(Reporter):
    """Keeps what was reported; cancels when a given epoch is done."""

    def __init__(self, cancel_after=None):
        self.events, self._cancel_after = [], cancel_after
        super().__init__(self.keep)

    def keep(self, event):
        self.events.append(event)
        if isinstance(event, Metric) and event.part is None and event.epoch == self._cancel_after is not None:
            self.cancel.set()

    @property
    def text(self):
        return "\n".join(event.text for event in self.events if isinstance(event, Message))

    def curve(self, name):
        return [event.value for event in self.events if isinstance(event, Metric) and event.name == name]

    @property
    def stages(self):
        return [event for event in self.events if isinstance(event, Progress)]


def run_job(folder, output, log, **values):
    """Train with small values; return the outputs and the log."""
    defaults = {
        "model_type": "FasterRCNN", "backbone": "mobilenet_v2", "backbone_weights": "RANDOM", "epochs": 2, "batch_size": 4,
        "validation_percentage": 20, "processor": "CPU",
    }  # fmt: skip
    job = TrainModel.from_values({"input": str(folder), "output": str(output), **defaults, **values})
    return train.run(job, log), log


@pytest.fixture
def make_chips(tmp_path):
    """Write a folder of chips and return it; see :func:`write_chips`."""
    return lambda name="chips", **values: write_chips(tmp_path / name, **values)


@pytest.fixture
def make_log():
    """Make a :class:`Log`."""
    return Log


@pytest.fixture
def fit(tmp_path):
    """Train on a folder; see :func:`run_job`."""
    return lambda folder, log=None, output="model", **values: run_job(folder, tmp_path / output, log or Log(), **values)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A model of two epochs: its outputs and its log. Alone in its folder, with the chips."""
    folder = tmp_path_factory.mktemp("trained")
    return run_job(write_chips(folder / "chips", count=15), folder / "model", Log())


@pytest.fixture(scope="session")
def trainer():
    """Train on few chips of their own in a folder that outlives the test; see :func:`run_job`."""
    return lambda folder, **values: run_job(write_chips(folder / "chips", count=6), folder / "model", Log(), **values)


@pytest.fixture
def new_card():
    """Make a card of a new model of one class; keywords replace its fields."""

    def make(kind="FasterRCNN", **fields):
        values = {
            "backbone": "mobilenet_v2",
            "classes": (ClassInfo(1, "square"),),
            "bands": (0, 1, 2),
            "band_names": RGB,
            "dtype": "uint8",
            "tile_size": SIZE,
            "normalisation": IMAGENET,
            "options": new_options(kind, "mobilenet_v2", labels=Labels.of([[18, 18]])),
        }
        return ModelCard(model_type=kind, **{**values, **fields})

    return make
