"""The client against workers that do what workers must not: none may hang it, outlive it, or lose the reason."""

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import Cancelled, EnvironmentMissing, InputError, WorkerDied
from core.events import Artifact, Message, Metric, Progress
from core.jobs import DetectObjects, ExportTrainingData, Job, Kind
from core.jobs.parameters import integer, parameter
from core.runtime.client import Patience, command_of, run_job
from tests.core.runtime.processes_left import gone, pids_in

FAKE = Path(__file__).with_name("fake_worker.py")
QUICK = Patience(start=20, silence=20, cancel=0.5, terminate=0.5, end=0.5, orphan=0.5)
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@dataclass(frozen=True, kw_only=True)
class Fake(Job):
    """What the fake worker shall do wrong."""

    name = "fake"
    title = "Fake"

    fault: str = parameter(Kind.FIELD, "Fault", "")
    number: int = integer("Number", "", 0)
    path: str | None = parameter(Kind.FILE, "Path", "", None)
    then: str | None = parameter(Kind.FIELD, "Then", "", None)


@pytest.fixture(autouse=True)
def leaves_nothing():
    """No test may leave a thread of the client; processes are looked for where they could stay."""
    yield
    deadline = time.monotonic() + 5
    while any(thread.name.startswith("kestrel") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, [thread.name for thread in threading.enumerate()]
        time.sleep(0.02)


def run(fault, *, cancel=False, patience=QUICK, events=None, **values):
    """Run the fake; ``cancel`` cancels at the first event."""
    events = [] if events is None else events
    return run_job(
        Fake(fault=fault, **values), events.append, lambda: cancel and bool(events), Path(sys.executable), script=FAKE,
        patience=patience,
    )  # fmt: skip


def test_relays_events_in_order_and_returns_the_outputs():
    events = []
    assert run("normal", events=events) == {"COUNT": 3, "OUTPUT": "somewhere.gpkg"}
    assert events == [
        Progress(0.0, "Faking"),
        Message("Using the CPU"),
        Metric("loss", 0.25, 1),
        Artifact("OUTPUT", "somewhere.gpkg"),
        Progress(1.0, "Faking"),
    ]


def test_the_worker_gets_the_job_and_an_isolated_python():
    got = run("says_what_it_got", number=7, path="straße \u2028 \U0001f332.gpkg")
    assert got["ARGUMENTS"] == [str(FAKE)]
    assert got["FLAGS"] == [1, 1]
    assert got["VALUES"] == {"number": 7, "path": "straße \u2028 \U0001f332.gpkg"}
    assert got["FOLDER"] == str(Path.cwd())


def test_events_come_in_the_calling_thread():
    threads = set()

    def listen(event):
        threads.add(threading.current_thread())

    def ask():
        threads.add(threading.current_thread())
        return False

    run_job(Fake(fault="normal"), listen, ask, Path(sys.executable), script=FAKE)
    assert threads == {threading.current_thread()}


def test_a_failure_arrives_as_the_error_it_was():
    with pytest.raises(InputError) as caught:
        run("fails")
    assert (caught.value.message, caught.value.hint) == ("The raster a.tif is empty.", "Choose another.")
    assert caught.value.details == "Traceback ..."


def test_no_interpreter():
    with pytest.raises(EnvironmentMissing, match=r"nowhere/python could not be started: No such file"):
        run_job(Fake(fault="normal"), print, lambda: False, Path("/nowhere/python"), script=FAKE)


@pytest.mark.parametrize("code", [0, 1, 77])
def test_an_exit_without_an_answer_tells_the_code_and_the_last_words(code):
    with pytest.raises(WorkerDied) as caught:
        run("exits", number=code)
    assert f"exit code {code}): ValueError: the last words." in caught.value.message
    assert caught.value.details.endswith("and something after them")


@posix
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (9, "memory ran out"),
        (11, "segmentation fault"),
        (6, "aborted by a library"),
        (7, "shared memory"),
        (15, "another pro"),
    ],
)
def test_a_death_by_signal_is_told_in_words(number, words):
    with pytest.raises(WorkerDied, match=words) as caught:
        run("dies_by_signal", number=number)
    assert caught.value.hint
    assert caught.value.details == "a word before the end"


def test_a_flood_on_stderr_blocks_nothing():
    assert run("floods_stderr") == {"DONE": 1}


def test_of_a_flood_the_last_words_remain():
    with pytest.raises(WorkerDied, match="exit code 5") as caught:
        run("floods_stderr", number=5)
    assert caught.value.details.endswith("the very last word")
    assert len(caught.value.details) <= 20_000


@pytest.mark.parametrize("fault", ["floods_stdout", "prints_one_huge_line"])
def test_a_flood_on_stdout_hides_no_result(fault):
    events = []
    assert run(fault, events=events) == {"DONE": 1}
    assert events == []


def test_no_event_is_lost_when_many_come():
    events = []
    assert run("floods_events", number=20_000, events=events) == {"DONE": 1}
    assert [event.text for event in events] == [f"message {i}" for i in range(20_000)]


def test_garbage_is_no_event_and_no_error():
    events = []
    assert run("prints_garbage", events=events) == {"DONE": 1}
    assert events == [Message("caf\ufffd")]


