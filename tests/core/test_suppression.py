"""Non maximum suppression: against a reference of ten lines, at its edges, and as a job on files."""

import threading
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.errors import Cancelled, InputError, OutputError
from core.jobs import NonMaximumSuppression
from core.reporting import Reporter
from core.suppression import run, suppress
from core.vectors import read_features

BOX = shapely.box(0, 0, 2, 1)


def reference(geometries, confidence, classes, max_overlap):
    """The definition: greedy by falling confidence, within classes, then across them."""
    order = sorted(range(len(geometries)), key=lambda n: (-confidence[n], n))

    def sweep(order, meet):
        kept = []
        for n in order:
            overlaps = (
                geometries[n].intersection(geometries[m]).area / geometries[n].union(geometries[m]).area
                for m in kept
                if meet(n, m)
            )
            if all(overlap <= max_overlap + 1e-9 for overlap in overlaps):
                kept.append(n)
        return kept

    if classes is not None:
        order = sweep(order, lambda n, m: classes[n] == classes[m])
    return np.isin(np.arange(len(geometries)), sweep(order, lambda n, m: True))


def boxes(random, count):
    corner, size = random.uniform(0, 40, (count, 2)), random.uniform(2, 9, (count, 2))
    return shapely.box(*corner.T, *(corner + size).T)


def blobs(random, count):
    """Wild polygons: concave, with holes, multipart, mixed with boxes."""
    discs = shapely.buffer(shapely.points(random.uniform(0, 40, (count, 2))), random.uniform(1, 6, count), quad_segs=3)
    holes = shapely.buffer(shapely.centroid(discs), random.uniform(0.1, 3, count), quad_segs=2)
    apart = shapely.transform(discs, lambda xy: xy * 0.3 + 10)
    kinds = random.integers(0, 4, count)
    choices = [discs, shapely.difference(discs, holes), shapely.union(discs, apart), boxes(random, count)]
    made = np.array([choices[kind][n] for n, kind in enumerate(kinds)])
    return made[~shapely.is_empty(made)]


@pytest.mark.parametrize("make", [boxes, blobs])
@pytest.mark.parametrize("max_overlap", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("class_count", [None, 1, 3])
def test_agrees_with_the_definition(make, max_overlap, class_count):
    random = np.random.default_rng(11)
    for count in (1, 2, 30, 120):
        geometries = make(random, count)
        confidence = random.integers(0, 20, len(geometries)) / 20  # many ties
        classes = None if class_count is None else random.integers(0, class_count, len(geometries))
        expected = reference(geometries, confidence, classes, max_overlap)
        assert suppress(geometries, confidence, classes, max_overlap).tolist() == expected.tolist()


@pytest.mark.parametrize("size", [1, 7, 64])
def test_does_not_depend_on_the_size_of_the_blocks(monkeypatch, size):
    random = np.random.default_rng(5)
    geometries, confidence, classes = boxes(random, 300), random.random(300), random.integers(0, 2, 300)
    expected = reference(geometries, confidence, classes, 0.2)
    monkeypatch.setattr("core.suppression.greedy._PAIRS", size)
    monkeypatch.setattr("core.overlap._CHUNK", size)
    assert suppress(geometries, confidence, classes, 0.2).tolist() == expected.tolist()


SQUARE_WITH_HOLE = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 8)
FAR = [500000.1, 5600000.7]  # where map coordinates round


