"""Whether processes are gone, for tests."""

import os
import time
from pathlib import Path


def alive(pid):
    """Whether the process runs; a zombie, which only waits for its parent to look, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pids, patience=10.0):
    """Wait until none of ``pids`` runs; False when one still does after ``patience`` seconds."""
    assert pids
    deadline = time.monotonic() + patience
    while any(map(alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def pids_in(path, patience=20.0):
    """Wait for the process ids that a worker writes to ``path``."""
    deadline = time.monotonic() + patience
    while not (Path(path).exists() and Path(path).read_text()):
        assert time.monotonic() < deadline, f"nobody wrote {path}"
        time.sleep(0.02)
    return [int(word) for word in Path(path).read_text().split()]
