import json
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS

from core.errors import Cancelled, InputError, OutputError
from core.imagery import Raster, Window
from core.jobs.export_training_data import ExportTrainingData
from core.training_data import TrainingData
from core.training_data.export import run
from core.vectors import same_crs, to_map

VOC, MASKS = "PASCAL_VOC_rectangles", "RCNN_Masks"
SIDE = 96  # pixels of the test image


@pytest.fixture
def export(tmp_path, report, monkeypatch):
    """Run the job with small tiles and open what it wrote."""
    monkeypatch.setattr("core.training_data.export.write_contact_sheet", lambda folder, sheet: None)  # it takes a second

    def go(image, labels, output="out", **values):
        values = {"tile_size_x": 32, "tile_size_y": 32, "stride_x": 32, "stride_y": 32, **values}
        job = ExportTrainingData.from_values(
            {"input_raster": image, "input_labels": labels, "output": str(tmp_path / output), **values}
        )
        result = run(job, report)
        data = TrainingData.open(result["OUTPUT"])
        assert result["CHIPS"] == len(data.chips)
        assert result["OBJECTS"] == sum(len(data.read_targets(chip)) for chip in data.chips)
        return data

    return go


def blobs():
    """Pixel polygons: curved, with a hole, touching, cut by tile edges."""
    ring = shapely.Point(20, 20).buffer(11) - shapely.Point(20, 20).buffer(4)
    wall = [shapely.box(34, 3, 45.5, 20), shapely.box(45.5, 3, 60, 20)]
    return [ring, *wall, shapely.Point(64, 64).buffer(14), shapely.box(80, 70, 93, 90)]


def on_map(polygons, image):
    with Raster(image) as raster:
        return list(to_map(np.array(polygons, object), raster)), raster.crs


def pasted_iou(data, image, polygons):
    """Paste all masks back by the georeference of their own files and compare with the source polygons, per object."""
    from rasterio.features import rasterize

    truth = [rasterize([(polygon, 1)], (SIDE, SIDE)).astype(bool) for polygon in polygons]
    with Raster(image) as raster:
        inverse = ~raster.transform
    pasted = np.zeros((SIDE, SIDE), int)
    for mask_file in sorted((data.folder / "labels").rglob("*.tif")):
        with rasterio.open(mask_file) as file:
            plane, place = file.read(1), file.transform
        rows, columns = np.nonzero(plane)
        x, y = place * (columns + 0.5, rows + 0.5)
        col, row = (np.floor(value).astype(int) for value in inverse * (x, y))
        pasted[row, col] = 1
    union = np.any(truth, axis=0)
    return (pasted.astype(bool) & union).sum() / (pasted.astype(bool) | union).sum()


# -- geometry ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [None, "EPSG:4326", "EPSG:3857"])
def test_masks_lie_on_their_objects_wherever_the_raster_is(make_raster, make_layer, noise, place, export, target):
    transform, crs = place
    if target and crs is None:
        pytest.skip("no system to reproject from")
    pixels = noise(3, SIDE, SIDE)
    image = make_raster(pixels, transform=transform, crs=crs)
    polygons, system = on_map(blobs(), image)
    if target:
        polygons = list(same_crs(np.array(polygons, object), system, CRS.from_user_input(target), "labels"))
    data = export(image, make_layer(polygons, crs=target or crs), metadata_format=MASKS, stride_x=16, stride_y=24)
    assert pasted_iou(data, image, blobs()) > 0.98
    # The chips are the raster's own pixels at the place that both their world files and their tags name.
    with Raster(image) as raster:
        for chip in data.chips:
            col, row = (round(value) for value in (~raster.transform) * (chip.transform * (0, 0)))
            assert np.array_equal(data.read_image(chip), raster.read(Window(col, row, 32, 32))[0])
            with rasterio.open(chip.image) as file:
                assert file.transform.almost_equals(chip.transform, 1e-9)
                assert (file.crs or None) == raster.crs


