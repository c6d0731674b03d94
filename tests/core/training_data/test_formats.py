"""Every chip format: what is written is read back."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.affinity
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.packages.classes import ClassInfo
from core.training_data.chips import ChipFrame, ChipObjects
from core.training_data.drawing import instance_planes
from core.training_data.formats import FORMATS, Finished
from core.training_data.images import ImageStyle, write_image

BOXES = ("PASCAL_VOC_rectangles", "KITTI_rectangles", "YOLO_rectangles")
OUTLINES = ("RCNN_Masks", "COCO", "YOLO_segments")
CLASSES = (ClassInfo(2, "tree"), ClassInfo(7, 'Öl "1": #2, it\'s'), ClassInfo(300, "7"))
WIDTH, HEIGHT = 40, 30


def chip(number=0):
    stem = f"{number:09d}"
    return ChipFrame(stem, f"{stem}.tif", 1, HEIGHT, WIDTH, Affine(0.5, 0, 100, 0, -0.5, 900), None)


def objects(*polygons, classes=None):
    shapes = np.array(polygons, object)
    positions = np.zeros(len(shapes), int) if classes is None else np.array(classes, int)
    return ChipObjects(shapes, positions, np.arange(len(shapes)))  # a plane for each: what to keep apart is tested elsewhere


def write(folder, name, *chips, sides=None, first=0):
    """Write chips of objects, with images, and finish the folder."""
    for part in ("images", "labels"):
        (folder / part).mkdir(exist_ok=True, parents=True)
    names = []
    for number, item in enumerate(chips, first):
        frame = chip(number)
        write_image(folder, frame, np.ones((1, HEIGHT, WIDTH), np.uint8), np.ones((HEIGHT, WIDTH), bool), ImageStyle())
        FORMATS[name].write(folder, frame, item, CLASSES)
        names.append(frame.image)
    FORMATS[name].finish(folder, Finished(CLASSES, names, sides or {}))
    return folder


def read(folder, name, number=0):
    found = FORMATS[name].find(folder, CLASSES)
    assert found.warnings == []
    return FORMATS[name].read(found.labels[f"{number:09d}"], WIDTH, HEIGHT)


SCENE = objects(
    shapely.Point(10, 10).buffer(7) - shapely.Point(10, 10).buffer(3),
    shapely.box(12, 2, 20, 12.5),
    shapely.MultiPolygon([shapely.box(25, 3, 28, 6), shapely.box(31, 3, 39.25, 7) - shapely.box(33, 4, 35, 6)]),
    shapely.box(25.1, 20.1, 25.3, 20.3),
    shapely.Polygon([(40, 30), (30, 30), (40, 20)]),
    classes=(0, 0, 2, 1, 0),
)


# -- round trips ------------------------------------------------------------------------------------------------------


def drawn(polygon):
    return instance_planes(np.array([polygon], object), np.zeros(1, int), HEIGHT, WIDTH)[0] > 0


def same(targets, item, boxes=True):
    """Check that targets are the objects of a chip, in any order within a class."""
    labels = item.classes + 1
    assert sorted(targets.labels) == sorted(labels)
    for label in np.unique(labels):
        shapes, found = item.polygons[labels == label], targets.labels == label
        if boxes:
            assert np.allclose(targets.boxes[found], shapely.bounds(shapes), rtol=0, atol=0.0101)
        if targets.masks is not None:
            assert sorted(m.tobytes() for m in targets.masks[found]) == sorted(drawn(shape).tobytes() for shape in shapes)


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
def test_a_scene_comes_back(tmp_path, name):
    """Holes, parts, overlaps, a tiny object, one on the edge."""
    targets = read(write(tmp_path, name, SCENE), name)
    assert (targets.masks is None) == (name in BOXES)
    same(targets, SCENE, boxes=name != "RCNN_Masks")


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
def test_negatives_come_back(tmp_path, name):
    write(tmp_path, name, SCENE, objects())
    targets = read(tmp_path, name, 1)
    assert len(targets) == 0 and targets.boxes.shape == (0, 4)
    assert targets.masks is None if name in BOXES else targets.masks.shape == (0, HEIGHT, WIDTH)
    assert len(read(tmp_path, name, 0)) == 5


def rings_of(size):
    point = st.tuples(st.integers(-200, WIDTH * 100 + 200), st.integers(-200, HEIGHT * 100 + 200))
    return st.lists(point, min_size=3, max_size=size)


@st.composite
def polygon(draw):
    """A polygon on a grid of 0.01 px in the chip: perhaps with parts and holes, on the edge, or tiny."""
    area = shapely.Polygon(np.array(draw(rings_of(7))) / 100)
    scale = draw(st.sampled_from([1, 1, 0.3, 0.01]))
    area = shapely.make_valid(shapely.affinity.scale(area, scale, scale))
    for _ in range(draw(st.integers(0, 2))):
        other = shapely.make_valid(shapely.Polygon(np.array(draw(rings_of(5))) / 100))
        area = (shapely.union if draw(st.booleans()) else shapely.difference)(area, other)
    area = shapely.intersection(area, shapely.box(0, 0, WIDTH, HEIGHT))
    area = shapely.set_precision(area, 0.01)
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area > 0.01]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else shapely.box(5, 5, 5.4, 5.4)


scenes = st.lists(st.tuples(polygon(), st.integers(0, 2)), max_size=6)


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scene=scenes)
def test_any_scene_comes_back(name, scene):
    item = objects(*(shape for shape, _ in scene), classes=[position for _, position in scene])
    with tempfile.TemporaryDirectory() as folder:
        same(read(write(Path(folder), name, item), name), item, boxes=name != "RCNN_Masks")
