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
        return _windows_memory()[0]
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def _windows_memory() -> tuple[int, int]:
    """Return the bytes of main memory, and those that are free; 0 if unknown."""
    if sys.platform != "win32":
        return 0, 0

    class MemoryStatus(ctypes.Structure):  # MEMORYSTATUSEX of the Windows API
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
        ]

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    known = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return (int(status.total), int(status.free)) if known else (0, 0)


def available_memory(root: Path = Path("/")) -> int:
    """Return the bytes of main memory that this process may count on, 1 GiB if unknown.

    That is what is free or can be freed, and no more than what its group of processes (a container, a batch job) may still
    take.

    Args:
        root: where ``proc`` and ``sys`` are.
    """
    found = [main_memory() or 2**30, *filter(None, _windows_memory()[1:])]
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = (root / "proc/meminfo").read_text(encoding="utf-8")
        found += [1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("MemAvailable:")]
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            number, controllers, path = (*line.split(":", 2), "", "")[:3]
            if number == "0":
                found += _group_limits(root / "sys/fs/cgroup", path, "memory.max", "memory.current")
            elif "memory" in controllers.split(","):
                found += _group_limits(root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes")
    return max(min(found), 0)


def _group_limits(mount: Path, path: str, limit: str, used: str) -> list[int]:
    """Return what is left to a control group of Linux and to those above it; inside a container it is seen as the highest."""
    result = []
    own = mount / path.strip("/")
    for folder in {mount, own, *(place for place in own.parents if place.is_relative_to(mount))}:
        with contextlib.suppress(OSError, ValueError):  # "max" is no limit
            most = int((folder / limit).read_text(encoding="utf-8"))
            taken = 0
            with contextlib.suppress(OSError, ValueError):
                taken = int((folder / used).read_text(encoding="utf-8")) - _freeable(folder)
            result.append(max(most - max(taken, 0), 0))
    return result


def _freeable(folder: Path) -> int:
    """Return the bytes of a control group that only cache files."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (folder / "memory.stat").read_text(encoding="utf-8").splitlines():
            if line.startswith(("inactive_file ", "total_inactive_file ")):
                return int(line.split()[1])
    return 0


def free_disk(folder: Path) -> int:
    """Return the free bytes where ``folder`` is, or would be."""
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(existing).free


def folder_size(folder: Path) -> int:
    """Return the bytes of the files below ``folder``; files may come and go meanwhile."""
    total = 0
    pending = [os.fspath(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def size_text(size: int) -> str:
    """Return a number of bytes for people, such as ``"3.1 GB"``."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.0f} MB"


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
