"""A search on a Dask cluster of two processes gives what this machine gives, whatever happens to a worker."""

import json
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
import torch

from core.detection.inference.predictor import Inference
from core.detection.objects import Objects
from core.detection.pipeline import detect
from core.detection.sightings.blocks import from_bytes
from core.detection.sightings.journal import open_journal
from core.errors import DeviceError, EnvironmentMissing, InputError, InvalidParameter, ModelError
from core.packages import read_package
from core.reporting import Reporter, silent
from tests.core.detection import scenes
from tests.core.detection.scenes import Finder, card, draw, small_package

distributed = pytest.importorskip("distributed")
cloudpickle = pytest.importorskip("cloudpickle")
HOW = Inference(threshold=0.01, batch_size=8)
CARD = card(tile_size=64)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(folder), silence_logs=50
    ) as running:
        yield running


@pytest.fixture
def scene(tmp_path):
    """Bars across many tiles and blocks."""
    polygons = [shapely.box(10, 10 + 40 * n, 570 - 30 * n, 22 + 40 * n) for n in range(12)] + [shapely.box(580, 5, 595, 470)]
    return draw(tmp_path / "scene.tif", polygons, 20 + 15 * np.arange(13), 600, 500)


def search(scene, model=None, **options):
    with detect(scene, model or Finder(masks=False), CARD, how=HOW, **options) as stream:
        return Objects.join(list(stream))


def assert_equal(one, other):
    assert len(one) == len(other) > 0
    assert shapely.equals_exact(one.polygons, other.polygons).all()
    assert one.scores.tolist() == other.scores.tolist() and one.labels.tolist() == other.labels.tolist()


class Dies(Finder):
    """Takes its process along at the third batch, once in all."""

    def __init__(self, marker):
        super().__init__(masks=False)
        self.marker = str(marker)

    def forward(self, images):
        if len(self.sizes) == 2:
            try:
                os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(images)


class Notes(Finder):
    """Notes which process searched."""

    def __init__(self, folder):
        super().__init__(masks=False)
        self.folder = folder

    def forward(self, images):
        Path(self.folder, str(os.getpid())).touch()
        return super().forward(images)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_worker_costs_nothing_but_time(cluster, scene, tmp_path, report):
    expected = search(scene)
    marker = tmp_path / "died"
    found = search(scene, Dies(marker), scheduler=cluster.scheduler_address, report=report)
    assert marker.exists()
    assert_equal(found, expected)
    last = report.progress_events[-1]
    assert last.fraction == 1 and last.stage == f"Detecting objects on the Dask cluster {cluster.scheduler_address}"


def loops():
    return sum("IO loop" in thread.name for thread in threading.enumerate())


def test_workers_search_and_nothing_stays(cluster, scene, tmp_path):
    folder = tmp_path / "processes"
    folder.mkdir()
    before = loops()
    assert_equal(search(scene, Notes(str(folder)), scheduler=cluster.scheduler_address), search(scene))
    processes = {int(path.name) for path in folder.iterdir()}
    assert processes and os.getpid() not in processes
    assert not cluster.scheduler.tasks
    assert loops() == before  # the connection is closed


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"), tile_size=64)


@pytest.fixture
def photo(tmp_path):
    return draw(tmp_path / "photo.tif", [shapely.box(20, 20, 90, 60)], [150], 250, 330, bands=3)


def test_a_package_and_a_journal(cluster, package, photo, tmp_path, monkeypatch, report):
    """What a worker saw is journalled here, and read again instead of asking the cluster."""
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    model = read_package(os.path.relpath(package))
    how = Inference(0.0, batch_size=8)
    with detect(photo, model, how=how) as stream:
        expected = Objects.join(list(stream))
    with pytest.raises(KeyError):
        with detect("photo.tif", model, how=how, resume=True, scheduler=cluster.scheduler_address) as stream:
            found = Objects.join(list(stream))
        assert len(found) == len(expected) > 0
        np.testing.assert_allclose(shapely.bounds(found.polygons), shapely.bounds(expected.polygons), atol=0.01)
        with detect("photo.tif", model, how=how, resume=True, scheduler=cluster.scheduler_address) as stream:
            list(stream)
            raise KeyError
    name = next((tmp_path / "cache" / "detections").iterdir()).stem
    journal = open_journal(name, silent())
    assert journal.finished() == {0, 1} and len(from_bytes(journal.read(0)).sightings) > 0
    journal.close()
    with detect("photo.tif", model, how=how, resume=True, scheduler="tcp://127.0.0.1:1", report=report) as stream:
        assert_equal(Objects.join(list(stream)), found)
    assert any("2 of 2 blocks are there" in event.text for event in report.events if event.kind == "message")


