"""What somebody who helps has to know, as text to paste: versions, state, settings, the log. No passwords."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from qgis.core import Qgis
from qgis.PyQt.QtCore import qVersion

from ...core.runtime.failures import without_passwords
from ...core.runtime.folders import cache_folder, environments_folder, setting, settings_file
from ...core.runtime.machine import describe_machine
from ...core.runtime.state import State
from ...processing_provider.about import metadata

_LINES = 60  # of the last build's log
_SETTINGS = ("python", "cache", "wheels", "processor")
_VARIABLES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "PIP_INDEX_URL",
    "UV_INDEX_URL",
    "SSL_CERT_FILE",
    "PIP_CERT",
)


def diagnostics(state: State | None, checked: Iterable[tuple[str, str]], log: str) -> str:
    """Return the text.

    Args:
        state: as last looked at; None when it was not yet.
        checked: what the check from inside found, pairs of a name and a text.
        log: what the dialog's log shows.
    """
    about = metadata()
    parts = [
        ("Versions", [
            (about["name"], about["version"]), ("QGIS", Qgis.QGIS_VERSION), ("Qt", qVersion()),
            ("Python of QGIS", platform.python_version()),
        ]),
        ("Machine", describe_machine(cache_folder())),
        ("State", [("State", f"{state.headline} {state.advice}".strip()), *state.rows] if state else []),
        ("Environments on disk", [(str(item.path), item.title) for item in state.installed] if state else []),
        ("Check", list(checked)),
        ("Settings", [("File", str(settings_file())), *((name, str(setting(name))) for name in _SETTINGS if setting(name))]),
        ("Variables", sorted(
            (name, value) for name, value in os.environ.items()
            if name.upper() in _VARIABLES or name.upper().startswith(("KESTREL_", "CUDA_VISIBLE"))
        )),
    ]  # fmt: skip
    sections = [f"{title}\n" + "\n".join(f"  {name}: {text}" for name, text in rows) for title, rows in parts if rows]
    if log.strip():
        sections.append(f"Log of this dialog\n{log.strip()}")
    last = _last_log()
    if last:
        lines = last.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]
        sections.append(f"End of {last}\n" + "\n".join(lines))
    return without_passwords("\n\n".join(sections))


def _last_log() -> Path | None:
    """Return the log of the last build."""
    logs = [file for file in environments_folder().glob("*.log") if file.is_file()]
    return max(logs, key=lambda file: file.stat().st_mtime, default=None)
