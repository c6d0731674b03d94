"""The locked requirements: reading them, and taking PyTorch out when it comes from an index of its own.

The format is pip's requirements file with hashes, as ``uv pip compile --generate-hashes`` writes it: an entry begins in the
first column with ``name==version ; marker`` and goes on in indented lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*))?")
# What a CUDA build of PyTorch brings with it; another build brings others, or none. nvidia-ml-py only reads the driver.
_CUDA = re.compile(r"^(torch|torchvision|triton|cuda-.*|nvidia-(?!ml-py$).*)$")


@dataclass(frozen=True)
class Entry:
    """One locked package.

    Attributes:
        name: the normalised name.
        version: the exact version.
        marker: the condition, such as ``sys_platform == 'linux'``; may be empty.
        text: the entry as it stands in the file, hashes included.
    """

    name: str
    version: str
    marker: str
    text: str


def read_lock(path: Path) -> list[Entry]:
    """Return the entries of a lock file."""
    entries: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if _ENTRY.match(line):
            entries.append([line])
        elif entries and line[:1].isspace() and not line.lstrip().startswith("#"):
            entries[-1].append(line)
    return [_entry(lines) for lines in entries]


def _entry(lines: list[str]) -> Entry:
    found = _ENTRY.match(lines[0])
    assert found is not None  # nosec B101
    name = re.sub(r"[-_.]+", "-", found["name"]).lower()
    return Entry(name, found["version"], (found["marker"] or "").strip(), "\n".join(lines).rstrip().rstrip("\\").rstrip())


def without_torch(entries: list[Entry]) -> list[Entry]:
    """Return the entries that are the same whatever build of PyTorch is installed."""
    return [entry for entry in entries if not _CUDA.match(entry.name)]


def version_of(entries: list[Entry], name: str) -> str | None:
    """Return the locked version of a package, None when it is not locked."""
    return next((entry.version for entry in entries if entry.name == name), None)


def as_requirements(entries: list[Entry]) -> str:
    """Return the text of a requirements file with hashes."""
    return "".join(f"{entry.text}\n" for entry in entries)


def as_constraints(entries: list[Entry]) -> str:
    """Return the text of a constraints file: versions and markers, no hashes (they would be demanded of all packages)."""
    return "".join(f"{entry.name}=={entry.version}{f' ; {entry.marker}' if entry.marker else ''}\n" for entry in entries)
