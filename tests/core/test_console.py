"""What people see of a job on a terminal and in a log."""

import io

import pytest

from core.console import Console, duration, progress_line
from core.errors import Cancelled, InputError, KestrelError, WorkerDied
from core.events import Artifact, Message, Metric, Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def screen(self):
        """The lines as they stand on the screen at the end."""
        lines = []
        for line in self.getvalue().split("\n"):
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines.append(shown.rstrip())
        return lines


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("core.console.time.monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (5399, "1 h 30 min"),
        (7500, "2 h 5 min"),
        (360000, "100 h 0 min"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            Progress(0.424, "Training, epoch 3 of 20", "12 chips/s", 300),
            " 42%  Training, epoch 3 of 20  12 chips/s  5 min left",
        ),
        (Progress(0.0), "  0%"),
        (
            Progress(0.4, "Training", "12 chips/s", None, "NVIDIA H100", 34 * 2**30, 80 * 2**30, 0.97),
            " 40%  Training  12 chips/s on NVIDIA H100, 34.0 of 80.0 GB, 97 %",
        ),
        (
            Progress(0.4, "Detecting objects on NVIDIA H100", "41 tiles/s", None, "NVIDIA H100", 34 * 2**30),
            " 40%  Detecting objects on NVIDIA H100  41 tiles/s",
        ),
        (Progress(1.0, "Done"), "100%  Done"),
    ],
)
def test_progress_lines(event, line):
    assert progress_line(event) == line


def test_a_terminal_has_one_moving_line_and_the_rest_stays():
    stream = Terminal()
    console = Console(stream)
    console.show(Progress(0.1, "Reading a very long list of files"))
    console.show(Message("Using the CPU"))
    console.show(Progress(0.2, "Reading"))
    console.show(Progress(0.9, "Writing"))
    console.show(Message("3 tiles were empty", "warning"))
    console.show(Metric("loss", 0.123456, 3))
    console.show(Metric("AP50", 0.5))
    console.show(Metric("step_loss", 0.5, 3, 0.25))  # for curves
    console.show(Artifact("OUTPUT", "a.gpkg"))
    console.show(Progress(1.0, "Done"))
    assert stream.screen()[-1] == "100%  Done"
    console.close()
    assert stream.screen() == [
        "Using the CPU", "Warning: 3 tiles were empty", "epoch 3: loss = 0.1235", "AP50 = 0.5", "OUTPUT: a.gpkg", "",
    ]  # fmt: skip


def test_the_moving_line_fits_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    Console(stream).show(Progress(0.5, "x" * 100))
    assert len(stream.screen()[-1]) == 19


def test_a_log_has_a_line_for_each_stage_but_not_for_each_event(clock):
    stream = io.StringIO()
    console = Console(stream)
    for i in range(1000):
        clock[0] = i / 10
        console.show(Progress(i / 1000, "Reading" if i < 500 else "Writing"))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "  0%  Reading"
    assert " 50%  Writing" in lines
    assert len(lines) == 10
    assert "\r" not in stream.getvalue()


def test_a_heartbeat_is_no_line_of_a_log(clock):
    stream = io.StringIO()
    console = Console(stream)
    for i in range(100):
        clock[0] = float(i)
        console.show(Progress(0.5, "Reading"))
    assert stream.getvalue() == " 50%  Reading\n"


@pytest.mark.parametrize(
    ("error", "verbose", "text"),
    [
        (InputError("No raster.", "Choose one."), False, "Error: No raster.\nChoose one.\n"),
        (InputError("No raster."), True, "TRACE\nError: No raster.\n"),
        (WorkerDied("It died.", "Look."), False, "TRACE\nError: It died.\nLook.\n"),
        (KestrelError("Odd."), False, "TRACE\nError: Odd.\n"),
        (Cancelled(), False, "Cancelled.\n"),
    ],
)
def test_errors(error, verbose, text):
    error.details = "TRACE"
    stream = io.StringIO()
    Console(stream).error(error, verbose)
    assert stream.getvalue() == text


def test_of_long_details_the_end_is_shown():
    error = WorkerDied("It died.")
    error.details = "\n".join(map(str, range(1000)))
    stream = io.StringIO()
    Console(stream).error(error)
    assert stream.getvalue().splitlines()[:2] == ["970", "971"]
