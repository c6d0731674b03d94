import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import Cancelled, InputError
from core.imagery import Raster, Window
from core.reporting import Reporter
from core.training_data.connected_areas import ConnectedAreas
from core.training_data.label_raster import read_class_areas
from core.vectors import to_pixels

RING = """
    .........
    .1111111.
    .1.....1.
    .1.222.1.
    .1.2.2.1.
    .1.222.1.
    .1.....1.
    .1111111.
    ........."""
DIAGONALS = """
    1.1.
    .1.1
    22.2
    2.22
    .11.
    1..1
    1..1
    .11."""
SNAKE = """
    111111111
    ........1
    11111111.
    1........
    111111111
    ........1
    111111111"""


def picture(text):
    return np.array([[0 if cell == "." else int(cell) for cell in row] for row in text.split()], np.uint8)


def areas_of(classes, block):
    areas = ConnectedAreas()
    height, width = classes.shape
    for row in range(0, height, block):
        for col in range(0, width, block):
            part = classes[row : row + block, col : col + block]
            areas.add(Window(col, row, part.shape[1], part.shape[0]), part)
    return areas.united(Reporter(lambda event: None))


def flooded(classes):
    """The areas the slow way: sets of pixels with their class."""
    left, found = {(int(r), int(c)) for r, c in zip(*np.nonzero(classes), strict=True)}, []
    while left:
        area, edge = set(), [min(left)]
        while edge:
            row, col = edge.pop()
            if (row, col) in left and (not area or classes[row, col] == classes[min(area)]):
                left.remove((row, col))
                area.add((row, col))
                edge += [(row + 1, col), (row - 1, col), (row, col + 1), (row, col - 1)]
        found.append((area, int(classes[min(area)])))
    return found


def pixels_in(polygon):
    left, top, right, bottom = (int(edge) for edge in polygon.bounds)
    centres = [(row, col) for row in range(top, bottom) for col in range(left, right)]
    return {(row, col) for row, col in centres if polygon.contains(shapely.Point(col + 0.5, row + 0.5))}


def assert_right(classes, polygons, found):
    expected = flooded(classes)
    assert shapely.is_valid(polygons).all()
    assert (shapely.get_type_id(polygons) == 3).all()
    assert shapely.area(polygons).tolist() == [len(pixels_in(polygon)) for polygon in polygons]
    areas = [(frozenset(pixels_in(polygon)), int(kind)) for polygon, kind in zip(polygons, found, strict=True)]
    assert len(areas) == len(expected)
    assert set(areas) == {(frozenset(area), kind) for area, kind in expected}


@pytest.mark.parametrize("block", [1, 2, 3, 4, 5, 7, 100])
@pytest.mark.parametrize("text", [RING, DIAGONALS, SNAKE, "1", ".", "12\n21"])
def test_areas_do_not_depend_on_the_blocks(text, block):
    classes = picture(text)
    whole, kinds = areas_of(classes, 1000)
    polygons, found = areas_of(classes, block)
    assert_right(classes, polygons, found)
    assert found.tolist() == kinds.tolist()
    assert shapely.equals(polygons, whole).all()
    assert shapely.get_num_coordinates(polygons).tolist() == shapely.get_num_coordinates(whole).tolist()


@settings(max_examples=80, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 2)), st.integers(1, 6))
def test_any_areas_in_any_blocks(classes, block):
    assert_right(classes, *areas_of(classes, block))


def test_areas_lie_on_their_pixels(make_raster, report, place):
    transform, crs = place
    classes = np.zeros((1, 40, 50), np.int16)
    classes[0, 5:9, 10:20], classes[0, 30:, 40:], classes[0, 20, 20] = 300, 7, -9999
    path = make_raster(classes, transform=transform, crs=crs, nodata=-9999)
    found = read_class_areas(path, report, block=7)
    assert (found.name, found.values.tolist(), found.colors) == ("image.tif", [300, 7], {})
    assert (found.crs.to_string() if found.crs else None) == crs
    with Raster(path) as raster:
        pixels = to_pixels(found.polygons, found.crs, raster, "areas")
        assert found.cell_size == raster.cell_size
    assert shapely.bounds(pixels) == pytest.approx(np.array([[10, 5, 20, 9], [40, 30, 50, 40]]), abs=1e-4)
    assert report.progress_events[0].stage == "Reading the classified raster"


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_types(make_raster, report, dtype):
    classes = np.zeros((1, 8, 8), dtype)
    classes[0, 2:4, 2:4], classes[0, 6, 6] = 3, 90
    assert read_class_areas(make_raster(classes), report).values.tolist() == [3, 90]


