"""Objects on the map while they are found: a layer that comes, grows, is never saved, and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsProject, QgsVectorLayer

SQUARE = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"


@pytest.fixture
def live(runs: Any) -> Iterator[Any]:
    from kestrel.ui.monitor.live_layer import LiveLayers

    made = LiveLayers(runs)
    yield made
    made.unload()


def layers() -> list[Any]:
    return list(QgsProject.instance().mapLayers().values())


def test_it_comes_grows_and_is_drawn_once_in_a_while(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], wait: Callable[..., None]
) -> None:
    run = begin("detectobjects")
    assert layers() == []
    found(run, [])
    layer = live.layer_of(run)
    assert layers() == [layer] and layer.crs().authid() == "EPSG:32633" and layer.name() == "Objects (being found): 0"
    repaints: list[int] = []
    layer.repaintRequested.connect(lambda _deferred: repaints.append(1))
    for number in range(200):
        found(run, [(SQUARE, "truck" if number % 2 else "car", 50.0 + number / 10)])
    wait(lambda: layer.name() == "Objects (being found): 200")
    assert layer.featureCount() == 200 and len(repaints) <= 4
    feature = next(layer.getFeatures())
    assert feature["Class"] == "car" and feature["Confidence"] == 50 and feature.geometry().area() == 100
    assert [category.value() for category in layer.renderer().categories()] == ["car", "truck"]


def test_the_colours_are_those_of_the_result(live: Any, begin: Callable[..., Any], found: Callable[..., None]) -> None:
    from kestrel.processing_provider.styling import DetectionStyle

    run = begin("detectobjects")
    found(run, [(SQUARE, "truck", 50.0)])
    found(run, [(SQUARE, "car", 50.0)])
    layer = live.layer_of(run)
    mine = [(category.label(), category.symbol().color().name()) for category in layer.renderer().categories()]
    DetectionStyle().postProcessLayer(layer, None, None)
    assert [(category.label(), category.symbol().color().name()) for category in layer.renderer().categories()] == mine


def test_candidates_are_called_so(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], wait: Callable[..., None]
) -> None:
    run = begin("detectobjects")
    found(run, [(SQUARE, "car", 50.0)], final=False)
    wait(lambda: live.layer_of(run).name() == "Objects (being found, before suppression): 1")


@pytest.mark.parametrize("how", [{"error": "The disk is full."}, {"cancelled": True}])
def test_it_goes_at_once_when_there_is_no_result(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], end: Callable[..., None], how: dict[str, Any]
) -> None:
    run = begin("detectobjects")
    found(run, [(SQUARE, "car", 50.0)])
    end(run, **how)
    assert layers() == [] and live.layer_of(run) is None


def test_it_stays_until_the_result_is_loaded(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], end: Callable[..., None], wait: Callable[..., None]
) -> None:
    run = begin("detectobjects")
    found(run, [(SQUARE, "car", 50.0)])
    end(run, {"COUNT": 1})
    assert len(layers()) == 1
    result = QgsVectorLayer("Polygon?crs=EPSG:32633&field=Class:string&field=Confidence:double", "result", "memory")
    QgsProject.instance().addMapLayer(result)
    wait(lambda: layers() == [result])


def test_it_goes_when_no_result_is_loaded(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], end: Callable[..., None], wait: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from kestrel.ui.monitor import live_layer

    monkeypatch.setattr(live_layer, "LINGER", 0.05)
    run = begin("detectobjects")
    found(run, [(SQUARE, "car", 50.0)])
    end(run, {"COUNT": 1})
    wait(lambda: layers() == [])


def test_who_removes_it_is_left_alone(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], end: Callable[..., None]
) -> None:
    run, other = begin("detectobjects"), begin("detectobjects")
    for each in (run, other):
        found(each, [(SQUARE, "car", 50.0)])
    QgsProject.instance().removeMapLayer(live.layer_of(run).id())
    for each in (run, other):
        found(each, [(SQUARE, "car", 50.0)])
        found(each, [(SQUARE, "car", 50.0)])
    assert layers() == [live.layer_of(other)] and live.layer_of(other).featureCount() == 3
    QgsProject.instance().clear()  # a new project
    found(other, [(SQUARE, "car", 50.0)])
    assert layers() == []
    end(run), end(other)


def test_a_project_is_saved_without_it_and_is_not_changed_by_it(
    live: Any, begin: Callable[..., Any], found: Callable[..., None], end: Callable[..., None], tmp_path: Path
) -> None:
    project = QgsProject.instance()
    mine = QgsVectorLayer("Polygon?crs=EPSG:3857", "mine", "memory")
    project.addMapLayer(mine)
    path = tmp_path / "project.qgs"
    assert project.write(str(path)) and not project.isDirty()
    run = begin("detectobjects")
    found(run, [(SQUARE, "car", 50.0)])
    layer = live.layer_of(run)
    assert not project.isDirty() and layer.customProperty("skipMemoryLayersCheck") == 1
    project.setDirty(True)
    assert project.write(str(path))
    text = path.read_text(encoding="utf-8")
    assert "being found" not in text and "memory?geometry=Polygon&amp;crs=EPSG:3857" in text
    assert text.count("<maplayer ") == text.count("<layer-tree-layer ") == 1 and "<kestrel-left-out/>" in text
    end(run, cancelled=True)
    assert not project.isDirty()
    other = QgsProject()
    assert other.read(str(path))
    assert list(other.mapLayers()) == [mine.id()] and len(other.layerTreeRoot().findLayers()) == 1
