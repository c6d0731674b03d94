"""The plugin's own icons, as files."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtGui import QIcon


def icon(name: str) -> QIcon:
    """Return the icon ``name.svg`` of this folder."""
    return QIcon(str(Path(__file__).parent / f"{name}.svg"))
