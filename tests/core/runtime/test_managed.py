import contextlib
import dataclasses
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import Cancelled, EnvironmentBuildError
from core.events import Message, Progress
from core.reporting import Reporter
from core.runtime import accelerator, folder_changes, installer, interpreters, managed
from core.runtime.accelerator import TorchBuild
from core.runtime.interpreters import Interpreter, find_uv
from core.runtime.managed import MARKER, ManagedEnvironment, python_of, read_marker

from .tiny_packages import make_lock, make_wheel

CHECKOUT = Path(__file__).parents[3]
SMALL = TorchBuild("pypi", "The build of the test.", 1000, 1000)
UV = find_uv()


@pytest.fixture(autouse=True)
def _pip_without_the_settings_of_this_machine(monkeypatch):
    monkeypatch.setenv("KESTREL_UV", "no")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "20")
    for name in (
        "PIP_FIND_LINKS",
        "PIP_EXTRA_INDEX_URL",
        "UV_FIND_LINKS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


def quick_bases():
    """Pythons whose own pip is used where they have one: an environment without pip is made much more quickly."""
    for base in interpreters.base_interpreters():
        yield dataclasses.replace(base, ensurepip=not base.pip)


@pytest.fixture
def wheels(tmp_path):
    return tmp_path / "wheels"


@pytest.fixture
def tiny(tmp_path, wheels):
    """Make an environment of two packages, one of which needs the other; ``code`` is what the second does on import."""

    def make(code="import tinybase", torch=SMALL, **options):
        lock = make_lock(
            tmp_path / "requirements.txt",
            make_wheel(wheels, "tinybase"),
            make_wheel(wheels, "tinytop", code=code, requires="tinybase"),
        )
        options.setdefault("bases", quick_bases)
        return ManagedEnvironment(lock, tmp_path / "environments", ("tinytop",), lambda: torch, **options)

    return make


class Watch(Reporter):
    def __init__(self, on_event=lambda event: None):
        self.events = []
        super().__init__(self._keep)
        self._on_event = on_event

    def _keep(self, event):
        self.events.append(event)
        self._on_event(event)

    def texts(self, level):
        return [event.text for event in self.events if isinstance(event, Message) and event.level == level]


def left(environment):
    """Folders that a build left; the log and the lock may stay."""
    return [entry.name for entry in environment.folder.iterdir() if entry.is_dir()]


def test_it_is_built_from_a_folder_of_wheels_and_used_from_then_on(tiny, wheels):
    environment, report = tiny(bases=interpreters.base_interpreters), Watch()
    assert not environment.ready
    assert environment.path is None
    folder = environment.build(report, wheels)
    assert environment.ready
    assert environment.path == folder == environment.folder / f"{environment.key}-pypi"
    asked = [environment.python, "-I", "-c", "import tinytop, sys; print(tinytop.__version__, sys.prefix)"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["1.0", str(folder)]
    assert read_marker(folder)["versions"] == {"tinytop": "1.0"}
    assert read_marker(folder)["installer"] == "pip"
    assert "Successfully installed tinybase-1.0 tinytop-1.0" in folder.with_suffix(".log").read_text()
    fractions = [event.fraction for event in report.events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert left(environment) == [folder.name]
    assert not (folder / "tmp").exists()
    again = Watch()
    assert environment.build(again, wheels) == folder  # nothing to do
    assert again.texts("info") == []


@pytest.mark.skipif(UV is None, reason="uv is not installed here")
def test_uv_builds_the_same(tiny, wheels, monkeypatch):
    monkeypatch.setenv("KESTREL_UV", str(UV))
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    assert read_marker(folder)["installer"] == "uv"
    assert list(folder.rglob("__pycache__/tinytop.*.pyc"))


def test_another_lock_file_is_another_environment(tiny, tmp_path):
    environment = tiny()
    (tmp_path / "requirements.txt").write_text(environment.requirements.read_text() + "# changed\n")
    other = ManagedEnvironment(tmp_path / "requirements.txt", environment.folder)
    assert other.key != environment.key
    (tmp_path / "requirements.txt").write_bytes(environment.requirements.read_bytes().replace(b"\n", b"\r\n"))
    assert ManagedEnvironment(tmp_path / "requirements.txt").key == other.key  # line ends change nothing


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_left(tiny, wheels):
    environment = tiny()
    make_wheel(wheels, "tinybase", code="# somebody changed it")
    with pytest.raises(EnvironmentBuildError) as error:
        environment.build(Watch(), wheels)
    assert error.value.cause == "hash"
    assert "log" in error.value.hint
    assert left(environment) == []
    assert not environment.ready


def test_a_missing_wheel_is_named(tiny, wheels):
    environment = tiny()
    (wheels / "tinybase-1.0-py3-none-any.whl").unlink()
    with pytest.raises(EnvironmentBuildError, match=r"tinybase==1\.0") as error:
        environment.build(Watch(), wheels)
    assert error.value.cause == "no_wheel"


def test_an_empty_folder_of_wheels_is_refused_at_once(tiny, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EnvironmentBuildError, match="has no wheels") as error:
        tiny().build(Watch(), tmp_path / "empty")
    assert "pip download -r requirements.txt" in error.value.hint


def test_an_environment_that_does_not_import_is_never_used(tiny, wheels):
    environment = tiny("raise ImportError('DLL load failed while importing tinytop: The specified module could not be found.')")
    with pytest.raises(EnvironmentBuildError) as error:
        environment.build(Watch(), wheels)
    assert error.value.cause == "vc_runtime"
    assert "vc_redist.x64.exe" in error.value.hint
    assert left(environment) == []
    assert "DLL load failed" in (environment.folder / f"{environment.key}-pypi.log").read_text()


def test_a_folder_without_marker_is_not_used_and_is_rebuilt(tiny, wheels):
    environment = tiny()
    folder = environment.folder / f"{environment.key}-pypi"
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).symlink_to(sys.executable)
    (folder / "rubbish").write_text("of a build that was killed")
    assert not environment.ready
    environment.build(Watch(), wheels)
    assert environment.ready
    assert not (folder / "rubbish").exists()


def test_an_environment_whose_python_is_gone_is_not_ready(tiny):
    environment = tiny()
    folder = environment.folder / f"{environment.key}-pypi"
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).symlink_to("/usr/bin/python3.removed")
    (folder / MARKER).write_text("{}")
    assert not environment.ready
    with pytest.raises(FileNotFoundError):
        _ = environment.python


def test_the_disk_is_checked_before_anything_is_written(tiny, wheels, monkeypatch):
    environment = tiny(torch=TorchBuild("pypi", "", 3 * 10**9, 6 * 10**9))
    monkeypatch.setattr(managed.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 8 * 10**9))
    with pytest.raises(EnvironmentBuildError, match=r"has 8\.0 GB free; the environment needs 9\.0 GB") as error:
        environment.build(Watch())
    assert error.value.cause == "disk"
    assert left(environment) == []
    monkeypatch.setattr(managed.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 10**5))
    with pytest.raises(EnvironmentBuildError, match="GB free"):  # wheels need no download, but still their room
        environment.build(Watch(), wheels)


