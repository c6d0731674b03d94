"""Where Kestrel keeps what outlives a job: outside the QGIS profile, so that all profiles and versions share it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "KESTREL_CACHE"


def cache_folder() -> Path:
    """Return the folder of what takes up disk: environments and weights. It need not exist yet.

    ``KESTREL_CACHE`` names it, else the setting ``cache``; else it is :func:`own_folder`.
    """
    named = setting("cache")
    if isinstance(named, str) and named.strip() and not os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    return own_folder()


def own_folder() -> Path:
    r"""Return the folder that holds the settings, and everything else that is not told to lie elsewhere.

    ``KESTREL_CACHE`` names it; else it is the system's own place: ``%LOCALAPPDATA%\kestrel``, ``~/Library/Caches/kestrel``,
    or ``kestrel`` in ``$XDG_CACHE_HOME`` (``~/.cache``).
    """
    named = os.environ.get(VARIABLE)
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
    """Return the file of the settings that desktop and headless share: one JSON object.

    Keys: ``python`` (an interpreter of the user's own), ``cache`` (the folder of environments and weights), ``wheels`` (the
    folder that environments are built from without a network), ``processor`` (what the word AUTO of the tools means:
    ``"CPU"`` or nothing).
    """
    return own_folder() / "settings.json"


def setting(name: str) -> Any:
    """Return one setting, or None when it, or the file, is not there or cannot be read."""
    return _settings().get(name)


def change_settings(**changes: str) -> None:
    """Write settings; an empty text takes one out. The others stay as they are.

    Raises:
        OSError: they cannot be written.
    """
    path = settings_file()
    settings = {name: value for name, value in {**_settings(), **changes}.items() if value not in ("", None)}
    if settings == _settings():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(settings, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def _settings() -> dict[str, Any]:
    try:
        settings = json.loads(settings_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
