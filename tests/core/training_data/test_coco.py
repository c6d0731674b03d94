"""COCO: what is written, how exports are added to, and data sets of other software."""

import json

import numpy as np
import pytest
import shapely
from faster_coco_eval import COCO
from faster_coco_eval.core import mask as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import InputError
from core.training_data.formats import FORMATS, Finished, json_stream, run_lengths
from tests.core.training_data.format_scenes import CLASSES, HEIGHT, SCENE, WIDTH, drawn, objects, read, same, write


def load(folder):
    return json.loads((folder / "labels.json").read_text())


# -- writing ----------------------------------------------------------------------------------------------------------


def test_layout(tmp_path):
    square = shapely.Polygon([(1, 2), (5.255, 2), (5.255, 6), (1, 6)])
    content = load(write(tmp_path, "COCO", objects(), objects(square, classes=[1])))
    assert content["info"].keys() == {"description"}
    assert content["categories"] == [{"id": item.value, "name": item.name, "supercategory": "object"} for item in CLASSES]
    assert content["images"] == [
        {"id": number + 1, "file_name": f"00000000{number}.tif", "width": WIDTH, "height": HEIGHT} for number in (0, 1)
    ]
    assert content["annotations"] == [
        {
            "id": 1, "image_id": 2, "category_id": 7, "bbox": [1.0, 2.0, 4.26, 4.0], "area": 17.02, "iscrowd": 0,
            "segmentation": [[1.0, 2.0, 5.26, 2.0, 5.26, 6.0, 1.0, 6.0]],
        }
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "labels", "labels.json"]
    assert not list((tmp_path / "labels").iterdir())


def test_the_reference_library_takes_it(tmp_path):
    write(tmp_path, "COCO", objects(), SCENE)
    coco = COCO(str(tmp_path / "labels.json"))
    assert [item["name"] for item in coco.loadCats(coco.getCatIds())] == [item.name for item in CLASSES]
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=[2]))
    assert [type(item["segmentation"]) for item in annotations] == [dict, list, dict, list, list]
    for item, shape in zip(annotations, SCENE.polygons, strict=True):
        mask = coco.annToMask(item).astype(bool)
        if isinstance(item["segmentation"], dict):
            assert np.array_equal(mask, drawn(shape))
        elif shape.area > 1:  # its own rule for pixels on the edge differs
            assert (mask & drawn(shape)).sum() / (mask | drawn(shape)).sum() > 0.8
        assert item["area"] == pytest.approx(shape.area, abs=0.005)


def test_parts_without_holes_are_rings(tmp_path):
    parts = shapely.MultiPolygon([shapely.box(1, 1, 3, 3), shapely.box(5, 5, 8, 8)])
    folder = write(tmp_path, "COCO", objects(parts))
    assert len(load(folder)["annotations"][0]["segmentation"]) == 2
    same(read(folder, "COCO"), objects(parts))


def test_an_object_thinner_than_the_decimals_is_the_pixel_under_it(tmp_path):
    sliver = shapely.box(7.501, 3.2, 7.504, 9.9)
    folder = write(tmp_path, "COCO", objects(sliver))
    assert load(folder)["annotations"][0]["segmentation"] == [[7.0, 6.0, 8.0, 6.0, 8.0, 7.0, 7.0, 7.0]]
    assert read(folder, "COCO").masks.sum() == 1


def test_sides_are_noted(tmp_path):
    folder = write(tmp_path, "COCO", SCENE, SCENE, sides={"000000001.tif": "validation", "000000000.tif": "train"})
    assert [image["split"] for image in load(folder)["images"]] == ["train", "validation"]
    assert FORMATS["COCO"].find(folder, CLASSES).sides == {"000000000": "train", "000000001": "validation"}


def test_an_export_is_added_to(tmp_path):
    """Ids go on, the sides of all chips are those given last, and a chip that is written again takes the place of the old."""
    write(tmp_path, "COCO", SCENE, objects(), sides={"000000000.tif": "train"})
    write(tmp_path, "COCO", objects(shapely.box(1, 1, 4, 4)), first=2, sides={"000000002.tif": "test"})
    content = load(tmp_path)
    assert [(image["id"], image["file_name"], image.get("split")) for image in content["images"]] == [
        (1, "000000000.tif", None), (2, "000000001.tif", None), (3, "000000002.tif", "test"),
    ]  # fmt: skip
    assert [item["id"] for item in content["annotations"]] == [1, 2, 3, 4, 5, 6]
    assert content["annotations"][-1]["image_id"] == 3
    same(read(tmp_path, "COCO"), SCENE)
    write(tmp_path, "COCO", objects(shapely.box(2, 2, 9, 9)))
    content = load(tmp_path)
    assert [image["id"] for image in content["images"]] == [2, 3, 4]
    assert [(item["id"], item["image_id"]) for item in content["annotations"]] == [(6, 3), (7, 4)]


