"""A search that was killed or cancelled goes on where it was, and finds the same."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from core.detection.inference.predictor import Inference
from core.detection.objects import Objects, Sightings
from core.detection.pipeline import detect
from core.detection.sightings import journal as journals
from core.detection.sightings.blocks import Seen, from_bytes, nothing_in, to_bytes
from core.detection.sightings.journal import open_journal
from core.detection.tiles import Grid
from core.imagery import Raster, open_imagery
from core.packages import Package
from core.reporting import Reporter, silent
from tests.core.detection.scenes import Finder, card, draw

ROOT = Path(__file__).parents[4]
TILES, BLOCKS = 165, 3
HOW = Inference(threshold=0.01, batch_size=8)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "detections"


@pytest.fixture
def scene(tmp_path):
    """Bars across many tiles, so that sightings wait from block to block."""
    polygons = [shapely.box(10, 10 + 40 * n, 470 - 30 * n, 22 + 40 * n) for n in range(9)] + [shapely.box(480, 5, 495, 370)]
    return draw(tmp_path / "scene.tif", polygons, 20 + 20 * np.arange(10), 500, 380)


@pytest.fixture
def package(tmp_path):
    return make_package(tmp_path)


def make_package(folder, content=b"weights"):
    path = Path(folder) / "model.dlpk"
    path.write_bytes(content)
    return Package(path, card(tile_size=64), "weights.pth", len(content))


@pytest.fixture
def network(monkeypatch):
    """The network that stands for the package's; a new one is made each time it is loaded."""
    loaded = []

    def load(package, device):
        loaded.append(Finder())
        return loaded[-1]

    monkeypatch.setattr("core.detection.sightings.local.load", load)
    return loaded


def search(scene, package, report=None, **options):
    with detect(scene, package, how=HOW, resume=True, report=report or silent(), **options) as stream:
        return Objects.join(list(stream))


def assert_equal(one, other):
    assert len(one) == len(other) > 0
    assert shapely.equals_exact(one.polygons, other.polygons).all()
    assert one.scores.tolist() == other.scores.tolist() and one.labels.tolist() == other.labels.tolist()


