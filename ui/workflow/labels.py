"""What the project labels: imagery, label layer, class fields and marked areas, as the Label Objects dock remembers them."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer

from ..labeling.areas import find_areas
from ..labeling.label_layer import class_fields_of


@dataclass(frozen=True)
class Labeled:
    """What was labelled.

    Attributes:
        imagery: the raster layer; None for none.
        layer: of the labels; None for none.
        value_field, name_field: with the classes, see :func:`.class_fields_of`.
        areas: marked areas, as the id of a layer or a source; empty for none.
    """

    imagery: QgsRasterLayer | None = None
    layer: QgsVectorLayer | None = None
    value_field: str = ""
    name_field: str = ""
    areas: str = ""

    @property
    def count(self) -> int:
        """Number of objects."""
        return max(self.layer.featureCount(), 0) if self.layer is not None else 0


def labeled() -> Labeled:
    """Return what the project labels."""
    project = QgsProject.instance()
    imagery, layer, field = (project.readEntry("kestrel", f"labeling/{name}")[0] for name in ("imagery", "labels", "field"))
    raster, labels = project.mapLayer(imagery), project.mapLayer(layer)
    raster = raster if isinstance(raster, QgsRasterLayer) else None
    if not isinstance(labels, QgsVectorLayer) or not labels.isValid():
        return Labeled(raster)
    areas = find_areas(labels)
    where = ""
    if areas is not None and areas.featureCount() > 0:
        where = areas.id() if project.mapLayer(areas.id()) is not None else areas.source()
    return Labeled(raster, labels, *class_fields_of(labels, field), where)


def find_layer(value: str) -> QgsMapLayer | None:
    """Return the project's layer that has this id, source or name of a file; None for none."""
    project = QgsProject.instance()
    if not value:
        return None
    known = project.mapLayer(value)
    if known is not None:
        return known
    source = value.removeprefix("memory://")  # as Processing writes layers that are nowhere but in memory
    return next((layer for layer in project.mapLayers().values() if _same(layer.source(), source)), None)


def _same(source: str, value: str) -> bool:
    """Whether a layer's source is that of a result, which may lack the name of the only layer in its file."""
    return source == value or ("|" not in value and source.partition("|")[0] == value)
