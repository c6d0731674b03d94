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


@contextlib.contextmanager
def added_to(output: str | Path) -> Iterator[Path]:
    """Give a hidden folder to fill; its files move into ``output``, a folder that is there, when the block ends.

    New files in subfolders go first, then those at the top take the place of what is there; so a folder that tells at its top
    what it holds is right at any moment. When the block raises, or a file cannot be moved, ``output`` is as it was.

    Raises:
        OutputError: the place cannot be written, or a file in a subfolder is there already.
    """
    path = Path(output).absolute()
    hidden = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    moved: list[Path] = []
    try:
        hidden.mkdir()
        yield hidden
        files = sorted(file for file in hidden.rglob("*") if file.is_file())
        for file in (file for file in files if file.parent != hidden):
            target = path / file.relative_to(hidden)
            if target.exists():
                raise OutputError(f"The file {target} is there already.", "Give a higher Start Index.")
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
            moved.append(target)
        for file in (file for file in files if file.parent == hidden):
            file.replace(path / file.name)
    except BaseException as error:
        for file in moved:
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise OutputError(f"The folder {path} cannot be written to: {reason}.", "Check its rights.") from error
        raise
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
