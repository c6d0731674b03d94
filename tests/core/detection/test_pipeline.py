"""Tiles leave no trace: exact networks on drawn scenes, whatever the tiling."""

import re
import threading
import time

import numpy as np
import pytest
import rasterio
import shapely
import torch
from affine import Affine

from core.detection.objects import Objects
from core.detection.pipeline import detect
from core.errors import InputError, InvalidParameter, ModelError, OutOfMemory
from core.imagery import Raster
from core.reporting import Reporter
from core.vectors import to_map
from tests.core.detection.scenes import TRUCK, Finder, card, draw

WIDTH, HEIGHT = 500, 410
TILINGS = [
    {"tile_size": 128},
    {"tile_size": 128, "padding": 7},
    {"tile_size": 128, "padding": 1},
    {"tile_size": 128, "padding": 0},
    {"tile_size": 128, "padding": 50},
    {"tile_size": 200, "padding": 60},
    {"tile_size": 500},
    {"tile_size": 700},
]


def small_things(random):
    """Objects of 10 to 40 pixels, everywhere, also across the border of the raster; touching pairs among them."""
    polygons = []
    for x in range(0, WIDTH, 62):
        for y in range(0, HEIGHT, 62):
            w, h, dx, dy = random.integers(10, 40, 4)
            dx, dy = min(dx, 49 - w), min(dy, 49 - h)
            kind = random.integers(0, 3)
            if kind == 0:
                polygons.append(shapely.box(x + dx, y + dy, x + dx + w, y + dy + h))
            elif kind == 1:
                polygons.append(shapely.Point(x + 24, y + 24).buffer(max(w, h) / 2))
            else:  # neighbours that share a wall
                middle = x + dx + max(w // 2, 5)
                polygons.append(shapely.box(x + dx, y + dy, middle, y + dy + h))
                polygons.append(shapely.box(middle, y + dy, middle + 8, y + dy + h))
    inside = [polygon.intersection(shapely.box(0, 0, WIDTH, HEIGHT)) for polygon in polygons]
    return [polygon for polygon in inside if polygon.area > 60]


def large_things():
    return [
        shapely.box(10, 20, 480, 34),  # longer than three tiles
        shapely.box(20, 60, 33, 400),
        shapely.Polygon([(60, 60), (90, 60), (470, 390), (440, 390)]),
        shapely.Point(380, 130).buffer(80) - shapely.Point(380, 130).buffer(40),  # its hole stays
        shapely.box(120, 200, 150, 400) | shapely.box(120, 380, 330, 400) | shapely.box(300, 310, 330, 400),  # a U
    ]


def values_for(count, first=20):
    return first + np.arange(count) % (250 - first)


def run(path, model=None, **options):
    return Objects.join(list(detect(path, model or Finder(), options.pop("model_card", card()), threshold=0.01, **options)))


def pair_up(found, expected):
    """Return the best IoU of each expected polygon, and that of each found one."""
    overlap = np.array([[a.intersection(b).area / a.union(b).area for b in expected] for a in found])
    return overlap.max(axis=0), overlap.max(axis=1)


def assert_same(found, expected, at_least=0.98):
    assert len(found) == len(expected)
    for best in pair_up(found, expected):
        assert best.min() >= at_least


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize("things", ["small", "large"])
def test_any_tiling_gives_the_same_objects(tmp_path, things, masks):
    polygons = small_things(np.random.default_rng(4)) if things == "small" else large_things()
    if things == "large" and not masks:
        polygons = [polygons[n] for n in (0, 1, 4)]  # of a slanting one, narrow common strips do not show enough
    values = values_for(len(polygons))
    path = draw(tmp_path / "scene.tif", polygons, values, WIDTH, HEIGHT)
    reference = run(path, Finder(masks), tile_size=512, padding=0)
    drawn = np.unique(rasterio.open(path).read(1))[1:]
    assert len(reference) == len(drawn) == len(polygons)
    for tiling in TILINGS:
        if things == "small" and tiling.get("padding", 2) < 2:
            continue  # touching neighbours at a tile's edge cannot be told from one that it cuts
        found = run(path, Finder(masks), **tiling)
        assert_same(found.polygons, reference.polygons)
        order, expected = np.argsort(found.scores), np.argsort(reference.scores)
        np.testing.assert_allclose(found.scores[order], reference.scores[expected], atol=1e-6, err_msg=str(tiling))
        assert found.labels[order].tolist() == reference.labels[expected].tolist()


@pytest.mark.parametrize("shift", [(1, 0), (17, 33), (64, 5)])
def test_where_the_grid_begins_does_not_matter(tmp_path, shift):
    polygons = large_things()
    before = draw(tmp_path / "a.tif", polygons, values_for(5), WIDTH, HEIGHT)
    moved = shapely.transform(np.array(polygons), lambda points: points + shift)
    after = draw(tmp_path / "b.tif", moved, values_for(5), WIDTH + shift[0], HEIGHT + shift[1])
    found = shapely.transform(run(after).polygons, lambda points: points - shift)
    assert_same(found, run(before).polygons)


def test_a_shaky_network_neither_repeats_nor_loses(tmp_path):
    polygons = small_things(np.random.default_rng(8))
    path = draw(tmp_path / "scene.tif", polygons, values_for(len(polygons)), WIDTH, HEIGHT)
    found = run(path, Finder(masks=False, shaky=1.5), tile_size=128)
    assert_same(found.polygons, [shapely.box(*p.bounds) for p in polygons], 0.5)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_batch_size_changes_nothing(tmp_path, batch_size):
    polygons = small_things(np.random.default_rng(2))
    path = draw(tmp_path / "scene.tif", polygons, values_for(len(polygons)), WIDTH, HEIGHT)
    model = Finder()
    found, expected = run(path, model, batch_size=batch_size), run(path)
    assert shapely.equals(found.polygons, expected.polygons).all()
    assert max(model.sizes) == min(batch_size, 42)


def test_classes_are_kept_apart(tmp_path):
    polygons = [shapely.box(100, 50, 150, 80), shapely.box(150, 50, 200, 80)]
    path = draw(tmp_path / "scene.tif", polygons, [100, TRUCK], 300, 200)
    found = run(path)
    assert sorted(found.labels.tolist()) == [1, 2]


def test_threshold_leaves_out(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(10, 10, 40, 40), shapely.box(60, 60, 90, 90)], [100, 200], 200, 200)
    found = list(detect(path, Finder(), card(threshold=0.6)))
    assert Objects.join(found).scores.tolist() == pytest.approx([200 / 255])
    assert len(Objects.join(list(detect(path, Finder(), card(threshold=0.6), threshold=0.2)))) == 2


