"""Accuracy: against COCO's own library, in small cases worked out by hand, and as a job on files."""

import csv
import logging
from pathlib import Path

import numpy as np
import pytest
import shapely
from faster_coco_eval import COCO, COCOeval_faster

from core.accuracy import run
from core.accuracy.matching import Curve, find_overlaps, match
from core.accuracy.scores import score
from core.errors import InputError, InvalidParameter, OutputError
from core.jobs import ComputeAccuracy
from core.reporting import Reporter
from core.vectors import read_features

QUIET = Reporter(lambda event: None)


def squares(*corners, side=10):
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners])


def names(*values):
    return np.array(values, dtype=str)


def compare(found, truth, confidence=None, classes=None, true_classes=None, min_iou=0.5):
    classes = names(*["a"] * len(found)) if classes is None else names(*classes)
    true_classes = names(*["a"] * len(truth)) if true_classes is None else names(*true_classes)
    confidence = None if confidence is None else np.asarray(confidence, dtype=float)
    return score(np.asarray(found, dtype=object), confidence, classes, truth, true_classes, min_iou, QUIET)


def by_coco(boxes, scores, classes, true_boxes, true_classes):
    """Precision by COCO's library, (10 IoUs, 101 recalls, classes); the map is one image."""
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)

    def annotations(boxes, classes):
        wide = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
        return [
            {
                "id": n + 1,
                "image_id": 1,
                "category_id": int(label),
                "bbox": box.tolist(),
                "area": float(box[2] * box[3]),
                "iscrowd": 0,
            }
            for n, (box, label) in enumerate(zip(wide, classes, strict=True))
        ]

    truth = COCO()
    categories = [{"id": int(label), "name": str(label)} for label in np.unique(true_classes)]
    truth.dataset = {
        "images": [{"id": 1, "width": 1000, "height": 1000}], "categories": categories,
        "annotations": annotations(true_boxes, true_classes),
    }  # fmt: skip
    truth.createIndex()
    found = [{**one, "score": float(value)} for one, value in zip(annotations(boxes, classes), scores, strict=True)]
    evaluation = COCOeval_faster(truth, truth.loadRes(found), "bbox")
    evaluation.params.maxDets = [1, 10, len(found)]
    evaluation.evaluate()
    evaluation.accumulate()
    return evaluation.eval["precision"][:, :, :, 0, -1]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ties", [False, True])
def test_agrees_with_coco(seed, ties):
    random = np.random.default_rng(seed)
    corner = random.integers(0, 300, (80, 2)).astype(float)
    truth = np.concatenate([corner, corner + random.integers(10, 40, (80, 2))], axis=1)
    true_classes = random.integers(1, 4, 80)
    near = random.integers(0, 80, 200)
    boxes = truth[near] + random.uniform(-4, 4, (200, 4))  # no IoU is just a threshold: there our tolerance differs
    classes = np.where(random.random(200) < 0.85, true_classes[near], random.integers(1, 4, 200))
    scores = random.integers(1, 30, 200) / 30 if ties else random.random(200)
    expected = by_coco(boxes, scores, classes, truth, true_classes)
    overall, each = compare(shapely.box(*boxes.T), shapely.box(*truth.T), scores, classes.astype(str), true_classes.astype(str))
    for position, one in enumerate(each):
        assert one.ap50 == pytest.approx(expected[0, :, position].mean(), abs=1e-6)
        assert one.ap == one.ap50
        assert one.coco_ap == pytest.approx(expected[:, :, position].mean(), abs=1e-6)
    assert overall.ap50 == pytest.approx(expected[0].mean(), abs=1e-6)
    assert overall.coco_ap == pytest.approx(expected.mean(), abs=1e-6)


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
    overall, _ = compare(found, TWO, confidence, min_iou=min_iou)
    assert (overall.true_positive, overall.false_positive, overall.false_negative) == counts, what


def test_the_confident_one_chooses_first():
    """The better detection takes the object that both want; the other one takes what is left, if it fits."""
    truth = squares((0, 0), (4, 0))
    overlaps = find_overlaps(squares((3, 0), (2, 0)), truth, names("a", "a"), names("a", "a"), 0.3, QUIET)
    assert match(overlaps, 2, 2, 0.3).tolist() == [1, 0]
    assert match(overlaps, 2, 2, 0.8).tolist() == [1, -1]


