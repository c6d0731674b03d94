"""A report (:mod:`core.page`) in the HTML that Qt's text widgets know. No Qt."""

from __future__ import annotations

import base64
import binascii
import re

PICTURE = "kestrel:picture"  # with a number behind it: the name of a picture of the page

_REPLACED = (
    (r"<!DOCTYPE[^>]*>|<style>.*?</style>|<meta[^>]*>", ""),
    (r'<div class="tiles">(.*?</div>)</div>', r'<table class="tiles" cellpadding="8" cellspacing="6"><tr>\1</tr></table>'),
    (r'<div class="tile"><b>(.*?)</b><span>(.*?)</span></div>', r'<td class="tile"><big><b>\1</b></big><br>\2</td>'),
    (r"<table>", r'<table cellpadding="3" cellspacing="0">'),
    (r'<t([dh]) class="number">', r'<t\1 align="right">'),
    (r"<th>", '<th align="left">'),
    (r"<(t[dh])( [^>]*)?>(?!<)", r"<\1\2>&nbsp;"),
    (r"</(t[dh])>", r"&nbsp;</\1>"),
    (r"<details><summary>(.*?)</summary>", r"<h4>\1</h4>"),
    (r"</details>|</?section>|</?figure[^>]*>", ""),
    (r"<img[^>]*>", r"<p>\g<0></p>"),
    (r"<figcaption>(.*?)</figcaption>", r'<p class="lead">\1</p>'),
    (
        r'<span class="swatch" style="background: (.*?)"></span>',
        r'<span style="background-color: \1">&nbsp;&nbsp;&nbsp;</span> ',
    ),
    (r"<footer>.*?</footer>", ""),
)


def for_qt(html: str) -> tuple[str, list[bytes]]:
    """Return a page and its pictures.

    Args:
        html: of a report, with its pictures inside.

    Returns:
        The page, in which each picture is called :data:`PICTURE` and its number, from 0; the files of the pictures.
    """
    pictures: list[bytes] = []

    def take(found: re.Match[str]) -> str:
        try:
            pictures.append(base64.b64decode(found[1]))
        except (binascii.Error, ValueError):
            pictures.append(b"")
        return f'src="{PICTURE}{len(pictures) - 1}"'

    html = re.sub(r'src="data:[\w/+.-]+;base64,([^"]*)"', take, html)
    html = re.sub(r' alt="[^"]*"', "", html)
    for pattern, text in _REPLACED:
        html = re.sub(pattern, text, html, flags=re.DOTALL)
    return html, pictures


def with_widths(html: str, widths: list[int]) -> str:
    """Return a page of :func:`for_qt` in which the pictures are ``widths`` wide, in pixels."""

    def sized(found: re.Match[str]) -> str:
        return f'{found[0]} width="{widths[int(found[1])]}"'

    return re.sub(rf'src="{PICTURE}(\d+)"', sized, html)