def test_tiles_without_data_are_not_searched(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(10, 10, 60, 60)], [100], 1000, 1000, nodata=0)
    model = Finder()
    assert len(run(path, model)) == 1
    assert model.seen == 1


def test_batches_are_filled_from_tiles_with_data(tmp_path):
    random = np.random.default_rng(3)
    spots = [shapely.box(x, y, x + 2, y + 2) for x, y in random.integers(0, 800, (20, 2))]
    path = draw(tmp_path / "scene.tif", spots, values_for(20), 900, 900, nodata=0)
    model = Finder()
    run(path, model, padding=0)
    with_data = sum(model.sizes)
    assert 10 < with_data < 49 and model.sizes == [4] * (with_data // 4) + [with_data % 4] * (with_data % 4 > 0)


def test_raster_without_objects(tmp_path):
    assert len(run(draw(tmp_path / "empty.tif", [], [], 300, 200))) == 0


def test_mask_keeps_what_touches_it_and_saves_tiles(tmp_path):
    polygons = [shapely.box(100, 100, 140, 140), shapely.box(200, 100, 240, 140), shapely.box(900, 900, 940, 940)]
    path = draw(tmp_path / "scene.tif", polygons, [100, 110, 120], 1000, 1000)
    model = Finder()
    found = run(path, model, mask=np.array([shapely.box(0, 0, 120, 120)]))
    assert_same(found.polygons, polygons[:1])
    assert model.seen < 40  # of 225


def test_rotated_raster_gives_rotated_boxes(tmp_path):
    turned = Affine.translation(500000, 5600000) * Affine.rotation(30) * Affine.scale(0.5, -0.5)
    path = draw(tmp_path / "turned.tif", [shapely.box(50, 60, 90, 80)], [100], 200, 200, turned)
    found = run(path, Finder(masks=False))
    with Raster(path) as raster:
        placed = to_map(found.polygons, raster)[0]
    corners = np.array([turned * corner for corner in ((50, 60), (90, 60), (90, 80), (50, 80))])
    assert placed.symmetric_difference(shapely.Polygon(corners)).area < 0.01
    assert placed.area == pytest.approx(200)


def test_extent_and_cell_size_move_the_working_grid(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(100, 100, 160, 160)], [100], 400, 400, Affine(1, 0, 1000, 0, -1, 2000))
    found = run(path, extent="1050,1300,1750,1950", cell_size=2.0)
    assert found.polygons[0].bounds == pytest.approx((25, 25, 55, 55), abs=0.6)


