"""Every chip format: what is written is read back."""

import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
import shapely.affinity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.packages.classes import ClassInfo
from core.training_data.formats import FORMATS, Finished
from core.training_data.formats.bridges import bridged, loops
from core.training_data.formats.data_yaml import DataYaml
from core.training_data.formats.outlines import masks, rings
from tests.core.training_data.format_scenes import (
    BOXES,
    CLASSES,
    HEIGHT,
    OUTLINES,
    SCENE,
    WIDTH,
    alike,
    chip,
    drawn,
    objects,
    read,
    same,
    write,
)  # fmt: skip


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


def areal(polygon):
    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


@st.composite
def polygon(draw):
    """A polygon on a grid of 0.01 px in the chip: perhaps with parts and holes, on the edge, or tiny."""
    area = shapely.Polygon(np.array(draw(rings_of(7))) / 100)
    scale = draw(st.sampled_from([1, 1, 0.3, 0.01]))
    area = areal(shapely.affinity.scale(area, scale, scale))
    for _ in range(draw(st.integers(0, 2))):
        other = areal(shapely.Polygon(np.array(draw(rings_of(5))) / 100))
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


# -- layouts ----------------------------------------------------------------------------------------------------------

TWO = objects(shapely.box(0, 2.5, 10.256, 30), shapely.box(3, 4, 5, 6), classes=(2, 0))


def label(folder, ending):
    return (folder / "labels" / f"000000000.{ending}").read_bytes().decode("ascii")


def test_kitti_has_15_columns_that_are_numbers(tmp_path):
    text = label(write(tmp_path, "KITTI_rectangles", TWO), "txt")
    assert text.splitlines()[0] == "300 0.00 0 0.00 0.00 2.50 10.26 30.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00"
    assert [len([float(column) for column in line.split(" ")]) for line in text.splitlines()] == [15, 15]


@pytest.mark.parametrize("name", ["PASCAL_VOC_rectangles", "Labeled_Tiles"])
def test_xml_holds_the_class_value_first(tmp_path, name):
    """Readers of Labeled_Tiles take the first child of the first object as a number."""
    root = ElementTree.fromstring(label(write(tmp_path, name, TWO), "xml"))
    first = root.find("object")
    assert [child.tag for child in root] == ["filename", "source", "size", "object", "object"]
    assert first[0].tag == "name" and int(first[0].text) == 300
    assert [child.text for child in first[1]] == ["0.00", "2.50", "10.26", "30.00"]
    assert [child.text for child in root.find("size")] == ["40", "30", "1"]
    assert FORMATS[name].one_object == (name == "Labeled_Tiles")


@pytest.mark.parametrize(
    ("values", "dtype"), [((1, 2, 3), "uint8"), ((2, 7, 255), "uint8"), ((2, 7, 256), "uint16"), ((2, 7, 70_000), "uint32")]
)
def test_classified_tiles(tmp_path, values, dtype):
    """Later objects lie on top, the pixel type holds every value, the place is that of the chip."""
    classes = [ClassInfo(value, str(value)) for value in values]
    shapes = objects(shapely.box(2, 2, 10, 10), shapely.box(5, 5, 20, 20), shapely.box(8, 8, 12, 12), classes=(2, 0, 1))
    (tmp_path / "labels").mkdir()
    frame = chip()
    assert FORMATS["Classified_Tiles"].write(tmp_path, frame, shapes, classes) == ["labels/000000000.tif"]
    with rasterio.open(tmp_path / "labels" / "000000000.tif") as file:
        pixels = file.read()
        assert (file.transform, file.shape, file.count) == (frame.transform, (HEIGHT, WIDTH), 1)
    assert pixels.dtype == dtype
    assert [pixels[0, i, i].item() for i in (0, 3, 6, 9, 15, 25)] == [0, values[2], values[0], values[1], values[0], 0]


def test_classified_tiles_without_objects(tmp_path):
    with rasterio.open(write(tmp_path, "Classified_Tiles", objects()) / "labels" / "000000000.tif") as file:
        assert not file.read().any()


