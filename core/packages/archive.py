"""A ``.dlpk`` archive opened for reading by someone who does not trust it.

Nothing is ever unpacked under a name of its own, and nothing but two members is read: the definition and the weights. Names
that lead out of the folder, links and the like are refused all the same: only archives that were made to do harm have them.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType

from ..errors import ModelError, OutputError
from ..library_errors import DISK_FULL

MAX_BYTES = 16 * 2**30
"""Most that a member may hold when unpacked."""
FREE_RATIO_BYTES = 2**30
"""Up to here a member may shrink by any ratio: weights that are mostly zero shrink a thousandfold."""
MAX_RATIO = 100
_MOST_AT_ONCE = 2 * 2**20  # bytes; bounds the list of members, which zipfile reads as one block
_BLOCK = 2**20
_HINT = "Do not use this file; ask for it again where it came from."
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz"}
_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, IndexError, OSError,
)  # fmt: skip


class Archive:
    """A zip whose members were all checked, by name, size and kind, before anything is read; a context manager.

    Attributes:
        path: the file.
        members: its files by name, with ``/`` between folders.

    Raises:
        ModelError: it is no zip, damaged, or holds what no package holds: paths that lead outside, links, passwords, sizes
            beyond reason, names twice, members that overlap.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open(path)
        try:
            with self._readable():
                self._zip = zipfile.ZipFile(self._file)
            self.members = self._checked()
        except BaseException:
            self._file.close()
            raise

    def find(self, name: str) -> str | None:
        """Return the member of that name, as Windows sees it: upper and lower case do not matter. None for none or several."""
        if name in self.members:
            return name
        alike = [member for member in self.members if member.casefold() == name.casefold()]
        return alike[0] if len(alike) == 1 else None

    def size(self, name: str) -> int:
        """Return the bytes that a member says it has."""
        return self.members[name].file_size

    def read(self, name: str, most: int) -> bytes:
        """Return a small member.

        Raises:
            ModelError: it is damaged, or holds more than ``most`` bytes.
        """
        if self.size(name) > most:
            raise ModelError(f"{name} in {self.path.name} says it has {self.size(name):,} bytes.", _HINT)
        target = io.BytesIO()
        self._copy(name, target)
        return target.getvalue()

    def unpack(self, name: str, target: Path) -> None:
        """Write a member to the new file ``target``.

        Raises:
            ModelError: it is damaged, or not as large as it says.
            OutputError: the disk is full.
        """
        size, free = self.size(name), shutil.disk_usage(target.parent).free
        if size > free:
            raise _disk_full(target, size, free)
        with target.open("xb") as sink:
            self._copy(name, sink)

    def _copy(self, name: str, sink: io.BufferedIOBase) -> None:
        """Copy block by block, so that a member that lies about its size does no harm."""
        info, done = self.members[name], 0
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            method = _METHODS.get(info.compress_type, f"number {info.compress_type}")
            raise ModelError(
                f"{name} in {self.path.name} is compressed by {method}, which packages do not use.",
                "Pack it again as an ordinary zip (Deflate).",
            )
        with self._readable():
            source = self._zip.open(info)
        with source:
            while True:
                with self._readable():
                    block = source.read(_BLOCK)
                if not block:
                    break
                done += len(block)
                try:
                    sink.write(block)
                except OSError as error:
                    if error.errno in DISK_FULL:
                        raise _disk_full(Path(str(getattr(sink, "name", ""))), info.file_size, done) from error
                    raise
        if done != info.file_size:
            raise ModelError(
                f"{name} in {self.path.name} has {done:,} bytes and says it has {info.file_size:,}.",
                "Copy or download it again; it may be damaged.",
            )

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """Return the files by name."""
        name, members, end = self.path.name, {}, 0
        for info in sorted(self._zip.infolist(), key=lambda info: info.header_offset):
            inside = inside_path(info.filename, name)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if stat.S_ISLNK(kind):
                raise ModelError(f"{name} holds a link ({info.filename}); packages have none.", _HINT)
            if info.create_system == 3 and kind not in (0, stat.S_IFREG, stat.S_IFDIR):  # 3: Unix, others mean something else
                raise ModelError(f"{name} holds {info.filename}, which is neither a file nor a folder.", _HINT)
            if info.flag_bits & 1:
                raise ModelError(f"{name} is encrypted.", "Save the package without a password.")
            _check_size(info, name)
            if info.header_offset < end:
                raise ModelError(f"{name} is damaged: {info.filename} lies over another of its files.", _HINT)
            end = info.header_offset + 30 + len(info.filename) + info.compress_size  # 30: the smallest local header
            if info.is_dir():
                continue
            if inside in members:
                raise ModelError(f"{name} holds {inside} twice.", _HINT)
            members[inside] = info
        return members

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Translate whatever zipfile stumbles over in a broken archive."""
        try:
            yield
        except _BROKEN as error:
            raise ModelError(
                f"{self.path.name} is not a whole archive ({str(error) or type(error).__name__}).",
                "Copy or download it again; it may be cut off.",
            ) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()
        self._file.close()


class _Bounded(io.FileIO):
    """A file that gives no more than :data:`_MOST_AT_ONCE` bytes at once."""

    def read(self, size: int | None = -1) -> bytes:
        left = max(os.fstat(self.fileno()).st_size - self.tell(), 0)
        size = left if size is None or size < 0 else min(size, left)
        if size > _MOST_AT_ONCE:
            raise zipfile.BadZipFile(f"its list of members has more than {_MOST_AT_ONCE:,} bytes")
        return super().read(size) or b""


def inside_path(name: object, where: str) -> str:
    """Return a relative path with ``/`` that stays inside its folder; Windows separators are taken.

    Args:
        name: the path.
        where: what holds it, for the text of the error.

    Raises:
        ModelError: it is no path, or leads outside.
    """
    if not isinstance(name, str) or not name.strip():
        raise ModelError(f"{where} holds a path that is none: {repr(name)[:100]}.", _HINT)
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or _DRIVE.match(name) or "\0" in name:
        raise ModelError(f"{where} holds the path {repr(name)[:100]}, which leads out of its folder.", _HINT)
    return str(path)


def _open(path: Path) -> _Bounded:
    try:
        return _Bounded(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", "Check the file and your rights.") from error


def _check_size(info: zipfile.ZipInfo, name: str) -> None:
    size, packed = info.file_size, max(info.compress_size, 1)
    if size > MAX_BYTES:
        raise ModelError(f"{name}: {info.filename} says it has {size:,} bytes.", _HINT)
    if size > FREE_RATIO_BYTES and size / packed > MAX_RATIO:
        raise ModelError(
            f"{name}: {info.filename} would grow from {packed:,} to {size:,} bytes when it is unpacked.",
            "Such a file is made to fill up disks. " + _HINT,
        )


def _disk_full(target: Path, size: int, free: int) -> OutputError:
    return OutputError(
        f"The weights have {size / 2**20:,.0f} MB, and the disk of {target.parent} has room for {free / 2**20:,.0f} MB.",
        "Free some space, unpack the .dlpk and choose the .emd in it, or set TMPDIR (TEMP on Windows) to another disk.",
    )
