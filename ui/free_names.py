"""Names for what is about to be written, where nothing is yet."""

from __future__ import annotations

from pathlib import Path


def free_path(path: str | Path) -> str:
    """Return a path, with a number behind its name if there is something of that name already."""
    path = Path(path)
    made, number = path, 2
    while made.exists():
        made = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    return str(made)