def test_a_broken_file_is_not_added_to(tmp_path):
    write(tmp_path, "COCO", SCENE)
    (tmp_path / "labels.json").write_text('{"images": [{"file_name": 7}]}')
    with pytest.raises(InputError, match=r"labels\.json is not in the form that Kestrel writes"):
        write(tmp_path, "COCO", SCENE, first=1)
    assert (tmp_path / "labels.json").read_text() == '{"images": [{"file_name": 7}]}'
    assert not list(tmp_path.glob("*.part"))
    assert (tmp_path / "labels" / "000000001.json").is_file()


def test_nothing_is_merged_twice(tmp_path):
    write(tmp_path, "COCO", SCENE)
    before = load(tmp_path)
    FORMATS["COCO"].finish(tmp_path, Finished(CLASSES, ["000000000.tif"], {}))
    assert load(tmp_path) == before


# -- run lengths and JSON ---------------------------------------------------------------------------------------------


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_run_lengths_are_those_of_the_reference(mask):
    own = run_lengths.encode(mask)
    assert own["counts"] == run_lengths.encode(mask)["counts"]
    assert np.array_equal(reference.decode(reference.frPyObjects(json.loads(json.dumps(own)), *mask.shape)), mask)
    assert np.array_equal(run_lengths.mask(*run_lengths.decode(own)), mask)
    packed = reference.encode(np.asfortranarray(mask, np.uint8))
    text = packed["counts"].decode() if isinstance(packed["counts"], bytes) else packed["counts"]
    assert np.array_equal(run_lengths.mask(*run_lengths.decode({"size": packed["size"], "counts": text})), mask)


def test_large_compressed_run_lengths():
    mask = np.zeros((900, 1100), bool)
    mask[100:800, 300:700], mask[5, 1000] = True, True
    packed = reference.encode(np.asfortranarray(mask, np.uint8))
    text = packed["counts"].decode() if isinstance(packed["counts"], bytes) else packed["counts"]
    assert np.array_equal(run_lengths.mask(*run_lengths.decode({"size": [900, 1100], "counts": text})), mask)


@pytest.mark.parametrize(
    "rle",
    [
        5, {}, {"size": [2, 2]}, {"size": [2], "counts": [4]}, {"size": [2, 2], "counts": [3]}, 
        {"size": [2, 2], "counts": [-1, 5]},
        {"size": [2, 2], "counts": [5]}, {"size": [2, 2], "counts": ["a"]}, {"size": [10**9, 10**9], "counts": [10**18]},
        {"size": [2, 2], "counts": "é"}, {"size": [2, 2], "counts": "oooooooooooooooooo"}, {"size": [2, 2], "counts": None},
        {"size": [2, 2], "counts": [2**70]}, {"size": ["x", 2], "counts": [4]}, {"size": [0, 0], "counts": []},
        {"size": [2, 2], "counts": [[4], [1, 2]]}, {"size": [2, 2], "counts": [float("nan")]},
    ],
)  # fmt: skip
def test_broken_run_lengths(rle):
    with pytest.raises(ValueError):
        run_lengths.decode(rle)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda item: st.lists(item, max_size=3) | st.dictionaries(st.text(max_size=3), item, max_size=3),
)


@settings(deadline=None, max_examples=60)
@given(content=st.dictionaries(st.text(max_size=3), values, max_size=4), chunk=st.integers(1, 9), indent=st.none() | st.just(1))
def test_json_is_read_in_pieces_of_any_size(tmp_path_factory, content, chunk, indent):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False), "utf-8", errors="surrogatepass")
    expected = [(key, item) for key, value in content.items() for item in (value if isinstance(value, list) else [value])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in path.read_bytes().decode("utf-8", "surrogatepass")):
            return
        assert list(json_stream.members(path)) == expected


@pytest.mark.parametrize(
    "text", ["", "[]", "5", "{", '{"a"', '{"a":', '{"a":[', '{"a":[1', '{"a":[1,', '{"a":[1}', '{"a" 1}', "{5:1}", "[" * 99999,
             '{"a":' + "[" * 99999, '{"a":[1 2]}', "\x00", '{"a":1 "b":2}'],
)  # fmt: skip
def test_what_is_no_json(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"a\.json cannot be read as JSON"):
        list(json_stream.members(tmp_path / "a.json"))
