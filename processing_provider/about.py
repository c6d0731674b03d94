"""The plugin's folder, its metadata and its icon."""

from __future__ import annotations

import configparser
from functools import lru_cache
from pathlib import Path

from qgis.PyQt.QtGui import QIcon

PLUGIN = Path(__file__).resolve().parent.parent
ICON = PLUGIN / "ui" / "icons" / "kestrel.svg"


def icon() -> QIcon:
    """Return the plugin's icon."""
    return QIcon(str(ICON))


@lru_cache(maxsize=1)
def metadata() -> dict[str, str]:
    """Return the entries of ``metadata.txt``, such as ``version`` and ``homepage``."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(PLUGIN / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])
