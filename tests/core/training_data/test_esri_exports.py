"""Real exports of ArcGIS Pro: read, trained from, and made again by Kestrel with the same labels."""

import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import rasterio
import shapely
import torch

from core.errors import InputError
from core.jobs import TrainModel
from core.jobs.export_training_data import ExportTrainingData
from core.reporting import Reporter
from core.training import train
from core.training_data import TrainingData
from core.training_data.export import run

EMD, SUMS = "esri_model_definition.emd", "esri_accumulated_stats.json"
TILE = 448


@pytest.fixture(scope="module")
def exports(request):
    folder = request.config.rootpath.parent / "shared" / "data" / "esri-exports"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    return folder


@pytest.fixture(scope="module")
def palms(exports):
    """Chips, and the offset of each from the first in pixels, (n, 2)."""
    data = TrainingData.open(exports / "palm-voc")
    first = data.chips[0].transform
    offsets = np.array([(~first) * (chip.transform * (0, 0)) for chip in data.chips])
    assert np.abs(offsets - offsets.round()).max() < 0.01
    return data, offsets.round().astype(int)


@pytest.fixture(scope="module")
def export(palms, tmp_path_factory):
    """Export the palms again: the chips pasted together, and a circle in each box that no edge of its chip cuts."""
    data, offsets = palms
    root = tmp_path_factory.mktemp("palms")
    width, height = (int(side) for side in offsets.max(axis=0) + TILE)
    pixels = np.zeros((3, height, width), np.uint8)
    circles = {}
    for chip, (x, y) in zip(data.chips, offsets.tolist(), strict=True):
        pixels[:, y : y + TILE, x : x + TILE] = data.read_image(chip)
        for box in data.read_targets(chip).boxes.astype(float):
            if box.min() > 0.1 and box.max() < TILE - 0.1:
                left, top, right, bottom = box + np.array([x, y, x, y])
                circle = shapely.Point((left + right) / 2, (top + bottom) / 2).buffer((right - left) / 2, quad_segs=32)
                circles[round(left), round(top)] = circle
    transform = data.chips[0].transform
    with rasterio.open(
        root / "mosaic.tif",
        "w",
        "GTiff",
        width,
        height,
        3,
        dtype="uint8",
        transform=transform,
        crs="EPSG:3857",
        photometric="RGB",
    ) as file:
        file.write(pixels)
    places = [shapely.transform(circle, lambda points: np.column_stack(transform * points.T)) for circle in circles.values()]
    features = [
        {"type": "Feature", "properties": {"class": 1, "name": "Palm"}, "geometry": shapely.geometry.mapping(place)}
        for place in places
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:3857"}}
    (root / "palms.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))

    def go(name, metadata_format, image_format="JPEG"):
        job = ExportTrainingData.from_values(
            {
                "input_raster": str(root / "mosaic.tif"), "input_labels": str(root / "palms.geojson"), "class_field": "class",
                "class_name_field": "name", "metadata_format": metadata_format, "image_format": image_format,
                "tile_size_x": TILE, "stride_x": 64, "stride_y": 128, "parallel": 1, "output": str(root / name),
            }
        )  # fmt: skip
        run(job, Reporter(lambda event: None))
        return root / name

    return go


@pytest.fixture(scope="module")
def again(export):
    return export("again", "PASCAL_VOC_rectangles")


def load(folder, name):
    return json.loads((folder / name).read_text())


def structure(value):
    """A JSON value without its numbers and texts."""
    if isinstance(value, dict):
        return {key: structure(item) for key, item in value.items() if key != "Kestrel"}
    if isinstance(value, list):
        return [structure(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def newest(old, new):
    """The structure of a current version, with what only the old one has an example of; nothing of a second raster."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in new if not (key.endswith("2") and key[:-1] in new)]
        both = {key: newest(old.get(key, new[key]), new[key]) for key in keys}
        return {**both, **{key: old[key] for key in old if key not in both}}
    return old if new == [] else new


def words(text):
    """Lines with every number and name replaced."""
    return [re.sub(r" *-?\d[\d.]*", " #", line.rstrip("\r")) for line in text.split("\n")]


def test_they_train(exports, tmp_path):
    torch.set_num_threads(1)
    job = TrainModel.from_values(
        {
            "input": str(exports / "palm-voc"), "output": str(tmp_path / "model"), "model_type": "FasterRCNN",
            "backbone": "mobilenet_v2", "backbone_weights": "RANDOM", "epochs": 1, "batch_size": 4, "chip_size": 128,
            "processor": "CPU",
        }
    )  # fmt: skip
    events = []
    outputs = train.run(job, Reporter(events.append))
    assert outputs["BEST_EPOCH"] == 1 and (tmp_path / "model" / "model.dlpk").is_file()
    losses = [event.value for event in events if getattr(event, "name", "") == "training_loss"]
    assert len(losses) == 1 and np.isfinite(losses[0])


@pytest.mark.parametrize("name", [EMD, SUMS])
def test_the_metadata_have_the_same_structure(exports, again, name):
    """Key for key, in the same order: of the old export, with what newer versions add."""
    palm, newer = load(exports / "palm-voc", name), load(exports / "newer-metadata", name)
    expected = newest(structure(palm), structure(newer))
    own = structure(load(again, name))
    assert own == expected
    assert [key for key in own if key in newer] == [key for key in expected if key in newer]
    assert [key for key in own if key in palm] == list(palm)
    assert "Kestrel" not in load(again, SUMS)


@pytest.mark.parametrize("name", [EMD, SUMS])
def test_classified_tiles_have_the_same_structure(exports, export, tmp_path, name):
    folder = export(f"classified {name}", "Classified_Tiles", "TIFF")
    drone, newer = load(exports / "drone-metadata", name), load(exports / "newer-metadata", name)
    newer.pop("FeatureStats", None)
    expected = newest(structure(drone), structure(newer))
    own = structure(load(folder, name))
    assert own == expected
    assert [key for key in own if key in drone] == list(drone)
    if name == SUMS:
        check_pixel_counts(folder)
        ours, theirs = ((at / "stats.txt").read_text().split("\n") for at in (folder, exports / "drone-metadata"))
        heads = [[re.sub(r"[\d.]+", "#", line.rstrip("\r")) for line in lines[:4]] for lines in (ours, theirs)]
        assert heads[0] == heads[1]
        assert len(ours[4]) == len(theirs[4].rstrip("\r"))
        line = re.compile(r"images\\\d{9}\.tif  labels\\\d{9}\.tif ")
        for at in (folder, exports / "drone-metadata"):
            assert all(line.fullmatch(text) for text in (at / "map.txt").read_text().splitlines())


def check_pixel_counts(folder):
    """The numbers are those of the masks on disk."""
    sums = load(folder, SUMS)
    counts = []
    for path in sorted((folder / "labels").iterdir()):
        with rasterio.open(path) as file:
            counts.append(int((file.read() == 1).sum()))
    assert sums["OutputFeatures"] is False
    assert sums["ClassPixelStats"]["NumPixelsPerClass"] == [sum(counts)]
    assert sums["ClassPixelStats"]["NumImagesPerClass"] == [len(counts)]
    assert sums["ClassPixelStats"]["PixelsPerClass"][0]["Max"] == max(counts)


def test_the_other_files_have_the_same_layout(exports, again):
    palm, newer = exports / "palm-voc", exports / "newer-metadata"
    line = re.compile(r"images\\\d{9}\.jpg  labels\\\d{9}\.xml ")
    for folder in (palm, again):
        assert all(line.fullmatch(text) for text in (folder / "map.txt").read_text().splitlines())
    own, old = words((again / "stats.txt").read_text()), words((palm / "stats.txt").read_text())
    assert own[:6] == words((newer / "stats.txt").read_text())[:6]
    assert own[6:] == old[4:]
    assert [len(line) for line in (again / "stats.txt").read_text().splitlines()[6:]] == [
        len(line) for line in (palm / "stats.txt").read_text().splitlines()[4:]
    ]

    def tags(path):
        return {(parent.tag, child.tag) for parent in ElementTree.parse(path).iter() for child in parent}

    def lines(path):
        return re.sub(r">[^<\n]+<", "><", path.read_text()).split("\n")

    first, second = (folder / "labels" / "000000000.xml" for folder in (palm, again))
    assert tags(first) == tags(second)
    assert lines(first)[:17] == lines(second)[:17]
    endings = [{path.name[9:] for path in folder.glob("images/*")} for folder in (again, palm)]
    assert endings[0] == endings[1] == {".jpg", ".jgw", ".jpg.aux.xml"}
    world, theirs = ((folder / "images" / "000000000.jgw").read_text() for folder in (again, palm))
    assert len(world.splitlines()) == len(theirs.splitlines()) == 6


def test_chips_at_the_same_place_have_the_same_boxes(palms, again):
    """Palms are circles in ArcGIS too: also those that the edge of a chip cuts have its boxes."""
    data, offsets = palms
    own = TrainingData.open(again)
    first = data.chips[0].transform
    places = {tuple(np.round((~first) * (chip.transform * (0, 0))).astype(int).tolist()): chip for chip in own.chips}
    assert [(item.value, item.name) for item in own.classes] == [(1, "Palm")]
    compared = 0
    for chip, offset in zip(data.chips, offsets.tolist(), strict=True):
        theirs = data.read_targets(chip).boxes
        boxes = own.read_targets(places[tuple(offset)]).boxes
        for box in theirs:
            grazed = (box[2:] - box[:2]).min() < 1  # where a circle is only just cut, its length depends on its corners
            assert np.abs(boxes - box).max(axis=1).min() < (1 if grazed else 0.3), (chip.name, box, boxes)
            compared += 1
        assert len(boxes) == len(theirs), chip.name
    assert compared == 35


@pytest.mark.parametrize(("name", "mode"), [("newer-metadata", "Export_Tiles"), ("drone-metadata", "Classified_Tiles")])
def test_formats_without_objects_are_refused_by_name(exports, name, mode):
    with pytest.raises(InputError, match=f"of the format {mode}, which tells no objects"):
        TrainingData.open(exports / name)
