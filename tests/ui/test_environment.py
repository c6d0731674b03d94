"""The environment's dialog: what it says, what its buttons do, and that QGIS learns of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from qgis.core import Qgis, QgsApplication, QgsNetworkAccessManager
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtNetwork import QNetworkProxy
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMessageBox

Call = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("kestrel", "no_environment")


def pretend_environment(name: str = "") -> Path:
    """Write an environment that looks whole and cannot run."""
    from kestrel.core.runtime.managed import MARKER, ManagedEnvironment, python_of

    managed = ManagedEnvironment()
    folder = managed.folder / (name or f"{managed.key}-cpu")
    python_of(folder).parent.mkdir(parents=True)
    python_of(folder).write_bytes(b"")
    (folder / MARKER).write_text(json.dumps({"python": [3, 12], "versions": {"torch": "2.14.1"}, "built": "2026-01-02T03:04"}))
    return folder


@pytest.fixture
def open_dialog(qgis_app: Any, wait: Call) -> Iterator[Call]:
    from kestrel.ui.environment import EnvironmentDialog

    opened: list[Any] = []

    def call() -> Any:
        opened.append(EnvironmentDialog())
        opened[-1].show()
        wait(lambda: opened[-1].state is not None and opened[-1]._look is None)
        return opened[-1]

    yield call
    wait(lambda: not any(dialog.work.is_busy or dialog._look for dialog in opened))
    for dialog in opened:
        sip.delete(dialog)


def enabled(dialog: Any) -> set[str]:
    return {
        button.text() for button in (dialog.build, dialog.update_button, dialog.repair, dialog.remove) if button.isEnabled()
    }


def test_nothing_is_there_yet(open_dialog: Call) -> None:
    dialog = open_dialog()
    assert dialog.view.headline.text() == "There is no environment for deep learning yet."
    assert "to download" in dialog.view.advice.text()
    assert enabled(dialog) == {"Build"}
    assert {"Graphics card", "Main memory", "Disk"} <= dialog.view.rows().keys()
    assert not dialog.report.isEnabled() and not dialog.work.cancel.isVisible()


def test_one_that_does_not_run_is_to_be_repaired(open_dialog: Call) -> None:
    pretend_environment()
    pretend_environment("0123456789ab-cpu")
    dialog = open_dialog()
    assert dialog.view.headline.text() == "The environment does not work."
    advice = dialog.view.advice.text()
    assert "could not be started" in advice and advice.endswith("Repair it.")
    assert "Environment:" not in advice and "Run Check" not in advice
    assert enabled(dialog) == {"Repair", "Remove …"}
    assert dialog.view.rows()["PyTorch"] == "2.14.1" and "1 environment" in dialog.view.rows()["Not in use"]


def test_the_real_one_is_ready(open_dialog: Call, environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    dialog = open_dialog()
    assert dialog.view.headline.text().startswith("Ready"), dialog.checked
    assert dialog.view.rows()["PyTorch"].startswith("2.")
    assert dialog.report.isEnabled() and enabled(dialog) == set()
    assert not dialog.sources.python.isEnabled() and "KESTREL_PYTHON" in dialog.sources.message.text()
    dialog.copy.click()
    text = QgsApplication.clipboard().text()
    assert "Torch version" in text and Qgis.QGIS_VERSION in text and "Main memory" in text


def test_a_build_shows_how_far_it_is_and_is_cancelled(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.ui.environment import dialog as module

    def build(self: Any, report: Any, wheels: Any = None) -> None:
        report.info("Building with fake.")
        while True:
            report.progress(0.4, "Downloading, 1 MB of about 3 MB", "5.0 MB/s", 90)
            report.check_cancelled()
            time.sleep(0.01)

    monkeypatch.setattr(module.ManagedEnvironment, "build", build)
    dialog = open_dialog()
    dialog.build.click()
    wait(lambda: dialog.work.bar.value() == 400)
    assert dialog.work.stage.text() == "Downloading, 1 MB of about 3 MB, 5.0 MB/s, 2 min left"
    assert enabled(dialog) == set() and dialog.work.cancel.isVisible()
    dialog.work.cancel.click()
    wait(lambda: not dialog.work.is_busy)
    assert "Building with fake." in dialog.work.log.toPlainText() and "Cancelled" in dialog.work.log.toPlainText()
    wait(lambda: dialog._look is None)
    assert enabled(dialog) == {"Build"}
    dialog.work.copy.click()
    assert QgsApplication.clipboard().text() == dialog.work.log.toPlainText()


def test_a_real_build(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By pip, of two tiny packages, in the background."""
    from kestrel.core.runtime import state
    from kestrel.core.runtime.accelerator import TorchBuild
    from kestrel.core.runtime.folders import change_settings
    from kestrel.core.runtime.interpreters import base_interpreters
    from kestrel.core.runtime.managed import ManagedEnvironment
    from kestrel.ui.environment import dialog as module

    sys.path.insert(0, str(Path(__file__).parents[1] / "core" / "runtime"))
    from tiny_packages import make_lock, make_wheel

    wheels = tmp_path / "wheels"
    lock = make_lock(tmp_path / "requirements.txt", make_wheel(wheels, "tinybase"))
    small = TorchBuild("pypi", "The build of the test.", 1000, 1000)

    # With the pip of the base, where it has one: an environment without pip is made much more quickly.
    def bases() -> Iterator[Any]:
        return (replace(base, ensurepip=not base.pip) for base in base_interpreters())

    tiny = partial(ManagedEnvironment, lock, imports=("tinybase",), choose=lambda: small, bases=bases)
    for where in (module, state):
        monkeypatch.setattr(where, "ManagedEnvironment", tiny)
    monkeypatch.setenv("KESTREL_UV", "no")
    change_settings(wheels=str(wheels))
    dialog = open_dialog()
    dialog.build.click()
    wait(lambda: not dialog.work.is_busy)
    log = dialog.work.log.toPlainText()
    assert "Building with pip" in log and log.endswith("Done."), log
    assert tiny().ready and dialog.work.bar.value() == 1000
    monkeypatch.setattr(QMessageBox, "question", lambda *given: QMessageBox.StandardButton.Yes)
    wait(lambda: dialog._look is None)
    before = (tiny().path / "kestrel.json").stat().st_mtime_ns
    dialog.repair.click()
    wait(lambda: not dialog.work.is_busy)
    assert (tiny().path / "kestrel.json").stat().st_mtime_ns > before