@pytest.fixture
def strangers(tmp_path):
    """A scheduler and a worker in processes that know nothing of Kestrel, as those of a real cluster."""
    library = str(Path(distributed.__file__).parents[1])
    variables = {**os.environ, "PYTHONPATH": library}
    where = ["--scheduler-file", str(tmp_path / "scheduler.json"), "--no-dashboard"]
    commands = [["dask_scheduler", *where, "--port", "0"], ["dask_worker", *where, "--nthreads", "1", "--no-nanny"]]
    running = []
    try:
        for command, *arguments in commands:
            words = [sys.executable, "-m", f"distributed.cli.{command}", *arguments]
            running.append(subprocess.Popen(words, cwd=tmp_path, env=variables, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + 60
        while not (tmp_path / "scheduler.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.2)
        yield json.loads((tmp_path / "scheduler.json").read_text())["address"]
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()


def test_a_cluster_that_knows_nothing_of_kestrel(strangers, scene):
    """The code travels, and a network from a notebook with it."""
    cloudpickle.register_pickle_by_value(scenes)
    try:
        found = search(scene, scheduler=strangers)
    finally:
        cloudpickle.unregister_pickle_by_value(scenes)
    assert_equal(found, search(scene))


class Hangs(Finder):
    """In its ninth batch it says so, and goes on when it is told to."""

    def __init__(self, folder):
        super().__init__(masks=False)
        self.folder = folder

    def forward(self, images):
        if len(self.sizes) == 8:
            Path(self.folder, "hangs").touch()
            while not Path(self.folder, "go on").exists():
                time.sleep(0.05)
        return super().forward(images)


def test_cancel_leaves_the_cluster_usable(cluster, scene, tmp_path):
    cancel = threading.Event()

    def listen(event):
        if (tmp_path / "hangs").exists():
            cancel.set()

    options = {"how": HOW, "scheduler": cluster.scheduler_address, "report": Reporter(listen, cancel)}
    with detect(scene, Hangs(str(tmp_path)), CARD, **options) as stream:
        list(stream)
    assert stream.partial
    (tmp_path / "go on").touch()
    assert_equal(search(scene, scheduler=cluster.scheduler_address), search(scene))


def test_what_a_worker_cannot_see(cluster, scene, package, photo, tmp_path):
    address = cluster.scheduler_address

    other = tmp_path / "other.dlpk"
    other.write_bytes(Path(package).read_bytes())
    stream = detect(photo, read_package(other), how=HOW, scheduler=address)
    other.unlink()
    with pytest.raises(ModelError, match=r"The Dask worker tcp://.* cannot read the model package .*other.dlpk"):
        list(stream)
    stream = detect(photo, read_package(package), how=HOW, scheduler=address)
    Path(photo).unlink()
    with pytest.raises(InputError, match=r"The Dask worker tcp://.* does not see the raster .*photo.tif"):
        list(stream)


def test_a_worker_without_a_gpu(cluster, scene):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(DeviceError, match="has no GPU that PyTorch can use"):
        search(scene, scheduler=cluster.scheduler_address, device="cuda")


class Fails(Finder):
    def forward(self, images):
        raise ZeroDivisionError("by zero")


def test_an_unforeseen_error_tells_where(cluster, scene):
    with pytest.raises(
        Exception, match=r"The search on the Dask worker tcp://.* failed unexpectedly: ZeroDivisionError"
    ) as caught:
        search(scene, Fails(), scheduler=cluster.scheduler_address)
    assert "in forward" in caught.value.details


def test_a_scheduler_that_is_not_there(scene, monkeypatch):
    monkeypatch.setattr("core.detection.sightings.cluster._CONNECT", 1)
    with pytest.raises(DeviceError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        search(scene, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InvalidParameter, match="which is no address"):
        search(scene, scheduler="carrier-pigeon://server:1")


def test_without_dask(scene, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EnvironmentMissing, match="needs the package distributed") as caught:
        search(scene, scheduler="tcp://127.0.0.1:1")
    assert "-m pip install distributed" in caught.value.hint


def test_workers_of_another_python_are_refused(cluster, scene, monkeypatch):
    monkeypatch.setattr(
        "core.detection.sightings.cluster.sys", type("Python", (), {"version_info": (2, 7), "executable": "python"})
    )
    with pytest.raises(EnvironmentMissing, match=r"runs Python 3\.\d+, but Kestrel here runs 2.7"):
        search(scene, scheduler=cluster.scheduler_address)
