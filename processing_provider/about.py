"""The plugin's folder and its metadata."""

from __future__ import annotations

import configparser
from functools import lru_cache
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def metadata() -> dict[str, str]:
    """Return the entries of ``metadata.txt``, such as ``version`` and ``homepage``."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(PLUGIN / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])
