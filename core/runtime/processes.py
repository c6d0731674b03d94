"""Child processes on three systems: without a console window, in a group of their own, ended with all they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .child_environment import child_environment


def start(command: Sequence[str | Path], **options: Any) -> subprocess.Popen[str]:
    """Start ``command`` with a clean environment, as leader of its own process group, with text streams in UTF-8.

    Args:
        command: the program and its arguments.
        options: further arguments of :class:`subprocess.Popen`; they win.
    """
    defaults: dict[str, Any] = {
        "env": child_environment(),
        "encoding": "utf-8",
        "errors": "replace",
        "stdin": subprocess.DEVNULL,
        # Without it the child would keep the current folder of QGIS busy, and could import what lies there.
        "cwd": tempfile.gettempdir(),
    }
    if sys.platform == "win32":
        defaults["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        defaults["start_new_session"] = True
    return subprocess.Popen([str(part) for part in command], **{**defaults, **options})  # nosec B603  a list, never a shell


def kill_tree(process: subprocess.Popen[Any], patience: float = 3.0) -> None:
    """End ``process`` and everything it started; ask first, wait ``patience`` seconds, then kill. Returns when it is gone."""
    if sys.platform == "win32":
        # taskkill knows the tree by the parent ids, so it must come before the parent ends.
        taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        subprocess.run(  # nosec B603  the system's own program
            [taskkill, "/F", "/T", "/PID", str(process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, creationflags=subprocess.CREATE_NO_WINDOW, check=False,
        )  # fmt: skip
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        # Also when the leader has ended: its children may not have.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    # Not for ever: a process that reads from a dead network disk cannot be killed before the disk answers.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10.0)


def output_of(command: Sequence[str | Path], timeout: float = 20.0, **options: Any) -> str | None:
    """Return what ``command`` prints; None when it cannot start, fails, or takes longer than ``timeout`` seconds."""
    try:
        process = start(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)
    except (OSError, ValueError):
        return None
    # A timer instead of communicate(timeout): a grandchild that holds the pipe must not keep us waiting either.
    timer = threading.Timer(timeout, kill_tree, [process, 0.0])
    timer.daemon = True
    timer.start()
    try:
        text, _ = process.communicate()
    finally:
        timer.cancel()
    return text if process.returncode == 0 else None
