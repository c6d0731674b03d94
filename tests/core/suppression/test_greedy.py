"""Which features remain: against a reference of ten lines, on whatever hypothesis thinks of, and at the edges."""

import threading
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, InputError
from core.overlap import Shapes
from core.reporting import Reporter
from core.suppression import suppress, suppressors

BOX = shapely.box(0, 0, 2, 1)


def reference(geometries, confidence, classes, max_overlap, measure="IOU", within=True, across=True):
    """The definition: greedy by falling confidence, within classes, then across them; who stands for each."""
    winners = np.arange(len(geometries))

    def overlap(a, b):
        whole = a.union(b).area if measure == "IOU" else min(a.area, b.area)
        return a.intersection(b).area / whole

    def sweep(meet):
        left = [n for n in np.argsort(-np.asarray(confidence), kind="stable") if winners[n] == n]
        for place, n in enumerate(left):
            better = (m for m in left[:place] if winners[m] == m and meet(n, m))
            winners[n] = next((m for m in better if overlap(geometries[m], geometries[n]) > max_overlap + 1e-9), n)

    if within:
        sweep(lambda n, m: classes is None or classes[n] == classes[m])
    if across:
        sweep(lambda n, m: True)
    return winners


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


@settings(max_examples=150, deadline=None)
@given(
    make=st.sampled_from([boxes, blobs]),
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 40),
    class_count=st.sampled_from([None, 1, 3]),
    ties=st.integers(1, 20),
    max_overlap=st.sampled_from([0.0, 0.05, 0.3, 0.7, 1.0]),
    measure=st.sampled_from(["IOU", "SMALLER_AREA"]),
    passes=st.sampled_from([(True, True), (True, False), (False, True)]),
)
def test_agrees_with_the_definition(make, seed, count, class_count, ties, max_overlap, measure, passes):
    random = np.random.default_rng(seed)
    geometries = make(random, count)
    confidence = random.integers(0, ties, len(geometries)) / 20
    classes = None if class_count is None else random.integers(0, class_count, len(geometries))
    expected = reference(geometries, confidence, classes, max_overlap, measure, *passes)
    found = suppressors(geometries, confidence, classes, max_overlap, None, measure, *passes)
    assert found.tolist() == expected.tolist()
    keep = suppress(geometries, confidence, classes, max_overlap, measure=measure, within=passes[0], across=passes[1])
    assert keep.tolist() == (expected == np.arange(len(expected))).tolist()


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2, st.integers(0, 3)), min_size=1, max_size=12),
    max_overlap=st.sampled_from([0.0, 1 / 3, 0.5, 0.25]),
)
def test_boxes_on_whole_numbers_that_touch_and_tie(numbers, max_overlap):
    x, y, width, height, confidence = np.array(numbers).T
    geometries = shapely.box(x, y, x + width, y + height)
    expected = reference(geometries, confidence, None, max_overlap)
    assert suppressors(geometries, confidence, None, max_overlap).tolist() == expected.tolist()


@pytest.mark.parametrize("limits", [{"_FOUND": 1}, {"_KEPT": 0}, {"_FEATURES": 7, "_QUERY": 2}, {"_PAIRS": 3}, {"_SLOW": 0.0}])
@pytest.mark.parametrize("make", [boxes, blobs])
def test_does_not_depend_on_how_much_is_done_at_a_time(monkeypatch, limits, make):
    random = np.random.default_rng(5)
    geometries = make(random, 150)
    confidence, classes = random.random(len(geometries)), random.integers(0, 2, len(geometries))
    expected = reference(geometries, confidence, classes, 0.2)
    for name, value in limits.items():
        monkeypatch.setattr(f"core.suppression.greedy.{name}", value)
    monkeypatch.setattr("core.overlap._CHUNK", 5)
    monkeypatch.setattr("core.overlap._PAIRS", 5)
    assert suppressors(geometries, confidence, classes, 0.2).tolist() == expected.tolist()


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


@pytest.mark.parametrize(
    ("what", "options", "expected"),
    [
        ("both passes", {}, [1, 0, 0, 0]),
        ("within classes", {"across": False}, [1, 1, 0, 0]),
        ("across classes", {"within": False}, [1, 0, 0, 1]),
        ("neither", {"within": False, "across": False}, [1, 1, 1, 1]),
    ],
)
def test_each_pass_alone(what, options, expected):
    """The second car hides the last one in the first pass and is itself hidden in the second."""
    row = shapely.box(np.array([0, 1, 1.5, 2.9]), 0, np.array([2, 3, 3.5, 4.9]), 1)
    classes = np.array(["truck", "car", "car", "car"])
    keep = suppress(row, np.array([4, 3, 2, 1]), classes, 0.02, **options)
    assert keep.tolist() == expected, what


def test_a_part_in_a_whole():
    whole, part = shapely.box(0, 0, 10, 10), shapely.box(1, 1, 3, 3)
    pair, confidence = np.array([whole, part]), np.array([2, 1])
    assert suppress(pair, confidence, None, 0.5).tolist() == [1, 1]  # IoU 0.04
    assert suppress(pair, confidence, None, 0.5, measure="SMALLER_AREA").tolist() == [1, 0]
    assert suppress(pair, confidence, None, 1.0, measure="SMALLER_AREA").tolist() == [1, 1]
    assert suppress(pair, confidence[::-1], None, 0.5, measure="SMALLER_AREA").tolist() == [0, 1]


