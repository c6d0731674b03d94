"""An output folder that appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from .errors import OutputError


@contextlib.contextmanager
def new_folder(output: str | Path) -> Iterator[Path]:
    """Give a hidden folder to fill; it becomes ``output`` when the block ends, and goes when the block raises.

    Args:
        output: must not exist, or be an empty folder. Folders above it are created.

    Raises:
        OutputError: the output is not empty, or its place cannot be written.
    """
    path = Path(output).absolute()
    if path.exists() and not (path.is_dir() and next(path.iterdir(), None) is None):
        raise OutputError(f"The output {path} exists already and is not an empty folder.", "Choose another name or delete it.")
    hidden = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        hidden.mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"The folder {path.parent} cannot be written to: {error.strerror}.", "Choose another folder."
        ) from error
    try:
        yield hidden
        if path.is_dir():
            path.rmdir()  # renaming does not take the place of a folder on Windows, not even of an empty one
        hidden.replace(path)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