def test_yolo_boxes(tmp_path):
    folder = write(tmp_path, "YOLO_rectangles", TWO, objects())
    assert label(folder, "txt") == "2 0.1282500 0.5416667 0.2565000 0.9166667\n0 0.1000000 0.1666667 0.0500000 0.0666667\n"
    assert (folder / "labels" / "000000001.txt").read_text() == ""


def test_yolo_outlines_are_rings_of_shares(tmp_path):
    text = label(write(tmp_path, "YOLO_segments", TWO), "txt")
    number, *shares = text.splitlines()[1].split(" ")
    assert number == "0"
    points = np.array(shares, float).reshape(-1, 2) * (WIDTH, HEIGHT)
    assert shapely.Polygon(points.round(4)).equals(shapely.box(3, 4, 5, 6))
    assert len(points) == 4


@pytest.mark.parametrize("name", ["YOLO_rectangles", "YOLO_segments"])
def test_data_yaml(tmp_path, name):
    folder = write(tmp_path, name, TWO, TWO)
    lines = (folder / "data.yaml").read_text("ascii").splitlines()
    assert lines == [
        "# Exported by Kestrel Object Detection", "train: images", "val: images", "names:", '  0: "tree"',
        '  1: "\\u00d6l \\"1\\": #2, it\'s"', '  2: "7"',
    ]  # fmt: skip
    data = DataYaml.read(folder)
    assert list(data.names.values()) == [item.name for item in CLASSES]
    assert {path.name for path in data.images()} == {"000000000.tif", "000000001.tif"}


def test_data_yaml_of_a_division(tmp_path):
    sides = {"000000000.tif": "train", "000000001.tif": "validation", "000000002.tif": "test"}
    folder = write(tmp_path, "YOLO_segments", TWO, TWO, TWO, TWO, sides=sides)
    assert (folder / "data.yaml").read_text().splitlines()[1:4] == ["train: train.txt", "val: val.txt", "test: test.txt"]
    assert (folder / "val.txt").read_text() == "./images/000000001.tif\n"
    found = FORMATS["YOLO_segments"].find(folder, CLASSES)
    assert found.sides == {path[:-4]: side for path, side in sides.items()}


def test_class_numbers_of_yolo_must_not_shift(tmp_path):
    """A class between two others would give the chips that are there another class."""
    folder = write(tmp_path, "YOLO_rectangles", TWO)
    more = (CLASSES[0], ClassInfo(3, "new"), *CLASSES[1:])
    with pytest.raises(InputError, match=r"data\.yaml numbers the classes tree, .*; now they would be tree, new, "):
        FORMATS["YOLO_rectangles"].finish(folder, Finished(more, ["000000000.tif"], {}))
    FORMATS["YOLO_rectangles"].finish(folder, Finished((*CLASSES, ClassInfo(400, "new")), ["000000000.tif"], {}))


# -- bridges ----------------------------------------------------------------------------------------------------------


def filled(rings):
    return masks([rings], HEIGHT, WIDTH)[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shape=polygon())
def test_one_ring_covers_the_same_pixels(shape):
    (outline,) = rings(np.array([shape], object))
    joined = bridged(outline)
    assert len(joined) == sum(map(len, outline)) + 2 * (len(outline) - 1)
    assert alike(filled(loops(joined)), shape)
    assert shapely.Polygon(joined).length >= shape.length - 0.01


def test_bridges_do_not_show():
    """Also where they run along the middles of pixels."""
    ring = shapely.box(2.5, 2.5, 20.5, 20.5) - shapely.box(6.5, 2.5 + 8, 10.5, 14.5)
    (outline,) = rings(np.array([ring], object))
    assert np.array_equal(filled(loops(bridged(outline))), drawn(ring))
    assert len(loops(bridged(outline))) == 2


def test_a_ring_without_area_stays():
    walk = np.array([(1.0, 1.0), (5.0, 1.0), (1.0, 1.0)])
    assert [ring.tolist() for ring in loops(walk)] == [walk.tolist()]
    assert filled(loops(walk)).sum() == 1
