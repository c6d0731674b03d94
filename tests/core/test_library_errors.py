"""What the errors of libraries mean: the texts are those that torch, numpy and the systems write."""

import errno
import os

import pytest

from core.errors import (
    Cancelled,
    DeviceError,
    EnvironmentMissing,
    InputError,
    KestrelError,
    ModelError,
    OutOfMemory,
    OutputError,
)
from core.library_errors import translate


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


def os_error(name, file=None):
    number = getattr(errno, name)
    return OSError(number, os.strerror(number), file)


def windows_error(number, text):
    error = OSError(22, text)
    error.winerror = number
    return error


@pytest.mark.parametrize(
    ("error", "cls", "text"),
    [
        (
            OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB"),
            OutOfMemory,
            "The memory of the graphics card is full: CUDA out of memory. Tried to allocate 2.00 GiB.",
        ),
        (RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be"), OutOfMemory, "graphics card is full"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), OutOfMemory, "graphics card is full"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), DeviceError, "The graphics card failed"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), DeviceError, "The graphics card failed"),
        (MemoryError(), OutOfMemory, "The main memory is full."),
        (MemoryError("Unable to allocate 7.5 GiB for an array"), OutOfMemory, "full: Unable to allocate 7.5 GiB for an array."),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: tried 9 bytes."),
            OutOfMemory,
            "The main memory is full",
        ),
        (
            RuntimeError("DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that dataloader's workers "
                         "are out of shared memory. Please try to raise your shared memory limit."),
            OutOfMemory,
            "The main memory is full",
        ),
        (RuntimeError("DataLoader worker (pid(s) 7) is killed by signal: Killed."), OutOfMemory, "The main memory is full"),
        (os_error("ENOSPC", "/data/a.gpkg"), OutputError, "The disk is full: /data/a.gpkg."),
        (os_error("EDQUOT"), OutputError, "The disk is full."),
        (RuntimeError("write failed: No space left on device"), OutputError, "The disk is full"),
        (os_error("EACCES", "/data/a.gpkg"), OutputError, "There is no permission to use /data/a.gpkg (Permission denied)."),
        (os_error("EROFS", b"/data/a.gpkg"), OutputError, "There is no permission to use /data/a.gpkg"),
        (os_error("ENOENT", "/data/a.tif"), InputError, "There is no file /data/a.tif."),
        (os_error("EIO", "/data/a.tif"), InputError, "/data/a.tif cannot be used: Input/output error."),
        (os_error("EIO"), KestrelError, "The Tool failed unexpectedly: OSError: [Errno 5]"),
        (windows_error(1455, "The paging file is too small"), OutOfMemory, "its paging file is too small"),
        (windows_error(126, "[WinError 126] c10.dll not found"), EnvironmentMissing, "A system library is missing"),
        (ImportError("DLL load failed while importing _C"), EnvironmentMissing, "A system library is missing"),
        (ModuleNotFoundError("No module named 'rasterio'", name="rasterio"), EnvironmentMissing, "lacks the package rasterio."),
        (ModuleNotFoundError("No module named 'core.x'", name="core.x"), KestrelError, "The Tool failed unexpectedly"),
        (KeyboardInterrupt(), Cancelled, "Cancelled."),
        (ZeroDivisionError("division by zero"), KestrelError, "failed unexpectedly: ZeroDivisionError: division by zero"),
        (AssertionError(), KestrelError, "The Tool failed unexpectedly: AssertionError"),
    ],
)  # fmt: skip
def test_library_errors(error, cls, text):
    known = translate(error, "The Tool")
    assert type(known) is cls
    assert text in known.message
    assert known.message == " ".join(known.message.split())
    assert known.hint or cls is Cancelled
    assert type(error).__name__ in known.details


def test_ours_stay():
    error = ModelError("No.")
    assert translate(error, "The Tool") is error
    assert error.details == ""


def test_ours_out_of_a_process_of_the_data_loader_say_what_they_said():
    """The text is made as in torch._utils.ExceptionWrapper."""
    text = (
        "Caught InputError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
        '  File "/a/fetch.py", line 54, in fetch\n    data = [self.dataset[i] for i in index]\n'
        "core.errors.InputError: The chip 000000001.tif is broken: it has 2 bands. Export it again.\n"
    )
    known = translate(InputError(text), "The Tool")
    assert type(known) is InputError
    assert known.message == "The chip 000000001.tif is broken: it has 2 bands. Export it again."
    assert "fetch.py" in known.details
