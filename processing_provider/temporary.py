"""Names of temporary files."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFileUtils


def file_for(folder: Path, name: str, ending: str) -> Path:
    """Return a path in ``folder`` for a layer called ``name``: named after it, because the worker's messages tell it, and new.

    Args:
        folder: that exists.
        name: any text.
        ending: such as ``".tif"``.
    """
    stem = QgsFileUtils.stringToSafeFilename(name) or "layer"
    path, number = folder / f"{stem}{ending}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}{ending}"
    return path
