"""Run one job in this process: check it, find who does it, and turn whatever goes wrong into an error for the user."""

from __future__ import annotations

import contextlib
import errno
import importlib
import math
import os
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .errors import (
    Cancelled,
    DeviceError,
    EnvironmentMissing,
    InputError,
    InvalidParameter,
    KestrelError,
    OutOfMemory,
    OutputError,
)
from .jobs import Job, Kind
from .reporting import Reporter

_INPUTS = (Kind.RASTER, Kind.FEATURES, Kind.FILE, Kind.FOLDER)
_SMALLER = "Use a smaller batch size or tile size, or close other programs."
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_MEMORY_TEXTS = ("can't allocate memory", "not enough memory", "cannot allocate memory", "shared memory", "bad_alloc")
_NO_GPU_MEMORY_TEXTS = ("cuda out of memory", "cuda error: out of memory", "alloc_failed")
_GPU_TEXTS = ("cuda error", "cudnn", "cublas", "nvml", "nvidia driver")
_WINDOWS_PAGING_FILE = 1455  # ERROR_COMMITMENT_LIMIT
_WINDOWS_MISSING_LIBRARY = 126  # ERROR_MOD_NOT_FOUND


def run(job: Job, report: Reporter) -> dict[str, Any]:
    """Run ``job`` here and return its outputs.

    Args:
        job: what to do.
        report: takes the events of the job and knows whether the user cancelled.

    Returns:
        By upper-case name: the path of each ``NEW_...`` parameter that was set, and what the job returns. Plain JSON values;
        a number that is not finite becomes None.

    Raises:
        KestrelError: always of this family; ``details`` holds the traceback unless the message says it all.
    """
    created: list[Path] = []
    try:
        job.check()
        refuse_existing_outputs(job)
        created = _create_parents(job)
        report.check_cancelled()
        returned = _runner(job)(job, report)
    except (Exception, KeyboardInterrupt) as error:
        for folder in reversed(created):
            with contextlib.suppress(OSError):  # not empty: something was kept on purpose
                folder.rmdir()
        known = translate(error, job.title)
        if known is error:
            raise
        raise known from error
    paths = {parameter: path for parameter, _, path in _outputs(job)}
    return {name: _plain(value) for name, value in {**paths, **returned}.items()}


def refuse_existing_outputs(job: Job) -> None:
    """Check that everything the job will write is new and can be written.

    A file must not exist and its folder must; a folder must be new or empty, and its parents are created later.

    Raises:
        OutputError: an output that exists, or a place that is missing, read-only or full.
        InvalidParameter: one path given twice.
    """
    taken = {_real(path): name for name, path in _inputs(job)}
    for name, kind, text in _outputs(job):
        path = Path(text)
        if _real(text) in taken:
            raise InvalidParameter(f"{name} and {taken[_real(text)]} are the same path, {text}.", "Choose another output.")
        taken[_real(text)] = name
        if kind is Kind.NEW_FOLDER:
            _check_new_folder(path)
        else:
            _check_new_file(path)


def translate(error: BaseException, what: str) -> KestrelError:
    """Return the error of :mod:`core.errors` that tells the user what ``error`` means.

    Args:
        error: anything that was raised; one of our own is returned as it is.
        what: the tool that ran, for errors that nobody foresaw.
    """
    if isinstance(error, KestrelError):
        if error.__cause__ is not None and not error.details:
            error.details = _traceback(error)
        return error
    known = _translated(error, what)
    known.details = _traceback(error)
    return known


def _translated(error: BaseException, what: str) -> KestrelError:
    text = " ".join(str(error).split())
    lower = text.lower()
    if isinstance(error, KeyboardInterrupt):
        return Cancelled()
    # torch is not imported for this: torch.OutOfMemoryError and torch.cuda.OutOfMemoryError are known by their name.
    if type(error).__name__ == "OutOfMemoryError" or any(part in lower for part in _NO_GPU_MEMORY_TEXTS):
        return OutOfMemory(f"The memory of the graphics card is full: {_first_sentence(text)}", _SMALLER)
    if isinstance(error, MemoryError) or any(part in lower for part in _NO_MEMORY_TEXTS):
        return OutOfMemory(f"The main memory is full{_colon(_first_sentence(text))}.", _SMALLER)
    if isinstance(error, OSError):
        known = _from_os_error(error)
        if known is not None:
            return known
    if "no space left on device" in lower or "disk quota exceeded" in lower:
        return OutputError(f"The disk is full: {text}", "Free some space or write somewhere else.")
    if isinstance(error, ImportError):
        known = _from_import_error(error, text)
        if known is not None:
            return known
    if any(part in lower for part in _GPU_TEXTS):
        return DeviceError(f"The graphics card failed: {_first_sentence(text)}", "Try again, or choose the processor type CPU.")
    return KestrelError(
        f"{what} failed unexpectedly: {type(error).__name__}{_colon(text)}",
        "This is a fault of Kestrel; please report it together with the log.",
    )


