"""What the exceptions of Python and of libraries mean to the user. Standard library only: torch's are known by their name."""

from __future__ import annotations

import errno
import os
import traceback

from .errors import Cancelled, DeviceError, EnvironmentMissing, InputError, KestrelError, OutOfMemory, OutputError

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_MORE_SPACE = "Free some space or write somewhere else."
_SMALLER = "Use a smaller batch size or tile size, or close other programs."
_NO_MEMORY_TEXTS = (
    "can't allocate memory", "cannot allocate memory", "not enough memory", "out of shared memory", "bad_alloc",
    "killed by signal: killed",
)  # fmt: skip
_NO_GPU_MEMORY_TEXTS = ("cuda out of memory", "cuda error: out of memory", "status_alloc_failed")
_GPU_TEXTS = ("cuda error", "cuda driver", "cudnn", "cublas", "nvml", "nvidia driver", "gpu is lost")
_WINDOWS_PAGING_FILE = 1455  # ERROR_COMMITMENT_LIMIT
_WINDOWS_MISSING_LIBRARY = 126  # ERROR_MOD_NOT_FOUND
_FROM_LOADER = "Caught "  # how torch's DataLoader begins the text of an error that comes from one of its processes


def translate(error: BaseException, what: str) -> KestrelError:
    """Return the error of :mod:`core.errors` that tells the user what ``error`` means.

    Args:
        error: anything that was raised; one of our own is returned as it is.
        what: the tool that ran, for errors that nobody foresaw.
    """
    if isinstance(error, KestrelError):
        if error.message.startswith(_FROM_LOADER):
            return _from_loader(error)
        if error.__cause__ is not None and not error.details:
            error.details = _traceback(error)
        return error
    known = _translated(error, what)
    known.details = _traceback(error)
    return known


def _from_loader(error: KestrelError) -> KestrelError:
    """Return an error of ours as it was before a DataLoader made its traceback the message."""
    last = error.message.strip().splitlines()[-1]
    original = type(error)(last.partition(": ")[2] or last)
    original.details = error.message
    return original


def _translated(error: BaseException, what: str) -> KestrelError:
    text = " ".join(str(error).split())
    lower = text.lower()
    if isinstance(error, KeyboardInterrupt):
        return Cancelled()
    if type(error).__name__ == "OutOfMemoryError" or any(part in lower for part in _NO_GPU_MEMORY_TEXTS):
        return OutOfMemory(f"The memory of the graphics card is full{_colon(_start(text))}.", _SMALLER)
    if isinstance(error, MemoryError) or any(part in lower for part in _NO_MEMORY_TEXTS):
        return OutOfMemory(f"The main memory is full{_colon(_start(text))}.", _SMALLER)
    if isinstance(error, OSError):
        known = _from_os_error(error)
        if known is not None:
            return known
    if "no space left on device" in lower or "disk quota exceeded" in lower:
        return OutputError(f"The disk is full: {text}", _MORE_SPACE)
    if isinstance(error, ImportError):
        known = _from_import_error(error, text)
        if known is not None:
            return known
    if any(part in lower for part in _GPU_TEXTS):
        return DeviceError(f"The graphics card failed: {_start(text)}.", "Try again, or choose the processor type CPU.")
    return KestrelError(
        f"{what} failed unexpectedly: {type(error).__name__}{_colon(text)}",
        "This is a fault of Kestrel; please report it together with the log.",
    )


def _from_os_error(error: OSError) -> KestrelError | None:
    """Translate by error number; None for numbers that say nothing to a user."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
    windows = getattr(error, "winerror", None)
    if error.errno in DISK_FULL:
        return OutputError(f"The disk is full{_colon(name)}.", _MORE_SPACE)
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


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _start(text: str) -> str:
    """Return the first two sentences: what and how much; torch goes on with advice for programmers."""
    return ". ".join(text.split(". ")[:2]).rstrip(".")


def _colon(text: str) -> str:
    return f": {text}" if text else ""
