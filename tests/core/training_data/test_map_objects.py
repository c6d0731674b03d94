import json

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS

from core.errors import InputError
from core.events import Message
from core.imagery import Raster, Window
from core.jobs.export_training_data import ExportTrainingData
from core.packages.classes import ClassInfo
from core.training_data.map_objects import read_objects
from core.vectors import same_crs, to_pixels

LEFT, TOP, CELL = 600000, 3100000, 0.5  # of the test rasters


def pixels(*edges):
    """A box given in pixels, on the map."""
    x0, y0, x1, y1 = edges
    return shapely.box(LEFT + x0 * CELL, TOP - y1 * CELL, LEFT + x1 * CELL, TOP - y0 * CELL)


BOXES = [pixels(2, 2, 12, 12), pixels(20, 2, 30, 12), pixels(2, 20, 12, 30)]


def read(report, labels=None, known=None, rasters=(), **values):
    values = {"input_raster": "image.tif", "output": "out", "metadata_format": "PASCAL_VOC_rectangles", **values}
    if labels:
        values["input_labels"] = labels
    return read_objects(ExportTrainingData.from_values(values), known, report, rasters)


def infos(report):
    return [event.text for event in report.events if isinstance(event, Message) and event.level == "info"]


@pytest.fixture
def image(make_raster, noise):
    with Raster(make_raster(noise(1, 40, 40))) as raster:
        yield raster


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("value,name,color\n1,house,#102030\n2,shed,\n5,barn,\n")
    return str(path)


# -- classes --------------------------------------------------------------------------------------------------------------


def test_one_class_for_all(make_layer, report):
    objects = read(report, make_layer(BOXES))
    assert [(item.value, item.name) for item in objects.classes] == [(1, "object")]
    assert objects.positions.tolist() == [0, 0, 0]
    assert min(objects.classes[0].color) >= 0
    assert (objects.name, objects.crs.to_epsg(), len(objects.geometries)) == ("labels.gpkg", 32645, 3)


def test_classes_with_values_and_names(make_layer, report):
    layer = make_layer(BOXES, {"kind": [7, 3, 7], "label": np.array(["a/b", "shed", "a/b"], object)})
    objects = read(report, layer, class_field="kind", class_name_field="label")
    assert [(item.value, item.name) for item in objects.classes] == [(3, "shed"), (7, "a_b")]
    assert objects.positions.tolist() == [1, 0, 1]
    assert len({item.color for item in objects.classes}) == 2
    assert infos(report) == ["Class names are names of folders, so some are changed: a/b is a_b."]
    assert not report.warnings


def test_objects_without_a_class(make_layer, report):
    layer = make_layer(BOXES, {"kind": np.array(["a", None, "b"], object)})
    with pytest.raises(InputError, match=r"1 of 3 objects have no value in the class field kind of labels\.gpkg \(number 2\)"):
        read(report, layer, class_field="kind")


@pytest.mark.parametrize(("mode", "warned"), [("RCNN_Masks", True), ("PASCAL_VOC_rectangles", False)])
def test_gaps_between_values(make_layer, report, mode, warned):
    layer = make_layer(BOXES, {"kind": [7, 3, 7]})
    read(report, layer, class_field="kind", metadata_format=mode)
    text = "The class values are 3, 7, but MaskRCNN.predict of ArcGIS needs 1, 2, 3 and so on without gaps."
    assert report.warnings == ([text] if warned else [])


def test_a_table_keeps_its_classes(make_layer, table, report):
    layer = make_layer([*BOXES, BOXES[0]], {"kind": np.array(["Shed", "tent", "shed", None], object)})
    objects = read(report, layer, class_field="kind", class_table=table, known=[ClassInfo(9, "other")])
    assert [(item.value, item.name) for item in objects.classes] == [(1, "house"), (2, "shed"), (5, "barn")]
    assert objects.classes[0].color == (16, 32, 48)
    assert len({item.color for item in objects.classes}) == 3
    assert objects.positions.tolist() == [1, 1]
    assert shapely.equals(objects.geometries, [BOXES[0], BOXES[2]]).all()
    assert report.warnings == [
        "2 of 4 objects have classes that classes.csv does not have and are left out: no class (1), tent (1)."
    ]


def test_a_table_of_other_classes(make_layer, table, report):
    layer = make_layer(BOXES, {"kind": [7, 3, 7]})
    with pytest.raises(
        InputError, match=r"No object has a class of classes\.csv: .* holds 3, 7; classes\.csv has 1 house, 2 shed, 5 barn\."
    ):
        read(report, layer, class_field="kind", class_table=table)


