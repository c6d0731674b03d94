"""Write the tables in the pages of docs/ that are made from the code: ``python scripts/docs_tables.py [--check]``.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``, where NAME is

- ``parameters TOOL`` or ``outputs TOOL``: of a tool, such as ``parameters trainmodel``,
- ``names TOOL PARAMETER``: what a parameter that is a table may hold, such as ``names trainmodel MODEL_ARGUMENTS``,
- ``presets``: what the presets of the augmentation do.

With ``--check`` nothing is written; the exit code is 1 when a page is not up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.jobs import JOBS, Kind, Parameter  # noqa: E402
from core.jobs.arguments import table_rows, value_text  # noqa: E402
from core.jobs.augmentations import AUGMENTATIONS, PRESETS  # noqa: E402

_TABLE = re.compile(r"(<!-- table: ([\w ]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
_TAKES = {
    Kind.RASTER: "raster",
    Kind.RASTERS: "rasters",
    Kind.FEATURES: "vector layer",
    Kind.FIELD: "field",
    Kind.FILE: "file",
    Kind.FOLDER: "folder",
    Kind.FOLDERS: "folders",
    Kind.TABLE: "names and values",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes or no",
    Kind.EXTENT: "extent",
    Kind.CRS: "coordinate system",
    Kind.NEW_FOLDER: "new folder",
    Kind.NEW_FEATURES: "new vector layer",
    Kind.NEW_TABLE: "new table",
    Kind.NEW_HTML: "new HTML file",
    Kind.BANDS: "numbers from 1",
    Kind.NUMBERS: "numbers from 0",
    Kind.DECIMALS: "numbers",
    Kind.TEXT: "text",
    Kind.TEXTS: "names",
}


def main(check: bool) -> int:
    """Renew the tables of all pages, or only look; return the exit code."""
    old = [page for page in sorted((ROOT / "docs").glob("*.md")) if renewed(page.read_text("utf-8")) != page.read_text("utf-8")]
    for page in old:
        print(f"{page.relative_to(ROOT)} {'is not up to date: run scripts/docs_tables.py' if check else 'renewed'}")
        if not check:
            page.write_text(renewed(page.read_text("utf-8")), "utf-8")
    return int(check and bool(old))


def renewed(page: str) -> str:
    """Return the text of a page with its tables made anew.

    Raises:
        KeyError: a table of an unknown name.
    """
    return _TABLE.sub(lambda found: found[1] + table(*found[2].split()) + found[3], page)


def table(what: str, tool: str = "", parameter: str = "") -> str:
    """Return the Markdown of one table; see the top of this file."""
    makers = {"parameters": _parameters, "outputs": _outputs, "names": _names, "presets": _presets}
    return makers[what](*filter(None, (tool, parameter)))


def _parameters(tool: str) -> str:
    job = JOBS[tool]
    return _markdown(
        ("parameter", "takes", "default", "what it is"),
        (
            (
                f"**{described.label}**<br>`{name.upper()}`",
                _takes(described),
                _default(described, job.default(name)),
                described.help,
            )
            for name, described in job.parameters().items()
        ),
    )


def _takes(described: Parameter) -> str:
    if described.choices:
        return ", ".join(f"`{word}`" for word in described.choices)
    limits = described.limits() if described.minimum or described.maximum is not None else ""
    return " ".join(filter(None, (_TAKES[described.kind], limits)))


def _default(described: Parameter, default: object) -> str:
    if default is None:
        return "" if described.optional else "required"
    if described.kind is Kind.BOOLEAN:
        return "yes" if default else "no"
    return f"`{value_text(default)}`"


def _outputs(tool: str) -> str:
    return _markdown(("output", "what it is"), ((f"`{output.name}`", output.label) for output in JOBS[tool].returns))


def _names(tool: str, parameter: str) -> str:
    rows = table_rows(JOBS[tool].parameters()[parameter.lower()].known)
    owners = any(row.owners for row in rows)
    return _markdown(
        ("name", *(["of"] if owners else []), "takes", "default", "what it is"),
        (
            (
                f"`{row.name}`",
                *([row.owners or "all"] if owners else []),
                row.demand,
                row.default and f"`{row.default}`",
                row.help,
            )
            for row in rows
        ),
    )


def _presets() -> str:
    return _markdown(
        ("name", *(f"`{preset}`" for preset in PRESETS)),
        (
            (f"`{argument.name}`", *(value_text(preset.get(argument.name)) for preset in PRESETS.values()))
            for argument in AUGMENTATIONS
        ),
    )


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; a cell may hold no line of its own and no bar that is not escaped."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
