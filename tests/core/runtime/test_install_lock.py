import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import Cancelled
from core.events import Message
from core.reporting import Reporter
from core.runtime.install_lock import InstallLock

CHECKOUT = Path(__file__).parents[3]
HOLDER = """
import sys, subprocess
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.reporting import Reporter
from core.runtime.install_lock import InstallLock
with InstallLock(Path(sys.argv[2]), Reporter(lambda event: None)) as lock:
    child = None
    if len(sys.argv) > 3:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    print("held", child.pid if child else "", flush=True)
    sys.stdin.read()
"""


def hold(path, *more):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(CHECKOUT), str(path), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    word, *process.children = process.stdout.readline().split()
    assert word == "held"
    return process


def take_in_thread(path):
    """Take the lock in a thread; returns the events, the thread, and what tells that it has the lock."""
    events, cancel, has = [], threading.Event(), threading.Event()

    def take():
        try:
            with InstallLock(path, Reporter(events.append, cancel)):
                has.set()
        except Cancelled:
            events.append("cancelled")

    thread = threading.Thread(target=take)
    thread.start()
    return events, cancel, has, thread


def test_the_second_waits_is_told_and_goes_on_when_the_first_is_done(tmp_path):
    path = tmp_path / "lock"
    first = hold(path)
    events, _, has, thread = take_in_thread(path)
    assert not has.wait(0.8)
    told = [event.text for event in events if isinstance(event, Message)]
    assert len(told) == 1
    assert f"process {first.pid} on" in told[0]
    first.communicate()
    assert has.wait(10)
    thread.join()


def test_a_lock_whose_holder_was_killed_is_free(tmp_path):
    path = tmp_path / "lock"
    first = hold(path)
    first.kill()
    first.communicate()
    events, _, has, thread = take_in_thread(path)
    assert has.wait(10)
    thread.join()
    assert events == []


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not inherited on Windows")
def test_a_child_of_the_killed_holder_keeps_the_lock(tmp_path):
    path = tmp_path / "lock"
    first = hold(path, "with a child")
    first.kill()
    first.communicate()
    _, _, has, thread = take_in_thread(path)
    assert not has.wait(0.8)
    os.kill(int(first.children[0]), signal.SIGKILL)
    assert has.wait(10)
    thread.join()


def test_waiting_can_be_cancelled(tmp_path):
    path = tmp_path / "lock"
    first = hold(path)
    events, cancel, has, thread = take_in_thread(path)
    cancel.set()
    thread.join(10)
    assert events[-1] == "cancelled"
    assert not has.is_set()
    first.communicate()


def test_it_can_be_taken_again_and_again(tmp_path):
    for _ in range(2):
        with InstallLock(tmp_path / "lock", Reporter(lambda event: None)) as lock:
            assert lock.fileno() > 2