def _from_os_error(error: OSError) -> KestrelError | None:
    """Translate by error number; None for numbers that say nothing to a user."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    windows = getattr(error, "winerror", None)
    if error.errno in _DISK_FULL:
        return OutputError(f"The disk is full{_colon(name)}.", "Free some space or write somewhere else.")
    if windows == _WINDOWS_PAGING_FILE:
        return OutOfMemory("Windows could not give more memory: its paging file is too small.", _SMALLER)
    if windows == _WINDOWS_MISSING_LIBRARY:
        return _no_runtime_library(str(error))
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return OutputError(
            f"There is no permission to use {name or 'a file'} ({error.strerror or error}).",
            "Choose another place, or close the program that holds the file open.",
        )
    if isinstance(error, FileNotFoundError) and name:
        return InputError(f"There is no file {name}.", "It may have been moved or deleted while the tool ran.")
    return InputError(f"{name} cannot be used: {error.strerror}.", "Check the path.") if name else None


def _from_import_error(error: ImportError, text: str) -> KestrelError | None:
    missing = (error.name or "").partition(".")[0]
    if "dll load failed" in text.lower():
        return _no_runtime_library(text)
    if isinstance(error, ModuleNotFoundError) and missing and missing != __name__.partition(".")[0]:
        return EnvironmentMissing(
            f"The Python environment lacks the package {missing}.",
            "Run Check Deep Learning Environment to see what is there and to build the managed environment.",
        )
    return None


def _no_runtime_library(text: str) -> KestrelError:
    return EnvironmentMissing(
        f"A system library is missing{_colon(' '.join(text.split()))}",
        "On Windows, install the Microsoft Visual C++ Redistributable (x64), then try again.",
    )


def _runner(job: Job) -> Callable[[Job, Reporter], dict[str, Any]]:
    """Import the function behind ``job``; ``core.`` in its name means the package of this file, whatever its full name is."""
    module, _, function = job.runner.partition(":")
    relative = module.removeprefix("core")
    found = importlib.import_module(relative, __package__) if relative.startswith(".") else importlib.import_module(module)
    return getattr(found, function)


def _outputs(job: Job) -> Iterator[tuple[str, Kind, str]]:
    """Yield name, kind and path of what the job writes."""
    for name, described in job.parameters().items():
        value = getattr(job, name)
        if described.kind.is_output and value is not None:
            yield name.upper(), described.kind, value


def _inputs(job: Job) -> Iterator[tuple[str, str]]:
    """Yield name and path of what the job reads, without a layer name."""
    for name, described in job.parameters().items():
        value = getattr(job, name)
        if described.kind in _INPUTS and value is not None:
            yield name.upper(), value.partition("|")[0]


def _check_new_file(path: Path) -> None:
    if path.is_dir():
        raise OutputError(f"The output {path} is a folder.", "Give the name of a file.")
    if os.path.lexists(path):
        raise OutputError(f"The output {path} exists already.", "Choose another name or delete it first.")
    if not path.parent.is_dir():
        raise OutputError(f"The folder {path.parent} for the output {path.name} does not exist.", "Create it first.")
    _check_writable(path.parent)


def _check_new_folder(path: Path) -> None:
    if path.is_dir():
        try:
            empty = next(path.iterdir(), None) is None
        except OSError as error:
            raise OutputError(f"The output folder {path} cannot be read: {error.strerror}.", "Choose another one.") from error
        if not empty:
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
        if error.errno in _DISK_FULL:
            raise OutputError(f"The disk of {folder} is full.", "Free some space or write somewhere else.") from error
        reason = error.strerror or error
        raise OutputError(f"The folder {folder} cannot be written to: {reason}.", "Choose another folder.") from error


def _create_parents(job: Job) -> list[Path]:
    """Create the folders above each output folder; return the new ones, outermost first."""
    created = []
    for _, kind, text in _outputs(job):
        if kind is Kind.NEW_FOLDER:
            missing = [folder for folder in Path(text).absolute().parents if not folder.exists()]
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                created.append(folder)
    return created


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON knows it; numpy and torch scalars are known by their ``item``."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _colon(text: str) -> str:
    return f": {text}" if text else ""
