"""Damaged training data: whatever the bytes, the error is Kestrel's own and names the file, or it is read."""

import json
import random
import re
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.training_data import TrainingData
from core.training_data.metadata import EMD, STATISTICS
from tests.core.training_data.format_scenes import BOXES, CLASSES, OUTLINES, SCENE, objects, write

FORMATS = [*BOXES, *OUTLINES]


def folder_of(root, name):
    """A folder of two chips in a format, with Esri's metadata."""
    write(root, name, SCENE, objects())
    classes = [{"Value": item.value, "Name": item.name, "Color": [1, 2, 3]} for item in CLASSES]
    cell = {"x": 0.5, "y": 0.5, "spatialReference": {"wkid": 102100, "latestWkid": 3857}}
    (root / EMD).write_text(
        json.dumps(
            {
                "Classes": classes, "ImageSpaceUsed": "MAP_SPACE", "MinCellSize": cell,
                "InputRastersProps": {"BandNames": ["a"]},
                "AllTilesStats": [{"BandName": "a", "Min": 0, "Max": 1, "Mean": 0.5, "StdDev": 0.1}],
            }
        )
    )  # fmt: skip
    (root / STATISTICS).write_text(json.dumps({"MetaDataMode": name, "NumBands": 1}))
    return root


def read_all(root):
    """Read a folder as training does; whether it could be."""
    try:
        data = TrainingData.open(root)
        for chip in data.chips:
            image, targets = data.read_image(chip), data.read_targets(chip)
            assert image.ndim == 3 and len(targets.boxes) == len(targets.labels)
            assert np.isfinite(targets.boxes).all()
            assert (targets.boxes[:, 2:] > targets.boxes[:, :2]).all()
            assert targets.masks is None or targets.masks.shape == (len(targets.labels), *image.shape[1:])
            assert chip.bounds is None or np.isfinite(chip.bounds).all()
    except InputError:
        return False
    return True


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of each format."""
    return {name: folder_of(tmp_path_factory.mktemp(name), name) for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_whole_folders_are_read(folders, name):
    assert read_all(folders[name])


def files(root):
    """The files that tell something, label files first."""
    found = [path for path in root.rglob("*") if path.is_file()]
    return sorted(found, key=lambda path: (path.parent.name == "images", path.as_posix()))


@st.composite
def damage(draw):
    """A change of a file's bytes: cut off, replaced, overwritten, doubled, or a piece swapped for another."""
    kind = draw(st.sampled_from(["cut", "random", "overwrite", "double", "number", "drop"]))
    seed = draw(st.integers(0, 2**32))
    odd = draw(
        st.sampled_from(["-1", "1e400", "nan", "99999999999999999999999", "null", "[]", "{}", '""', "true", "\x00", "é", "<"])
    )

    def change(data):
        rng = random.Random(seed)
        place = rng.randrange(len(data) + 1)
        if kind == "cut":
            return data[:place]
        if kind == "random":
            return rng.randbytes(rng.randrange(200))
        if kind == "overwrite":
            piece = rng.randbytes(rng.randrange(1, 9))
            return data[:place] + piece + data[place + len(piece) :]
        if kind == "double":
            return data[:place] + data[place // 2 :]
        if kind == "drop":
            return data[:place] + data[place + rng.randrange(1, 40) :]
        numbers = list(re.finditer(rb"-?\d+(\.\d+)?|\"[^\"]*\"|\[[^\[\]]*\]", data))
        if not numbers:
            return data
        chosen = rng.choice(numbers)
        return data[: chosen.start()] + odd.encode() + data[chosen.end() :]

    return change


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 99), change=damage())
def test_no_damage_is_a_crash(folders, tmp_path_factory, name, number, change):
    root = tmp_path_factory.mktemp("damaged") / "folder"
    shutil.copytree(folders[name], root)
    if name in ("COCO", "YOLO_rectangles", "YOLO_segments") and number % 2:
        (root / EMD).unlink()  # a data set of other software
    found = files(root)
    path = found[number % len(found)]
    path.write_bytes(change(path.read_bytes()))
    read_all(root)
    shutil.rmtree(root)