def test_a_worker_that_never_speaks_is_ended():
    with pytest.raises(WorkerDied, match="did not start") as caught:
        run("says_nothing", patience=Patience(start=2.5))
    assert caught.value.details == "waiting for a driver"


def test_a_worker_that_falls_silent_is_ended():
    with pytest.raises(WorkerDied, match="said nothing") as caught:
        run("falls_silent", patience=Patience(silence=1.0))
    assert caught.value.details == "waiting for a disk"


def test_a_worker_that_closes_its_output_is_ended():
    with pytest.raises(WorkerDied, match="closed its output"):
        run("closes_stdout")


def test_a_worker_that_does_not_read_can_be_cancelled(monkeypatch, tmp_path):
    monkeypatch.setenv("UNREAD", "1")
    with pytest.raises(Cancelled):
        run("never_reads", cancel=True, path="x" * 1_000_000)


def test_a_polite_cancel():
    with pytest.raises(Cancelled):
        run("obeys", cancel=True, patience=Patience(cancel=20))


def test_a_cancelled_worker_may_keep_a_part():
    assert run("keeps_its_part", cancel=True, patience=Patience(cancel=20)) == {"EPOCHS": 2}


@posix
def test_a_terminated_worker_may_keep_a_part():
    assert run("answers_to_terminate", then="result", cancel=True) == {"SAVED": 1}


@posix
def test_the_complaint_of_a_terminated_worker_is_no_failure():
    with pytest.raises(Cancelled):
        run("answers_to_terminate", then="failure", cancel=True)


@pytest.mark.parametrize("fault", ["ignores_cancel", "ignores_everything"])
def test_a_worker_that_ignores_cancel_is_killed(fault, tmp_path):
    with pytest.raises(Cancelled):
        run(fault, cancel=True, path=str(tmp_path / "pid"))
    assert gone(pids_in(tmp_path / "pid"))


def test_a_silent_worker_can_be_cancelled():
    cancel = threading.Timer(0.5, lambda: None)
    cancel.start()
    with pytest.raises(Cancelled):
        run_job(
            Fake(fault="says_nothing"), print, lambda: not cancel.is_alive(), Path(sys.executable), script=FAKE, patience=QUICK
        )


def test_an_answer_is_enough_even_if_the_process_stays(tmp_path):
    assert run("stays_after_its_answer", path=str(tmp_path / "pid")) == {"DONE": 1}
    assert gone(pids_in(tmp_path / "pid"))


@posix
def test_children_end_with_a_worker_that_is_done(tmp_path):
    assert run("has_children", then="result", path=str(tmp_path / "pids")) == {"DONE": 1}
    assert gone(pids_in(tmp_path / "pids"))


@posix
def test_children_end_with_a_worker_that_crashed(tmp_path):
    with pytest.raises(WorkerDied, match="SIGKILL"):
        run("has_children", then="crash", path=str(tmp_path / "pids"))
    assert gone(pids_in(tmp_path / "pids"))


@posix
def test_children_end_with_a_worker_that_is_cancelled(tmp_path):
    with pytest.raises(Cancelled):
        run("has_children", then="hang", cancel=True, path=str(tmp_path / "pids"))
    assert gone(pids_in(tmp_path / "pids"))


@posix
def test_a_daemon_that_holds_the_pipes_open_blocks_nothing(tmp_path):
    with pytest.raises(WorkerDied, match="exit code 5"):
        run("crashes_beside_a_daemon", path=str(tmp_path / "pid"))
    for pid in pids_in(tmp_path / "pid"):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("where", ["on_event", "is_cancelled"])
def test_an_error_of_the_listener_ends_the_worker(where, tmp_path):
    path = tmp_path / "pid"

    def break_down(*event):
        if path.exists() and path.read_text():
            raise RuntimeError("the sink is full")
        return False

    listeners = {"on_event": lambda event: None, "is_cancelled": lambda: False, where: break_down}
    with pytest.raises(RuntimeError, match="the sink is full"):
        run_job(
            Fake(fault="ignores_everything", path=str(path)), listeners["on_event"], listeners["is_cancelled"],
            Path(sys.executable), script=FAKE, patience=QUICK,
        )  # fmt: skip
    assert gone(pids_in(path))


@posix
def test_ctrl_c_ends_the_worker(tmp_path):
    path = tmp_path / "pid"

    def interrupt(event):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_job(
            Fake(fault="ignores_everything", path=str(path)), interrupt, lambda: False, Path(sys.executable), script=FAKE,
            patience=QUICK,
        )  # fmt: skip
    assert gone(pids_in(path))


def test_the_command_shown_can_be_typed():
    job = ExportTrainingData(
        input_raster="a b.tif", input_labels="l.gpkg|layername=x", output="out", extent="-10,-9,50,51", no_feature_tiles=True
    )
    words = command_of(job)
    assert words.startswith("python3 -m core exporttrainingdata ")
    assert "--extent=-10,-9,50,51" in words
    assert "--no-feature-tiles=true" in words
    assert "stride" not in words
    if sys.platform != "win32":
        import shlex

        assert shlex.split(words)[4:6] == ["--input-raster=a b.tif", "--input-labels=l.gpkg|layername=x"]
    assert "threshold" not in command_of(DetectObjects(input="a", model="m", output="o"))
