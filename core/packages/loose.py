"""Values of JSON as people and scripts write them: numbers, lists and objects as texts, yes and no as words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def real(value: Any) -> float | None:
    """Return a number, which may be written as text, NaN and infinity too; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def number(value: Any) -> float | None:
    """Return a finite number; None for anything else."""
    found = real(value)
    return found if found is not None and math.isfinite(found) else None


def truth(value: Any) -> bool:
    """Return yes or no, which may be written as text."""
    return value.strip().lower() in ("true", "yes", "1") if isinstance(value, str) else bool(value)


def text(value: Any) -> str:
    """Return a text without blanks around; empty for none."""
    return "" if value is None else str(value).strip()


def listed(value: Any) -> list[Any]:
    """Return a list, which may be written as a text, with brackets or without.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        value = json_or(value, [part.strip() for part in value.strip(" []").split(",") if part.strip()])
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{str(value)[:50]!r} stands where a list should")
    return list(value)


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, which may be written as a text; empty for anything else."""
    if isinstance(value, str):
        value = json_or(value, {})
    return dict(value) if isinstance(value, Mapping) else {}


def json_or(data: str, instead: Any) -> Any:
    """Return the list or object that a text of JSON holds, else ``instead``."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return instead
    return value if isinstance(value, (list, dict)) else instead
