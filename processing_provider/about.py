"""The plugin's folder and its metadata."""

from __future__ import annotations

import configparser
from functools import lru_cache
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent.parent


def manual(page: str = "index") -> str:
    """Return the address of a page of the manual, such as ``"train-model"``.

    The plugin's zip carries the manual, for machines without a network and in the version that fits. A checkout has it after
    ``make manual``; without one the page's text in the repository is all there is.
    """
    name, _, anchor = page.partition("#")
    file = PLUGIN / "manual" / f"{name}.html"
    address = file.as_uri() if file.is_file() else f"{metadata()['homepage']}/blob/main/docs/{name}.md"
    return f"{address}#{anchor}" if anchor else address


@lru_cache(maxsize=1)
def metadata() -> dict[str, str]:
    """Return the entries of ``metadata.txt``, such as ``version`` and ``homepage``."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(PLUGIN / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])
