"""Gives detected objects their look when QGIS loads them: a colour for each class, the surer the stronger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProperty,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
)

from ..ui.palette import COLOURS, outline
from .loading import process_on_load

_MOST_CLASSES = 50
_OPACITY = '40 + 0.6 * coalesce("Confidence", 100)'  # percent; confidence is 0 to 100


class DetectionStyle(QgsProcessingLayerPostProcessorInterface):
    """Styles a layer with the fields ``Class`` and ``Confidence`` after it was loaded."""

    def postProcessLayer(self, layer: QgsVectorLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Style ``layer``; called by QGIS in the main thread."""
        if isinstance(layer, QgsVectorLayer):
            style_detections(layer)


def style_detections(layer: QgsVectorLayer) -> None:
    """Give ``layer`` outlines by its field ``Class``, and a tip; other layers stay as they are."""
    index = layer.fields().lookupField("Class")
    if index < 0 or not layer.isSpatial():
        return
    layer.setRenderer(detection_renderer(sorted(layer.uniqueValues(index, _MOST_CLASSES), key=str)))
    if layer.fields().lookupField("Confidence") >= 0:
        layer.setMapTipTemplate('<b>[% "Class" %]</b> [% round("Confidence", 1) %] %')
    layer.triggerRepaint()


def detection_renderer(classes: Sequence[Any]) -> QgsCategorizedSymbolRenderer:
    """Return how objects of ``classes``, which are sorted, are drawn."""
    categories = [
        QgsRendererCategory(value, _symbol(COLOURS[number % len(COLOURS)]), str(value)) for number, value in enumerate(classes)
    ][:_MOST_CLASSES]
    if not categories or len(categories) >= _MOST_CLASSES:  # what comes later, or is too much for a legend
        categories.append(QgsRendererCategory(None, _symbol(COLOURS[0]), "other" if categories else "objects"))
    return QgsCategorizedSymbolRenderer("Class", categories)


def _symbol(colour: str) -> QgsFillSymbol:
    """Return the outline of a class, the stronger the surer the object."""
    symbol = outline(colour)
    symbol.setDataDefinedProperty(QgsSymbol.Property.Opacity, QgsProperty.fromExpression(_OPACITY))
    return symbol


def style_on_load(layer_id: str, context: QgsProcessingContext) -> None:
    """Have the layer ``layer_id`` styled if it is going to be loaded."""
    process_on_load(DetectionStyle(), layer_id, context)
