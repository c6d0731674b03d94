"""What travels to the workers of a Dask cluster, besides Dask's own: Kestrel's code, and functions that find it there.

The functions are sent by value, so that nothing of Kestrel needs to be installed on a worker: they know nothing but the
standard library, and each holds its imports. The code becomes a package of a name made from its content, so that a worker
which serves two versions of Kestrel keeps them apart.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

ROOT = __name__.rpartition(".detection.")[0]  # of the core's modules, as they are called here
_LEFT_OUT = {"__pycache__"}
_DATE = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Parcel:
    """Code and task, as plain values that a worker can hold before it knows the code.

    Attributes:
        name: of the package that the code becomes on a worker.
        code: a zip of the folder ``core``.
        root: what the package ``core`` is called where the task was pickled.
        task: the pickled :class:`core.detection.sightings.cluster.Task`.
    """

    name: str
    code: bytes
    root: str
    task: bytes

    def plain(self) -> tuple[str, bytes, str, bytes]:
        """Return it as a tuple."""
        return self.name, self.code, self.root, self.task


def parcel(task: bytes) -> Parcel:
    """Pack the code that runs here together with a task."""
    folder = Path(__file__).parents[2]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.py")):
            if not _LEFT_OUT.intersection(path.parts):
                name = zipfile.ZipInfo(f"core/{path.relative_to(folder).as_posix()}", _DATE)
                archive.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
    code = file.getvalue()
    return Parcel(f"kestrel_{hashlib.blake2b(code, digest_size=8).hexdigest()}", code, ROOT, task)


def by_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of this module such that pickle takes its code along, on its way through the scheduler too.

    What lives in ``__main__`` cannot be found by its name elsewhere; and a module that can be imported here, and perhaps where
    the scheduler runs, would only be named.
    """
    travelling = FunctionType(function.__code__, {"__builtins__": builtins}, function.__name__)
    travelling.__module__ = "__main__"
    return travelling


def same(value: Any) -> Any:
    """Return what is given: as a task of the cluster it can be computed again wherever it is lost."""
    return value


def work(sent: tuple[str, bytes, str, bytes], blocks: bytes) -> dict[str, Any]:
    """Search blocks; runs on a worker.

    Args:
        sent: see :meth:`Parcel.plain`.
        blocks: pickled list of :class:`core.detection.sightings.blocks.Block`.

    Returns:
        See :func:`core.detection.sightings.remote.search`; or under ``"failure"`` code, message, hint and details of an error.
    """
    import importlib
    import io
    import pathlib
    import shutil
    import socket
    import sys
    import tempfile
    import traceback
    import zipfile

    name, code, root, task = sent
    here = socket.gethostname()
    try:
        from distributed import get_worker

        worker = get_worker()
        here = f"{worker.address} on {here}"
        base = pathlib.Path(worker.local_directory) / "kestrel"
        if not (base / name).is_dir():
            base.mkdir(parents=True, exist_ok=True)
            fresh = tempfile.mkdtemp(dir=base)
            zipfile.ZipFile(io.BytesIO(code)).extractall(fresh)
            try:
                pathlib.Path(fresh).rename(base / name)
            except OSError:  # another thread was quicker
                shutil.rmtree(fresh, ignore_errors=True)
        if str(base) not in sys.path:
            sys.path.append(str(base))
            importlib.invalidate_caches()
        remote = importlib.import_module(name + ".core.detection.sightings.remote")
    except ImportError as error:
        missing = (error.name or str(error)).partition(".")[0]
        hint = f"Install what Kestrel needs there: {sys.executable} -m pip install -r requirements.txt (in Kestrel's folder)."
        text = f"The Dask worker {here} lacks the Python package {missing}."
        return {"failure": ("no_environment", text, hint, traceback.format_exc())}
    except OSError as error:
        text = f"The Dask worker {here} cannot take Kestrel's code: {error}."
        return {"failure": ("output", text, "Give the worker a local directory that it can write.", traceback.format_exc())}
    return remote.search(task, root, blocks, here)


def forget(name: str) -> None:
    """Let go of raster and model; runs on a worker."""
    import sys

    remote = sys.modules.get(name + ".core.detection.sightings.remote")
    if remote is not None:
        remote.forget()