def test_real_overlap_of_polygons_not_of_their_boxes():
    triangle = np.array([shapely.Polygon([(0, 0), (10, 0), (0, 10)])])
    other_half = np.array([shapely.Polygon([(10, 10), (10, 0), (0, 10)])])
    assert compare(other_half, triangle, [1])[0].true_positive == 0


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
    overall, each = compare(found, truth, [3, 2, 1], ["a", "b", "c"], ["a", "a", "d"])
    counts = {one.name: (one.true_positive, one.false_positive, one.false_negative) for one in each}
    assert counts == {"a": (1, 0, 1), "b": (0, 1, 0), "c": (0, 1, 0), "d": (0, 0, 1)}
    assert (overall.true_positive, overall.false_positive, overall.false_negative) == (1, 2, 2)
    assert [np.isnan(one.ap) for one in each] == [False, True, True, False]
    assert overall.ap50 == pytest.approx((51 / 101 + 0) / 2)  # of a and d, which exist


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
        "Confidence": [90.0, 70.0, 50.0][: len(found)],
    }
    return (
        make_layer(found, {key: np.array(value, dtype=object if key == "Class" else float) for key, value in fields.items()},
                   found_crs, "found.gpkg"),
        make_layer(truth, {"kind": np.array(["car", "bus"][: len(truth)])}, columns.get("crs", "EPSG:32645"), "truth.gpkg"),
    )  # fmt: skip


def test_outputs_table_and_report(measure, make_layer, report):
    outputs, job = measure(*layers(make_layer), **CLASS)
    assert outputs == pytest.approx({"PRECISION": 1 / 3, "RECALL": 0.5, "F1": 0.4, "AP50": 0.5, "MAP": 0.5})
    rows = list(csv.DictReader(Path(job.output_table).read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == [
        "Class",
        "Precision",
        "Recall",
        "F1_Score",
        "AP",
        "True_Positive",
        "False_Positive",
        "False_Negative",
    ]
    assert [row["Class"] for row in rows] == ["bus", "car", "truck", "All classes"]
    assert [row["True_Positive"] for row in rows] == ["0", "1", "0", "1"]
    assert [float(row["Recall"]) for row in rows] == [0, 1, 0, 0.5]
    assert [row["AP"] for row in rows] == ["0", "1", "", "0.5"]
    html = Path(job.output_report).read_text(encoding="utf-8")
    assert "found.gpkg compared with truth.gpkg; a detection counts from an IoU of 0.5 on." in html
    assert html.count("<img") == 2 and "Classes without true objects" in html and "truck" in html
    assert "is that of the detections of confidence 90 or more" in html
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
    assert measure(found, truth)[0] == pytest.approx(
        {"PRECISION": 0.5, "RECALL": 0.5, "F1": 0.5, "AP50": 51 / 101, "MAP": 51 / 101}
    )
    mask = make_layer([there[0].buffer(1e-6)], crs="EPSG:4326", name="mask.gpkg")
    names = {"output_table": found.replace("found", "table2"), "output_report": found.replace("found.gpkg", "two.html")}
    assert measure(found, truth, mask=mask, **names)[0]["F1"] == 1


def test_no_detections(measure, make_layer, report):
    outputs, job = measure(*layers(make_layer, found=squares()))
    assert outputs == {"PRECISION": 0, "RECALL": 0, "F1": 0, "AP50": 0, "MAP": 0}
    assert report.warnings == ["There are no detections to measure."]
    assert "<img" not in Path(job.output_report).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("columns", "values", "text"),
    [
        ({"classes": ["x", "y", "z"]}, CLASS, "No class of the detections (x, y, z) is one of the truth (bus, car): check"),
        ({"truth": squares((900, 900))}, {}, "The detections and the truth lie in different places"),
    ],
)
def test_doubts_are_told(measure, make_layer, report, columns, values, text):
    _, job = measure(*layers(make_layer, **columns), **values)
    assert any(text in warning for warning in report.warnings)
    assert text in Path(job.output_report).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "columns", "values", "text"),
    [
        (InputError, {"truth": squares()}, {}, "truth.gpkg: no true object is there, so that nothing can be measured"),
        (InputError, {"crs": None}, {}, "truth.gpkg has no coordinate system, but found.gpkg is in EPSG:32645"),
        (InputError, {"found_crs": None}, {}, "found.gpkg has no coordinate system, but truth.gpkg is in EPSG:32645"),
        (InputError, {}, {**CLASS, "truth_class_field": "no"}, "truth.gpkg has no field no. It has kind"),
        (InputError, {}, {"confidence_field": "Score"}, "found.gpkg has no field Score. It has Class, Confidence"),
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


def test_perfect_detections_of_real_labels(measure, tmp_path):
    labels = Path(__file__).parents[3] / "shared" / "data" / "neon-trees" / "labels.gpkg"
    if not labels.exists():
        pytest.skip("shared data is not here")
    outputs, _ = measure(str(labels), str(labels), detection_class_field="class", truth_class_field="class")
    assert outputs == {"PRECISION": 1, "RECALL": 1, "F1": 1, "AP50": 1, "MAP": 1}
    assert len(read_features(str(labels))) == 279
