"""The places a job writes to: new, writable, and never one of its inputs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import InvalidParameter, OutputError
from .jobs import Job, Kind
from .library_errors import DISK_FULL

_INPUTS = (Kind.RASTER, Kind.RASTERS, Kind.FEATURES, Kind.FILE, Kind.FOLDER, Kind.FOLDERS)


def outputs_of(job: Job) -> Iterator[tuple[str, Kind, str]]:
    """Yield name, kind and path of what the job writes."""
    for name, described in job.parameters().items():
        value = getattr(job, name)
        if described.kind.is_output and value is not None:
            yield name.upper(), described.kind, value


def inputs_of(job: Job) -> Iterator[tuple[str, str]]:
    """Yield name and path of what the job reads, without a layer name."""
    for name, described in job.parameters().items():
        value = getattr(job, name)
        if described.kind in _INPUTS and value is not None:
            for text in (value,) if isinstance(value, str) else value:
                yield name.upper(), text.partition("|")[0]


def refuse_same_paths(job: Job) -> None:
    """Check that no output is an input or another output.

    Raises:
        InvalidParameter: one path given twice.
    """
    taken = {_real(path): name for name, path in inputs_of(job)}
    for name, _, path in outputs_of(job):
        if _real(path) in taken:
            raise InvalidParameter(f"{name} and {taken[_real(path)]} are the same path, {path}.", "Choose another output.")
        taken[_real(path)] = name


def refuse_existing_outputs(job: Job) -> None:
    """Check that everything the job will write is new and can be written.

    A file must not exist, unless the job adds to it, and its folder must; a folder must be new or empty, unless the job adds to
    what is in it, and its parents are created later.

    Raises:
        OutputError: an output that exists, or a place that is missing, read-only or full.
    """
    for name, kind, path in outputs_of(job):
        if kind is Kind.NEW_FOLDER:
            check_new_folder(Path(path), job.may_exist(name.lower()))
        elif job.may_exist(name.lower()):
            check_old_file(Path(path.partition("|")[0]))
        else:
            check_new_file(Path(path))


def create_parents(job: Job) -> list[Path]:
    """Create the folders above each output folder; return the new ones, outermost first."""
    created = []
    for _, kind, text in outputs_of(job):
        if kind is Kind.NEW_FOLDER:
            missing = [folder for folder in Path(text).absolute().parents if not folder.exists()]
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                created.append(folder)
    return created


def check_new_file(path: Path) -> None:
    """Check that a file can be written as ``path``.

    Raises:
        OutputError: it exists, its folder does not, or nothing can be written there.
    """
    if path.is_dir():
        raise OutputError(f"The output {path} is a folder.", "Give the name of a file.")
    if os.path.lexists(path):
        raise OutputError(f"The output {path} exists already.", "Choose another name or delete it first.")
    if not path.parent.is_dir():
        raise OutputError(f"The folder {path.parent} for the output {path.name} does not exist.", "Create it first.")
    _check_writable(path.parent)


def check_old_file(path: Path) -> None:
    """Check that a file can be added to as ``path``, or written there when there is none.

    Raises:
        OutputError: see :func:`check_new_file`; it cannot be written to.
    """
    if not path.is_file():
        check_new_file(path)
        return
    _check_writable(path.parent)
    if not os.access(path, os.W_OK):
        raise OutputError(f"The output {path} is write-protected.", "Choose another file, or change its rights.")


def check_new_folder(path: Path, may_exist: bool = False) -> None:
    """Check that a folder can be written as ``path``.

    Args:
        path: new, or an empty folder.
        may_exist: it may also be a folder of chips or of a model, which is added to.

    Raises:
        OutputError: it holds something else, is no folder, or nothing can be written there.
    """
    if path.is_dir():
        try:
            empty = next(path.iterdir(), None) is None
        except OSError as error:
            raise OutputError(f"The output folder {path} cannot be read: {error.strerror}.", "Choose another one.") from error
        if may_exist and not empty and not any(path.glob("*.emd")):
            raise OutputError(
                f"There is nothing to add to in the output folder {path}: it holds other things and no .emd file.",
                "Choose the folder of an export, or a new or empty one.",
            )
        if not may_exist and not empty:
            raise OutputError(f"The output folder {path} exists already and is not empty.", "Choose another one or empty it.")
    elif os.path.lexists(path):
        raise OutputError(f"The output {path} is a file.", "Give the name of a folder.")
    existing = next((folder for folder in (path, *path.absolute().parents) if folder.exists()), None)
    if existing is None or not existing.is_dir():
        raise OutputError(f"The output folder {path} cannot be created: {existing or path.anchor} is not a folder.")
    _check_writable(existing)


def _check_writable(folder: Path) -> None:
    """Write a nameless file: permission bits do not tell of read-only disks, quotas and Windows access lists."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"kestrel")
            file.flush()
    except OSError as error:
        if error.errno in DISK_FULL:
            raise OutputError(f"The disk of {folder} is full.", "Free some space or write somewhere else.") from error
        reason = error.strerror or error
        raise OutputError(f"The folder {folder} cannot be written to: {reason}.", "Choose another folder.") from error


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))