def test_a_table_without_a_class_field(make_layer, table, tmp_path, report):
    with pytest.raises(InputError, match=r"Classes\.csv has 3 classes, but no CLASS_FIELD says which one an object has"):
        read(report, make_layer(BOXES), class_table=table)
    one = tmp_path / "one.emd"
    one.write_text(json.dumps({"Classes": [{"Value": 4, "Name": "palm", "Color": [0, 128, 0]}]}))
    objects = read(report, make_layer(BOXES, name="other.gpkg"), class_table=str(one))
    assert objects.classes == (ClassInfo(4, "palm", (0, 128, 0)),)
    assert objects.positions.tolist() == [0, 0, 0]


def test_classes_of_a_model_come_first(make_layer, report):
    layer = make_layer(BOXES, {"kind": np.array(["tent", "car", "bus"], object)})
    objects = read(report, layer, [ClassInfo(1, "Car", (9, 9, 9)), ClassInfo(2, "roof")], class_field="kind")
    assert [(item.value, item.name) for item in objects.classes] == [(1, "Car"), (2, "roof"), (3, "bus"), (4, "tent")]
    assert objects.classes[0].color == (9, 9, 9)
    assert objects.positions.tolist() == [3, 0, 2]
    assert infos(report) == ["2 of the classes are new to the model and are added to its own: bus, tent."]


def test_a_model_whose_classes_cannot_be_exported(make_layer, report):
    with pytest.raises(InputError, match="the model gives crown the value 0"):
        read(report, make_layer(BOXES), [ClassInfo(0, "crown")])


# -- geometry -------------------------------------------------------------------------------------------------------------


def test_every_kind_of_polygon(make_layer, image, report):
    bow_tie = shapely.Polygon([(p[0] + LEFT, p[1] + TOP - 10) for p in [(0, 0), (2, 2), (2, 0), (0, 2)]])
    multi = shapely.MultiPolygon([pixels(20, 20, 24, 24), pixels(26, 20, 30, 24)])
    collection = shapely.GeometryCollection([pixels(32, 32, 36, 36), pixels(36, 32, 38, 36)])
    high = shapely.force_3d(pixels(2, 32, 6, 36), 5.0)
    objects = read(report, make_layer([bow_tie, None, multi, collection, high, shapely.Polygon(), BOXES[0]]))
    assert report.warnings == [
        "labels.gpkg: 2 features have no usable polygon and are left out.",
        "labels.gpkg: 1 features had an invalid polygon, which was repaired.",
    ]
    labels = objects.on(image, True, report)
    assert labels.areas == pytest.approx([8, 32, 24, 16, 100])
    (found,) = labels.cut([Window(18, 18, 22, 22)])
    assert shapely.bounds(found.polygons).tolist() == [[2, 2, 12, 6], [14, 14, 20, 18]]


def test_points_and_lines_need_a_buffer(make_layer, report):
    layer = make_layer([shapely.Point(LEFT + 10, TOP - 10), shapely.LineString([(LEFT, TOP), (LEFT + 5, TOP)]), BOXES[0]])
    with pytest.raises(InputError, match=r"labels\.gpkg holds 2 points or lines, which have no area\. Give a Buffer Radius"):
        read(report, layer)
    assert shapely.area(read(report, layer, buffer=2.0).geometries) == pytest.approx([12.566, 32.566, 77.566], rel=1e-2)
    assert not report.warnings


def test_a_buffer_in_degrees(make_layer, report):
    read(report, make_layer([shapely.Point(88, 28)], crs="EPSG:4326"), buffer=3.0)
    assert report.warnings == ["The Buffer Radius of 3 is in degrees, the units of labels.gpkg, and covers whole regions."]


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:3857"])
def test_objects_off_the_raster_are_counted(make_layer, image, report, crs):
    far = [pixels(60, 2, 70, 12), pixels(-5000, 0, -4990, 9), pixels(41, 0, 45, 9)]
    across, sliver = pixels(35, 10, 45, 20), pixels(39.98, 30, 50, 40)
    geometries = np.array([*BOXES, *far, across, sliver], object)
    if crs:
        geometries = same_crs(geometries, CRS.from_epsg(32645), CRS.from_user_input(crs), "labels")
    objects = read(report, make_layer(list(geometries), crs=crs or "EPSG:32645"))
    labels = objects.on(image, False, report)
    assert infos(report) == ["4 of 8 objects of labels.gpkg lie off image.tif."]
    assert labels.areas == pytest.approx([100, 100, 100, 50], rel=1e-3)  # the last is cut to the raster
    assert not labels.planes.any()


