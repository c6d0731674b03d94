"""The managed environment: a folder with its own Python packages, made from the locked requirements."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .folders import environments_folder

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
MARKER = "kestrel.json"


def python_of(folder: Path) -> Path:
    """Return where the virtual environment in ``folder`` has its interpreter."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


class ManagedEnvironment:
    """The Python environment that Kestrel builds for itself.

    Its folder is named by the hash of the lock file and the build of PyTorch in it. The marker file is written last, so a
    folder without one is a build that did not end and is never used.

    Args:
        requirements: the lock file.
        folder: where environments are kept; the cache folder when None.
    """

    def __init__(self, requirements: Path = REQUIREMENTS, folder: Path | None = None) -> None:
        self.requirements = requirements
        self.folder = folder or environments_folder()
        self.key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]

    @property
    def path(self) -> Path | None:
        """The folder of the environment that is ready, the newest of several; None when there is none."""
        return next(iter(self._ready()), None)

    @property
    def ready(self) -> bool:
        """Whether there is a complete environment. Looks at files only."""
        return self.path is not None

    @property
    def python(self) -> Path:
        """The interpreter of the environment that is ready.

        Raises:
            FileNotFoundError: there is none.
        """
        path = self.path
        if path is None:
            raise FileNotFoundError(f"There is no environment for {self.requirements} in {self.folder}.")
        return python_of(path)

    def _ready(self) -> Sequence[Path]:
        markers = [folder / MARKER for folder in self.folder.glob(f"{self.key}-*") if python_of(folder).is_file()]
        markers = [marker for marker in markers if marker.is_file()]
        return [marker.parent for marker in sorted(markers, key=lambda marker: marker.stat().st_mtime, reverse=True)]


def read_marker(folder: Path) -> dict[str, Any]:
    """Return what is written about the environment in ``folder``; empty when it cannot be read."""
    try:
        return dict(json.loads((folder / MARKER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
