"""The threads of one machine: several devices, devices that fail, tiles that cannot be read."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from affine import Affine

from core.detection.inference.predictor import Inference
from core.detection.objects import Objects
from core.detection.pipeline import detect
from core.detection.sightings.blocks import Area, Plan
from core.detection.sightings.local import Network
from core.detection.sightings.reader import Reader
from core.detection.tiles import Grid
from core.errors import DeviceError, InputError
from core.imagery import Raster, Window, open_imagery
from core.vectors import to_map
from tests.core.detection.scenes import Finder, card, draw

CARD = card(tile_size=64)
TILES = 12 * 11
HOW = Inference(threshold=0.01, batch_size=4)


@pytest.fixture
def scene(tmp_path):
    polygons = [shapely.box(10, 10 + 40 * n, 370 - 30 * n, 22 + 40 * n) for n in range(9)]
    return draw(tmp_path / "scene.tif", polygons, 20 + 20 * np.arange(9), 400, 380)


def search(scene, model, **options):
    with detect(scene, model, CARD, how=HOW, **options) as stream:
        return Objects.join(list(stream))


def assert_equal(one, other):
    assert len(one) == len(other) > 0
    assert shapely.equals_exact(one.polygons, other.polygons).all()
    assert one.scores.tolist() == other.scores.tolist() and one.labels.tolist() == other.labels.tolist()


class OneOfSeveral(Finder):
    """Knows its copies on other devices; each takes its time differently; the first may break."""

    def __init__(self, breaks_after=None, all_break=False):
        super().__init__(masks=False)
        self.copies, self.breaks_after, self.all_break = [self], breaks_after, all_break

    def __deepcopy__(self, memo):
        other = OneOfSeveral(self.breaks_after if self.all_break else None)
        other.copies = self.copies
        self.copies.append(other)
        return other

    def forward(self, images):
        if self.breaks_after is not None and len(self.sizes) >= self.breaks_after:
            raise DeviceError("GPU 0 has fallen off the bus.", "Look after it.")
        time.sleep(0.002 * self.copies.index(self))
        return super().forward(images)


def test_several_devices_share_the_tiles(scene):
    model = OneOfSeveral()
    found = search(scene, model, device=["cpu", "cpu", "cpu"])
    assert_equal(found, search(scene, Finder(masks=False)))
    assert [copy.seen > 0 for copy in model.copies] == [True] * 3
    assert sum(copy.seen for copy in model.copies) == TILES


@pytest.mark.parametrize("breaks_after", [0, 5])
def test_a_device_that_fails_leaves_its_work_to_the_others(scene, report, breaks_after):
    model = OneOfSeveral(breaks_after)
    found = search(scene, model, device=["cpu", "cpu"], report=report)
    assert_equal(found, search(scene, Finder(masks=False)))
    assert report.warnings == ["GPU 0 has fallen off the bus. The search goes on with the other devices."]
    assert sum(copy.seen for copy in model.copies) == TILES


@pytest.mark.parametrize("devices", [1, 2])
def test_when_all_devices_fail_the_search_does(scene, devices):
    before = threading.active_count()
    with pytest.raises(DeviceError, match="fallen off the bus"):
        search(scene, OneOfSeveral(3, all_break=True), device=["cpu"] * devices)
    assert threading.active_count() == before


@pytest.mark.parametrize("parallel", [1, 3])
def test_any_number_of_threads(scene, parallel):
    assert_equal(search(scene, Finder(masks=False), parallel=parallel), search(scene, Finder(masks=False)))


# What cannot be read


@pytest.fixture
def broken(tmp_path):
    """A GeoTIFF whose lower part is missing; bars above, and one below."""
    polygons = [shapely.box(10, 10, 350, 30), shapely.box(100, 50, 120, 130), shapely.box(50, 370, 350, 390)]
    path = draw(tmp_path / "broken.tif", polygons, [100, 120, 140], 400, 400, Affine(0.5, 0, 600000, 0, -0.5, 3100000))
    with Path(path).open("r+b") as file:
        file.truncate(file.seek(0, 2) * 6 // 10)
    return path


def test_a_broken_raster_stops_the_search(broken):
    before = threading.active_count()
    text = (
        r"broken.tif cannot be read at columns 0 to 64, rows 128 to 192 of 400 x 400: .*"
        r"The tile lies at columns 0 to 64, rows 128 to 192 \(x 600000.0 to 600032.0, y 3099904.0 to 3099936.0\)"
    )
    found = []
    with pytest.raises(InputError, match=text) as caught, detect(broken, Finder(), CARD, how=HOW) as stream:
        found += stream
    assert "SKIP" in caught.value.hint and "copy or download it again" in caught.value.hint
    assert threading.active_count() == before


def test_or_is_searched_where_it_can_be_read(broken, report):
    with detect(broken, Finder(), CARD, how=HOW, unreadable="SKIP", report=report) as stream:
        found = Objects.join(list(stream))
    assert sorted(round(score * 255) for score in found.scores) == [100, 120]
    assert not stream.partial
    assert stream.skipped == 12 * 8
    (warning,) = report.warnings
    assert warning.startswith("96 tiles could not be read and were left out: columns 0 to 64, rows 128 to 192 (x 600000.0")
    assert warning.count("columns") == 3 and warning.endswith("and 93 more.")


def test_skipped_tiles_are_tried_again_by_the_next_run(broken, tmp_path, monkeypatch):
    from tests.core.detection.sightings.test_journal import make_package

    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    loaded = []
    monkeypatch.setattr("core.detection.sightings.local.load", lambda *_: loaded.append(Finder()) or loaded[-1])
    options = {"how": HOW, "unreadable": "SKIP", "resume": True, "tile_size": 32}
    for _ in range(2):
        with pytest.raises(KeyError), detect(broken, make_package(tmp_path), **options) as stream:
            list(stream)
            raise KeyError
    assert stream.skipped > 200 and loaded[1].seen < loaded[0].seen


def test_a_raster_that_comes_back_is_read_again(tmp_path):
    """As from a folder in the network that was away for a while."""
    path = draw(tmp_path / "there.tif", [shapely.box(10, 10, 50, 50)], [100], 100, 100)
    reader = Reader(Raster(path), CARD, skip=True)
    (tile,) = next(Grid(64, 64, 64, 0).rows())
    (tmp_path / "there.tif").rename(tmp_path / "away.tif")
    assert reader.read(tile).unreadable == "columns 0 to 64, rows 0 to 64 (x 0.0 to 64.0, y -64.0 to 0.0)"
    (tmp_path / "away.tif").rename(tmp_path / "there.tif")
    assert reader.read(tile).pixels is not None
    reader.close()


# What is searched


def test_an_opened_raster_stays_as_it_is(scene):
    with Raster(scene, extent="0,200,-200,0") as raster:
        found = search(raster, Finder(masks=False))
        assert not raster.closed
        assert raster.read(Window(0, 0, 10, 10))[1].all()
    assert_equal(found, search(scene, Finder(masks=False), extent="0,200,-200,0"))


def test_a_mosaic(tmp_path):
    """One bar across two files."""
    bar, places = shapely.box(50, 40, 250, 60), (Affine(1, 0, 0, 0, -1, 0), Affine(1, 0, 150, 0, -1, 0))
    halves = [bar, shapely.box(0, 40, 100, 60)]
    paths = [draw(tmp_path / f"{n}.tif", [half], [100], 150, 120, places[n]) for n, half in enumerate(halves)]
    (mosaic,) = open_imagery(paths)
    found = search(mosaic, Finder())
    assert len(found) == 1
    placed = shapely.transform(to_map(found.polygons, mosaic)[0], lambda points: points * (1, -1))
    assert placed.intersection(bar).area > 0.98 * placed.union(bar).area


@pytest.mark.parametrize("batch_size", [None, 1, 7, 64, 100])
def test_blocks_depend_on_the_grid_not_on_the_machine(batch_size):
    grid = Grid(1000, 900, 128, 32)
    plan = Plan(grid, None, batch_size)
    assert plan.block_size == {None: 64, 1: 64, 7: 70, 64: 64, 100: 100}[batch_size]
    blocks = list(plan)
    assert [block.number for block in blocks] == list(range(plan.blocks))
    assert [tile for block in blocks for tile in block.tiles] == [tile for row in grid.rows() for tile in row]
    assert all(len(block.tiles) == plan.block_size for block in blocks[:-1])


def test_only_tiles_near_the_area_are_planned():
    grid = Grid(2000, 2000, 128, 32)
    plan = Plan(grid, Area(np.array([shapely.box(900, 900, 901, 901)]), 128), 4)
    tiles = [tile for block in plan for tile in block.tiles]
    assert len(tiles) == plan.tiles == 36
    assert all(tile.window.intersection(Window(900 - 129, 900 - 129, 259, 259)) for tile in tiles)
    assert list(Plan(grid, Area(np.array([shapely.box(-900, 0, -800, 1)]), 128), 4)) == []


def test_searches_that_share_a_network_load_it_once(scene, tmp_path, monkeypatch):
    from tests.core.detection.sightings.test_journal import make_package

    loaded = []
    monkeypatch.setattr("core.detection.sightings.local.load", lambda *_: loaded.append(Finder()) or loaded[-1])
    network = Network(make_package(tmp_path))
    found = [search(scene, network, extent=extent) for extent in (None, "0,300,-300,0")]
    assert len(loaded) == 1 and all(map(len, found))
