"""What plain values become: those of JSON and Python, and the texts of command lines and forms."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import InvalidParameter
from .parameters import Kind, Parameter

_TRUE = {"true", "yes", "1", "on"}
_FALSE = {"false", "no", "0", "off"}
_PATHS = (Kind.RASTERS, Kind.FOLDERS)
_HOW_TO_WRITE = "Write it as name=value; name=value."


def convert(name: str, described: Parameter, value: Any) -> Any:
    """Return ``value`` in the type of its parameter, within its limits.

    Args:
        name: of the parameter, for errors.
        described: the parameter.
        value: not empty; numbers, yes and no, lists and tables may come as texts. An empty list or table may come back.

    Raises:
        InvalidParameter: it cannot be read as that type, or is out of the limits.
    """
    where = f"{name.upper()} ({described.label})"
    kind = described.kind
    if kind is Kind.BOOLEAN:
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise InvalidParameter(f"{where} is {value!r}; it must be true or false.")
        return word in _TRUE
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(where, described, value)
    if kind in _PATHS:
        return tuple(split_paths(value))
    if kind in (Kind.BANDS, Kind.NUMBERS):
        return _whole_numbers(where, kind, value)
    if kind is Kind.DECIMALS:
        return _decimals(where, described, value)
    if kind is Kind.TEXTS:
        return _texts(value)
    if kind is Kind.TABLE:
        return _table(where, value)
    if kind is Kind.CHOICE:
        for word in described.choices:
            if str(value).strip().lower() == word.lower():
                return word
        raise InvalidParameter(f"{where} is {value!r}.", f"Choose one of {', '.join(described.choices)}.")
    return str(value)


def split_paths(value: Any) -> Iterator[str]:
    """Yield the paths in a list, or in a text with ``;`` between them; a text that is a path itself stays whole."""
    if isinstance(value, (list, tuple)):
        yield from (str(part) for part in value if str(part))
        return
    text = str(value)
    whole = os.path.exists(text)  # noqa: PTH110, a data source may be longer than a path, which raises there
    yield from [text] if whole else filter(None, map(str.strip, text.split(";")))


def table_text(table: Mapping[str, str]) -> str:
    """Return a table as the text that :func:`convert` takes."""
    return "; ".join(f"{name}={value}" for name, value in table.items())


def _number(where: str, described: Parameter, value: Any) -> float:
    try:
        converted = float(value)
    except (TypeError, ValueError):
        raise InvalidParameter(f"{where} is {value!r}; it must be a number.") from None
    whole = described.kind is Kind.INTEGER
    if not math.isfinite(converted) or (whole and converted != int(converted)):
        raise InvalidParameter(f"{where} is {value!r}; it must be {'a whole number' if whole else 'a finite number'}.")
    low, high = described.minimum, described.maximum
    if (low is not None and converted < low) or (high is not None and converted > high):
        raise InvalidParameter(f"{where} is {value}; it must be {described.limits()}.")
    return int(converted) if whole else converted


def _whole_numbers(where: str, kind: Kind, value: Any) -> tuple[int, ...]:
    """Return the numbers in a list, or in a text with ``;`` or ``,`` between them."""
    if isinstance(value, str):
        value = [part.strip() for part in value.replace(",", ";").split(";")]
    elif not isinstance(value, (list, tuple)):
        value = [value]
    lowest, what, example = (1, "band numbers", "3,2,1") if kind is Kind.BANDS else (0, "whole numbers", "0,1")
    try:
        numbers = tuple(int(str(part)) for part in value if part != "")
    except ValueError:
        raise InvalidParameter(f"{where} is {value!r}; it must be {what}, such as {example}.") from None
    if min(numbers, default=lowest) < lowest or len(set(numbers)) < len(numbers):
        raise InvalidParameter(f"{where} is {list(numbers)}; {what} count from {lowest}, each at most once.")
    return numbers


def _decimals(where: str, described: Parameter, value: Any) -> tuple[float, ...]:
    """Return the numbers in a list, or in a text with ``;``, ``,`` or blanks between them."""
    if isinstance(value, str):
        value = value.replace(",", " ").replace(";", " ").split()
    elif not isinstance(value, (list, tuple)):
        value = [value]
    return tuple(_number(where, described, part) for part in value if part != "")


def _texts(value: Any) -> tuple[str, ...]:
    """Return the texts in a list, or in one text with ``;`` between them; each once."""
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    return tuple(dict.fromkeys(word for part in parts if (word := str(part).strip())))


def _table(where: str, value: Any) -> dict[str, str]:
    """Return a table as texts by name, without the empty ones, which a form has for what nobody filled."""
    table: dict[str, str] = {}
    for name, text in _pairs(where, value):
        name, text = str(name).strip(), _text(text)
        if name.lower() in (known.lower() for known in table):
            raise InvalidParameter(f"{where} names {name} twice.", "Give each name once.")
        if text and not name:
            raise InvalidParameter(f"{where}: the value {text!r} has no name.", _HOW_TO_WRITE)
        if text:
            table[name] = text
    return table


def _pairs(where: str, value: Any) -> Iterable[tuple[Any, Any]]:
    """Return names and values of a mapping, of pairs, of a list of names and values in turn, or of one text or several."""
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, str):
        return _pairs_of_text(where, value)
    try:
        cells = list(value)
    except TypeError:
        raise InvalidParameter(f"{where} is {value!r}; it must be names and values.", _HOW_TO_WRITE) from None
    if cells and all(isinstance(cell, str) and "=" in cell for cell in cells):
        return [pair for cell in cells for pair in _pairs_of_text(where, cell)]
    if cells and all(isinstance(cell, (list, tuple)) for cell in cells):
        if any(len(cell) != 2 for cell in cells):
            raise InvalidParameter(f"{where} is {value!r}; each row must be a name and a value.", _HOW_TO_WRITE)
        return [(name, text) for name, text in cells]
    if len(cells) % 2:
        raise InvalidParameter(f"{where} is {value!r}; the last name has no value.", _HOW_TO_WRITE)
    return list(zip(cells[::2], cells[1::2]))  # noqa: B905, as many


def _pairs_of_text(where: str, text: str) -> Iterable[tuple[Any, Any]]:
    """Return names and values of ``name=value; name=value``, of JSON, or of ``name,value,name,value`` as QGIS writes it."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _pairs(where, json.loads(text))
        except ValueError:
            raise InvalidParameter(f"{where} is {text!r}, which is no JSON.", _HOW_TO_WRITE) from None
    if "=" not in text and "," in text:
        return _pairs(where, text.split(","))
    pairs: list[tuple[str, str]] = []
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        name, equals, rest = part.partition("=")
        if equals:
            pairs.append((name, rest))
        elif pairs and re.fullmatch(r"[-+\d.,eE()\[\]\s]+", part):  # sizes=16;32: another number of the same name
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {part.strip()}")
        else:
            raise InvalidParameter(f"{where}: {part.strip()!r} has no value.", _HOW_TO_WRITE)
    return pairs


def _text(value: Any) -> str:
    """Return a value of a table as text: several numbers with blanks between them, yes as 1."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return " ".join(map(_text, value))
    return "" if value is None else str(value).strip()