def test_progress(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(100, 100, 160, 160)], [100], 400, 400)
    told = []
    assert len(run(path, report=Reporter(told.append))) == 1
    last = told[-1]
    assert last.kind == "progress" and last.fraction == 1 and last.remaining == 0
    assert re.fullmatch(r"[\d.]+ tiles/s, [\d.]+ megapixels/s, 36 of 36 tiles, 1 objects", last.rate)
    assert last.stage == f"Detecting objects on CPU ({torch.get_num_threads()} threads)"


class Waits(Finder):
    """Cancels at a batch, and goes on with it when everything else had time to come to rest."""

    def __init__(self, at, cancel):
        super().__init__()
        self.at, self.cancel = at, cancel

    def forward(self, images):
        if len(self.sizes) + 1 == self.at:
            self.cancel.set()
            time.sleep(1)
        return super().forward(images)


def test_cancel_keeps_what_is_found(tmp_path):
    polygons = [shapely.box(10, 10, 50, 50), shapely.box(200, 20, 240, 100), shapely.box(20, 340, 100, 360)]
    path = draw(tmp_path / "scene.tif", polygons, [100, 110, 120], 400, 400)
    cancel = threading.Event()
    before = threading.active_count()
    model = Waits(2, cancel)
    with detect(path, model, card(), threshold=0.01, batch_size=12, report=Reporter(lambda _: None, cancel)) as stream:
        found = Objects.join(list(stream))
    assert stream.partial
    assert model.sizes == [12, 12]  # of three
    assert_same(found.polygons, polygons[:2])
    assert threading.active_count() == before


def test_a_complete_search_is_not_partial(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(100, 100, 160, 160)], [100], 400, 400)
    stream = detect(path, Finder(), card(), threshold=0.01)
    assert len(list(stream)) == 1 and not stream.partial and stream.skipped == 0


def test_stopping_to_listen_ends_the_threads(tmp_path):
    path = draw(tmp_path / "scene.tif", [shapely.box(10, 10, 50, 50)], [100], 700, 700)
    before = threading.active_count()
    with detect(path, Finder(), card(), threshold=0.01, batch_size=1) as stream:
        next(stream)
    assert threading.active_count() == before


class OnlyTwo(Finder):
    """A network whose GPU holds two tiles."""

    holds = 2

    def forward(self, images):
        if len(images) > self.holds:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return super().forward(images)


def test_batch_is_halved_when_the_gpu_is_full(tmp_path):
    polygons = small_things(np.random.default_rng(2))
    path = draw(tmp_path / "scene.tif", polygons, values_for(len(polygons)), WIDTH, HEIGHT)
    told = []
    found = run(path, OnlyTwo(), batch_size=9, report=Reporter(told.append))
    assert shapely.equals(found.polygons, run(path).polygons).all()
    texts = [event.text for event in told if event.kind == "message"]
    assert texts == [
        "The GPU's memory is full: going on with a batch size of 4.",
        "The GPU's memory is full: going on with a batch size of 2.",
    ]


def test_one_tile_too_large_for_the_gpu(tmp_path):
    path = draw(tmp_path / "scene.tif", [], [], 200, 200)
    model = OnlyTwo()
    model.holds = 0
    with pytest.raises(OutOfMemory, match="A single tile of 128 x 128 pixels does not fit"):
        run(path, model)


@pytest.mark.parametrize(
    ("error", "text", "options"),
    [
        (InvalidParameter, "PADDING is 64 pixels", {"padding": 64}),
        (InputError, "no-such.tif", {"source": "no-such.tif"}),
        (ModelError, "8-bit pixels", {"dtype": "uint16"}),
    ],
)
def test_errors(tmp_path, error, text, options):
    path = draw(tmp_path / "scene.tif", [], [], 300, 200, dtype=options.pop("dtype", "uint8"))
    before = threading.active_count()
    with pytest.raises(error, match=text):
        run(options.pop("source", path), **options)
    assert threading.active_count() == before
