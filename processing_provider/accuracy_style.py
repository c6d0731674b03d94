"""Gives the layer of marks its look when QGIS loads it: what was found green, what is false red, what was missed orange."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
    QgsVectorLayer,
)

from .loading import process_on_load

_FIELD = "Accuracy"
# The report's colours, brighter for imagery; what was missed is drawn first, below, and false alarms last, on top.
_MARKS = (
    ("FN", "Missed (FN)", "#ffa31a", "dash"),
    ("TP", "Found (TP)", "#3ddc5b", "solid"),
    ("FP", "False alarm (FP)", "#ff2a3c", "solid"),
)
_TIP = """<b>[% "Accuracy" %]</b> [% coalesce("Reason", '') %]<br>
[% coalesce("Class", '–') %] / [% coalesce("True_Class", '–') %], IoU [% round("IoU", 2) %]
[% if("Confidence" is null, '', ', confidence ' || round("Confidence", 2)) %]"""


class AccuracyStyle(QgsProcessingLayerPostProcessorInterface):
    """Styles a layer with the field ``Accuracy`` after it was loaded."""

    def postProcessLayer(self, layer: QgsVectorLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Style ``layer``; called by QGIS in the main thread."""
        if isinstance(layer, QgsVectorLayer):
            style_accuracy(layer)


def style_accuracy(layer: QgsVectorLayer) -> None:
    """Give ``layer`` outlines by its field ``Accuracy``, and a tip that tells why; other layers stay as they are."""
    if layer.fields().lookupField(_FIELD) < 0 or not layer.isSpatial():
        return
    categories = [
        QgsRendererCategory(value, _outline(colour, line, level), label)
        for level, (value, label, colour, line) in enumerate(_MARKS)
    ]
    renderer = QgsCategorizedSymbolRenderer(_FIELD, categories)
    renderer.setUsingSymbolLevels(True)
    layer.setRenderer(renderer)
    layer.setMapTipTemplate(_TIP)
    layer.triggerRepaint()


def _outline(colour: str, line: str, level: int) -> QgsFillSymbol:
    """Return an outline without a fill; a thin dark line below it makes it stand out on any imagery."""
    symbol = QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": "0,0,0,150", "outline_width": "1.1", "outline_style": "solid"}
    )
    upper = QgsFillSymbol.createSimple({"style": "no", "outline_color": colour, "outline_width": "0.6", "outline_style": line})
    symbol.appendSymbolLayer(upper.takeSymbolLayer(0))
    for part in symbol.symbolLayers():
        part.setRenderingPass(level)
    return symbol


def style_on_load(layer_id: str, context: QgsProcessingContext) -> None:
    """Have the layer ``layer_id`` styled if it is going to be loaded."""
    process_on_load(AccuracyStyle(), layer_id, context)
