"""Overwriting without regret: old outputs step aside while a job runs, and come back when it fails."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import OutputError
from .jobs import Job, Kind
from .outputs import inputs_of, outputs_of

# What Kestrel writes; another file, such as an image named by mistake, is never replaced.
_ENDINGS = {
    Kind.NEW_FEATURES: {".gpkg", ".geojson", ".json", ".shp", ".fgb"},
    Kind.NEW_TABLE: {".gpkg", ".geojson", ".json", ".shp", ".fgb", ".csv", ".dbf"},
    Kind.NEW_HTML: {".html", ".htm"},
}
_BESIDE = {  # files that belong to one with the ending
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".qmd"),
    ".gpkg": (".gpkg-wal", ".gpkg-shm", ".qmd"),
    ".geojson": (".qmd",),
    ".json": (".qmd",),
    ".fgb": (".qmd",),
    ".csv": (".csvt",),
}


@contextlib.contextmanager
def replacing(job: Job, tell: Callable[[str], None]) -> Iterator[None]:
    """Let ``job`` write outputs that exist: they are renamed for the time of the block, deleted after it, restored on errors.

    What the job adds to (:meth:`Job.may_exist`) stays.

    Args:
        job: must have passed :func:`core.outputs.refuse_same_paths`.
        tell: takes a sentence for the user when an old output had to stay under its other name.

    Raises:
        OutputError: an output that Kestrel did not write, or that cannot be renamed.
    """
    olds = [old for name, kind, path in outputs_of(job) for old in _replaceable(job, name, kind, Path(path))]
    moved: list[tuple[Path, Path]] = []
    try:
        for old in olds:
            aside = old.with_name(f".{old.name}.replaced-{os.getpid()}")
            try:
                old.rename(aside)
            except OSError as error:
                raise OutputError(f"{old} cannot be replaced: {error.strerror or error}.", "Is it open elsewhere?") from error
            moved.append((old, aside))
        yield
    except BaseException:
        for old, aside in moved:
            with contextlib.suppress(OSError):
                old.rmdir()  # an empty folder in the way
            if not os.path.lexists(old):
                aside.rename(old)
            elif old.suffix.lower() in _ENDINGS[Kind.NEW_HTML]:
                aside.unlink()  # the report of the failure
            else:
                tell(f"{old} was written before the error; what was there before is now {aside}.")
        raise
    for _, aside in moved:
        try:
            shutil.rmtree(aside) if aside.is_dir() and not aside.is_symlink() else aside.unlink()
        except OSError as error:
            tell(f"The replaced {aside} could not be deleted: {error.strerror or error}.")


def _replaceable(job: Job, name: str, kind: Kind, path: Path) -> list[Path]:
    """Return what has to step aside for the output ``path``."""
    if job.may_exist(name.lower()):
        return []
    if kind is Kind.NEW_FOLDER:
        if not path.is_dir() or not any(path.iterdir()):
            return []
        if not any(path.glob("*.emd")):
            raise OutputError(
                f"The folder {path} for {name} is not replaced: it holds no .emd file, so that it is not of Kestrel's making.",
                "Choose another folder, or delete it yourself.",
            )
        for other, text in inputs_of(job):
            if path.resolve() in Path(text).resolve().parents:
                raise OutputError(f"The folder {path} for {name} is not replaced: {other} lies in it, {text}.")
        return [path]
    if not path.is_file():
        return []
    if path.suffix.lower() not in _ENDINGS[kind]:
        raise OutputError(
            f"The file {path} for {name} is not replaced: {path.suffix or 'no ending'} is not what Kestrel writes there.",
            "Choose another name, or delete it yourself.",
        )
    beside = (path.with_suffix(ending) for ending in _BESIDE.get(path.suffix.lower(), ()))
    return [path, *(file for file in beside if file.is_file())]
