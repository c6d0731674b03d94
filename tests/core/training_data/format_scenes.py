"""Chips with known objects, written and read by one format at a time."""

import numpy as np
import shapely
from affine import Affine

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
            left = list(targets.masks[found])
            for shape in shapes:
                number = next((i for i, mask in enumerate(left) if alike(mask, shape)), None)
                assert number is not None, shape
                del left[number]


def alike(mask, shape):
    """Whether a mask is that of a polygon; of one without any pixel's centre, any pixel that it touches."""
    expected = drawn(shape)
    if np.array_equal(mask, expected):
        return True
    if mask.sum() != 1 or expected.sum() != 1:
        return False
    row, col = np.argwhere(mask)[0]
    return shapely.dwithin(shapely.box(col, row, col + 1, row + 1), shape, 1e-9)
