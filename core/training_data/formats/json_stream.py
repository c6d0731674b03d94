"""A JSON file read piece by piece, so that one of many gigabytes takes no more memory than its largest piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from ...errors import InputError

_CHUNK = 1 << 16  # characters
_BLANK = re.compile(r"[ \t\n\r]*")
_AFTER = set(",]}: \t\n\r")  # what may follow a value
_DECODER = json.JSONDecoder()


def members(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield what the object in a JSON file holds, as ``(key, value)``; of an array, each of its items.

    Raises:
        InputError: it cannot be read, is no JSON, or holds no object.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _members(_Text(file))
    except (OSError, ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"{path} cannot be read as JSON: {reason}.", "It is damaged or incomplete; make it again.") from error


def _members(text: _Text) -> Iterator[tuple[str, Any]]:
    text.take("{")
    if text.next() == "}":
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise ValueError(f"a key is {key!r}")
        text.take(":")
        if text.next() != "[":
            yield key, text.value()
        else:
            text.take("[")
            while text.next() != "]":
                yield key, text.value()
                if text.next() != "]":
                    text.take(",")
            text.take("]")
        if text.next() == "}":
            return
        text.take(",")


class _Text:
    """A window that moves over a text file."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._at = file, "", 0

    def next(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            assert blank  # nosec B101
            self._at = blank.end()
            if self._at < len(self._text) or not self._more(_CHUNK):
                return self._text[self._at : self._at + 1]

    def take(self, character: str) -> None:
        """Go past a character that must come next."""
        found = self.next()
        if found != character:
            raise ValueError(f"{character!r} is expected, but {repr(found) if found else 'the end'} follows")
        self._at += 1

    def value(self) -> Any:
        """Go past a value and return it."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:  # it may only be cut off
                if not self._more(max(_CHUNK, len(self._text) - self._at)):
                    raise
                continue
            complete = isinstance(value, str | list | dict) or self._text[end : end + 1] in _AFTER  # "1." goes on
            if complete or not self._more(_CHUNK):
                self._at = end
                return value

    def _more(self, count: int) -> bool:
        """Read on; whether there was anything."""
        chunk = self._file.read(count)
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)
