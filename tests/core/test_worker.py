"""The real worker, alone and with the real client: streams, heartbeat, cancel, and an end in every case."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import Cancelled, InputError, InvalidParameter, KestrelError, WorkerDied
from core.events import Artifact, Failure, Message, Metric, Progress, Result, decode
from core.jobs import ComputeAccuracy
from core.runtime.client import WORKER, Patience, run_job
from tests.core.odd_jobs import JOBS
from tests.core.runtime.processes_left import gone, pids_in

ODD = Path(__file__).with_name("odd_jobs.py")
ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")
STARTING = Progress(0.0, "Starting")


def run(name, *, events=None, cancel=lambda: False, patience=Patience(), **values):  # noqa: B008
    """Run an odd job; the repeated first progress, which depends on the speed of the machine, is left out of ``events``."""

    def listen(event):
        if events is not None and event != STARTING:
            events.append(event)

    return run_job(JOBS[name](**values), listen, cancel, Path(sys.executable), script=ODD, patience=patience)


def speak(text, script=WORKER):
    """Give ``text`` to a worker and stay there; return its exit code, its events and its standard error."""
    command = [sys.executable, "-I", "-X", "utf8", str(script)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        process.stdin.write(text.encode())
        process.stdin.flush()
        lines = process.stdout.read().decode("ascii").splitlines()
        log = process.stderr.read().decode()
        code = process.wait(60)
    events = [decode(line) for line in lines]
    assert None not in events
    return code, [event for event in events if event != STARTING], log


def test_every_kind_of_event_arrives():
    events = []
    assert run("talk", events=events) == {"COUNT": 2}
    assert events == [
        Message("Using the CPU"),
        Progress(0.25, "Talking", "3 words/s", 1.5),
        Metric("loss", 0.5, 1),
        Artifact("OUTPUT", "a.gpkg"),
    ]


@posix
def test_nothing_but_events_gets_into_the_stream():
    events = []
    with pytest.raises(InputError, match="Now the log is looked at") as caught:
        run("chatter", events=events)
    assert events == []
    assert "ValueError: no reason" in caught.value.details
    code, events, log = speak(json.dumps({"job": "chatter", "values": {}}) + "\n", ODD)
    assert (code, [type(event) for event in events]) == (1, [Failure])
    for who in ("Python", "a descriptor", "C", "a child"):
        assert f"{who} says hello" in log


def test_children_do_not_get_the_clients_orders():
    assert run("steal_input") == {"READ": 0}


def test_the_plugin_folder_is_the_import_root_and_core_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got = run("look_around")
    assert got["FOLDER"] == str(tmp_path)
    assert got["PATH"][0] == str(ROOT)
    assert not {"", ".", str(ROOT / "core"), str(tmp_path)} & set(got["PATH"])


@pytest.mark.parametrize("flags", [["-I"], []])
def test_no_module_of_core_hides_one_of_the_same_name(flags, tmp_path):
    """The script's own folder holds ``jobs``, ``events`` ...; unless isolated, Python puts it on the path."""
    code = (
        "import importlib.util, runpy; runpy.run_path(sys.argv[1], run_name='__mp_main__');"
        "print([importlib.util.find_spec(name) is not None for name in ('core', 'jobs', 'reporting', 'page')])"
    )
    hostile = f"import sys; sys.path[:0] = [{str(ROOT / 'core')!r}, {str(ROOT / 'core' / '..' / 'core')!r}];"
    done = subprocess.run(
        [sys.executable, *flags, "-c", hostile + code, str(WORKER)], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.stdout.strip() == "[True, False, False, False]", done.stderr


def test_silence_is_filled_with_the_last_progress():
    events = []
    run("sleep_unreported", events=events)
    assert len(events) >= 3
    assert set(events) == {Progress(0.5, "Dozing")}


def test_a_job_that_has_said_nothing_yet_is_starting():
    events = []
    run_job(JOBS["sleep_at_once"](), events.append, lambda: False, Path(sys.executable), script=ODD)
    assert events
    assert set(events) == {STARTING}


def test_an_error_nobody_foresaw_keeps_its_traceback():
    with pytest.raises(KestrelError, match=r"Odd Job failed unexpectedly: ValueError: nobody thought of this") as caught:
        run("break_down")
    assert 'raise ValueError("nobody thought of this")' in caught.value.details
    assert "report" in caught.value.hint


def test_outputs_become_plain_values():
    got = run("return_odd_values")
    assert got == {"PATH": str(Path("a/b")), "NAN": None, "INFINITE": None, "SCALAR": 7, "TEXT": "\ud800"}


def test_a_result_that_is_no_json_is_a_failure():
    with pytest.raises(KestrelError, match="Object of type object is not JSON serializable") as caught:
        run("return_nonsense")
    assert caught.value.code == "internal"


def test_processes_made_by_spawn_find_the_packages():
    assert run("use_processes") == {"DOUBLED": [2, 4, 6]}


def test_a_missing_input_is_told_in_one_sentence(tmp_path):
    job = ComputeAccuracy(
        detections=str(tmp_path / "no.gpkg"), truth=str(tmp_path / "no.gpkg"), output_table=str(tmp_path / "t.csv"),
        output_report=str(tmp_path / "no" / "r.html"),
    )  # fmt: skip
    with pytest.raises(KestrelError, match=r"The folder .*no for the output r.html does not exist\."):
        run_job(job, lambda event: None, lambda: False, Path(sys.executable))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("request_line", "code", "text"),
    [
        ('{"job": "fly", "values": {}}', InvalidParameter.code, "There is no job fly."),
        ('{"job": "detectobjects", "values": {}}', InvalidParameter.code, "INPUT (Input Raster) is missing."),
        ('{"job": "detectobjects", "values": {"WINGS": 2}}', InvalidParameter.code, "has no parameter WINGS."),
        ("garbage", "internal", "JSONDecodeError"),
        ("[1]", "internal", "AttributeError"),
        ('{"job": 7}', InvalidParameter.code, "There is no job 7."),
    ],
)
def test_a_wrong_request_is_a_failure(request_line, code, text):
    exit_code, events, _ = speak(request_line + "\n")
    assert exit_code == 1
    assert events[-1].code == code
    assert text in events[-1].message


