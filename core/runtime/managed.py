"""The managed environment: a folder with its own Python packages, built from the locked requirements."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import EnvironmentBuildError
from ..reporting import Reporter
from . import failures
from .accelerator import TorchBuild, choose_build, locked_build
from .folder_changes import bring_back, remove_environment, removed_unless_complete, set_aside
from .folders import environments_folder
from .install_lock import InstallLock
from .installer import Installer, check_wheels, python_of
from .interpreters import Interpreter, base_interpreters
from .processes import output_of

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
IMPORTS = ("torch", "torchvision", "numpy", "rasterio", "shapely", "pyogrio", "matplotlib", "faster_coco_eval")
MARKER = "kestrel.json"
_SELF_TEST = Path(__file__).with_name("self_test.py")
_REACH = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=6).read(1)"


class ManagedEnvironment:
    """The Python environment that Kestrel builds for itself.

    Its folder is named by the hash of the lock file and the build of PyTorch in it. The marker file is written last, so a
    folder without one is a build that did not end: it is never used, and the next build removes it.

    Args:
        requirements: the lock file.
        folder: where environments are kept; the cache folder when None.
        imports: packages that a new environment must be able to import.
        choose: says which build of PyTorch this machine needs.
        bases: finds Pythons to build from.
    """

    def __init__(
        self,
        requirements: Path = REQUIREMENTS,
        folder: Path | None = None,
        imports: Sequence[str] = IMPORTS,
        choose: Callable[[], TorchBuild] = choose_build,
        bases: Callable[[], Iterator[Interpreter]] = base_interpreters,
    ) -> None:
        self.requirements = requirements
        self.folder = folder or environments_folder()
        self.imports = imports
        self._choose = choose
        self._bases = bases
        # Text mode: a checkout on Windows may have other line ends, which change nothing.
        self.key = hashlib.sha256(requirements.read_text(encoding="utf-8").encode()).hexdigest()[:12]

    @property
    def path(self) -> Path | None:
        """The folder of the environment that is ready, the newest of several; None when there is none."""
        return next(iter(self._complete()), None)

    @property
    def ready(self) -> bool:
        """Whether there is a complete environment. Looks at files only."""
        return self.path is not None

    @property
    def python(self) -> Path:
        """The interpreter of the environment that is ready.

        Raises:
            FileNotFoundError: there is none.
        """
        path = self.path
        if path is None:
            raise FileNotFoundError(f"There is no environment for {self.requirements} in {self.folder}.")
        return python_of(path)

    def _complete(self) -> list[Path]:
        markers = [folder / MARKER for folder in self.folder.glob(f"{self.key}-*") if python_of(folder).is_file()]
        markers = [marker for marker in markers if marker.is_file()]
        return [marker.parent for marker in sorted(markers, key=lambda marker: marker.stat().st_mtime, reverse=True)]

    def build(self, report: Reporter, wheels: Path | None = None) -> Path:
        """Build the environment unless one that suits this machine is there; return its folder.

        Args:
            report: progress (at least once a second), messages, cancel.
            wheels: a folder of wheels to install from, instead of the network.

        Raises:
            EnvironmentBuildError: it could not be built; ``cause`` says why, nothing is left but the log.
            Cancelled: the user cancelled; nothing is left but the log.
        """
        report.progress(0.0, "Looking at this machine")
        torch = self._wanted(report, wheels)
        suited = self._suited(torch)
        if suited:
            return suited
        with self._locked(report) as descriptor:
            # Built by the one that was waited for?
            return self._suited(torch) or self._build(torch, report, wheels, descriptor)

    def repair(self, report: Reporter, wheels: Path | None = None) -> Path:
        """Build the environment anew, whatever is there; the old one is back when that fails or is cancelled.

        Arguments and errors are those of :meth:`build`.
        """
        report.progress(0.0, "Looking at this machine")
        torch = self._wanted(report, wheels)
        with self._locked(report) as descriptor, set_aside(self._complete()):
            return self._build(torch, report, wheels, descriptor)

    @contextlib.contextmanager
    def _locked(self, report: Reporter) -> Iterator[int]:
        """Be the only one that builds; gives the descriptor of the lock."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with InstallLock(self.folder / f"{self.key}.lock", report) as lock:
                bring_back(self.folder, self.key, MARKER)
                yield lock.fileno()
        except OSError as error:
            raise failures.from_os_error(error, "Building the environment") from error

    def remove(self) -> None:
        """Remove all environments of this lock file, half-built ones too.

        Raises:
            OSError: a folder is in use (Windows).
        """
        for folder in self.folder.glob(f"{self.key}-*"):
            if folder.is_dir():
                remove_environment(folder)

    def _wanted(self, report: Reporter, wheels: Path | None) -> TorchBuild:
        """Return the build of PyTorch to install."""
        if wheels is None:
            return self._choose()
        name = check_wheels(wheels, self.requirements)
        locked = locked_build(f"PyTorch as it lies in {wheels}.")
        return locked if name is None else TorchBuild(name, locked.reason, 0, locked.installed, name.startswith("cu"))

    def _suited(self, torch: TorchBuild) -> Path | None:
        """Return an environment that is ready and does for ``torch``: any, unless it is to use a GPU."""
        return next((path for path in self._complete() if not torch.gpu or self._name(torch) == path.name), None)

    def _name(self, torch: TorchBuild) -> str:
        return f"{self.key}-{torch.name}"

    def _build(self, torch: TorchBuild, report: Reporter, wheels: Path | None, descriptor: int) -> Path:
        bases = self._usable_bases()
        best = next(bases)
        if wheels is None and torch.index_url and not _reachable(torch.index_url, best):
            report.warning(
                f"{torch.index_url} cannot be reached. The build of PyTorch on PyPI is taken instead"
                + (", which may not use the GPU here." if torch.gpu else ", which is larger.")
            )
            torch = locked_build(torch.reason)
        report.info(torch.reason)
        target = self.folder / self._name(torch)
        if target in self._complete():
            return target  # the larger build, made when the index could not be reached either
        self._check_disk(torch, wheels is not None)
        log = target.with_suffix(".log")
        log.write_text(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {target}\n{torch}\n", encoding="utf-8")
        with removed_unless_complete(target):
            installer = Installer(target, log, report.part(0.03, 0.95), wheels, descriptor)
            base = _create(installer, itertools.chain([best], bases))
            report.info(f"Building with {installer.name} and {base.path} in {target}; the log is {log}.")
            report.progress(0.03, "Starting the download")
            installer.install(self.requirements, torch)
            report.progress(0.95, "Testing the environment")
            found = self._test(installer, report)
            marker = {"torch": torch.name, "python": list(base.version), "base": str(base.path), "installer": installer.name}
            _write_last(target / MARKER, {**marker, "built": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **found})
        report.progress(1.0, "The environment is ready")
        return target

    def _usable_bases(self) -> Iterator[Interpreter]:
        """Yield the Pythons without a problem.

        Raises:
            EnvironmentBuildError: there is none.
        """
        problems = []
        usable = False
        for interpreter in self._bases():
            if interpreter.problem:
                problems.append(f"{interpreter.path}: {interpreter.problem}")
            else:
                usable = True
                yield interpreter
        if not usable:
            raise failures.no_base_interpreter(problems)

    def _check_disk(self, torch: TorchBuild, offline: bool) -> None:
        needed = torch.installed + (0 if offline else torch.download)
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise failures.disk_too_small(self.folder, free, needed)

    def _test(self, installer: Installer, report: Reporter) -> dict[str, Any]:
        """Import everything once in the new environment and return the versions."""
        command: list[str | Path] = [python_of(installer.folder), "-I", "-X", "utf8", _SELF_TEST, *self.imports]
        text = installer.run(command, "Testing the environment")
        try:
            found = dict(json.loads(text.strip().splitlines()[-1]))
        except (ValueError, IndexError, TypeError):
            raise failures.explain(text, "Testing the environment", 0, installer.log) from None
        if found.get("gpu_problem"):
            report.warning(f"The graphics card does not work with this PyTorch: {found['gpu_problem']}")
        return found


def read_marker(folder: Path) -> dict[str, Any]:
    """Return what is written about the environment in ``folder``; empty when it cannot be read.

    Keys: ``torch`` (name of the build), ``python``, ``base``, ``installer``, ``built``, ``versions``, ``cuda``, ``gpu``.
    """
    try:
        return dict(json.loads((folder / MARKER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _create(installer: Installer, bases: Iterable[Interpreter]) -> Interpreter:
    """Make the virtual environment of the first of ``bases`` that can, and return that one."""
    failure: EnvironmentBuildError | None = None
    for base in bases:
        try:
            installer.create(base)
            return base
        except EnvironmentBuildError as error:
            installer.report.info(f"{base.path} cannot make an environment: {error.message}")
            failure = failure or error  # the first is the best one, so its trouble is worth telling
            remove_environment(installer.folder)
    assert failure is not None, "there is at least one"  # nosec B101
    raise failure


def _reachable(url: str, base: Interpreter) -> bool:
    """Whether a package index answers within a few seconds."""
    return output_of([base.path, "-I", "-c", _REACH, f"{url}/torch/"], 10.0) is not None


def _write_last(path: Path, content: dict[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
    beside.replace(path)
