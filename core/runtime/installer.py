"""Making a virtual environment and filling it with the locked packages, by uv where there is one, else by pip."""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import EnvironmentBuildError
from ..reporting import Reporter
from . import lock_file
from .accelerator import TorchBuild
from .child_environment import child_environment
from .failures import explain, without_passwords
from .install_progress import InstallProgress
from .interpreters import Interpreter, find_uv
from .processes import kill_tree, start

_HEARTBEAT = 0.5  # seconds between two looks at cancel and progress


def python_of(folder: Path) -> Path:
    """Return where the virtual environment in ``folder`` has its interpreter."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@dataclass
class Installer:
    """Builds one environment.

    Attributes:
        folder: the virtual environment to be; must not exist.
        log: the file that everything printed is appended to.
        report: progress and cancel.
        wheels: a folder of wheels to install from instead of the network.
        lock_descriptor: of an open file that the children inherit, so that its lock lasts as long as they do.
    """

    folder: Path
    log: Path
    report: Reporter
    wheels: Path | None = None
    lock_descriptor: int | None = None

    def __post_init__(self) -> None:
        self._uv = find_uv()
        self._temporary = self.folder / "tmp"

    def create(self, base: Interpreter) -> None:
        """Make the virtual environment of ``base`` and see that it runs.

        Raises:
            EnvironmentBuildError: it could not be made, or its Python does not run.
            Cancelled: the user cancelled.
        """
        own_pip = base.ensurepip and not self._uv
        if not own_pip and not self._uv and not base.pip:
            raise explain("ensurepip is not available", "Making the environment", None, self.log)
        self._base = base
        options = [] if own_pip else ["--without-pip"]
        self.run([base.path, "-I", "-m", "venv", *options, self.folder], "Making the environment")
        # The Python in QGIS's macOS bundle makes environments that point at the machine it was built on.
        self.run([python_of(self.folder), "-I", "-c", "import encodings, venv, ssl"], "Starting the environment")

    def install(self, requirements: Path, torch: TorchBuild) -> None:
        """Install the locked packages.

        Args:
            requirements: the lock file with hashes.
            torch: the build of PyTorch. One from an index of its own is not in the lock file: its version is still the
                locked one, its integrity is that of the index (TLS), and everything else is checked by hash.

        Raises:
            EnvironmentBuildError: with the cause.
            Cancelled: the user cancelled.
        """
        self._temporary.mkdir(parents=True, exist_ok=True)
        try:
            entries = lock_file.read_lock(requirements)
            versions = {name: lock_file.version_of(entries, name) for name in ("torch", "torchvision")}
            if torch.index_url is None or not all(versions.values()):
                self._install(["--require-hashes", "-r", requirements], len(entries), torch.download, self.report)
                return
            rest = lock_file.without_torch(entries)
            locked, constraints = self._temporary / "locked.txt", self._temporary / "constraints.txt"
            locked.write_text(lock_file.as_requirements(rest), encoding="utf-8")
            constraints.write_text(lock_file.as_constraints(rest), encoding="utf-8")
            share = 0.2
            self._install(
                ["--require-hashes", "-r", locked], len(rest), int(torch.download * share), self.report.part(0, share)
            )
            pinned = [f"{name}=={version}+{torch.name}" for name, version in versions.items()]
            index: list[str | Path] = []
            if self.wheels is None:
                # Beside the usual index and not instead of it, which may alone have what PyTorch needs. The version says from
                # which one PyTorch itself comes; uv has to be told to look in both.
                index = ["--extra-index-url", torch.index_url]
                index += ["--index-strategy", "unsafe-best-match"] if self._uv else []
            self._install(
                [*index, "-c", constraints, *pinned],
                len(entries),
                int(torch.download * (1 - share)),
                self.report.part(share, 1),
            )
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)

    @property
    def name(self) -> str:
        """What installs: ``"uv"`` or ``"pip"``."""
        return "uv" if self._uv else "pip"

    def _install(self, what: list[str | Path], packages: int, expected: int, report: Reporter) -> None:
        """Run uv or pip for the requirements ``what``."""
        python = python_of(self.folder)
        command: list[str | Path]
        if self._uv:
            # Without bytecode every first import would compile thousands of files of PyTorch.
            command = [self._uv, "pip", "install", "--python", python, "--no-progress", "--compile-bytecode"]
            source = ["--offline"] if self.wheels else []
        else:
            pip: list[str | Path] = [self._base.path, "-I", "-m", "pip", "--python", python]
            if self._base.ensurepip:
                pip = [python, "-I", "-m", "pip"]
            # No cache: the downloads are gigabytes that are needed once.
            command = [*pip, "install", "--no-cache-dir", "--no-input", "--no-color", "--progress-bar", "off"]
            command += ["--disable-pip-version-check", "--no-warn-script-location"]
            source = []
        if self.wheels:
            source += ["--no-index", "--find-links", str(self.wheels)]
        libraries = "Lib/site-packages" if sys.platform == "win32" else f"lib/{_python_name(self._base)}/site-packages"
        follow = InstallProgress(self.folder / libraries, self._temporary, packages, expected)

        def tick() -> None:
            report.progress(*follow.look())

        self.run([*command, "--only-binary", ":all:", *source, *what], "Installing the packages", follow.line, tick)

    def run(
        self,
        command: list[str | Path],
        what: str,
        on_line: Callable[[str], None] = lambda line: None,
        tick: Callable[[], None] = lambda: None,
    ) -> str:
        """Run one command to its end and return what it printed; the log gets everything.

        Args:
            command: the program and its arguments.
            what: the step, for errors.
            on_line: called with each line that the command prints.
            tick: called about twice a second, to report progress.

        Raises:
            EnvironmentBuildError: it could not start or did not end well.
            Cancelled: the user cancelled; the process and its children are gone.
        """
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(without_passwords(f"\n$ {' '.join(str(part) for part in command)}\n"))
            log.flush()
            options = (
                {"pass_fds": (self.lock_descriptor,)} if self.lock_descriptor is not None and sys.platform != "win32" else {}
            )
            try:
                process = start(command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
            except OSError as error:
                raise explain(f"{type(error).__name__}: {error}", what, None, self.log) from error
            lines: queue.Queue[str | None] = queue.Queue()
            threading.Thread(target=_pump, args=(process, lines), daemon=True).start()
            tail: deque[str] = deque(maxlen=400)
            try:
                next_tick = 0.0
                while True:
                    self.report.check_cancelled()
                    if time.monotonic() >= next_tick:
                        tick()
                        next_tick = time.monotonic() + _HEARTBEAT
                    try:
                        line = lines.get(timeout=_HEARTBEAT)
                    except queue.Empty:
                        if process.poll() is not None:
                            break  # something it started holds the pipe open
                        continue
                    if line is None:
                        break
                    line = without_passwords(line)
                    log.write(line)
                    log.flush()
                    tail.append(line)
                    on_line(line.rstrip())
                code = process.wait()
            except BaseException:
                kill_tree(process)
                log.write("\nended by Kestrel\n")
                raise
            text = "".join(tail)
            if code:
                log.write(f"\nexit code {code}\n")
                raise explain(text, what, code, self.log)
            return text

    def _environment(self) -> dict[str, str]:
        """Return the environment variables of pip, uv and the Pythons that are run here."""
        environment = child_environment()
        # A configuration file may ask for --user or --target, which an environment does not allow.
        environment.update(PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_NO_INPUT="1")
        environment.setdefault("PIP_DEFAULT_TIMEOUT", "60")
        environment.setdefault("UV_HTTP_TIMEOUT", "120")
        # The system's certificates know the firewall that inspects TLS; the name changed with uv 0.11.
        environment.setdefault("UV_NATIVE_TLS", "1")
        environment.setdefault("UV_SYSTEM_CERTS", "1")
        if self._temporary.is_dir():
            # Not /tmp, which is often a small part of the memory; and what is here goes away with the folder.
            environment.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary)))
        return environment


def _python_name(base: Interpreter) -> str:
    return f"python{base.version[0]}.{base.version[1]}"


def _pump(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    """Hand over what ``process`` prints, line by line, then None."""
    assert process.stdout is not None  # nosec B101
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def check_wheels(wheels: Path, requirements: Path) -> str | None:
    """Return which build of PyTorch lies in a folder of wheels, such as ``"cu126"``; None for the one of the lock file.

    Raises:
        EnvironmentBuildError: the folder has no wheels, or none of the locked PyTorch.
    """
    names = [file.name.replace("%2B", "+") for file in wheels.glob("*.whl")]
    hint = f"Fill it on a machine with network, same system and Python: pip download -r {requirements.name} -d FOLDER."
    if not names:
        raise EnvironmentBuildError(f"The folder of wheels {wheels} has no wheels (*.whl).", hint, "no_wheel")
    version = lock_file.version_of(lock_file.read_lock(requirements), "torch")
    if version is None:
        return None
    found = [name for name in names if name.startswith((f"torch-{version}-", f"torch-{version}+"))]
    if not found:
        raise EnvironmentBuildError(f"The folder of wheels {wheels} lacks torch {version}.", hint, "no_wheel")
    local = found[0].split("-")[1].partition("+")[2]
    return local or None
