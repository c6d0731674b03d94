"""Every parameter of the export beyond the usual ones, on real pixels."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS
from rasterio.features import rasterize

from core.errors import InputError, InvalidParameter
from core.imagery import Raster
from core.jobs.export_training_data import METADATA_FORMATS, ExportTrainingData
from core.training_data import TrainingData
from core.training_data.export import run
from core.training_data.formats import FORMATS
from core.training_data.writers import WORTH_IT
from core.vectors import same_crs, to_map

VOC, MASKS = "PASCAL_VOC_rectangles", "RCNN_Masks"
SIDE = 96  # pixels of the test image
UTM = "EPSG:32645"


@pytest.fixture
def export(tmp_path, report, monkeypatch):
    """Run the job with small tiles; return its outputs."""
    monkeypatch.setattr("core.training_data.export.write_contact_sheet", lambda folder, sheet: None)  # it takes a second

    def go(image, labels=None, output="out", **values):
        values = {"tile_size_x": 32, "stride_x": 32, "stride_y": 32, **values}
        job = ExportTrainingData.from_values(
            {"input_raster": image, "input_labels": labels, "output": str(tmp_path / output), **values}
        )
        job.check()
        return run(job, report)

    return go


def on_map(polygons, image):
    with Raster(image) as raster:
        return list(to_map(np.array(polygons, object), raster))


def chips_of(result):
    return TrainingData.open(result["OUTPUT"])


def files(folder):
    """What an export wrote, by relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def metadata(result, name="esri_model_definition.emd"):
    return json.loads((Path(result["OUTPUT"]) / name).read_text())


# -- where objects lie ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [0, 40, 90])
@pytest.mark.parametrize("labels_in", [None, "EPSG:4326", "EPSG:3857"])
def test_every_mask_pasted_back_matches_its_object(make_raster, make_layer, noise, place, export, labels_in, angle):
    """Object by object, in every kind of georeference, turned chips too."""
    transform, crs = place
    if labels_in and crs is None:
        pytest.skip("no system to reproject from")
    image = make_raster(noise(3, SIDE, SIDE), transform=transform, crs=crs)
    ring = shapely.Point(33, 33).buffer(17) - shapely.Point(30, 30).buffer(6)
    objects = [ring, shapely.box(60.3, 55.6, 88.2, 79.9), shapely.Point(70, 25).buffer(13)]  # each above 400 pixels
    polygons = on_map(objects, image)
    if labels_in:
        polygons = list(
            same_crs(np.array(polygons, object), CRS.from_user_input(crs), CRS.from_user_input(labels_in), "labels")
        )
    data = chips_of(
        export(
            image, make_layer(polygons, {"kind": ["ring", "box", "disc"]}, crs=labels_in or crs), class_field="kind",
            metadata_format=MASKS, tile_size_x=64, stride_x=16, stride_y=16, rotation_angle=angle,
        )
    )  # fmt: skip
    for item, truth in zip(("ring", "box", "disc"), on_map(objects, image), strict=True):
        ious = []
        for file in sorted((data.folder / "labels" / item).glob("*.tif")):
            with rasterio.open(file) as mask:
                plane, place_of_mask = mask.read(1) > 0, mask.transform
            matrix = ~place_of_mask
            there = shapely.transform(truth, lambda xy, m=matrix: np.column_stack(m * (xy[:, 0], xy[:, 1])))
            wanted = rasterize([(there, 1)], plane.shape).astype(bool)  # GDAL's pixels of the object on the map
            if wanted.sum() > 400:
                ious.append((plane & wanted).sum() / (plane | wanted).sum())
        assert len(ious) >= 2 and min(ious) > 0.98


