"""The definition in the forms in which it is found."""

import codecs
import json
from dataclasses import replace

import pytest

from core.errors import ModelError
from core.packages import ClassInfo, ModelCard, Normalisation
from core.packages.emd import from_emd, parse
from core.packages.emd_writing import to_emd
from core.packages.systems import wkt_of


@pytest.fixture
def read(esri_emd):
    """The card of a definition with changes."""
    return lambda **changes: from_emd(parse(esri_emd(**changes), "m.emd"), "m.emd", wkt_of)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode("cp1252"),
        lambda text: json.dumps(text).encode(),  # a JSON string that holds the JSON
        lambda text: json.dumps(text, ensure_ascii=False).encode("utf-8-sig"),
    ],
)
def test_every_encoding(esri_emd, encode):
    text = json.dumps(json.loads(esri_emd()), ensure_ascii=False)
    assert from_emd(parse(encode(text), "m.emd"), "m.emd", wkt_of).classes[1].name == "Häuschen"


def test_halves_of_characters_do_no_harm(esri_emd):
    data = esri_emd().replace(b'"tree"', b'"tr\\ud83d"')
    assert from_emd(parse(data, "m.emd"), "m.emd", wkt_of).classes[0].name.encode() == b"tr?"


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([{"ClassValue": 7, "ClassName": "Müll", "Color": [-1, -1, -1]}], ClassInfo(7, "Müll")),
        ([{"Value": "7", "Name": "x", "Color": "[1, 2, 3]"}], ClassInfo(7, "x", (1, 2, 3))),
        ([{"Value": 7.0, "Name": None, "Color": None}], ClassInfo(7, "7")),
        ([{"Value": 7, "Name": 12}], ClassInfo(7, "12")),
        ([{"Value": 7, "Name": " x ", "Color": "#0102ff"}], ClassInfo(7, "x", (1, 2, 255))),
        ([{"Value": 7, "Name": "x", "Color": [300, 0, 0]}], ClassInfo(7, "x")),
        ([{"Value": 7, "Name": "x", "Color": ["1", "2", "3", "255"]}], ClassInfo(7, "x", (1, 2, 3))),
        ('[{"Value": 7, "Name": "x"}]', ClassInfo(7, "x")),
    ],
)
def test_classes(read, classes, expected):
    assert read(Classes=classes).classes == (expected,)


STATISTICS = {
    "band_min_values": [0, 1, 2, 3], "band_max_values": [10, 11, 12, 13], "scaled_mean_values": [0.1, 0.2, 0.3, 0.4],
    "scaled_std_values": [0.5, 0.6, 0.7, 0.8],
}  # fmt: skip
MULTI = {"IsMultispectral": True, "NormalizationStats": STATISTICS}


@pytest.mark.parametrize(
    ("changes", "bands", "names"),
    [
        ({}, (0, 1, 2), ("Red", "Green", "Blue")),
        ({"ExtractBands": None}, (0, 1, 2), ("Red", "Green", "Blue")),
        ({"ExtractBands": []}, (0, 1, 2), ("Red", "Green", "Blue")),
        ({"ExtractBands": "e.g. [0, 1, 2]"}, (0, 1, 2), ("Red", "Green", "Blue")),
        ({"ExtractBands": [2, 1, 0]}, (2, 1, 0), ("Blue", "Green", "Red")),
        ({"ExtractBands": ["0", "1", 2.0]}, (0, 1, 2), ("Red", "Green", "Blue")),
        ({"ExtractBands": "[2, 1, 0]"}, (2, 1, 0), ("Blue", "Green", "Red")),
        ({"ExtractBands": "2,1,0"}, (2, 1, 0), ("Blue", "Green", "Red")),
        ({"ExtractBands": ["Blue", "Green", "Red"]}, (2, 1, 0), ("Blue", "Green", "Red")),
        ({**MULTI, "ExtractBands": ["NIR", "red"], "Bands": ["Red", "G", "NIR"]}, (2, 0), ("NIR", "Red")),
        (
            {**MULTI, "ExtractBands": ["NearInfrared"], "InputRastersProps": {"BandNames": ["Blue", "NearInfrared"]}},
            (1,),
            ("NearInfrared",),
        ),
        ({**MULTI, "ExtractBands": [3, 1]}, (3, 1), ("", "")),
    ],
)
def test_bands(read, changes, bands, names):
    if len(bands) != 3:
        changes = {**changes, "ModelName": "FasterRCNN"}
    card = read(**changes)
    assert (card.bands, card.band_names) == (bands, names)


