"""The folders of environments moved and removed, so that none is ever half there."""

from __future__ import annotations

import contextlib
import shutil
import sys
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..reporting import Reporter
from . import failures
from .install_lock import InstallLock

_DOOMED, _KEPT = ".removed-", ".kept-"


@contextlib.contextmanager
def removed_unless_complete(folder: Path) -> Iterator[None]:
    """Start from nothing, and leave nothing when the build does not end well."""
    for leftover in folder.parent.glob(f"{_DOOMED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    remove_environment(folder)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # without its marker it is never used, and the next build removes it
            remove_environment(folder)
        raise


@contextlib.contextmanager
def set_aside(folders: list[Path]) -> Iterator[None]:
    """Give environments other names meanwhile; they get theirs back unless all goes well, for they only work in their place."""
    kept: dict[Path, Path] = {}
    try:
        for folder in folders:
            aside = folder.with_name(f"{_KEPT}{folder.name}")
            folder.rename(aside)
            kept[folder] = aside
        yield
    except BaseException:
        for folder, aside in kept.items():
            remove_environment(folder)
            aside.rename(folder)
        raise
    for aside in kept.values():
        with contextlib.suppress(OSError):  # the next one that builds removes it
            remove_environment(aside)


def bring_back(parent: Path, key: str, marker: str) -> None:
    """Give environments that were set aside by a repair that was killed their names again.

    Args:
        parent: the folder of the environments.
        key: how the names of those begin that are looked at.
        marker: the file that a complete environment has.
    """
    for aside in parent.glob(f"{_KEPT}{key}-*"):
        folder = aside.with_name(aside.name.removeprefix(_KEPT))
        if (folder / marker).is_file():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            remove_environment(folder)
            aside.rename(folder)


def remove_environments(folders: Iterable[Path], report: Reporter) -> None:
    """Remove environments, none while it is being built.

    Raises:
        EnvironmentBuildError: one is in use (Windows) or may not be removed.
        Cancelled: the user cancelled.
    """
    for folder in folders:
        report.check_cancelled()
        report.progress(0.0, f"Removing {folder.name}")
        try:
            with InstallLock(folder.with_name(f"{folder.name.rpartition('-')[0]}.lock"), report):
                remove_environment(folder)
            folder.with_suffix(".log").unlink(missing_ok=True)
        except OSError as error:
            raise failures.from_os_error(error, "Removing the environment") from error


def remove_environment(folder: Path) -> None:
    """Remove a folder. Renamed first: on Windows that fails as a whole where a file is in use, instead of half-way."""
    if not folder.exists():
        return
    doomed = folder.with_name(f"{_DOOMED}{uuid.uuid4().hex[:8]}")
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=sys.platform == "win32")