def test_a_chain_is_followed_to_its_end():
    n = 3000
    row = shapely.box(np.arange(n), 0, np.arange(n) + 1.5, 1)
    winners = suppressors(row, np.arange(n)[::-1], None, 0.1)
    assert winners.tolist() == [position - position % 2 for position in range(n)]


@pytest.mark.parametrize("infinite", [[np.inf, 5, -np.inf], [np.inf, np.inf, 3]])
def test_infinite_confidence_has_its_place(infinite):
    assert suppress(np.array([BOX] * 3), np.array(infinite), None, 0.0).tolist() == [1, 0, 0]


def test_missing_confidence_is_named():
    with pytest.raises(InputError, match="Feature 1 has no confidence"):
        suppress(np.array([BOX, BOX]), np.array([0.5, np.nan]), None, 0.0)


def test_no_class_and_the_class_None_are_two():
    classes = np.array([None, "None", None], dtype=object)
    assert suppress(np.array([BOX] * 3), np.array([3, 2, 1]), classes, 0.0, across=False).tolist() == [1, 1, 0]


# Heaps


def heap(count, make=lambda corner: shapely.box(*corner.T, *(corner + 10).T)):
    return make(np.random.default_rng(3).uniform(0, 1, (count, 2)))


def discs(centre):
    return shapely.buffer(shapely.points(centre), 5, quad_segs=5)


def test_a_heap_leaves_one_and_measures_little(monkeypatch):
    measured = []

    def count(geometries, others):
        measured.append(len(geometries))
        return intersection(geometries, others)

    intersection = shapely.intersection
    monkeypatch.setattr(shapely, "intersection", count)
    confidence = np.random.default_rng(4).random(5000)
    winners = suppressors(heap(5000, discs), confidence, None, 0.3)
    assert (winners == confidence.argmax()).all()
    assert sum(measured) < 2 * 5000


def test_a_heap_that_remains_needs_no_memory_for_all_its_pairs(monkeypatch):
    asked = []

    def spy(self, which, others=None):
        i, j = neighbours(self, which, others)
        asked.append(len(i))
        return i, j

    neighbours = Shapes.neighbours
    monkeypatch.setattr(Shapes, "neighbours", spy)
    monkeypatch.setattr("core.suppression.greedy._FOUND", 20_000)
    monkeypatch.setattr("core.suppression.greedy._QUERY", 1 << 30)
    alone = shapely.box(np.arange(3000) * 50 + 100, 0, np.arange(3000) * 50 + 110, 10)  # comes first, in large steps
    confidence = np.concatenate([np.zeros(1500), np.ones(3000)])
    keep = suppress(np.concatenate([heap(1500), alone]), confidence, None, 0.9999)
    assert keep.all() and max(asked) <= 20_000


def test_the_crowd_is_no_less_than_the_neighbours(monkeypatch):
    monkeypatch.setattr("core.overlap._GROUP", 8)
    random = np.random.default_rng(9)
    shapes = Shapes(np.concatenate([boxes(random, 500), [shapely.Polygon(), shapely.box(-5, -5, 60, 60)]]))
    i, _ = shapes.neighbours(np.arange(len(shapes)))
    assert (shapes.crowd >= np.bincount(i, minlength=len(shapes))).all()
    assert np.median(shapes.crowd) < len(shapes)
    assert Shapes(np.empty(0, object)).crowd.tolist() == []


@pytest.mark.parametrize("make", [discs, lambda corner: shapely.box(*corner.T, *(corner + 10).T)])
def test_a_heap_can_be_cancelled(make):
    """20,000 on one spot, of which hardly one removes another: 200 million pairs."""
    cancel = threading.Event()
    timer = threading.Timer(0.3, lambda: (cancel.set(), told.append(time.monotonic())))
    told, geometries = [], heap(20_000, make)
    timer.start()
    with pytest.raises(Cancelled):
        suppress(geometries, np.zeros(20_000), None, 0.9999, Reporter(lambda event: None, cancel))
    assert time.monotonic() - told[0] < 10  # a second where nothing else runs


def test_is_cancelled_before_it_begins():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        suppress(np.array([BOX, BOX]), np.array([0.5, 0.4]), None, 0.0, Reporter(lambda event: None, cancel))


def test_the_tents_of_the_manual():
    """What docs/non-maximum-suppression.md promises for a ratio of 5 %."""
    tent, sure = shapely.box(0, 0, 4, 4), [2, 1]
    beside = {
        "half a metre": (shapely.box(0.5, 0, 4.5, 4), 0.78, False),
        "half of it": (shapely.box(0, 0, 2, 4), 0.50, False),
        "a pixel": (shapely.box(3.9, 0, 7.9, 4), 0.01, True),
        "touching": (shapely.box(4, 0, 8, 4), 0.0, True),
        "a scrap": (shapely.box(1, 1, 1.8, 1.8), 0.04, True),
    }
    for what, (other, overlap, stays) in beside.items():
        assert tent.intersection(other).area / tent.union(other).area == pytest.approx(overlap, abs=0.005), what
        assert suppress(np.array([tent, other]), np.array(sure), None, 0.05).tolist() == [True, stays], what
        assert suppress(np.array([tent, other]), np.array(sure), None, 0.0)[1] == (what == "touching"), what
    scrap = np.array([tent, beside["a scrap"][0]])
    assert suppress(scrap, np.array(sure), None, 0.5, measure="SMALLER_AREA").tolist() == [True, False]
