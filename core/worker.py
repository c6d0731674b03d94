"""The worker: the process that does a job, so that no crash, hang or full memory can reach QGIS.

This text is the reference of the protocol; the other side is :mod:`core.runtime.client`.

Start
    ``<python> -I -X utf8 <plugin folder>/core/worker.py`` in a process group of its own. ``-I`` keeps everything of the
    user's and of QGIS's Python away; the script itself puts the plugin folder on ``sys.path``. The working directory is the
    client's, so that relative paths mean the same on both sides.

Standard input: lines of UTF-8
    First the job: ``{"job": NAME, "values": {PARAMETER: value, ...}, "orphan_grace": seconds, "live": true}``. The name is a
    key of :data:`core.jobs.JOBS`, the values are those of :meth:`core.jobs.Job.values`, the last two may be left out. ``live``
    asks a search to tell what it finds while it runs.

    Then, at any time, ``cancel``: stop soon, keeping what is worth it. Other lines are ignored, but for this: a job with
    ``"stay": seconds`` may, after its answer and within so many seconds, be followed by another job, which may be followed
    likewise. What is expensive is kept between them; see :mod:`core.keeping`.

    The end of the stream means that the client is dead: the job is cancelled, and ``orphan_grace`` seconds later the
    process and its children end, whatever they are doing. A worker that waits for another job ends at once.

Standard output: events
    One event of :mod:`core.events` a line, ASCII JSON. Nothing else gets there: before anything heavy is imported the stream
    moves to a private descriptor, and C's and Python's stdout become stderr. From the start on events come at least once a
    second, because the last progress is repeated (``Starting`` before the first), so that silence means a process that hangs.
    The last event of a job is ``result`` or ``failure``, and none comes from then until another job. A cancelled job answers
    ``failure`` with the code ``cancelled``, or ``result`` when the part that is done is useful by itself.

Standard error
    Text for a log: warnings of libraries, tracebacks, what is left of a crash. Not a part of the protocol.

Exit code
    0 after a result, 1 after a failure, 3 after a failure with the code ``cancelled``, of the last job; anything else is a
    crash.

SIGTERM
    Interrupts the job as Ctrl+C does: temporary files are removed, the answer is ``cancelled``.

Hang
    A worker in which Python cannot run for ten minutes (a native call that holds the interpreter's lock and does not
    return) writes to stderr where it hangs and exits with 1, whether a client lives or not.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

_HERE = Path(__file__).resolve().parent
if __name__ in ("__main__", "__mp_main__"):  # a script; the second name is what multiprocessing's "spawn" gives it in a child
    # Without -I Python puts this folder on the path, where jobs, events.py or page.py would hide modules of the same name.
    sys.path[:] = [str(_HERE.parent), *(entry for entry in sys.path if Path(entry).resolve() not in (_HERE, _HERE.parent))]

from core.errors import Cancelled, InvalidParameter  # noqa: E402
from core.events import Event, Failure, Progress, Result, encode  # noqa: E402
from core.jobs import JOBS, Job  # noqa: E402
from core.keeping import keep_between_jobs  # noqa: E402
from core.library_errors import translate  # noqa: E402
from core.reporting import Reporter  # noqa: E402
from core.run import run  # noqa: E402
from core.runtime.process_tree import bind_children, end_with_children  # noqa: E402

BEAT = 1.0  # seconds between two events, at most
ORPHAN_GRACE = 10.0  # seconds to clean up after the client died
HANG = 600.0  # seconds in which Python did not run
CANCELLED_EXIT_CODE = 3
_STARTING = Progress(0.0, "Starting")


def main(jobs: Mapping[str, type[Job]] = JOBS) -> int:
    """Do the jobs that standard input asks for, as the top of this file says, and return the exit code."""
    control, stream = _take_streams()
    faulthandler.enable()
    signal.signal(signal.SIGTERM, _interrupt)
    done = threading.Event()
    _start_thread(_watch, done)
    client = _Client(control, stream)
    answer = client.serve(jobs)
    done.set()
    if client.dead:
        end_with_children()
    if isinstance(answer, Result):
        return 0
    return CANCELLED_EXIT_CODE if answer.code == Cancelled.code else 1


class _Client:
    """The other side: takes the events of a job, asks for its cancellation, may die, may have another job.

    Args:
        control: the lines that the client writes; unbuffered, for a reader that waits in a buffer's lock would block the
            end of the interpreter.
        stream: takes the events.
    """

    def __init__(self, control: BinaryIO, stream: BinaryIO) -> None:
        self.dead = False
        self._control, self._stream = control, stream
        self._cancel = threading.Event()  # of the job at work
        self._more: queue.SimpleQueue[tuple[bytes, threading.Event]] = queue.SimpleQueue()  # jobs, each with its cancel
        self._orphan_grace = ORPHAN_GRACE
        self._stay = 0.0
        self._lock = threading.Lock()
        self._last_progress = _STARTING
        self._quiet = True  # nothing was sent since the last beat
        self._at_work = True

    def serve(self, jobs: Mapping[str, type[Job]]) -> Result | Failure:
        """Do the first job, and others as long as they come; return the last answer."""
        _start_thread(self._beat)
        answer = self._serve_one(jobs, None)
        while self._stay and not self.dead:
            try:
                signal.signal(signal.SIGTERM, _interrupt)
                line, cancel = self._more.get(timeout=self._stay)
            except (queue.Empty, KeyboardInterrupt):
                break
            self._stay = 0.0
            if not line:
                break
            with self._lock:
                self._cancel, self._last_progress, self._quiet, self._at_work = cancel, _STARTING, True, True
            answer = self._serve_one(jobs, line)
        return answer

    def _serve_one(self, jobs: Mapping[str, type[Job]], line: bytes | None) -> Result | Failure:
        """Do the job that ``line`` describes, None for the first, send the answer and return it."""
        answer: Result | Failure
        title = "The worker"
        try:
            request = json.loads(self._control.readline() if line is None else line)
            self._orphan_grace = float(request.get("orphan_grace", ORPHAN_GRACE))
            self._stay = float(request.get("stay", 0))
            if self._stay:
                keep_between_jobs()
            if line is None:
                _start_thread(self._listen)
                bind_children()
            job = _job(jobs, request)
            title = job.title
            answer = Result(run(job, Reporter(self._send, self._cancel, request.get("live") is True)))
            encode(answer)  # what JSON cannot hold is found here, where it still becomes a failure
        except (Exception, KeyboardInterrupt) as error:
            known = translate(error, title)
            answer = Failure(known.code, known.message, known.hint, known.details)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the answer is on its way
        with self._lock:
            self._at_work = False
            self._write(answer)
        return answer

    def _send(self, event: Event) -> None:
        """Send an event of the job."""
        with self._lock:
            if isinstance(event, Progress):
                self._last_progress = event
            self._quiet = False
            self._write(event)

    def _beat(self) -> None:
        """Repeat the last progress whenever the job says nothing."""
        while True:
            time.sleep(BEAT / 2)
            with self._lock:
                if self._quiet and self._at_work:
                    self._write(self._last_progress)
                self._quiet = True

    def _write(self, event: Event) -> None:
        """Write one line; a client that no longer reads is dead, which is no error of the job's."""
        try:
            self._stream.write(encode(event).encode("ascii") + b"\n")
            self._stream.flush()
        except OSError:
            self._cancel.set()

    def _listen(self) -> None:
        """Take orders until the client dies; then see to it that this process does not outlive it for long."""
        cancel = self._cancel
        try:
            while line := self._control.readline():
                if line.strip() == b"cancel":
                    cancel.set()
                elif line.startswith(b"{"):
                    cancel = threading.Event()  # a cancel that came too late was for the job before
                    self._more.put((line, cancel))
        except OSError:
            pass
        self.dead = True
        cancel.set()
        self._cancel.set()
        self._more.put((b"", cancel))
        time.sleep(self._orphan_grace)
        end_with_children()


def _job(jobs: Mapping[str, type[Job]], request: dict[str, Any]) -> Job:
    """Return the job that ``request`` describes."""
    if request["job"] not in jobs:
        raise InvalidParameter(f"There is no job {request['job']}.", f"There are {', '.join(jobs)}.")
    return jobs[request["job"]].from_values(request["values"])


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Move standard input and output to private descriptors and return them.

    What stays behind is harmless: stdout is stderr, and stdin is empty, so that no child process takes the client's orders
    away, and on Windows no library waits for the lock of a pipe that is being read when it looks at its standard input.
    """
    control = os.fdopen(os.dup(0), "rb", buffering=0)
    stream = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return control, stream


def _watch(done: threading.Event) -> None:
    """Keep pushing back the end of this process. The clock itself is C and needs no interpreter, this thread does."""
    while True:
        faulthandler.dump_traceback_later(HANG, exit=True)
        if done.wait(HANG / 100):
            faulthandler.cancel_dump_traceback_later()
            return


def _interrupt(number: int, frame: object) -> None:
    """Stop the main thread, once: a second signal would interrupt the clean-up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _start_thread(work: Any, *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name=work.__name__, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
