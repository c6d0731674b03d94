"""The class table of an export: classes with fixed values and names, so that exports agree with each other and with a model."""

from __future__ import annotations

from pathlib import Path

from ..class_files import check_classes, read_classes
from ..classes import ClassInfo
from ..packages.reading import read_package


def read_class_table(path: str | Path) -> tuple[ClassInfo, ...]:
    """Read a class table; see :func:`core.class_files.read_classes`.

    Returns:
        The classes, ascending by value.

    Raises:
        InputError: as there.
        ModelError: a model package that cannot be read.
    """
    path = Path(path)
    if path.is_file() and path.suffix.lower() == ".dlpk":
        return check_classes(read_package(path).card.classes, path.name)
    return check_classes(read_classes(path), path.name)