def test_boxes_are_clipped_and_sub_pixel(make_raster, make_layer, noise, export):
    image = make_raster(noise(3, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(20.25, 10.5, 40.75, 20.125)], image)
    data = export(image, make_layer(polygons))
    assert [chip.name for chip in data.chips] == ["000000000", "000000001"]
    boxes = [data.read_targets(chip).boxes.tolist() for chip in data.chips]
    assert boxes == [[[20.25, 10.5, 32.0, 20.1200008392334]], [[0.0, 10.5, 8.75, 20.1200008392334]]]
    text = (data.folder / "labels" / "000000000.xml").read_text()
    assert "<name>1</name>" in text and "<xmin>20.25</xmin>" in text and "<xmax>32.00</xmax>" in text
    assert "<depth>3</depth>" in text and "-0.00" not in text


def test_slivers_go_but_small_objects_stay(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(10, 10, 32.04, 20), shapely.box(70.1, 70.1, 70.3, 70.3)], image)
    data = export(image, make_layer(polygons), metadata_format=MASKS)
    counts = {chip.name: len(data.read_targets(chip)) for chip in data.chips}
    assert counts == {"000000000": 1, "000000001": 1}  # nothing for the strip of 0.04 x 10 pixels


def test_overlapping_and_touching_objects_all_survive(make_raster, make_layer, noise, export):
    image = make_raster(noise(3, SIDE, SIDE))
    stack = [shapely.box(40 + i, 40 + i, 52 + i, 52 + i) for i in range(0, 9, 3)]
    wall = [shapely.box(66, 66, 76, 80), shapely.box(76, 66, 90, 80)]
    polygons, _ = on_map([*stack, *wall], image)
    data = export(image, make_layer(polygons), metadata_format=MASKS)
    areas = [mask.sum() for chip in data.chips for mask in data.read_targets(chip).masks]
    assert sorted(areas) == [140, 144, 144, 144, 196]
    with rasterio.open(data.folder / "labels" / "object" / "000000001.tif") as file:
        assert file.count == 1  # neighbours share a plane


def test_points_become_circles(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    points, _ = on_map([shapely.Point(16, 16), shapely.LineString([(42, 44), (52, 44)])], image)
    data = export(image, make_layer(points), buffer=3.0, metadata_format=MASKS)  # 3 m are 6 pixels
    areas = [data.read_targets(chip).masks.sum() for chip in data.chips]
    assert areas == pytest.approx([np.pi * 36, np.pi * 36 + 10 * 12], rel=0.03)


def test_last_tiles_are_shifted_inwards(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, 50, 70))
    polygons, _ = on_map([shapely.box(1, 1, 69, 49)], image)
    data = export(image, make_layer(polygons))
    with Raster(image) as raster:
        places = [tuple(round(v) for v in (~raster.transform) * (chip.transform * (0, 0))) for chip in data.chips]
    assert places == [(0, 0), (32, 0), (38, 0), (0, 18), (32, 18), (38, 18)]


@pytest.mark.parametrize("nodata", [None, 7])
def test_a_raster_smaller_than_a_tile_is_filled_up(make_raster, make_layer, noise, export, nodata):
    image = make_raster(noise(1, 20, 25, low=10), nodata=nodata)
    polygons, _ = on_map([shapely.box(2, 2, 40, 18)], image)
    data = export(image, make_layer(polygons))
    (chip,) = data.chips
    pixels = data.read_image(chip)
    assert pixels.shape == (1, 32, 32)
    assert pixels[0, :20, :25].min() >= 10 and not pixels[0, 20:].any() and not pixels[0, :, 25:].any()
    with rasterio.open(chip.image) as file:
        assert file.nodata == nodata
        assert file.read(1)[31, 31] == (nodata or 0)
    assert data.read_targets(chip).boxes.tolist() == [[2, 2, 25, 18]]
    assert data.statistics[0].min >= 10


def test_extent_and_cell_size(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(40, 40, 60, 60)], image)
    data = export(image, make_layer(polygons), cell_size=1.0, extent="600010,600048,3099952,3099990")
    (chip,) = data.chips[:1]
    assert data.cell_size == (1.0, 1.0)
    assert chip.bounds == (600010, 3099958, 600042, 3099990)
    assert data.read_targets(chip).boxes.tolist() == [[10, 10, 20, 20]]


