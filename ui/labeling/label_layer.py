"""Labels: polygons with a class, an author and a time, in any layer that can be edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QCoreApplication, QDateTime, QMetaType, QObject, pyqtSignal

from ...core.errors import InputError, KestrelError, OutputError
from ..background import Work
from .edited_layer import EditedLayer
from .history import History
from .schema import LabelClass, Schema
from .tables import Neighbours

TABLE = "labels"
MANY = 5000  # labels of a class that are renamed one by one, so that it can be undone; more of them in the database
NAME_FIELD, VALUE_FIELD, AUTHOR_FIELD, TIME_FIELD = "Classname", "Classvalue", "author", "time"
_NAMES = (NAME_FIELD, "class_name", "name")
_VALUES = (VALUE_FIELD, "class_value", "value")


class LabelLayer(EditedLayer):
    """A layer of labels.

    Signals: ``rewritten``: many labels have changed in the database, past the layer; ``told`` (a text): about that.

    Attributes:
        class_field: index of the field that says the class: by its value if it is a number field, else by its name.
        holds_values: whether it is a number field.
        author, time: indices of the fields that say who drew a label and when; -1 for none.
        renaming: the change of many labels that is under way; None for none.
    """

    rewritten = pyqtSignal()
    told = pyqtSignal(str)

    def __init__(
        self,
        layer: QgsVectorLayer,
        class_field: str,
        schema: Schema,
        history: History,
        autosave: bool = True,
        parent: QObject | None = None,
    ) -> None:
        """Take a layer.

        Raises:
            InputError: it has no polygons, no such field, or cannot be edited.
        """
        check_layer(layer)
        fields = layer.fields()
        self.class_field = fields.lookupField(class_field)
        if self.class_field < 0:
            raise InputError(
                _tr("The layer {} has no field {}.").format(layer.name(), class_field), _tr("Choose the field with the class.")
            )
        super().__init__(layer, history, autosave, parent)
        self.schema = schema
        self.holds_values = fields.at(self.class_field).isNumeric()
        self._other = _first(
            fields, _NAMES if self.holds_values else _VALUES, but=self.class_field, number=not self.holds_values
        )
        self.author, self.time = fields.lookupField(AUTHOR_FIELD), fields.lookupField(TIME_FIELD)
        self.renaming: Work | None = None
        self._taking_back = False
        schema.carry = self._class_edited

    def close(self) -> None:
        """Let go of the layer and the schema."""
        self.schema.carry = lambda old, new: None
        super().close()

    def key(self, item: LabelClass) -> int | str:
        """Return what the class field holds for a class."""
        return item.value if self.holds_values else item.name

    def class_of(self, key: Any) -> LabelClass | None:
        """Return the class that a value of the class field means; None for one that the schema does not know."""
        if self.holds_values:
            return self.schema.by_value(key) if isinstance(key, (int, float)) else None
        return self.schema.by_name(key) if isinstance(key, str) else None

    def class_fields(self) -> tuple[str, str]:
        """Return the fields with the classes' values and names; see :func:`class_fields_of`."""
        return class_fields_of(self.layer, self.layer.fields().at(self.class_field).name())

    def add(self, geometry: QgsGeometry, item: LabelClass) -> int:
        """Add a label and save it.

        Args:
            geometry: a polygon in the layer's coordinate system.
            item: its class.

        Returns:
            Its id.

        Raises:
            OutputError: the layer does not take it.
        """
        return self.add_all([(geometry, item)], _tr("Add {}").format(item.name))[0]

    def add_all(self, made: list[tuple[QgsGeometry, LabelClass]], text: str) -> list[int]:
        """Add several labels in one step, all or none, and save them.

        Args:
            made: polygons in the layer's coordinate system, and their classes.
            text: what is done, for the history.

        Returns:
            Their ids, in their order.

        Raises:
            OutputError: the layer does not take them.
        """
        features, when = [], now()
        for geometry, item in made:
            values = self._class_values(item)
            values.update({index: value for index, value in ((self.author, author()), (self.time, when)) if index >= 0})
            # With the defaults that the layer has for its other fields.
            features.append(QgsVectorLayerUtils.createFeature(self.layer, self._fitting(geometry), values))
        self._added = []
        with self.edit(text) as layer:
            for feature in features:
                if not layer.addFeature(feature):
                    raise OutputError(_tr("The layer {} does not take the object.").format(layer.name()))
        # Of those that were saved the provider says the ids; others have one in the edit buffer.
        return [feature.id() for feature in (self._added if len(self._added) == len(features) else features)]

    def set_class(self, ids: Iterable[int], item: LabelClass) -> None:
        """Give labels a class."""
        with self.edit(_tr("Change class to {}").format(item.name)) as layer:
            for key in ids:
                layer.changeAttributeValues(key, self._class_values(item))

    def set_geometry(self, key: int, geometry: QgsGeometry) -> None:
        """Give a label another outline, in the layer's coordinate system."""
        with self.edit(_tr("Move object")) as layer:
            layer.changeGeometry(key, self._fitting(geometry))

    def move(self, geometries: dict[int, QgsGeometry]) -> None:
        """Give several labels other outlines, in one step."""
        with self.edit(_tr("Move objects")) as layer:
            for key, geometry in geometries.items():
                layer.changeGeometry(key, self._fitting(geometry))

    def remove(self, ids: Iterable[int]) -> None:
        """Delete labels."""
        with self.edit(_tr("Delete objects")) as layer:
            layer.deleteFeatures(list(ids))

    def _class_values(self, item: LabelClass) -> dict[int, Any]:
        """The attributes that say a class."""
        values: dict[int, Any] = {self.class_field: self.key(item)}
        if self._other >= 0:
            values[self._other] = item.name if self.holds_values else item.value
        return values

    def _fitting(self, geometry: QgsGeometry) -> QgsGeometry:
        """The geometry as the layer's kind: several parts, heights."""
        made = self.layer.dataProvider().convertToProviderType(geometry)
        return geometry if made.isNull() else made

    def _class_edited(self, old: LabelClass, new: LabelClass) -> None:
        """Write the new name and value into the labels of a class; raises before the class has changed."""
        if self._taking_back:
            return
        self._must_wait()
        field = self.layer.fields().at(self.class_field).name()
        request = QgsFeatureRequest().setFlags(Qgis.FeatureRequestFlag.NoGeometry).setNoAttributes()
        request.setFilterExpression(QgsExpression.createFieldEqualityExpression(field, self.key(old)))
        found = [feature.id() for feature in islice(self.layer.getFeatures(request), MANY + 1)]
        database = Neighbours.of(self.layer)
        # A filter hides labels of the class that have to change with the others.
        if database is not None and (len(found) > MANY or self.layer.subsetString()):
            self._rename_in(database, old, new)
        elif found:
            rest = (feature.id() for feature in self.layer.getFeatures(request)) if len(found) > MANY else found
            before = self.history.newest()
            self.set_class(rest, new)
            step = self.history.newest()
            if step is not None and step is not before:  # saved: who takes the labels back gets their class back
                step.follow = lambda back: self._rename_back(*((new, old) if back else (old, new)))

    def _rename_in(self, database: Neighbours, old: LabelClass, new: LabelClass) -> None:
        """Change all labels of a class at once, in the background, without a step that could be taken back."""
        if self.layer.isModified():
            raise OutputError(
                _tr("The class {} has many objects, and there are edits that are not saved.").format(old.name),
                _tr("Save the labels first."),
            )
        fields = self.layer.fields()
        values = {fields.at(index).name(): value for index, value in self._class_values(new).items()}
        where = fields.at(self.class_field).name(), self.key(old)
        self.renaming = Work(_tr("Rename {} to {}").format(old.name, new.name), lambda _report: database.update(values, where))
        self.renaming.ended.connect(lambda _result, error: self._renamed(old, new, error))
        self.renaming.start()

    def _renamed(self, old: LabelClass, new: LabelClass, error: KestrelError | None) -> None:
        self.renaming = None
        if error is not None:
            self.failed.emit(str(error))
            self._rename_back(new, old)
            return
        self.history.forget(self)  # its steps hold labels as they are no more
        self.layer.dataProvider().reloadData()
        self.layer.triggerRepaint()
        self.rewritten.emit()
        text = _tr("All objects of the class {} were changed with it. This cannot be undone; edit the class to change it back.")
        self.told.emit(text.format(new.name))

    def _rename_back(self, now: LabelClass, wanted: LabelClass) -> None:
        """Give a class the name and value that its labels have again; not if it has changed since or they are taken."""
        found = self.schema.by_value(now.value)
        if found is None or found.name != now.name:
            return
        self._taking_back = True
        try:
            self.schema.edit(list(self.schema).index(found), replace(found, name=wanted.name, value=wanted.value))
        except KestrelError as error:
            self.failed.emit(str(error))
        finally:
            self._taking_back = False

    def _must_wait(self) -> None:
        if self.renaming is not None:
            raise OutputError(_tr("Another class is being renamed."), _tr("Wait until that is done."))


