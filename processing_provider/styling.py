"""Gives detected objects their look when QGIS loads them: a colour for each class, the surer the stronger."""

from __future__ import annotations

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
from qgis.PyQt.QtGui import QColor

# Distinct on imagery, and for the colour-blind (Okabe and Ito 2008); orange first, as the plugin's icon.
_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2")
_MOST_CLASSES = 50
_FILL = 40  # opacity, of 255
_OPACITY = '40 + 0.6 * coalesce("Confidence", 100)'  # percent; confidence is 0 to 100


class DetectionStyle(QgsProcessingLayerPostProcessorInterface):
    """Styles a layer with the fields ``Class`` and ``Confidence`` after it was loaded."""

    def postProcessLayer(self, layer: QgsVectorLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Style ``layer``; called by QGIS in the main thread."""
        index = layer.fields().lookupField("Class")
        if not isinstance(layer, QgsVectorLayer) or index < 0:
            return
        classes = sorted(layer.uniqueValues(index, _MOST_CLASSES), key=str)
        categories = [
            QgsRendererCategory(value, _symbol(_COLOURS[number % len(_COLOURS)]), str(value))
            for number, value in enumerate(classes)
        ]
        if not categories or len(categories) >= _MOST_CLASSES:  # what comes later, or is too much for a legend
            categories.append(QgsRendererCategory(None, _symbol(_COLOURS[0]), "other" if categories else "objects"))
        layer.setRenderer(QgsCategorizedSymbolRenderer("Class", categories))
        if layer.fields().lookupField("Confidence") >= 0:
            layer.setMapTipTemplate('<b>[% "Class" %]</b> [% round("Confidence", 1) %] %')
        layer.triggerRepaint()


def _symbol(colour: str) -> QgsFillSymbol:
    """Return an outline in ``colour`` with a hint of fill, through which the imagery stays to be seen."""
    red, green, blue, _ = QColor(colour).getRgb()
    symbol = QgsFillSymbol.createSimple(
        {"color": f"{red},{green},{blue},{_FILL}", "outline_color": colour, "outline_width": "0.6", "outline_width_unit": "MM"}
    )
    symbol.setDataDefinedProperty(QgsSymbol.Property.Opacity, QgsProperty.fromExpression(_OPACITY))
    return symbol


_STYLE = DetectionStyle()  # kept here, because QGIS keeps no reference: a local one would be deleted before its call


def style_on_load(layer_id: str, context: QgsProcessingContext) -> None:
    """Have the layer ``layer_id`` styled if it is going to be loaded."""
    if context.willLoadLayerOnCompletion(layer_id):
        context.layerToLoadOnCompletionDetails(layer_id).setPostProcessor(_STYLE)
