import io
import math
import struct
import sys

import pytest
from PIL import Image
from tensorboardX.proto.event_pb2 import Event

from core.errors import EnvironmentMissing
from core.figures import new_figure
from core.training.outcome import Epoch
from core.training.tensorboard import EventFiles


def read(folder):
    """The events in the files of a folder: length, checksum, protobuf, checksum."""
    events = []
    for file in sorted(folder.glob("events.out.tfevents.*")):
        data = io.BytesIO(file.read_bytes())
        while head := data.read(12):
            events.append(Event.FromString(data.read(struct.unpack("<Q", head[:8])[0])))
            data.read(4)
    return events


def numbers(folder):
    return {
        (value.tag, event.step): value.simple_value
        for event in read(folder)
        for value in event.summary.value
        if value.HasField("simple_value")
    }


def test_what_tensorboard_reads(tmp_path):
    files = EventFiles(tmp_path / "tensorboard")
    files.step(1, 2.5, 1e-3, {"gpu_load": 0.5})
    files.step(2, math.nan, 2e-3)
    files.epoch(Epoch(1, 2.25, math.nan, 0.25, 0.5, 0.75, 1e-3, 12.0))
    figure = new_figure(2, 1)
    figure.add_subplot()
    files.pictures(figure, 1)
    files.close()
    found = numbers(tmp_path / "tensorboard")
    assert found == {
        ("step/loss", 1): 2.5,
        ("step/learning_rate", 1): pytest.approx(1e-3),
        ("device/gpu_load", 1): 0.5,
        ("step/learning_rate", 2): pytest.approx(2e-3),
        ("loss/training", 1): 2.25,
        ("validation/AP", 1): 0.25,
        ("validation/AP50", 1): 0.5,
        ("validation/F1", 1): 0.75,
        ("epoch/learning_rate", 1): pytest.approx(1e-3),
        ("epoch/seconds", 1): 12.0,
    }
    (picture,) = (v.image for event in read(tmp_path / "tensorboard") for v in event.summary.value if v.HasField("image"))
    assert Image.open(io.BytesIO(picture.encoded_image_string)).size == (240, 120)


def test_a_resumed_run_hides_what_it_does_again(tmp_path):
    for first in (None, 3):
        files = EventFiles(tmp_path, first)
        files.step(3, 1.0, 1e-3)
        files.close()
    assert any(event.step == 3 and event.session_log.status == 1 for event in read(tmp_path))  # SessionLog.START


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(EnvironmentMissing) as error:
        EventFiles(tmp_path)
    assert "pip install tensorboardX" in error.value.hint
