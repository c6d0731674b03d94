"""Reading chip folders: broken ones, old ones, and real ones of ArcGIS Pro."""

import json
import pickle
import shutil

import numpy as np
import pytest
import rasterio

from core.errors import InputError
from core.training_data import TrainingData

VOC, MASKS = "PASCAL_VOC_rectangles", "RCNN_Masks"
OBJECT = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"


@pytest.fixture
def folder(tmp_path):
    """Make a chip folder by hand."""

    def make(
        mode=VOC, chips=2, classes=((1, "tree"), (5, "car")), bands=3, dtype="uint8", emd=None, name="chips", **accumulated
    ):  # fmt: skip
        root = tmp_path / name
        (root / "images").mkdir(parents=True)
        (root / "labels").mkdir()
        written = {"Classes": [{"Value": value, "Name": name, "Color": [1, 2, 3]} for value, name in classes], **(emd or {})}
        (root / "esri_model_definition.emd").write_text(json.dumps(written))
        (root / "esri_accumulated_stats.json").write_text(json.dumps({"MetaDataMode": mode, **accumulated}))
        for number in range(chips):
            image(root / "images" / f"{number:09d}.tif", np.full((bands, 16, 16), number + 1, dtype))
        return root

    return make


def image(path, pixels, **profile):
    path.parent.mkdir(parents=True, exist_ok=True)
    bands, height, width = pixels.shape
    options = {"driver": "GTiff", "dtype": pixels.dtype, **profile}
    with rasterio.open(path, "w", width=width, height=height, count=bands, **options) as file:
        file.write(pixels)


def xml(root, number, *objects):
    text = "".join(OBJECT.format(*item) for item in objects)
    (root / "labels" / f"{number:09d}.xml").write_text(f"<annotation>{text}</annotation>")


def test_boxes_are_clipped_widened_and_named_by_value_or_name(folder):
    root = folder(chips=1)
    xml(root, 0, (1, 2, 3, 4, 5), ("car", -3, 0, 99, 8.5), ("5", 7, 7, 7, 9), ("1.0", 16, 0, 16, 16), (1, 30, 30, 40, 40))
    data = TrainingData.open(root)
    targets = data.read_targets(data.chips[0])
    assert targets.labels.tolist() == [1, 2, 2]
    assert targets.boxes.tolist() == [[2, 3, 4, 5], [0, 0, 16, 8.5], [7, 7, 8, 9]]
    assert targets.masks is None
    assert data.classes[1].color == (1, 2, 3)


def test_unknown_classes_are_counted(folder):
    root = folder(chips=1)
    xml(root, 0, (1, 0, 0, 5, 5), (9, 0, 0, 5, 5), ("bus", 0, 0, 5, 5), (9, 1, 1, 5, 5))
    data = TrainingData.open(root)
    assert "3 objects are of classes that the folder does not define (9, bus)" in data.warnings[0]
    assert len(data.read_targets(data.chips[0])) == 1


def test_chips_without_labels_are_left_out_and_empty_ones_are_negatives(folder):
    root = folder(chips=4)
    xml(root, 0, (1, 0, 0, 5, 5))
    xml(root, 2)
    data = TrainingData.open(root)
    assert [chip.name for chip in data.chips] == ["000000000", "000000002"]
    assert len(data.read_targets(data.chips[1])) == 0
    assert data.read_targets(data.chips[1]).boxes.shape == (0, 4)
    assert data.warnings == ("2 of 4 chips have no labels and are left out.",)


def test_masks_of_several_classes(folder):
    root = folder(MASKS, chips=4)
    mask = np.zeros((1, 16, 16), "uint8")
    mask[0, 2:4, 2:6], mask[0, 10, 10] = 3, 200
    image(root / "labels" / "tree" / "000000000.tif", mask)
    image(root / "labels" / "car" / "000000000.tif", mask[:, ::-1])
    image(root / "labels" / "5" / "000000001.tif", mask)  # two names for a class: the name wins
    image(root / "labels" / "tree" / "000000002.png", mask * 0, driver="PNG")
    data = TrainingData.open(root)
    targets = data.read_targets(data.chips[0])
    assert targets.labels.tolist() == [1, 1, 2, 2]
    assert targets.boxes[:2].tolist() == [[2, 2, 6, 4], [10, 10, 11, 11]]
    assert targets.masks.shape == (4, 16, 16)
    assert [chip.name for chip in data.chips] == ["000000000", "000000002"]
    assert data.read_targets(data.chips[1]).masks.shape == (0, 16, 16)
    assert "1 folders of masks belong to no class" in data.warnings[0]


