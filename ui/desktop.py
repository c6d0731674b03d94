"""What the plugin has on the desktop besides the menu: windows, the page in QGIS's options, offers in the message bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QPushButton

from .background import cancel_all
from .environment import EnvironmentDialog

if TYPE_CHECKING:
    from qgis.gui import QgisInterface, QgsMessageBarItem

    from ..processing_provider.provider import KestrelProvider


class Desktop(QObject):
    """Lives as long as the plugin is loaded; windows are made when they are first opened.

    Args:
        iface: of QGIS.
        provider: whose tools may find no environment.
    """

    def __init__(self, iface: QgisInterface, provider: KestrelProvider) -> None:
        super().__init__()
        self._iface = iface
        self._environment: EnvironmentDialog | None = None
        self._offer: QgsMessageBarItem | None = None
        provider.environmentMissing.connect(self.offer_environment)

    def unload(self) -> None:
        """Close and take back everything."""
        cancel_all()
        self._forget_offer()
        if self._environment is not None:
            self._environment.close()
            self._environment.deleteLater()
            self._environment = None

    def open_environment(self) -> None:
        """Open the dialog that shows and builds the environment."""
        self._forget_offer()
        if self._environment is None:
            self._environment = EnvironmentDialog(self._iface.mainWindow())
            self._environment.told.connect(self._tell)
        self._environment.show()
        self._environment.raise_()
        self._environment.activateWindow()

    def offer_environment(self, _text: str = "") -> None:
        """Say in the message bar that there is no environment, with a button that opens the dialog; once at a time."""
        if self._offer is not None:
            return
        bar = self._iface.messageBar()
        item = bar.createMessage("Kestrel", self.tr("The deep-learning tools need an environment, which is not there yet."))
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