def test_a_build_that_fails_says_why_and_what_to_do(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.core.runtime.folders import change_settings

    shown: list[str] = []
    monkeypatch.setattr(QMessageBox, "critical", lambda parent, title, text: shown.append(text))
    dialog = open_dialog()
    change_settings(wheels=str(Path(__file__).parent))  # a folder without wheels
    dialog.build.click()
    wait(lambda: bool(shown))
    assert "has no wheels" in shown[0] and "pip download" in shown[0]
    assert "has no wheels" in dialog.work.log.toPlainText()


def test_a_dialog_that_was_closed_tells_the_end(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.ui.environment import dialog as module

    monkeypatch.setattr(module.ManagedEnvironment, "build", lambda self, report, wheels=None: time.sleep(0.3))
    dialog = open_dialog()
    told: list[Any] = []
    dialog.told.connect(lambda text, level: told.append((text, level)))
    dialog.build.click()
    dialog.close()
    wait(lambda: bool(told))
    assert told == [("Done.", Qgis.MessageLevel.Success)]


def test_environments_are_removed_as_ticked(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.ui.environment import dialog as module

    used, other = pretend_environment(), pretend_environment("0123456789ab-cpu")
    dialog = open_dialog()
    ticks: list[Any] = []

    def answer(asked: Any) -> bool:
        ticks.extend(asked.list.item(row).checkState() for row in range(asked.list.count()))
        return True

    monkeypatch.setattr(module.RemovalDialog, "exec", answer)
    dialog.remove.click()
    assert ticks == [Qt.CheckState.Unchecked, Qt.CheckState.Checked]  # what is used stays unless it is asked for
    wait(lambda: not dialog.work.is_busy)
    assert used.is_dir() and not other.exists()


def test_a_repair_is_asked_about(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.ui.environment import dialog as module

    pretend_environment()
    dialog = open_dialog()
    repaired: list[Any] = []
    monkeypatch.setattr(module.ManagedEnvironment, "repair", lambda self, report, wheels=None: repaired.append(wheels))
    for answer in (QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes):
        monkeypatch.setattr(QMessageBox, "question", lambda *given, answer=answer: answer)
        dialog.repair.click()
        wait(lambda: not dialog.work.is_busy)
    assert repaired == [None]


@pytest.mark.parametrize(
    ("field", "value", "trouble"),
    [("python", "/no/such/python", "There is no file"), ("python", "/usr/bin/env", "does not run"),
     ("wheels", str(Path(__file__).parent), "no wheels")],
)  # fmt: skip
def test_what_cannot_be_used_is_said_and_not_kept(open_dialog: Call, field: str, value: str, trouble: str) -> None:
    from kestrel.core.runtime.folders import setting

    dialog = open_dialog()
    assert not dialog.apply.isEnabled()
    getattr(dialog.sources, field).setFilePath(value)
    assert dialog.apply.isEnabled()
    dialog.apply.click()
    assert trouble in dialog.sources.message.text() and setting(field) is None


def test_an_own_python_is_used_from_then_on(open_dialog: Call, wait: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.core.runtime import resolve
    from kestrel.core.runtime.folders import setting

    monkeypatch.setattr(resolve, "PACKAGES", ("json",))
    dialog = open_dialog()
    dialog.sources.python.setFilePath(sys.executable)
    dialog.apply.click()
    assert setting("python") == sys.executable
    wait(lambda: dialog._look is None)
    assert dialog.state.named.startswith("the setting python")


@pytest.fixture
def proxy() -> Iterator[Call]:
    """Set QGIS's proxy; taken back afterwards."""
    from kestrel.core.runtime.child_environment import use_proxy

    manager = QgsNetworkAccessManager.instance()

    def use(proxy: QNetworkProxy, without: list[str]) -> None:
        manager.setFallbackProxyAndExcludes(proxy, without, [])

    yield use
    use(QNetworkProxy(), [])
    use_proxy("")


def test_the_proxy_of_qgis_reaches_pip_and_no_log(open_dialog: Call, proxy: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from kestrel.core.runtime.child_environment import child_environment
    from kestrel.processing_provider.network import hand_on_proxy

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    kinds = QNetworkProxy.ProxyType
    proxy(QNetworkProxy(kinds.HttpProxy, "proxy.org", 8080, "me", "p@ss/w:rd"), ["https://intranet.org/wms", "localhost"])
    hand_on_proxy()
    child = child_environment()
    assert child["HTTPS_PROXY"] == child["http_proxy"] == "http://me:p%40ss%2Fw:rd@proxy.org:8080"
    assert child["NO_PROXY"] == "intranet.org,localhost"
    monkeypatch.setenv("HTTPS_PROXY", child["HTTPS_PROXY"])
    dialog = open_dialog()
    dialog.copy.click()
    text = QgsApplication.clipboard().text()
    assert "HTTPS_PROXY: http://proxy.org:8080" in text and "p%40ss" not in text
    monkeypatch.delenv("HTTPS_PROXY")
    proxy(QNetworkProxy(kinds.Socks5Proxy, "proxy.org", 1080), [])
    hand_on_proxy()
    assert child_environment()["HTTPS_PROXY"] == "socks5h://proxy.org:1080"
    proxy(QNetworkProxy(kinds.NoProxy), [])
    hand_on_proxy()
    assert "HTTPS_PROXY" not in child_environment()


def test_the_offline_folder_is_set_by_keyboard_alone(open_dialog: Call, tmp_path: Path, wait: Call) -> None:
    from kestrel.core.runtime.folders import setting

    dialog = open_dialog()
    (group,) = dialog.findChildren(QgsCollapsibleGroupBox)
    group.setCollapsed(False)
    dialog.copy.setFocus()
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is dialog.sources.wheels.lineEdit():
            break
    else:
        pytest.fail("Tab does not reach the field")
    QTest.keyClicks(QApplication.focusWidget(), str(tmp_path))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert "no wheels" in dialog.sources.message.text() and dialog.isVisible(), "Enter closed the dialog"
    (tmp_path / "a.whl").write_bytes(b"")
    QTest.keyClick(dialog.sources.wheels.lineEdit(), Qt.Key.Key_Return)
    assert setting("wheels") == str(tmp_path) and dialog.isVisible()


def test_diagnostics_hold_no_passwords(open_dialog: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ana:s3cret@proxy.example:3128")
    monkeypatch.setenv("UV_INDEX_URL", "https://token-s3cret@packages.example/simple")
    dialog = open_dialog()
    dialog.copy.click()
    text = QgsApplication.clipboard().text()
    assert "proxy.example:3128" in text and "packages.example" in text and "s3cret" not in text
