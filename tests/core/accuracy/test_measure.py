"""Accuracy: in small cases worked out by hand, and as a job on files. What COCO's library says is in test_coco.py."""

import csv
import math
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from rasterio.crs import CRS

from core.accuracy import run
from core.accuracy.inputs import Objects
from core.accuracy.marks import DUPLICATE, NOT_SEEN, NOTHING_THERE, ONE_FOR_TWO, OTHER_CLASS, POOR_FIT, mark
from core.accuracy.matching import Curve, find_overlaps, match
from core.accuracy.overview import overview_figure
from core.accuracy.scores import score
from core.accuracy.sizes import Sizes, size_limits, square_metres
from core.errors import InputError, InvalidParameter, OutputError
from core.imagery.coordinates import project
from core.jobs import ComputeAccuracy
from core.reporting import Reporter
from core.vectors import read_features
from tests.core.test_page import read

QUIET = Reporter(lambda event: None)


def squares(*corners, side=10):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners])


def objects(shapes, classes=None, confidence=None):
    """Objects as the comparison takes them: detections by falling confidence; their ids tell where they were."""
    shapes = np.asarray(shapes, dtype=object)
    classes = np.array(["a"] * len(shapes) if classes is None else classes, dtype=str)
    confidence = None if confidence is None else np.asarray(confidence, dtype=float)
    order = np.arange(len(shapes)) if confidence is None else np.argsort(-confidence, kind="stable")
    return Objects("layer", shapes, shapes, classes, np.arange(len(shapes)), confidence).where(order)


def compare(found, truth, confidence=None, classes=None, true_classes=None, min_iou=0.5, sizes=None):
    return score(objects(found, classes, confidence), objects(truth, true_classes), min_iou, sizes, QUIET)


TWO = squares((0, 0), (20, 0))


@pytest.mark.parametrize(
    ("what", "found", "confidence", "min_iou", "counts"),
    [
        ("all found", TWO, [1, 2], 0.5, (2, 0, 0)),
        ("one missed", TWO[:1], [1], 0.5, (1, 0, 1)),
        ("one invented", squares((0, 0), (20, 0), (50, 0)), [1, 2, 3], 0.5, (2, 1, 0)),
        ("found twice counts once", squares((0, 0), (0, 1)), [1, 2], 0.5, (1, 1, 1)),
        ("IoU equal to the limit counts", squares((5, 0)), [1], 1 / 3, (1, 0, 1)),
        ("just below the limit", squares((5, 0)), [1], 0.34, (0, 1, 2)),
        ("only touching", squares((10, 0)), [1], 0.01, (0, 1, 2)),
        ("IoU 1", TWO, [1, 2], 1.0, (2, 0, 0)),
        ("no detections", squares(), [], 0.5, (0, 0, 2)),
        ("no confidence", TWO, None, 0.5, (2, 0, 0)),
    ],
)
def test_counts(what, found, confidence, min_iou, counts):
    overall = compare(found, TWO, confidence, min_iou=min_iou).overall
    assert (overall.true_positive, overall.false_positive, overall.false_negative) == counts, what


def test_the_confident_one_chooses_first():
    """The better detection takes the object that both want; the other one takes what is left, if it fits."""
    truth = squares((0, 0), (4, 0))
    overlaps = find_overlaps(squares((3, 0), (2, 0)), truth, 0.3, QUIET)
    assert match(overlaps, 2, 2, 0.3).tolist() == [1, 0]
    assert match(overlaps, 2, 2, 0.8).tolist() == [1, -1]


def test_real_overlap_of_polygons_not_of_their_boxes():
    triangle = np.array([shapely.Polygon([(0, 0), (10, 0), (0, 10)])])
    other_half = np.array([shapely.Polygon([(10, 10), (10, 0), (0, 10)])])
    assert compare(other_half, triangle, [1]).overall.true_positive == 0


@pytest.mark.parametrize(
    ("hits", "truths", "expected"),
    [
        ([1, 1], 2, 1.0),
        ([0, 1], 1, 0.5),
        ([1, 0], 1, 1.0),
        ([1, 0, 1], 2, (51 * 1 + 50 * 2 / 3) / 101),
        ([0, 0], 2, 0.0),
        ([], 2, 0.0),
        ([1], 4, 26 / 101),
    ],
)
def test_average_precision_by_hand(hits, truths, expected):
    curve = Curve.of(np.arange(len(hits), 0, -1.0), np.array(hits, bool), truths)
    assert curve.average_precision() == pytest.approx(expected)


