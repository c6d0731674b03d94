"""What all tests need: Ctrl+C, and the checkout as a plugin of QGIS, here and in a profile. Imports no QGIS by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A shell starts background jobs with Ctrl+C ignored, and children inherit that: the tests of Ctrl+C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


_ended = 0


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests ended."""
    global _ended
    _ended = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without taking QGIS apart: Python's way of ending can delete Qt's objects in an order that crashes the process.

    Seen with QGIS 3.40.6 and Python 3.13, after all tests had passed.
    """
    if "qgis.core" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended)


@pytest.fixture(scope="session")
def plugin_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of plugins that holds the checkout under the name that QGIS needs."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "kestrel").symlink_to(ROOT, target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory, plugin_path: Path) -> dict[str, str]:
    """The environment variables of a QGIS profile in which the plugin is enabled."""
    if shutil.which("qgis_process") is None:
        pytest.skip("qgis_process is not installed")
    variables = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugin_path),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path_factory.mktemp("profile")),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    variables.pop("PYTHONPATH", None)
    subprocess.run(["qgis_process", "plugins", "enable", "kestrel"], env=variables, check=True, capture_output=True)
    return variables


@pytest.fixture(scope="session")
def kestrel(plugin_path: Path, qgis_app: Any, qgis_processing: None) -> Any:
    """The plugin, started as qgis_process starts it."""
    sys.path.insert(0, str(plugin_path))
    import kestrel

    plugin = kestrel.classFactory(None)
    plugin.initProcessing()
    yield plugin
    plugin.unload()
    sys.path.remove(str(plugin_path))


@pytest.fixture(scope="session")
def environment(kestrel: Any) -> Path:
    """The Python with the deep-learning packages; tests that really run jobs are skipped without one."""
    from kestrel.core.errors import EnvironmentMissing
    from kestrel.core.runtime.resolve import find_python

    try:
        return find_python()
    except EnvironmentMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which no environment was built."""
    monkeypatch.delenv("KESTREL_PYTHON", raising=False)
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def wait() -> Callable[..., None]:
    """Let QGIS work until something is so."""
    from qgis.PyQt.QtCore import QCoreApplication

    def call(until: Callable[[], bool], seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "it never came to that"
            QCoreApplication.processEvents()
            time.sleep(0.01)

    return call
