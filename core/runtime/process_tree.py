"""What the worker does so that its children, such as those that load data, end with it. Standard library only.

The client ends the whole tree by :func:`core.runtime.processes.kill_tree`. This here is for the case that there is no client
any more.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn


def bind_children() -> None:
    """See to it that the children of this process end with it, where the system has to be told in advance (Windows)."""
    if sys.platform == "win32":
        _enter_job_object()


def end_with_children() -> NoReturn:
    """End this process and its children now, without any clean-up; on POSIX it must lead a process group of its own."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _enter_job_object() -> None:
    """Put this process into a job object that ends when its handle is closed, that is when this process ends.

    See "Job Objects" in the Windows API; the structure is JOBOBJECT_EXTENDED_LIMIT_INFORMATION. Where the system refuses,
    the children have to notice by themselves that their parent is gone, as torch's do.
    """
    import ctypes
    from ctypes import wintypes

    class BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", BasicLimits),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    kill_on_job_close, extended_limit_information = 0x2000, 9
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
    kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
    kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    limits = ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = kill_on_job_close
    job = kernel.CreateJobObjectW(None, None)  # never closed: Windows does it when this process ends
    if job and kernel.SetInformationJobObject(job, extended_limit_information, ctypes.byref(limits), ctypes.sizeof(limits)):
        kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