def test_not_a_number_is_background(make_raster, report):
    classes = np.full((1, 8, 8), np.nan, "float32")
    classes[0, 2:4, 2:4] = 5
    assert read_class_areas(make_raster(classes), report).values.tolist() == [5]


def test_colours_of_the_table(make_raster, report):
    path = make_raster(np.ones((1, 8, 8), np.uint8), photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {1: (10, 200, 30, 255)})
    assert read_class_areas(path, report).colors[1] == (10, 200, 30)


@pytest.mark.parametrize(
    ("pixels", "text"),
    [
        (np.ones((3, 8, 8), np.uint8), r"image\.tif has 3 bands of type uint8; a classified raster has one of whole numbers"),
        (np.full((1, 8, 8), 1.5, "float32"), r"image\.tif holds 1\.5, which is not a whole number"),
        (np.full((1, 8, 8), -2, np.int16), r"image\.tif holds the value -2; class values are whole numbers from 1 on"),
        (np.arange(1024, dtype=np.uint16).reshape(1, 32, 32), r"image\.tif holds more than 100 different values"),
        (np.zeros((1, 8, 8), np.uint8), r"image\.tif holds no objects: all its pixels are 0 or no-data"),
    ],
)
def test_rasters_that_are_not_classified(make_raster, report, pixels, text):
    with pytest.raises(InputError, match=text):
        read_class_areas(make_raster(pixels), report)


def test_control_points_alone(make_raster, report):
    path = make_raster(np.ones((1, 8, 8), np.uint8), transform=Affine.identity(), crs=None)
    with rasterio.open(path, "r+") as file:
        points = [(0, 0, 87.0, 28.0), (0, 8, 87.1, 28.0), (8, 0, 87.0, 27.9), (8, 8, 87.1, 27.9)]
        file.gcps = [rasterio.control.GroundControlPoint(*point) for point in points], rasterio.crs.CRS.from_epsg(4326)
    with pytest.raises(InputError, match=r"image\.tif is placed by ground control points only, and warping it would blend"):
        read_class_areas(path, report)


@pytest.mark.parametrize("crs", ["EPSG:32645", "EPSG:4326"])
def test_only_the_part_on_the_imagery(make_raster, make_layer, report, crs):
    classes = np.zeros((1, 60, 60), np.uint8)
    classes[0, 20:40, 20:40], classes[0, 0:4, 0:4], classes[0, 55, 55] = 1, 2, 200
    labels = make_raster(classes, "classes.tif")
    transform = Affine(0.25, 0, 600010, 0, -0.25, 3099990)  # columns and rows 20 to 30 of the classes
    if crs == "EPSG:4326":
        (left, right), (bottom, top) = rasterio.warp.transform("EPSG:32645", crs, [600010, 600015], [3099985, 3099990])
        transform = rasterio.transform.from_bounds(left, bottom, right, top, 20, 20)
    with Raster(make_raster(np.ones((1, 20, 20), np.uint8), transform=transform, crs=crs)) as image:
        found = read_class_areas(labels, report, [image])
        (box,) = shapely.bounds(found.polygons)
        assert found.values.tolist() == [1]
        assert 600010 - 0.5 <= box[0] <= 600010 and 600015 <= box[2] <= 600016
    far = make_raster(np.ones((1, 20, 20), np.uint8), "far.tif", transform=Affine(1, 0, 0, 0, -1, 0))
    with (
        Raster(far) as image,
        pytest.raises(
            InputError,
            match=r"classes\.tif does not lie on far\.tif: it spans x 600000 to 600030.* in EPSG:32645, the imagery x 0 to 20",
        ),
    ):
        read_class_areas(labels, report, [image])


def test_cancel(make_raster, report):
    path = make_raster(np.ones((1, 8, 8), np.uint8))
    report.cancel.set()
    with pytest.raises(Cancelled):
        read_class_areas(path, report)
