"""What the plugin has on the desktop besides the menu: windows, the page in QGIS's options, offers in the message bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsCustomDropHandler
from qgis.PyQt.QtCore import QObject, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QPushButton, QWidget

from ..processing_provider.about import manual
from .background import cancel_all
from .environment import EnvironmentDialog
from .inspector import ModelInspector
from .inspector.window import ENDINGS
from .settings_page import PAGE, SettingsPageFactory

if TYPE_CHECKING:
    from qgis.gui import QgisInterface, QgsMessageBarItem

    from ..processing_provider.provider import KestrelProvider


class Desktop(QObject):
    """Lives as long as the plugin is loaded; windows are made when they are first opened.

    Signals:
        classes_chosen: classes that somebody wants to label with, a tuple of :class:`core.classes.ClassInfo`.

    Args:
        iface: of QGIS.
        provider: whose tools may find no environment.
    """

    classes_chosen = pyqtSignal(object)

    def __init__(self, iface: QgisInterface, provider: KestrelProvider) -> None:
        super().__init__()
        self._iface = iface
        self._environment: EnvironmentDialog | None = None
        self._offer: QgsMessageBarItem | None = None
        self._inspector: ModelInspector | None = None
        # The dialogs of tools that are open. Parents keep no hold of what Python is in a dialog; without it Run does nothing.
        self._tools: set[QWidget] = set()
        self._drops = PackageDrops(self.open_inspector)
        self._iface.registerCustomDropHandler(self._drops)
        self._settings = SettingsPageFactory()
        self._iface.registerOptionsWidgetFactory(self._settings)
        provider.environmentMissing.connect(self.offer_environment)

    def unload(self) -> None:
        """Close and take back everything."""
        cancel_all()
        self._forget_offer()
        self._iface.unregisterCustomDropHandler(self._drops)
        self._iface.unregisterOptionsWidgetFactory(self._settings)
        for dialog in tuple(self._tools):
            dialog.close()
        for window in (self._environment, self._inspector):
            if window is not None:
                window.close()
                window.deleteLater()
        self._environment = self._inspector = None

    def open_environment(self) -> None:
        """Open the dialog that shows and builds the environment."""
        self._forget_offer()
        if self._environment is None:
            self._environment = EnvironmentDialog(self._iface.mainWindow())
            self._environment.told.connect(self._tell)
        _bring_up(self._environment)

    @property
    def inspector(self) -> ModelInspector:
        """The window that describes models; made when it is first asked for."""
        if self._inspector is None:
            self._inspector = ModelInspector(self._iface.mainWindow())
            self._inspector.tool_wanted.connect(self.open_tool)
            self._inspector.classes_chosen.connect(self.classes_chosen)
        return self._inspector

    def open_inspector(self, path: str = "") -> None:
        """Open the window that describes models, with a package if one is given."""
        _bring_up(self.inspector)
        if path:
            self.inspector.inspect(path)

    def open_tool(self, algorithm_id: str, parameters: dict[str, Any] | None = None) -> None:
        """Open the dialog of an algorithm, or offer an environment when there is none to run it in.

        Args:
            algorithm_id: such as ``"kestrel:detectobjects"``.
            parameters: what its dialog begins with.
        """
        import processing  # a plugin of its own, which may be loaded after this one

        algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
        if algorithm is None or not algorithm.canExecute()[0]:
            return
        # Not execAlgorithmDialog: it returns when the dialog is closed, and then takes the map tool of its beginning again.
        dialog = processing.createAlgorithmDialog(algorithm_id, parameters or {})
        if dialog is not None:
            self._tools.add(dialog)
            dialog.destroyed.connect(lambda: self._tools.discard(dialog))
            _bring_up(dialog)

    def open_settings(self) -> None:
        """Open QGIS's options at the page of the plugin."""
        self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE)

    def open_help(self) -> None:
        """Open the manual in the browser."""
        QDesktopServices.openUrl(QUrl(manual()))

    def offer_environment(self, _text: str = "") -> None:
        """Say in the message bar that there is no environment, with a button that opens the dialog; once at a time."""
        if self._offer is not None:
            return
        bar = self._iface.messageBar()
        item = bar.createMessage("Kestrel", self.tr("There is no environment for deep learning yet."))
        button = QPushButton(self.tr("Environment …"))
        button.clicked.connect(self.open_environment)
        item.layout().addWidget(button)
        item.destroyed.connect(self._offer_gone)
        self._offer = item
        bar.pushWidget(item, Qgis.MessageLevel.Warning)

    def _forget_offer(self) -> None:
        if self._offer is not None:
            offer, self._offer = self._offer, None
            self._iface.messageBar().popWidget(offer)

    def _offer_gone(self) -> None:
        self._offer = None

    def _tell(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage(self.tr("Kestrel environment"), text, level, 0)


class PackageDrops(QgsCustomDropHandler):
    """Opens the inspector when a model package is dropped on QGIS, which has no use for it.

    Args:
        open_inspector: takes the path.
    """

    def __init__(self, open_inspector: Callable[[str], None]) -> None:
        super().__init__()
        self._open = open_inspector

    def customUriProviderKey(self) -> str:
        """Return the name of the handler."""
        return "kestrel_model"

    def handleFileDrop(self, file: str) -> bool:
        """Return whether the file was taken."""
        if not file.lower().endswith(ENDINGS) or not Path(file).is_file():
            return False
        self._open(file)
        return True


def _bring_up(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
