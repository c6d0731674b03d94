"""Objects on the map as a search finds them: a layer for the time of the run, which is never saved with the project."""

from __future__ import annotations

import base64
import time

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsMapLayer,
    QgsMemoryProviderUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QMetaType, QObject, QTimer
from qgis.PyQt.QtXml import QDomDocument, QDomElement

from ...core.events import Event, Found
from ...processing_provider.runs import Outcome, Run, Runs
from ...processing_provider.styling import detection_renderer

REDRAW = 1.0  # seconds between two drawings of the map, at least
LINGER = 5.0  # seconds that the objects stay for the layer with the result, which QGIS loads after the run
MARK = "kestrel/live"  # custom property of the layers
_TAGS = ("layer-tree-layer", "layer", "layer-setting")  # what a project's file says about a layer, by its attribute id


class LiveLayers(QObject):
    """Keeps a layer for each search that is running.

    Args:
        runs: tells of them.
    """

    def __init__(self, runs: Runs) -> None:
        super().__init__()
        self._runs = runs
        self._layers: dict[Run, LiveLayer] = {}
        self._refused: set[Run] = set()  # whose layer the user removed
        runs.told.connect(self._told)
        runs.ended.connect(self._ended)
        QgsProject.instance().writeProject.connect(leave_out)
        QgsProject.instance().writeMapLayer.connect(blank)

    def unload(self) -> None:
        """Take the layers away and listen no more."""
        self._runs.told.disconnect(self._told)
        self._runs.ended.disconnect(self._ended)
        QgsProject.instance().writeProject.disconnect(leave_out)
        QgsProject.instance().writeMapLayer.disconnect(blank)
        for layer in self.findChildren(LiveLayer):  # those that linger too
            layer.remove()
        self._layers.clear()

    def layer_of(self, run: Run) -> QgsVectorLayer | None:
        """Return the layer of a search that is running; None when it has none."""
        live = self._layers.get(run)
        return live.layer if live is not None and live.is_there else None

    def _told(self, run: Run, event: Event) -> None:
        if not isinstance(event, Found) or run in self._refused:
            return
        live = self._layers.get(run)
        if live is None:
            live = self._layers[run] = LiveLayer(event.crs, self)
        elif not live.is_there:  # by the user, or with the project
            self._refused.add(run)
            del self._layers[run]
            return
        live.add(event)

    def _ended(self, run: Run, outcome: Outcome) -> None:
        self._refused.discard(run)
        live = self._layers.pop(run, None)
        if live is not None:
            live.finish(waits=not outcome.error and not outcome.cancelled)


class LiveLayer(QObject):
    """One layer in the project.

    Args:
        crs: as WKT; empty for none.
        parent: whose child this is.
    """

    def __init__(self, crs: str, parent: QObject) -> None:
        super().__init__(parent)
        self._project = QgsProject.instance()
        clean = not self._project.isDirty()
        system = QgsCoordinateReferenceSystem.fromWkt(crs) if crs else QgsCoordinateReferenceSystem()
        fields = QgsFields()
        for name, kind in (("Class", QMetaType.Type.QString), ("Confidence", QMetaType.Type.Double)):
            fields.append(QgsField(name, kind))
        self.layer = QgsMemoryProviderUtils.createMemoryLayer("being_found", fields, Qgis.WkbType.Polygon, system)
        self.layer.setCustomProperty("skipMemoryLayersCheck", 1)  # QGIS asks nobody whether to lose it
        self.layer.setCustomProperty(MARK, True)
        self._classes: set[str] = set()
        self._drawn, self._total, self._final = 0.0, 0, True
        self._name()
        self._project.addMapLayer(self.layer, False)
        self._project.layerTreeRoot().insertLayer(0, self.layer)
        if clean:
            self._project.setDirty(False)  # nothing of the user's has changed
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._draw)

    @property
    def is_there(self) -> bool:
        """Whether it is still in the project."""
        return not sip.isdeleted(self.layer) and self._project.mapLayer(self.layer.id()) is not None

    def add(self, found: Found) -> None:
        """Add objects; they are drawn soon."""
        self._total, self._final = found.total, found.final
        features = []
        for outline, name, confidence in zip(found.outlines, found.classes, found.confidences, strict=True):
            geometry = QgsGeometry()
            geometry.fromWkb(base64.b64decode(outline))
            feature = QgsFeature(self.layer.fields())
            feature.setGeometry(geometry)
            feature.setAttributes([name, confidence])
            features.append(feature)
        if features:
            self.layer.dataProvider().addFeatures(features)
        if not self._classes.issuperset(found.classes):
            self._classes.update(found.classes)
            self.layer.setRenderer(detection_renderer(sorted(self._classes)))
        if not self._later.isActive():
            self._later.start(max(int(1000 * (self._drawn + REDRAW - time.monotonic())), 0))

    def finish(self, waits: bool) -> None:
        """Take it away: now, or when the layer with the result is there, which comes soon."""
        if not waits:
            self.remove()
            return
        self._project.layersAdded.connect(self._others_came)
        QTimer.singleShot(int(1000 * LINGER), self.remove)

    def remove(self) -> None:
        """Take it away."""
        if sip.isdeleted(self):
            return
        self._later.stop()
        if self.is_there:
            clean = not self._project.isDirty()
            self._project.removeMapLayer(self.layer.id())
            if clean:
                self._project.setDirty(False)
        self.deleteLater()

    def _others_came(self, layers: list[QgsMapLayer]) -> None:
        if any(isinstance(layer, QgsVectorLayer) and layer.fields().lookupField("Confidence") >= 0 for layer in layers):
            QTimer.singleShot(0, self.remove)

    def _draw(self) -> None:
        if self.is_there:
            self._drawn = time.monotonic()
            self._name()
            self.layer.updateExtents()
            self.layer.triggerRepaint()

    def _name(self) -> None:
        if self._final:
            name = QCoreApplication.translate("LiveLayer", "Objects (being found): {count}")
        else:
            name = QCoreApplication.translate("LiveLayer", "Objects (being found, before suppression): {count}")
        self.layer.setName(name.format(count=f"{self._total:,}"))


def leave_out(document: QDomDocument) -> None:
    """Take what is said about live layers out of a project that is being written; the layers themselves come after this."""
    ids = {layer.id() for layer in QgsProject.instance().mapLayers().values() if layer.customProperty(MARK)}
    for tag in _TAGS if ids else ():
        nodes = document.elementsByTagName(tag)
        for element in [nodes.at(number).toElement() for number in range(nodes.count())]:
            if element.attribute("id") in ids:
                element.parentNode().removeChild(element)


def blank(layer: QgsMapLayer, element: QDomElement, _document: QDomDocument) -> None:
    """Make the element of a live layer one that says nothing, and that QGIS does not know when it reads the project."""
    if layer.customProperty(MARK):
        element.setTagName("kestrel-left-out")
        while not element.firstChild().isNull():
            element.removeChild(element.firstChild())
        attributes = element.attributes()
        for name in [attributes.item(number).nodeName() for number in range(attributes.count())]:
            element.removeAttribute(name)
