"""What a search has seen so far, on disk: a run that was killed or cancelled goes on where it was.

A journal is one file in Kestrel's cache, named by a fingerprint of everything that the sightings depend on; see
:mod:`core.detection.sightings.fingerprint`. It is a row of records, one for each finished block, in the order in which they
were finished. A record that was being written when the process died, or that the disk damaged, fails its checksum; it and
what follows are cut off.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
import zlib
from pathlib import Path
from typing import IO

from ...reporting import Reporter
from ...runtime import file_lock
from ...runtime.folders import cache_folder

KEPT = 14 * 24 * 3600  # seconds after which a journal that nobody went on with is deleted
_HEAD = struct.Struct("<4sQQL")  # mark, number of the block, bytes of the payload, their checksum
_MARK = b"KBL1"


class Journal:
    """The finished blocks of one search. From :func:`open_journal`; to be used by one thread.

    Args:
        path: the file.
        file: the file, open to read and write, and locked.
        report: is warned when the disk is full.

    Attributes:
        inherited: how many blocks were there already.
    """

    def __init__(self, path: Path, file: IO[bytes], report: Reporter) -> None:
        self._path, self._file, self._report = path, file, report
        self._places: dict[int, tuple[int, int]] = {}
        self._end = 0
        self._writable = True
        self._scan()
        self.inherited = len(self._places)

    def finished(self) -> frozenset[int]:
        """Return the numbers of the blocks that are finished."""
        return frozenset(self._places)

    def read(self, number: int) -> bytes:
        """Return the payload of a block that is finished."""
        place, length = self._places[number]
        self._file.seek(place)
        return self._file.read(length)

    def write(self, number: int, payload: bytes) -> None:
        """Add a finished block. When the disk is full the user is warned, once, and nothing is kept from then on."""
        if not self._writable:
            return
        try:
            self._file.seek(self._end)
            self._file.write(_HEAD.pack(_MARK, number, len(payload), zlib.crc32(payload)))
            self._file.write(payload)
            self._file.flush()
        except OSError as error:
            self._writable = False
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            self._report.warning(
                f"What is found can no longer be kept for a later run in {self._path.parent} ({error.strerror or error}); the "
                "search goes on, but if it is interrupted the rest has to be done again."
            )
            return
        self._places[number] = (self._end + _HEAD.size, len(payload))
        self._end += _HEAD.size + len(payload)

    def close(self) -> None:
        """Leave it to a later run."""
        self._file.close()

    def delete(self) -> None:
        """Remove it: the search is done."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _scan(self) -> None:
        """Find the records, and cut off what is broken."""
        self._file.seek(0)
        while len(head := self._file.read(_HEAD.size)) == _HEAD.size:
            mark, number, length, checksum = _HEAD.unpack(head)
            if mark != _MARK:
                break
            payload = self._file.read(length)
            if len(payload) != length or zlib.crc32(payload) != checksum:
                break
            self._places[number] = (self._end + _HEAD.size, length)
            self._end += _HEAD.size + length
        self._file.truncate(self._end)


def open_journal(fingerprint: str, report: Reporter) -> Journal | None:
    """Open the journal of a search, new or from an earlier run.

    Returns:
        The journal, locked for this process; None when another process holds it or it cannot be written, which the user is
        told.
    """
    folder = cache_folder() / "detections"
    path = folder / f"{fingerprint}.journal"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        file = _locked(path)
        if file is None:
            report.warning("Another run of the same search is at work now; this one starts from the beginning, without it.")
            return None
        return Journal(path, file, report)
    except OSError as error:
        report.warning(
            f"What is found cannot be kept for a later run in {folder} ({error.strerror or error}): if this run is "
            "interrupted, the next one begins anew."
        )
        return None


def _locked(path: Path) -> IO[bytes] | None:
    """Return the file, open and locked; None when another process holds it."""
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b")
        try:
            if not file_lock.take(file):
                file.close()
                return None
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), path.stat()):  # else its holder deleted it meanwhile
                    os.utime(path)  # in use: not to be swept
                    return file
        except BaseException:
            file.close()
            raise
        file.close()


def _sweep(folder: Path) -> None:
    """Delete journals that nobody went on with."""
    for path in folder.glob("*.journal"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink()