def test_only_chips_inside_a_mask_polygon(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(1, 1, 95, 95)], image)
    areas, _ = on_map([shapely.box(0, 0, 64.2, 31.8), shapely.box(40, 40, 96, 96)], image)
    data = export(image, make_layer(polygons), mask=make_layer(areas, name="areas.gpkg"))
    with Raster(image) as raster:
        places = [tuple(round(v) for v in (~raster.transform) * (chip.transform * (0, 0))) for chip in data.chips]
    assert places == [(0, 0), (32, 0), (64, 64)]


# -- which tiles become chips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [VOC, MASKS])
def test_tiles_without_objects_are_negatives_when_wanted(make_raster, make_layer, noise, export, mode):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(2, 2, 20, 20)], image)
    labels = make_layer(polygons, {"kind": np.array(["hut"], object)})
    assert len(export(image, labels, "few", metadata_format=mode).chips) == 1
    data = export(image, labels, "all", metadata_format=mode, no_feature_tiles=True, class_field="kind")
    assert len(data.chips) == 9
    assert [len(data.read_targets(chip)) for chip in data.chips] == [1, *[0] * 8]
    assert not data.warnings
    statistics = json.loads((data.folder / "esri_accumulated_stats.json").read_text())["FeatureStats"]
    assert (statistics["NumImagesTotal"], statistics["NumImagesPerClass"]) == (9, [1])


def test_tiles_without_data_are_skipped(make_raster, make_layer, noise, export):
    pixels = noise(1, SIDE, SIDE)
    pixels[:, :, :40] = 0
    image = make_raster(pixels, nodata=0)
    polygons, _ = on_map([shapely.box(2, 2, 12, 12), shapely.box(33, 2, 38, 12), shapely.box(50, 50, 60, 60)], image)
    data = export(image, make_layer(polygons))
    assert [data.read_targets(chip).boxes.tolist() for chip in data.chips] == [[[18, 18, 28, 28]]]


# -- pixels ---------------------------------------------------------------------------------------------------------------


def test_sixteen_bits_and_four_bands(make_raster, make_layer, noise, export):
    image = make_raster(noise(4, SIDE, SIDE, "uint16", high=60000), nodata=0)
    with rasterio.open(image, "r+") as file:
        file.colorinterp = [getattr(rasterio.enums.ColorInterp, name) for name in ("red", "green", "blue", "nir")]
    polygons, _ = on_map(blobs(), image)
    data = export(image, make_layer(polygons))
    assert (data.bands, data.dtype, data.nodata) == (4, np.uint16, 0)
    assert data.band_names == ("Red", "Green", "Blue", "NearInfrared")
    emd = json.loads((data.folder / "esri_model_definition.emd").read_text())
    assert emd["Kestrel"]["DataType"] == "uint16"
    assert json.loads((data.folder / "esri_accumulated_stats.json").read_text())["NumBands"] == 4


def test_floats_with_nan(make_raster, make_layer, noise, export):
    pixels = noise(1, SIDE, SIDE, "float32")
    pixels[0, 5:9] = np.nan
    image = make_raster(pixels, nodata=np.nan)
    polygons, _ = on_map([shapely.box(0, 0, 30, 30)], image)
    data = export(image, make_layer(polygons))
    read = data.read_image(data.chips[0])
    assert np.isfinite(read).all() and not read[0, 5:9].any()
    with rasterio.open(data.chips[0].image) as file:
        assert np.isnan(file.read(1)[5:9]).all()
    assert data.statistics[0].min >= 1


def test_alpha_is_left_out(make_raster, make_layer, noise, export):
    pixels = noise(4, SIDE, SIDE)
    pixels[3] = 255
    pixels[3, :10] = 0
    image = make_raster(pixels, photometric="RGB")
    with rasterio.open(image, "r+") as file:
        file.colorinterp = [getattr(rasterio.enums.ColorInterp, name) for name in ("red", "green", "blue", "alpha")]
    polygons, _ = on_map([shapely.box(0, 0, 30, 30)], image)
    data = export(image, make_layer(polygons), image_format="PNG")
    assert data.bands == 3
    assert np.array_equal(data.read_image(data.chips[0])[:, 10:], pixels[:3, 10:32, :32])
    assert not data.read_image(data.chips[0])[:, :10].any()


