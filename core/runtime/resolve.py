"""Which Python runs the jobs: one answer for the desktop, ``qgis_process`` and the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ..errors import EnvironmentMissing
from .folders import setting, settings_file
from .managed import IMPORTS, ManagedEnvironment
from .processes import output_of

VARIABLE = "KESTREL_PYTHON"
PACKAGES = IMPORTS
_HOW_TO_GET_ONE = (
    "In QGIS open Plugins > Kestrel > Environment and build one. Or run the tool Check Deep Learning Environment with "
    "BUILD=true (qgis_process run kestrel:checkenvironment BUILD=true, or python3 -m core checkenvironment --build true in "
    f"the plugin folder), or name a Python that has the packages of requirements.txt in the environment variable {VARIABLE}."
)
# Tells which packages are lacking without importing them, so that it takes a moment only.
_LOOK = """
import importlib.util, json, sys
print(json.dumps({"version": sys.version_info[:2], "lacking": [n for n in sys.argv[1:] if not importlib.util.find_spec(n)]}))
"""
_proven: set[tuple[str, int]] = set()


def named_python() -> tuple[str, str] | None:
    """Return the interpreter that the user named and where he did, or None when he named none."""
    path = os.environ.get(VARIABLE, "").strip()
    if path:
        return path, f"the environment variable {VARIABLE}"
    path = setting("python")
    return (path, f"the setting python in {settings_file()}") if isinstance(path, str) and path.strip() else None


def find_python(check: bool = True) -> Path:
    """Return the interpreter that runs the jobs: the one the user named, else that of the managed environment.

    Args:
        check: run a named interpreter once to see that it has the packages (a tenth of a second). Without it only files are
            looked at, which is quick enough for a menu.

    Raises:
        EnvironmentMissing: there is none, or the named one does not exist, does not run, or lacks packages.
    """
    named = named_python()
    if named:
        path = Path(named[0]).expanduser()
        if not path.is_file():
            raise EnvironmentMissing(
                f"There is no Python interpreter {path}, which {named[1]} names.",
                "Correct or remove it. It must name the interpreter itself, such as bin/python or python.exe.",
            )
        if check:
            prove_packages(path, named[1])
        return path
    managed = ManagedEnvironment()
    if managed.ready:
        return managed.python
    raise EnvironmentMissing("There is no Python environment with the deep-learning packages yet.", _HOW_TO_GET_ONE)


def prove_packages(path: Path, where: str) -> None:
    """Check that ``path`` is a Python with the packages; it is run once, which takes a tenth of a second.

    Args:
        path: an interpreter that exists.
        where: what names it, for the text of the error.

    Raises:
        EnvironmentMissing: it does not run, is too old, or lacks packages.
    """
    key = (str(path), path.stat().st_mtime_ns)
    if key in _proven:
        return
    answer = output_of([path, "-I", "-c", _LOOK, *PACKAGES])
    try:
        found = json.loads(answer or "")
        version, lacking = tuple(found["version"]), found["lacking"]
    except (ValueError, KeyError, TypeError):
        raise EnvironmentMissing(
            f"{path}, which {where} names, does not run as a Python interpreter.",
            "Start it by hand to see why, or name another one.",
        ) from None
    if version < (3, 10):
        raise EnvironmentMissing(
            f"{path}, which {where} names, is Python {version[0]}.{version[1]}; Kestrel needs 3.10 or newer.",
            "Name a newer one.",
        )
    if lacking:
        raise EnvironmentMissing(
            f"{path}, which {where} names, lacks {', '.join(lacking)}.",
            "Install the packages of Kestrel's requirements.txt into it, or remove the name to use the managed environment.",
        )
    _proven.add(key)
