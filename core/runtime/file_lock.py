"""A lock of the operating system on an open file: it ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import os
import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


def take(file: IO[bytes]) -> bool:
    """Try to take the lock, without waiting; return whether it is ours now.

    Raises:
        OSError: the folder, on a network perhaps, knows no locks.
    """
    try:
        if sys.platform == "win32":
            _seek(file)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


def release(file: IO[bytes]) -> None:
    """Give the lock back; closing the file does so too."""
    if sys.platform == "win32":
        _seek(file)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _seek(file: IO[bytes]) -> None:
    # One byte far behind what is written, because Windows lets nobody else read what is locked.
    os.lseek(file.fileno(), 1 << 30, os.SEEK_SET)