def test_without_confidence_the_curve_is_a_point():
    curve = Curve.of(None, np.array([False, True, True]), 4)
    assert (curve.precision.tolist(), curve.recall.tolist()) == ([2 / 3], [0.5])
    assert curve.average_precision() == pytest.approx(51 / 101 * 2 / 3)


def test_a_threshold_cannot_part_equal_confidences():
    curve = Curve.of(np.array([3.0, 2.0, 2.0, 1.0]), np.array([1, 0, 1, 0], bool), 2).at_thresholds()
    assert curve.confidence.tolist() == [3, 2, 1]
    assert curve.precision == pytest.approx([1, 2 / 3, 0.5])


def test_classes_are_counted_apart():
    found = squares((0, 0), (20, 0), (40, 0))
    truth = squares((0, 0), (20, 0), (60, 0))
    result = compare(found, truth, [3, 2, 1], ["a", "b", "c"], ["a", "a", "d"])
    overall, each = result.overall, result.classes
    counts = {one.name: (one.true_positive, one.false_positive, one.false_negative) for one in each}
    assert counts == {"a": (1, 0, 1), "b": (0, 1, 0), "c": (0, 1, 0), "d": (0, 0, 1)}
    assert (overall.true_positive, overall.false_positive, overall.false_negative) == (1, 2, 2)
    assert [np.isnan(one.ap) for one in each] == [False, True, True, False]
    assert overall.ap50 == pytest.approx((51 / 101 + 0) / 2)  # of a and d, which exist
    # Rows a, b, c, d and false alarms; columns a to d and missed. The second a was taken for b.
    expected = [[1, 1, 0, 0, 0], [0] * 5, [0] * 5, [0, 0, 0, 0, 1], [0, 0, 1, 0, 0]]
    assert result.confusion.tolist() == expected


def test_what_each_is_and_why():
    truth = squares((0, 0), (100, 0), (200, 0), (300, 0), (400, 0), (401, 0), side=10)
    found = [
        *squares((0, 0), (0, 1)),  # the object, and once more
        *squares((100, 0)),  # of another class
        *squares((206, 0)),  # too far off
        *squares((900, 0)),  # where there is nothing
        *squares((400, 0)),  # on two objects at once
    ]
    classes = ["a", "a", "b", "a", "a", "a"]
    detections, there = objects(found, classes, [90, 80, 70, 60, 50, 40]), objects(truth)
    rows = mark(detections, there, score(detections, there, 0.5, None, QUIET), 0.5).columns
    assert rows["Accuracy"].tolist() == ["TP", "FP", "FP", "FP", "FP", "TP", "FN", "FN", "FN", "FN"]
    assert rows["Reason"].tolist() == [
        None, DUPLICATE, OTHER_CLASS, POOR_FIT, NOTHING_THERE, None, OTHER_CLASS, POOR_FIT, NOT_SEEN, ONE_FOR_TWO,
    ]  # fmt: skip
    assert rows["Class"].tolist() == ["a", "a", "b", "a", "a", "a", None, None, None, None]
    assert rows["True_Class"].tolist() == ["a", None, None, None, None, "a", "a", "a", "a", "a"]
    assert rows["Source_ID"].tolist() == [0, 1, 2, 3, 4, 5, 1, 2, 3, 5]
    assert rows["IoU"] == pytest.approx([1, 90 / 110, 1, 4 / 16, 0, 1, 1, 4 / 16, 0, 9 / 11], abs=1e-6)
    assert np.isnan(rows["Confidence"][6:]).all() and rows["Confidence"][0] == 90


def test_size_limits():
    areas = np.array([1.0, 2, 3, 4, 5, 6])
    assert size_limits(areas, None).limits == (2.5, 4.5)
    assert size_limits(areas, 0.5).limits == (256.0, 2304.0) and size_limits(areas, 0.5).by_pixels
    assert size_limits(np.full(9, 7.0), None) is None and size_limits(np.empty(0), None) is None
    assert size_limits(np.array([1.0, 1, 1, 1, 9]), None).limits == (5.0, 5.0)  # nothing lies between


