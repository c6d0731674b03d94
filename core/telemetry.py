"""How busy the device is: a graphics card as ``nvidia-smi`` shows it, through NVIDIA's library NVML; else this process."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .runtime.machine import main_memory, usable_cores

FRESH = 1.0  # seconds that an answer is good for; asking a card takes milliseconds


@dataclass(frozen=True)
class Load:
    """What was measured; None where nobody tells.

    Attributes:
        memory: bytes in use: of a card by everyone, of the CPU by this process (which has no children there).
        total: bytes that the card, or the machine, has.
        load: 0..1, share of the last second that the card, or the cores used here, computed.
        temperature: of the card, degrees Celsius.
    """

    memory: int | None = None
    total: int | None = None
    load: float | None = None
    temperature: int | None = None


class Telemetry:
    """Tells the load of a device; may be asked at any rate, from any thread, and never fails.

    Args:
        device: ``cpu`` or one of ``cuda``.

    Attributes:
        name: of the device, such as ``"NVIDIA H100"``.
    """

    def __init__(self, device: torch.device) -> None:
        self._lock = threading.Lock()
        self._asked, self._load = float("-inf"), Load()
        self._source: _Card | _Process
        if device.type == "cuda":
            self._source = _Card(device)
            self.name = str(torch.cuda.get_device_name(device))
        else:
            self._source = _Process()
            self.name = f"CPU ({torch.get_num_threads()} threads)"

    def load(self) -> Load:
        """Return the load, at most a second old."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked >= FRESH:
                self._load, self._asked = self._source.ask(), now
            return self._load

    def facts(self) -> dict[str, Any]:
        """Return name and load as :meth:`core.reporting.Reporter.watch` takes them."""
        return _facts([self.name], [self.load()])

    def values(self) -> dict[str, float]:
        """Return what is known as numbers.

        Of a card ``gpu_memory`` (bytes in use), ``gpu_load`` (0..1) and ``gpu_temperature`` (degrees Celsius); of the CPU
        ``memory`` and ``cpu_load``.
        """
        load = self.load()
        card = isinstance(self._source, _Card)
        names = ("gpu_memory", "gpu_load", "gpu_temperature") if card else ("memory", "cpu_load", "")
        known = zip(names, (load.memory, load.load, load.temperature), strict=True)
        return {name: float(value) for name, value in known if value is not None}


def facts_of(devices: Sequence[torch.device]) -> Callable[[], dict[str, Any]]:
    """Return what measures several devices that share the work: their memory together, and their mean load.

    What it returns is as :meth:`Telemetry.facts`.
    """
    asked = [Telemetry(device) for device in devices]
    return lambda: _facts([it.name for it in asked], [it.load() for it in asked])


def _facts(names: Sequence[str], loads: Sequence[Load]) -> dict[str, Any]:
    def known(name: str) -> list[Any]:
        values = [getattr(load, name) for load in loads]
        return [] if None in values else values

    memory, total, load = known("memory"), known("total"), known("load")
    return {
        "device": " and ".join(names),
        "memory": sum(memory) if memory else None,
        "memory_total": sum(total) if total else None,
        "load": sum(load) / len(load) if load else None,
    }


class _Card:
    """A card asked through NVML, and where that does not know it (a part of a card, no NVML) through CUDA."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._nvml: Any = None
        self._handle: Any = None
        with contextlib.suppress(Exception):  # NVMLError of a dozen kinds, or no NVML at all
            nvml = importlib.import_module("pynvml")
            nvml.nvmlInit()  # the end of the process shuts it down
            # CUDA counts only the cards it may see, in an order of its own; the number that both know is the UUID.
            uuid = str(torch.cuda.get_device_properties(device).uuid)
            self._handle = nvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
            self._nvml = nvml

    def ask(self) -> Load:
        """Return what is known now."""
        memory = total = load = temperature = None
        if self._nvml is not None:
            with contextlib.suppress(Exception):
                usage = self._memory()
                memory, total = int(usage.used), int(usage.total)
            with contextlib.suppress(Exception):
                load = self._nvml.nvmlDeviceGetUtilizationRates(self._handle).gpu / 100
            with contextlib.suppress(Exception):
                temperature = int(self._nvml.nvmlDeviceGetTemperature(self._handle, self._nvml.NVML_TEMPERATURE_GPU))
        if memory is None:
            with contextlib.suppress(Exception):
                free, total = torch.cuda.mem_get_info(self._device)
                memory = total - free
        return Load(memory, total, load, temperature)

    def _memory(self) -> Any:
        with contextlib.suppress(Exception):  # old drivers; the second version is what nvidia-smi shows
            return self._nvml.nvmlDeviceGetMemoryInfo(self._handle, version=self._nvml.nvmlMemory_v2)
        return self._nvml.nvmlDeviceGetMemoryInfo(self._handle)


class _Process:
    """The process itself: its memory, and how much of the cores that it may use it kept busy since it was asked before."""

    def __init__(self) -> None:
        self._before = (time.monotonic(), time.process_time())

    def ask(self) -> Load:
        """Return what is known now."""
        now = (time.monotonic(), time.process_time())
        wall, busy = now[0] - self._before[0], now[1] - self._before[1]
        self._before = now
        load = min(max(busy / wall / usable_cores(), 0.0), 1.0) if wall > 0.01 else None
        memory = None
        with contextlib.suppress(Exception):
            memory = process_memory()
        return Load(memory, main_memory() or None, load)


def driver_version() -> str:
    """Return the version of the NVIDIA driver, empty when there is none."""
    with contextlib.suppress(Exception):  # without NVML the driver is not known
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
        try:
            version = nvml.nvmlSystemGetDriverVersion()
        finally:
            nvml.nvmlShutdown()
        return version.decode() if isinstance(version, bytes) else str(version)
    return ""


def process_memory() -> int:
    """Return the bytes of main memory that this process holds; on macOS the most that it ever held.

    Raises:
        OSError: the system does not tell.
    """
    if sys.platform == "win32":
        return _working_set()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _working_set() -> int:
    """Ask Windows: ``GetProcessMemoryInfo``, the field ``WorkingSetSize``."""
    sizes = ("peak", "used", "peak_paged", "paged", "peak_other", "other", "pagefile", "peak_pagefile")

    class Counters(ctypes.Structure):
        _fields_ = [("cb", ctypes.c_uint32), ("faults", ctypes.c_uint32), *((name, ctypes.c_size_t) for name in sizes)]

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    system: Any = ctypes
    kernel = system.windll.kernel32
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    ask = kernel.K32GetProcessMemoryInfo
    ask.argtypes = [ctypes.c_void_p, ctypes.POINTER(Counters), ctypes.c_uint32]
    if not ask(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb):
        raise OSError("GetProcessMemoryInfo failed")
    return int(counters.used)