@pytest.mark.parametrize(
    ("image_format", "ending", "world"), [("PNG", "png", "pgw"), ("JPEG", "jpg", "jgw"), ("TIFF", "tif", "tfw")]
)
def test_image_formats(make_raster, make_layer, noise, export, image_format, ending, world):
    pixels = np.broadcast_to(np.arange(SIDE, dtype="uint8"), (3, SIDE, SIDE)).copy()
    image = make_raster(pixels)
    polygons, _ = on_map([shapely.box(0, 0, 30, 30)], image)
    data = export(image, make_layer(polygons), image_format=image_format)
    read = data.read_image(data.chips[0]).astype(int)
    assert np.abs(read - pixels[:, :32, :32]).max() <= (4 if image_format == "JPEG" else 0)
    assert data.chips[0].image.name == f"000000000.{ending}"
    assert data.chips[0].image.with_suffix(f".{world}").is_file()
    assert data.chips[0].bounds == (600000, 3099984, 600016, 3100000)
    assert CRS.from_wkt(data.crs_wkt).to_epsg() == 32645


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_image_formats_that_do_not_fit(make_raster, make_layer, noise, export, tmp_path, image_format):
    image = make_raster(noise(4, SIDE, SIDE, "uint16"))
    polygons, _ = on_map(blobs(), image)
    with pytest.raises(InputError, match=f"{image_format} takes 1 or 3 bands of 8 bits, but image.tif has 4 of type uint16"):
        export(image, make_layer(polygons), image_format=image_format)
    assert not list(tmp_path.glob("*out*"))


# -- what goes wrong --------------------------------------------------------------------------------------------------------


def test_labels_elsewhere(make_raster, make_layer, noise, export, tmp_path):
    image = make_raster(noise(1, SIDE, SIDE))
    labels = make_layer([shapely.box(0, 0, 10, 10)])
    with pytest.raises(
        InputError,
        match=r"No object of labels.gpkg lies on image.tif: the objects span x 0 to 10, y 0 to 10, "
        r"the raster x 600000 to 600048, y 3099952 to 3100000 in EPSG:32645",
    ):
        export(image, labels)
    assert not list(tmp_path.glob("*out*"))