def test_statistics_are_those_of_the_bands_taken(read):
    card = read(**MULTI, ExtractBands=[3, 1])
    assert card.normalisation == Normalisation("statistics", (0.4, 0.2), (0.8, 0.6), (3.0, 1.0), (13.0, 11.0))
    assert card.dtype == ""
    text = {key: json.dumps(value) for key, value in STATISTICS.items()}
    assert read(IsMultispectral="true", NormalizationStats=text, ExtractBands=[3, 1]).normalisation == card.normalisation
    two = {key: value[:2] for key, value in STATISTICS.items()}  # one number per band taken
    assert read(NormalizationStats=two, ExtractBands=[3, 1]).normalisation.minimum == (0.0, 1.0)
    assert read(IsMultispectral="false", NormalizationStats=None).normalisation.kind == "imagenet"


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(128, 128, 128), ("256", "256", 256), (None, 64, 64), (512.0, None, 512), ("e.g. 256", 300, 300)],
)
def test_tile_size(read, height, width, size):
    assert read(ImageHeight=height, ImageWidth=width).tile_size == size


UTM = {"wkid": 32632}


@pytest.mark.parametrize(
    ("value", "size", "code"),
    [
        ({"x": 0.3, "y": 0.2, "spatialReference": UTM}, (0.3, 0.2), "32632"),
        ({"x": "0.3", "y": "0.3", "spatialReference": {"wkid": "102100", "latestWkid": "3857"}}, (0.3, 0.3), '"3857"'),
        ({"x": 0.3, "y": 0.3, "spatialReference": {"wkid": 102003}}, (0.3, 0.3), "102003"),  # one of Esri's own
        ({"x": 0.3, "spatialReference": 32632}, (0.3, 0.3), "32632"),
        ({"x": 0.3, "y": -0.3, "spatialReference": {"wkid": None}}, (0.3, 0.3), None),
        ({"x": 0.3, "y": 0.3, "spatialReference": {"wkid": -5, "latestWkid": 1e300}}, (0.3, 0.3), None),
        ({"x": 0.3, "y": 0.3, "spatialReference": {"wkt": 'LOCAL_CS["here"]'}}, (0.3, 0.3), "LOCAL_CS"),
        (0.3, (0.3, 0.3), None),
        ("0.3", (0.3, 0.3), None),
        ([0.3, 0.4], (0.3, 0.4), None),
        ('{"x": 0.3, "y": 0.3}', (0.3, 0.3), None),
        ("e.g. 0.3", None, None),
        ({"x": 0, "y": 0}, None, None),
        ({"x": "NaN", "y": "inf"}, None, None),
        ([], None, None),
        (None, None, None),
    ],
)
def test_cell_size(read, value, size, code):
    card = read(MinCellSize=value)
    assert card.cell_size == size
    assert (card.crs_wkt is None) if code is None else (code in card.crs_wkt)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Classes": None}, "m.emd is damaged: it has no Classes."),
        ({"Classes": [{"Name": "x"}]}, "m.emd is damaged: it has no ClassValue."),
        ({"Classes": [{"Value": "many"}]}, "a class has the value 'many', which is no whole number"),
        ({"Classes": [{"Value": 2**40}]}, "a class has the value 1099511627776"),
        ({"Classes": [3]}, "one of its Classes is 3"),
        ({"Classes": {"a": 1}}, "stands where a list should"),
        ({"Classes": []}, "m.emd: The package's description is damaged: it names no classes."),
        ({"ImageHeight": None, "ImageWidth": "e.g. 256"}, "its tile size is 0"),
        ({"ExtractBands": ["Purple"]}, "its ExtractBands name the band 'Purple', and its bands are not named"),
        ({"ExtractBands": [-1, 0, 1]}, "name the band -1"),
        ({"IsMultispectral": True}, "m.emd is damaged: it has no band_min_values."),
        ({**MULTI, "ExtractBands": [9]}, "m.emd is damaged: list index out of range"),
        ({"NormalizationStats": {**STATISTICS, "band_min_values": ["a"] * 4}}, "hold band_min_values that are no numbers"),
        ({"NormalizationStats": {**STATISTICS, "band_max_values": [-9] * 4}}, "its pixels cannot be scaled by"),
    ],
)
def test_what_a_detector_needs_is_named(read, changes, text):
    with pytest.raises(ModelError) as caught:
        read(**changes)
    assert text in caught.value.message
    card = read(**{**changes, "ModelName": "UnetClassifier"})  # a kind that cannot be run anyway
    assert card.model_type == "UnetClassifier"


