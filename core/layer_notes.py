"""A sentence that stays with a vector file. Standard library only: both sides of the worker write it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from html import escape
from pathlib import Path

_GEOPACKAGE = ".gpkg"


def keep_note(file: Path, text: str) -> None:
    """Keep ``text`` with the layer in ``file``, which holds no other: QGIS shows it among the layer's properties.

    A GeoPackage has a place for it; beside other files lies a file of QGIS's, with the ending ``.qmd``.
    """
    if file.suffix.lower() == _GEOPACKAGE:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE gpkg_contents SET description = ?", (text,))
        return
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    file.with_suffix(".qmd").write_text(f"{head}\n<qgis><abstract>{escape(text)}</abstract></qgis>\n", "utf-8")


def note_of(file: Path) -> str:
    """Return the note of a GeoPackage with one layer; empty when there is none."""
    with closing(sqlite3.connect(file)) as database:
        return next((text or "" for (text,) in database.execute("SELECT description FROM gpkg_contents")), "")
