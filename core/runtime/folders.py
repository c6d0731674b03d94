"""Where Kestrel keeps what outlives a job: outside the QGIS profile, so that all profiles and versions share it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def cache_folder() -> Path:
    r"""Return the folder of everything Kestrel keeps: environments, weights, settings. It need not exist yet.

    ``KESTREL_CACHE`` names it; else it is the system's own place: ``%LOCALAPPDATA%\kestrel``, ``~/Library/Caches/kestrel``,
    or ``kestrel`` in ``$XDG_CACHE_HOME`` (``~/.cache``).
    """
    named = os.environ.get("KESTREL_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        # The XDG base directory specification tells to ignore a relative path.
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    return base / "kestrel"


def environments_folder() -> Path:
    """Return the folder of the managed Python environments."""
    return cache_folder() / "environments"


def settings_file() -> Path:
    """Return the file of the settings that desktop and headless share: one JSON object."""
    return cache_folder() / "settings.json"


def setting(name: str) -> Any:
    """Return one setting, or None when it, or the file, is not there or cannot be read."""
    try:
        settings = json.loads(settings_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return settings.get(name) if isinstance(settings, dict) else None
