"""What data sets of other software have in common: images in any folder, sides told by names."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path


def chip_names(images: Sequence[Path], folder: Path) -> list[str]:
    """Return a name for each image, all different.

    It is the file name without ending, as in Esri's folders; where two images have the same, such as in ``train`` and ``val``,
    the path from ``folder`` on.
    """
    stems = Counter(path.stem for path in images)
    return [
        path.stem
        if stems[path.stem] == 1
        else (path.relative_to(folder) if path.is_relative_to(folder) else path).with_suffix("").as_posix()
        for path in images
    ]


def is_file(path: Path) -> bool:
    """Whether there is a file; False also for names that no system takes."""
    return _is(stat.S_ISREG, path)


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False also for names that no system takes."""
    return _is(stat.S_ISDIR, path)


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    try:
        return kind(path.stat().st_mode)
    except (OSError, ValueError):  # not there, too long, or with a zero
        return False


def side_of(name: str) -> str | None:
    """Return ``"train"``, ``"validation"`` or ``"test"`` for a word such as ``instances_val2017``; None when it tells none."""
    word = name.lower()
    if "train" in word:
        return "train"
    return "validation" if "val" in word else "test" if "test" in word else None


def known_sides(sides: dict[str, str]) -> dict[str, str]:
    """Return the sides by chip name; nothing when all chips are on the same, which is no division."""
    return sides if len(set(sides.values())) > 1 else {}