def test_turned_chips_show_what_their_georeference_says(make_raster, make_layer, export):
    """A bright square stays where its label is, by image and by mask, in every turned chip."""
    pixels = np.full((3, SIDE, SIDE), 10, "uint8")
    pixels[:, 40:56, 36:60] = 250
    image = make_raster(pixels)
    labels = make_layer(on_map([shapely.box(36, 40, 60, 56)], image))
    data = chips_of(export(image, labels, metadata_format=MASKS, tile_size_x=64, rotation_angle=45))
    assert len(data.chips) % 8 == 0 and len(data.chips) >= 8
    transforms = {tuple(round(value, 6) for value in chip.transform[:2]) for chip in data.chips}
    assert len(transforms) == 8
    for chip in data.chips:
        bright, masks = data.read_image(chip)[0] > 130, data.read_targets(chip).masks
        assert (bright & masks[0]).sum() / (bright | masks[0]).sum() > 0.95


def test_a_quarter_turn_is_exact(make_raster, make_layer, noise, export):
    image = make_raster(noise(2, SIDE, SIDE, "uint16", 1, 60000))
    labels = make_layer(on_map([shapely.box(40, 40, 56, 50)], image))
    data = chips_of(export(image, labels, rotation_angle=90))
    first = data.read_image(data.chips[0])
    for turns, chip in enumerate(data.chips[:4]):
        assert np.array_equal(data.read_image(chip), np.rot90(first, turns, (1, 2)))


# -- tiles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("edge", "expected"), [("SHIFT", [0, 32, 38]), ("PAD", [0, 32, 64]), ("SKIP", [0, 32])])
def test_tiles_at_the_edge(make_raster, make_layer, noise, export, edge, expected):
    pixels = noise(1, 32, 70)
    image = make_raster(pixels)
    result = export(image, make_layer(on_map([shapely.box(0, 0, 70, 32)], image)), edge=edge)
    data = chips_of(result)
    columns = [round((chip.transform.c - 600000) / 0.5) for chip in data.chips]
    assert columns == expected
    if edge == "PAD":
        assert (data.read_image(data.chips[-1])[:, :, 6:] == 0).all()
        assert np.array_equal(data.read_image(data.chips[-1])[:, :, :6], pixels[:, :, 64:])
        assert data.read_targets(data.chips[-1]).boxes.tolist() == [[0, 0, 6, 32]]
        assert metadata(result)["AllTilesStats"][0]["Min"] > 0  # what is filled up is not counted


def test_a_raster_smaller_than_a_tile(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, 20, 20))
    labels = make_layer(on_map([shapely.box(2, 2, 18, 18)], image))
    assert export(image, labels)["CHIPS"] == 1
    with pytest.raises(InputError, match="No tile of 32 x 32 pixels"):
        export(image, labels, output="other", edge="SKIP")


def test_tile_sizes_and_strides_are_filled(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, 300, 300))
    labels = make_layer(on_map([shapely.box(100, 100, 140, 140)], image))
    data = chips_of(export(image, labels, tile_size_x=None, stride_x=None, stride_y=None))
    assert data.tile_size == (256, 256)
    assert len(data.chips) == 4  # at 0 and, shifted inwards, 44
    data = chips_of(export(image, labels, "tall", tile_size_x=64, tile_size_y=128, stride_x=0, stride_y=0))
    assert data.tile_size == (64, 128)