def test_old_metadata(folder):
    root = folder(
        chips=1,
        emd={"Classes": [{"ClassValue": 2, "ClassName": "b"}, {"Value": 1, "Name": "a"}, {"Value": 0, "Name": "NoData"}]},
        BandStatsState=[{"Min": 0, "Max": 9, "Mean": 0, "StdDev": 0, "M1": 4.0, "M2": 36.0, "Num": 4}] * 3,
    )
    xml(root, 0, (2, 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert [(item.value, item.name) for item in data.classes] == [(1, "a"), (2, "b")]
    assert data.statistics[0].std == 3.0
    assert data.band_names == ("", "", "")
    assert data.cell_size is None and data.crs_wkt is None and data.chips[0].bounds is None


def test_classes_are_ascending_whatever_the_file_says(folder):
    """Esri numbers labels by rank of the value: unsorted classes would swap their names."""
    root = folder(chips=1, classes=((5, "car"), (1, "tree")))
    xml(root, 0, (5, 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert [item.name for item in data.classes] == ["tree", "car"]
    assert data.read_targets(data.chips[0]).labels.tolist() == [2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(folder, encoding):
    root = folder(chips=1)
    emd = {"Classes": [{"Value": 1, "Name": "Bäume", "Color": [-1, -1, -1]}]}
    (root / "esri_model_definition.emd").write_text(json.dumps(emd, ensure_ascii=False), encoding)
    xml(root, 0, (1, 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert data.classes[0].name == "Bäume"
    assert data.classes[0].color is None


def test_no_data_and_alpha_of_a_chip(folder):
    root = folder(chips=0, emd={"InputRastersProps": {"BandNames": ["Red", "Green", "Blue", "Alpha"]}})
    image(
        root / "images" / "000000000.tif", np.stack([np.full((16, 16), value, "uint8") for value in (5, 255, 7, 9)]), nodata=255
    )
    xml(root, 0, (1, 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert data.bands == 3 and data.band_names == ("Red", "Green", "Blue")
    assert data.read_image(data.chips[0])[:, 0, 0].tolist() == [5, 0, 7]


def test_what_is_no_training_data(folder, tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        TrainingData.open(tmp_path / "none")
    with pytest.raises(InputError, match=r"is not a folder of training data: it has no esri_model_definition\.emd"):
        TrainingData.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"mode": "Classified_Tiles"}, "of the format Classified_Tiles.*PASCAL_VOC_rectangles, .* or YOLO_segments"),
        ({"mode": ""}, "names the chip format"),
        ({"classes": ()}, "define no classes"),
        ({"chips": 0}, "There are no chips"),
        ({"chips": 3}, "None of the 3 chips"),
        ({"emd": {"Classes": [{"Name": "x"}]}}, "not in the form that ArcGIS Pro writes"),
        ({"emd": {"Classes": 5}}, "not in the form that ArcGIS Pro writes"),
    ],
)
def test_folders_that_do_not_serve(folder, change, text):
    with pytest.raises(InputError, match=text):
        TrainingData.open(folder(**change))


def test_no_object_in_any_chip(folder):
    root = folder(chips=2)
    xml(root, 0)
    xml(root, 1, ("other", 0, 0, 5, 5))
    with pytest.raises(InputError, match=r"The 2 chips in .* hold no object\. 1 objects are of classes"):
        TrainingData.open(root)


def test_broken_files_are_named(folder):
    root = folder(chips=3)
    xml(root, 0, (1, 0, 0, 5, 5))
    xml(root, 1, (1, 0, 0, 5, 5))
    xml(root, 2, (1, 0, 0, 5, 5))
    (root / "images" / "000000001.tif").write_bytes(b"nothing")
    image(root / "images" / "000000002.tif", np.zeros((1, 16, 16), "uint16"))
    data = TrainingData.open(root)
    with pytest.raises(InputError, match=r"000000001\.tif cannot be read"):
        data.read_image(data.chips[1])
    with pytest.raises(InputError, match=r"000000002\.tif has 1 bands of uint16, but the first chip .* has 3 of uint8"):
        data.read_image(data.chips[2])
    (root / "labels" / "000000000.xml").write_text("<annotation><object>")
    data = TrainingData.open(root)
    assert len(data.read_targets(data.chips[2])) == 1  # one broken chip does not stop the others
    for _ in range(2):
        with pytest.raises(InputError, match=r"000000000\.xml is broken"):
            data.read_targets(data.chips[0])
    (root / "esri_model_definition.emd").write_text("{")
    with pytest.raises(InputError, match=r"esri_model_definition\.emd cannot be read"):
        TrainingData.open(root)


def test_a_mask_of_another_size(folder):
    root = folder(MASKS, chips=1)
    image(root / "labels" / "tree" / "000000000.tif", np.ones((1, 8, 16), "uint8"))
    with pytest.raises(InputError, match=r"000000000\.tif has 16 x 8 pixels, its chip 16 x 16"):
        TrainingData.open(root)


def test_real_export_of_arcgis_pro(shared_data):
    """Its metadata name 482 chips; 20 are there."""
    data = TrainingData.open(shared_data / "esri-exports" / "palm-voc")
    assert len(data.chips) == 20
    assert [(item.value, item.name, item.color) for item in data.classes] == [(1, "Palm", (255, 0, 0))]
    assert (data.bands, data.dtype, data.tile_size, data.statistics) == (3, np.uint8, (448, 448), None)
    chip = next(chip for chip in data.chips if chip.name == "000000010")
    assert data.read_targets(chip).boxes.tolist() == [[245.3300018310547, 0.0, 319.9599914550781, 32.939998626708984]]
    assert data.read_image(chip).shape == (3, 448, 448)
    pixel = 0.0859005782
    assert chip.bounds[0] == pytest.approx(-19519386.5122247934 - pixel / 2)
    assert chip.bounds[3] - chip.bounds[1] == pytest.approx(448 * pixel)
    assert data.cell_size == pytest.approx((pixel, pixel))
    assert sum(len(data.read_targets(chip)) for chip in data.chips) > 20


@pytest.mark.parametrize(("name", "mode"), [("newer-metadata", "Export_Tiles"), ("drone-metadata", "Classified_Tiles")])
def test_other_exports_of_arcgis_pro(shared_data, name, mode):
    with pytest.raises(InputError, match=f"of the format {mode}"):
        TrainingData.open(shared_data / "esri-exports" / name)


@pytest.mark.parametrize(
    ("driver", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("JPEG", "jpeg"), ("MRF", "mrf"), ("GTiff", "TIF")]
)
def test_images_of_every_format(folder, driver, ending):
    root = folder(chips=0)
    image(root / "images" / f"000000000.{ending}", np.full((3, 16, 16), 7, "uint8"), driver=driver)
    xml(root, 0, (1, 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert (data.read_image(data.chips[0]) == 7).all()
    assert data.chips[0].name == "000000000"


@pytest.mark.parametrize(
    "text", [None, "", "\n\n", "images\\000000000.tif", "nonsense", "images/a b.tif\tlabels/a b.xml\r\n", "\x00"]
)
def test_map_txt_may_say_anything(folder, text):
    """What is on disk counts; Esri's reader loops for ever over some of these."""
    root = folder(chips=1)
    xml(root, 0, (1, 0, 0, 5, 5))
    if text is not None:
        (root / "map.txt").write_text(text)
    assert len(TrainingData.open(root).chips) == 1


def test_chips_of_other_sizes_are_read_at_their_own(folder):
    """Crop Tile Mode Variable_Size of ArcGIS, or a chip that was replaced."""
    root = folder(chips=1)
    image(root / "images" / "000000001.tif", np.ones((3, 30, 40), "uint8"))
    for number in (0, 1):
        xml(root, number, (1, 5, 5, 99, 99))
        (root / "images" / f"00000000{number}.tfw").write_text("2\n0\n0\n-2\n101\n899\n")
    data = TrainingData.open(root)
    assert [data.read_targets(chip).boxes.tolist() for chip in data.chips] == [[[5, 5, 16, 16]], [[5, 5, 40, 30]]]
    assert [chip.bounds for chip in data.chips] == [(100, 868, 132, 900), (100, 840, 180, 900)]
    assert data.tile_size == (16, 16)


@pytest.mark.parametrize("driver", ["GTiff", "PNG", "JPEG", "MRF"])
@pytest.mark.parametrize("mode", [VOC, MASKS])
def test_truncated_images_are_named(folder, mode, driver):
    """A JPEG too, whose missing part GDAL gives as grey."""
    root = folder(mode, chips=0)
    ending = {"GTiff": "tif", "PNG": "png", "JPEG": "jpg", "MRF": "mrf"}[driver]
    pixels = np.random.default_rng(1).integers(0, 255, (3, 64, 64)).astype("uint8")
    good = root / "images" / "000000000.tif"
    image(good, pixels)
    xml(root, 0, (1, 0, 0, 5, 5))
    broken = root / ("images" if mode == VOC else "labels/tree") / f"000000000.{ending}"
    if mode == VOC:
        good.unlink()
    image(broken, pixels, driver=driver)
    data_file = broken.with_suffix(".ppg") if driver == "MRF" and broken.with_suffix(".ppg").exists() else broken
    data_file = broken.with_suffix(".pjg") if broken.with_suffix(".pjg").exists() else data_file
    data_file.write_bytes(data_file.read_bytes()[: data_file.stat().st_size * 2 // 3])
    what = "chip" if mode == VOC else "mask"
    with pytest.raises(InputError, match=rf"The {what} .*000000000\.{ending} cannot be read: ."):
        data = TrainingData.open(root)
        data.read_image(data.chips[0])


def test_other_kinds_of_files_are_not_opened(folder):
    """GDAL would take a text for a virtual raster and open what it names."""
    root = folder(chips=1)
    xml(root, 0, (1, 0, 0, 5, 5))
    vrt = f"""<VRTDataset rasterXSize="16" rasterYSize="16"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
        <SourceFilename>{root / "images" / "000000000.tif"}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>
        </VRTRasterBand></VRTDataset>"""
    (root / "images" / "000000000.tif").rename(root / "other.tif")
    (root / "images" / "000000000.tif").write_text(vrt)
    with pytest.raises(InputError, match="it is no TIFF, PNG, JPEG or MRF file"):
        TrainingData.open(root)


def test_a_photograph_is_no_mask(folder):
    root = folder(MASKS, chips=0)
    pixels = np.arange(3 * 128 * 128, dtype="uint16").reshape(3, 128, 128)
    image(root / "images" / "000000000.tif", pixels)
    image(root / "labels" / "tree" / "000000000.tif", pixels)
    with pytest.raises(InputError, match=r"000000000\.tif holds more than 10000 different numbers: it is no mask"):
        TrainingData.open(root)


def test_nan_in_a_mask_is_nothing(folder):
    root = folder(MASKS, chips=1)
    mask = np.full((1, 16, 16), np.nan, "float32")
    mask[0, 3, 4] = 1
    image(root / "labels" / "tree" / "000000000.tif", mask)
    data = TrainingData.open(root)
    assert data.read_targets(data.chips[0]).boxes.tolist() == [[4, 3, 5, 4]]


def test_sides_and_space(folder):
    root = folder(chips=3, emd={"ImageSpaceUsed": "PIXEL_SPACE"})
    for number in range(3):
        xml(root, number, (1, 0, 0, 5, 5))
    assert TrainingData.open(root).sides == {}
    (root / "split.csv").write_text("chip,side\n000000000.tif,train\n000000001.tif,validation\n000000002.tif,test\n")
    data = TrainingData.open(root)
    assert data.sides == {"000000000": "train", "000000001": "validation", "000000002": "test"}
    assert data.image_space == "PIXEL_SPACE"


def test_values_win_over_names(folder):
    """A class may be called by the value of another one; ArcGIS writes values."""
    root = folder(chips=1, classes=((1, "2"), (2, "x")))
    xml(root, 0, (2, 0, 0, 5, 5), (1, 0, 0, 5, 5), ("x", 0, 0, 5, 5))
    data = TrainingData.open(root)
    assert data.read_targets(data.chips[0]).labels.tolist() == [2, 1, 2]
    root = folder(MASKS, chips=1, classes=((1, "2"), (2, "x")), name="masks")
    image(root / "labels" / "2" / "000000000.tif", np.ones((1, 16, 16), "uint8"))
    data = TrainingData.open(root)
    assert data.read_targets(data.chips[0]).labels.tolist() == [1]  # folders are called by the names


NASTY = {
    "no box": "<annotation><object><name>1</name></object></annotation>",
    "no number": "<annotation><object><name>1</name><bndbox><xmin>a</xmin></bndbox></object></annotation>",
    "infinite": f"<annotation>{OBJECT.format(1, 0, 0, 'inf', 5)}</annotation>",
    "not a number": f"<annotation>{OBJECT.format(1, 0, 0, 'nan', 5)}</annotation>",
    "huge": f"<annotation>{OBJECT.format(1, 0, 0, '1e300', 5)}</annotation>",
    "cut off": "<annotation><object><name>1",
    "empty": "",
    "zeros": "\0" * 100,
    "encoding": '<?xml version="1.0" encoding="no-such"?><annotation/>',
    "entities": '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("bcdefgh", "cdefghi", strict=True))
    + "]><annotation><object><name>&i;</name></object></annotation>",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_xml(folder, text):
    root = folder(chips=2)
    xml(root, 0, (1, 0, 0, 5, 5))
    (root / "labels" / "000000001.xml").write_text(text)
    data = TrainingData.open(root)
    with pytest.raises(InputError, match=r"The label file .*000000001\.xml is broken"):
        data.read_targets(data.chips[1])
    (root / "labels" / "000000000.xml").write_text(text)
    with pytest.raises(InputError, match=r"The label file .*000000000\.xml is broken"):
        TrainingData.open(root)


@pytest.mark.parametrize("name", ["esri_model_definition.emd", "esri_accumulated_stats.json"])
@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "nul", "[" * 100_000, '{"a":' * 100_000, '{"Classes": [{"Value": 1e400}], "MetaDataMode": 5}',
     '{"Classes": [{"Value": 1, "Color": "red"}]}', '{"Classes": {"Value": 1}}', '{"Classes": [[]]}',
     "\ud800", "\0", '{"MinCellSize": {"x": 1}}', '{"AllTilesStats": [{"Min": null}]}', '{"BandStatsState": [{"Min": []}]}',
     '{"InputRastersProps": []}', '{"Kestrel": 5}', '{"Kestrel": {"CellSize": "ab", "CRS": 5}}', '{"MinCellSize": []}',
     '{"MinCellSize": {"x": 1, "y": 1, "spatialReference": "x"}}',
     '{"MinCellSize": {"x": 1, "y": 1, "spatialReference": {"wkid": "x", "wkt": 5}}}'],
)  # fmt: skip
def test_nasty_metadata(folder, name, text):
    """An error of ours, or it is read."""
    root = folder(chips=1)
    xml(root, 0, (1, 0, 0, 5, 5))
    try:
        content = {**json.loads((root / name).read_text()), **json.loads(text)}
        text = json.dumps(content)
    except (ValueError, TypeError, RecursionError):
        pass
    (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        data = TrainingData.open(root)
        assert len(data.chips) == 1 and data.crs_wkt is None
    except InputError as error:
        assert str(root) in error.message


def test_travels_to_other_processes(folder):
    root = folder(chips=1)
    xml(root, 0, (1, 0, 0, 5, 5))
    data = pickle.loads(pickle.dumps(TrainingData.open(root)))
    assert data.read_image(data.chips[0]).max() == 1
    shutil.rmtree(root)
    with pytest.raises(InputError, match="cannot be read"):
        data.read_image(data.chips[0])
