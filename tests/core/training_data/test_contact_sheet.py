"""The preview shows what is on disk: the right pixels, outlines on the objects, honest numbers."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS

from core.errors import InputError
from core.figures import figure_png
from core.packages.classes import ClassInfo
from core.training_data import chip_samples
from core.training_data.chip_pictures import chips_figure, class_colors, displayed
from core.training_data.chip_samples import Sample, choose, read_samples
from core.training_data.chips import ChipFrame, ChipObjects
from core.training_data.contact_sheet import Sheet, findings, quantile, write_contact_sheet
from core.training_data.formats import FORMATS, Finished
from core.training_data.images import ImageStyle, write_image
from core.training_data.sides import write_sides
from core.training_data.totals import SIZE_EDGES

CLASSES = (ClassInfo(3, "ro<o>f", (255, 0, 0)), ClassInfo(7, "tree"))
SIZE = 96


def write_folder(folder, metadata_format, count=3, bands=("Red", "Green", "Blue"), image_format="TIFF", step=SIZE):
    """Write chips with a roof and a tree each, the last one empty; return the polygons of each chip."""
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    known, style = FORMATS[metadata_format], ImageStyle(image_format)
    polygons, names = [], []
    for number in range(count):
        image = f"{number:09d}.{style.ending}"
        place = Affine(0.5, 0, 1000 + 0.5 * step * number, 0, -0.5, 9000)
        frame = ChipFrame(image[:9], image, len(bands), SIZE, SIZE, place, CRS.from_epsg(32645))
        shapes = [shapely.Polygon([(10, 12), (50, 12), (50, 30), (30, 30), (30, 60), (10, 60)]), shapely.box(60, 50, 80, 90)]
        shapes = [] if number == count - 1 else shapes
        objects = ChipObjects(np.array(shapes, object), np.arange(len(shapes)), np.zeros(len(shapes), int))
        pixels = np.full((len(bands), SIZE, SIZE), 40 + number, np.uint8)
        write_image(folder, frame, pixels, None, style)
        known.write(folder, frame, objects, CLASSES)
        polygons.append(shapes)
        names.append(image)
    known.finish(folder, Finished(CLASSES, names, {}))
    classes = [{"Value": item.value, "Name": item.name, "Color": list(item.color or (-1, -1, -1))} for item in CLASSES]
    emd = {"MetaDataMode": metadata_format, "Classes": classes, "InputRastersProps": {"BandNames": list(bands)}}
    (folder / "esri_model_definition.emd").write_text(json.dumps(emd))
    return names, polygons


def sheet_of(names, **values):
    counts = [np.histogram([40] * 2, SIZE_EDGES)[0]] * 2
    defaults = {
        "title": "Training data from <field>.tif", "facts": [("Imagery", "<field>.tif")], "classes": CLASSES, "images": [2, 2],
        "objects": [20, 20], "sizes": counts, "chips": [(name, 2 * (name != names[-1])) for name in names],
        "tile_size": (96, 96),
    }  # fmt: skip
    return Sheet(**{**defaults, **values})


@pytest.mark.parametrize("image_format", ["TIFF", "PNG", "JPEG"])
@pytest.mark.parametrize("metadata_format", sorted(FORMATS))
def test_every_format_is_read_back_from_disk(tmp_path, metadata_format, image_format):
    names, polygons = write_folder(tmp_path / "x", metadata_format, image_format=image_format)
    before = sorted(tmp_path.rglob("*"))
    samples = read_samples(tmp_path / "x", names, metadata_format, CLASSES, ("Red", "Green", "Blue"))
    assert sorted(tmp_path.rglob("*")) == before
    assert [sample.name for sample in samples] == [name[:9] for name in names]
    assert np.abs(samples[1].bands.astype(int) - 41).max() <= 1
    for sample, shapes in zip(samples, polygons, strict=True):
        if metadata_format == "Labeled_Tiles":
            assert sample.whole == (0 if shapes else None)
            continue
        assert sample.whole is None
        assert sorted(sample.positions.tolist()) == list(range(len(shapes)))
        for outline, position in zip(sample.outlines, sample.positions, strict=True):
            wanted = shapes[position]
            if "rectangles" in metadata_format:
                wanted = shapely.box(*wanted.bounds)
            assert outline.intersection(wanted).area / outline.union(wanted).area > 0.98


@pytest.mark.parametrize("metadata_format", sorted(FORMATS))
def test_the_sheet_of_every_format(tmp_path, metadata_format):
    names, _ = write_folder(tmp_path / "x", metadata_format)
    write_sides(tmp_path / "x", dict(zip(names, ("train", "validation", "test"), strict=True)))
    html, png = write_contact_sheet(tmp_path / "x", sheet_of(names, sides={"train": 1, "validation": 1, "test": 1}))
    assert (html.name, png.name) == ("contact_sheet.html", "contact_sheet.png")
    assert not list((tmp_path / "x").glob(".*"))
    text = html.read_text("utf-8")
    assert text.count("data:image/png;base64,") == 2
    words = re.sub(r"base64,[^\"]*", "", text)
    for part in ("Training data from &lt;field&gt;.tif", "ro&lt;o&gt;f", "background: #ff0000", "chips to validate", "Sizes"):
        assert part in words
    assert "http" not in words.replace("http-equiv", "")
    with rasterio.open(png) as file:
        assert file.count in (3, 4)


def picture_of(figure):
    with rasterio.MemoryFile(figure_png(figure)) as memory, memory.open() as file:
        return file.read([1, 2, 3]).transpose(1, 2, 0)


@pytest.mark.parametrize("size", [(64, 64), (256, 256), (700, 350)])
def test_outlines_lie_on_their_objects(size):
    """A bright object on black: its outline in the picture follows the border of the bright pixels."""
    height, width = size
    x0, y0, x1, y1 = width // 4, height // 4, width // 4 + width // 3, height // 4 + height // 2
    bands = np.zeros((3, height, width), np.uint8)
    bands[2, y0:y1, x0:x1] = 255
    sample = Sample("one", bands, np.ones(size, bool), np.array([shapely.box(x0, y0, x1, y1)], object), np.array([0]))
    picture = picture_of(chips_figure("t", [sample], CLASSES, [1, 0], {})).astype(int)
    picture[:90] = 0  # title and legend
    blue = (picture[..., 2] > 150) & (picture[..., 0] < 100)
    red = (picture[..., 0] > 150) & (picture[..., 1] < 100) & (picture[..., 2] < 120)
    assert blue.sum() > 1000
    inner, outer = ([line.nonzero()[0][[0, -1]] for line in (part.any(0), part.any(1))] for part in (blue, red))
    for one, other in zip(inner, outer, strict=True):  # the red line lies around the blue area, at most 3 pixels away
        assert 0 <= one[0] - other[0] <= 3
        assert 0 <= other[1] - one[1] <= 3


def test_deep_pixels_are_stretched_and_missing_ones_grey(tmp_path):
    rng = np.random.default_rng(0)
    pixels = rng.normal([[[2000]], [[300]], [[9000]], [[50]]], 20, (4, SIZE, SIZE)).astype(np.float32)
    pixels[:, :10] = np.nan
    (tmp_path / "images").mkdir()
    with rasterio.open(tmp_path / "images" / "a.tif", "w", "GTiff", SIZE, SIZE, 4, dtype="float32", nodata=np.nan) as file:
        file.write(pixels)
    (tmp_path / "labels").mkdir()
    names = ("Infrared", "Blue", "Green", "Red")
    (sample,) = read_samples(tmp_path, ["a.tif"], "PASCAL_VOC_rectangles", CLASSES, names)
    assert np.nanmean(sample.bands, axis=(1, 2)) == pytest.approx([50, 9000, 300], rel=0.05)  # red, green, blue
    ranges = np.array([[30, 70], [8960, 9040], [260, 340]])
    shown = displayed(sample, ranges)
    assert shown.shape == (SIZE, SIZE, 3)
    assert 0.4 < shown[20:].mean() < 0.6
    assert np.ptp(shown[:10].reshape(-1, 3), axis=0).tolist() == [0, 0, 0]
    assert (shown[:10] > 0.85).all()
    figure = chips_figure("t", [sample], CLASSES, [0, 0], {})
    assert picture_of(figure)[150:250, 60:200].std() > 30  # not flat


@pytest.mark.parametrize(("bands", "wanted"), [(("x",), [0, 0, 0]), (("x", "y"), [0, 0, 0]), (("",) * 5, [0, 1, 2])])
def test_which_bands_are_shown(tmp_path, bands, wanted):
    names, _ = write_folder(tmp_path / "x", "PASCAL_VOC_rectangles", bands=bands)
    with rasterio.open(tmp_path / "x" / "images" / names[0], "r+") as file:
        file.write(np.stack([np.full((SIZE, SIZE), 10 * i, np.uint8) for i in range(len(bands))]))
    sample = read_samples(tmp_path / "x", names, "PASCAL_VOC_rectangles", CLASSES, bands)[0]
    assert sample.bands[:, 0, 0].tolist() == [10 * i for i in wanted]


def test_large_chips_are_read_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(chip_samples, "_LARGEST", 48)
    for metadata_format in ("RCNN_Masks", "Classified_Tiles", "YOLO_rectangles"):
        names, polygons = write_folder(tmp_path / metadata_format, metadata_format)
        sample = read_samples(tmp_path / metadata_format, names, metadata_format, CLASSES, ())[0]
        assert sample.bands.shape == (3, 48, 48)
        for outline, position in zip(sample.outlines, sample.positions, strict=True):
            assert np.array(outline.bounds) * 2 == pytest.approx(polygons[0][position].bounds, abs=0.01)


def test_telling_chips_are_chosen(tmp_path):
    names, _ = write_folder(tmp_path, "PASCAL_VOC_rectangles", count=60)
    chips = [(name, 0 if i % 10 == 0 else 1 + (i == 33) * 9) for i, name in enumerate(names)]
    chosen = choose(tmp_path, chips, [names[41], names[7]], 12)
    assert len(chosen) == 12
    assert chosen == sorted(chosen)
    assert {names[41], names[7], names[33]} <= set(chosen)
    assert sum(dict(chips)[name] == 0 for name in chosen) == 1
    assert chosen == choose(tmp_path, chips, [names[41], names[7]], 12)
    assert choose(tmp_path, chips[:5], [], 12) == names[:5]


def test_chips_that_overlap_are_not_shown_twice(tmp_path):
    names, _ = write_folder(tmp_path, "PASCAL_VOC_rectangles", count=40, step=SIZE // 2)
    numbers = sorted(int(name[:9]) for name in choose(tmp_path, [(name, 1) for name in names], [], 12))
    assert min(np.diff(numbers)) >= 2
    assert len(choose(tmp_path, [(name, 1) for name in names[:10]], [], 8)) == 8  # rather twice than not at all


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ({}, []),
        ({"objects": [20, 3]}, ["The class tree has only 3 objects in the chips: too few to learn."]),
        ({"objects": [1, 0]}, ["The class ro<o>f has only 1 object in", "The class tree has no object: too few"]),
        ({"sizes": [np.histogram([5.0] * 9, SIZE_EDGES)[0]] * 2}, ["The median object is 5 px: too small"]),
        ({"sizes": [np.histogram([95.0], SIZE_EDGES)[0]] * 2}, ["100% of the objects are about as large as a chip (96"]),
        ({"objects": [0, 0], "counted": "pixels"}, []),
    ],
)  # fmt: skip
def test_what_keeps_a_model_from_learning_is_said(values, texts):
    notes = findings(sheet_of(["a", "b"], **values))
    assert len(notes) == len(texts)
    for note, text in zip(notes, texts, strict=True):
        assert note.startswith(text)


def test_many_poor_classes_are_one_sentence():
    classes = [ClassInfo(i, f"c{i}") for i in range(30)]
    empty = [np.zeros(len(SIZE_EDGES) - 1, int)] * 30
    notes = findings(sheet_of(["a"], classes=classes, objects=[2] * 30, images=[1] * 30, sizes=empty))
    assert notes == ["30 of 30 classes have fewer than 10 objects in the chips: too few to learn."]


def test_sizes_are_told_from_their_counts():
    sizes = np.random.default_rng(1).lognormal(3.5, 0.6, 5000)
    counts = np.histogram(sizes, SIZE_EDGES)[0]
    for share in (0.05, 0.5, 0.95):
        assert quantile(counts, share) == pytest.approx(np.quantile(sizes, share), rel=0.03)
    assert quantile(np.zeros(len(SIZE_EDGES) - 1), 0.5) == 0


def test_colors_are_told_apart():
    colors = class_colors([ClassInfo(1, "a"), ClassInfo(2, "b", (255, 212, 0)), ClassInfo(3, "c")])
    assert colors[1] == "#ffd400"
    assert len(set(colors)) == 3
    assert len(class_colors([ClassInfo(i, str(i)) for i in range(50)])) == 50


def test_a_broken_chip_is_named(tmp_path):
    names, _ = write_folder(tmp_path / "x", "PASCAL_VOC_rectangles")
    (tmp_path / "x" / "images" / names[1]).write_bytes(b"II*\0broken")
    with pytest.raises(InputError, match=r"000000001\.tif"):
        write_contact_sheet(tmp_path / "x", sheet_of(names))
    assert not list((tmp_path / "x").glob(".*"))


def test_torch_is_not_needed():
    code = "import sys, core.training_data.contact_sheet; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