def test_a_folder_that_cannot_be_written_says_so(tiny, tmp_path):
    environment = tiny()
    environment.folder = tmp_path / "requirements.txt" / "below a file"
    with pytest.raises(EnvironmentBuildError, match="Building the environment failed"):
        environment.build(Watch())


class Index:
    """A package index that accepts connections and never answers."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/simple"
        self._connections = []
        self.asked = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.append(connection)
            self.asked.set()

    def gone(self, seconds=10):
        """Whether the one who asked has closed its connection."""
        self._connections[0].settimeout(seconds)
        try:
            while self._connections[0].recv(65536):
                pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # close alone would leave it open until accept returns
        self._socket.close()
        for connection in self._connections:
            connection.close()


@pytest.fixture
def silent_index(monkeypatch):
    index = Index()
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    yield index
    index.close()


def test_cancel_in_the_middle_ends_pip_and_removes_the_half_built_folder(tiny, silent_index):
    environment = tiny()

    def cancel_when_asked(event):
        if silent_index.asked.is_set():
            report.cancel.set()

    report = Watch(cancel_when_asked)
    with pytest.raises(Cancelled):
        environment.build(report)
    assert silent_index.asked.is_set()
    assert silent_index.gone()
    assert left(environment) == []
    assert not environment.ready
    assert "ended by Kestrel" in (environment.folder / f"{environment.key}-pypi.log").read_text()


def test_while_pip_says_nothing_progress_goes_on_every_second(tiny, silent_index):
    environment = tiny()
    beats = []

    def count(event):
        if silent_index.asked.is_set() and isinstance(event, Progress):
            beats.append(time.monotonic())
            if len(beats) == 4:
                report.cancel.set()

    report = Watch(count)
    with pytest.raises(Cancelled):
        environment.build(report)
    assert len(beats) >= 4
    assert left(environment) == []


def test_an_index_that_is_not_there_is_a_network_failure(tiny, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    environment = tiny()
    with pytest.raises(EnvironmentBuildError) as error:
        environment.build(Watch())
    assert error.value.cause == "network"
    assert left(environment) == []


BUILDER = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.reporting import Reporter
from core.runtime.accelerator import TorchBuild
from core.runtime.managed import ManagedEnvironment
lock, folder, wheels = map(Path, sys.argv[2:5])
build = TorchBuild("pypi", "The build of the test.", 1000, 1000)
environment = ManagedEnvironment(lock, folder, ("tinytop",), lambda: build)
print(environment.build(Reporter(lambda event: print(event, flush=True)), wheels if sys.argv[4] != "-" else None), flush=True)
"""


