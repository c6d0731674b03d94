"""Several folders as one training set."""

import json
import re

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from core.errors import InputError
from core.training_data import BandStatistics, TrainingData
from core.training_data.joined import JoinedData, open_training_data
from core.training_data.sides import write_sides

SIZE = 32


def write(
    folder, classes=((1, "tree"),), labels=(1, 1, 1), bands=("Red", "Green", "Blue"), size=SIZE, dtype="uint8", crs=None,
    cell=0.5, statistics=None, pixels=100, metadata="PASCAL_VOC_rectangles", space="MAP_SPACE", x=0.0,
):  # fmt: skip
    """Write a chip for each label, with one box of that class value; None: without an object."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number, label in enumerate(labels):
        image = folder / "images" / f"{number:09d}.tif"
        with rasterio.open(image, "w", "GTiff", size, size, len(bands), dtype=dtype) as file:
            file.write(np.full((len(bands), size, size), number + 1, dtype))
        left = x + number * size * cell
        image.with_suffix(".tfw").write_text("\n".join(map(str, (cell, 0, 0, -cell, left + cell / 2, 50 - cell / 2))))
        box = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>12</xmax><ymax>14</ymax></bndbox>"
        text = "" if label is None else f"<object><name>{label}</name>{box}</object>"
        (folder / "labels" / f"{number:09d}.xml").write_text(f"<annotation>{text}</annotation>")
    emd = {
        "MetaDataMode": metadata, "ImageSpaceUsed": space,
        "Classes": [{"Value": value, "Name": name, "Color": [1, 2, 3]} for value, name in classes],
        "InputRastersProps": {"BandNames": list(bands)}, "Kestrel": {"CellSize": [cell, cell]},
    }  # fmt: skip
    if crs:
        emd["Kestrel"]["CRS"] = CRS.from_epsg(crs).to_wkt()
    sums = {"MetaDataMode": metadata}
    if statistics:
        low, high, mean, std = statistics
        emd["AllTilesStats"] = [{"Min": low, "Max": high, "Mean": mean, "StdDev": std}] * len(bands)
        if pixels:
            sums["BandStatsState"] = [{"Num": pixels, "Min": low, "Max": high, "M1": mean, "M2": std**2 * pixels}] * len(bands)
    (folder / "esri_model_definition.emd").write_text(json.dumps(emd))
    (folder / "esri_accumulated_stats.json").write_text(json.dumps(sums))
    return folder


@pytest.fixture
def make(tmp_path):
    return lambda name, **values: write(tmp_path / name, **values)


def test_one_folder_is_itself(make):
    data = open_training_data(make("a"))
    assert type(data) is TrainingData
    (part,) = data.parts
    assert (part.name, part.data, part.validates, list(part.numbers)) == ("a", data, False, [0, 1, 2])


def test_chips_of_several_folders_are_one_list_with_names_of_their_own(make):
    one, two, held = make("a/chips"), make("b/chips", labels=(1, 1)), make("held", labels=(1,))
    data = open_training_data(str(one), (str(two),), str(held))
    assert isinstance(data, JoinedData)
    assert [part.name for part in data.parts][:2] == ["a/chips", "b/chips"]
    assert [(list(part.numbers), part.validates) for part in data.parts] == [([0, 1, 2], False), ([3, 4], False), ([5], True)]
    names = [chip.name for chip in data.chips]
    assert len(set(names)) == 6
    assert names[:4] == ["a/chips/000000000", "a/chips/000000001", "a/chips/000000002", "b/chips/000000000"]
    assert [int(data.read_image(chip)[0, 0, 0]) for chip in data.chips] == [1, 2, 3, 1, 2, 1]
    assert all(data.read_targets(chip).boxes.tolist() == [[2, 3, 12, 14]] for chip in data.chips)
    assert (data.bands, data.tile_size, data.cell_size, data.folder) == (3, (SIZE, SIZE), (0.5, 0.5), one)


def test_an_error_names_the_folder(make):
    one, two = make("one"), make("two")
    (two / "labels" / "000000001.xml").write_text("<anno")
    (two / "images" / "000000002.tif").write_bytes(b"II*\0 broken")
    data = open_training_data(one, [two])
    for read, number in ((data.read_targets, 4), (data.read_image, 5)):
        with pytest.raises(InputError, match=re.escape(str(two))):
            read(data.chips[number])


def test_classes_are_united_and_labels_renumbered(make):
    one = make("one", classes=((2, "tree"), (7, "car")), labels=(2, 7, 7))
    two = make("two", classes=((1, "roof"), (7, "car")), labels=(1, 7, None))
    data = open_training_data(one, [two])
    assert [(item.value, item.name) for item in data.classes] == [(1, "roof"), (2, "tree"), (7, "car")]
    assert [data.read_targets(chip).labels.tolist() for chip in data.chips] == [[2], [3], [3], [1], [3], []]


@pytest.mark.parametrize(
    ("mine", "its", "text"),
    [
        (((1, "tree"),), ((1, "palm"),), "The class value 1 is called 'tree' in {one}, but 'palm' in {two}."),
        (((1, "tree"),), ((2, "tree"), (1, "tree")), None),
        (((1, "tree"),), ((2, "tree"),), "The class 'tree' has the value 1 in {one}, but 2 in {two}."),
    ],
)
def test_classes_that_contradict_each_other_are_refused(make, mine, its, text):
    one, two = make("one", classes=mine), make("two", classes=its, labels=(its[0][0],) * 3)
    with pytest.raises(InputError) as caught:
        open_training_data(one, [two])
    assert text is None or caught.value.message == text.format(one=one, two=two)
    assert "same value and name" in caught.value.hint


@pytest.mark.parametrize(
    ("values", "mine", "its"),
    [
        ({"metadata": "KITTI_rectangles"}, "PASCAL_VOC_rectangles", "KITTI_rectangles"),
        ({"bands": ("Red", "Green")}, "3", "2"),
        ({"bands": ("Blue", "Green", "Red")}, "Red, Green, Blue", "Blue, Green, Red"),
        ({"dtype": "uint16"}, "uint8", "uint16"),
        ({"size": 48}, "32 x 32 pixels", "48 x 48 pixels"),
        ({"space": "PIXEL_SPACE"}, "MAP_SPACE", "PIXEL_SPACE"),
    ],
)
def test_folders_that_cannot_teach_one_model_are_refused(make, values, mine, its):
    one, two = make("one"), make("two", **values)
    if "metadata" in values:
        for path in (two / "labels").glob("*.xml"):
            path.with_suffix(".txt").write_text("1 0 0 0 2 3 12 14 0 0 0 0 0 0 0\n")
    for folders in ((one, [two], None), (one, None, two)):
        with pytest.raises(InputError) as caught:
            open_training_data(*folders)
        for part in (str(one), str(two), mine, its):
            assert part in caught.value.message
    assert caught.value.hint


def test_bands_without_names_fit_any(make):
    data = open_training_data(make("one", bands=("", "", "")), [make("two")])
    assert data.band_names == ("Red", "Green", "Blue")


def test_a_folder_given_twice_is_refused(make):
    one = make("one")
    with pytest.raises(InputError, match="given twice"):
        open_training_data(one, [one / ".." / "one"])
    with pytest.raises(InputError, match="given twice") as caught:
        open_training_data(one, None, one)
    assert "Validation Data" in caught.value.hint


@pytest.mark.parametrize(
    ("mine", "its", "text"),
    [
        ({"cell": 0.5}, {"cell": 0.9}, None),
        ({"cell": 0.5}, {"cell": 1.5}, "0.5 wide, those of {two} 1.5: objects look 3.0 times smaller there"),
        ({"cell": 0.5, "crs": 32631}, {"cell": 0.000005, "crs": 4326, "x": 3.0}, None),  # half a metre of degrees
        ({"cell": 0.1, "crs": 32631}, {"cell": 0.000005, "crs": 4326, "x": 3.0}, "0.1 m wide, those of {two} 0.446 m"),
    ],
)
def test_very_different_cell_sizes_are_a_warning_with_the_numbers(make, mine, its, text):
    one, two = make("one", **mine), make("two", **its)
    data = open_training_data(one, [two])
    assert data.warnings == () if text is None else text.format(two=two) in " ".join(data.warnings)


def test_statistics_are_pooled_by_pixels(make):
    """The same as those of all pixels together."""
    rng = np.random.default_rng(1)
    values = rng.normal(50, 5, 300), rng.normal(90, 20, 1000)
    folders = [
        make(f"f{i}", statistics=(some.min(), some.max(), some.mean(), some.std()), pixels=len(some))
        for i, some in enumerate(values)
    ]
    held = make("held", statistics=(0, 255, 200, 1))
    both = np.concatenate(values)
    for band in open_training_data(folders[0], folders[1:], held).statistics:
        assert (band.min, band.max) == (both.min(), both.max())
        assert (band.mean, band.std) == pytest.approx((both.mean(), both.std()))
        assert band.pixels == 1300


def test_statistics_of_folders_that_do_not_tell_pixels_count_by_chips(make):
    one = make("one", statistics=(0, 10, 2, 0), pixels=0, labels=(1,))
    two = make("two", statistics=(0, 10, 6, 0), pixels=0, labels=(1, 1, 1))
    (band, *_) = open_training_data(one, [two]).statistics
    assert (band.mean, band.std) == pytest.approx((5, np.sqrt(3)))
    assert open_training_data(one, [make("none")]).statistics is None


def test_statistics_of_pieces_are_those_of_the_whole():
    values = np.random.default_rng(2).normal(1e6, 1, (4, 50))
    pooled = BandStatistics.pooled([BandStatistics.of(row) for row in values], [50] * 4)
    assert (pooled.mean, pooled.std) == pytest.approx((values.mean(), values.std()))


def test_sides_keep_their_folder(make):
    one, two = make("one"), make("two")
    write_sides(two, {"000000000.tif": "test", "000000001.tif": "train"})
    data = open_training_data(one, [two])
    assert data.sides == {"two/000000000": "test", "two/000000001": "train"}


def test_classes_that_only_validation_has_are_told_and_left_out(make):
    one = make("one", classes=((1, "tree"), (2, "car")))
    held = make("held", classes=((1, "tree"), (9, "ship")), labels=(1, 9, 1))
    data = open_training_data(one, None, held)
    assert [item.name for item in data.classes] == ["tree", "car"]
    assert [data.read_targets(chip).labels.tolist() for chip in data.chips[3:]] == [[1], [], [1]]
    assert f"know nothing of the class ship in {held}" in " ".join(data.warnings)


def test_one_broken_chip_at_the_beginning_stops_nobody(make):
    one = make("one")
    (one / "images" / "000000000.tif").write_bytes(b"nothing")
    (one / "labels" / "000000001.xml").write_text("nothing")
    data = open_training_data(one)
    assert (data.tile_size, data.bands) == ((SIZE, SIZE), 3)
