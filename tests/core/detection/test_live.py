"""Objects told while a search runs: those of the layer, a few times a second, in short lines, if asked for."""

import base64
import threading

import numpy as np
import pytest
import shapely
from affine import Affine

from core.detection import live
from core.detection.live import Live
from core.events import Found, Message, encode
from core.reporting import Reporter
from core.vectors import read_features
from tests.core.detection.scenes import TRUCK, draw
from tests.core.detection.test_detect_places import PLACE

SHAPES = [shapely.box(20, 30, 80, 60), shapely.box(50, 70, 240, 95), shapely.box(200, 150, 230, 190)]


@pytest.fixture
def watcher():
    """A reporter that wants to see objects live; its events."""
    events = []
    reporter = Reporter(events.append, live=True)
    reporter.events = events
    return reporter


def found(events):
    return [event for event in events if isinstance(event, Found)]


def shapes_of(events):
    outlines = [base64.b64decode(outline) for event in events for outline in event.outlines]
    return shapely.from_wkb(outlines) if outlines else np.empty(0, object)


def search(run_search, report, **values):
    from core.detection.detect import run
    from core.jobs import DetectObjects

    job = DetectObjects.from_values({"processor": "CPU", "resume": False, **run_search, **values})
    return run(job, report)


@pytest.mark.parametrize("system", [None, "EPSG:4326"])
def test_what_is_told_is_what_is_in_the_layer(packages, exact, scene, watcher, tmp_path, system):
    output = str(tmp_path / "found.gpkg")
    facts = {"input": scene, "model": packages["MaskRCNN"], "output": output, "tile_size": 64, "threshold": 0.1}
    search(facts, watcher, output_crs=system)
    told, layer = found(watcher.events), read_features(output)
    shapes = shapes_of(told)
    assert len(shapes) == len(layer) == told[-1].total == 3
    assert all(event.final and event.crs == told[0].crs for event in told) and told[0].total == 0
    for shape in shapes:  # the outlines are simplified, by a pixel at most
        shares = shapely.area(shapely.intersection(layer.geometries, shape)) / shapely.area(
            shapely.union(layer.geometries, shape)
        )
        assert shares.max() > 0.9
    assert sorted(name for event in told for name in event.classes) == ["car", "car", "truck"]
    assert sorted(value for event in told for value in event.confidences) == pytest.approx(
        [100 * value / 255 for value in (100, 120, TRUCK)], abs=1e-3
    )


def test_several_rasters_in_several_systems_are_told_in_that_of_the_layer(packages, exact, scene, watcher, tmp_path):
    shape = shapely.box(30, 40, 90, 80)
    other = draw(tmp_path / "other.tif", [shape], [150], 260, 200, Affine(5e-6, 0, 88, 0, -5e-6, 28), "EPSG:4326", bands=3)
    output = str(tmp_path / "found.gpkg")
    facts = {"input": scene, "additional_rasters": [other], "model": packages["MaskRCNN"], "output": output, "threshold": 0.1}
    search(facts, watcher, processing_mode="PROCESS_ITEMS_SEPARATELY", tile_size=64)
    told, layer = found(watcher.events), read_features(output)
    assert len({event.crs for event in told}) == 1 and told[-1].total == len(layer) == 4
    centres = [
        sorted(map(tuple, shapely.get_coordinates(shapely.centroid(shapes)).round()))
        for shapes in (shapes_of(told), layer.geometries)
    ]
    assert np.abs(np.array(centres[0]) - np.array(centres[1])).max() <= 2  # metres


def test_nothing_is_told_unless_it_is_asked_for(packages, exact, scene, report, tmp_path):
    facts = {"input": scene, "model": packages["MaskRCNN"], "output": str(tmp_path / "found.gpkg"), "threshold": 0.1}
    search(facts, report)
    assert not found(report.events)


def test_what_suppression_may_remove_is_shown_and_said(packages, boxes, watcher, tmp_path):
    shapes = [shapely.box(20, 30, 80, 60), shapely.box(40, 35, 90, 65)]
    scene = draw(tmp_path / "two.tif", shapes, [100, 150], 260, 200, PLACE, "EPSG:32645", bands=3)
    output = str(tmp_path / "found.gpkg")
    search({"input": scene, "model": packages["FasterRCNN"], "output": output, "threshold": 0.1, "nms": True}, watcher)
    told = found(watcher.events)
    assert not any(event.final for event in told)
    assert len(shapes_of(told)) == 2 and len(read_features(output)) == 1


def test_they_come_together_a_few_times_a_second(watcher, monkeypatch):
    monkeypatch.setattr(live, "EVERY", 0.2)
    teller = Live("", True, watcher)
    for number in range(50):
        teller.tell(shapely.box([number], [0], [number + 1], [1]), np.array(["roof"]), np.array([50.0]), 0.1)
    assert len(found(watcher.events)) <= 2
    deadline = threading.Event()
    deadline.wait(0.5)  # what waits goes out by itself
    assert len(shapes_of(found(watcher.events))) == 50
    teller.flush()
    assert found(watcher.events)[-1].total == 50


def test_large_outlines_make_short_lines(watcher):
    teller = Live("", True, watcher)
    angle = np.linspace(0, 2 * np.pi, 4001)[:-1]
    radius = 100 + 30 * np.sin(angle * 900)
    star = shapely.Polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
    teller.tell(np.array([star] * 400), np.array(["x"] * 400), np.full(400, 50.0), 1e-6)
    teller.flush()
    told = found(watcher.events)
    assert len(shapes_of(told)) == 400
    assert max(len(encode(event)) for event in told) < 1 << 19
    assert shapely.area(shapely.intersection(shapes_of(told)[0], star)) > 0.95 * star.area


def test_a_large_number_is_not_shown_and_said_once(watcher, monkeypatch):
    monkeypatch.setattr(live, "MOST", 10)
    teller = Live("", True, watcher)
    for _ in range(4):
        teller.tell(shapely.box(np.arange(6), 0, np.arange(6) + 1, 1), np.array(["x"] * 6), np.full(6, 50.0), 0.1)
    teller.flush()
    told = found(watcher.events)
    assert len(shapes_of(told)) == 10 and told[-1].total == 24
    assert [event.text for event in watcher.events if isinstance(event, Message)] == [
        "The map shows the first 10 objects while the search goes on; the layer will hold all."
    ]
