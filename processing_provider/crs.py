"""Coordinate systems that survive the threads of QGIS."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem


def sound(crs: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """Return ``crs``, made anew from its authority code when QGIS has lost its inside.

    When a background thread opens a layer, which any algorithm with a path does, QGIS 3.40 shares that layer's coordinate
    system with layers opened later, and when the idle thread ends after 30 seconds, it is left valid but without definition:
    features written with it would have no coordinate system.
    """
    if crs.isValid() and not crs.toWkt():
        again = QgsCoordinateReferenceSystem(crs.authid())
        return again if again.isValid() else crs
    return crs