@pytest.mark.parametrize(
    ("name", "configuration", "kind"),
    [
        ("MaskRCNN", "x", "MaskRCNN"), (None, "_maskrcnn_inferencing", "MaskRCNN"), (None, "_unet", "UnetClassifier"),
        (None, "MyOwn", "MyOwn"), (None, None, "unknown"),
    ],
)  # fmt: skip
def test_the_kind(read, name, configuration, kind):
    assert read(ModelName=name, ModelConfiguration=configuration).model_type == kind


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"{", "m.emd is not a model definition: it is not JSON (Expecting property name"),
        (b"", "it is not JSON (Expecting value"),
        (b"[" * 100_000, "it is not JSON (nested too deeply)"),
        (b'"[[[["', "it is not JSON"),
        (b"[1]", "m.emd is JSON but not a model definition: it is not an object."),
        (b'{"type": "FeatureCollection"}', "it has neither ModelFile nor ModelName"),
        (b'{"MetaDataMode": "KITTI_rectangles", "Classes": []}', "m.emd describes training data, not a trained model."),
        (b"1" * 10_000, "it is not JSON"),
    ],
)
def test_what_is_no_definition(data, text):
    with pytest.raises(ModelError) as caught:
        parse(data, "m.emd")
    assert text in caught.value.message and caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (b'"format_version": 1', b'"format_version": 99', "version 99"),
        (b'"band_names"', b'"band_nams"', "it has no 'band_names'"),
        (b'"tile_size": 256', b'"tile_size": 1e999', "cannot convert float infinity"),
        (b'"classes": [', b'"classes": [7, ', "m.emd"),
        (b'"threshold": 0.42', b'"threshold": "x"', "could not convert string to float"),
        (b'"threshold": 0.42', b'"threshold": NaN', "its threshold is nan"),
        (b'"threshold": 0.42', b'"threshold": 7', "its threshold is 7"),
        (b'"tile_size": 256', b'"tile_size": 1000000', "its tile size is 1000000"),
        (b'"value": 4', b'"value": 4294967297', "its classes have the values"),
        (b'"kind": "imagenet"', b'"kind": "magic"', "its pixels cannot be scaled by"),
        (b'"dtype": "uint8"', b'"dtype": "complex64"', "its pixel type is 'complex64'"),
        (b'"cell_size": [', b'"cell_size": [-1, ', "its cell size is"),
        (b'"band_names": [', b'"band_names": ["more", ', "it has 3 bands, 4 names of bands and numbers of 3 bands"),
    ],
)
def test_a_damaged_description_of_our_own(package, old, new, text):
    data = package.with_suffix(".emd").read_bytes()
    assert old in data
    with pytest.raises(ModelError, match=text):
        from_emd(parse(data.replace(old, new), "m.emd"), "m.emd", wkt_of)


def test_the_training_extent_travels_and_may_be_lacking(card):
    there = replace(card, extent=(1.5, 2.0, 3.0, 4.25))
    facts = json.loads(json.dumps(to_emd(there, "m.pth")))["Kestrel"]
    assert ModelCard.from_dict(facts).extent == (1.5, 2.0, 3.0, 4.25)
    del facts["extent"]  # as before there was one
    assert ModelCard.from_dict(facts).extent is None


@pytest.mark.parametrize("extent", [[1, 2, 3], [3, 2, 1, 4], ["x", 2, 3, 4], [0, 0, float("inf"), 1]])
def test_a_damaged_extent_is_named(card, extent):
    with pytest.raises(ModelError, match="description is damaged"):
        ModelCard.from_dict({**card.to_dict(), "extent": extent})
