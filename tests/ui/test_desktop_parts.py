"""What the plugin puts into QGIS's window, and that nothing of it stays when the plugin is unloaded or loaded again."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgsGui, QgsMessageBar
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QAction, QMainWindow, QPushButton


class Iface(MagicMock):
    """As QGIS's own in what the plugin needs: a window with a message bar, menus, shortcuts."""

    def ready(self) -> Iface:
        self.window, self.bar, self.factories = QMainWindow(), QgsMessageBar(), []
        self.window.setCentralWidget(self.bar)
        self.mainWindow.side_effect = lambda: self.window
        self.messageBar.side_effect = lambda: self.bar
        self.registerMainWindowAction.side_effect = QgsGui.shortcutsManager().registerAction
        self.unregisterMainWindowAction.side_effect = QgsGui.shortcutsManager().unregisterAction
        self.registerOptionsWidgetFactory.side_effect = self.factories.append
        self.unregisterOptionsWidgetFactory.side_effect = self.factories.remove
        return self


@pytest.fixture
def iface() -> Iterator[Any]:
    made = Iface().ready()
    yield made
    sip.delete(made.window)


@pytest.fixture
def plugin(kestrel: Any, iface: Any) -> Iterator[Any]:
    """The plugin with a desktop; the one without is loaded again afterwards."""
    import kestrel as package

    kestrel.unload()
    started = package.classFactory(iface)
    started.initGui()
    yield started
    started.unload()
    kestrel.initProcessing()


def shortcuts() -> list[str]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return sorted(action.objectName() for action in QgsGui.shortcutsManager().listActions() if "kestrel" in action.objectName())


def test_every_action_can_be_given_a_shortcut_and_none_stays(kestrel: Any, iface: Any) -> None:
    import kestrel as package

    kestrel.unload()
    for _ in range(3):  # as a plugin reloader does
        plugin = package.classFactory(iface)
        plugin.initGui()
        names = [
            action.objectName()
            for action in (*plugin.actions, plugin.labeling.action, plugin.workflow.action, plugin.monitor.action)
        ]
        assert shortcuts() == sorted(names) and {"kestrel_environment", "kestrel_detectobjects"} <= set(names)
        assert all(name.startswith("kestrel_") for name in names) and len(set(names)) == len(names)
        plugin.desktop.inspector.show()
        plugin.unload()
        assert shortcuts() == [] and iface.factories == []
        del plugin
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert [action for action in iface.window.findChildren(QAction) if "kestrel" in action.objectName()] == []
    assert iface.addPluginToMenu.call_count == iface.removePluginMenu.call_count
    kestrel.initProcessing()


@pytest.mark.usefixtures("no_environment")
def test_a_tool_without_an_environment_offers_one(plugin: Any, iface: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import processing

    opened: list[str] = []
    monkeypatch.setattr(processing, "createAlgorithmDialog", opened.append, raising=False)
    tool = next(action for action in plugin.actions if action.objectName() == "kestrel_detectobjects")
    tool.trigger()
    tool.trigger()
    assert opened == [] and len(iface.bar.items()) == 1
    item = iface.bar.currentItem()
    assert "environment" in item.text()
    monkeypatch.setattr("kestrel.ui.environment.dialog.EnvironmentDialog.refresh", lambda self: None)
    item.findChild(QPushButton).click()
    assert plugin.desktop._environment.isVisible() and iface.bar.items() == []
    assert "Environment" in QgsApplication.processingRegistry().providerById("kestrel").warningMessage()


@pytest.mark.usefixtures("no_environment")
def test_so_does_the_toolbox(plugin: Any, iface: Any) -> None:
    """It asks the tool itself; a tool that is run all the same, as a script does, says it again."""
    good, text = QgsApplication.processingRegistry().createAlgorithmById("kestrel:detectobjects").canExecute()
    assert not good and "Plugins > Kestrel > Environment" in text
    assert len(iface.bar.items()) == 1
    iface.bar.clearWidgets()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    model = QgsApplication.processingRegistry().createAlgorithmById("kestrel:trainanddetect")
    assert not model.canExecute()[0]
    assert len(iface.bar.items()) == 1  # offered again once the first one was closed


def test_what_runs_is_cancelled_when_the_plugin_goes(plugin: Any, wait: Any) -> None:
    from kestrel.core.errors import Cancelled
    from kestrel.ui import background

    steps: list[float] = []

    def work(report: Any) -> None:
        while True:
            report.progress(0.5)
            report.check_cancelled()
            steps.append(0.5)
            time.sleep(0.01)

    ended: list[Any] = []
    task = background.Work("Never done", work)
    task.ended.connect(lambda result, error: ended.append((result, error)))
    task.start()
    wait(lambda: bool(steps))
    plugin.unload()
    done = len(steps)
    wait(lambda: bool(ended))
    assert ended[0][0] is None and isinstance(ended[0][1], Cancelled)
    assert len(steps) == done and not background._running


def test_whatever_work_raises_is_told(kestrel: Any, wait: Any) -> None:
    from kestrel.ui.background import Work

    ended: list[Any] = []
    task = Work("Dividing", lambda report: 1 / 0)
    task.ended.connect(lambda result, error: ended.append(error))
    task.start()
    wait(lambda: bool(ended))
    assert "Dividing" in str(ended[0]) and "ZeroDivisionError" in ended[0].details


def test_classes_of_a_model_go_to_the_label_dock(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(plugin.labeling, "show", lambda: shown.append(plugin.labeling))
    dock = plugin.labeling.dock = MagicMock()
    inspector = plugin.desktop.inspector
    inspector.show()
    assert inspector.classes.isVisible()
    inspector.classes_chosen.emit(("some",))
    plugin.labeling.dock = None
    assert shown == [plugin.labeling] and dock.take_classes.call_args.args == (("some",),)


def test_a_tools_dialog_does_not_hold_up_who_opens_it(plugin: Any, environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from processing.gui import AlgorithmDialog, ParametersPanel
    from processing.tools import general
    from qgis.PyQt.QtWidgets import QApplication

    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    for module in (AlgorithmDialog, ParametersPanel):
        monkeypatch.setattr(module, "iface", None)
    monkeypatch.setattr(general, "iface", plugin.iface)
    plugin.desktop.open_tool("kestrel:detectobjects", {"THRESHOLD": 0.25})
    (dialog,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, AlgorithmDialog.AlgorithmDialog) and w.isVisible())
    assert not dialog.isModal() and dialog.mainWidget().wrappers["THRESHOLD"].parameterValue() == 0.25
    del dialog  # what keeps it alive, and lets it go, is the desktop's matter
    gc.collect()  # what nobody holds would lose the half of it that runs the tool
    (kept,) = plugin.desktop._tools
    kept.reject()  # as Escape does
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sip.isdeleted(kept) and not plugin.desktop._tools