def check_layer(layer: QgsVectorLayer) -> None:
    """Raise :class:`InputError` if labels cannot be drawn into a layer."""
    if layer.geometryType() != Qgis.GeometryType.Polygon:
        raise InputError(_tr("The layer {} holds no polygons.").format(layer.name()), _tr("Choose a polygon layer."))
    if not layer.supportsEditing() or layer.readOnly():
        raise InputError(
            _tr("The layer {} cannot be edited.").format(layer.name()), _tr("Save it as a GeoPackage and choose that one.")
        )


def fields() -> QgsFields:
    """Return the fields of a new label layer: those of ArcGIS Pro's training samples, who, and when."""
    made = QgsFields()
    for name, kind in (
        (NAME_FIELD, QMetaType.Type.QString),
        (VALUE_FIELD, QMetaType.Type.Int),
        (AUTHOR_FIELD, QMetaType.Type.QString),
        (TIME_FIELD, QMetaType.Type.QDateTime),
    ):
        made.append(QgsField(name, kind))
    return made


def create_label_layer(path: str | Path, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    """Make a GeoPackage for labels and return its layer.

    Args:
        path: of the new file.
        crs: of the labels; that of the imagery keeps outlines exact.

    Raises:
        OutputError: there is such a file already, or it cannot be written.
    """
    path = Path(path)
    if path.exists():
        raise OutputError(_tr("There is a file {} already.").format(path), _tr("Choose another name."))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", TABLE
    writer = QgsVectorFileWriter.create(
        str(path), fields(), Qgis.WkbType.Polygon, crs, QgsProject.instance().transformContext(), options
    )
    error, text = writer.hasError(), writer.errorMessage()
    del writer  # closes the file
    layer = QgsVectorLayer(f"{path}|layername={TABLE}", path.stem, "ogr")
    if error != QgsVectorFileWriter.WriterError.NoError or not layer.isValid():
        raise OutputError(_tr("The GeoPackage {} cannot be made: {}").format(path, text), _tr("Choose another folder."))
    return layer


def class_field_of(layer: QgsVectorLayer) -> str:
    """Return the field of a layer that most likely says the class; empty for none."""
    names = layer.fields()
    for candidates, number in ((_VALUES[:2], True), (("class", *_NAMES[:2]), None), (("value", "name", "label", "type"), None)):
        index = _first(names, candidates, number=number)
        if index >= 0:
            return names.at(index).name()
    return ""


def class_fields_of(layer: QgsVectorLayer, class_field: str) -> tuple[str, str]:
    """Return the fields with the classes' values and names, for an export, which then has the values of the schema.

    The second is empty where there is only one of the two, which is the first then.
    """
    fields = layer.fields()
    index = fields.lookupField(class_field)
    if index < 0:
        return "", ""
    number = fields.at(index).isNumeric()
    other = _first(fields, _NAMES if number else _VALUES, but=index, number=not number)
    if other < 0:
        return class_field, ""
    return (class_field, fields.at(other).name()) if number else (fields.at(other).name(), class_field)


def author() -> str:
    """Return the name of the user."""
    return QgsApplication.userFullName() or QgsApplication.userLoginName()


def now() -> QDateTime:
    """Return the time in whole seconds."""
    return QDateTime.fromSecsSinceEpoch(QDateTime.currentSecsSinceEpoch())


def _first(names: QgsFields, candidates: Iterable[str], but: int = -1, number: bool | None = None) -> int:
    """Index of the first field of these names, of the right kind."""
    for name in candidates:
        index = names.lookupField(name)
        if index >= 0 and index != but and (number is None or names.at(index).isNumeric() == number):
            return index
    return -1


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelLayer", text)