@pytest.mark.parametrize(
    ("what", "geometries", "confidence", "classes", "max_overlap", "expected"),
    [
        ("nothing", [], [], None, 0.0, []),
        ("one", [BOX], [1], None, 0.0, [1]),
        ("lower goes", [BOX, BOX], [0.1, 0.9], None, 0.5, [0, 1]),
        ("tie: first stays", [BOX, BOX], [0.5, 0.5], None, 0.5, [1, 0]),
        ("ratio 1 keeps equal ones", [BOX, BOX], [0.5, 0.4], None, 1.0, [1, 1]),
        ("equal to the ratio stays", [BOX, shapely.box(1, 0, 3, 1)], [2, 1], None, 1 / 3, [1, 1]),
        ("more than the ratio goes", [BOX, shapely.box(1, 0, 3, 1)], [2, 1], None, 0.33, [1, 0]),
        ("touching edges", [BOX, shapely.box(2, 0, 4, 1)], [2, 1], None, 0.0, [1, 1]),
        ("touching corners", [BOX, shapely.box(2, 1, 4, 2)], [2, 1], None, 0.0, [1, 1]),
        ("touching triangles", [shapely.Polygon([(0, 0), (1, 0), (0, 1)]), shapely.Polygon([(1, 0), (1, 1), (0, 1)])],
         [2, 1], None, 0.0, [1, 1]),
        ("a sliver overlaps", [BOX, shapely.box(1.9999, 0, 4, 1)], [2, 1], None, 0.0, [1, 0]),
        ("in the hole", [SQUARE_WITH_HOLE, shapely.box(3, 3, 7, 7)], [2, 1], None, 0.0, [1, 1]),
        ("over the hole", [SQUARE_WITH_HOLE, shapely.box(1, 3, 7, 7)], [2, 1], None, 0.0, [1, 0]),
        ("between the parts", [shapely.union(BOX, shapely.box(4, 0, 5, 1)), shapely.box(2.5, 0, 3.5, 1)], [2, 1], None, 0.0,
         [1, 1]),
        ("removed ones remove nothing", [BOX, shapely.box(1, 0, 3, 1), shapely.box(2, 0, 4, 1)], [3, 2, 1], None, 0.2,
         [1, 0, 1]),
        ("across classes", [BOX, BOX], [0.5, 0.9], ["car", "truck"], 0.0, [0, 1]),
        ("within the class first", [BOX, shapely.box(1, 0, 3, 1), shapely.box(2.1, 0, 4.1, 1)], [3, 2, 1],
         ["car", "truck", "truck"], 0.2, [1, 0, 0]),
        ("numbers as classes", [BOX, BOX], [1, 2], [1.0, 1.0], 0.0, [0, 1]),
        ("no class is a class", [BOX, shapely.box(9, 9, 10, 10)], [1, 2], [None, "car"], 0.0, [1, 1]),
        ("negative confidence", [BOX, BOX], [-5, -3], None, 0.0, [0, 1]),
        ("far from the origin", shapely.transform(np.array([BOX, shapely.box(1, 0, 3, 1)]), lambda xy: xy * 0.1 + FAR), [2, 1],
         None, 1 / 3, [1, 1]),
    ],
)  # fmt: skip
def test_edges(what, geometries, confidence, classes, max_overlap, expected):
    classes = None if classes is None else np.array(classes, dtype=object if None in classes else None)
    assert suppress(np.array(geometries, dtype=object), np.array(confidence), classes, max_overlap).tolist() == expected, what


def test_a_chain_is_followed_to_its_end():
    n = 3000
    row = shapely.box(np.arange(n), 0, np.arange(n) + 1.5, 1)
    keep = suppress(row, np.arange(n)[::-1], None, 0.1)
    assert keep.tolist() == [position % 2 == 0 for position in range(n)]


def test_a_heap_leaves_one():
    random = np.random.default_rng(3)
    corner = random.uniform(0, 1, (5000, 2))
    confidence = random.random(5000)
    keep = suppress(shapely.box(*corner.T, *(corner + 10).T), confidence, None, 0.3)
    assert np.flatnonzero(keep).tolist() == [confidence.argmax()]


def test_missing_confidence_is_named():
    with pytest.raises(InputError, match="Feature 1 has no confidence"):
        suppress(np.array([BOX, BOX]), np.array([0.5, np.nan]), None, 0.0)


def test_can_be_cancelled():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        suppress(np.array([BOX, BOX]), np.array([0.5, 0.4]), None, 0.0, Reporter(lambda event: None, cancel))


# The job, on files.

FOUR = [BOX, shapely.box(0.1, 0, 2, 1), shapely.box(5, 5, 6, 6), BOX]
FIELDS = {
    "Confidence": (np.array([90.0, 80.0, 70.0, 99.0]), None),
    "Class": (np.array(["car", "truck", "Häuser", "car"], dtype=object), None),
    "count": (np.array([1, 2, 3, 2**53 + 1]), None),
    "gaps": (np.array([1, 0, 0, 4], dtype=np.int32), np.array([0, 0, 1, 0], bool)),
    "note": (np.array(["a", None, None, ""], dtype=object), None),
    "day": (np.array(["2024-02-29", "NaT", "NaT", "1999-12-31"], dtype="datetime64[D]"), None),
    "when": (np.array(["2024-02-29T10:11:12.345", "NaT", "NaT", "1999-12-31T00:00:00"], dtype="datetime64[ms]"), None),
    "yes": (np.array([True, False, True, False]), None),
    "single": (np.array([1.5, 2.5, np.nan, 3.5], dtype=np.float32), None),
}


