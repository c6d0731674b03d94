"""The plugin's own icons, as files: one for the plugin, one for each tool by its id, those of the drawing tools."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtGui import QIcon

FOLDER = Path(__file__).parent


def icon(name: str = "kestrel") -> QIcon:
    """Return the icon ``name.svg`` of this folder."""
    return QIcon(icon_file(name))


def icon_file(name: str = "kestrel") -> str:
    """Return the path of the icon ``name.svg``."""
    return str(FOLDER / f"{name}.svg")
