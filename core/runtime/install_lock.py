"""A lock between processes, so that two QGIS do not build the same environment at once."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from ..reporting import Reporter
from . import file_lock


class InstallLock:
    """Held by at most one process at a time; the others wait until it is free or the user cancels.

    It is a lock of the operating system on an open file, so it ends with the process that holds it, however that ends: there
    is no stale lock to recover from. The file itself stays; it says who took the lock last. A child that inherits
    :meth:`fileno` keeps the lock when its parent is killed (not on Windows), so that nobody builds beside an orphaned pip.

    Args:
        path: the file; its folder must exist.
        report: is told when there is something to wait for.

    Raises:
        Cancelled: the user cancelled while waiting (on entering).
        OSError: the file cannot be written (on entering).
    """

    def __init__(self, path: Path, report: Reporter) -> None:
        self.path = path
        self._report = report
        self._file: IO[bytes] | None = None

    def fileno(self) -> int:
        """Return the descriptor that holds the lock."""
        assert self._file is not None, "the lock is not held"  # nosec B101
        return self._file.fileno()

    def __enter__(self) -> InstallLock:
        self._file = open(self.path, "a+b")
        try:
            self._wait()
            self._file.seek(0)
            self._file.truncate()
            self._file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
            self._file.flush()
        except BaseException:
            self._file.close()
            self._file = None
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        assert self._file is not None  # nosec B101
        with contextlib.suppress(OSError):
            file_lock.release(self._file)
        self._file.close()
        self._file = None

    def _wait(self) -> None:
        told = False
        while not self._take():
            if not told:
                self._report.info(f"Another Kestrel ({self._holder()}) is building the environment; waiting for it.")
                told = True
            self._report.progress(0.0, "Waiting for another Kestrel to build the environment")
            self._report.check_cancelled()
            time.sleep(0.3)

    def _holder(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").strip() or "a process"
        except OSError:
            return "a process"

    def _take(self) -> bool:
        """Try to take the lock, without waiting."""
        assert self._file is not None  # nosec B101
        try:
            return file_lock.take(self._file)
        except OSError as error:
            # A network folder that knows no locks: better built without than not at all.
            self._report.warning(f"The folder {self.path.parent} cannot be locked ({error.strerror}); do not build it twice.")
            return True
