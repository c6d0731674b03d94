"""How labels and areas are drawn on the map."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from ..palette import outline
from .label_layer import LabelLayer

_OTHERS = "#9a9a9a"


def style_labels(labels: LabelLayer) -> None:
    """Draw each label in the colour of its class, and grey where the classes do not know it."""
    categories = [QgsRendererCategory(labels.key(item), outline(item.colour), item.name) for item in labels.schema]
    others = QCoreApplication.translate("LabelStyle", "other")
    # An empty value stands for all that no other category takes.
    categories.append(QgsRendererCategory("", outline(_OTHERS), others))
    field = labels.layer.fields().at(labels.class_field).name()
    labels.layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
    # A selected label must not hide what it is drawn around, as QGIS's full yellow would.
    selected = labels.layer.selectionProperties()
    selected.setSelectionSymbol(
        QgsFillSymbol.createSimple(
            {"color": "255,255,0,40", "outline_color": "#ffff00", "outline_width": "0.9", "outline_width_unit": "MM"}
        )
    )
    selected.setSelectionRenderingMode(Qgis.SelectionRenderingMode.CustomSymbol)
    labels.layer.triggerRepaint()
    labels.layer.emitStyleChanged()


def style_areas(layer: QgsVectorLayer) -> None:
    """Draw areas as a dashed border without a fill, so that the imagery stays as it is."""
    symbol = QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": "#ffffff", "outline_style": "dash", "outline_width": "0.6", "outline_width_unit": "MM"}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    layer.triggerRepaint()
