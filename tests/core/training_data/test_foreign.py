"""COCO and YOLO data sets of other software, without Esri's metadata."""

import contextlib
import json
import re

import numpy as np
import pytest
import rasterio

from core.errors import InputError
from core.training_data import TrainingData
from core.training_data.formats.data_yaml import DataYaml

BOX = [2, 3, 4, 5]  # x, y, width, height
RING = [2, 3, 6, 3, 6, 8, 2, 8]


def image(path, width=16, height=12, driver="PNG", bands=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", driver, width, height, bands, dtype="uint8") as file:
        file.write(np.full((bands, height, width), 9, "uint8"))


def coco(path, *names, objects=None, categories=((1, "tree"), (3, "car")), **extra):
    """Write a COCO file with one object in the first image, in which more keys may be set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if objects is None:
        objects = [{"category_id": categories[-1][0], "bbox": BOX, "segmentation": [RING], "iscrowd": 0, **extra}]
    content = {
        "annotations": [{"id": number, "image_id": 10, **item} for number, item in enumerate(objects)],
        "categories": [{"id": value, "name": name} for value, name in categories],
        "images": [{"id": 10 + number, "file_name": name, "width": 16, "height": 12} for number, name in enumerate(names)],
    }
    path.write_text(json.dumps(content))


def boxes(data):
    return {chip.name: data.read_targets(chip).boxes.tolist() for chip in data.chips}


# -- COCO -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "name", "place"),
    [
        ("labels.json", "a.png", "images/a.png"),
        ("labels.json", "a.png", "a.png"),
        ("labels.json", "images/a.png", "images/a.png"),
        ("labels.json", "images\\a.png", "images/a.png"),
        ("labels.json", "/somewhere/else/a.png", "images/a.png"),
        ("labels.json", "../images/a.png", "images/a.png"),
        ("annotations/instances_train2017.json", "a.png", "train2017/a.png"),
        ("annotations/instances_train2017.json", "a.png", "images/train2017/a.png"),
        ("annotations/all.json", "a.png", "images/a.png"),
        ("_annotations.coco.json", "a.png", "a.png"),
        ("train/_annotations.coco.json", "a.png", "train/a.png"),
        ("annotations.json", "sub/a.png", "images/sub/a.png"),
        ("result.json", "images/a.png", "images/a.png"),
    ],
)
def test_where_files_and_images_lie(tmp_path, file, name, place):
    coco(tmp_path / file, name)
    image(tmp_path / place)
    data = TrainingData.open(tmp_path)
    assert data.metadata_format == "COCO"
    assert [(item.value, item.name) for item in data.classes] == [(1, "tree"), (3, "car")]
    assert [chip.image for chip in data.chips] == [tmp_path / place]
    targets = data.read_targets(data.chips[0])
    assert targets.labels.tolist() == [2]
    assert targets.boxes.tolist() == [[2, 3, 6, 8]]
    assert targets.masks[0].sum() == 20 and targets.masks[0, 3:8, 2:6].all()
    assert (data.sides, data.statistics, data.image_space, data.warnings) == ({}, None, "MAP_SPACE", ())


def test_a_file_for_each_side(tmp_path):
    for name in ("train", "val", "test"):
        coco(tmp_path / "annotations" / f"instances_{name}2017.json", "a.png", f"only_{name}.png")
        coco(tmp_path / "annotations" / f"captions_{name}2017.json", "a.png", categories=((1, "no class"),))
        image(tmp_path / f"{name}2017" / "a.png")
        image(tmp_path / f"{name}2017" / f"only_{name}.png")
    data = TrainingData.open(tmp_path)
    assert [chip.name for chip in data.chips] == [
        "only_test", "only_train", "only_val", "test2017/a", "train2017/a", "val2017/a",
    ]  # fmt: skip
    assert data.sides["train2017/a"] == data.sides["only_train"] == "train"
    assert data.sides["val2017/a"] == "validation" and data.sides["only_test"] == "test"
    assert [len(item) for item in boxes(data).values()] == [0, 0, 0, 1, 1, 1]
    assert "no class" not in [item.name for item in data.classes]


def test_files_about_the_same_images_are_joined(tmp_path):
    coco(tmp_path / "annotations" / "roofs.json", "a.png", categories=((1, "roof"),))
    coco(tmp_path / "annotations" / "trees.json", "a.png", "b.png", categories=((2, "tree"),))
    for name in "ab":
        image(tmp_path / "images" / f"{name}.png")
    data = TrainingData.open(tmp_path)
    assert [data.read_targets(chip).labels.tolist() for chip in data.chips] == [[1, 2], []]
    assert data.sides == {}


def test_two_categories_of_one_name(tmp_path):
    coco(tmp_path / "labels.json", "a.png", categories=((1, "x"), (2, "x")))
    image(tmp_path / "images" / "a.png")
    data = TrainingData.open(tmp_path)
    assert data.read_targets(data.chips[0]).labels.tolist() == [2]


@pytest.mark.parametrize("name", ["a" * 5000 + ".png", "a\0.png", "\ud800.png", "", ".", "..", "/", "images"])
def test_names_that_no_system_takes(tmp_path, name):
    coco(tmp_path / "labels.json", name, "a.png")
    image(tmp_path / "images" / "a.png")
    content = json.loads((tmp_path / "labels.json").read_text())
    content["annotations"][0]["image_id"] = 11
    (tmp_path / "labels.json").write_text(json.dumps(content))
    data = TrainingData.open(tmp_path)
    assert boxes(data) == {"a": [[2, 3, 6, 8]]}
    assert "1 of 2 images that labels.json names are not there." in data.warnings


def test_one_side_alone_is_no_division(tmp_path):
    coco(tmp_path / "annotations" / "instances_train.json", "a.png")
    image(tmp_path / "images" / "a.png")
    assert TrainingData.open(tmp_path).sides == {}


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (((0, "a"), (1, "b")), [(1, "a"), (2, "b")]),
        (((5, "b"), (2, "a")), [(2, "a"), (5, "b")]),
        (((0, "0"), (1, "1")), [(1, "0"), (2, "1")]),
    ],
)
def test_categories_become_classes(tmp_path, categories, expected):
    coco(tmp_path / "labels.json", "a.png", categories=categories)
    image(tmp_path / "images" / "a.png")
    data = TrainingData.open(tmp_path)
    assert [(item.value, item.name) for item in data.classes] == expected
    name = data.classes[data.read_targets(data.chips[0]).labels[0] - 1].name
    assert name == categories[-1][1]


def test_the_group_of_roboflow_is_no_class(tmp_path):
    coco(tmp_path / "train" / "_annotations.coco.json", "a.png", categories=((1, "x"),))
    content = json.loads((tmp_path / "train" / "_annotations.coco.json").read_text())
    content["categories"] = [
        {"id": 0, "name": "birds", "supercategory": "none"}, {"id": 1, "name": "x", "supercategory": "birds"},
    ]  # fmt: skip
    (tmp_path / "train" / "_annotations.coco.json").write_text(json.dumps(content))
    image(tmp_path / "train" / "a.png")
    data = TrainingData.open(tmp_path)
    assert [(item.value, item.name) for item in data.classes] == [(1, "x")]


@pytest.mark.parametrize(
    ("extra", "box", "pixels"),
    [
        ({"segmentation": []}, [2, 3, 6, 8], 20),
        ({"segmentation": None}, [2, 3, 6, 8], 20),
        ({"segmentation": [[1, 1, 2, 2]]}, [2, 3, 6, 8], 20),
        ({"bbox": None}, [2, 3, 6, 8], 20),
        ({"bbox": []}, [2, 3, 6, 8], 20),
        ({"bbox": [-5, 3, 9, 100]}, [0, 3, 4, 12], 20),
        ({"segmentation": [RING, [10, 8, 12, 8, 12, 10, 10, 10]], "bbox": None}, [2, 3, 12, 10], 24),
        ({"segmentation": [RING, RING]}, [2, 3, 6, 8], 20),
        ({"segmentation": {"size": [12, 16], "counts": [12, 2, 178]}, "bbox": None}, [1, 0, 2, 2], 2),
        ({"segmentation": {"size": [12, 16], "counts": "<2b5"}, "bbox": None}, [1, 0, 2, 2], 2),
    ],
)
def test_outlines_of_every_kind(tmp_path, extra, box, pixels):
    coco(tmp_path / "labels.json", "a.png", **extra)
    image(tmp_path / "images" / "a.png")
    data = TrainingData.open(tmp_path)
    targets = data.read_targets(data.chips[0])
    assert targets.boxes.tolist() == [box]
    assert targets.masks.sum() == pixels


def test_what_is_left_out_is_told(tmp_path):
    good = {"category_id": 1, "bbox": BOX}
    objects = [
        good, {**good, "iscrowd": 1}, {**good, "category_id": 9}, {**good, "image_id": 99}, {**good, "bbox": [50, 50, 4, 4]},
    ]  # fmt: skip
    coco(tmp_path / "labels.json", "a.png", "gone.png", objects=objects)
    image(tmp_path / "images" / "a.png")
    data = TrainingData.open(tmp_path)
    assert boxes(data) == {"a": [[2, 3, 6, 8]]}
    assert data.warnings == (
        "1 of 2 images that labels.json names are not there.",
        "1 crowds (iscrowd) in labels.json are left out.",
        "2 objects in labels.json are of no category or image that it defines and are left out.",
        "2 objects in labels.json have no outline; their box is taken.",
    )


def test_images_of_many_sizes(tmp_path):
    """Each chip is clipped at its own edges."""
    coco(tmp_path / "labels.json", "a.png", "b.png")
    content = json.loads((tmp_path / "labels.json").read_text())
    content["annotations"] = [{"id": i, "image_id": 10 + i, "category_id": 1, "bbox": [2, 3, 90, 90]} for i in (0, 1)]
    (tmp_path / "labels.json").write_text(json.dumps(content))
    image(tmp_path / "images" / "a.png")
    image(tmp_path / "images" / "b.png", 50, 40)
    data = TrainingData.open(tmp_path)
    assert boxes(data) == {"a": [[2, 3, 16, 12]], "b": [[2, 3, 50, 40]]}
    assert [data.read_image(chip).shape for chip in data.chips] == [(3, 12, 16), (3, 40, 50)]
    assert [data.read_targets(chip).masks.shape for chip in data.chips] == [(1, 12, 16), (1, 40, 50)]
    assert [chip.size for chip in data.chips] == [(16, 12), (50, 40)]


def remove(key):
    def change(content):
        del content[key]

    return change


def put(key, value):
    def change(content):
        content[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (remove("categories"), r"labels\.json defines no categories"),
        (put("categories", []), r"labels\.json defines no categories"),
        (put("categories", [5]), "A category in .* has no id or name"),
        (put("categories", [{"id": 1e400, "name": "x"}]), "A category in .* has no id or name"),
        (put("images", [{"id": 1}]), r"no 'file_name' in \{'id': 1\} of its images"),
        (put("images", 5), "is no COCO file: .* of its images"),
        (put("images", [{"id": [], "file_name": "a"}]), r"the id \[\] is no number"),
        (put("annotations", [{"image_id": [], "category_id": 1, "bbox": BOX}]), r"the id \[\] is no number"),
        (put("annotations", [{"image_id": 1, "category_id": {}, "bbox": BOX}]), r"the id \{\} is no number"),
        (remove("images"), "There are no chips"),
        (put("annotations", [{"image_id": 10, "category_id": 1}]), "neither bbox nor segmentation"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "bbox": [1, 2, 3]}]), "is no COCO file"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "bbox": [1, 2, 3, "x"]}]), "could not convert"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "bbox": [1, 2, 3, float("nan")]}]), "is no coordinate"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "segmentation": [[1, 2, 3, 4, 5, 6, 7]]}]), "is no COCO file"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "segmentation": [[1, 2, 3, 4, 5, None]]}]), "is no COCO file"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "segmentation": {"size": [1, 1]}}]), "no run-length encoding"),
        (put("annotations", [{"image_id": 10, "category_id": 1, "segmentation": {"size": [2, 2], "counts": [4]}}]),
         "An outline in .* is for 2 x 2 pixels, its image has 16 x 12"),
        (put("annotations", []), "hold no object"),
    ],
)  # fmt: skip
def test_broken_coco_files(tmp_path, change, text):
    coco(tmp_path / "labels.json", "a.png")
    image(tmp_path / "images" / "a.png")
    content = json.loads((tmp_path / "labels.json").read_text())
    change(content)
    (tmp_path / "labels.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=text):
        TrainingData.open(tmp_path)


# -- YOLO -------------------------------------------------------------------------------------------------------------


def yolo(root, yaml, **labels):
    """Write data.yaml and, by path with _ for /, label files and their images."""
    root.mkdir(exist_ok=True)
    (root / "data.yaml").write_text(yaml, "utf-8")
    for name, text in labels.items():
        place = root / (name.replace("_", "/") + ".txt")
        if text is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        parts = [{"labels": "images"}.get(part, part) for part in place.relative_to(root).with_suffix(".png").parts]
        image(root.joinpath(*parts))


BLOCK = (
    "path: ../datasets/coco8 # root\ntrain: images/train # 4 images\nval: images/val\ntest:\n\nnames:\n  0: tree\n  1: car\n"
)
LINE = "1 0.25 0.5 0.25 0.5\n"  # 2 to 6, 3 to 9 of 16 x 12


@pytest.mark.parametrize(
    ("yaml", "prefix"),
    [
        (BLOCK, "labels_train"),
        (
            "train: ../train/images\nval: ../valid/images\n\nnc: 2\nnames: ['tree', 'car']\n\nroboflow:\n  names: x\n",
            "train_labels",
        ),
        ("names: [tree,\n  car]\ntrain: .\\images\\train\n", "labels_train"),
        ("names: {0: tree, 1: 'car'}\ntrain: ['images/train', nowhere]\n", "labels_train"),
        ('names:\n- tree\n- "car"\ntrain:\n  - images/train\n', "labels_train"),
        ("nc: 2\nnames: {1: car, 0: tree}\n", "labels_train"),
        ("\ufeffnames: [tree, car]\ndownload: |\n  import x\n  names: [y]\ntrain: images\n", "labels"),
    ],
)
def test_data_yaml_of_every_kind(tmp_path, yaml, prefix):
    yolo(tmp_path / "set", yaml, **{f"{prefix}_a": LINE, f"{prefix}_b": "", f"{prefix}_c": None})
    data = TrainingData.open(tmp_path / "set")
    assert data.metadata_format == "YOLO_rectangles"
    assert [(item.value, item.name) for item in data.classes] == [(1, "tree"), (2, "car")]
    assert boxes(data) == {"a": [[2, 3, 6, 9]], "b": [], "c": []}
    assert data.read_targets(data.chips[0]).labels.tolist() == [2]
    assert data.sides == {} and data.warnings == ()


def test_sides_of_a_yolo_data_set(tmp_path):
    yolo(tmp_path, BLOCK, labels_train_a=LINE, labels_train_b=LINE, labels_val_a="")
    data = TrainingData.open(tmp_path)
    assert data.sides == {"images/train/a": "train", "b": "train", "images/val/a": "validation"}
    assert [chip.name for chip in data.chips] == ["b", "images/train/a", "images/val/a"]


def test_lists_of_images(tmp_path):
    yolo(tmp_path, "train: train.txt\nval: val.txt\nnames: [tree, car]", labels_a=LINE, labels_b=LINE, labels_c=LINE)
    (tmp_path / "train.txt").write_text("./images/a.png\nimages\\b.png\n\n./images/gone.png\n")
    (tmp_path / "val.txt").write_text(f"{tmp_path}/images/c.png\n")
    assert TrainingData.open(tmp_path).sides == {"a": "train", "b": "train", "c": "validation"}


@pytest.mark.parametrize("place", ["/", "..", "../..", "a" * 5000, "\0", "nowhere", "''"])
def test_folders_that_are_none(tmp_path, place):
    """A folder above the data set is not searched: that may be the whole disk."""
    yolo(tmp_path / "set", f"names: [tree, car]\ntrain: {place}\n", labels_a=LINE)
    image(tmp_path / "elsewhere.png")
    assert boxes(TrainingData.open(tmp_path / "set")) == {"a": [[2, 3, 6, 9]]}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("['bird''s nest', \"b, c\", d # e]", ["bird's nest", "b, c", "d"]),
        ("[bird's nest, a b , 'x: y']", ["bird's nest", "a b", "x: y"]),
        ("{0: power line, 1: 'a: b', 2: x}", ["power line", "a: b", "x"]),
        ('["\\u00d6l", "a \\"b\\"", "#1"]', ["Öl", 'a "b"', "#1"]),
        ("\n  0: bird's nest  # note\n  1: a#1\n  2: 'x # y'", ["bird's nest", "a#1", "x # y"]),
        ("\n  - 'a'\n\n  - b: c\n  - \"d\"", ["a", "b: c", "d"]),
        ("tree", ["tree"]),
        ("[a, b, c", ["a", "b", "c"]),
        ("{2: c, 0: a}", ["a", "c"]),
    ],
)
def test_names_of_classes(tmp_path, names, expected):
    (tmp_path / "data.yaml").write_text(f"names: {names}\nnc: 9\n", "utf-8")
    assert list(DataYaml.read(tmp_path).names.values()) == expected


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 200_000, "names: [" + "a " * 100_000, "names: [" + "'" * 100_001, "'" * 100_000, "names: {" + "a: " * 50_000,
     "names:\n" + " - \"" * 50_000, "#" * 100_000, ": " * 50_000, "names: [" + "\"' " * 50_000],
)  # fmt: skip
def test_data_yaml_takes_no_time(tmp_path, text):
    """No pattern goes back and forth over the text."""
    (tmp_path / "data.yaml").write_text(text)
    with contextlib.suppress(InputError):
        DataYaml.read(tmp_path)


def test_outlines_and_boxes_may_be_mixed(tmp_path):
    line = "0 0.125 0.25 0.375 0.25 0.375 0.6666667 0.125 0.6666667\n"
    yolo(tmp_path, BLOCK, labels_train_a=line + LINE + "1 0.25 0.5 0.25 0.5 0.87\n")
    data = TrainingData.open(tmp_path)
    assert data.metadata_format == "YOLO_segments"
    targets = data.read_targets(data.chips[0])
    assert targets.boxes.tolist() == [[2, 3, 6, 8], [2, 3, 6, 9], [2, 3, 6, 9]]
    assert targets.masks.sum(axis=(1, 2)).tolist() == [20, 24, 24]


def test_unknown_classes_of_a_yolo_data_set(tmp_path):
    yolo(tmp_path, BLOCK, labels_train_a=LINE + LINE.replace("1 ", "7 ", 1))
    assert TrainingData.open(tmp_path).warnings == (
        "1 objects are of classes that the folder does not define and are left out.",
    )


@pytest.mark.parametrize(
    ("yaml", "line", "text"),
    [
        ("train: images\n", LINE, r"data\.yaml does not describe a YOLO data set: it has no names"),
        ("names: []", LINE, "it has no names"),
        ("names: {a: b}", LINE, "invalid literal for int"),
        ("names: {-1: b}", LINE, "below 0"),
        ("", LINE, "it has no names"),
        ("names: [a, b]", "1 2 3\n", r"a\.txt is broken in line 1: it has 3 columns"),
        ("names: [a, b]", LINE + "\nx 0.1 0.1 0.1 0.1", r"a\.txt is broken in line 3: could not convert"),
        ("names: [a, b]", "0 0.1 0.1 0.1 nan", "shares of the width and height"),
        ("names: [a, b]", "0 20 30 10 10", "shares of the width and height"),
        ("names: [a, b]", "inf 0.1 0.1 0.1 0.1", "'inf' is no coordinate"),
        ("names: [a, b]", "\x00\ufffd", "it has 1 columns"),
        ("names: [a, b]", "", "hold no object"),
    ],
)
def test_broken_yolo_data_sets(tmp_path, yaml, line, text):
    yolo(tmp_path, yaml, labels_a=line)
    with pytest.raises(InputError, match=text):
        TrainingData.open(tmp_path)


def test_a_folder_of_anything_else(tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    with pytest.raises(InputError) as caught:
        TrainingData.open(tmp_path)
    for name in ("esri_model_definition.emd", "labels.json", "annotations/*.json", "data.yaml"):
        assert re.search(re.escape(name), caught.value.message)