def test_exit_codes(tmp_path):
    assert speak('{"job": "talk", "values": {}}\n', ODD)[0] == 0
    assert speak('{"job": "break_down", "values": {}}\n', ODD)[0] == 1
    code, events, _ = speak(json.dumps({"job": "obey", "values": {"PATH": str(tmp_path / "pid")}}) + "\ncancel\n", ODD)
    assert (code, events[-1]) == (3, Failure("cancelled", "Cancelled."))


def test_a_client_that_dies_before_it_asks():
    done = subprocess.run([sys.executable, "-I", str(WORKER)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode != 0


def test_a_polite_cancel_lets_the_job_clean_up(tmp_path):
    path = tmp_path / "pid"
    with pytest.raises(Cancelled):
        run("obey", cancel=path.exists, path=str(path))
    assert not path.exists()


def test_a_cancelled_job_may_keep_a_part():
    events = []
    assert run("keep_a_part", events=events, cancel=lambda: bool(events)) == {"EPOCHS": 2}


@posix
def test_a_job_that_ignores_cancel_is_interrupted_and_cleans_up(tmp_path):
    path = tmp_path / "pid"
    with pytest.raises(Cancelled):
        run("ignore_cancel", cancel=path.exists, path=str(path), patience=Patience(cancel=0.3, terminate=20))
    assert not path.exists()


@posix
def test_a_job_that_cannot_be_interrupted_is_killed_with_its_children(tmp_path):
    path = tmp_path / "pids"
    with pytest.raises(Cancelled):
        run("raise_a_family", cancel=path.exists, path=str(path), patience=Patience(cancel=0.3, terminate=0.3))
    assert gone(pids_in(path))


@posix
def test_a_worker_that_hangs_in_c_ends_itself_and_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("ODD_JOBS_HANG", "2")
    with pytest.raises(WorkerDied, match="hung in a library") as caught:
        run("hold_the_lock", path=str(tmp_path / "pid"))
    assert "in hold_the_lock" in caught.value.details


def test_events_end_when_nobody_reads_them():
    """A client that closed its end of the stream must neither block nor crash the worker."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(ODD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    process.stdout.close()
    process.stdin.write(b'{"job": "keep_a_part", "values": {}}\n')
    process.stdin.flush()
    assert process.wait(60) == 0
    process.stdin.close()
    process.stderr.close()


_CLIENT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from core.runtime.client import Patience, run_job
from tests.core.odd_jobs import JOBS
run_job(JOBS[sys.argv[2]](path=sys.argv[3]), lambda event: None, lambda: False, Path(sys.executable),
        script=Path(sys.argv[4]), patience=Patience(orphan=float(sys.argv[5])))
"""


@posix
@pytest.mark.parametrize(
    ("name", "grace", "cleans_up"),
    [
        ("obey", 60, True),
        ("obey_with_a_child", 60, False),
        ("ignore_cancel", 0.5, False),
        ("raise_a_family", 0.5, False),
        ("hold_the_lock", 0.5, False),
    ],
)
def test_a_worker_whose_client_is_killed_ends_itself(name, grace, cleans_up, tmp_path, monkeypatch):
    if name == "hold_the_lock":
        monkeypatch.setenv("ODD_JOBS_HANG", "2")
    path = tmp_path / "pids"
    client = subprocess.Popen([sys.executable, "-c", _CLIENT, str(ROOT), name, str(path), str(ODD), str(grace)])
    pids = pids_in(path)
    client.send_signal(signal.SIGKILL)
    client.wait()
    assert gone(pids)
    assert path.exists() is not cleans_up


@posix
def test_a_signal_to_a_client_that_waits_ends_all(tmp_path):
    path = tmp_path / "pids"
    client = subprocess.Popen(
        [sys.executable, "-c", _CLIENT, str(ROOT), "obey", str(path), str(ODD), "60"], stderr=subprocess.DEVNULL
    )
    pids = pids_in(path)
    client.send_signal(signal.SIGINT)
    client.wait(60)
    assert gone(pids)


def test_two_workers_at_a_time():
    results = {}
    threads = [threading.Thread(target=lambda i=i: results.update({i: run("talk")})) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {i: {"COUNT": 2} for i in range(3)}


def test_the_answer_is_the_last_event():
    _, events, _ = speak('{"job": "talk", "values": {}}\n', ODD)
    assert events[-1] == Result({"COUNT": 2})
    assert not any(isinstance(event, (Result, Failure)) for event in events[:-1])