def test_a_stride_above_the_filled_tile_is_refused(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    with pytest.raises(InvalidParameter, match="STRIDE_X is 300 but TILE_SIZE_X is 256"):
        export(image, make_layer(on_map([shapely.box(1, 1, 9, 9)], image)), tile_size_x=None, stride_x=300)


def test_minimum_overlap(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    labels = make_layer(on_map([shapely.box(24, 4, 34, 14), shapely.box(4, 40, 12, 48)], image))
    found = [len(data.read_targets(chip)) for data in [chips_of(export(image, labels))] for chip in data.chips]
    assert found == [1, 1, 1]  # one lies in two tiles, with 80 % and 20 %
    data = chips_of(export(image, labels, "half", min_overlap=0.5))
    assert [len(data.read_targets(chip)) for chip in data.chips] == [1, 1]


@pytest.mark.parametrize("metadata_format", [name for name in METADATA_FORMATS if FORMATS[name].trainable])
def test_tiles_without_objects_stay_as_negatives_in_every_format(make_raster, make_layer, noise, export, metadata_format):
    image = make_raster(noise(3, SIDE, SIDE))
    labels = make_layer(on_map([shapely.box(4, 4, 20, 20)], image))
    data = chips_of(export(image, labels, metadata_format=metadata_format, no_feature_tiles=True))
    assert [len(data.read_targets(chip)) for chip in data.chips] == [1, *[0] * 8]


def test_mask_polygons_hold_turned_chips_too(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    labels = make_layer(on_map([shapely.box(40, 40, 56, 56)], image))
    mask = make_layer(on_map([shapely.box(32, 32, 64, 64)], image), name="mask.gpkg")
    assert export(image, labels, mask=mask)["CHIPS"] == 1
    assert export(image, labels, "turned", mask=mask, rotation_angle=45)["CHIPS"] == 4  # by quarters it fits


# -- images -----------------------------------------------------------------------------------------------------------


def test_bands_in_the_order_asked(make_raster, make_layer, noise, export):
    pixels = noise(4, SIDE, SIDE, "uint16", 1, 5000)
    image = make_raster(pixels)
    result = export(image, make_layer(on_map([shapely.box(4, 4, 20, 20)], image)), bands=[4, 2])
    data = chips_of(result)
    assert np.array_equal(data.read_image(data.chips[0]), pixels[[3, 1], :32, :32])
    assert data.source_bands == (3, 1)  # what a model trained on them takes from the raster
    assert metadata(result, "esri_accumulated_stats.json")["NumBands"] == 2


def test_a_band_that_is_not_there(make_raster, make_layer, noise, export):
    image = make_raster(noise(3, SIDE, SIDE))
    with pytest.raises((InputError, InvalidParameter), match="5"):
        export(image, make_layer(on_map([shapely.box(4, 4, 20, 20)], image)), bands=[1, 5])


def test_jpeg_quality(make_raster, make_layer, noise, export):
    image = make_raster(noise(3, SIDE, SIDE))
    labels = make_layer(on_map([shapely.box(4, 4, 20, 20)], image))
    outs = [export(image, labels, f"q{quality}", image_format="JPEG", jpeg_quality=quality)["OUTPUT"] for quality in (30, 100)]
    sizes = [(Path(out) / "images" / "000000000.jpg").stat().st_size for out in outs]
    assert sizes[0] < sizes[1] / 2


def test_three_bands_of_four_fit_into_png(make_raster, make_layer, noise, export):
    image = make_raster(noise(5, SIDE, SIDE))
    labels = make_layer(on_map([shapely.box(4, 4, 20, 20)], image))
    with pytest.raises(InputError, match=r"PNG takes 1 or 3 bands of 8 bits, but .* has 5 of type uint8.*three Bands"):
        export(image, labels, image_format="PNG")
    assert export(image, labels, image_format="PNG", bands="3,2,1")["CHIPS"] == 1


def test_snap_raster_moves_the_grid(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    snap = make_raster(noise(1, 8, 8), "snap.tif", transform=Affine(0.5, 0, 600000.2, 0, -0.5, 3099999.9))
    data = chips_of(export(image, make_layer(on_map([shapely.box(4, 4, 80, 80)], image)), snap_raster=snap))
    corner = data.chips[0].transform
    assert ((corner.c - 600000.2) / 0.5) % 1 == pytest.approx(0, abs=1e-6)
    assert ((corner.f - 3099999.9) / 0.5) % 1 == pytest.approx(0, abs=1e-6)


# -- several rasters --------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(make_raster, make_layer, noise):
    """Two rasters side by side, and an object on each and one on the seam, in pixels of the first."""
    whole = noise(3, 64, 128)
    west = make_raster(whole[:, :, :64], "a_west.tif")
    east = make_raster(whole[:, :, 64:], "b_east.tif", transform=Affine(0.5, 0, 600032, 0, -0.5, 3100000))
    boxes = [shapely.box(4, 4, 20, 20), shapely.box(58, 40, 70, 56), shapely.box(100, 8, 118, 30)]
    return whole, west, east, make_layer(on_map(boxes, west))


def test_several_rasters_are_one_mosaic(pair, export):
    whole, west, east, labels = pair
    result = export(west, labels, additional_rasters=[east], tile_size_x=64, no_feature_tiles=True)
    data = chips_of(result)
    assert len(data.chips) == 3  # at 0, 32, 64: the middle one shows both rasters
    middle = next(chip for chip in data.chips if chip.transform.c == 600016)
    assert np.array_equal(data.read_image(middle), whole[:, :, 32:96])
    assert [38 in box and 26 in box for box in data.read_targets(middle).boxes.tolist()] == [True]


def test_a_folder_is_the_rasters_in_it(pair, export):
    _, west, _, labels = pair
    data = chips_of(export(str(Path(west).parent), labels, tile_size_x=64, no_feature_tiles=True))
    assert len(data.chips) == 3


def test_items_separately(pair, export):
    whole, west, east, labels = pair
    result = export(
        west, labels, additional_rasters=[east], tile_size_x=64, stride_x=0, processing_mode="PROCESS_ITEMS_SEPARATELY"
    )
    data = chips_of(result)
    assert [chip.name for chip in data.chips] == ["000000000", "000000001"]
    images = [data.read_image(chip) for chip in data.chips]
    assert np.array_equal(images[0], whole[:, :, :64]) and np.array_equal(images[1], whole[:, :, 64:])
    assert [len(data.read_targets(chip)) for chip in data.chips] == [2, 2]  # the one on the seam is cut
    assert metadata(result)["InputRastersProps"]["RasterCount"] == 2
    assert metadata(result)["Kestrel"]["Rasters"] == ["a_west.tif", "b_east.tif"]


def test_objects_on_no_raster_are_counted_once(pair, make_layer, export, report):
    _, west, east, _ = pair
    boxes = on_map([shapely.box(4, 4, 20, 20), shapely.box(100, 8, 118, 30), shapely.box(400, 4, 410, 9)], west)
    labels = make_layer(boxes, name="some.gpkg")
    export(west, labels, additional_rasters=[east], processing_mode="PROCESS_ITEMS_SEPARATELY")
    texts = [event.text for event in report.events if "lie off" in getattr(event, "text", "")]
    assert texts == ["1 of 3 objects of some.gpkg lie off all 2 rasters."]


def test_labels_off_all_rasters(pair, make_layer, export):
    _, west, east, _ = pair
    far = make_layer([shapely.box(0, 0, 1, 1)], name="far.gpkg")
    with pytest.raises(InputError, match="lies on any of the 2 rasters"):
        export(west, far, additional_rasters=[east], processing_mode="PROCESS_ITEMS_SEPARATELY")


# -- labels -----------------------------------------------------------------------------------------------------------


def test_a_classified_raster_gives_the_labels(make_raster, noise, export):
    image = make_raster(noise(3, SIDE, SIDE))
    classes = np.zeros((1, SIDE, SIDE), "uint8")
    classes[0, 4:20, 4:12], classes[0, 4:20, 12:24], classes[0, 50:60, 50:60] = 2, 5, 2
    result = export(image, input_class_raster=make_raster(classes, "classes.tif"), metadata_format=MASKS)
    data = chips_of(result)
    assert [(item.value, item.name) for item in data.classes] == [(2, "2"), (5, "5")]
    masks = {(chip.name, int(label)): mask.sum() for chip in data.chips
             for mask, label in zip(data.read_targets(chip).masks, data.read_targets(chip).labels, strict=True)}  # fmt: skip
    assert masks == {("000000000", 1): 16 * 8, ("000000000", 2): 16 * 12, ("000000001", 1): 100}


def test_classified_tiles_give_the_classified_raster_back(make_raster, noise, export):
    image = make_raster(noise(3, 64, 64))
    classes = np.kron(np.random.default_rng(2).integers(0, 4, (1, 16, 16)), np.ones((1, 4, 4))).astype("uint8")
    result = export(
        image, input_class_raster=make_raster(classes, "classes.tif"), metadata_format="Classified_Tiles", no_feature_tiles=True
    )
    for row in (0, 32):
        for col in (0, 32):
            number = row // 32 * 2 + col // 32
            with rasterio.open(Path(result["OUTPUT"]) / "labels" / f"{number:09d}.tif") as file:
                assert np.array_equal(file.read(1), classes[0, row : row + 32, col : col + 32])
    sums = metadata(result, "esri_accumulated_stats.json")
    assert sums["OutputFeatures"] is False
    assert sums["ClassPixelStats"]["NumPixelsPerClass"] == [int((classes == value).sum()) for value in (1, 2, 3)]


def test_a_class_table_keeps_values(make_raster, make_layer, noise, export, report, tmp_path):
    image = make_raster(noise(1, SIDE, SIDE))
    table = tmp_path / "classes.csv"
    table.write_text("value,name,color\n7,tent,#ff0000\n3,hut,#00ff00\n", "utf-8")
    boxes = [shapely.box(4, 4, 20, 20), shapely.box(40, 40, 50, 50), shapely.box(70, 70, 80, 80)]
    labels = make_layer(on_map(boxes, image), {"kind": ["tent", "car", "tent"]})
    result = export(image, labels, class_field="kind", class_table=str(table))
    assert [(item["Value"], item["Name"], item["Color"]) for item in metadata(result)["Classes"]] == [
        (3, "hut", [0, 255, 0]), (7, "tent", [255, 0, 0]),
    ]  # fmt: skip
    assert result["OBJECTS"] == 2
    assert any("car" in text for text in report.warnings)


# -- one object a chip ------------------------------------------------------------------------------------------------


@pytest.fixture
def three(make_raster, make_layer, noise):
    pixels = noise(3, SIDE, SIDE)
    image = make_raster(pixels)
    boxes = [shapely.box(4, 4, 20, 30), shapely.box(40.5, 40.5, 52.5, 50.5), shapely.Point(80, 80).buffer(8)]
    return pixels, image, make_layer(on_map(boxes, image), {"kind": ["a", "b", "a"]})


def test_labeled_tiles_have_the_object_in_their_middle(three, export):
    pixels, image, labels = three
    result = export(image, labels, class_field="kind", metadata_format="Labeled_Tiles")
    assert (result["CHIPS"], result["OBJECTS"]) == (3, 3)
    with rasterio.open(Path(result["OUTPUT"]) / "images" / "000000001.tif") as file:
        assert np.array_equal(file.read(), pixels[:, 30:62, 30:62] if file.transform.c == 600015 else pixels[:, 29:61, 30:62])
    assert metadata(result)["CropTileMode"] == "Fixed_Size"


def test_labeled_tiles_cut_to_the_box_and_blackened(three, export):
    pixels, image, labels = three
    result = export(image, labels, metadata_format="Labeled_Tiles", crop_mode="BOUNDING_BOX", blacken=True)
    with rasterio.open(Path(result["OUTPUT"]) / "images" / "000000002.tif") as file:
        found = file.read()
    assert found.shape == (3, 16, 16)
    disc = rasterize([(shapely.Point(8, 8).buffer(8), 1)], (16, 16)).astype(bool)
    assert (found[:, ~disc] == 0).all() and np.array_equal(found[:, disc], pixels[:, 72:88, 72:88][:, disc])
    assert (metadata(result)["CropTileMode"], metadata(result)["BlackenAroundFeature"]) == ("Variable_Size", True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"blacken": True}, "BLACKEN and CROP_MODE are for chips of one object each"),
        ({"metadata_format": "Labeled_Tiles", "rotation_angle": 30}, "Labeled_Tiles have none"),
        ({"reference_system": "PIXEL_SPACE", "cell_size": 2}, "no meaning in PIXEL_SPACE"),
        ({"validation_percentage": 60, "test_percentage": 40}, "too little is left"),
        ({"class_name_field": "kind"}, "CLASS_FIELD, which is empty"),
        ({"input_class_raster": "image.tif"}, "both are given"),
        ({"input_labels": None}, "none is given"),
    ],
)
def test_values_that_do_not_fit_each_other(three, export, values, message):
    _, image, labels = three
    with pytest.raises(InvalidParameter, match=message):
        export(
            image,
            **{"labels": labels} | {("labels" if name == "input_labels" else name): value for name, value in values.items()},
        )


# -- pixel space ------------------------------------------------------------------------------------------------------


def test_pixel_space(make_raster, make_layer, noise, export):
    pixels = noise(3, SIDE, SIDE)
    turned = Affine.translation(600000, 3100000) * Affine.rotation(20) * Affine.scale(0.5, -0.5)
    image = make_raster(pixels, transform=turned)
    data = chips_of(export(image, make_layer(on_map([shapely.box(36, 40, 60, 60)], image)), reference_system="PIXEL_SPACE"))
    assert data.image_space == "PIXEL_SPACE"
    chip = data.chips[0]
    assert chip.transform[:6] == pytest.approx((1, 0, 32, 0, -1, -32))
    assert np.array_equal(data.read_image(chip), pixels[:, 32:64, 32:64])
    assert data.read_targets(chip).boxes[0] == pytest.approx([4, 8, 28, 28], abs=0.02)


# -- split ------------------------------------------------------------------------------------------------------------


def overlaps(data):
    """Pairs of chips of different sides that share area."""
    chips = [(data.sides[chip.name], shapely.box(*chip.bounds)) for chip in data.chips]
    return [1 for i, (side, here) in enumerate(chips) for other, there in chips[i + 1 :]
            if side != other and here.intersection(there).area > 1e-6]  # fmt: skip


@pytest.fixture
def field(make_raster, make_layer, noise):
    """A raster of 384 pixels with many objects."""
    image = make_raster(noise(3, 384, 384))
    places = np.random.default_rng(4).uniform(10, 370, (150, 2))
    return image, make_layer(on_map([shapely.box(x, y, x + 8, y + 8) for x, y in places], image))


@pytest.mark.parametrize("angle", [0, 45])
def test_no_pixel_is_on_two_sides(field, export, report, angle):
    image, labels = field
    data = chips_of(
        export(image, labels, stride_x=24, stride_y=24, validation_percentage=25, test_percentage=15, rotation_angle=angle)
    )
    assert set(data.sides.values()) == {"train", "validation", "test"}
    assert set(data.sides) == {chip.name for chip in data.chips}
    if angle == 0:
        assert not overlaps(data)
    assert any("left out" in getattr(event, "text", "") for event in report.events)


def test_items_in_pixel_space_stay_whole(pair, export):
    _, west, east, labels = pair
    data = chips_of(
        export(
            west, labels, additional_rasters=[east], processing_mode="PROCESS_ITEMS_SEPARATELY", reference_system="PIXEL_SPACE",
            validation_percentage=50, tile_size_x=32, stride_x=16,
        )
    )  # fmt: skip
    assert sorted(set(data.sides.values())) == ["train", "validation"]


# -- adding to an export ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metadata_format", METADATA_FORMATS)
def test_an_export_in_two_parts_is_the_export_at_once(pair, export, metadata_format):
    _, west, east, labels = pair
    values = {"metadata_format": metadata_format, "processing_mode": "PROCESS_ITEMS_SEPARATELY"}
    at_once = export(west, labels, "once", additional_rasters=[east], **values)
    first = export(west, labels, "parts", **values)
    second = export(east, labels, "parts", append=True, **values)
    assert first["CHIPS"] + second["CHIPS"] == at_once["CHIPS"]
    whole, parts = files(at_once["OUTPUT"]), files(second["OUTPUT"])
    sheets = {"contact_sheet.html", "contact_sheet.png"}
    assert set(whole) == set(parts)
    for name in set(whole) - sheets:
        if name.endswith((".emd", ".json")):
            assert close(json.loads(whole[name]), json.loads(parts[name])), name
        else:
            assert whole[name] == parts[name], name


def close(one, other):
    """Whether two JSON values are the same but for rounding."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == other or (isinstance(one, float) and one == pytest.approx(other, rel=1e-9))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"metadata_format": MASKS}, "Metadata Format PASCAL_VOC_rectangles.*RCNN_Masks"),
        ({"tile_size_x": 48}, "tiles of the size 32 x 32.*48 x 48"),
        ({"image_format": "PNG"}, "images of the ending tif.*png"),
        ({"bands": "1,2"}, "has bands 3; the new chips have 2"),
    ],
)
def test_chips_of_another_kind_are_not_added(pair, export, values, message):
    _, west, _, labels = pair
    before = files(export(west, labels)["OUTPUT"])
    with pytest.raises(InputError, match=message):
        export(west, labels, append=True, **values)
    assert files(Path(west).parent / "out") == before


def test_classes_keep_their_values_when_more_come(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    boxes = on_map([shapely.box(4, 4, 20, 20), shapely.box(40, 40, 50, 50)], image)
    export(image, make_layer(boxes, {"kind": ["tent", "hut"]}), class_field="kind")
    result = export(image, make_layer(boxes, {"kind": ["car", "tent"]}, name="more.gpkg"), class_field="kind", append=True)
    assert [(item["Value"], item["Name"]) for item in metadata(result)["Classes"]] == [(1, "hut"), (2, "tent"), (3, "car")]
    data = chips_of(result)
    found = [[data.classes[label - 1].name for label in data.read_targets(chip).labels] for chip in data.chips]
    assert found == [["tent"], ["hut"], ["car"], ["tent"]]


def test_classes_by_place_are_checked_before_anything_is_cut(make_raster, make_layer, noise, export, report):
    image = make_raster(noise(1, SIDE, SIDE))
    boxes = on_map([shapely.box(4, 4, 20, 20), shapely.box(40, 40, 50, 50)], image)
    values = {"class_field": "kind", "metadata_format": "YOLO_rectangles"}
    before = files(export(image, make_layer(boxes, {"kind": [1, 3]}), **values)["OUTPUT"])
    report.events.clear()
    with pytest.raises(InputError, match="there they are 1, 3, now they would be 1, 2, 3"):
        export(image, make_layer(boxes, {"kind": [2, 3]}, name="more.gpkg"), append=True, **values)
    assert not any(getattr(event, "stage", "") == "Cutting chips" for event in report.events)
    assert files(Path(image).parent / "out") == before


def test_added_chips_never_overlap_another_side(field, export):
    image, labels = field
    export(image, labels, validation_percentage=25)
    result = export(image, labels, append=True, stride_x=16, stride_y=16)
    data = chips_of(result)
    assert set(data.sides) == {chip.name for chip in data.chips}
    assert not overlaps(data)


def test_start_index(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    result = export(image, make_layer(on_map([shapely.box(4, 4, 20, 20)], image)), start_index=500)
    assert [chip.name for chip in chips_of(result).chips] == ["000000500"]
    assert metadata(result, "esri_accumulated_stats.json")["NextTileIndex"] == 501


# -- in parallel ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metadata_format", [VOC, MASKS])
def test_processes_change_nothing(make_raster, make_layer, noise, export, metadata_format):
    image = make_raster(noise(3, 640, 640), nodata=255)
    places = np.random.default_rng(4).uniform(10, 600, (200, 2))
    labels = make_layer(on_map([shapely.Point(x, y).buffer(6) for x, y in places], image))
    values = {"no_feature_tiles": True, "metadata_format": metadata_format}
    one = export(image, labels, "one", parallel=1, **values)
    three = export(image, labels, "three", parallel=3, **values)
    assert one["CHIPS"] > WORTH_IT  # or no process would be started
    assert files(one["OUTPUT"]) == files(three["OUTPUT"])
