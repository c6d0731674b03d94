"""A worker that stays: several jobs in one process, and a new one when it is gone."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import Cancelled, InputError, KestrelError
from core.events import Message, Progress
from core.keeping import kept
from core.runtime.client import Patience, run_job
from core.runtime.session import WorkerSession
from tests.core.odd_jobs import JOBS
from tests.core.runtime.processes_left import gone

ODD = Path(__file__).resolve().parents[1] / "odd_jobs.py"
QUICK = Patience(start=20, silence=20, cancel=0.5, terminate=0.5, end=0.5, orphan=0.5)


@pytest.fixture
def session():
    made = WorkerSession(script=ODD, patience=QUICK)
    yield made
    made.close()


def run(session, name, *, events=None, cancel=lambda: False, **values):
    events = [] if events is None else events
    return session.run(JOBS[name](**values), events.append, cancel, Path(sys.executable))


def number(session):
    return run(session, "count")


def test_jobs_share_a_process_and_what_is_kept(session):
    first, second = number(session), number(session)
    assert first["PID"] == second["PID"] != os.getpid()
    assert (first["MADE"], second["MADE"]) == (1, 1)
    assert run(session, "count", path="another")["MADE"] == 2, "it depends on something else now"
    session.close()
    assert not session.warm and gone([first["PID"]])
    assert number(session)["PID"] != first["PID"]


def test_each_job_has_its_own_events(session):
    for _ in range(2):
        events = []
        assert run(session, "talk", events=events) == {"COUNT": 2}
        assert next(event for event in events if event != Progress(0.0, "Starting")) == Message("Using the CPU")


def test_a_cancel_is_for_its_job_only(session, tmp_path):
    pid = number(session)["PID"]
    seen = []
    with pytest.raises(Cancelled):
        run(session, "obey", events=seen, cancel=lambda: Progress(0.5, "Waiting") in seen, path=str(tmp_path / "pid"))
    assert run(session, "talk") == {"COUNT": 2}
    assert number(session)["PID"] == pid


def test_who_does_not_obey_is_ended_and_replaced(session, tmp_path):
    pid, seen = number(session)["PID"], []
    with pytest.raises(Cancelled):
        run(
            session, "ignore_cancel", events=seen, cancel=lambda: Progress(0.5, "Ignoring") in seen, path=str(tmp_path / "pid")
        )  # fmt: skip
    assert gone([pid])
    assert number(session)["PID"] != pid


def test_an_error_foreseen_keeps_the_process_and_another_ends_it(session):
    pid = number(session)["PID"]
    with pytest.raises(InputError):
        run(session, "chatter")
    assert number(session)["PID"] == pid
    with pytest.raises(KestrelError, match="nobody thought of this"):
        run(session, "break_down")
    assert gone([pid])


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_between_jobs_is_not_noticed(session):
    pid = number(session)["PID"]
    os.kill(pid, signal.SIGKILL)
    assert number(session)["PID"] != pid


def test_it_ends_by_itself_when_nobody_asks():
    session = WorkerSession(0.3, script=ODD, patience=QUICK)
    pid = number(session)["PID"]
    end = time.monotonic() + 10
    while session.warm:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert number(session)["PID"] != pid
    session.close()


def test_a_job_that_needs_the_memory_ends_an_idle_one_and_none_at_work(session, tmp_path):
    pid = number(session)["PID"]
    run_job(JOBS["talk"](), lambda event: None, lambda: False, Path(sys.executable), script=ODD)
    assert session.warm, "talking needs no card"
    run_job(JOBS["compute"](), lambda event: None, lambda: False, Path(sys.executable), script=ODD)
    assert not session.warm and gone([pid])
    stop, trace = threading.Event(), tmp_path / "pid"
    busy = threading.Thread(target=lambda: run(session, "keep_a_part", cancel=stop.is_set))
    busy.start()
    while not session.warm:
        time.sleep(0.02)
    run_job(JOBS["compute"](), lambda event: None, lambda: False, Path(sys.executable), script=ODD)
    assert session.warm and not trace.exists()
    stop.set()
    busy.join(20)


def test_in_a_process_of_one_job_nothing_is_kept():
    one, other = (kept("thing", 1, lambda: object()) for _ in range(2))
    assert one is not other