def start_builder(environment, wheels):
    command = [sys.executable, "-c", BUILDER, str(CHECKOUT), environment.requirements, environment.folder, wheels or "-"]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_two_processes_build_it_once(tiny, wheels):
    environment = tiny()
    builders = [start_builder(environment, wheels) for _ in range(2)]
    outputs = [builder.communicate(timeout=120)[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0], outputs
    assert sum("Building with pip" in output for output in outputs) == 1
    assert all(output.splitlines()[-1] == str(environment.path) for output in outputs)


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is not inherited on Windows")
def test_after_a_killed_build_the_next_one_waits_for_its_orphan_and_starts_anew(tiny, wheels, silent_index):
    environment = tiny()
    builder = start_builder(environment, None)
    assert silent_index.asked.wait(60)
    builder.kill()
    builder.communicate()
    assert left(environment) == [f"{environment.key}-pypi"]
    assert not environment.ready

    def let_the_orphan_go(event):
        if isinstance(event, Message) and "is building the environment; waiting for it" in event.text:
            silent_index.close()

    report = Watch(let_the_orphan_go)
    environment.build(report, wheels)
    assert environment.ready
    assert any("waiting for it" in text for text in report.texts("info"))


def with_torch(tmp_path, wheels, local=""):
    """Wheels and lock of an environment that has a PyTorch, whose wheel may be another build than the locked one."""
    base, torch, vision = make_wheel(wheels, "tinybase"), make_wheel(wheels, "torch"), make_wheel(wheels, "torchvision")
    cuda = make_wheel(wheels, "nvidia_cublas")
    lock = make_lock(tmp_path / "requirements.txt", base, torch, vision, cuda)
    if local:
        for name in ("torch", "torchvision"):
            (wheels / f"{name}-1.0-py3-none-any.whl").unlink()
            code = "class version: cuda = None" if name == "torch" else ""
            make_wheel(wheels, name, f"1.0+{local}", code, requires="tinybase")
        (wheels / "nvidia_cublas-1.0-py3-none-any.whl").unlink()
    return lock


def test_another_build_of_pytorch_is_installed_beside_the_locked_rest(tmp_path, wheels):
    lock = with_torch(tmp_path, wheels, "cpu")
    environment = ManagedEnvironment(lock, tmp_path / "environments", ("tinybase", "torch", "torchvision"), bases=quick_bases)
    folder = environment.build(Watch(), wheels)
    assert folder.name == f"{environment.key}-cpu"
    assert read_marker(folder)["versions"] == {"tinybase": "1.0", "torch": "1.0+cpu", "torchvision": "1.0+cpu"}
    assert not list(folder.rglob("nvidia_cublas*"))


def test_the_locked_rest_is_checked_by_hash_beside_another_build_of_pytorch(tmp_path, wheels):
    lock = with_torch(tmp_path, wheels, "cpu")
    make_wheel(wheels, "tinybase", code="# changed")
    with pytest.raises(EnvironmentBuildError) as error:
        ManagedEnvironment(lock, tmp_path / "environments", ("tinybase",), bases=quick_bases).build(Watch(), wheels)
    assert error.value.cause == "hash"


def test_an_index_of_pytorch_that_cannot_be_reached_gives_the_locked_build_with_a_warning(tiny, wheels, monkeypatch):
    monkeypatch.setattr(accelerator, "INDEX", "http://127.0.0.1:9/whl")
    environment = tiny(torch=TorchBuild("cu126", "A card with an old driver.", 0, 0, gpu=True))
    index = wheels / "index"  # the folder of wheels as a package index, to go the way of the network
    for name in ("tinybase", "tinytop"):
        (index / name).mkdir(parents=True)
        wheel = f"{name}-1.0-py3-none-any.whl"
        (index / name / "index.html").write_text(f'<a href="{(wheels / wheel).as_uri()}">{wheel}</a>')
    monkeypatch.setenv("PIP_INDEX_URL", index.as_uri())
    report = Watch()
    folder = environment.build(report)
    assert folder.name == f"{environment.key}-pypi"
    [warning] = report.texts("warning")
    assert warning.startswith("http://127.0.0.1:9/whl/cu126 cannot be reached. The build of PyTorch on PyPI is taken instead")
    assert warning.endswith("which may not use the GPU here.")
    assert environment.build(Watch()) == folder  # and it is not built twice


@pytest.fixture
def served(tmp_path):
    """A package index on this machine: a folder of wheels becomes ``<url>/<index>/<package>/``."""
    root = tmp_path / "served"
    root.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(index, *wheels):
        for wheel in wheels:
            folder = root / index / wheel.name.split("-")[0].replace("_", "-")
            folder.mkdir(parents=True)
            shutil.copy(wheel, folder / wheel.name)
            (folder / "index.html").write_text(f'<a href="{wheel.name.replace("+", "%2B")}">{wheel.name}</a>')
        return f"http://127.0.0.1:{server.server_port}/{index}"

    yield serve
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "tool", ["pip", pytest.param("uv", marks=pytest.mark.skipif(UV is None, reason="uv is not installed"))]
)
def test_pytorch_comes_from_its_own_index_and_the_locked_rest_from_the_usual_one(tmp_path, wheels, served, monkeypatch, tool):
    lock = with_torch(tmp_path, wheels)
    usual = served(
        "simple",
        wheels / "tinybase-1.0-py3-none-any.whl",
        wheels / "torch-1.0-py3-none-any.whl",
        make_wheel(wheels, "nvidia_cublas", "0.9"),
    )
    version = "class version: cuda = None"
    special = served(
        "whl/cu126",
        make_wheel(wheels, "torch", "1.0+cu126", version, requires="nvidia_cublas==0.9"),
        make_wheel(wheels, "torchvision", "1.0+cu126", requires="torch"),
    )
    monkeypatch.setattr(accelerator, "INDEX", special.removesuffix("/cu126"))
    monkeypatch.setenv("PIP_INDEX_URL", usual)
    monkeypatch.setenv("UV_DEFAULT_INDEX", usual)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    if tool == "uv":
        monkeypatch.setenv("KESTREL_UV", str(UV))
    environment = ManagedEnvironment(
        lock, tmp_path / "environments", ("tinybase", "torch", "torchvision", "nvidia_cublas"),
        lambda: TorchBuild("cu126", "A card with an old driver.", 1000, 1000, gpu=True), quick_bases,
    )  # fmt: skip
    report = Watch()
    folder = environment.build(report)
    assert folder.name == f"{environment.key}-cu126"
    assert report.texts("warning") == []
    assert read_marker(folder)["installer"] == tool
    assert read_marker(folder)["versions"] == {
        "tinybase": "1.0", "torch": "1.0+cu126", "torchvision": "1.0+cu126", "nvidia_cublas": "0.9",
    }  # fmt: skip