def write(path, geometries=FOUR, fields=FIELDS, crs="EPSG:32612", kind="Polygon"):
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array(geometries, dtype=object)), [values for values, _ in fields.values()], list(fields),
        field_mask=[mask for _, mask in fields.values()], geometry_type=kind, crs=crs, driver="GPKG",
    )  # fmt: skip
    return str(path)


def suppress_file(tmp_path, source, told=None, **values):
    job = NonMaximumSuppression(input=source, **{"output": str(tmp_path / "out.gpkg"), **values})
    return run(job, Reporter((told if told is not None else []).append)), job.output


def test_keeps_rows_order_types_and_nulls(tmp_path):
    source = write(tmp_path / "in.gpkg")
    outputs, path = suppress_file(tmp_path, source, class_field="Class", max_overlap=0.99)
    assert outputs == {"REMOVED": 1}  # the first box: same class, lower confidence
    before, after = pyogrio.raw.read(source), pyogrio.raw.read(path)
    assert after[0]["crs"] == "EPSG:32612"
    for key in ("fields", "ogr_types", "ogr_subtypes", "geometry_type"):
        assert list(after[0][key]) == list(before[0][key]), key
    assert after[2].tolist() == before[2][1:].tolist()
    for name, old, new in zip(before[0]["fields"], before[3], after[3], strict=True):
        assert old.dtype == new.dtype, name
        np.testing.assert_array_equal(new, old[1:], err_msg=name)


def test_without_a_class_field_all_compete(tmp_path):
    told = []
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg"), told)
    assert outputs == {"REMOVED": 2}
    assert read_features(path).fields["Confidence"].tolist() == [70, 99]
    assert any("2 of 4 features removed, 2 remain" in event.text for event in told if event.kind == "message")


def test_mixed_single_and_multipart(tmp_path):
    parts = shapely.union(BOX, shapely.box(7, 7, 8, 8))
    fields = {"Confidence": (np.array([2.0, 1.0]), None)}
    source = write(tmp_path / "in.gpkg", [parts, shapely.box(20, 20, 21, 21)], fields, kind="Unknown")
    outputs, path = suppress_file(tmp_path, source)
    assert outputs == {"REMOVED": 0}
    assert pyogrio.read_info(path)["geometry_type"] == "MultiPolygon"
    assert shapely.area(read_features(path).geometries).tolist() == [3, 1]


def test_invalid_and_missing_geometries_are_told(tmp_path):
    bow = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    fields = {"Confidence": (np.array([1.0, 2.0, 3.0]), None)}
    told = []
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg", [bow, None, shapely.box(8, 8, 9, 9)], fields), told)
    texts = [event.text for event in told if event.kind == "message" and event.level == "warning"]
    assert texts == [
        "in.gpkg: 1 features have no usable polygon and are left out. Their ids: 2.",
        "in.gpkg: 1 features had an invalid polygon, which was repaired. Their ids: 1.",
    ]
    assert outputs == {"REMOVED": 0}
    assert shapely.is_valid(read_features(path).geometries).all()


def test_no_features(tmp_path):
    empty = {name: (values[:0], None) for name, (values, _) in FIELDS.items()}
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg", [], empty))
    assert outputs == {"REMOVED": 0}
    assert list(pyogrio.read_info(path)["fields"]) == list(FIELDS)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"confidence_field": "Score"}, "in.gpkg has no field Score. It has Confidence, Class, count"),
        ({"class_field": "Kind"}, "in.gpkg has no field Kind. It has Confidence"),
        ({"confidence_field": "Class"}, "The field Class of in.gpkg does not hold numbers"),
        ({"confidence_field": "gaps"}, "Feature 3 of in.gpkg has no value in the field gaps"),
        ({"input": "{here}/no.gpkg"}, "There is no file"),
    ],
)
def test_bad_input(tmp_path, values, text):
    source = write(tmp_path / "in.gpkg")
    values = {name: value.format(here=tmp_path) for name, value in values.items()}
    with pytest.raises(InputError, match=text):
        suppress_file(tmp_path, values.pop("input", source), **values)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["in.gpkg"]


def test_an_output_that_exists_is_left_alone(tmp_path):
    source = write(tmp_path / "in.gpkg")
    (tmp_path / "out.gpkg").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        suppress_file(tmp_path, source)
    assert (tmp_path / "out.gpkg").read_text() == "mine"
