"""Events of the worker in the Processing log."""

from __future__ import annotations

from typing import Any

import pytest
from things import Log


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, kestrel: Any) -> list[float]:
    """A clock that is set by hand: ``clock[0] = 5.0``."""
    from kestrel.processing_provider import relay

    now = [0.0]
    monkeypatch.setattr(relay.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def relay(clock: list[float], log: Log) -> Any:
    from kestrel.processing_provider.relay import Relay

    return Relay(log)


def test_each_kind_of_event_for_people_has_its_line(relay: Any, log: Log) -> None:
    from kestrel.core.events import Artifact, Message, Metric

    for event in (
        Message("Using the processor: no card."),
        Message("Two labels were repaired.", "warning"),
        Metric("validation_loss", 0.123456, 3),
        Metric("chips", 12.0),
        Artifact("MODEL", "/somewhere/trees.dlpk"),
    ):
        relay.show(event)
    assert log.lines == [
        ("info", "Using the processor: no card."),
        ("warning", "Two labels were repaired."),
        ("info", "MODEL: /somewhere/trees.dlpk"),
    ]


def test_the_columns_of_a_table_stay_aligned(relay: Any, log: Log) -> None:
    from kestrel.core.events import Message

    for text in ("epoch  loss", "    1  <0.5"):
        relay.show(Message(text))
    start = '<span style="font-family: monospace">'
    assert log.of("html") == [f"{start}epoch&nbsp;&nbsp;loss</span>", f"{start}{'&nbsp;' * 4}1&nbsp;&nbsp;&lt;0.5</span>"]


@pytest.mark.parametrize(
    ("rate", "remaining", "text"),
    [
        ("", None, "Training"),
        ("41 chips/s", None, "Training, 41 chips/s"),
        ("41 chips/s", 40.2, "Training, 41 chips/s, 40 s left"),
        ("", 750.0, "Training, 12 min left"),
        ("", 11100.0, "Training, 3 h 5 min left"),
    ],
)
def test_stage_rate_and_time_left(relay: Any, log: Log, rate: str, remaining: float | None, text: str) -> None:
    from kestrel.core.events import Progress

    relay.show(Progress(0.25, "Training", rate, remaining))
    assert log.of("stage") == [text] and log.progress() == 25


def test_the_log_is_not_flooded(relay: Any, log: Log, clock: list[float]) -> None:
    from kestrel.core.events import Progress

    for second in range(60):
        clock[0] = float(second)
        relay.show(Progress(second / 60, f"Detecting, tile {second} of 60", "9 tiles/s", 60.0 - second))
    relay.show(Progress(1.0, "Writing features"))
    assert [text.partition(" ")[0] for text in log.of("stage")] == ["Detecting,"] * 4 + ["Writing"] and len(log.fractions) >= 59


def test_a_silent_worker_can_be_cancelled_in_qgis_process(relay: Any, log: Log, clock: list[float]) -> None:
    """qgis_process looks for Ctrl+C when the progress changes, and only then."""
    from kestrel.core.events import Progress

    relay.show(Progress(0.5, "Waiting"))
    before = len(log.fractions)
    for tenth in range(50):
        clock[0] = tenth / 10
        assert not relay.is_cancelled()
    assert 8 <= len(log.fractions) - before <= 10
    assert all(abs(fraction - 50) < 1 for fraction in log.fractions[before:])
    log.cancel()
    assert relay.is_cancelled()