def test_labels_in_a_system_they_are_not_in(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map(blobs(), image)
    with pytest.raises(InputError, match=r"No object of labels\.gpkg lies on image\.tif: the objects span no place that"):
        export(image, make_layer(polygons, crs="EPSG:4326"))


@pytest.mark.parametrize(("raster_crs", "label_crs", "text"), [
    (None, "EPSG:4326", r"image\.tif has no coordinate system, but labels\.gpkg is in EPSG:4326"),
    ("EPSG:32645", None, r"labels\.gpkg has no coordinate system, but image\.tif is in EPSG:32645"),
])  # fmt: skip
def test_one_side_without_a_system(make_raster, make_layer, noise, export, raster_crs, label_crs, text):
    image = make_raster(noise(1, SIDE, SIDE), crs=raster_crs)
    with pytest.raises(InputError, match=text):
        export(image, make_layer([shapely.box(0, 0, 1, 1)], crs=label_crs))


def test_points_without_a_buffer(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    points, _ = on_map([shapely.Point(16, 16), shapely.box(0, 0, 4, 4)], image)
    with pytest.raises(InputError, match=r"holds 1 points or lines, which have no area.*Buffer Radius"):
        export(image, make_layer(points))


def test_empty_layers(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE))
    empty = make_layer([], kind="Polygon", name="empty.gpkg")
    polygons, _ = on_map(blobs(), image)
    with pytest.raises(InputError, match=r"empty\.gpkg holds no features"):
        export(image, empty)
    with pytest.raises(InputError, match=r"empty\.gpkg holds no mask polygons"):
        export(image, make_layer(polygons), mask=empty)


def test_no_chip_at_all(make_raster, make_layer, noise, export, tmp_path):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map(blobs(), image)
    area, _ = on_map([shapely.box(0, 0, 20, 20)], image)
    with pytest.raises(InputError, match=r"No tile of 32 x 32 pixels on image\.tif holds objects and data and lies in a mask"):
        export(image, make_layer(polygons), mask=make_layer(area, name="area.gpkg"))
    assert not list(tmp_path.glob("*out*"))


def test_output_that_exists(make_raster, make_layer, noise, export, tmp_path):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map(blobs(), image)
    (tmp_path / "out").mkdir()
    data = export(image, make_layer(polygons))  # an empty folder is taken
    with pytest.raises(OutputError, match="exists already and is not an empty folder"):
        export(image, make_layer(polygons, name="again.gpkg"))
    assert len(TrainingData.open(data.folder).chips) == len(data.chips)


def test_cancel_leaves_nothing(make_raster, make_layer, noise, export, tmp_path, report, monkeypatch):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map([shapely.box(0, 0, 96, 96)], image)
    labels = make_layer(polygons)
    report.cancel = threading.Event()
    seen = []

    def send(event, original=report.send):
        seen.append([path.name for path in tmp_path.rglob("*.tif")])
        if len(seen[-1]) > 3:
            report.cancel.set()
        original(event)

    monkeypatch.setattr(report, "send", send)
    monkeypatch.setattr(report, "_last_progress", (0, ""))
    monkeypatch.setattr("core.reporting.time.monotonic", iter(range(10**6)).__next__)
    with pytest.raises(Cancelled):
        export(image, labels, tile_size_x=32, tile_size_y=32, stride_x=4, stride_y=4)
    assert len(seen[-1]) > 3  # it was under way
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image.tif", "labels.gpkg"]


def test_a_broken_block_leaves_nothing(make_raster, make_layer, noise, export, tmp_path):
    image = make_raster(noise(1, SIDE, SIDE), tiled=True, blockxsize=16, blockysize=16)
    polygons, _ = on_map([shapely.box(0, 0, 96, 96)], image)
    with Path(image).open("r+b") as file:
        file.truncate(file.seek(0, 2) - 2000)
    with pytest.raises(InputError, match=r"image\.tif cannot be read at columns"):
        export(image, make_layer(polygons))
    assert not list(tmp_path.glob("*out*"))


def test_progress_tells_rate_and_stage(make_raster, make_layer, noise, export, report):
    image = make_raster(noise(1, SIDE, SIDE))
    polygons, _ = on_map(blobs(), image)
    export(image, make_layer(polygons), stride_x=2, stride_y=2)
    assert any(event.rate.endswith("chips/s") for event in report.progress_events)
    stages = list(dict.fromkeys(event.stage for event in report.progress_events))
    assert stages == ["Looking at the rasters", "Reading the labels", "Cutting chips", "Writing the metadata"]
    fractions = [event.fraction for event in report.progress_events]
    assert fractions == sorted(fractions)


def test_paths_with_blanks_and_umlauts(make_raster, make_layer, noise, export):
    image = make_raster(noise(1, SIDE, SIDE), "luft bild ü.tif")
    polygons, _ = on_map(blobs(), image)
    names = np.array(["a/b", "Bäume 1.5", "..", "con", "a/b"], object)
    labels = make_layer(polygons, {"art": names}, name="mein Häuser.gpkg")
    data = export(image, labels, "aus gabe ß", metadata_format=MASKS, class_field="art")
    assert [item.name for item in data.classes] == ["_", "Bäume 1.5", "a_b", "_con"]
    assert {path.name for path in (data.folder / "labels").iterdir()} == {"_", "Bäume 1.5", "a_b", "_con"}
    emd = (data.folder / "esri_model_definition.emd").read_bytes()
    assert emd.isascii()
    assert max(data.read_targets(chip).labels.max() for chip in data.chips) == 4


def test_transform_of_a_tile_far_down_is_exact(make_layer, noise, tmp_path, export):
    """World files of pixels in degrees keep their digits."""
    place = Affine(1.1e-7, 0, 87.123456789, 0, -1.1e-7, 28.01)
    path = tmp_path / "image.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=3000, height=40, count=1, dtype="uint8", crs="EPSG:4326", transform=place
    ) as file:
        file.write(noise(1, 40, 3000))
    polygons, _ = on_map([shapely.box(2980, 5, 2995, 30)], str(path))
    data = export(str(path), make_layer(polygons, crs="EPSG:4326"))
    col, row = (~place) * (data.chips[-1].transform * (0, 0))
    assert (col, row) == pytest.approx((2968, 8), abs=1e-3) or (col, row) == pytest.approx((2968, 0), abs=1e-3)
