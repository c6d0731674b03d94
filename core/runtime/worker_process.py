"""The process of a worker as its client sees it: started, listened to, ended with all it has started.

The protocol is described in :mod:`core.worker`. Standard library only: this runs inside QGIS.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ..errors import Cancelled, EnvironmentMissing, KestrelError, WorkerDied, error_from_code
from ..events import Event, Failure, Result, decode
from ..jobs import Job
from .exit_codes import error_of
from .processes import kill_tree, start

WORKER = Path(__file__).resolve().parent.parent / "worker.py"
_LONGEST_EVENT = 1 << 20  # bytes; longer lines are no events
_TAIL = 20_000  # bytes of the worker's last words that are kept
_POLL = 0.1  # seconds


@dataclass(frozen=True)
class Patience:
    """How long the client waits, in seconds.

    Attributes:
        start: for the first event. A Python on a network disk behind a virus scanner is slow.
        silence: between two events. The worker says something every second, and ends itself after ten minutes in which
            Python could not run, leaving a better explanation than this limit could.
        cancel: for the answer after a polite cancel: the time to finish a batch and keep what is done.
        terminate: after the firm one (SIGTERM; on Windows there is none), before the process tree is killed.
        end: for the end of the process after its answer.
        orphan: that the worker gets to clean up after this process died.
    """

    start: float = 120.0
    silence: float = 900.0
    cancel: float = 120.0  # to put together what a search of very many objects has found takes a minute
    terminate: float = 5.0
    end: float = 5.0
    orphan: float = 10.0


PATIENCE = Patience()


class WorkerProcess:
    """The process with its three pipes, each served by a thread, so that none of them can block the others.

    Args:
        python: the interpreter.
        script: what it runs.

    Attributes:
        finished: whether every event was taken and no more can come.

    Raises:
        EnvironmentMissing: it could not be started.
    """

    def __init__(self, python: Path, script: Path) -> None:
        command: list[str | Path] = [python, "-I", "-X", "utf8", script]
        pipe = subprocess.PIPE
        try:
            process = start(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, encoding=None, errors=None, cwd=None)
        except OSError as error:
            raise EnvironmentMissing(
                f"The Python interpreter {python} could not be started: {error.strerror or error}.",
                "Run Check Deep Learning Environment.",
            ) from error
        self.finished = False
        self._process = cast("subprocess.Popen[bytes]", process)
        self._events: queue.Queue[Event | None] = queue.Queue(1000)  # bounded: a slow listener slows the worker down
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # None: no more will come
        self._closed = False
        self._last_words = b""
        self._lock = threading.Lock()
        self._writer = _thread(self._write)
        self._readers = [_thread(self._read_events), _thread(self._read_errors)]

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return not self.finished and self._process.poll() is None

    def work(
        self,
        job: Job,
        on_event: Callable[[Event], None],
        is_cancelled: Callable[[], bool],
        patience: Patience,
        stay: float = 0.0,
        live: bool = False,
    ) -> dict[str, Any]:
        """Have it do ``job`` and listen until it answers or is gone.

        Args:
            job: what to do.
            on_event: takes every event but the last, in this thread.
            is_cancelled: asked in this thread about ten times a second.
            patience: the limits of waiting.
            stay: seconds that it waits for another job after its answer; 0: it ends.
            live: whether a search is to tell what it finds while it runs.

        Returns:
            The outputs by upper-case name.

        Raises:
            KestrelError: the job failed, was cancelled, or the process died; it is ended by force where it must be.
        """
        request = {"job": job.name, "values": job.values(), "orphan_grace": patience.orphan, "live": live}
        self._orders.put(json.dumps({**request, "stay": stay} if stay else request).encode("ascii") + b"\n")
        fate: KestrelError | None = None  # why it had to be ended; what it said until then is still listened to
        heard = cancelled = False
        silence = cancelling = 0.0
        last, asked = time.monotonic(), -1.0
        while True:
            event = self.next_event(_POLL)
            now = time.monotonic()
            # At most a second for a turn: after a night in a sleeping laptop nothing hangs, whatever the clock says.
            elapsed, last = min(now - last, 1.0), now
            if isinstance(event, Result):
                self._settle(stay, patience)
                return event.outputs
            if isinstance(event, Failure):
                self._settle(stay, patience)
                # Who is ended by force may complain, of its dead children for example; the reason is known.
                raise fate or error_from_code(event.code, event.message, event.hint, event.details)
            if event is not None:
                heard, silence = True, 0.0
                on_event(event)
            elif self.finished:
                self.wait(patience.end)
                raise fate or (Cancelled() if cancelled else self.death())
            else:
                silence += elapsed
            if fate is not None:
                continue
            if cancelled:
                cancelling += elapsed
            elif now - asked >= _POLL:
                asked = now
                if is_cancelled():
                    cancelled = True
                    self.cancel()
            if cancelling > patience.cancel:
                fate = Cancelled()
                self.end(patience.terminate)
            elif silence > (patience.silence if heard else patience.start):
                self.end()
                fate = Cancelled() if cancelled else self.hang(silence, heard)

    def _settle(self, stay: float, patience: Patience) -> None:
        """After an answer: wait for the end of a process that has nothing more to do."""
        if not stay:
            self.wait(patience.end)

    def next_event(self, timeout: float) -> Event | None:
        """Return the next event, or None when none came within ``timeout`` seconds or none will come."""
        if self.finished:
            return None
        try:
            event = self._events.get(timeout=timeout)
        except queue.Empty:
            if self._process.poll() is not None:
                # It is gone. Its children may not be, and may hold its pipes open.
                self.end()
                self._readers[0].join(1.0)
                self.finished = self._events.empty()
            return None
        self.finished = event is None
        return event

    def cancel(self) -> None:
        """Ask it to stop; returns at once."""
        self._orders.put(b"cancel\n")

    def wait(self, seconds: float) -> None:
        """Give it time to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def end(self, patience: float = 0.0) -> None:
        """End it and its children by force: terminate, wait ``patience`` seconds, kill."""
        kill_tree(self._process, patience)

    def close(self) -> None:
        """End it and its children and let go of the pipes."""
        self.end()
        self._closed = True
        self._orders.put(None)
        for thread, stream in zip(
            (self._writer, *self._readers), (self._process.stdin, self._process.stdout, self._process.stderr), strict=True
        ):
            thread.join(1.0)
            if stream is not None and not thread.is_alive():
                with contextlib.suppress(OSError):
                    stream.close()

    def death(self) -> WorkerDied:
        """Return the error for a process that ended without an answer."""
        self._readers[1].join(1.0)
        return error_of(self._process.poll(), self._words())

    def hang(self, seconds: float, heard: bool) -> WorkerDied:
        """Return the error for a process that had to be ended because it said nothing."""
        what = "said nothing" if heard else "did not start"
        error = WorkerDied(
            f"The worker process {what} for {seconds:.0f} seconds and was ended.",
            "It may wait for a disk or a driver that does not answer. The log holds its last words.",
        )
        self._readers[1].join(1.0)
        error.details = self._words()
        return error

    def _words(self) -> str:
        with self._lock:
            return self._last_words.decode("utf-8", "replace").strip()

    def _write(self) -> None:
        """Send the orders. A thread, for a process that does not read blocks it."""
        stream = cast("IO[bytes]", self._process.stdin)
        with contextlib.suppress(OSError):
            while (order := self._orders.get()) is not None:
                _write_all(stream, order)

    def _read_events(self) -> None:
        """Take the lines of standard output apart: events, and text for the log."""
        for line in _lines(cast("IO[bytes]", self._process.stdout)):
            event = decode(line.decode("utf-8", "replace")) if len(line) <= _LONGEST_EVENT else None
            if event is None:
                self._remember(line[:_TAIL] + b"\n")
            else:
                self._put(event)
        self._put(None)

    def _read_errors(self) -> None:
        stream = cast("IO[bytes]", self._process.stderr)
        with contextlib.suppress(OSError):
            while chunk := stream.read(1 << 16):
                self._remember(chunk)

    def _remember(self, text: bytes) -> None:
        with self._lock:
            self._last_words = (self._last_words + text)[-_TAIL:]

    def _put(self, event: Event | None) -> None:
        while not self._closed:
            with contextlib.suppress(queue.Full):
                self._events.put(event, timeout=0.2)
                return


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of an unbuffered stream; of one longer than any event, only so much that its length shows."""
    rest = b""
    with contextlib.suppress(OSError):
        while chunk := stream.read(1 << 16):
            *lines, last = chunk.split(b"\n")
            for line in lines:
                yield rest + line
                rest = b""
            rest = (rest + last)[: _LONGEST_EVENT + 1]
    if rest:
        yield rest


def _write_all(stream: IO[bytes], data: bytes) -> None:
    """Write to an unbuffered stream, which may take a part at a time."""
    while data:
        data = data[stream.write(data) :]


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, name=f"kestrel{work.__name__}", daemon=True)
    thread.start()
    return thread
