"""Kestrel Object Detection: a QGIS plugin. The repository root is the plugin folder.

Nothing is imported here but what QGIS needs to start the plugin, so that the worker and the tests, which have no QGIS,
can import the packages below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .plugin import KestrelPlugin


def classFactory(iface: QgisInterface | None) -> KestrelPlugin:
    """Return the plugin; ``iface`` is None in ``qgis_process``."""
    from .plugin import KestrelPlugin

    return KestrelPlugin(iface)
