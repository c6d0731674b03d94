"""Whoever follows the runs of the tools hears of each, in the main thread, whatever ends it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgorithm,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject
from things import box, memory_layer

pytestmark = pytest.mark.usefixtures("environment")
ROWS = [(box(0, 0, 20, 20), "roof", 60.0), (box(2, 0, 20, 20), "roof", 90.0)]


class Follower(QObject):
    """Keeps what it hears, and in which thread."""

    def __init__(self, runs: Any) -> None:
        super().__init__()
        self.heard: list[tuple[str, Any, Any]] = []
        self.threads: set[int] = set()
        runs.begun.connect(self._begun)
        runs.told.connect(self._told)
        runs.ended.connect(self._ended)

    def has_ended(self) -> bool:
        return bool(self.heard) and self.heard[-1][0] == "ended"

    def _begun(self, run: Any) -> None:
        self._keep("begun", run, None)

    def _told(self, run: Any, event: Any) -> None:
        self._keep("told", run, event)

    def _ended(self, run: Any, outcome: Any) -> None:
        self._keep("ended", run, outcome)

    def _keep(self, what: str, run: Any, more: Any) -> None:
        self.threads.add(threading.get_ident())
        self.heard.append((what, run, more))


@pytest.fixture
def follower() -> Iterator[Follower]:
    follower = Follower(QgsApplication.processingRegistry().providerById("kestrel").runs)
    yield follower
    follower.deleteLater()


def _start(name: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"kestrel:{name}")
    assert isinstance(algorithm, QgsProcessingAlgorithm)
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    QgsApplication.taskManager().addTask(task)
    return task, context, feedback


def test_a_run_in_a_task_is_told_from_begin_to_end(wait: Callable[..., None], follower: Follower) -> None:
    layer = memory_layer(ROWS, "Class:string,Confidence:double")
    QgsProject.instance().addMapLayer(layer)
    _alive = _start("nonmaximumsuppression", {"INPUT": layer.id(), "MAX_OVERLAP": 0.5, "OUTPUT": "TEMPORARY_OUTPUT"})
    wait(follower.has_ended)
    kinds = [what for what, _run, _more in follower.heard]
    assert kinds[0] == "begun" and kinds.count("begun") == kinds.count("ended") == 1 and "told" in kinds
    assert follower.threads == {threading.get_ident()}
    run, outcome = follower.heard[-1][1:]
    assert run is follower.heard[0][1] and run.algorithm == "kestrel:nonmaximumsuppression"
    assert outcome.results["REMOVED"] == 1 and not outcome.error and not outcome.cancelled
    assert json.loads(json.dumps(run.parameters))["MAX_OVERLAP"] == 0.5
    assert any(event.kind == "message" for what, _run, event in follower.heard if what == "told")
    run.cancel()  # long over: nothing happens


def test_parameters_can_be_written_as_json_whatever_a_dialog_gives(follower: Follower) -> None:
    from kestrel.processing_provider.runs import as_json

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("kestrel:detectobjects")
    given = {"INPUT": "a.tif", "OUTPUT_CRS": QgsCoordinateReferenceSystem(), "EXTENT": QgsRectangle(0, 0, 1, 1)}
    described = as_json(algorithm.asMap(given, QgsProcessingContext())["inputs"])
    held = json.loads(json.dumps(described))
    assert held["OUTPUT_CRS"] is None and held["INPUT"] == "a.tif" and held == described


def test_a_run_that_fails_says_why(wait: Callable[..., None], follower: Follower, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dlpk"
    broken.write_text("nothing")
    _alive = _start("modelinformation", {"MODEL": str(broken)})
    wait(follower.has_ended)
    outcome = follower.heard[-1][2]
    assert outcome.results == {} and "broken.dlpk" in outcome.error and not outcome.cancelled


def test_a_run_is_cancelled_by_who_follows_it(wait: Callable[..., None], follower: Follower) -> None:
    layer = memory_layer(ROWS, "Class:string,Confidence:double")
    QgsProject.instance().addMapLayer(layer)
    follower_runs = QgsApplication.processingRegistry().providerById("kestrel").runs
    follower_runs.begun.connect(lambda run: run.cancel())
    _alive = _start("nonmaximumsuppression", {"INPUT": layer.id(), "OUTPUT": "TEMPORARY_OUTPUT"})
    wait(follower.has_ended)
    follower_runs.begun.disconnect()
    outcome = follower.heard[-1][2]
    assert outcome.cancelled and not outcome.error


def test_a_run_whose_plugin_is_unloaded_is_cancelled() -> None:
    from kestrel.core.events import Message
    from kestrel.processing_provider.runs import Run, Runs

    runs, feedback = Runs(), QgsProcessingFeedback()
    with runs.follow(Run("kestrel:trainmodel", "Train", None, {}), feedback) as following:
        following.tell(Message("one"))
        assert not feedback.isCanceled()
        sip.delete(runs)
        following.tell(Message("two"))
        assert feedback.isCanceled()
