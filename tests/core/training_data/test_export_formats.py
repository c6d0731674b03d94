"""Every format through the export itself: in two processes, divided, and added to."""

import json

import numpy as np
import pytest
import rasterio
import shapely

from core.imagery import Raster
from core.jobs.export_training_data import ExportTrainingData
from core.training_data import TrainingData
from core.training_data.export import run
from core.training_data.formats import FORMATS
from core.vectors import to_map

OBJECTS = [name for name, known in FORMATS.items() if known.trainable]
SIDE = 128


@pytest.fixture
def export(make_raster, make_layer, noise, tmp_path, report):
    """Export a grid of circles of two classes; some overlap."""
    image = make_raster(noise(3, SIDE, SIDE))
    circles = [shapely.Point(x, y).buffer(7) for x in range(10, SIDE, 18) for y in range(8, SIDE, 13)]
    with Raster(image) as raster:
        places = list(to_map(np.array(circles, object), raster))
    labels = make_layer(places, {"kind": np.array(["b", "a", "b"] * len(circles), object)[: len(circles)]})

    def go(name, **values):
        job = ExportTrainingData.from_values(
            {
                "input_raster": image, "input_labels": labels, "class_field": "kind", "output": str(tmp_path / name),
                "metadata_format": name, "tile_size_x": 32, "stride_x": 16, "parallel": 1, **values,
            }
        )  # fmt: skip
        return run(job, report), tmp_path / name

    return go


@pytest.mark.parametrize("name", OBJECTS)
def test_an_export_is_read_back(export, name):
    outputs, folder = export(name, validation_percentage=25, split_block=1, parallel=2)
    data = TrainingData.open(folder)
    assert data.metadata_format == name and data.warnings == ()
    assert [item.name for item in data.classes] == ["a", "b"]
    targets = {chip.name: data.read_targets(chip) for chip in data.chips}
    assert len(targets) == outputs["CHIPS"] and sum(map(len, targets.values())) == outputs["OBJECTS"]
    assert data.sides.keys() == targets.keys() and set(data.sides.values()) == {"train", "validation"}
    sums = json.loads((folder / "esri_accumulated_stats.json").read_text())["FeatureStats"]
    labels = np.concatenate([item.labels for item in targets.values()])
    assert sums["NumFeaturesPerClass"] == np.bincount(labels)[1:].tolist()
    lines = (folder / "map.txt").read_text().splitlines()
    assert all((folder / part).is_file() for line in lines for part in line.replace("\\", "/").split())


@pytest.mark.parametrize("name", OBJECTS)
def test_an_export_is_added_to(export, name):
    first, folder = export(name, stride_x=32)
    before = TrainingData.open(folder)
    boxes = {chip.name: before.read_targets(chip).boxes for chip in before.chips}
    second, _ = export(name, stride_x=0, append=True, no_feature_tiles=True)
    data = TrainingData.open(folder)
    assert len(data.chips) == first["CHIPS"] + second["CHIPS"]
    after = {chip.name: data.read_targets(chip).boxes for chip in data.chips}
    assert all(np.array_equal(after[name], box) for name, box in boxes.items())
    assert sum(map(len, after.values())) == first["OBJECTS"] + second["OBJECTS"]
    assert data.warnings == ()


@pytest.mark.parametrize("name", ["COCO", "YOLO_rectangles", "YOLO_segments"])
def test_other_software_needs_none_of_esris_files(export, name):
    _, folder = export(name, validation_percentage=25, split_block=1)
    with_metadata = TrainingData.open(folder)
    for path in folder.iterdir():
        if path.is_file() and path.name not in ("labels.json", "data.yaml", "train.txt", "val.txt", "test.txt"):
            path.unlink()
    data = TrainingData.open(folder)
    assert data.metadata_format == name
    assert data.classes[0].name == with_metadata.classes[0].name
    assert data.sides == with_metadata.sides
    for one, other in zip(data.chips, with_metadata.chips, strict=True):
        assert np.array_equal(data.read_targets(one).boxes, with_metadata.read_targets(other).boxes)


def test_labeled_tiles_have_one_class_each(export):
    outputs, folder = export("Labeled_Tiles")
    assert outputs["CHIPS"] == len(list((folder / "images").glob("*.tif"))) == len(list((folder / "labels").glob("*.xml")))
    assert outputs["CHIPS"] > 20


def test_classified_tiles_show_the_classes(export):
    _, folder = export("Classified_Tiles")
    values = set()
    for path in (folder / "labels").iterdir():
        with rasterio.open(path) as mask, rasterio.open(folder / "images" / path.name) as image:
            assert (mask.transform, mask.crs, mask.shape) == (image.transform, image.crs, image.shape)
            values |= set(np.unique(mask.read()).tolist())
    assert values == {0, 1, 2}
