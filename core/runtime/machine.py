"""What this machine is: system, processor, memory, disk. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import shutil
import sys
from pathlib import Path

from .failures import sandbox


def describe_machine(folder: Path) -> list[tuple[str, str]]:
    """Return pairs of a name and what is so, for a report; ``folder`` is where free disk is counted."""
    memory = main_memory()
    rows = [
        ("System", _system()),
        ("Processor", f"{_processor()}, {usable_cores()} cores usable"),
        ("Main memory", f"{memory / 2**30:.1f} GiB" if memory else "unknown"),
        ("Free disk", f"{free_disk(folder) / 1e9:.1f} GB at {folder}"),
    ]
    if sandbox():
        rows.append(("Sandbox", f"{sandbox()}: the system's Python, drivers and folders may be hidden"))
    return rows


def usable_cores() -> int:
    """Return the number of processor cores that this process may use."""
    with contextlib.suppress(AttributeError, OSError):  # Windows and macOS do not know it
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def main_memory() -> int:
    """Return the bytes of main memory, 0 if unknown."""
    if sys.platform == "win32":

        class MemoryStatus(ctypes.Structure):  # MEMORYSTATUSEX of the Windows API
            _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
                (name, ctypes.c_ulonglong)
                for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
            ]

        status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
        return int(status.total) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else 0
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def free_disk(folder: Path) -> int:
    """Return the free bytes where ``folder`` is, or would be."""
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(existing).free


def _system() -> str:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
            return f"{name}, kernel {platform.release()}, {platform.machine()}"
    return f"{platform.system()} {platform.release()} ({platform.version()}), {platform.machine()}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