def test_the_map_of_many_objects_shows_shares():
    """Left all right, right all missed: two colours of cells; few objects are drawn one by one."""
    corners = [(x * 12, y * 12) for x in range(80) for y in range(70)]
    truth = objects(squares(*corners))
    found = objects(squares(*(corner for corner in corners if corner[0] < 480)), None, np.ones(40 * 70))
    marks = mark(found, truth, score(found, truth, 0.5, None, QUIET), 0.5)
    (mesh,) = overview_figure(marks, None).axes[0].collections
    shares = np.ma.filled(mesh.get_array(), np.nan)
    left, right = shares[:, : shares.shape[1] // 2], shares[:, (shares.shape[1] + 1) // 2 :]
    assert np.nanmean(left) < 0.1 and np.nanmean(right) > 0.9
    few = type(marks)(marks.geometries[::50], {name: values[::50] for name, values in marks.columns.items()})
    assert len(overview_figure(few, CRS.from_epsg(4326)).axes[0].collections) == 3


def test_square_metres_on_the_ground():
    assert square_metres(None, 0, 0) is None
    assert square_metres(CRS.from_epsg(32645), 500000, 3100000) == pytest.approx(1, rel=0.01)
    assert square_metres(CRS.from_epsg(3857), 9520300, 3202700) == pytest.approx(math.cos(math.radians(27.63)) ** 2, rel=0.01)
    assert square_metres(CRS.from_epsg(4326), 0, 60) == pytest.approx(111_195**2 / 2, rel=0.01)
    assert square_metres(CRS.from_epsg(2263), 990000, 200000) == pytest.approx(0.3048**2, rel=0.01)  # feet


def test_by_size():
    """Small ones are found, of the large ones one of two; a false alarm counts for its own size."""
    truth = [*squares((0, 0), (20, 0), side=2), *squares((100, 0), (150, 0), side=20)]
    found = [*squares((0, 0), (20, 0), side=2), *squares((100, 0), (300, 0), side=20)]
    sizes = compare(found, truth, [1, 2, 3, 4], sizes=Sizes((10.0, 100.0), True)).overall.sizes
    assert [(part.name, part.truths) for part in sizes] == [("small", 2), ("medium", 0), ("large", 2)]
    assert [part.ar for part in sizes] == pytest.approx([1, np.nan, 0.5], nan_ok=True)
    assert [part.ap for part in sizes] == pytest.approx([1, np.nan, 51 / 101 / 2], nan_ok=True)


# The job, on files.


@pytest.fixture
def measure(tmp_path, make_layer, report):
    def run_job(found, truth, **values):
        facts = {"output_table": str(tmp_path / "table.csv"), "output_report": str(tmp_path / "report.html"), **values}
        job = ComputeAccuracy(detections=found, truth=truth, **facts)
        return run(job, report), job

    return run_job


CLASS = {"detection_class_field": "Class", "truth_class_field": "kind"}


def layers(make_layer, found_crs="EPSG:32645", truth=TWO, **columns):
    found = squares((0, 0), (21, 0), (50, 0)) if "found" not in columns else columns["found"]
    fields = {
        "Class": columns.get("classes", ["car", "car", "truck"])[: len(found)],
        "Confidence": columns.get("confidence", [90.0, 70.0, 50.0])[: len(found)],
    }
    return (
        make_layer(found, {key: np.array(value, dtype=object if key == "Class" else float) for key, value in fields.items()},
                   found_crs, "found.gpkg"),
        make_layer(truth, {"kind": np.array(["car", "bus"][: len(truth)])}, columns.get("crs", "EPSG:32645"), "truth.gpkg"),
    )  # fmt: skip


def test_outputs_table_and_report(measure, make_layer, report):
    outputs, job = measure(*layers(make_layer), **CLASS)
    expected = {"PRECISION": 1 / 3, "RECALL": 0.5, "F1": 0.4, "AP50": 0.5, "MAP": 0.5, "AP75": 0.5, "AR": 0.5, "THRESHOLD": 90}
    assert outputs == pytest.approx({**expected, "TRUE_POSITIVE": 1, "FALSE_POSITIVE": 2, "FALSE_NEGATIVE": 1})
    rows = list(csv.DictReader(Path(job.output_table).read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == [
        "Class", "Precision", "Recall", "F1_Score", "AP", "True_Positive", "False_Positive", "False_Negative", "AP50", "AP75",
        "AP50_95", "AR50_95", "AP_Small", "AP_Medium", "AP_Large", "AR_Small", "AR_Medium", "AR_Large",
    ]  # fmt: skip
    assert [row["Class"] for row in rows] == ["bus", "car", "truck", "All classes"]
    assert [row["True_Positive"] for row in rows] == ["0", "1", "0", "1"]
    assert [float(row["Recall"]) for row in rows] == [0, 1, 0, 0.5]
    assert [row["AP"] for row in rows] == ["0", "1", "", "0.5"]
    html = Path(job.output_report).read_text(encoding="utf-8")
    assert "found.gpkg compared with truth.gpkg; a detection counts from an IoU of 0.5 of the outlines on." in html
    assert html.count("<img") == 5 and "Classes without true objects" in html and "truck" in html
    assert "is that of the detections of confidence 90 or more" in html
    assert "http" not in html.replace("http://www.w3.org", "")  # self-contained
    read(html)
    assert any(
        "1 objects found, 1 missed, 2 false detections" in event.text for event in report.events if event.kind == "message"
    )


def test_table_in_a_geopackage(measure, make_layer, tmp_path):
    measure(*layers(make_layer), output_table=str(tmp_path / "table.gpkg"))
    import pyogrio

    info = pyogrio.read_info(tmp_path / "table.gpkg")
    assert info["geometry_type"] is None and info["features"] == 2


def test_numbers_and_texts_are_the_same_class(measure, make_layer):
    found = make_layer(TWO, {"Class": np.array([1.0, 2.0])}, name="found.gpkg")
    truth = make_layer(TWO, {"kind": np.array(["1", "2"])}, name="truth.gpkg")
    assert measure(found, truth, **CLASS)[0]["RECALL"] == 1


def test_truth_in_another_system_and_a_mask(measure, make_layer):
    from rasterio.warp import transform_geom

    origin = np.array([600000, 3100000])
    here = shapely.transform(squares((0, 0), (50, 0), (90, 0)), lambda points: points + origin)
    there = np.array([shapely.geometry.shape(transform_geom("EPSG:32645", "EPSG:4326", one.__geo_interface__)) for one in here])
    found = make_layer(here[:2], {"Confidence": np.array([2.0, 1.0])}, name="found.gpkg")
    truth = make_layer(there[[0, 2]], crs="EPSG:4326", name="truth.gpkg")
    half = measure(found, truth)[0]
    assert (half["PRECISION"], half["RECALL"], half["F1"]) == (0.5, 0.5, 0.5)
    assert [half["AP50"], half["MAP"]] == pytest.approx([51 / 101] * 2)
    mask = make_layer([there[0].buffer(1e-6)], crs="EPSG:4326", name="mask.gpkg")
    names = {"output_table": found.replace("found", "table2"), "output_report": found.replace("found.gpkg", "two.html")}
    assert measure(found, truth, mask=mask, **names)[0]["F1"] == 1


def test_no_detections(measure, make_layer, report):
    outputs, job = measure(*layers(make_layer, found=squares()))
    nothing = ("PRECISION", "RECALL", "F1", "AP50", "AP75", "MAP", "AR", "TRUE_POSITIVE", "FALSE_POSITIVE")
    assert [outputs[name] for name in nothing] == [0] * len(nothing)
    assert outputs["FALSE_NEGATIVE"] == 2 and np.isnan(outputs["THRESHOLD"])
    assert report.warnings == ["There are no detections to measure."]
    html = Path(job.output_report).read_text(encoding="utf-8")
    read(html)
    assert "Which threshold" not in html and "not seen" in html
    assert Path(job.output_table).read_text(encoding="utf-8").count("\n") == 2 + 1  # header, object, all


@pytest.mark.parametrize("found", [squares((0, 0), (20, 0), (50, 0)), squares()])
def test_no_true_objects(measure, make_layer, report, tmp_path, found):
    """An area where there is nothing to find is a result too: everything that was found there is false."""
    marked = str(tmp_path / "marked.gpkg")
    outputs, job = measure(*layers(make_layer, found=found, truth=squares()), output_marked=marked)
    assert (outputs["FALSE_POSITIVE"], outputs["PRECISION"]) == (len(found), 0) and np.isnan(outputs["AP50"])
    assert "There are no true objects" in report.warnings[0]
    assert pyogrio.read_info(marked)["features"] == len(found)
    html = Path(job.output_report).read_text(encoding="utf-8")
    read(html)
    assert "nan" not in html.replace("nance", "").lower().split("base64")[0]


def test_marked_layer(measure, make_layer, tmp_path):
    found, truth = layers(make_layer)
    _, job = measure(found, truth, **CLASS, output_marked=str(tmp_path / "marked.gpkg"))
    marked = read_features(job.output_marked)
    rows = list(zip(*(marked.fields[name].tolist() for name in ("Accuracy", "Class", "True_Class", "Source_ID")), strict=True))
    assert rows == [("TP", "car", "car", 1), ("FP", "car", None, 2), ("FP", "truck", None, 3), ("FN", None, "bus", 2)]
    assert marked.crs == read_features(found).crs
    there = read_features(truth)
    assert marked.geometries[3].equals(there.geometries[1]) and there.numbers[1] == marked.fields["Source_ID"][3]


def test_marked_layer_of_several_parts_in_the_detections_system(measure, make_layer, tmp_path):
    """Truth in another system and of several parts, a detection that is invalid: all in one layer."""
    parts = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    found = make_layer([bow, None, shapely.Polygon()], {"Confidence": np.array([3.0, 2, 1])}, "EPSG:32645", "found.gpkg")
    truth = make_layer([shapely.affinity.translate(parts, 500000, 3000000)], crs="EPSG:32644", name="truth.gpkg")
    outputs, job = measure(found, truth, output_marked=str(tmp_path / "marked.gpkg"))
    assert (outputs["FALSE_POSITIVE"], outputs["FALSE_NEGATIVE"]) == (1, 1)
    assert pyogrio.read_info(job.output_marked)["geometry_type"] == "MultiPolygon"
    text = Path(job.output_report).read_text(encoding="utf-8")
    assert "2 features have no usable polygon" in text and "1 features had an invalid polygon" in text


def test_boxes_are_compared_as_arcgis_does(measure, make_layer, tmp_path):
    triangle = [shapely.Polygon([(0, 0), (10, 0), (0, 10)])]
    found = make_layer(triangle, {"Confidence": np.array([9.0])}, name="found.gpkg")
    truth = make_layer([shapely.Polygon([(10, 10), (10, 0), (0, 10)])], name="truth.gpkg")
    assert measure(found, truth)[0]["F1"] == 0
    more = {"output_table": str(tmp_path / "two.csv"), "output_report": str(tmp_path / "two.html")}
    outputs, job = measure(found, truth, geometry="BOXES", output_marked=str(tmp_path / "marked.gpkg"), **more)
    assert outputs["F1"] == 1
    assert read_features(job.output_marked).geometries[0].equals(triangle[0])  # drawn as it is


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_in_degrees_and_without_a_system(measure, make_layer, crs):
    shapes = [shapely.box(85.5 + n * 2e-4, 27.6, 85.5 + n * 2e-4 + 1e-4, 27.6 + 1e-4 * (1 + n % 3)) for n in range(9)]
    found = make_layer(shapes[:8], {"Confidence": np.arange(8.0)}, crs, "found.gpkg")
    truth = make_layer(shapes[1:], {}, crs, "truth.gpkg")
    outputs, job = measure(found, truth)
    assert (outputs["TRUE_POSITIVE"], outputs["FALSE_POSITIVE"], outputs["FALSE_NEGATIVE"]) == (7, 1, 1)
    html = Path(job.output_report).read_text(encoding="utf-8")
    assert ("m²" in html) == (crs is not None) and ("square map units" in html) == (crs is None)


def test_extent_in_its_own_system(measure, make_layer, tmp_path):
    here = [shapely.box(x, 3100000, x + 10, 3100010) for x in (600000, 600100, 600200)]
    found = make_layer(here, {"Confidence": np.array([3.0, 2, 1])}, name="found.gpkg")
    truth = make_layer(here[:2], name="truth.gpkg")
    corners = np.array([(599990.0, 3099990), (600150, 3100020)])
    (west, south), (east, north) = project(corners, CRS.from_epsg(32645), CRS.from_epsg(4326))
    outputs, _ = measure(found, truth, extent=f"{west},{east},{south},{north} [EPSG:4326]")
    assert (outputs["TRUE_POSITIVE"], outputs["FALSE_POSITIVE"]) == (2, 0)
    more = {"output_table": str(tmp_path / "two.csv"), "output_report": str(tmp_path / "two.html")}
    assert measure(found, truth, extent="600190,600300,3100000,3100010", **more)[0]["FALSE_POSITIVE"] == 1


@pytest.mark.parametrize(
    ("columns", "values", "text"),
    [
        ({"classes": ["x", "y", "z"]}, CLASS, "No class of the detections (x, y, z) is one of the truth (bus, car): check"),
        ({"truth": squares((900, 900))}, {}, "The detections and the truth lie in different places"),
        (
            {"classes": ["Car", "bus", "bus"]},
            CLASS,
            "differ in upper and lower case only, and do not match for that: Car and car",
        ),
        ({}, {"extent": "5000,6000,5000,6000"}, "found.gpkg: no detection touches the area that is asked for"),
    ],
)
def test_doubts_are_told(measure, make_layer, report, columns, values, text):
    _, job = measure(*layers(make_layer, **columns), **values)
    assert any(text in warning for warning in report.warnings)
    assert text in Path(job.output_report).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "columns", "values", "text"),
    [
        (InputError, {}, {"extent": "0,1,95,99 [EPSG:4326]"}, "has no place in the coordinate system of found.gpkg"),
        (InputError, {"crs": None, "found_crs": None}, {"extent": "0,1,5,9 [EPSG:4326]"}, "but EXTENT is in EPSG:4326"),
        (InvalidParameter, {}, {"extent": "1,2,3"}, "EXTENT is '1,2,3', which is not a rectangle"),
        (OutputError, {}, {"output_marked": "{here}/truth.gpkg"}, "truth.gpkg exists already"),
        (OutputError, {}, {"output_marked": "{here}/marked.csv"}, "marked.csv is a table, which cannot hold features"),
        (InputError, {"crs": None}, {}, "truth.gpkg has no coordinate system, but found.gpkg is in EPSG:32645"),
        (InputError, {"found_crs": None}, {}, "found.gpkg has no coordinate system, but truth.gpkg is in EPSG:32645"),
        (InputError, {}, {**CLASS, "truth_class_field": "no"}, "truth.gpkg has no field no. It has kind"),
        (InputError, {}, {"confidence_field": "Score"}, "found.gpkg has no field Score. It has Class, Confidence"),
        (InputError, {"confidence": [90.0, np.nan, 50.0]}, {}, "Feature 2 of found.gpkg has no value in the field Confidence"),
        (InputError, {"confidence": [90.0, 70.0, np.inf]}, {}, "Row 3 of found.gpkg has an infinite value in the field Confid"),
        (InputError, {}, {"confidence_field": "Class"}, "The field Class of found.gpkg does not hold numbers"),
        (InvalidParameter, {}, {"truth_class_field": "kind"}, "TRUTH_CLASS_FIELD is given, but DETECTION_CLASS_FIELD is not"),
        (OutputError, {}, {"output_report": "{here}/found.gpkg"}, "found.gpkg exists already"),
        (OutputError, {}, {"output_table": "{here}/truth.gpkg"}, "truth.gpkg exists already"),
    ],
)
def test_bad_input_leaves_nothing(measure, make_layer, tmp_path, error, columns, values, text):
    found, truth = layers(make_layer, **columns)
    before = sorted(path.name for path in tmp_path.iterdir())
    values = {name: value.format(here=tmp_path) for name, value in values.items()}
    with pytest.raises(error) as caught:
        measure(found, truth, **values)
    assert text in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_perfect_detections_of_real_labels(measure, shared_data):
    labels = shared_data / "neon-trees" / "labels.gpkg"
    outputs, _ = measure(str(labels), str(labels), detection_class_field="class", truth_class_field="class")
    assert [outputs[name] for name in ("PRECISION", "RECALL", "F1", "AP50", "AP75", "MAP", "AR")] == [1] * 7
    assert len(read_features(str(labels))) == 279
