"""Events survive the way through a line of text; nothing else becomes an event."""

import json

import pytest

from core.events import Artifact, Failure, Found, Message, Metric, Progress, Result, decode, encode

EVENTS = [
    Progress(0.5),
    Progress(1, "Training, epoch 3 of 20", "41 tiles/s", 12.5),
    Progress(0.5, "Training", "9 chips/s", None, "NVIDIA H100", 34 * 2**30, 80 * 2**30, 0.97),
    Metric("step_loss", 0.25, 3, 0.5),
    Found("EPSG:32645", ["AQM=", "AQM="], ["roof", "Dächer"], [99.5, 3], 12, False),
    Message("Straße \U0001f332\nsecond line\u2028third", "warning"),
    Metric("loss", 0.25, 3),
    Metric("loss", -1),
    Artifact("OUTPUT", "C:\\data\\a.gpkg"),
    Result({"COUNT": 3, "OUTPUT": "a.gpkg", "AP50": None, "LIST": [1, {"a": True}]}),
    Failure("input", "No.", "Yes.", 'File "a.py", line 1'),
    Message("a name that is no UTF-8: \udcff"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_there_and_back(event):
    line = encode(event)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["event"] == event.kind
    assert decode(line) == event


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_refused(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Result({"AP50": value}))


@pytest.mark.parametrize(
    "line",
    [
        "", " ", "garbage", "{}", "[]", "null", "3", '"progress"', "[" * 100_000, '{"event": "progress"', "\x00\ufffd",
        '{"event": "flying", "a": 1}', '{"event": ["progress"]}', '{"event": "progress"}',
        '{"event": "progress", "fraction": 0.5, "wings": 2}', '{"event": "progress", "fraction": "half"}',
        '{"event": "progress", "fraction": null}', '{"event": "progress", "fraction": NaN}',
        '{"event": "progress", "fraction": 1e999}', '{"event": "progress", "fraction": 0.5, "stage": 7}',
        '{"event": "progress", "fraction": 0.5, "remaining": "soon"}',
        '{"event": "metric", "name": "a", "value": 1, "epoch": 1.5}',
        '{"event": "progress", "fraction": 0.5, "memory": 1.5}', '{"event": "progress", "fraction": 0.5, "device": null}',
        '{"event": "found", "crs": "", "outlines": [1], "classes": ["a"], "confidences": [1], "total": 1}',
        '{"event": "found", "crs": "", "outlines": "AQM=", "classes": [], "confidences": [], "total": 1}',
        '{"event": "result", "outputs": []}', '{"event": "result", "outputs": {"A": Infinity}}',
        '{"event": "failure", "code": "input", "message": null}', '{"event": "message", "text": {}}',
    ],
)  # fmt: skip
def test_what_is_no_event(line):
    assert decode(line) is None
