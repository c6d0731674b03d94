"""Finding a Python to build the managed environment from, without trusting ``sys.executable``.

In QGIS on Windows and macOS ``sys.executable`` is QGIS itself; starting it would open a second QGIS. So candidates are known by
their name and place, and each is proven by running it with a clean environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .accelerator import unsupported_machine
from .processes import output_of

# What all wheels of requirements.txt exist for.
OLDEST, NEWEST = (3, 10), (3, 14)
_NAME = re.compile(r"^python(3(\.\d+)?)?(\.exe)?$", re.IGNORECASE)
_ASK = """
import importlib.util, json, platform, struct, sys, sysconfig
def works(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False
print(json.dumps({
    "version": sys.version_info[:2], "bits": struct.calcsize("P") * 8, "machine": platform.machine(),
    "cpython": sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "executable": sys.executable, "ssl": works("ssl"), "venv": works("venv"),
    "ensurepip": bool(importlib.util.find_spec("ensurepip")), "pip": bool(importlib.util.find_spec("pip"))}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that was run once.

    Attributes:
        path: the program.
        version: major and minor.
        problem: why it cannot be the base of an environment; empty when it can.
        ensurepip: whether its environments can have pip of their own.
        pip: whether it has pip itself.
    """

    path: Path
    version: tuple[int, int]
    problem: str
    ensurepip: bool
    pip: bool


def prove(path: Path) -> Interpreter | None:
    """Run ``path`` and return what it is; None when it is no Python that runs."""
    answer = output_of([path, "-I", "-c", _ASK])
    try:
        found = json.loads(answer or "")
        version = (int(found["version"][0]), int(found["version"][1]))
        machine = unsupported_machine(machine=found["machine"], bits=found["bits"])
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    if not found["cpython"]:
        problem = "it is not an ordinary CPython"
    elif not OLDEST <= version <= NEWEST:
        problem = f"Kestrel's packages exist for Python {_text(OLDEST)} to {_text(NEWEST)}"
    elif machine:
        problem = machine
    elif not found["venv"]:
        problem = "its module venv is missing"
    elif not found["ssl"]:
        problem = "its module ssl does not load outside QGIS"
    else:
        problem = ""
    return Interpreter(_versioned(path, version), version, problem, bool(found["ensurepip"]), bool(found["pip"]))


def _versioned(path: Path, version: tuple[int, int]) -> Path:
    """Return ``bin/python3.12`` for ``bin/python3``, so that an upgrade to 3.13 breaks an environment visibly."""
    named = path.with_name(f"python{_text(version)}")
    try:
        return named if sys.platform != "win32" and named.samefile(path) else path
    except OSError:
        return path


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def base_interpreters(candidates: Iterable[Path] | None = None) -> Iterator[Interpreter]:
    """Yield the Pythons found on this machine, proven, each once; those with a problem too.

    Args:
        candidates: what to look at; everywhere when None.
    """
    seen = set()
    for path in _candidates() if candidates is None else candidates:
        # Not realpath: a link into a virtual environment, a Homebrew or a pyenv must stay what it is.
        key = os.path.normcase(path.absolute())
        if key in seen or not path.is_file() or not _NAME.match(path.name) or _is_store_stub(path):
            continue
        seen.add(key)
        interpreter = prove(path)
        if interpreter is None:
            continue
        own_key = os.path.normcase(interpreter.path.absolute())
        if own_key == key or own_key not in seen:
            seen.add(own_key)
            yield interpreter


def _is_store_stub(path: Path) -> bool:
    """Whether it is the Python of the Microsoft Store: Windows redirects what it writes below ``%LOCALAPPDATA%``."""
    return "windowsapps" in (part.lower() for part in path.parts)


def _candidates() -> Iterator[Path]:
    """Yield where a Python may be, best first.

    On Linux QGIS uses the system's Python, the best there is. On Windows and macOS its own Python comes last: an update of QGIS
    removes it, and with it the environment that was made from it.
    """
    names = [f"python3.{minor}" for minor in (12, 11, 13, 10, 14)]
    if sys.platform == "win32":
        yield from _of_py_launcher()
        yield from _on_path(["python", "python3"])
        for variable, below in (("LOCALAPPDATA", r"Programs\Python\Python3*"), ("ProgramFiles", "Python3*")):
            yield from _in_folders(Path(os.environ.get(variable) or ".").absolute(), f"{below}/python.exe")
        yield from _of_uv()
        yield from _of_qgis_on_windows()
        return
    own = [Path(prefix, "bin") for prefix in dict.fromkeys((sys.base_prefix, sys.prefix))]
    running = f"python{_text(sys.version_info[:2])}"
    if sys.platform == "darwin":
        yield from _on_path(names)
        for folder in ("/opt/homebrew/bin", "/usr/local/bin"):
            yield from (Path(folder, name) for name in names)
        yield from _in_folders(Path("/Library/Frameworks/Python.framework/Versions"), "3.*/bin/python3")
        yield from _on_path(["python3"])
        yield from _of_uv()
        bundles = [folder for folder in (Path(sys.executable or "/"), Path(sys.base_prefix)) for folder in folder.parents]
        own += [
            b / "Contents" / below for b in bundles if b.suffix == ".app" for below in ("MacOS/bin", "MacOS", "Frameworks/bin")
        ]
        yield from (folder / name for folder in own for name in (running, "python3"))
        return
    yield from (folder / name for folder in own for name in (running, "python3"))
    yield from _on_path(["python3", *names])
    yield from _of_uv()


def _on_path(names: Iterable[str]) -> Iterator[Path]:
    return (Path(found) for name in names if (found := shutil.which(name)))


def _in_folders(folder: Path, pattern: str) -> list[Path]:
    """Return what fits ``pattern`` below ``folder``, the highest version first."""

    def version(path: Path) -> tuple[int, ...]:
        return tuple(int(number) for number in re.findall(r"\d+", str(path.relative_to(folder))))

    return sorted(folder.glob(pattern), key=version, reverse=True)


def _of_py_launcher() -> list[Path]:
    """Return the Pythons in the registry of Windows, in the order of the launcher (PEP 397, ``py -0p``)."""
    launcher = shutil.which("py")
    lines = (output_of([launcher, "-0p"]) or "").splitlines() if launcher else []
    return [Path(found[0]) for line in lines if (found := re.search(r"[A-Za-z]:\\.*\.exe", line))]


def _of_uv() -> Iterator[Path]:
    """Yield the Python that uv would take: one it has installed itself, or one it found."""
    uv = find_uv()
    answer = output_of([uv, "python", "find", "--no-project", ">=3.10,<3.14"]) if uv else None
    if answer and answer.strip():
        yield Path(answer.strip())


def _of_qgis_on_windows() -> Iterator[Path]:
    r"""Yield the Python of OSGeo4W or of QGIS's installer: ``<root>\apps\Python312\python.exe``, beside the real prefix."""
    yield Path(sys.base_prefix, "python.exe")
    for variable in ("OSGEO4W_ROOT", "QGIS_PREFIX_PATH"):
        root = os.environ.get(variable)
        if root:
            for apps in (Path(root, "apps"), Path(root).parent):
                yield from _in_folders(apps, "Python3*/python.exe")


def find_uv() -> Path | None:
    """Return the program uv: the one in ``KESTREL_UV`` (``no`` for none), on the path, or where its installer puts it."""
    named = os.environ.get("KESTREL_UV")
    if named:
        return Path(named) if Path(named).is_file() else None
    name = "uv.exe" if sys.platform == "win32" else "uv"
    found = shutil.which("uv")
    places = [Path(found)] if found else []
    # A QGIS that was started from a menu does not have the path of the user's shell.
    places += [Path.home() / folder / name for folder in (".local/bin", ".cargo/bin")] + [Path("/opt/homebrew/bin/uv")]
    return next((place for place in places if place.is_file() and output_of([place, "--version"])), None)