def test_an_environment_for_the_cpu_is_not_enough_when_there_is_a_gpu(tiny, wheels):
    environment = tiny()
    small = environment.build(Watch(), wheels)
    wanted = ManagedEnvironment(
        environment.requirements, environment.folder, choose=lambda: TorchBuild("cu126", "", 0, 0, gpu=True)
    )
    assert wanted._suited(wanted._choose()) is None
    idle = ManagedEnvironment(environment.requirements, environment.folder, choose=lambda: TorchBuild("cpu", "", 0, 0))
    assert idle.build(Watch()) == small  # without a GPU any does


def test_without_a_usable_python_it_says_what_was_found(tiny):
    old = Interpreter(Path("/usr/bin/python3.8"), (3, 8), "Kestrel's packages exist for Python 3.10 to 3.14", True, True)
    environment = tiny(bases=lambda: iter([old]))
    with pytest.raises(EnvironmentBuildError) as error:
        environment.build(Watch())
    assert error.value.cause in {"no_base", "sandbox"}
    assert "/usr/bin/python3.8: Kestrel's packages exist" in error.value.hint


def test_a_python_that_cannot_make_environments_is_passed_over(tiny, wheels):
    """As Debian's Python without python3-venv, and the Python in QGIS's macOS bundle."""
    good = next(found for found in interpreters.base_interpreters() if not found.problem and found.ensurepip)
    bare = Interpreter(good.path, good.version, "", ensurepip=False, pip=False)
    liar = Interpreter(Path("/bin/false"), good.version, "", ensurepip=True, pip=True)
    report = Watch()
    environment = tiny(bases=lambda: iter([bare, liar, good]))
    environment.build(report, wheels)
    assert read_marker(environment.path)["base"] == str(good.path)
    assert any("/bin/false cannot make an environment" in text for text in report.texts("info"))