def test_overlapping_objects_are_kept_apart_when_wanted(make_layer, image, report):
    objects = read(report, make_layer([pixels(2, 2, 12, 12), pixels(6, 6, 16, 16), pixels(16, 6, 20, 16)]))
    assert objects.on(image, True, report).planes.tolist() == [0, 1, 0]
    assert objects.on(image, False, report).planes.tolist() == [0, 0, 0]


def test_objects_on_no_raster(make_layer, make_raster, noise, image, report):
    objects = read(report, make_layer([shapely.box(0, 0, 10, 10)]))
    assert len(objects.on(image, True, report)) == 0
    assert not infos(report)
    assert str(objects.nowhere([image])).startswith(
        "No object of labels.gpkg lies on image.tif: the objects span x 0 to 10, y 0 to 10, "
        "the raster x 600000 to 600020, y 3099980 to 3100000 in EPSG:32645."
    )
    with Raster(make_raster(noise(1, 9, 9), "second.tif")) as second:
        assert "lies on any of the 2 rasters" in str(objects.nowhere([image, second]))
        assert "the first raster x 600000 to 600020" in str(objects.nowhere([image, second]))


def test_places_around_a_pole(make_raster, make_layer, noise, report):
    """What lies near a raster in other coordinates is not what lies between its corners."""
    ring = [shapely.Point(lon, lat).buffer(0.2) for lon in range(-175, 180, 10) for lat in (-89.5, -88)]
    place = Affine(10000, 0, -400000, 0, -10000, 400000)
    with Raster(make_raster(noise(1, 80, 80), transform=place, crs="EPSG:3031")) as raster:
        labels = read(report, make_layer(ring, crs="EPSG:4326")).on(raster, False, report)
    assert len(labels) == len(ring)
    centres = np.array([polygon.centroid.coords[0] for polygon in labels.polygons])
    assert np.hypot(*(centres - 40).T) == pytest.approx(np.tile([5.4, 21.7], 36), abs=0.3)


# -- classified rasters -----------------------------------------------------------------------------------------------


@pytest.fixture
def classified(make_raster):
    classes = np.zeros((1, 40, 40), np.uint8)
    classes[0, 2:12, 2:12], classes[0, 2:12, 12:20], classes[0, 20:25, 20:25], classes[0, 25:30, 25:30] = 2, 5, 2, 2
    path = make_raster(classes, "classes.tif", photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {2: (1, 2, 3, 255), 5: (4, 5, 6, 255)})
    return path


def test_a_classified_raster(classified, image, report):
    objects = read(report, input_class_raster=classified, rasters=[image])
    assert objects.classes == (ClassInfo(2, "2", (1, 2, 3)), ClassInfo(5, "5", (4, 5, 6)))
    assert objects.positions.tolist() == [0, 1, 0, 0]
    labels = objects.on(image, True, report)
    assert shapely.bounds(labels.polygons) == pytest.approx(
        np.array([[2, 2, 12, 12], [12, 2, 20, 12], [20, 20, 25, 25], [25, 25, 30, 30]])
    )
    assert labels.planes.tolist() == [0, 0, 0, 0]


def test_a_classified_raster_with_a_table(classified, table, report):
    objects = read(report, input_class_raster=classified, class_table=table)
    assert [item.name for item in objects.classes] == ["house", "shed", "barn"]
    assert objects.classes[1].color == (1, 2, 3) and objects.classes[0].color == (16, 32, 48)
    assert objects.positions.tolist() == [1, 2, 1, 1]


def test_a_classified_raster_in_another_system(make_raster, report):
    """A parallel is no straight line in another projection, and areas side by side stay so along it."""
    classes = np.ones((1, 300, 600), np.uint8)
    classes[0, 150:] = 2
    labels = make_raster(classes, "classes.tif", transform=Affine(5e-3, 0, 9, 0, -5e-3, 60.75), crs="EPSG:4326")
    place = Affine(500, 0, 490000, 0, -500, 6760000)
    with Raster(make_raster(np.ones((1, 400, 400), np.uint8), transform=place, crs="EPSG:32632")) as raster:
        found = read(report, input_class_raster=labels, rasters=[raster]).on(raster, True, report)
        parallel = np.array([shapely.LineString([(lon, 60) for lon in np.linspace(9.1, 11.9, 57)])], object)
        (wall,) = to_pixels(parallel, CRS.from_epsg(4326), raster, "the parallel")
    straight = shapely.LineString([wall.coords[0], wall.coords[-1]])
    assert wall.hausdorff_distance(straight) > 1
    for polygon in found.polygons:
        assert max(shapely.distance(polygon.boundary, shapely.points(shapely.get_coordinates(wall)))) < 0.1
    assert not found.planes.any()
