"""One look for every HTML report: a self-contained page that needs no network. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from .errors import OutputError

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6b7b;
       --line: #d9e0e7; --accent: #c2552d; --paper: #ffffff; --tint: #f5f7f9; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
       font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.lead { color: var(--soft); margin: 0 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0; } th, td { padding: .3rem .9rem .3rem 0; text-align: left;
       border-bottom: 1px solid var(--line); vertical-align: top; } th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.tile { background: var(--tint); border-left: 3px solid var(--accent); padding: .6rem .9rem; min-width: 6rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; } .tile span { color: var(--soft); font-size: .85rem; }
.warning { background: #fff4e5; border-left: 3px solid #d9822b; padding: .6rem 1rem; margin: 1rem 0; }
.good { background: #eaf6ec; border-left: 3px solid #2f8f46; padding: .6rem 1rem; margin: 1rem 0; }
.swatch { display: inline-block; width: .9em; height: .9em; margin-right: .5em; border: 1px solid var(--ink);
       vertical-align: -.08em; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
figure.wide { width: min(96vw, 103rem); margin-left: calc(50% - min(48vw, 51.5rem)); text-align: center; }
figcaption { color: var(--soft); font-size: .85rem; }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.2rem; } dt { font-weight: 600; } dd { margin: 0; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
td { overflow-wrap: anywhere; } td.number { overflow-wrap: normal; white-space: nowrap; }
@media print { body { padding: 0; max-width: none; font-size: 12px; } figure, tr, .tiles { break-inside: avoid; }
       h2, h3 { break-after: avoid; } figure.wide { width: auto; margin-left: 0; } * { print-color-adjust: exact; } }
footer { margin-top: 3rem; color: var(--soft); font-size: .8rem; border-top: 1px solid var(--line); padding-top: .6rem; }
</style>
</head>
<body>
<h1>$title</h1>
<p class="lead">$lead</p>
$body
<footer>Kestrel Object Detection</footer>
</body>
</html>
""")


def page(title: str, lead: str, *parts: str) -> str:
    """Return a whole page; ``title`` and ``lead`` are texts, ``parts`` HTML made by the functions below."""
    return _PAGE.substitute(title=escape(title), lead=escape(lead), body="\n".join(parts))


def write(path: Path, html: str) -> None:
    """Write a page to ``path``, so that it is there as a whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(html, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"The report {path} cannot be written: {error.strerror}.", "Choose another place.") from error


def section(heading: str, *parts: str) -> str:
    """Return a heading with what belongs to it."""
    return f"<section><h2>{escape(heading)}</h2>\n" + "\n".join(parts) + "</section>"


def heading(text: str) -> str:
    """Return a heading within a section."""
    return f"<h3>{escape(text)}</h3>"


def folded(summary: str, *parts: str) -> str:
    """Return parts that are seen after a click on the summary."""
    return f"<details><summary>{escape(summary)}</summary>\n" + "\n".join(parts) + "</details>"


def terms(pairs: Iterable[tuple[str, str]]) -> str:
    """Return words with what they mean."""
    return "<dl>" + "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in pairs) + "</dl>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; ``kind`` is ``""``, ``"warning"`` or ``"good"``."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


class Digits(str):
    """A number as it should be written; :func:`table` sets it right-aligned."""


class Markup(str):
    """HTML that :func:`table` sets as it is."""


def swatch(color: str, text: str) -> Markup:
    """Return a text with a little square of a ``color``, ``#rrggbb``, before it, for a cell of a table."""
    return Markup(f'<span class="swatch" style="background: {escape(color, quote=True)}"></span>{escape(text)}')


def tiles(numbers: Iterable[tuple[str, str]]) -> str:
    """Return the large numbers of a report from pairs (value, label)."""
    cells = (f'<div class="tile"><b>{escape(value)}</b><span>{escape(label)}</span></div>' for value, label in numbers)
    return '<div class="tiles">' + "".join(cells) + "</div>"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers (int, float, :class:`Digits`) stand right-aligned, floats with four digits; texts are escaped."""

    def cell(value: object) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f'<td class="number">{value if isinstance(value, int) else format(value, ".4g")}</td>'
        if isinstance(value, Digits):
            return f'<td class="number">{escape(value)}</td>'
        return f"<td>{value if isinstance(value, Markup) else escape(str(value))}</td>"

    rows = [list(row) for row in rows]
    numeric = [bool(rows) and all(isinstance(row[i], (int, float, Digits)) for row in rows) for i in range(len(header))]
    head = "".join(
        f'<th class="number">{escape(name)}</th>' if right else f"<th>{escape(name)}</th>"
        for name, right in zip(header, numeric, strict=True)
    )
    body = "\n".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def image(data_base64: str, media_type: str, caption: str = "", *, wide: bool = False) -> str:
    """Return a picture from base64 data, such as of ``image/png``; a ``wide`` one may take the whole width of the window."""
    note = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    text = escape(caption, quote=True)
    kind = ' class="wide"' if wide else ""
    return f'<figure{kind}><img alt="{text}" src="data:{media_type};base64,{data_base64}">{note}</figure>'
