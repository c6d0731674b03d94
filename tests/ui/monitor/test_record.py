"""What is remembered of a run: curves that never get long, loads, warnings, results."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("kestrel")


@pytest.fixture
def record() -> Any:
    from kestrel.core.jobs import TrainModel
    from kestrel.ui.monitor.record import Record

    return Record("kestrel:trainmodel", "Train", SimpleNamespace(returns=TrainModel.returns), lambda: None)


def test_a_long_curve_stays_short_and_true() -> None:
    from kestrel.ui.monitor.record import MOST_POINTS, Series

    series, count = Series(), 100_000  # a hundred epochs of a thousand steps
    begin = time.perf_counter()
    for step in range(count):
        series.add(step / 1000, float(step))
    assert time.perf_counter() - begin < 5  # no more than a few microseconds each
    assert MOST_POINTS / 2 <= len(series) <= MOST_POINTS
    assert series.x == sorted(series.x) and series.x[-1] > 99.9
    assert all(y == pytest.approx(1000 * x) for x, y in zip(series.x, series.y, strict=True))  # means of what they stand for


def test_the_nearest_point() -> None:
    from kestrel.ui.monitor.record import Series

    series = Series()
    assert series.at(1.0) is None
    for epoch in (1, 2, 3):
        series.add(epoch, 10.0 * epoch)
    assert [series.at(x) for x in (-5.0, 1.4, 1.6, 99.0)] == [(1, 10), (1, 10), (2, 20), (3, 30)]


def test_an_epoch_that_is_told_again_replaces_what_came_after() -> None:
    from kestrel.ui.monitor.record import Series

    series = Series()
    for x, y in ((1, 1.0), (2, 2.0), (3, 3.0), (2, 9.0)):
        series.add(x, y)
    assert (series.x, series.y) == ([1, 2], [1.0, 9.0])


def test_events_become_curves_loads_and_warnings(record: Any) -> None:
    from kestrel.core.events import Artifact, Message, Metric, Progress

    for event in (
        Progress(0.1, "Training", "9 chips/s", 60.0, "CPU", 2**30, 8 * 2**30, 0.5),
        Progress(0.2, "Training", "9 chips/s", 60.0, "CPU", 2**30, 8 * 2**30, 0.6),  # at once: one look a second is enough
        Metric("step_loss", 2.0, 1, 0.5), Metric("step_loss", 1.0, 1, 1.0), Metric("training_loss", 1.5, 1),
        Metric("chips", 12.0), Message("fine"), Message("odd", "warning"), Artifact("MODEL", "a.dlpk"),
    ):  # fmt: skip
        record.take(event)
    assert record.curves["step_loss"].x == [0.5, 1.0] and record.curves["training_loss"].x == [1]
    assert set(record.curves) == {"step_loss", "training_loss"}
    assert [(memory, load) for _, memory, load in record.loads] == [(2**30, 0.5)]
    assert record.warnings == ["odd"] and record.progress.fraction == 0.2 and record.running


def test_the_end(record: Any) -> None:
    record.end({"AP50": 0.5, "REPORT": "r.html", "MODEL": "m.dlpk", "F1": None}, "", False)
    assert not record.running and record.output("html") == "r.html" and record.output("file") == "m.dlpk"
    assert [value for _, value in record.numbers()] == [0.5]
