"""What a worker that does several jobs keeps in memory from one to the next, such as a network. Standard library only.

In a process that does one job nothing is kept longer than who made it wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_kept: dict[str, tuple[object, Any]] | None = None  # None: nothing is kept


def keep_between_jobs() -> None:
    """Keep from now on what :func:`kept` is asked for."""
    global _kept
    _kept = {} if _kept is None else _kept


def kept(what: str, key: object, make: Callable[[], T]) -> T:
    """Return what an earlier job made, or make it.

    Args:
        what: names it; one of a name is kept at a time.
        key: what it depends on: of another key it is made anew, after the old one was let go.
        make: makes it.
    """
    if _kept is None:
        return make()
    if what not in _kept or _kept[what][0] != key:
        _kept.pop(what, None)
        _kept[what] = key, make()
    value: T = _kept[what][1]
    return value
