"""What a job reports: limits, clean numbers, parts, cancel, many threads."""

import threading

import pytest

from core.errors import Cancelled
from core.events import Artifact, Message, Metric, Progress
from core.reporting import Reporter


@pytest.fixture
def events():
    return []


@pytest.fixture
def report(events):
    return Reporter(events.append)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    now = [100.0]
    monkeypatch.setattr("core.reporting.time.monotonic", lambda: now[0])
    return now


def test_texts_numbers_and_files(report, events, tmp_path):
    report.info("a")
    report.warning("b")
    report.metric("loss", 1, 2)
    report.artifact("OUTPUT", tmp_path)
    assert events == [Message("a"), Message("b", "warning"), Metric("loss", 1.0, 2), Artifact("OUTPUT", str(tmp_path))]


@pytest.mark.parametrize(
    ("given", "sent"),
    [(0.5, 0.5), (-1, 0.0), (2, 1.0), (float("nan"), 0.0), (float("inf"), 0.0), (True, 1.0)],
)
def test_a_fraction_is_from_0_to_1(report, events, given, sent):
    report.progress(given)
    assert events == [Progress(sent)]
    assert type(events[0].fraction) is float


def test_an_unknown_time_left_is_left_out(report, events):
    report.progress(0.5, "Reading", "inf tiles/s", float("inf"))
    assert events == [Progress(0.5, "Reading", "inf tiles/s", None)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_metric_that_is_no_number_is_left_out(report, events, value):
    report.metric("loss", value)
    assert events == []


def test_progress_is_thinned_out_but_no_stage_and_no_end_is_lost(report, events, clock):
    for i in range(100):
        report.progress(i / 100, "Reading")
    report.progress(0.99, "Writing")
    report.progress(1.0, "Writing")
    assert [(event.fraction, event.stage) for event in events] == [(0, "Reading"), (0.99, "Writing"), (1.0, "Writing")]
    clock[0] += 0.11
    report.progress(0.5, "Writing")
    assert len(events) == 4


def test_a_part_fills_its_share_of_the_whole(report, events, clock):
    second = report.part(0.5, 1.0)
    second.part(0.0, 0.5).progress(0.5, "A quarter of the half")
    second.progress(7, "Clamped")
    second.info("told by the whole")
    assert events == [Progress(0.625, "A quarter of the half"), Progress(1.0, "Clamped"), Message("told by the whole")]


def test_progress_tells_what_the_device_does(report, events, clock):
    report.progress(0.0, "Opening")
    report.part(0, 1).part(0, 1).watch(lambda: {"device": "CPU", "memory": 5, "memory_total": 9, "load": 0.5})
    report.progress(0.5, "Reading")
    report.part(0.5, 1).progress(0.5, "Writing")
    assert events[0] == Progress(0.0, "Opening")
    assert events[1:] == [
        Progress(0.5, "Reading", "", None, "CPU", 5, 9, 0.5), Progress(0.75, "Writing", "", None, "CPU", 5, 9, 0.5)
    ]  # fmt: skip


def test_the_wish_to_see_objects_reaches_the_parts(events, report):
    assert Reporter(events.append, live=True).part(0, 1).part(0, 1).live
    assert not report.part(0, 1).live


def test_cancel_reaches_the_parts(report):
    part = report.part(0, 1)
    part.check_cancelled()
    report.cancel.set()
    assert part.cancelled
    with pytest.raises(Cancelled):
        part.check_cancelled()


def test_one_event_at_a_time():
    inside, worst = [0], [0]

    def send(event):
        inside[0] += 1
        worst[0] = max(worst[0], inside[0])
        for _ in range(100):
            pass
        inside[0] -= 1

    report = Reporter(send)
    threads = [threading.Thread(target=lambda: [report.info("x") for _ in range(300)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside[0], worst[0]) == (0, 1)
