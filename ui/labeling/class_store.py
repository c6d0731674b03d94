"""Keeps the classes with the layer: in the project, and in a table of the layer's own database, where colleagues find them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from qgis.core import (
    NULL,
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QMetaType

from ...core.errors import OutputError
from .schema import LabelClass, Schema
from .tables import Neighbours

TABLE = "kestrel_classes"
PROPERTY = "kestrel/classes"
_MOST_VALUES = 1000  # of a class field: with more it is no class


def load_classes(layer: QgsVectorLayer, class_field: str) -> list[LabelClass]:
    """Return the classes of a layer: those kept with it, or else those that its field and its drawing show."""
    return _from_table(layer) or _from_property(layer) or from_values(layer, class_field)


def save_classes(layer: QgsVectorLayer, schema: Schema) -> None:
    """Keep the classes with the layer.

    Raises:
        OutputError: they could be kept in the project only: the database takes no table, or does not take the rows; or all of
            it but their groups, because its table is of an older version and cannot be given another column.
    """
    rows = schema.to_rows()
    layer.setCustomProperty(PROPERTY, json.dumps(rows, ensure_ascii=False))
    neighbours = Neighbours.of(layer)
    if neighbours is None:
        return
    table = neighbours.open(TABLE) or neighbours.create(TABLE, _fields(), Qgis.WkbType.NoGeometry)
    groups = not any("parent" in row for row in rows) or _with_parents(table)
    old = [feature.id() for feature in table.getFeatures(_rows_of(neighbours))]
    features = []
    for position, row in enumerate(rows):
        feature = QgsFeature(table.fields())
        for name, value in {"layer": neighbours.table, "position": position, **row}.items():
            if table.fields().lookupField(name) >= 0:
                feature.setAttribute(name, value)
        features.append(feature)
    provider = table.dataProvider()
    # The new rows first: if that fails, the old ones are still there.
    good = provider.addFeatures(features)[0] if features else True
    if not good or (old and not provider.deleteFeatures(old)):
        text = QCoreApplication.translate("ClassStore", "The classes cannot be written to the table {}: {}")
        raise OutputError(text.format(TABLE, "; ".join(provider.errors())))
    if not groups:
        text = QCoreApplication.translate(
            "ClassStore",
            "The table {} of the classes has no column parent, and cannot be given one: their groups are kept here only.",
        )
        raise OutputError(text.format(TABLE), QCoreApplication.translate("ClassStore", "Ask the owner of the table to add it."))


def _with_parents(table: QgsVectorLayer) -> bool:
    """Give a table of an older version the column for groups, beside what it holds; return whether it has one now."""
    if table.fields().lookupField("parent") < 0:
        table.dataProvider().addAttributes([QgsField("parent", QMetaType.Type.Int)])
        table.updateFields()
    return bool(table.fields().lookupField("parent") >= 0)


def from_values(layer: QgsVectorLayer, class_field: str) -> list[LabelClass]:
    """Return the classes that the values of a field are, in the colours that the layer is drawn in."""
    index = layer.fields().lookupField(class_field)
    if index < 0:
        return []
    numbers = layer.fields().at(index).isNumeric()
    values = [value for value in layer.uniqueValues(index, _MOST_VALUES) if value not in (None, NULL, "")]
    names = _names(layer, index, values) if numbers else {}
    colours = _colours(layer, class_field)
    rows = []
    for position, value in enumerate(sorted(values, key=lambda item: item if numbers else str(item))):
        name = names.get(value) or str(value)
        rows.append({"value": value if numbers else position + 1, "name": name, "color": colours.get(value, "")})
    return Schema.from_rows(rows)


def _names(layer: QgsVectorLayer, index: int, values: Iterable[object]) -> dict[object, str]:
    """The names that stand beside the values, where a field Classname has them."""
    other = layer.fields().lookupField("Classname")
    if other < 0:
        return {}
    request = QgsFeatureRequest().setFlags(Qgis.FeatureRequestFlag.NoGeometry).setSubsetOfAttributes([index, other])
    names: dict[object, str] = {}
    wanted = set(values)
    for feature in layer.getFeatures(request):
        if feature[index] in wanted and feature[other] not in (None, NULL):
            names[feature[index]] = feature[other]
            wanted.discard(feature[index])
            if not wanted:  # a million labels of three classes are not all looked at
                break
    return names


def _colours(layer: QgsVectorLayer, class_field: str) -> dict[object, str]:
    """The colours of the classes as the layer is drawn."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer) or renderer.classAttribute().strip('"') != class_field:
        return {}
    return {item.value(): _visible(item.symbol()) for item in renderer.categories()}


def _visible(symbol: object) -> str:
    """The colour that is seen: the outline where the area has (nearly) none."""
    colour = symbol.color()
    if colour.alpha() < 128 and symbol.symbolLayerCount():
        colour = symbol.symbolLayer(0).strokeColor()
    return colour.name()


def _from_table(layer: QgsVectorLayer) -> list[LabelClass]:
    neighbours = Neighbours.of(layer)
    table = neighbours and neighbours.open(TABLE)
    if not table:
        return []
    rows = sorted(table.getFeatures(_rows_of(neighbours)), key=lambda feature: feature["position"])
    names = [name for name in ("value", "name", "color", "parent") if table.fields().lookupField(name) >= 0]
    return Schema.from_rows({name: None if row[name] == NULL else row[name] for name in names} for row in rows)


def _from_property(layer: QgsVectorLayer) -> list[LabelClass]:
    try:
        rows = json.loads(layer.customProperty(PROPERTY, "") or "[]")
    except ValueError:
        return []
    return Schema.from_rows(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else []


def _rows_of(neighbours: Neighbours) -> QgsFeatureRequest:
    table = neighbours.table.replace("'", "''")
    return QgsFeatureRequest().setFilterExpression(f"\"layer\" = '{table}'")


def _fields() -> QgsFields:
    fields = QgsFields()
    for name, kind in (
        ("layer", QMetaType.Type.QString),
        ("position", QMetaType.Type.Int),
        ("value", QMetaType.Type.Int),
        ("name", QMetaType.Type.QString),
        ("color", QMetaType.Type.QString),
        ("parent", QMetaType.Type.Int),
    ):
        fields.append(QgsField(name, kind))
    return fields
