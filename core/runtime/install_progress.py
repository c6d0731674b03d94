"""How far pip or uv is: from what it prints and from what appears on disk, because neither tells a pipe its progress."""

from __future__ import annotations

import re
import time
from collections import deque
from pathlib import Path

from .machine import folder_size, size_text

_DOWNLOADS = 0.7  # share of the bar
_WINDOW = 10.0  # seconds over which the speed is taken
_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_PIP_DOWNLOAD = re.compile(r"^\s*Downloading (?:\S*/)?(?P<name>[A-Za-z0-9_.]+?)-\d\S* \((?P<size>[\d.]+) (?P<unit>[kMG]?B)\)")
_UV_DOWNLOAD = re.compile(r"^\s*Downloading (?P<name>\S+) \((?P<size>[\d.]+) ?(?P<unit>[KMG]?i?B)\)")
_UV_DOWNLOADED = re.compile(r"^\s*Downloaded (?P<name>\S+)")
_UV_PHASE = re.compile(r"^(?P<what>Resolved|Prepared|Installed) (?P<count>\d+) packages?")


class InstallProgress:
    """Follows one run of pip or uv.

    Args:
        site_packages: where packages are installed to; need not exist yet.
        temporary: where pip keeps what it downloads until it installs it.
        packages: how many entries the requirements have.
        expected: bytes to download, about.
    """

    def __init__(self, site_packages: Path, temporary: Path, packages: int, expected: int) -> None:
        self._site_packages, self._temporary = site_packages, temporary
        self._packages, self._expected = packages, max(expected, 1)
        self._sizes: dict[str, int] = {}  # uv announces its large downloads, and says which ended
        self._downloaded = 0
        self._current = ""
        self._installing = self._compiling = False
        self._history: deque[tuple[float, int]] = deque()
        self._most = 0.0

    def line(self, text: str) -> None:
        """Take one line that pip or uv printed."""
        if text.startswith("Ignoring "):  # "Ignoring six: markers ... don't match your environment"
            self._packages -= 1
        elif text.startswith("Installing collected packages"):
            self._installing = True
        elif found := _PIP_DOWNLOAD.match(text):
            self._current = f"{found['name']}, {found['size']} {found['unit']}"
        elif found := _UV_DOWNLOAD.match(text):
            self._sizes[found["name"]] = int(float(found["size"]) * _UNITS[found["unit"].lower()])
            self._current = found["name"]
        elif found := _UV_DOWNLOADED.match(text):
            self._downloaded += self._sizes.pop(found["name"], 0)
            self._current = next(iter(self._sizes), "")
        elif found := _UV_PHASE.match(text):
            if found["what"] == "Resolved":
                self._packages = int(found["count"])
            self._installing = self._installing or found["what"] == "Prepared"
            self._compiling = found["what"] == "Installed"

    def look(self) -> tuple[float, str, str, float | None]:
        """Return the fraction 0..1, the stage in words, the speed, and the seconds left (None when unknown)."""
        rate, remaining = "", None
        if self._compiling:  # uv only: pip compiles each package as it installs it
            fraction, stage = 0.97, "Compiling the packages"
        elif self._installing:
            done = min(sum(1 for _ in self._site_packages.glob("*.dist-info")), self._packages)
            fraction = _DOWNLOADS + (1 - _DOWNLOADS) * done / max(self._packages, 1)
            stage = f"Installing, {done} of {self._packages} packages"
        else:
            loaded = self._downloaded + folder_size(self._temporary)
            fraction = _DOWNLOADS * min(loaded / self._expected, 0.99)
            stage = f"Downloading, {size_text(loaded)} of about {size_text(max(self._expected, loaded))}"
            stage += f" ({self._current})" if self._current else ""
            rate, remaining = self._speed(loaded)
        self._most = max(self._most, fraction)  # a temporary file that went away must not turn the bar back
        return self._most, stage, rate, remaining

    def _speed(self, loaded: int) -> tuple[str, float | None]:
        now = time.monotonic()
        self._history.append((now, loaded))
        while now - self._history[0][0] > _WINDOW:
            self._history.popleft()
        seconds, gained = now - self._history[0][0], loaded - self._history[0][1]
        if seconds < 2 or gained <= 0:
            return "", None
        speed = gained / seconds
        left = self._expected - loaded
        return f"{speed / 1e6:.1f} MB/s", left / speed if left > 0 else None