def test_without_ensurepip_it_names_the_package(tiny, wheels):
    good = next(found for found in interpreters.base_interpreters() if not found.problem)
    environment = tiny(bases=lambda: iter([Interpreter(good.path, good.version, "", ensurepip=False, pip=False)]))
    with pytest.raises(EnvironmentBuildError) as error:
        environment.build(Watch(), wheels)
    assert error.value.cause == "no_ensurepip"
    assert "python3-venv" in error.value.hint


def test_the_pip_of_the_base_serves_where_ensurepip_is_lacking(tiny, wheels):
    good = next(found for found in interpreters.base_interpreters() if not found.problem and found.pip)
    environment = tiny(bases=lambda: iter([Interpreter(good.path, good.version, "", ensurepip=False, pip=True)]))
    folder = environment.build(Watch(), wheels)
    assert environment.ready
    assert not list(folder.rglob("pip"))


def test_remove_takes_everything_of_this_lock_file(tiny, wheels):
    environment = tiny()
    environment.build(Watch(), wheels)
    other = environment.folder / "000000000000-pypi"
    other.mkdir()
    environment.remove()
    assert not environment.ready
    assert left(environment) == [other.name]


def test_a_repair_builds_anew(tiny, wheels):
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    [module] = folder.rglob("tinytop.py")
    module.unlink()
    report = Watch()
    assert environment.repair(report, wheels) == folder
    assert list(folder.rglob("tinytop.py")) and environment.path == folder
    assert left(environment) == [folder.name]


def test_a_repair_that_fails_leaves_what_was_there(tiny, wheels):
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    (folder / "mine.txt").write_text("as it was")
    make_wheel(wheels, "tinybase", code="# somebody changed it")
    with pytest.raises(EnvironmentBuildError):
        environment.repair(Watch(), wheels)
    assert environment.path == folder and (folder / "mine.txt").is_file()
    assert left(environment) == [folder.name]


def test_a_repair_that_is_cancelled_leaves_what_was_there(tiny, wheels):
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    report = Watch(lambda event: report.cancel.set() if "Building with" in getattr(event, "text", "") else None)
    with pytest.raises(Cancelled):
        environment.repair(report, wheels)
    assert environment.ready and left(environment) == [folder.name]


def test_a_repair_that_was_killed_is_taken_back(tiny, wheels):
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    folder.rename(folder.with_name(f".kept-{folder.name}"))
    folder.mkdir()  # as far as it came
    assert not environment.ready
    report = Watch()
    assert environment.build(report, wheels) == folder and environment.ready
    assert left(environment) == [folder.name] and report.texts("info") == []


def test_environments_are_removed_and_others_stay(tiny, wheels):
    environment = tiny()
    folder = environment.build(Watch(), wheels)
    other = environment.folder / "000000000000-cpu"
    other.mkdir()
    folder_changes.remove_environments([folder], Watch())
    assert left(environment) == [other.name] and not folder.with_suffix(".log").exists()


def test_the_log_holds_no_password(tmp_path):
    run = installer.Installer(tmp_path / "x", tmp_path / "log", Watch()).run
    text = run([sys.executable, "-c", "print('by http://me:secret@proxy:8080/')"], "Talking")
    assert text == "by http://proxy:8080/\n"
    assert "secret" not in (tmp_path / "log").read_text()


def test_a_marker_that_cannot_be_read_is_empty(tmp_path):
    assert read_marker(tmp_path) == {}
    (tmp_path / MARKER).write_text(json.dumps([1]))
    assert read_marker(tmp_path) == {}