CHILD = """
import os, signal, sys
sys.path.insert(0, {root!r})
import core.detection.sightings.local
from tests.core.detection.scenes import Finder
from tests.core.detection.sightings.test_journal import make_package, search

class Dies(Finder):
    def forward(self, images):
        if self.seen >= {after}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(images)

core.detection.sightings.local.load = lambda package, device: Dies()
search({scene!r}, make_package({folder!r}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_search_goes_on_and_finds_the_same(cache, scene, package, network, report, tmp_path):
    expected = search(scene, package)
    assert network[0].seen == TILES and not list(cache.iterdir())
    code = CHILD.format(root=str(ROOT), after=140, scene=scene, folder=str(tmp_path))
    stamp = package.path.stat()
    died = subprocess.run([sys.executable, "-c", code], env=os.environ, cwd=tmp_path, check=False)
    assert died.returncode == -signal.SIGKILL
    os.utime(package.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert len(list(cache.iterdir())) == 1
    found = search(scene, package, report)
    assert_equal(found, expected)
    assert network[1].seen == TILES - 128
    assert any(event.text.startswith("2 of 3 blocks are there") for event in report.events if event.kind == "message")
    assert not list(cache.iterdir())


class Cancels(Finder):
    def __init__(self, cancel):
        super().__init__()
        self.cancel = cancel

    def forward(self, images):
        if self.seen >= 72:
            self.cancel.set()
            time.sleep(1)
        return super().forward(images)


def test_a_cancelled_search_goes_on(cache, scene, package, network, monkeypatch):
    expected = search(scene, package)
    cancel = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr("core.detection.sightings.local.load", lambda package, device: Cancels(cancel))
        with detect(scene, package, how=HOW, resume=True, report=Reporter(lambda _: None, cancel)) as stream:
            part = Objects.join(list(stream))
    assert stream.partial and 0 < len(part) < len(expected)
    assert_equal(search(scene, package), expected)
    assert network[-1].seen == TILES - 64


def test_a_result_that_could_not_be_written_is_not_lost(cache, scene, package, network):
    with pytest.raises(OSError, match="full"), detect(scene, package, how=HOW, resume=True) as stream:
        expected = Objects.join(list(stream))
        raise OSError("the disk is full")
    assert_equal(search(scene, package), expected)
    assert len(network) == 1  # the model was not even loaded again


@pytest.mark.parametrize("change", ["raster", "side file", "model", "threshold", "padding", "extent", "mask"])
def test_another_search_begins_anew(cache, scene, package, network, tmp_path, change):
    with pytest.raises(KeyError), detect(scene, package, how=HOW, resume=True) as stream:
        list(stream)
        raise KeyError
    options = {"how": HOW, "resume": True}
    if change == "raster":
        draw(scene, [shapely.box(10, 10, 60, 60)], [100], 500, 380)
    elif change == "side file":
        Path(scene + ".aux.xml").write_text("<PAMDataset></PAMDataset>")
    elif change == "model":
        package = make_package(tmp_path, b"other weights")
    elif change == "threshold":
        options["how"] = Inference(threshold=0.3, batch_size=8)
    elif change == "padding":
        options["padding"] = 8
    elif change == "extent":
        options["extent"] = "0,300,-300,0"
    else:
        options["mask"] = np.array([shapely.box(0, 0, 500, 379)])
    with detect(scene, package, **options) as stream:
        list(stream)
    assert len(network) == 2 and network[1].seen > 10


def test_what_changes_nothing_does_not_begin_anew(cache, scene, package, network):
    with pytest.raises(KeyError), detect(scene, package, how=HOW, resume=True) as stream:
        list(stream)
        raise KeyError
    with detect(Raster(scene), package, how=Inference(0.01, batch_size=4), resume=True, parallel=1) as stream:
        assert len(list(stream)) > 0
    assert len(network) == 1


def test_a_mosaic_is_known_by_all_its_rasters(cache, package, network, tmp_path):
    places = [rasterio_place(left) for left in (0, 300)]
    paths = [draw(tmp_path / f"{n}.tif", [shapely.box(9, 9, 60, 60)], [90], 300, 380, place) for n, place in enumerate(places)]
    with pytest.raises(KeyError), detect(open_imagery(paths)[0], package, how=HOW, resume=True) as stream:
        list(stream)
        raise KeyError
    search(open_imagery(paths)[0], package)
    assert len(network) == 1
    draw(paths[1], [shapely.box(9, 9, 90, 60)], [90], 300, 380, places[1])
    search(open_imagery(paths)[0], package)
    assert len(network) == 2


def rasterio_place(left):
    from affine import Affine

    return Affine(1, 0, left, 0, -1, 1000)


def test_without_resume_or_a_package_there_is_no_journal(cache, scene, package, network):
    for model, options in ((package, {}), (Finder(), {"card": card(tile_size=64), "resume": True})):
        with pytest.raises(KeyError), detect(scene, model, how=HOW, **options) as stream:
            list(stream)
            raise KeyError
    assert not cache.exists()


# The file


def payload(number):
    return bytes([number]) * 1000


@pytest.fixture
def written(cache):
    journal = open_journal("a", silent())
    for number in (0, 2, 1):
        journal.write(number, payload(number))
    journal.close()
    return cache / "a.journal"


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (lambda data: data, {0, 1, 2}),
        (lambda data: data[:-1], {0, 2}),
        (lambda data: data[:-1010], {0, 2}),
        (lambda data: data + b"KBL1half", {0, 1, 2}),
        (lambda data: data[:1500] + b"!" + data[1501:], {0}),
        (lambda data: b"", set()),
        (lambda data: b"something else", set()),
    ],
)
def test_a_damaged_journal(written, report, damage, left):
    written.write_bytes(damage(written.read_bytes()))
    journal = open_journal("a", report)
    assert journal.finished() == left and journal.inherited == len(left)
    journal.write(7, payload(7))
    assert all(journal.read(number) == payload(number) for number in {*left, 7})
    journal.close()
    again = open_journal("a", report)
    assert again.finished() == {*left, 7}
    again.delete()
    assert not written.exists() and not report.events


def test_two_equal_searches_at_once(cache, report):
    first = open_journal("a", report)
    assert open_journal("a", report) is None and "at work now" in report.warnings[0]
    assert open_journal("b", report) is not None
    first.delete()
    assert open_journal("a", report) is not None


def test_a_cache_that_cannot_be_written_costs_a_warning(tmp_path, monkeypatch, scene, package, network, report):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "file"))
    assert len(search(scene, package, report)) == 10
    assert len(report.warnings) == 1 and "the next one begins anew" in report.warnings[0]


def test_a_full_disk_costs_a_warning(cache, scene, package, network, report, monkeypatch):
    class Full:
        def __init__(self, file):
            self.file, self.written = file, 0

        def write(self, data):
            self.written += len(data)
            if self.written > 60_000:
                self.file.write(data[: len(data) // 2])
                raise OSError(28, "No space left on device")
            return self.file.write(data)

        def __getattr__(self, name):
            return getattr(self.file, name)

    locked = journals._locked
    monkeypatch.setattr(journals, "_locked", lambda path: Full(locked(path)))
    with pytest.raises(KeyError), detect(scene, package, how=HOW, resume=True, report=report) as stream:
        expected = Objects.join(list(stream))
        raise KeyError
    assert len(report.warnings) == 1 and "No space left on device" in report.warnings[0]
    monkeypatch.setattr(journals, "_locked", locked)
    assert_equal(search(scene, package), expected)
    assert 0 < network[1].seen < TILES


def test_old_journals_are_swept(written, report):
    old = time.time() - 15 * 24 * 3600
    os.utime(written, (old, old))
    young = open_journal("b", report)
    assert not written.exists()
    young.close()


def test_sightings_survive_the_way_through_bytes():
    tile = next(Grid(500, 500, 128, 32).rows())[1]
    ring = shapely.Point(100, 60).buffer(30) - shapely.Point(100, 60).buffer(10)
    polygons = np.array([ring, shapely.MultiPolygon([shapely.box(70, 1, 80, 9), shapely.box(82, 1, 90.123456789, 9)])])
    reach = shapely.bounds(polygons)
    seen = Seen(Sightings.of_tile(tile, polygons, np.array([1, 2]), np.array([0.1, 0.7]), reach), False, ("columns 1 to 2",))
    back = from_bytes(to_bytes(seen))
    assert shapely.equals_exact(back.sightings.polygons, polygons).all()
    for name in ("labels", "scores", "boxes", "windows", "tiles", "cut", "owned", "astray"):
        before, after = getattr(seen.sightings, name), getattr(back.sightings, name)
        assert before.dtype == after.dtype and (before == after).all()
    assert (back.boxes, back.unreadable) == (False, ("columns 1 to 2",))
    empty = from_bytes(to_bytes(Seen(nothing_in(tile))))
    assert len(empty.sightings) == 0 and empty.sightings.polygons.dtype == object and empty.boxes is None
    with pytest.raises(ValueError, match="not what was seen"):
        from_bytes(b"PK\x03\x04 junk")
